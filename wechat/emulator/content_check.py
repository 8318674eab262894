"""`/wxa/msg_sec_check`, version 2, and version 1 where no version is given."""

from typing import Any

from flask import Blueprint

from . import people
from .answers import Refuse, rid
from .content_rules import PASSED, Rule, verdict_on
from .endpoint import Call, answering

calls = Blueprint("content_check", __name__)

LONGEST = 2500
# What may come with a text is looked at as well.
BESIDE = ("title", "nickname", "signature")


@calls.route("/wxa/msg_sec_check", methods=["GET", "POST"])
@answering()
def msg_sec_check(call: Call) -> dict[str, Any]:
    body = call.body()
    content = str(body.get("content") or "")
    if not content:
        raise Refuse(44002)
    if len(content) > LONGEST:
        raise Refuse(45002)
    verdict = what_is_seen(call, " ".join([content, *(str(body.get(part) or "") for part in BESIDE)]))
    if str(body.get("version", "")) != "2":
        return first_version(verdict)
    if body.get("scene") not in (1, 2, 3, 4):
        raise Refuse(40129)
    people.require_active(call.database, call.emulator, str(body.get("openid", "")), call.appid, call.now)
    return second_version(call, verdict)


def what_is_seen(call: Call, content: str) -> Rule:
    """Return the verdict; escaped Chinese passes unseen, as it does at WeChat, with a warning in the log."""
    if call.escaped_chinese():
        call.warn("escaped Chinese: the check saw nothing")
        return PASSED
    return verdict_on(call.database, content)


def first_version(verdict: Rule) -> dict[str, Any]:
    if verdict.suggest == "risky":
        raise Refuse(87014)
    return {"errcode": 0, "errmsg": "ok"}


def second_version(call: Call, verdict: Rule) -> dict[str, Any]:
    result = {"suggest": verdict.suggest, "label": verdict.label}
    detail: dict[str, Any] = {"strategy": "content_model", "errcode": 0, **result, "prob": 90}
    if verdict.word:
        detail = {"strategy": "keyword", "errcode": 0, **result, "level": 90, "keyword": verdict.word}
    trace = rid(call.now, call.emulator.chance)
    return {"errcode": 0, "errmsg": "ok", "result": result, "detail": [detail], "trace_id": trace}
