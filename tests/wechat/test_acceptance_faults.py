"""Every fault that can be ordered and every number that can be answered, as our client sees them."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.deploy.watching import wait_for
from tests.wechat.playground import Playground
from wechat import client
from wechat.client.errors import from_errcode
from wechat.emulator.answers import ERRMSG

CALLS: dict[str, tuple[str, Callable[[Any, Playground, str], Any]]] = {
    "sign_in": (
        "/sns/jscode2session",
        lambda wechat, emulator, openid: wechat.sign_in(emulator.login_code(openid)).openid == openid,
    ),
    "phone_number": (
        "/wxa/business/getuserphonenumber",
        lambda wechat, emulator, openid: wechat.phone_number(emulator.phone_code(openid), openid) == "13800000001",
    ),
    "templates": (
        "/wxaapi/newtmpl/gettemplate",
        lambda wechat, emulator, openid: len(wechat.templates()) == 7,
    ),
    "send": (
        "/cgi-bin/message/subscribe/send",
        lambda wechat, emulator, openid: emulator.send(wechat, openid) > 2**53,
    ),
    "check_text": (
        "/wxa/msg_sec_check",
        lambda wechat, emulator, openid: wechat.check_text("路灯不亮", openid, budget_s=8).suggest == "pass",
    ),
}

FAULTS: dict[str, tuple[dict[str, Any], type[client.WeChatError]]] = {
    "HTTP 500": ({"http": 500}, client.Unclear),
    "HTTP 502": ({"http": 502}, client.Unclear),
    "HTTP 412": ({"http": 412}, client.Misconfigured),
    "HTML instead of JSON": ({"body": "<html>维护中</html>"}, client.Unclear),
    "half an answer": ({"truncate": True}, client.Unclear),
    "cut before the effect": ({"reset": "before"}, client.Unclear),
    "cut after the effect": ({"reset": "after"}, client.Unclear),
    "hanging before the effect": ({"hang": "before"}, client.Unclear),
    "hanging after the effect": ({"hang": "after"}, client.Unclear),
    "slower than we wait": ({"latency_s": 0.9}, client.Unclear),
    "slower than we wait, spread": ({"spread": {"median_s": 0.9, "p95_s": 0.9}}, client.Unclear),
    "errcode as a number": ({"errcode": 45009}, client.LimitReached),
    "errcode as a text": ({"errcode": "45009"}, client.LimitReached),
}


@pytest.fixture
def openid(emulator: Playground) -> str:
    openid = emulator.person(phone="13800000001")
    emulator.consent(openid)
    return openid


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", CALLS)
def test_every_fault_is_one_of_our_errors_and_the_next_call_works(
    emulator: Playground, openid: str, name: str, fault: str
) -> None:
    path, call = CALLS[name]
    ordered, expected = FAULTS[fault]
    patience = 0.4 if ordered.keys() & {"hang", "latency_s", "spread"} else 8
    wechat = emulator.wechat(read_s=patience)
    fetch_token(wechat)
    emulator.consent(openid)
    emulator.fault(path, **ordered)
    started = time.monotonic()
    with pytest.raises(expected) as refused:
        call(wechat, emulator, openid)
    assert time.monotonic() - started < 5
    assert refused.value.path == path
    assert emulator.secret not in str(refused.value)
    emulator.control("/faults", method="DELETE")
    assert call(emulator.wechat(), emulator, openid)


def fetch_token(wechat: client.WeChat) -> None:
    """Let the client hold a token beforehand, so that the fault meets the call itself."""
    wait_for(lambda: answered(wechat), 20)


def answered(wechat: client.WeChat) -> bool:
    try:
        return bool(wechat.templates())
    except client.WeChatError:
        # A busy machine can be slower than an impatient client waits.
        return False


@pytest.mark.parametrize("errcode", sorted(set(ERRMSG) - {0}))
def test_every_number_is_one_of_our_errors(emulator: Playground, errcode: int) -> None:
    wechat = emulator.wechat()
    emulator.fault("/wxaapi/newtmpl/gettemplate", errcode=errcode)
    with pytest.raises(client.WeChatError) as refused:
        wechat.templates()
    problem = refused.value
    assert type(problem) is type(from_errcode(errcode, "", ""))
    assert problem.errcode == errcode
    logged = emulator.calls("/wxaapi/newtmpl/gettemplate")[-1]
    assert (logged["errcode"], logged["rid"], logged["fault"]) == (errcode, problem.rid, True)


@pytest.mark.parametrize(
    ("preset", "path", "expected"),
    [
        ("token storm", "check_text", client.TokenRejected),
        ("away", "check_text", client.Unreachable),
        ("away", "sign_in", client.Unclear),
        ("WeChat slow 3 s", "check_text", client.Unreachable),
        ("quota exhausted", "check_text", client.LimitReached),
        ("IP removed", "sign_in", client.Misconfigured),
        ("IP removed", "check_text", client.Misconfigured),
    ],
)
def test_every_preset_is_felt(
    emulator: Playground, openid: str, preset: str, path: str, expected: type[client.WeChatError]
) -> None:
    emulator.control("/faults", {"preset": preset})
    with pytest.raises(expected):
        CALLS[path][1](emulator.wechat(read_s=0.5 if "slow" in preset else 8), emulator, openid)
    emulator.control("/faults", method="DELETE")
    assert CALLS[path][1](emulator.wechat(), emulator, openid)


def happening(emulator: Playground, openid: str) -> dict[int, Callable[[Any], Any]]:
    """What makes the emulator answer with a number by itself."""
    used, stranger = emulator.login_code(openid), emulator.person()
    emulator.wechat().sign_in(used)
    phone = emulator.phone_code(stranger)
    unknown = "tpl-unknown"
    return {
        40163: lambda wechat: wechat.sign_in(used),
        40029: lambda wechat: wechat.phone_number(phone, openid),
        40003: lambda wechat: emulator.send(wechat, "oNobody"),
        40037: lambda wechat: wechat.send_subscribe_message(openid, unknown, emulator.progress, ""),
        43101: lambda wechat: emulator.send(wechat, stranger),
    }


@pytest.mark.parametrize("errcode", [40163, 40029, 40003, 40037, 43101])
def test_numbers_that_come_of_themselves_are_our_errors_too(emulator: Playground, openid: str, errcode: int) -> None:
    with pytest.raises(type(from_errcode(errcode, "", ""))) as refused:
        happening(emulator, openid)[errcode](emulator.wechat())
    assert refused.value.errcode == errcode


@pytest.mark.parametrize(
    ("change", "call", "errcode"),
    [
        ({"secret": "changed"}, "sign_in", 40125),
        ({"secret": "changed"}, "check_text", 40125),
        ({"secret_frozen": True}, "sign_in", 40243),
        ({"frozen": True}, "check_text", 50007),
        ({"ip_whitelist": ["203.0.113.7"]}, "sign_in", 40164),
        ({"ip_whitelist": ["203.0.113.7"]}, "check_text", 40164),
    ],
)
def test_an_account_in_trouble_is_a_matter_of_settings(
    emulator: Playground, openid: str, change: dict[str, Any], call: str, errcode: int
) -> None:
    emulator.control("/apps", {"appid": emulator.appid, **change})
    with pytest.raises(client.Misconfigured) as refused:
        CALLS[call][1](emulator.wechat(), emulator, openid)
    assert refused.value.errcode == errcode
