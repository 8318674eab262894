"""Templates and messages."""

from typing import Any

import pytest
import responses

from tests.wechat.client.wire import Wire, hang, raw, refused, sent
from wechat.client import (
    OFFICIAL_BASE,
    Busy,
    ContentRefused,
    Field,
    FieldInvalid,
    LimitReached,
    MemoryTokenStore,
    Misconfigured,
    NoPermissionLeft,
    Unclear,
    UserUnknown,
    WeChat,
    WeChatError,
    fit,
    kind_of,
)
from wechat.client.subscribe_message import msgid_of

SEND = "/cgi-bin/message/subscribe/send"


def test_the_kind_of_a_field_is_its_key_without_the_number() -> None:
    assert kind_of("thing3") == "thing"
    assert kind_of("character_string12") == "character_string"


def test_templates_are_read_with_their_fields(emulator: Any) -> None:
    templates = {template.id: template for template in emulator.wechat().templates()}
    progress = templates["tpl-progress"]
    assert (progress.title, progress.kind) == ("办理进度通知", 2)
    assert progress.fields[:2] == (
        Field("character_string1", "character_string", "工单编号"),
        Field("phrase2", "phrase", "当前状态"),
    )


@responses.activate
def test_an_enumerated_field_carries_its_values() -> None:
    entry = {
        "priTmplId": "T",
        "title": "停水通知",
        "content": "状态:{{enum_string1.DATA}}\n时间：{{time2.DATA}}\n",
        "type": 3,
        "keywordEnumValueList": [{"keywordCode": "enum_string1", "enumValueList": ["停水", "恢复"]}],
    }
    responses.post(f"{OFFICIAL_BASE}/cgi-bin/stable_token", json={"access_token": "T", "expires_in": 7200})
    responses.get(f"{OFFICIAL_BASE}/wxaapi/newtmpl/gettemplate", json={"errcode": 0, "data": [entry]})
    [template] = WeChat("wx1", "s", OFFICIAL_BASE, MemoryTokenStore()).templates()
    assert template.fields == (
        Field("enum_string1", "enum_string", "状态", ("停水", "恢复")),
        Field("time2", "time", "时间"),
    )


