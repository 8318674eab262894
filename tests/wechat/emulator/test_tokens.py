"""Tokens: stable, forced, legacy, refused."""

import time
from typing import Any

import pytest

CHECK = "/wxa/msg_sec_check"


def works(hands: Any, token: str | None) -> int:
    openid = hands.person()
    return hands.errcode(CHECK, {"content": "灯", "version": 2, "scene": 2, "openid": openid}, token)


def test_the_stable_token_stays_the_same_while_its_seconds_shrink(hands: Any) -> None:
    first = hands.stable()
    hands.advance(1000)
    second = hands.stable()
    assert second["access_token"] == first["access_token"]
    assert first["expires_in"] == 7200
    assert 6195 <= second["expires_in"] <= 6200


def test_in_the_last_five_minutes_a_new_token_comes_and_both_work(hands: Any) -> None:
    old = hands.stable()["access_token"]
    hands.advance(6901)
    renewed = hands.stable()
    assert renewed["access_token"] != old
    assert renewed["expires_in"] == 7200
    assert works(hands, old) == works(hands, renewed["access_token"]) == 0
    hands.advance(300)
    assert works(hands, old) == 42001
    assert works(hands, renewed["access_token"]) == 0


def test_no_answer_promises_less_than_five_minutes(hands: Any) -> None:
    for _ in range(8):
        hands.advance(1000)
        assert hands.stable()["expires_in"] >= 300


def test_force_kills_the_token_at_once(hands: Any) -> None:
    old = hands.stable()["access_token"]
    new = hands.stable(force=True)["access_token"]
    assert new != old
    assert works(hands, old) == 40001
    assert works(hands, new) == 0


def test_force_does_nothing_within_thirty_seconds(hands: Any) -> None:
    first = hands.stable(force=True)["access_token"]
    assert hands.stable(force=True)["access_token"] == first
    hands.advance(31)
    assert hands.stable(force=True)["access_token"] != first


def test_force_works_twenty_times_a_day(hands: Any) -> None:
    tokens = set()
    for _ in range(21):
        tokens.add(hands.stable(force=True)["access_token"])
        hands.advance(31)
    assert len(tokens) == 20
    hands.control("/options", {"force_beyond_limit": 45009})
    assert hands.stable(force=True)["errcode"] == 45009
    hands.advance(86400)
    assert "access_token" in hands.stable(force=True)


def test_each_legacy_token_is_new_and_the_one_before_lives_five_minutes_more(hands: Any) -> None:
    first, second = hands.legacy()["access_token"], hands.legacy()["access_token"]
    assert first != second
    assert works(hands, first) == works(hands, second) == 0
    hands.advance(301)
    assert works(hands, first) == 42001
    assert works(hands, second) == 0


def test_the_two_kinds_leave_each_other_alone(hands: Any) -> None:
    stable, legacy = hands.stable()["access_token"], hands.legacy()["access_token"]
    hands.stable(force=True)
    hands.legacy()
    assert works(hands, stable) == 40001
    assert works(hands, legacy) == 0


@pytest.mark.parametrize(("token", "errcode"), [(None, 41001), ("short", 40014), ("A" * 136, 40001)])
def test_missing_malformed_and_unknown_tokens(hands: Any, token: str | None, errcode: int) -> None:
    assert works(hands, token) == errcode


def test_what_a_malformed_token_gets_can_be_chosen(hands: Any) -> None:
    hands.control("/options", {"malformed_token": 40001})
    assert works(hands, "short") == 40001


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"grant_type": "other"}, 40002),
        ({"appid": "wx9"}, 40013),
        ({"appid": ""}, 41002),
        ({"secret": "wrong"}, 40125),
        ({"secret": ""}, 41004),
    ],
)
def test_wrong_credentials(hands: Any, changes: dict[str, str], errcode: int) -> None:
    assert hands.stable(**changes)["errcode"] == errcode


def test_a_get_is_refused_where_a_post_is_wanted(hands: Any) -> None:
    assert hands.client.get("/cgi-bin/stable_token").get_json()["errcode"] == 43002


def test_an_error_has_status_200_and_a_rid_that_begins_with_the_time(hands: Any) -> None:
    answer = hands.stable(appid="wx9")
    text, _, rid = answer["errmsg"].partition(" rid: ")
    assert text == "invalid appid"
    assert abs(int(rid[:8], 16) - time.time()) < 5
    assert [len(part) for part in rid.split("-")] == [8, 8, 8]


