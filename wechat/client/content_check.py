"""WeChat's checks, version 2: a verdict on words, and a picture handed in for one that is pushed later."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from marshmallow import EXCLUDE, Schema, fields, validate

from .answers import Answer, shaped
from .authorised import AuthorisedCalls
from .budget import Budget, patiently
from .errors import FieldInvalid

TEXT_PATH = "/wxa/msg_sec_check"
IMAGE_PATH = "/wxa/media_check_async"
LONGEST = 2500
# Pieces overlap so that a phrase cut by the end of one is whole in the next.
OVERLAP = 20
VERSION, COMMENT, IMAGE = 2, 2, 2
WORST_LAST = ("pass", "review", "risky")
TRACE = validate.Regexp(r"^[!-~]{1,128}\Z")


@dataclass(frozen=True)
class Verdict:
    """`suggest` is pass, review or risky; `label` is WeChat's number of the reason, 100 for none."""

    suggest: str
    label: int
    trace_id: str


class Result(Schema):
    """The part of the answer that counts."""

    class Meta:
        unknown = EXCLUDE

    suggest = fields.String(required=True, validate=validate.OneOf(WORST_LAST))
    label = fields.Integer(required=True)


class TextAnswer(Schema):
    """The answer of msg_sec_check."""

    class Meta:
        unknown = EXCLUDE

    result = fields.Nested(Result, required=True)
    trace_id = fields.String(load_default="")


class ImageAnswer(Schema):
    """The answer of media_check_async; the verdict comes by push under this trace id."""

    class Meta:
        unknown = EXCLUDE

    trace_id = fields.String(required=True, validate=TRACE)


TEXT_ANSWER = shaped(TextAnswer())
IMAGE_ANSWER = shaped(ImageAnswer())


def pieces(content: str) -> list[str]:
    """Split a text into pieces that WeChat accepts."""
    step = LONGEST - OVERLAP
    return [content[start : start + LONGEST] for start in range(0, max(len(content) - OVERLAP, 1), step)]


def check_text(calls: AuthorisedCalls, content: str, openid: str, budget: Budget) -> Verdict:
    """Return the worst verdict over all pieces, within the budget in all."""
    first, *rest = pieces(content)
    worst = _check(calls, first, openid, budget)
    for piece in rest:
        if worst.suggest == WORST_LAST[-1]:
            break
        worst = max(worst, _check(calls, piece, openid, budget), key=_severity)
    return worst


def _severity(verdict: Verdict) -> int:
    return WORST_LAST.index(verdict.suggest)


def _check(calls: AuthorisedCalls, piece: str, openid: str, budget: Budget) -> Verdict:
    body: Answer = {"content": piece, "version": VERSION, "scene": COMMENT, "openid": openid}
    loaded = patiently(lambda: calls.post(TEXT_PATH, body, TEXT_ANSWER, budget), budget)
    return Verdict(loaded["result"]["suggest"], loaded["result"]["label"], loaded["trace_id"])


def check_image(calls: AuthorisedCalls, media_url: str, openid: str, budget: Budget) -> str:
    """Hand in a picture by an address that WeChat can fetch for 60 minutes; return the trace id of its verdict."""
    if not _can_be_fetched(media_url):
        raise FieldInvalid(path=IMAGE_PATH)
    body: Answer = {
        "media_url": media_url,
        "media_type": IMAGE,
        "version": VERSION,
        "scene": COMMENT,
        "openid": openid,
    }
    return patiently(lambda: calls.post(IMAGE_PATH, body, IMAGE_ANSWER, budget), budget)["trace_id"]


def _can_be_fetched(media_url: str) -> bool:
    try:
        parts = urlsplit(media_url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and media_url.isascii() and " " not in media_url
