"""Quotas, and what WeChat noted about a call."""

from typing import Any

import pytest

from tests.wechat.client.wire import Wire, refused
from wechat.client import Busy, FieldInvalid, Misconfigured, NotFound, Quota, Unclear, UsedUp, WeChatError

QUOTA, CLEAR, EXPLAIN = "/cgi-bin/openapi/quota/get", "/cgi-bin/clear_quota", "/cgi-bin/openapi/rid/get"
CHECK = "/wxa/msg_sec_check"
NUMBERS = {"daily_limit": 2000000, "used": 12, "remain": 1999988}
NOTED = {
    "invoke_time": 1750000000,
    "cost_in_ms": 30,
    "request_url": "access_token=T-1&x=1",
    "request_body": '{"touser": "o-openid"}',
    "response_body": '{"errcode": 43101}',
    "client_ip": "203.0.113.9",
}


def test_the_quota_of_a_path_is_read_with_its_rate(wire: Wire) -> None:
    wire.says(QUOTA, {"errcode": 0, "quota": NUMBERS, "rate_limit": {"call_count": 4000, "refresh_second": 60}})
    assert wire.wechat().quota(CHECK) == Quota(2000000, 12, 1999988, 4000, 60)
    assert wire.calls(QUOTA)[0].body == {"cgi_path": CHECK}


@pytest.mark.parametrize("rate", [{}, {"rate_limit": None}], ids=str)
def test_a_path_without_a_rate_has_none(wire: Wire, rate: dict[str, Any]) -> None:
    wire.says(QUOTA, {"errcode": 0, "quota": NUMBERS, **rate})
    assert wire.wechat().quota(CHECK) == Quota(2000000, 12, 1999988)


@pytest.mark.parametrize("quota", [None, {}, {**NUMBERS, "used": "many"}], ids=str)
def test_numbers_that_are_none_are_unclear(wire: Wire, quota: Any) -> None:
    wire.says(QUOTA, {"errcode": 0, "quota": quota})
    with pytest.raises(Unclear):
        wire.wechat().quota(CHECK)


@pytest.mark.parametrize(
    "cgi_path", ["", "wxa/x", "/wxa/x?access_token=T", "https://api.weixin.qq.com/x", "/x y", "/x\n"]
)
def test_what_is_no_path_is_not_asked_about(wire: Wire, cgi_path: str) -> None:
    with pytest.raises(FieldInvalid):
        wire.wechat().quota(cgi_path)
    assert wire.asked == []


@pytest.mark.parametrize(("errcode", "expected"), [(76021, NotFound), (76022, Misconfigured)])
def test_a_path_that_wechat_does_not_know_or_show_is_told_apart(
    wire: Wire, errcode: int, expected: type[WeChatError]
) -> None:
    wire.says(QUOTA, refused(errcode))
    with pytest.raises(expected):
        wire.wechat().quota(CHECK)


def test_clearing_names_the_account(wire: Wire) -> None:
    wire.says(CLEAR, {"errcode": 0, "errmsg": "ok"})
    wire.wechat().clear_quota()
    assert [asked.body for asked in wire.calls(CLEAR)] == [{"appid": wire.appid}]


@pytest.mark.parametrize(
    ("answer", "expected"), [(refused(-1), Busy), (refused(48006), UsedUp), ({"quota": 1}, Unclear)], ids=str
)
def test_clearing_is_never_tried_twice(wire: Wire, answer: Any, expected: type[WeChatError]) -> None:
    wire.says(CLEAR, answer)
    with pytest.raises(expected):
        wire.wechat().clear_quota()
    assert len(wire.calls(CLEAR)) == 1


def test_what_wechat_noted_comes_without_the_token_and_shows_no_personal_data(wire: Wire) -> None:
    wire.says(EXPLAIN, {"errcode": 0, "request": NOTED})
    noted = wire.wechat().explain(wire.rid)
    assert wire.calls(EXPLAIN)[0].body == {"rid": wire.rid}
    assert (noted.invoked_at, noted.took_ms, noted.client_ip) == (1750000000, 30, "203.0.113.9")
    assert noted.query == "access_token=***&x=1"
    assert (noted.request_body, noted.response_body) == (NOTED["request_body"], NOTED["response_body"])
    assert "openid" not in repr(noted)
    assert "203.0.113.9" not in repr(noted)


@pytest.mark.parametrize(
    "query", ["?secret=S&js_code=C", "https://x/y?a=1&access_token=T", "appsecret=A&access_token=T"]
)
def test_every_secret_is_cut_from_the_query(wire: Wire, query: str) -> None:
    wire.says(EXPLAIN, {"errcode": 0, "request": {**NOTED, "request_url": query}})
    shown = wire.wechat().explain(wire.rid).query
    assert not {"S", "C", "T", "A"} & set(shown.replace("&", "=").split("="))


@pytest.mark.parametrize(
    "rid", ["", "1111", "6b0461b4-ad458e8e", "6b0461b4-ad458e8e-6fb53802\n", "6B0461B4-ad458e8e-6fb53802"]
)
def test_what_is_no_rid_is_not_asked_about(wire: Wire, rid: str) -> None:
    with pytest.raises(FieldInvalid):
        wire.wechat().explain(rid)
    assert wire.asked == []


@pytest.mark.parametrize("errcode", [76001, 76002, 76003, 76004])
def test_a_rid_that_wechat_does_not_know_is_not_found(wire: Wire, errcode: int) -> None:
    wire.says(EXPLAIN, refused(errcode))
    with pytest.raises(NotFound):
        wire.wechat().explain(wire.rid)


@pytest.mark.parametrize("path", [QUOTA, EXPLAIN])
def test_a_busy_wechat_is_asked_once_more_about_both(wire: Wire, path: str) -> None:
    wire.says(path, refused(-1), {"errcode": 0, "quota": NUMBERS, "request": NOTED})
    ask = {QUOTA: lambda: wire.wechat().quota(CHECK), EXPLAIN: lambda: wire.wechat().explain(wire.rid)}[path]
    assert ask()
    assert len(wire.calls(path)) == 2
