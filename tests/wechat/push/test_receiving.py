"""The push URL: what counts as WeChat's word in each mode, and that nothing else does."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.padding import PKCS7
from hypothesis import given, settings
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto

from tests.wechat.push.pushing import COMPATIBLE, NOW, PLAIN, SAFE, as_json, event, plain, sealed, sealed_xml
from tests.wechat.push.vectors import (
    AES_KEY,
    APPID,
    AS_JSON,
    AS_XML,
    NONCE,
    REPLY,
    TIMESTAMP,
    TOKEN,
    URL_SIGNATURE,
)
from wechat.push import PushRefused, PushSettings, open_push, sealed_reply, verify_url

QUERY = {"signature": URL_SIGNATURE, "timestamp": TIMESTAMP, "nonce": NONCE}
EVENT = as_json(event())
XML_EVENT = (
    b"<xml><FromUserName>oTEST01</FromUserName><CreateTime>1750000101</CreateTime><MsgType>event</MsgType>"
    b"<Event>debug_demo</Event></xml>"
)


def refused(settings: PushSettings, query: dict[str, str], body: bytes, **moved: float) -> str:
    with pytest.raises(PushRefused) as caught:
        open_push(settings, query, body, NOW + timedelta(**moved))
    return caught.value.reason


# the test of the URL


@pytest.mark.parametrize("settings", [SAFE, COMPATIBLE, PLAIN], ids=lambda one: one.mode)
def test_the_echo_is_given_back_as_it_is_in_every_mode(settings: PushSettings):
    assert verify_url(settings, QUERY | {"echostr": "5837 <b>"}) == "5837 <b>"


@pytest.mark.parametrize(
    "change",
    [{"signature": "0" * 40}, {"signature": ""}, {"nonce": "1"}, {"timestamp": "1"}, {"echostr": ""}, {"nonce": "网"}],
)
def test_no_echo_for_anybody_else(change: dict[str, str]):
    with pytest.raises(PushRefused):
        verify_url(SAFE, QUERY | {"echostr": "5837"} | change)
    with pytest.raises(PushRefused):
        verify_url(SAFE, {})


# what is opened


def test_the_known_message_in_json_is_opened():
    body = as_json({"ToUserName": "gh_000000000001", "Encrypt": AS_JSON.encrypted})
    told = open_push(SAFE, QUERY | {"msg_signature": AS_JSON.signature}, body, NOW)
    assert (told.name, told.openid, told.created_at) == ("debug_demo", "oTESTopenid0000000000000001", 1750000000)
    assert told.facts == {"debug_str": "网格"}


def test_the_known_message_in_xml_is_opened_and_tells_no_event():
    body = f"<xml><Encrypt><![CDATA[{AS_XML.encrypted}]]></Encrypt></xml>".encode()
    assert refused(SAFE, QUERY | {"msg_signature": AS_XML.signature}, body) == "name"
    assert refused(SAFE, QUERY | {"msg_signature": AS_JSON.signature}, body) == "signature"


def test_the_known_reply_is_sealed():
    assert sealed_reply(SAFE, REPLY.message, int(REPLY.timestamp), NONCE, REPLY.random16) == {
        "Encrypt": REPLY.encrypted,
        "MsgSignature": REPLY.signature,
        "TimeStamp": 1750000001,
        "Nonce": NONCE,
    }


@pytest.mark.parametrize("inner", [EVENT, XML_EVENT], ids=["json", "xml"])
@pytest.mark.parametrize("envelope", [sealed, sealed_xml])
@pytest.mark.parametrize("settings", [SAFE, COMPATIBLE, PLAIN], ids=lambda one: one.mode)
def test_a_sealed_message_is_opened_in_both_formats_and_in_every_mode(settings, envelope, inner):
    assert open_push(settings, *envelope(inner), NOW).name == "debug_demo"


@pytest.mark.parametrize("body", [EVENT, XML_EVENT], ids=["json", "xml"])
def test_a_plain_message_is_taken_where_plain_is_agreed(body: bytes):
    told = open_push(PLAIN, *plain(body), NOW)
    assert (told.name, told.openid) == ("debug_demo", "oTEST01")


@pytest.mark.parametrize("settings", [SAFE, COMPATIBLE], ids=lambda one: one.mode)
def test_a_plain_message_is_refused_where_more_is_agreed(settings: PushSettings):
    assert refused(settings, *plain(EVENT)) == "mode"
    query, _ = sealed(EVENT)
    assert refused(settings, query, EVENT) == "mode"


def test_the_clear_part_of_a_compatible_message_is_not_believed():
    pushed = sealed(as_json(event("wxa_media_check", trace_id="t-1")), clear=event("user_authorization_cancellation"))
    for agreed in (COMPATIBLE, PLAIN):
        assert open_push(agreed, *pushed, NOW).name == "wxa_media_check"
    assert refused(SAFE, *pushed) == "mode"


# what is not


@pytest.mark.parametrize("settings", [SAFE, COMPATIBLE, PLAIN], ids=lambda one: one.mode)
@pytest.mark.parametrize(
    "change",
    [
        {"nonce": "1357924681"},
        {"timestamp": str(int(TIMESTAMP) + 1)},
        {"msg_signature": "0" * 40},
        {"msg_signature": ""},
        {"msg_signature": "网格"},
        # The signature of the URL is right, but it says nothing about the body.
        {"msg_signature": URL_SIGNATURE},
    ],
    ids=str,
)
def test_a_sealed_message_under_any_other_signature_is_refused(settings: PushSettings, change: dict[str, str]):
    query, body = sealed(EVENT)
    assert refused(settings, query | change, body) == "signature"


def test_the_signature_of_the_url_is_not_asked_for_in_safe_mode():
    query, body = sealed(EVENT)
    assert open_push(SAFE, query | {"signature": "0" * 40}, body, NOW).name == "debug_demo"


def test_a_sealed_message_cannot_be_exchanged():
    query, _ = sealed(EVENT)
    _, body = sealed(as_json(event("user_authorization_cancellation")))
    assert refused(SAFE, query, body) == "signature"


@pytest.mark.parametrize(
    ("encrypt", "reason"),
    [("", "block"), ("not base64!", "base64"), ("QUJD", "block"), (None, "format"), (5, "format"), (["x"], "format")],
)
def test_a_rightly_signed_message_that_is_not_sealed_is_refused(encrypt: Any, reason: str):
    query, _ = plain(b"")
    signed = "".join(sorted((TOKEN, TIMESTAMP, NONCE, str(encrypt))))
    query["msg_signature"] = hashlib.sha1(signed.encode()).hexdigest()
    assert refused(SAFE, query, as_json({"Encrypt": encrypt})) == reason


def test_a_message_for_another_account_is_refused():
    other = PushSettings(TOKEN, AES_KEY, "wx0000000000000002")
    assert refused(other, *sealed(EVENT, SAFE)) == "appid"


def test_a_message_under_another_token_or_key_is_refused():
    assert refused(PushSettings("other", AES_KEY, APPID), *sealed(EVENT)) == "signature"
    assert refused(PushSettings(TOKEN, "B" * 43, APPID), *sealed(EVENT)) in ("padding", "length", "appid")


@pytest.mark.parametrize("pushed", [sealed(EVENT), plain(EVENT)], ids=["sealed", "plain"])
def test_ten_minutes_either_way_are_the_limit(pushed: tuple[dict[str, str], bytes]):
    for minutes in (-10, 10):
        assert open_push(PLAIN, *pushed, NOW + timedelta(minutes=minutes)).name == "debug_demo"
        assert refused(PLAIN, *pushed, minutes=minutes, seconds=minutes / 10) == "timestamp"


@pytest.mark.parametrize("timestamp", ["", "now", "1e9", "-1", "1750000000.0", "９", "9" * 13, "\0"])
def test_a_timestamp_that_is_none_is_refused(timestamp: str):
    assert refused(PLAIN, *plain(EVENT, timestamp=timestamp)) == "timestamp"


def test_a_body_that_is_too_large_is_refused_before_it_is_read():
    assert refused(SAFE, sealed(EVENT)[0], b"{" + b" " * 64 * 1024) == "too_large"
    assert open_push(SAFE, *sealed(as_json(event(debug_str="x" * 40_000))), NOW).name == "debug_demo"


def test_a_seal_around_a_bomb_or_another_seal_opens_nothing():
    bomb = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><xml><MsgType>&e;</MsgType></xml>'
    assert refused(SAFE, *sealed(bomb)) == "format"
    assert refused(SAFE, *sealed(sealed(EVENT)[1])) == "name"


def test_settings_show_no_secret_when_they_are_printed():
    assert TOKEN not in repr(SAFE)
    assert AES_KEY not in repr(SAFE)


# beside another implementation

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)
OTHER = WeChatCrypto(TOKEN, AES_KEY, APPID)


def xml_text(content: str) -> bytes:
    return (
        f"<xml><FromUserName>o1</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><MsgId>7</MsgId>"
        f"<Content><![CDATA[{content.replace(']]>', ']]]]><![CDATA[>')}]]></Content></xml>"
    ).encode()


@settings(deadline=None)
@given(TEXTS)
def test_another_library_opens_what_we_seal(content: str):
    fields = sealed_reply(SAFE, content.encode(), int(TIMESTAMP), NONCE)
    envelope = f"<xml><Encrypt><![CDATA[{fields['Encrypt']}]]></Encrypt></xml>"
    opened = OTHER.decrypt_message(envelope, fields["MsgSignature"], TIMESTAMP, NONCE)
    assert (opened.decode() if isinstance(opened, bytes) else opened) == content


@settings(deadline=None)
@given(TEXTS)
def test_we_open_what_another_library_seals(content: str):
    envelope = OTHER.encrypt_message(xml_text(content).decode(), NONCE, TIMESTAMP)
    query = QUERY | {"msg_signature": envelope.partition("<MsgSignature><![CDATA[")[2].partition("]]>")[0]}
    told = open_push(SAFE, query, envelope.encode(), NOW)
    assert (told.name, told.facts["Content"]) == ("text", content)


# What WeChat gives to the phone in old ways needs no code of ours; the emulator's numbers for it are checked here.


SESSION_KEY = "c2Vzc2lvbi1rZXktMTZieQ=="


def test_the_known_open_data_of_a_phone_is_what_it_says():
    iv = base64.b64decode("aW5pdGlhbC12ZWN0b3IxNg==")
    run = Cipher(AES(base64.b64decode(SESSION_KEY)), CBC(iv)).decryptor()
    data = base64.b64decode(
        "0BtB0wuSNxTHreG4mPt7FoIhzGZBi/UH4yFv7SKhEpOlWft5rZAevoFgppMGqN+3UrbpztLbHUDKl9GWgOI7JDbZ6F0e2Lup4X8mNlbAyX5"
        "D9j4jvk2JyuFwwrfS5b5YgQ/qtrVlGzh7i+qSmyj/lmy+9fGiWxJyn0EO4qaqFSUK2P2nOplvHJYm2OD+ErMAr6RomiJ505sKahCVdWVUAg=="
    )
    unpad = PKCS7(128).unpadder()
    told = json.loads(unpad.update(run.update(data) + run.finalize()) + unpad.finalize())
    assert told["watermark"] == {"timestamp": 1750000000, "appid": APPID}
    assert told["purePhoneNumber"] == "13800000000"


def test_the_known_signatures_of_a_session_are_what_they_say():
    of_session = hmac.new(SESSION_KEY.encode(), b"", hashlib.sha256).hexdigest()
    assert of_session == "9646b6bc0da1995cc120d2b0aafdb33e08fd2e7fc5472d338ea0fc5233935dcb"
    of_data = hashlib.sha1(('{"nickName":"A"}' + SESSION_KEY).encode()).hexdigest()
    assert of_data == "8b5dcd37f593cf40a5596c9b706bad000279910a"
