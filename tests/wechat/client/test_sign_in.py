"""Signing in."""

import time
from typing import Any

import pytest
import responses

from tests.wechat.client.wire import Wire, hang, refused
from wechat.client import (
    OFFICIAL_BASE,
    Busy,
    InvalidCode,
    LimitReached,
    MemoryTokenStore,
    Misconfigured,
    SignIn,
    Unclear,
    UserBlocked,
    WeChat,
    WeChatError,
    sign_in,
)

PATH = "/sns/jscode2session"


@pytest.fixture(autouse=True)
def _short_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in, "BUSY_PAUSE_S", 0.01)


def test_a_code_becomes_the_openid_without_an_access_token(emulator: Any) -> None:
    openid = emulator.person()
    assert emulator.wechat().sign_in(emulator.login_code(openid)) == SignIn(openid)
    assert emulator.calls("/cgi-bin/stable_token") == []


def test_the_unionid_comes_along_where_there_is_one(emulator: Any) -> None:
    openid = emulator.person(unionid="u-1")
    assert emulator.wechat().sign_in(emulator.login_code(openid)).unionid == "u-1"


def test_who_signed_in_is_not_shown_in_logs_and_the_session_key_is_nowhere(emulator: Any) -> None:
    openid = emulator.person()
    who = emulator.wechat().sign_in(emulator.login_code(openid))
    assert openid not in repr(who)
    assert set(vars(who)) == {"openid", "unionid"}


def test_a_code_works_once(emulator: Any) -> None:
    code, wechat = emulator.login_code(emulator.person()), emulator.wechat()
    wechat.sign_in(code)
    with pytest.raises(InvalidCode) as problem:
        wechat.sign_in(code)
    assert problem.value.errcode == 40163


def test_of_simultaneous_uses_of_one_code_exactly_one_wins(emulator: Any, at_once: Any) -> None:
    code, wechat = emulator.login_code(emulator.person()), emulator.wechat()
    outcomes = at_once(6, lambda: wechat.sign_in(code))
    assert sum(isinstance(outcome, SignIn) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, InvalidCode) for outcome in outcomes) == 5


def test_a_code_lives_five_minutes(emulator: Any) -> None:
    code = emulator.login_code(emulator.person())
    emulator.control("/clock", {"advance_s": 301})
    with pytest.raises(InvalidCode) as problem:
        emulator.wechat().sign_in(code)
    assert problem.value.errcode == 40029


def test_a_blocked_person_and_wrong_settings_have_classes_of_their_own(emulator: Any) -> None:
    openid = emulator.person()
    emulator.control(f"/users/{openid}/ban")
    with pytest.raises(UserBlocked):
        emulator.wechat().sign_in(emulator.login_code(openid))
    with pytest.raises(Misconfigured):
        emulator.wechat(secret="wrong").sign_in(emulator.login_code(openid))
    with pytest.raises(Misconfigured):
        emulator.wechat(appid="wx9").sign_in(emulator.login_code(openid))


def test_a_busy_wechat_is_asked_once_more(emulator: Any) -> None:
    openid = emulator.person()
    emulator.fault(PATH, errcode=-1, count=1)
    assert emulator.wechat().sign_in(emulator.login_code(openid)).openid == openid
    assert len(emulator.calls(PATH)) == 2


def test_a_wechat_that_stays_busy_is_not_asked_a_third_time(emulator: Any) -> None:
    emulator.fault(PATH, errcode=-1)
    with pytest.raises(WeChatError) as problem:
        emulator.wechat().sign_in("code")
    assert problem.value.kind == "busy"
    assert len(emulator.calls(PATH)) == 2


def test_too_many_sign_ins_in_a_minute_are_a_limit(emulator: Any) -> None:
    emulator.fault(PATH, errcode=45011)
    with pytest.raises(LimitReached):
        emulator.wechat().sign_in("code")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"openid": ""},
        {"openid": "o" * 65},
        {"openid": 7},
        {"openid": "o\n"},
        {"openid": "o\x00"},
        {"openid": "o\ud800"},
    ],
)
@responses.activate
def test_an_answer_without_a_usable_openid_is_unclear(answer: dict[str, Any]) -> None:
    responses.get(OFFICIAL_BASE + PATH, json={"session_key": "k", **answer})
    with pytest.raises(Unclear):
        WeChat("wx1", "s", OFFICIAL_BASE, MemoryTokenStore()).sign_in("code")


def test_a_busy_wechat_is_not_waited_for_longer_than_the_phone_waits(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in, "BUSY_PAUSE_S", 1.0)
    wire.says(PATH, refused(-1))
    started = time.monotonic()
    with pytest.raises(Busy):
        wire.wechat().sign_in("code", budget_s=0.8)
    assert time.monotonic() - started < 0.7
    assert len(wire.calls(PATH)) == 1


def test_a_code_that_nobody_answers_for_is_not_sent_again(wire: Wire) -> None:
    wire.says(PATH, hang)
    with pytest.raises(Unclear):
        wire.wechat().sign_in("code", budget_s=0.2)
    assert len(wire.calls(PATH)) == 1
