"""Quotas, their clearing, and trace ids."""

from typing import Any

import pytest

QUOTA, CLEAR, RID = "/cgi-bin/openapi/quota/get", "/cgi-bin/clear_quota", "/cgi-bin/openapi/rid/get"
CHECK = "/wxa/msg_sec_check"


def quota(hands: Any, path: str = CHECK) -> dict[str, Any]:
    return hands.post(QUOTA, {"cgi_path": path})


def check(hands: Any, token: str = "") -> int:
    body = {"content": "灯", "version": 2, "scene": 2, "openid": hands.person()}
    return hands.errcode(CHECK, body, token)


def test_calls_are_counted_by_path_whether_they_succeed_or_not(hands: Any) -> None:
    check(hands)
    hands.errcode(CHECK, {"content": "灯", "version": 2, "scene": 9})
    answer = quota(hands)
    assert answer["quota"] == {"daily_limit": 2_000_000, "used": 2, "remain": 1_999_998}
    assert answer["rate_limit"] == {"call_count": 4000, "refresh_second": 60}
    assert quota(hands, "/wxaapi/newtmpl/gettemplate")["quota"]["used"] == 0


def test_a_call_with_a_bad_token_is_not_counted(hands: Any) -> None:
    check(hands, "A" * 136)
    assert quota(hands)["quota"]["used"] == 0


def test_the_day_begins_anew_at_midnight_in_shanghai(hands: Any) -> None:
    check(hands)
    hands.advance(86400)
    assert quota(hands)["quota"]["used"] == 0


def test_links_are_limited_by_second(hands: Any) -> None:
    assert quota(hands, "/wxa/generatescheme")["rate_limit"] == {"call_count": 100, "refresh_second": 1}


@pytest.mark.parametrize(
    ("path", "errcode"),
    [("/wxa/nothing", 76021), ("", 76021), ("/sns/jscode2session", 76022), ("wxa/msg_sec_check", 0)],
)
def test_which_paths_have_a_quota(hands: Any, path: str, errcode: int) -> None:
    assert quota(hands, path)["errcode"] == errcode


def test_clearing_gives_the_day_back_ten_times_a_month_by_both_calls_together(hands: Any) -> None:
    hands.control("/counters", {"path": CHECK, "used": 2_000_000})
    assert check(hands) == 45009
    assert hands.errcode(CLEAR, {"appid": hands.settings.appid}) == 0
    assert check(hands) == 0
    assert [hands.clear_quota_v2()["errcode"] for _ in range(9)] == [0] * 9
    assert hands.clear_quota_v2()["errcode"] == hands.errcode(CLEAR, {"appid": hands.settings.appid}) == 48006
    hands.advance(32 * 86400)
    assert hands.clear_quota_v2()["errcode"] == 0


def test_clearing_is_for_the_own_account(hands: Any) -> None:
    assert hands.errcode(CLEAR, {"appid": "wx9"}) == 40013
    answer = hands.post("/cgi-bin/clear_quota/v2", {"appid": hands.settings.appid, "appsecret": "x"}, token=None)
    assert answer["errcode"] == 40125


def test_the_preset_shows_in_the_quota_and_ends_with_the_clearing(hands: Any) -> None:
    hands.control("/faults", {"preset": "quota exhausted"})
    assert check(hands) == 45009
    assert quota(hands)["quota"]["remain"] == 0
    assert hands.errcode(CLEAR, {"appid": hands.settings.appid}) == 0
    assert (check(hands), quota(hands)["quota"]["used"]) == (0, 1)


def test_the_legacy_token_has_its_own_day(hands: Any) -> None:
    hands.control("/counters", {"path": "/cgi-bin/token", "used": 2000})
    assert hands.legacy()["errcode"] == 45009
    assert "access_token" in hands.stable()


def test_a_trace_id_leads_to_its_call(hands: Any) -> None:
    refused = hands.post(CHECK, {"content": "灯", "version": 2, "scene": 9})
    rid = refused["errmsg"].partition("rid: ")[2]
    told = hands.post(RID, {"rid": rid})["request"]
    assert (told["request_url"], told["response_body"]) == (CHECK, '{"errcode":40129}')
    assert abs(told["invoke_time"] - hands.emulator.clock.now()) < 5


@pytest.mark.parametrize(("rid", "errcode"), [("", 76002), ("abc", 76002), ("6b0461b4-ad458e8e-6fb53802", 76001)])
def test_a_trace_id_that_leads_nowhere(hands: Any, rid: str, errcode: int) -> None:
    assert hands.errcode(RID, {"rid": rid}) == errcode


def test_sign_in_is_not_traced(hands: Any) -> None:
    rid = hands.sign_in("x" * 32)["errmsg"].partition("rid: ")[2]
    assert hands.errcode(RID, {"rid": rid}) == 76001
