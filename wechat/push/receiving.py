"""The push URL: answering WeChat's test of it, opening what is delivered, sealing a reply."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from .body import Message, read
from .crypto import PushRefused, decrypt, encrypt, is_signed, signature
from .event import PushEvent, event_of

MOST_APART_S = 600
SECONDS = re.compile(r"[0-9]{1,12}")


class Mode(StrEnum):
    """How the account's console says that messages come, the strictest first."""

    SAFE = "safe"
    COMPATIBLE = "compatible"
    PLAIN = "plain"


@dataclass(frozen=True)
class PushSettings:
    """What the account's console holds about the push URL."""

    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    appid: str
    mode: Mode = Mode.SAFE


def verify_url(settings: PushSettings, query: Mapping[str, str]) -> str:
    """Return the echostr that proves to WeChat that the URL is ours; it is never encrypted."""
    _must_be_signed(settings, query, "signature")
    echo = query.get("echostr", "")
    if not echo:
        raise PushRefused("echostr")
    return echo


def open_push(settings: PushSettings, query: Mapping[str, str], body: bytes, now: datetime) -> PushEvent:
    """Return the event that WeChat delivered; PushRefused for whatever did not come from WeChat like this."""
    _must_be_recent(query, now)
    message = read(body)
    if "Encrypt" not in message:
        if settings.mode is not Mode.PLAIN:
            raise PushRefused("mode")
        _must_be_signed(settings, query, "signature")
        return event_of(message)
    # Clear parts beside the sealed one mean compatible mode: in safe mode they tell the network about a person.
    if settings.mode is Mode.SAFE and "MsgType" in message:
        raise PushRefused("mode")
    # What stood in the clear is not read: its sealed twin alone is signed.
    return event_of(read(_opened(settings, query, message)))


def sealed_reply(
    settings: PushSettings, message: bytes, timestamp: int, nonce: str, random16: bytes | None = None
) -> dict[str, str | int]:
    """Return the fields of an encrypted answer; `nonce` is that of the push which is answered."""
    sealed = encrypt(settings.aes_key, settings.appid, message, random16)
    signed = signature(settings.token, str(timestamp), nonce, sealed)
    return {"Encrypt": sealed, "MsgSignature": signed, "TimeStamp": timestamp, "Nonce": nonce}


def _must_be_recent(query: Mapping[str, str], now: datetime) -> None:
    stamp = query.get("timestamp", "")
    if not SECONDS.fullmatch(stamp) or abs(now.timestamp() - int(stamp)) > MOST_APART_S:
        raise PushRefused("timestamp")


def _must_be_signed(settings: PushSettings, query: Mapping[str, str], name: str, *parts: str) -> None:
    stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
    if not is_signed(query.get(name, ""), settings.token, stamp, nonce, *parts):
        raise PushRefused("signature")


def _opened(settings: PushSettings, query: Mapping[str, str], message: Message) -> bytes:
    sealed: Any = message["Encrypt"]
    if not isinstance(sealed, str):
        raise PushRefused("format")
    # `signature` does not cover the body, so in these modes only the other one counts.
    _must_be_signed(settings, query, "msg_signature", sealed)
    return decrypt(settings.aes_key, settings.appid, sealed)
