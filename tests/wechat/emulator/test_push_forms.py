"""Whatever form the emulator pushes in, the receiving side reads the same event, and answers are understood."""

import itertools
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.wechat.door import Door, Request
from wechat.emulator.options import SHAPES
from wechat.push import crypto, receiving

PUSH_TOKEN = "gridDevToken01"
AES_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
MODES, FORMS, NUMBERS = ("plain", "compatible", "safe"), ("json", "xml"), ("int", "string")
NAMES = [
    "subscribe_msg_popup_event",
    "subscribe_msg_change_event",
    "user_authorization_revoke",
    "text",
    "wxa_media_check",
]


def opened(request: Request, appid: str, mode: str) -> Any:
    settings = receiving.PushSettings(PUSH_TOKEN, AES_KEY, appid, receiving.Mode(mode))
    return receiving.open_push(settings, request.query, request.body, datetime.now(UTC))


def tell(hands: Any, openid: str) -> None:
    """One of each kind of message."""
    choices = {"tpl-progress": "accept", "tpl-rate": "reject"}
    answers = [{"template_id": template_id, "answer": answer} for template_id, answer in choices.items()]
    hands.control(f"/users/{openid}/consents", {"answers": answers})
    hands.control(f"/users/{openid}/block", {"template_id": "tpl-rate"})
    hands.control(f"/users/{openid}/revoke", {"info": ["8", "13"]})
    hands.control(f"/users/{openid}/customer-messages", {"text": "灯坏了 <b>&]]>"})
    verdict = {"errcode": 0, "result": {"suggest": "pass", "label": 100}, "detail": [{"prob": 90}]}
    message = {"MsgType": "event", "Event": "wxa_media_check", "trace_id": "t1", **verdict}
    hands.control("/pushes", {"message": message})


@pytest.mark.parametrize(("mode", "form", "shape", "numbers"), [*itertools.product(MODES, FORMS, SHAPES, NUMBERS)])
def test_every_form_tells_the_same(
    telling: Any, door: Door, monkeypatch: pytest.MonkeyPatch, mode: str, form: str, shape: str, numbers: str
) -> None:
    monkeypatch.setattr(telling.emulator.clock, "now", lambda: 1_750_000_000.0)
    monkeypatch.setattr(telling.emulator.chance, "msgid", lambda: 2**60 + 1)
    telling.option(push_mode=mode, push_format=form, push_shape=shape, push_numbers=numbers)
    tell(telling, telling.person(openid="oTEST"))
    telling.work()
    told = [opened(request, telling.settings.appid, mode) for request in door.came]
    assert [event.name for event in told] == NAMES
    assert [event.openid for event in told] == ["oTEST"] * 4 + [""]
    assert {event.created_at for event in told} == {1_750_000_000}
    popup, change, revoke, text, media = told
    answers = {row["TemplateId"]: row["SubscribeStatusString"] for row in popup.entries}
    assert answers == {"tpl-progress": "accept", "tpl-rate": "reject"}
    assert [row["TemplateId"] for row in change.entries] == ["tpl-rate"]
    assert revoke.facts["RevokeInfo"] == "8,13"
    assert (text.facts["Content"], text.facts["MsgId"]) == ("灯坏了 <b>&]]>", str(2**60 + 1))
    assert (media.facts["result.suggest"], media.facts["errcode"]) == ("pass", "0")


def test_the_handshake_is_passed_by_the_receiving_side(telling: Any, door: Door) -> None:
    settings = receiving.PushSettings(PUSH_TOKEN, AES_KEY, telling.settings.appid)
    door.answer = lambda request: (200, receiving.verify_url(settings, request.query).encode())
    assert telling.control("/pushes/handshake")["ok"] is True


def test_a_sealed_reply_of_the_receiving_side_is_understood(telling: Any, door: Door) -> None:
    settings = receiving.PushSettings(PUSH_TOKEN, AES_KEY, telling.settings.appid)

    def answer(request: Request) -> tuple[int, bytes]:
        fields = receiving.sealed_reply(settings, b'{"ok":1}', 1_750_000_001, request.query["nonce"])
        return 200, json.dumps(fields).encode()

    door.answer = answer
    telling.control("/punishments")
    telling.work()
    [push] = telling.pushes()
    assert (push["state"], push["attempts"][0]["reply"]) == ("delivered", '加密回复：{"ok":1}')


@pytest.mark.parametrize("wrong", ["token", "key", "appid"])
def test_a_push_for_somebody_else_is_refused(telling: Any, door: Door, wrong: str) -> None:
    telling.control("/punishments")
    telling.work()
    token, key, appid = PUSH_TOKEN, AES_KEY, telling.settings.appid
    settings = receiving.PushSettings(
        "other" if wrong == "token" else token,
        "B" * 43 if wrong == "key" else key,
        "wx9" if wrong == "appid" else appid,
    )
    [request] = door.came
    with pytest.raises(crypto.PushRefused):
        receiving.open_push(settings, request.query, request.body, datetime.now(UTC))
