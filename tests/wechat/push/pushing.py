"""WeChat's side of a push: the query and the body that it would send."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from tests.wechat.push.vectors import AES_KEY, APPID, NONCE, TIMESTAMP, TOKEN
from wechat.push import Mode, PushSettings
from wechat.push.crypto import encrypt

NOW = datetime.fromtimestamp(int(TIMESTAMP), UTC)
SAFE = PushSettings(TOKEN, AES_KEY, APPID, Mode.SAFE)
COMPATIBLE = PushSettings(TOKEN, AES_KEY, APPID, Mode.COMPATIBLE)
PLAIN = PushSettings(TOKEN, AES_KEY, APPID, Mode.PLAIN)

Pushed = tuple[dict[str, str], bytes]


def signed(*parts: str) -> str:
    """A signature, made without the code under test."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def as_json(message: Any) -> bytes:
    return json.dumps(message, ensure_ascii=False).encode()


def plain(body: bytes, settings: PushSettings = PLAIN, timestamp: str = TIMESTAMP, nonce: str = NONCE) -> Pushed:
    """A message in plain mode."""
    query = {"timestamp": timestamp, "nonce": nonce, "signature": signed(settings.token, timestamp, nonce)}
    return query, body


def sealed(
    inner: bytes,
    settings: PushSettings = SAFE,
    timestamp: str = TIMESTAMP,
    nonce: str = NONCE,
    clear: dict[str, Any] | None = None,
) -> Pushed:
    """A message in safe mode, or in compatible mode where a clear part is given."""
    encrypted = encrypt(settings.aes_key, settings.appid, inner)
    query, _ = plain(b"", settings, timestamp, nonce)
    query |= {"encrypt_type": "aes", "msg_signature": signed(settings.token, timestamp, nonce, encrypted)}
    return query, as_json({"ToUserName": "gh_000000000001", **(clear or {}), "Encrypt": encrypted})


def sealed_xml(inner: bytes, settings: PushSettings = SAFE, timestamp: str = TIMESTAMP) -> Pushed:
    """A message in safe mode whose envelope is XML."""
    query, body = sealed(inner, settings, timestamp)
    encrypted = json.loads(body)["Encrypt"]
    envelope = f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return query, envelope.encode()


def event(name: str = "debug_demo", **values: Any) -> dict[str, Any]:
    """An event as WeChat writes it in JSON."""
    return {
        "ToUserName": "gh_000000000001",
        "FromUserName": "oTEST01",
        "CreateTime": 1750000101,
        "MsgType": "event",
        "Event": name,
    } | values