def test_every_template_of_the_emulator_takes_its_own_examples(emulator: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    host = emulator.control(f"/../m/host.json?as={openid}", method="GET")
    for template in wechat.templates():
        emulator.consent(openid, template.id)
        examples = [line.partition(":")[2] for line in host["templates"][template.id]["example"].splitlines()]
        pairs = zip(template.fields, examples, strict=True)
        assert wechat.send_subscribe_message(openid, template.id, {f.key: fit(f.kind, e) for f, e in pairs})


def test_a_message_with_consent_arrives_and_uses_it_up(emulator: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    emulator.consent(openid)
    msgid = emulator.send(wechat, openid, "pages/order/order?number=XN1")
    assert msgid is not None
    assert msgid > 2**53
    [message] = emulator.messages(openid)
    assert message["msgid"] == str(msgid)
    assert message["data"] == emulator.progress
    assert message["page"] == "pages/order/order?number=XN1"
    with pytest.raises(NoPermissionLeft):
        emulator.send(wechat, openid)


def test_one_consent_and_five_simultaneous_sends_give_one_message(emulator: Any, at_once: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    emulator.consent(openid)
    outcomes = at_once(5, lambda: emulator.send(wechat, openid))
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 1, outcomes
    assert sum(isinstance(outcome, NoPermissionLeft) for outcome in outcomes) == 4, outcomes
    assert len(emulator.messages(openid)) == 1


def test_a_send_cut_after_its_effect_is_unclear_and_not_repeated(emulator: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    emulator.consent(openid)
    emulator.consent(openid)
    emulator.fault(SEND, reset="after", count=1)
    with pytest.raises(Unclear):
        emulator.send(wechat, openid)
    assert len(emulator.messages(openid)) == 1
    assert len(emulator.calls(SEND)) == 1


def test_a_send_cut_before_its_effect_looks_the_same_from_here(emulator: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    emulator.consent(openid)
    emulator.fault(SEND, reset="before", count=1)
    with pytest.raises(Unclear):
        emulator.send(wechat, openid)
    assert emulator.messages(openid) == []


def test_a_send_that_hangs_is_unclear(emulator: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat(read_s=0.3)
    emulator.consent(openid)
    emulator.fault(SEND, hang="after", count=1)
    with pytest.raises(Unclear):
        emulator.send(wechat, openid)
    emulator.control("/faults", method="DELETE")
    assert len(emulator.messages(openid)) == 1


@pytest.mark.parametrize(
    ("openid", "template_id", "page", "change", "expected"),
    [
        ("oNobody", "tpl-progress", "", {}, UserUnknown),
        ("", "tpl-none", "", {}, Misconfigured),
        ("", "tpl-progress", "/leading/slash", {}, Misconfigured),
        ("", "tpl-progress", "", {"thing3": ""}, FieldInvalid),
        ("", "tpl-progress", "", {"phrase2": "in work"}, FieldInvalid),
        ("", "tpl-progress", "", {"thing3": "可代开发票"}, ContentRefused),
    ],
)
def test_each_refusal_has_its_class_and_costs_no_consent(
    emulator: Any, openid: str, template_id: str, page: str, change: dict[str, str], expected: type[Exception]
) -> None:
    person, wechat = emulator.person(), emulator.wechat()
    emulator.consent(person)
    with pytest.raises(expected):
        wechat.send_subscribe_message(openid or person, template_id, {**emulator.progress, **change}, page)
    assert emulator.control(f"/users/{person}", method="GET")["consents"]["tpl-progress"]["units"] == 1


def test_a_message_that_collides_with_another_to_the_same_person_is_a_limit(emulator: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    emulator.fault(SEND, errcode=43108, count=1)
    with pytest.raises(LimitReached) as problem:
        emulator.send(wechat, openid)
    assert problem.value.wait_s == 2.0


@responses.activate
def test_state_and_language_are_always_sent_and_a_missing_msgid_is_none() -> None:
    responses.post(f"{OFFICIAL_BASE}/cgi-bin/stable_token", json={"access_token": "T", "expires_in": 7200})
    responses.post(OFFICIAL_BASE + SEND, json={"errcode": 0, "errmsg": "ok"})
    wechat = WeChat("wx1", "s", OFFICIAL_BASE, MemoryTokenStore())
    assert wechat.send_subscribe_message("o1", "T", {"thing1": "好"}) is None
    body = responses.calls[-1].request.body
    assert (
        body
        == (
            '{"touser": "o1", "template_id": "T", "data": {"thing1": {"value": "好"}}, '
            '"miniprogram_state": "formal", "lang": "zh_CN"}'
        ).encode()
    )


@pytest.mark.parametrize(
    ("value", "msgid"),
    [
        (3248682510344192009, 3248682510344192009),
        ("3248682510344192009", 3248682510344192009),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        ("9" * 5000, None),
        (None, None),
        (0, None),
        (-1, None),
        ("", None),
        ("many", None),
        ("１２", None),
        (1.5e18, None),
        ([], None),
    ],
    ids=lambda value: str(value)[:20],
)
def test_a_msgid_is_kept_to_the_last_digit_and_an_odd_one_makes_nothing_unsent(
    wire: Wire, value: Any, msgid: int | None
) -> None:
    assert msgid_of(value) == msgid
    wire.says(SEND, {"errcode": 0, "msgid": value})
    assert wire.wechat().send_subscribe_message("o1", "T", {}) == msgid


@pytest.mark.parametrize(
    "answer",
    [{}, {"ok": True}, sent(b"", status=502), sent(b"<html>"), raw(b""), hang],
    ids=["nothing in it", "other JSON", "502", "HTML", "no bytes", "silence"],
)
def test_what_does_not_say_that_the_message_went_is_unclear_and_nothing_is_repeated(wire: Wire, answer: Any) -> None:
    wire.says(SEND, answer)
    with pytest.raises(Unclear):
        wire.wechat(read_s=0.2).send_subscribe_message("o1", "T", {})
    assert len(wire.calls(SEND)) == 1


@pytest.mark.parametrize(("errcode", "expected"), [(-1, Busy), (43108, LimitReached), (43101, NoPermissionLeft)])
def test_a_send_is_never_repeated_by_itself(wire: Wire, errcode: int, expected: type[WeChatError]) -> None:
    wire.says(SEND, refused(errcode), {"errcode": 0})
    with pytest.raises(expected):
        wire.wechat().send_subscribe_message("o1", "T", {})
    assert len(wire.calls(SEND)) == 1


def test_reading_the_templates_is_tried_once_more_when_wechat_is_busy(wire: Wire) -> None:
    wire.says("/wxaapi/newtmpl/gettemplate", refused(-1), {"errcode": 0, "data": []})
    assert wire.wechat().templates() == []


def test_an_answer_without_a_list_does_not_mean_that_there_are_no_templates(wire: Wire) -> None:
    wire.says("/wxaapi/newtmpl/gettemplate", {"errcode": 0})
    with pytest.raises(Unclear):
        wire.wechat().templates()
