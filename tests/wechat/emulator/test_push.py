"""What this WeChat tells the service, and how."""

import base64
import json
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.wechat.door import Door, Request
from wechat.emulator import Settings, create_emulator
from wechat.emulator.push import envelope, queue, sender, shapes
from wechat.push import crypto

TOKEN = "gridDevToken01"
AES_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
MODES = ("plain", "compatible", "safe")
# how it travels


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("form", ["json", "xml"])
def test_a_push_is_signed_and_sealed_by_its_mode(telling: Any, door: Door, mode: str, form: str) -> None:
    telling.option(push_mode=mode, push_format=form)
    openid = telling.person()
    telling.consent(openid)
    telling.work()
    [request] = door.came
    query, clear = request.query, read(request.body, form)
    assert (request.path, query["openid"]) == ("/wechat/push", openid)
    assert request.content_type == {"json": "application/json", "xml": "text/xml"}[form]
    assert query["signature"] == crypto.signature(TOKEN, query["timestamp"], query["nonce"])
    assert abs(int(query["timestamp"]) - time.time()) < 5
    assert ("Event" in clear) == (mode != "safe")
    assert ("Encrypt" in clear) == (mode != "plain")
    if mode != "plain":
        assert query["encrypt_type"] == "aes"
        signed = crypto.signature(TOKEN, query["timestamp"], query["nonce"], clear["Encrypt"])
        assert query["msg_signature"] == signed
        sealed = read(crypto.decrypt(AES_KEY, telling.settings.appid, clear["Encrypt"]), form)
        assert sealed["Event"] == "subscribe_msg_popup_event"
        assert mode == "safe" or {**sealed, "Encrypt": clear["Encrypt"]} == clear


def read(body: bytes, form: str) -> dict[str, Any]:
    if form == "json":
        return json.loads(body)
    return {child.tag: child.text or ElementTree.tostring(child) for child in ElementTree.fromstring(body)}


def test_the_time_of_a_push_is_the_true_one_however_far_the_clock_was_moved(telling: Any, door: Door) -> None:
    telling.advance(7200)
    telling.consent(telling.person())
    telling.work()
    assert abs(int(door.came[0].query["timestamp"]) - time.time()) < 5
    assert telling.told(door.came[0])["CreateTime"] > time.time() + 7000


ENTRIES = [{"TemplateId": "A", "MsgID": 5}, {"TemplateId": "B", "MsgID": 6}]


def sent_event(number: int) -> dict[str, Any]:
    return {"CreateTime": 17, "Event": "subscribe_msg_sent_event", "List": ENTRIES[:number]}


@pytest.mark.parametrize(
    ("number", "shape", "expected"),
    [
        (1, "object", {"List": ENTRIES[0]}),
        (2, "object", {"List": ENTRIES}),
        (1, "array", {"List": ENTRIES[:1]}),
        (1, "nested", {"SubscribeMsgSentEvent": {"List": ENTRIES[0]}}),
        (2, "nested", {"SubscribeMsgSentEvent": {"List": ENTRIES}}),
    ],
)
def test_the_list_takes_each_form_that_was_seen(number: int, shape: str, expected: dict[str, Any]) -> None:
    told = json.loads(shapes.written(sent_event(number), "json", shape, "int"))
    assert {key: value for key, value in told.items() if key not in ("CreateTime", "Event")} == expected


def test_numbers_can_be_texts_at_any_depth() -> None:
    told = json.loads(shapes.written(sent_event(2), "json", "array", "string"))
    assert told["CreateTime"] == "17"
    assert [entry["MsgID"] for entry in told["List"]] == ["5", "6"]


def test_xml_nests_the_list_and_repeats_it() -> None:
    root = ElementTree.fromstring(shapes.written(sent_event(2), "xml", "object", "int"))
    assert [entry.findtext("TemplateId") for entry in root.findall("SubscribeMsgSentEvent/List")] == ["A", "B"]


@pytest.mark.parametrize("text", ["<b>&amp;", "]]>", "a\x00\x0bb", "网格\n员"])
def test_xml_survives_what_people_write(text: str) -> None:
    root = ElementTree.fromstring(shapes.written({"Content": text}, "xml", "object", "int"))
    assert root.findtext("Content") == text.replace("\x00", "").replace("\x0b", "")


