"""How much of a call's quota is left, clearing all quotas, and what WeChat noted about a failed call."""

import re
from dataclasses import dataclass, field

from marshmallow import EXCLUDE, Schema, fields, post_load

from .answers import RID, Answer, shaped
from .authorised import AuthorisedCalls
from .budget import Budget, patiently
from .pages import require

QUOTA_PATH = "/cgi-bin/openapi/quota/get"
CLEAR_PATH = "/cgi-bin/clear_quota"
EXPLAIN_PATH = "/cgi-bin/openapi/rid/get"
CGI_PATH = re.compile(r"(?:/[A-Za-z0-9_-]+)+")
SECRETS = re.compile(r"\b(access_token|secret|appsecret|js_code)=[^&\s]*")


@dataclass(frozen=True)
class Quota:
    """Calls of one path today; at most `calls` in `seconds` where WeChat names such a rate."""

    daily_limit: int
    used: int
    remain: int
    calls: int | None = None
    seconds: int | None = None


@dataclass(frozen=True)
class Explanation:
    """What WeChat noted about one call; the texts can hold personal data and are not shown by themselves."""

    invoked_at: int
    took_ms: int
    client_ip: str = field(default="", repr=False)
    query: str = field(default="", repr=False)
    request_body: str = field(default="", repr=False)
    response_body: str = field(default="", repr=False)


class DailyQuota(Schema):
    """The day's numbers."""

    class Meta:
        unknown = EXCLUDE

    daily_limit = fields.Integer(required=True)
    used = fields.Integer(required=True)
    remain = fields.Integer(required=True)


class Rate(Schema):
    """A number of calls per seconds."""

    class Meta:
        unknown = EXCLUDE

    calls = fields.Integer(required=True, data_key="call_count")
    seconds = fields.Integer(required=True, data_key="refresh_second")


class QuotaAnswer(Schema):
    """The answer of quota/get."""

    class Meta:
        unknown = EXCLUDE

    quota = fields.Nested(DailyQuota, required=True)
    rate_limit = fields.Nested(Rate, load_default=None, allow_none=True)

    @post_load
    def made(self, data: Answer, **_: object) -> Quota:
        return Quota(**data["quota"], **(data["rate_limit"] or {}))


class NotedCall(Schema):
    """What rid/get tells about a call; the token in its query is cut out."""

    class Meta:
        unknown = EXCLUDE

    invoked_at = fields.Integer(required=True, data_key="invoke_time")
    took_ms = fields.Integer(required=True, data_key="cost_in_ms")
    client_ip = fields.String(load_default="")
    query = fields.String(load_default="", data_key="request_url")
    request_body = fields.String(load_default="")
    response_body = fields.String(load_default="")

    @post_load
    def made(self, data: Answer, **_: object) -> Explanation:
        return Explanation(**{**data, "query": SECRETS.sub(r"\1=***", data["query"])})


class ExplainAnswer(Schema):
    """The answer of rid/get."""

    class Meta:
        unknown = EXCLUDE

    request = fields.Nested(NotedCall, required=True)


class Done(Schema):
    """An answer that says nothing but that it is done."""

    class Meta:
        unknown = EXCLUDE

    errcode = fields.Integer(required=True)


QUOTA_ANSWER = shaped(QuotaAnswer())
EXPLAIN_ANSWER = shaped(ExplainAnswer())
DONE = shaped(Done())


def quota(calls: AuthorisedCalls, cgi_path: str, budget: Budget) -> Quota:
    """Return today's numbers of one path, such as /wxa/msg_sec_check."""
    require(len(cgi_path) <= 128 and CGI_PATH.fullmatch(cgi_path) is not None, QUOTA_PATH, "cgi_path")
    return patiently(lambda: calls.post(QUOTA_PATH, {"cgi_path": cgi_path}, QUOTA_ANSWER, budget), budget)


def clear(calls: AuthorisedCalls, appid: str, budget: Budget) -> None:
    """Set all counts of today back to nothing; possible ten times a month, so never repeated by itself."""
    calls.post(CLEAR_PATH, {"appid": appid}, DONE, budget)


def explain(calls: AuthorisedCalls, rid: str, budget: Budget) -> Explanation:
    """Return what WeChat noted about a call of the last seven days."""
    require(RID.fullmatch(rid) is not None, EXPLAIN_PATH, "rid")
    return patiently(lambda: calls.post(EXPLAIN_PATH, {"rid": rid}, EXPLAIN_ANSWER, budget), budget)["request"]
