"""One token for everybody, renewed once."""

import time
from typing import Any

import pytest
import requests
import responses
import time_machine

from tests.wechat.client.wire import SECRET, Wire, hang, raw, refused, sent
from wechat.client import (
    OFFICIAL_BASE,
    Busy,
    CircuitOpen,
    Forced,
    LimitReached,
    MemoryTokenStore,
    Misconfigured,
    Token,
    TokenRejected,
    Unclear,
    Unreachable,
    WeChat,
    WeChatError,
    renew,
)

STABLE = "/cgi-bin/stable_token"
CHECK = "/wxa/msg_sec_check"


class Fetcher:
    """Hands out the tokens it was given, and remembers how it was asked."""

    def __init__(self, *values: str) -> None:
        self.values = list(values)
        self.asked: list[bool] = []

    def __call__(self, force: bool) -> Token:
        self.asked.append(force)
        return Token(self.values.pop(0), time.time() + 7200)


def test_a_token_is_fresh_while_asking_again_would_return_the_same() -> None:
    assert Token("T", 1280.0).fresh(1000.0)
    assert not Token("T", 1279.0).fresh(1000.0)


def test_a_token_does_not_show_its_value() -> None:
    assert "hidden" not in repr(Token("hidden", 1.0))


def test_a_new_token_is_taken_the_normal_way() -> None:
    fetch = Fetcher("new")
    assert renew(fetch, "bad", Forced(), time.time())[0].value == "new"
    assert fetch.asked == [False]


def test_force_is_used_when_the_bad_token_comes_back() -> None:
    fetch = Fetcher("bad", "new")
    token, forced = renew(fetch, "bad", Forced(), 1_750_000_000.0)
    assert (token.value, fetch.asked, forced) == ("new", [False, True], Forced(at=1_750_000_000.0, today=1))


@pytest.mark.parametrize(
    "forced", [Forced(at=1_750_000_000.0 - 29, today=1), Forced(at=1_750_000_000.0 - 60, today=20)]
)
def test_force_keeps_within_its_limits(forced: Forced) -> None:
    fetch = Fetcher("bad")
    token, after = renew(fetch, "bad", forced, 1_750_000_000.0)
    assert (token.value, fetch.asked, after) == ("bad", [False], forced)


def test_the_count_of_forced_renewals_starts_anew_at_midnight_in_shanghai() -> None:
    before_midnight = 1_750_000_000.0 // 86400 * 86400 + 16 * 3600 - 60
    used_up = Forced(at=before_midnight, today=20)
    assert not used_up.allows(before_midnight + 50)
    assert used_up.allows(before_midnight + 120)
    assert used_up.again(before_midnight + 120).today == 1


def test_the_store_returns_what_another_has_fetched_meanwhile() -> None:
    store, fetch = MemoryTokenStore(), Fetcher("one", "two")
    assert store.get("wx1") is None
    assert store.refresh("wx1", fetch, bad=None).value == "one"
    assert store.refresh("wx1", fetch, bad=None).value == "one"
    assert store.refresh("wx1", fetch, bad="one").value == "two"
    assert store.refresh("wx1", fetch, bad="one").value == "two"
    assert fetch.asked == [False, False]


def test_two_clients_with_one_store_need_one_token_for_400_calls(emulator: Any, at_once: Any) -> None:
    openid, store = emulator.person(), emulator.tokens()
    clients = [emulator.wechat(store), emulator.wechat(store)]

    def hundred_calls() -> int:
        return sum(c.check_text("路灯不亮", openid).suggest == "pass" for c in clients for _ in range(50))

    assert at_once(4, hundred_calls) == [100] * 4
    assert len(emulator.calls(STABLE)) == 1


def test_an_expired_token_is_renewed_once_for_all(emulator: Any, at_once: Any) -> None:
    openid, store = emulator.person(), emulator.tokens()
    clients = [emulator.wechat(store) for _ in range(4)]
    for client in clients:
        client.check_text("路灯不亮", openid)
    emulator.control("/clock", {"advance_s": 7200})
    waiting = list(clients)
    verdicts = at_once(4, lambda: waiting.pop().check_text("路灯不亮", openid).suggest)
    assert verdicts == ["pass"] * 4
    assert len(emulator.calls(STABLE)) == 2