def test_a_push_is_signed_like_the_known_vector_and_opens_with_its_key(
    telling: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = {
        "ToUserName": "gh_000000000001",
        "FromUserName": "oTESTopenid0000000000000001",
        "CreateTime": 1750000000,
        "MsgType": "event",
        "Event": "debug_demo",
        "debug_str": "网格",
    }
    monkeypatch.setattr(envelope.time, "time", lambda: 1750000000.5)
    monkeypatch.setattr(telling.emulator.chance, "digits", lambda length: "1357924680")
    parcel = envelope.packed(telling.emulator, message)
    assert parcel.query["signature"] == "395afd04fae92262e6e61d9ab0d8e2fcb2453c2b"
    sealed = json.loads(parcel.body)["Encrypt"]
    assert json.loads(crypto.decrypt(AES_KEY, telling.settings.appid, sealed)) == message
    assert len(base64.b64decode(sealed)) % 32 == 0


# attempts and replies


def sealed_reply(appid: str, form: str = "json", **changes: str) -> bytes:
    encrypted = crypto.encrypt(AES_KEY, appid, b'{"ok":1}')
    signed = crypto.signature(TOKEN, "1750000001", "n1", encrypted)
    fields = {"Encrypt": encrypted, "MsgSignature": signed, "TimeStamp": "1750000001", "Nonce": "n1", **changes}
    return json.dumps(fields).encode() if form == "json" else shapes.as_xml(fields).encode()


WRONG_APP = sealed_reply("wx9")
APPID = "wx0000000000000001"


@pytest.mark.parametrize(
    ("status", "reply", "state", "attempts"),
    [
        (200, b"success", "delivered", 1),
        (200, b"", "delivered", 1),
        (200, sealed_reply(APPID), "delivered", 1),
        (200, sealed_reply(APPID, "xml"), "delivered", 1),
        (200, sealed_reply(APPID, MsgSignature="0" * 40), "misunderstood", 1),
        (200, WRONG_APP, "misunderstood", 1),
        (200, b"<html>hello</html>", "misunderstood", 1),
        (200, b'{"ok": true}', "misunderstood", 1),
        (200, "成功".encode("gbk"), "misunderstood", 1),
        (403, b"success", "failed", 3),
        (500, b"broken", "failed", 3),
    ],
    # What is sealed differs from run to run, so that the replies themselves cannot name the cases.
    ids=[
        "success",
        "empty",
        "sealed",
        "sealed in XML",
        "forged",
        "of another app",
        "HTML",
        "other JSON",
        "not UTF-8",
        "refused",
        "broken",
    ],  # fmt: skip
)
def test_a_reply_is_understood_or_not(
    telling: Any, door: Door, status: int, reply: bytes, state: str, attempts: int
) -> None:
    door.answer = lambda request: (status, reply)
    telling.control("/punishments")
    telling.work()
    [push] = telling.pushes()
    assert (push["state"], len(push["attempts"])) == (state, attempts)
    assert {attempt["status"] for attempt in push["attempts"]} == {status}
    assert len({(request.body, str(request.query)) for request in door.came}) == 1


def test_our_reply_is_shown_and_a_sealed_one_is_opened(telling: Any, door: Door) -> None:
    door.answer = lambda request: (200, sealed_reply(APPID))
    telling.control("/punishments")
    telling.work()
    [attempt] = telling.pushes()[0]["attempts"]
    assert attempt["reply"] == '加密回复：{"ok":1}'
    assert attempt["understood"] is True


def test_errors_are_not_tried_again_where_the_option_says_so(telling: Any, door: Door) -> None:
    telling.option(push_retries_errors=False)
    door.answer = lambda request: (500, b"")
    telling.control("/punishments")
    telling.work()
    assert len(door.came) == 1


def test_no_answer_in_time_is_three_identical_attempts(telling: Any, door: Door) -> None:
    telling.option(push_timeout_s=0.1)
    door.answer = lambda request: (time.sleep(0.8), (200, b"success"))[1]  # type: ignore[func-returns-value]
    telling.control("/punishments")
    telling.work()
    first, *others = door.came
    assert others == [first, first]
    [push] = telling.pushes()
    assert push["state"] == "failed"
    assert [attempt["reply"] for attempt in push["attempts"]] == ["0.1 秒内没有答复"] * 3


def test_a_service_that_comes_back_gets_the_push_at_the_second_attempt(telling: Any, door: Door) -> None:
    door.answer = lambda request: (200, b"success") if len(door.came) > 1 else (502, b"")
    telling.control("/punishments")
    telling.work()
    [push] = telling.pushes()
    assert push["state"] == "delivered"
    assert [attempt["status"] for attempt in push["attempts"]] == [502, 200]


def test_redirects_are_not_followed(telling: Any, door: Door) -> None:
    door.headers["Location"] = f"{door.url}/elsewhere"
    door.answer = lambda request: (302, b"")
    telling.control("/punishments")
    telling.work()
    assert {request.path for request in door.came} == {"/wechat/push"}


def test_nobody_at_the_address_is_a_failure_in_words(telling: Any) -> None:
    telling.option(push_url="http://127.0.0.1:9/wechat/push")
    telling.control("/punishments")
    telling.work()
    [push] = telling.pushes()
    assert push["state"] == "failed"
    assert {attempt["reply"] for attempt in push["attempts"]} == {"连接不上或连接中断"}


FOREIGN = [
    "http://example.com/push",
    "http://127.0.0.1.example.com/",
    "ftp://127.0.0.1/",
    "http://user@127.0.0.1/",
    "//",
]


@pytest.mark.parametrize("url", FOREIGN)
def test_only_addresses_of_this_machine_can_be_set(hands: Any, url: str) -> None:
    response = hands.client.post("/_emu/options", json={"push_url": url})
    assert response.status_code == 400
    assert hands.control("/options", method="GET")["push_url"] == ""


def test_a_foreign_address_in_an_old_state_is_still_not_reached(telling: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "quiet_session", lambda: pytest.fail("something was sent"))
    telling.emulator.options["push_url"] = "http://192.0.2.1/push"
    telling.control("/punishments")
    telling.work()
    assert telling.pushes()[0]["state"] == "failed"


def test_by_default_the_service_of_the_settings_is_told(settings: Settings) -> None:
    emulator = create_emulator(replace(settings, service_port=8123)).extensions["emulator"]
    assert sender.address(emulator) == "http://127.0.0.1:8123/wechat/push"


# order, loss, repetition, restart


def test_pushes_keep_their_order(telling: Any, door: Door) -> None:
    openids = [telling.person() for _ in range(5)]
    for openid in openids:
        telling.consent(openid)
    telling.work()
    assert [request.query["openid"] for request in door.came] == openids


def test_push_lost_loses_and_push_tripled_repeats_the_identical_push(telling: Any, door: Door) -> None:
    telling.control("/faults", {"preset": "push lost"})
    telling.control("/punishments")
    telling.work()
    assert (door.came, telling.pushes()[0]["state"]) == ([], "lost")
    telling.control("/faults", method="DELETE")
    telling.control("/faults", {"preset": "push tripled"})
    telling.control("/punishments")
    telling.work()
    assert len(door.came) == 3
    assert len({(request.body, str(request.query)) for request in door.came}) == 1
    assert telling.pushes()[1]["state"] == "delivered"


def test_a_fault_can_be_meant_for_one_kind_of_push_and_leaves_calls_alone(telling: Any, door: Door) -> None:
    telling.control("/faults", {"path": "push:subscribe_msg_*", "lost": True, "count": 1})
    telling.control("/faults", {"path": "*", "http": 500})
    telling.control("/punishments")
    openid = telling.person()
    telling.consent(openid)
    telling.consent(openid)
    telling.work()
    states = [(push["event"], push["state"]) for push in telling.pushes()]
    popup = "subscribe_msg_popup_event"
    assert states == [("wxa_punish_event", "delivered"), (popup, "lost"), (popup, "delivered")]


def test_what_is_owed_survives_a_restart_with_its_attempts_so_far(
    settings: Settings, door: Door, tmp_path: Any
) -> None:
    kept = replace(settings, state=str(tmp_path / "state.sqlite"), push_token=TOKEN, aes_key=AES_KEY)
    before = create_emulator(kept).test_client()
    before.post("/_emu/options", json={"push_url": door.url})
    before.post("/_emu/punishments", json={})
    emulator = before.application.extensions["emulator"]
    parcel = cut_off_after_one_attempt(emulator, door)
    after = create_emulator(kept).extensions["emulator"]
    door.answer = lambda request: (500, b"")
    assert sender.step(after) == 0
    # Three attempts in all, of which one was made before the restart, all with the same query and body.
    assert len(door.came) == 3
    assert {request.body for request in door.came} == {parcel.body.encode()}
    assert all(request.query == parcel.query for request in door.came)


def cut_off_after_one_attempt(emulator: Any, door: Door) -> envelope.Parcel:
    door.answer = lambda request: (500, b"")
    with emulator.state.changing() as database:
        row = database.execute("SELECT * FROM pushes").fetchone()
        parcel, _ = sender.prepared(database, emulator, row)
    sender.note(emulator, row["id"], sender.attempted(emulator, parcel))
    return parcel


def test_what_ended_long_ago_is_forgotten_but_never_what_still_waits(
    telling: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "KEPT", 3)
    telling.control("/pushes", {"message": {"Event": "later"}, "delay_s": 999})
    for _ in range(6):
        telling.control("/punishments")
        telling.work()
    kept = telling.pushes()
    assert [push["event"] for push in kept] == ["later", *["wxa_punish_event"] * 3]
    assert kept[0]["state"] == "waiting"


# the handshake


def test_the_handshake_is_signed_and_wants_its_echo_back(telling: Any, door: Door) -> None:
    door.answer = lambda request: (200, request.query["echostr"].encode())
    assert telling.control("/pushes/handshake")["ok"] is True
    [request] = door.came
    query = request.query
    assert request.method == "GET"
    assert query["signature"] == crypto.signature(TOKEN, query["timestamp"], query["nonce"])


@pytest.mark.parametrize(
    "answer",
    [
        lambda request: (200, b"success"),
        lambda request: (403, request.query["echostr"].encode()),
        lambda request: (200, f'"{request.query["echostr"]}"'.encode()),
    ],
)
def test_a_wrong_echo_is_told_in_a_sentence(
    telling: Any, door: Door, answer: Callable[[Request], tuple[int, bytes]]
) -> None:
    door.answer = answer
    outcome = telling.control("/pushes/handshake")
    assert outcome["ok"] is False
    assert "Token" in outcome["sentence"]


def test_a_handshake_with_nobody_says_so(telling: Any) -> None:
    telling.option(push_url="http://127.0.0.1:9/")
    assert telling.control("/pushes/handshake")["sentence"].startswith("连接不上")
