"""Which event follows what people do and what happens to them."""

import time
from typing import Any

import pytest

from tests.wechat.door import Door

SEND = "/cgi-bin/message/subscribe/send"
DATA = {"character_string1": "XN1", "phrase2": "办理中", "thing3": "已到现场", "time4": "15:01"}


def send(hands: Any, openid: str) -> dict[str, Any]:
    values = {key: {"value": value} for key, value in DATA.items()}
    return hands.post(SEND, {"touser": openid, "template_id": "tpl-progress", "data": values})


def test_an_answer_to_a_popup_is_told(telling: Any, door: Door) -> None:
    openid = telling.person()
    telling.consent(openid)
    telling.consent(openid, answer="reject")
    telling.work()
    first, second = (telling.told(request) for request in door.came)
    entry = {"TemplateId": "tpl-progress", "PopupScene": "0"}
    assert first["Event"] == "subscribe_msg_popup_event"
    assert first["FromUserName"] == openid
    assert first["ToUserName"] == "gh_000000000001"
    assert abs(first["CreateTime"] - time.time()) < 5
    assert first["List"] == {**entry, "SubscribeStatusString": "accept"}
    assert second["List"] == {**entry, "SubscribeStatusString": "reject"}


def test_several_answers_of_one_popup_come_in_one_event_without_the_banned(telling: Any, door: Door) -> None:
    openid = telling.person()
    choices = {"tpl-progress": "accept", "tpl-rate": "reject", "tpl-accepted": "ban"}
    answers = [{"template_id": key, "answer": answer} for key, answer in choices.items()]
    left = telling.control(f"/users/{openid}/consents", {"answers": answers})["items"]
    assert [entry["units"] for entry in left] == [1, 0, 0]
    telling.work()
    [request] = door.came
    told = {entry["TemplateId"]: entry["SubscribeStatusString"] for entry in telling.told(request)["List"]}
    assert told == {"tpl-progress": "accept", "tpl-rate": "reject"}


def test_a_ban_alone_is_not_told(telling: Any) -> None:
    telling.consent(telling.person(), answer="ban")
    assert telling.pushes() == []


def test_switching_a_template_off_is_told_and_stops_messages(telling: Any, door: Door) -> None:
    openid = telling.person()
    telling.consent(openid)
    blocked = telling.control(f"/users/{openid}/block", {"template_id": "tpl-progress"})
    assert blocked == {"template_id": "tpl-progress", "units": 0, "blocked": True}
    telling.work()
    told = telling.told(door.came[1])
    assert told["Event"] == "subscribe_msg_change_event"
    assert told["List"] == {"TemplateId": "tpl-progress", "SubscribeStatusString": "reject"}
    assert send(telling, openid)["errcode"] == 43101


@pytest.mark.parametrize(
    ("ending", "cards", "told"),
    [
        ("success", 1, {"ErrorCode": "0", "ErrorStatus": "success"}),
        ("failed", 0, {"ErrorCode": "1", "ErrorStatus": "failed"}),
        ("lost", 1, None),
    ],
)
def test_the_end_of_a_message_is_told_or_not(
    telling: Any, door: Door, ending: str, cards: int, told: dict[str, str] | None
) -> None:
    telling.option(sent_event=ending)
    openid = telling.person()
    telling.consent(openid)
    msgid = send(telling, openid)["msgid"]
    telling.work()
    sent = [telling.told(request) for request in door.came[1:]]
    assert len(telling.control(f"/users/{openid}/messages", method="GET")["items"]) == cards
    if told is None:
        assert sent == []
    else:
        [event] = sent
        assert event["Event"] == "subscribe_msg_sent_event"
        assert event["List"] == {"TemplateId": "tpl-progress", "MsgID": str(msgid), **told}


def test_the_end_of_a_message_is_told_after_its_delay(telling: Any, door: Door) -> None:
    telling.option(sent_event_s=30)
    openid = telling.person()
    telling.consent(openid)
    send(telling, openid)
    telling.work()
    assert len(door.came) == 1
    telling.advance(31)
    telling.work()
    assert len(door.came) == 2


@pytest.mark.parametrize(
    ("path", "body", "event", "facts"),
    [
        ("revoke", {"info": ["8", "13"]}, "user_authorization_revoke", {"RevokeInfo": "8,13"}),
        ("close", {}, "user_authorization_cancellation", {}),
        ("modify", {}, "user_info_modified", {"RevokeInfo": ""}),
    ],
)
def test_what_happens_to_an_account_is_told_by_the_platform(
    telling: Any, door: Door, path: str, body: Any, event: str, facts: dict[str, str]
) -> None:
    openid = telling.person()
    telling.control(f"/users/{openid}/{path}", body)
    telling.work()
    [told] = [telling.told(request) for request in door.came]
    assert told["Event"] == event
    assert told["OpenID"] == openid != told["FromUserName"]
    assert told["AppID"] == telling.settings.appid
    assert told.items() >= facts.items()


def test_a_closed_account_is_closed_once_and_for_good(telling: Any) -> None:
    openid = telling.person()
    telling.consent(openid)
    send(telling, openid)
    code = telling.code("login", openid)
    for _ in range(2):
        telling.control(f"/users/{openid}/close")
    shown = telling.control(f"/users/{openid}", method="GET")
    assert (shown["closed"], shown["consents"]) == (True, {})
    assert telling.sign_in(code)["errcode"] == 40029
    assert send(telling, openid)["errcode"] == 40003
    assert telling.client.post(f"/_emu/users/{openid}/login").status_code == 404
    assert [push["event"] for push in telling.pushes()][2:] == ["user_authorization_cancellation"]


def test_a_message_to_customer_service_has_an_id(telling: Any, door: Door) -> None:
    openid = telling.person()
    telling.control(f"/users/{openid}/customer-service")
    msgid = telling.control(f"/users/{openid}/customer-messages", {"text": "灯还没修"})["msgid"]
    telling.control("/punishments", {"reason": "测试"})
    telling.work()
    entered, text, punished = (telling.told(request) for request in door.came)
    assert entered["Event"] == "user_enter_tempsession"
    assert (text["MsgType"], text["Content"], str(text["MsgId"])) == ("text", "灯还没修", msgid)
    assert text["MsgId"] > 2**53
    assert punished["Event"] == "wxa_punish_event"


def test_any_message_can_be_pushed_by_hand(telling: Any, door: Door) -> None:
    telling.control("/pushes", {"message": {"MsgType": "event", "Event": "something_new", "Count": 3}})
    telling.work()
    told = telling.told(door.came[0])
    assert (told["Event"], told["Count"]) == ("something_new", 3)


def test_what_happens_in_another_mini_program_is_not_told_to_ours(telling: Any) -> None:
    telling.control("/apps", {"appid": "wx-other", "secret": "s"})
    telling.consent(telling.person(appid="wx-other"))
    assert telling.pushes() == []


def test_without_token_or_key_nothing_is_pushed_and_the_button_says_so(hands: Any) -> None:
    hands.consent(hands.person())
    assert hands.pushes() == []
    for path, body in (("/pushes", {"message": {}}), ("/pushes/handshake", None)):
        response = hands.client.post(f"/_emu{path}", json=body)
        assert response.status_code == 409
        assert "WECHAT_PUSH_TOKEN" in response.get_json()["error"]