def test_ten_thousand_tokens_a_minute_are_enough(hands: Any) -> None:
    hands.control("/counters", {"path": "/cgi-bin/stable_token", "minute": 10_000})
    assert hands.stable()["errcode"] == 45011
    hands.advance(60)
    assert "access_token" in hands.stable()


@pytest.mark.parametrize(("how", "errcode"), [("expire", 42001), ("kill", 40001)])
def test_tokens_can_be_ended_from_outside_by_kind(hands: Any, how: str, errcode: int) -> None:
    stable, legacy = hands.stable()["access_token"], hands.legacy()["access_token"]
    assert hands.control("/tokens/end", {"how": how}) == {"ended": 1}
    assert works(hands, stable) == errcode
    assert works(hands, legacy) == 0
    assert hands.stable()["access_token"] != stable
    assert hands.control("/tokens/end", {"how": how, "kind": "legacy"}) == {"ended": 1}
    assert works(hands, legacy) == errcode


def test_the_list_of_tokens_shows_no_value(hands: Any) -> None:
    value = hands.stable()["access_token"]
    hands.advance(7300)
    hands.stable()
    items = hands.control("/tokens", method="GET")["items"]
    assert [(item["kind"], item["alive"]) for item in items] == [("stable", False), ("stable", True)]
    assert value not in str(items)


def test_without_grace_two_holders_of_legacy_tokens_end_each_other_s(hands: Any) -> None:
    hands.control("/options", {"legacy_grace_s": 0})
    first, second = hands.legacy()["access_token"], hands.legacy()["access_token"]
    assert (works(hands, first), works(hands, second)) == (42001, 0)


def test_the_legacy_call_takes_a_wrong_secret_for_a_wrong_credential(hands: Any) -> None:
    query = {"grant_type": "client_credential", "appid": hands.settings.appid, "secret": "wrong"}
    assert hands.client.get("/cgi-bin/token", query_string=query).get_json()["errcode"] == 40001


def test_a_token_speaks_for_its_own_mini_program_only(hands: Any) -> None:
    hands.control("/apps", {"appid": "wx-other", "secret": "other-secret"})
    theirs = hands.stable(appid="wx-other", secret="other-secret")["access_token"]
    ours, stranger = hands.person(), hands.person(appid="wx-other")
    send = "/cgi-bin/message/subscribe/send"
    assert theirs != hands.stable()["access_token"]
    assert hands.errcode(send, {"touser": ours, "template_id": "none"}, theirs) == 40003
    assert hands.errcode(send, {"touser": stranger, "template_id": "none"}, theirs) == 40037
    assert hands.errcode(send, {"touser": stranger, "template_id": "none"}) == 40003


@pytest.mark.parametrize(
    ("change", "errcode"),
    [({"secret_frozen": True}, 40243), ({"frozen": True}, 50007), ({"secret": "new-secret"}, 40125)],
)
def test_an_account_can_be_frozen_and_its_secret_changed(hands: Any, change: dict[str, Any], errcode: int) -> None:
    hands.control("/apps", {"appid": hands.settings.appid, **change})
    assert hands.stable()["errcode"] == errcode


@pytest.mark.parametrize(
    ("listed", "inside"),
    [
        ([], True),
        (["203.0.113.7"], False),
        (["203.0.113.7", "127.0.0.1"], True),
        (["127.0.*"], True),
        (["127.0.0.0/24"], True),
        (["10.0.0.0/8"], False),
    ],
)
def test_only_listed_addresses_use_the_secret(hands: Any, listed: list[str], inside: bool) -> None:
    token = hands.stable()["access_token"]
    hands.control("/apps", {"appid": hands.settings.appid, "ip_whitelist": listed})
    answers = [hands.stable(), hands.legacy(), hands.sign_in("x"), hands.clear_quota_v2()]
    assert all((answer.get("errcode") == 40164) is not inside for answer in answers)
    assert works(hands, token) == 0
    if not inside:
        words = "invalid ip 127.0.0.1 ipv6 ::ffff:127.0.0.1, not in whitelist rid: "
        assert all(answer["errmsg"].startswith(words) for answer in answers)
