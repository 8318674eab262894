"""Subscription messages."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests

from wechat.emulator import Settings, create_emulator
from wechat.emulator.pages import page_exists

SEND = "/cgi-bin/message/subscribe/send"
GOOD = {"character_string1": "XN1", "phrase2": "办理中", "thing3": "已到现场", "time4": "15:01"}


def question(openid: str, template_id: str = "tpl-progress", data: Any = None, **more: Any) -> dict[str, Any]:
    values = {key: {"value": value} for key, value in {**GOOD, **(data or {})}.items()}
    return {"touser": openid, "template_id": template_id, "data": values, **more}


def test_gettemplate_shows_content_examples_and_kind(hands: Any) -> None:
    query = {"access_token": hands.stable()["access_token"]}
    answer = hands.client.get("/wxaapi/newtmpl/gettemplate", query_string=query).get_json()
    progress = next(entry for entry in answer["data"] if entry["priTmplId"] == "tpl-progress")
    assert progress["type"] == 2
    assert progress["content"].splitlines()[0] == "工单编号:{{character_string1.DATA}}"
    assert progress["example"].splitlines()[1] == "当前状态:办理中"


def test_gettemplate_hides_from_a_post(hands: Any) -> None:
    assert hands.client.post("/wxaapi/newtmpl/gettemplate").status_code == 404


def test_each_accept_is_worth_one_message(hands: Any) -> None:
    openid = hands.person()
    assert hands.consent(openid)["units"] == 1
    assert hands.consent(openid)["units"] == 2
    assert [hands.errcode(SEND, question(openid)) for _ in range(3)] == [0, 0, 43101]


def test_a_consent_is_good_for_its_own_template_only(hands: Any) -> None:
    openid = hands.person()
    hands.consent(openid, "tpl-rate")
    assert hands.errcode(SEND, question(openid)) == 43101


def test_a_reject_adds_nothing_and_takes_nothing(hands: Any) -> None:
    openid = hands.person()
    hands.consent(openid)
    assert hands.consent(openid, answer="reject") == {"template_id": "tpl-progress", "units": 1, "blocked": False}
    assert hands.errcode(SEND, question(openid)) == 0


def test_a_ban_blocks_until_the_next_accept(hands: Any) -> None:
    openid = hands.person()
    hands.consent(openid)
    assert hands.consent(openid, answer="ban") == {"template_id": "tpl-progress", "units": 0, "blocked": True}
    assert hands.errcode(SEND, question(openid)) == 43101
    hands.consent(openid)
    assert hands.errcode(SEND, question(openid)) == 0


def test_the_errors_come_in_the_documented_order(hands: Any) -> None:
    openid = hands.person()
    wrong = question("oNobody", "tpl-none", {"thing3": ""}, page="/nowhere")
    assert hands.errcode(SEND, wrong, token=None) == 41001
    assert hands.errcode(SEND, b"{") == 47001
    assert hands.errcode(SEND, wrong) == 40003
    assert hands.errcode(SEND, {**wrong, "touser": openid}) == 40037
    wrong = question(openid, data={"thing3": ""}, page="/nowhere")
    assert hands.errcode(SEND, wrong) == 41030
    assert hands.errcode(SEND, {**wrong, "page": "pages/order/order"}) == 47003
    hands.control("/templates/tpl-progress/ban")
    assert hands.errcode(SEND, question(openid, data={"thing3": "代开发票"})) == 43107
    assert hands.errcode(SEND, question(openid, "tpl-none")) == 40037


def test_sensitive_words_are_refused_after_permission_and_cost_nothing(hands: Any) -> None:
    openid = hands.person()
    bad = question(openid, data={"thing3": "代开发票"})
    assert hands.errcode(SEND, bad) == 43101
    hands.consent(openid)
    assert hands.errcode(SEND, bad) == 45168
    assert hands.errcode(SEND, question(openid)) == 0


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ({"thing3": ""}, "argument invalid! data.thing3.value is empty"),
        ({"thing3": "长" * 21}, "argument invalid! data.thing3.value invalid"),
        ({"time4": "09:00～10:00"}, "argument invalid! data.time4.value invalid"),
        ({"phrase2": None}, "argument invalid! data.phrase2.value is empty"),
        ({"thing3": 5}, "argument invalid! data.thing3.value invalid"),
    ],
)
def test_a_wrong_value_is_named(hands: Any, data: dict[str, Any], text: str) -> None:
    answer = hands.post(SEND, question(hands.person(), data=data))
    assert answer["errcode"] == 47003
    assert answer["errmsg"].startswith(text + " rid: ")


def test_data_as_a_json_text_is_wrong(hands: Any) -> None:
    whole = question(hands.person())
    assert hands.errcode(SEND, {**whole, "data": json.dumps(whole["data"])}) == 47003


def test_a_missing_key_is_an_empty_value(hands: Any) -> None:
    whole = question(hands.person())
    del whole["data"]["thing3"]
    assert "data.thing3.value is empty" in hands.post(SEND, whole)["errmsg"]


def test_the_msgid_is_beyond_what_javascript_holds_and_reaches_the_phone_as_text(hands: Any) -> None:
    openid = hands.person()
    hands.consent(openid)
    msgid = hands.post(SEND, question(openid, page="pages/order/order?number=XN1"))["msgid"]
    assert msgid > 2**53
    [message] = hands.control(f"/users/{openid}/messages", method="GET")["items"]
    assert message["msgid"] == str(msgid)
    assert message["title"] == "办理进度通知"
    assert message["page"] == "pages/order/order?number=XN1"
    assert message["lines"][1] == {"label": "当前状态", "value": "办理中"}
    assert message["at"].endswith("+08:00")


def test_messages_come_newest_first(hands: Any) -> None:
    openid = hands.person()
    for number in ("XN1", "XN2", "XN3"):
        hands.consent(openid)
        hands.post(SEND, question(openid, data={"character_string1": number}))
        hands.advance(1)
    items = hands.control(f"/users/{openid}/messages", method="GET")["items"]
    assert [item["data"]["character_string1"] for item in items] == ["XN3", "XN2", "XN1"]


def test_pages_are_those_of_the_mini_program(tmp_path: Path) -> None:
    app_json = tmp_path / "app.json"
    assert page_exists("pages/any/any?x=1", app_json)
    assert not page_exists("/pages/any/any", app_json)
    app_json.write_text(
        '{"pages": ["pages/mine/mine"], "subPackages": [{"root": "worker", "pages": ["pages/pool/pool"]}]}'
    )
    assert page_exists("pages/mine/mine?number=XN1", app_json)
    assert page_exists("worker/pages/pool/pool", app_json)
    assert not page_exists("pages/any/any", app_json)


@pytest.fixture
def other_templates(settings: Settings, tmp_path: Path) -> Settings:
    listed = [
        {
            "id": "tpl-long",
            "title": "停水通知",
            "type": 3,
            "fields": [
                {"key": "thing1", "label": "内容", "example": "灯"},
                {"key": "enum_string2", "label": "状态", "example": "停水", "values": ["停水", "恢复"]},
            ],
        }
    ]
    path = tmp_path / "templates.json"
    path.write_text(json.dumps(listed), encoding="utf-8")
    return Settings(**{**vars(settings), "message_templates": path})


def test_a_long_term_template_sends_until_refused_and_checks_its_enumeration(
    hands: Any, other_templates: Settings
) -> None:
    hands.client = create_emulator(other_templates).test_client()
    openid = hands.person()

    def send(state: str) -> int:
        data = {"thing1": {"value": "停水"}, "enum_string2": {"value": state}}
        return hands.errcode(SEND, {"touser": openid, "template_id": "tpl-long", "data": data})

    assert send("停水") == 43101
    hands.consent(openid, "tpl-long")
    assert [send("停水"), send("恢复"), send("停电")] == [0, 0, 47003]
    hands.consent(openid, "tpl-long", "reject")
    assert send("停水") == 43101


@pytest.mark.parametrize(
    ("data", "errcode"), [({"thing3": ""}, 47003), ({"thing3": "长" * 21}, 47003), ({"thing3": "代开发票"}, 45168)]
)
@pytest.mark.parametrize(("costs", "left"), [(False, 2), (True, 1)])
def test_whether_a_refused_message_costs_a_unit_can_be_chosen(
    hands: Any, data: dict[str, str], errcode: int, costs: bool, left: int
) -> None:
    hands.option(refused_send_costs=costs)
    openid = hands.person()
    hands.consent(openid)
    hands.consent(openid)
    assert hands.errcode(SEND, question(openid, data=data)) == errcode
    assert hands.control(f"/users/{openid}", method="GET")["consents"]["tpl-progress"]["units"] == left


def test_a_refused_message_costs_nothing_where_there_is_nothing(hands: Any) -> None:
    hands.option(refused_send_costs=True)
    openid = hands.person()
    assert hands.errcode(SEND, question(openid, data={"thing3": ""})) == 47003
    hands.consent(openid)
    assert hands.errcode(SEND, question(openid)) == 0


def test_a_banned_template_can_be_allowed_again(hands: Any) -> None:
    openid = hands.person()
    hands.consent(openid)
    hands.control("/templates/tpl-progress/ban")
    assert hands.errcode(SEND, question(openid)) == 43107
    hands.control("/templates/tpl-progress/ban", method="DELETE")
    assert hands.errcode(SEND, question(openid)) == 0


def test_two_messages_to_one_person_at_once_meet(emulator: Any, at_once: Any) -> None:
    emulator.control("/options", {"send_takes_s": 1.5})
    openid, other = emulator.person(), emulator.person()
    for who in (openid, openid, other):
        emulator.consent(who)
    token = emulator.token()
    recipients = iter([openid, openid, other])
    assert sorted(at_once(3, lambda: send_one(emulator, token, next(recipients)))) == [0, 0, 43108]
    assert [len(emulator.messages(who)) for who in (openid, other)] == [1, 1]
    assert send_one(emulator, token, openid) == 0


def send_one(emulator: Any, token: str, openid: str) -> int:
    answer = requests.post(f"{emulator.base}{SEND}", params={"access_token": token}, json=question(openid), timeout=5)
    return answer.json()["errcode"]


def test_a_person_without_permission_is_refused_even_while_another_message_is_sent(hands: Any) -> None:
    openid = hands.person()
    hands.emulator.sending_to.add(openid)
    assert hands.errcode(SEND, question(openid)) == 43101
    hands.consent(openid)
    assert hands.errcode(SEND, question(openid)) == 43108
    hands.emulator.sending_to.clear()
    assert hands.errcode(SEND, question(openid)) == 0


def test_the_messages_of_all_phones_are_listed_together(hands: Any) -> None:
    people = [hands.person(), hands.person()]
    for openid in people:
        hands.consent(openid)
        hands.post(SEND, question(openid))
        hands.advance(1)
    items = hands.control("/outbox", method="GET")["items"]
    assert [item["openid"] for item in items] == people[::-1]


def test_the_day_of_messages_has_its_limit(hands: Any) -> None:
    hands.control("/counters", {"path": SEND, "used": 10_000_000})
    assert hands.errcode(SEND, question(hands.person())) == 45009
