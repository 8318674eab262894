"""Links that open a page of the mini-program from a text message or a web page, for at most 30 days."""

import time
from datetime import datetime

from marshmallow import EXCLUDE, Schema, fields, validate

from .answers import Answer, shaped
from .authorised import AuthorisedCalls
from .budget import Budget, patiently
from .pages import require, require_page, require_query, require_version

URL_LINK_PATH = "/wxa/generate_urllink"
SCHEME_PATH = "/wxa/generatescheme"
LEFT_PATH = "/wxa/query_urllink"
SHORTEST_S, LONGEST_S = 60, 30 * 86400
LONGEST_DAYS = 30
UNTIL, FOR_DAYS = 0, 1
VISITS_LEFT = 1


class UrlLinkAnswer(Schema):
    """The answer of generate_urllink."""

    class Meta:
        unknown = EXCLUDE

    url_link = fields.String(required=True, validate=validate.Regexp(r"^https?://[!-~]{1,500}\Z"))


class SchemeAnswer(Schema):
    """The answer of generatescheme."""

    class Meta:
        unknown = EXCLUDE

    openlink = fields.String(required=True, validate=validate.Regexp(r"^(weixin|https?)://[!-~]{1,500}\Z"))


class VisitQuota(Schema):
    """How many visits by links are left today."""

    class Meta:
        unknown = EXCLUDE

    remain_visit_quota = fields.Integer(required=True)


class LeftAnswer(Schema):
    """The answer of query_urllink when asked for the quota."""

    class Meta:
        unknown = EXCLUDE

    quota_info = fields.Nested(VisitQuota, required=True)


URL_LINK_ANSWER = shaped(UrlLinkAnswer())
SCHEME_ANSWER = shaped(SchemeAnswer())
LEFT_ANSWER = shaped(LeftAnswer())


def url_link(
    calls: AuthorisedCalls, page: Answer, days: int | None, expires_at: datetime | None, budget: Budget
) -> str:
    """Return an https link to a page."""
    body = {**page, **ending(days, expires_at, URL_LINK_PATH)}
    return calls.post(URL_LINK_PATH, body, URL_LINK_ANSWER, budget)["url_link"]


def scheme_link(
    calls: AuthorisedCalls, page: Answer, days: int | None, expires_at: datetime | None, budget: Budget
) -> str:
    """Return a weixin:// link to a page."""
    body = {"jump_wxa": page, "is_expire": True, **ending(days, expires_at, SCHEME_PATH)}
    return calls.post(SCHEME_PATH, body, SCHEME_ANSWER, budget)["openlink"]


def visits_left(calls: AuthorisedCalls, budget: Budget) -> int:
    """Return how often links may still be opened today."""
    loaded = patiently(lambda: calls.post(LEFT_PATH, {"query_type": VISITS_LEFT}, LEFT_ANSWER, budget), budget)
    return loaded["quota_info"]["remain_visit_quota"]


def target(path: str, query: str, env_version: str, call: str) -> Answer:
    """Return the page that a link opens, as WeChat wants it written."""
    require_page(path, call)
    require_query(query, call)
    require_version(env_version, call)
    return {"path": path, "query": query, "env_version": env_version}


def ending(days: int | None, expires_at: datetime | None, call: str) -> Answer:
    """Return how long a link lives: for 1 to 30 days, or until a moment one minute to 30 days from now."""
    require((days is None) != (expires_at is None), call, "days or expires_at")
    if expires_at is None:
        require(days in range(1, LONGEST_DAYS + 1), call, "days")
        return {"expire_type": FOR_DAYS, "expire_interval": days}
    require(expires_at.tzinfo is not None, call, "expires_at")
    moment = int(expires_at.timestamp())
    require(SHORTEST_S <= moment - time.time() <= LONGEST_S, call, "expires_at")
    return {"expire_type": UNTIL, "expire_time": moment}
