"""How a written message is signed and sealed for the way: plain, compatible or safe."""

import json
import time
from dataclasses import asdict, dataclass
from typing import Any

from wechat.push import crypto

from ..emulator import Emulator
from . import shapes
from .events import Message


@dataclass(frozen=True)
class Parcel:
    """One push as it travels; every attempt carries the identical query and body."""

    query: dict[str, str]
    body: str
    content_type: str

    def kept(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def of(cls, kept: str) -> "Parcel":
        return cls(**json.loads(kept))


def packed(emulator: Emulator, message: Message) -> Parcel:
    """Seal a message by the options; the time is the true one, since the service's clock is not moved."""
    options, token = emulator.options, emulator.settings.push_token
    timestamp, nonce = str(int(time.time())), emulator.chance.digits(10)
    plain = shapes.written(message, options["push_format"], options["push_shape"], options["push_numbers"])
    query = {
        "signature": crypto.signature(token, timestamp, nonce),
        "timestamp": timestamp,
        "nonce": nonce,
        "openid": str(message["FromUserName"]),
    }
    content_type = "text/xml" if options["push_format"] == "xml" else "application/json"
    if options["push_mode"] == "plain":
        return Parcel(query, plain.decode(), content_type)
    encrypted = crypto.encrypt(emulator.settings.aes_key, emulator.settings.appid, plain)
    query |= {"encrypt_type": "aes", "msg_signature": crypto.signature(token, timestamp, nonce, encrypted)}
    return Parcel(query, sealed_body(emulator, message, plain, encrypted), content_type)


def sealed_body(emulator: Emulator, message: Message, plain: bytes, encrypted: str) -> str:
    """Return the body: the sealed part alone, or beside the clear fields where the mode is compatible."""
    form = emulator.options["push_format"]
    if emulator.options["push_mode"] == "safe":
        outside: dict[str, Any] = {"ToUserName": message["ToUserName"], "Encrypt": encrypted}
        return shapes.as_xml(outside) if form == "xml" else json.dumps(outside)
    if form == "xml":
        sealed = shapes.elements({"Encrypt": encrypted})
        return plain.decode().removesuffix("</xml>") + f"{sealed}</xml>"
    return json.dumps({**json.loads(plain), "Encrypt": encrypted}, ensure_ascii=False)