def test_a_token_near_its_end_is_asked_for_again_before_the_call(emulator: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    wechat.check_text("路灯不亮", openid)
    emulator.control("/clock", {"advance_s": 6930})
    with time_machine.travel(time.time() + 6930):
        wechat.check_text("路灯不亮", openid)
    assert [call["errcode"] for call in emulator.calls(CHECK)] == [0, 0]
    assert len(emulator.calls(STABLE)) == 2


def test_a_permanent_rejection_ends_after_two_business_calls(emulator: Any) -> None:
    openid = emulator.person()
    emulator.fault(CHECK, errcode=40001)
    with pytest.raises(TokenRejected):
        emulator.wechat().check_text("路灯不亮", openid)
    assert len(emulator.calls(CHECK)) == 2
    assert len(emulator.calls(STABLE)) == 3


def test_a_second_rejection_soon_after_costs_one_business_call(emulator: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    emulator.fault(CHECK, errcode=42001)
    for _ in range(2):
        with pytest.raises(TokenRejected):
            wechat.check_text("路灯不亮", openid)
    assert len(emulator.calls(CHECK)) == 3


def test_a_killed_token_is_replaced_within_the_call(emulator: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    wechat.check_text("路灯不亮", openid)
    question = {"grant_type": "client_credential", "appid": emulator.appid, "secret": emulator.secret}
    requests.post(emulator.base + STABLE, json={**question, "force_refresh": True}, timeout=5)
    assert wechat.check_text("路灯不亮", openid).suggest == "pass"
    assert [call["errcode"] for call in emulator.calls(CHECK)] == [0, 40001, 0]


def test_a_wrong_secret_is_a_matter_of_settings(emulator: Any) -> None:
    openid = emulator.person()
    with pytest.raises(Misconfigured) as problem:
        emulator.wechat(secret="wrong").check_text("路灯不亮", openid)
    assert problem.value.errcode == 40125


@responses.activate
def test_a_refused_credential_on_the_token_call_is_a_matter_of_settings_too() -> None:
    responses.post(OFFICIAL_BASE + STABLE, json={"errcode": 40001, "errmsg": "invalid credential"})
    with pytest.raises(Misconfigured):
        WeChat("wx1", "s", OFFICIAL_BASE, MemoryTokenStore()).templates()
    assert len(responses.calls) == 1


@pytest.mark.parametrize("answer", [{"access_token": "", "expires_in": 7200}, {"access_token": "T"}, {}])
@responses.activate
def test_without_a_token_the_business_call_was_surely_not_made(answer: dict[str, Any]) -> None:
    responses.post(OFFICIAL_BASE + STABLE, json=answer)
    with pytest.raises(Unreachable):
        WeChat("wx1", "s", OFFICIAL_BASE, MemoryTokenStore()).send_subscribe_message("o1", "tpl", {})


def test_a_cut_token_call_leaves_nothing_unclear_about_a_message(emulator: Any) -> None:
    openid = emulator.person()
    emulator.consent(openid)
    emulator.fault(STABLE, reset="after", count=1)
    wechat = emulator.wechat()
    with pytest.raises(Unreachable):
        emulator.send(wechat, openid)
    assert emulator.messages(openid) == []
    assert emulator.send(wechat, openid) is not None


def test_a_limit_on_the_token_call_reaches_the_caller(emulator: Any) -> None:
    emulator.fault(STABLE, errcode=45009)
    with pytest.raises(LimitReached):
        emulator.wechat().templates()


def test_an_open_circuit_on_the_token_call_answers_at_once(emulator: Any) -> None:
    emulator.control("/faults", {"preset": "away"})
    wechat = emulator.wechat()
    for _ in range(5):
        with pytest.raises(Unreachable):
            wechat.templates()
    with pytest.raises(CircuitOpen):
        wechat.templates()
    assert len(emulator.calls(STABLE)) == 5


def token(value: str, seconds: int = 7200) -> dict[str, Any]:
    return {"access_token": value, "expires_in": seconds}


def forces(wire: Wire) -> list[bool]:
    return [asked.body["force_refresh"] for asked in wire.calls(STABLE)]


def test_the_token_is_asked_for_with_the_secret_in_the_body_alone(wire: Wire) -> None:
    wire.says(CHECK, {"errcode": 0, "result": {"suggest": "pass", "label": 100}})
    wire.wechat().check_text("灯", "o1")
    [asked] = wire.calls(STABLE)
    assert (asked.method, asked.query) == ("POST", {})
    assert asked.body == {
        "grant_type": "client_credential",
        "appid": wire.appid,
        "secret": SECRET,
        "force_refresh": False,
    }


@pytest.mark.parametrize("errcode", [40001, 40014, 41001, 42001])
def test_whatever_is_said_of_the_token_there_are_two_business_calls_at_most(wire: Wire, errcode: int) -> None:
    wire.says(STABLE, *(token(f"T-{n}") for n in range(1, 9)))
    wire.says(CHECK, refused(errcode))
    with pytest.raises(TokenRejected):
        wire.wechat().check_text("灯", "o1")
    assert [asked.query["access_token"] for asked in wire.calls(CHECK)] == ["T-1", "T-2"]
    assert forces(wire) == [False, False]


def test_no_other_refusal_asks_for_a_token(wire: Wire) -> None:
    wire.says(CHECK, refused(48001), refused(40164), refused(45009))
    for _ in range(3):
        with pytest.raises((Misconfigured, LimitReached)):
            wire.wechat(tokens=MemoryTokenStore()).check_text("灯", "o1")
    assert len(wire.calls(CHECK)) == 3
    assert forces(wire) == [False] * 3


@pytest.mark.parametrize("answer", [hang, sent(b"", status=502), raw(b""), refused(-1), refused(45009)])
def test_a_forced_renewal_that_nobody_answered_for_counts_and_keeps_the_next_one_away(wire: Wire, answer: Any) -> None:
    wire.says(STABLE, token("T-1"), token("T-1"), answer, token("T-1"))
    wire.says(CHECK, refused(40001))
    wechat = wire.wechat(read_s=0.2)
    for _ in range(3):
        with pytest.raises(TokenRejected):
            wechat.check_text("灯", "o1")
    assert forces(wire) == [False, False, True, False, False]


def test_a_token_call_that_hangs_ends_with_the_callers_time(wire: Wire) -> None:
    wire.says(STABLE, hang)
    started = time.monotonic()
    with pytest.raises(Unreachable):
        wire.wechat().check_text("灯", "o1", budget_s=0.3)
    assert time.monotonic() - started < 1.0


def test_a_token_call_that_hangs_ends_by_itself_for_a_caller_without_hurry(wire: Wire) -> None:
    wire.says(STABLE, hang)
    started = time.monotonic()
    with pytest.raises(Unreachable):
        wire.wechat(read_s=0.2).send_subscribe_message("o1", "T", {})
    assert time.monotonic() - started < 1.0


def test_the_renewal_in_the_middle_of_a_call_does_not_outlast_the_budget(wire: Wire) -> None:
    wire.says(STABLE, token("T-1"), hang)
    wire.says(CHECK, refused(42001))
    started = time.monotonic()
    with pytest.raises(WeChatError):
        wire.wechat().check_text("灯", "o1", budget_s=0.4)
    assert time.monotonic() - started < 1.0
    assert len(wire.calls(CHECK)) == 1


@pytest.mark.parametrize("trouble", [refused(-1), refused(45009), sent(b"", status=502), raw(b"")])
def test_in_its_last_minutes_the_old_token_serves_when_there_is_no_new_one(wire: Wire, trouble: Any) -> None:
    wire.says(STABLE, token("T-1", 200), trouble)
    wire.says(CHECK, {"errcode": 0, "result": {"suggest": "pass", "label": 100}})
    store = MemoryTokenStore()
    for _ in range(2):
        assert wire.wechat(tokens=store).check_text("灯", "o1").suggest == "pass"
    assert {asked.query["access_token"] for asked in wire.calls(CHECK)} == {"T-1"}
    with time_machine.travel(time.time() + 201), pytest.raises((Busy, LimitReached, Unreachable)):
        wire.wechat(tokens=store).check_text("灯", "o1")
    assert len(wire.calls(CHECK)) == 2


def test_a_wrong_secret_is_not_hidden_by_an_old_token(wire: Wire) -> None:
    wire.says(STABLE, token("T-1", 200), refused(40125))
    wire.says(CHECK, {"errcode": 0, "result": {"suggest": "pass", "label": 100}})
    store = MemoryTokenStore()
    wire.wechat(tokens=store).check_text("灯", "o1")
    with pytest.raises(Misconfigured):
        wire.wechat(tokens=store).check_text("灯", "o1")


def test_whoever_waits_too_long_for_anothers_renewal_hears_that_wechat_is_busy(wire: Wire, at_once: Any) -> None:
    wire.says(STABLE, hang)
    store = MemoryTokenStore(wait_s=0.1)
    wechat = wire.wechat(tokens=store, read_s=0.5)
    outcomes = at_once(3, lambda: wechat.send_subscribe_message("o1", "T", {}))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Busy", "Busy", "Unreachable"]
    assert len(wire.calls(STABLE)) == 1


def test_a_message_refused_for_its_token_and_then_cut_is_unclear(wire: Wire) -> None:
    wire.says(STABLE, token("T-1"), token("T-2"))
    wire.says("/cgi-bin/message/subscribe/send", refused(42001), raw(b""))
    with pytest.raises(Unclear):
        wire.wechat().send_subscribe_message("o1", "T", {})
    assert len(wire.calls("/cgi-bin/message/subscribe/send")) == 2
