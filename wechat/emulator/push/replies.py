"""What the service answered, and whether this WeChat understands it."""

import hmac
import json
import re
from dataclasses import dataclass

from wechat.push import crypto

from ..emulator import Emulator

LONGEST_SHOWN = 500
FIELD = re.compile(r"<(\w+)>\s*(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))\s*</\1>", re.DOTALL)
SEALED_FIELDS = ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")


@dataclass(frozen=True)
class Reply:
    """Whether the answer is one that WeChat knows, and the answer as a person may read it."""

    understood: bool
    shown: str


def read(emulator: Emulator, status: int, content: bytes) -> Reply:
    """Judge an answer: 200 with `success`, nothing, or an encrypted reply that proves right."""
    text = content.decode("utf-8", "replace").strip()
    if status != 200:
        return Reply(False, text[:LONGEST_SHOWN])
    if text in ("", "success"):
        return Reply(True, text)
    fields = sealed_fields(text)
    if fields is None:
        return Reply(False, text[:LONGEST_SHOWN])
    return opened(emulator, fields)


def sealed_fields(text: str) -> dict[str, str] | None:
    """Return the four fields of an encrypted reply in JSON or XML, or None."""
    try:
        found = json.loads(text)
    except ValueError:
        found = {name: marked or bare for name, marked, bare in FIELD.findall(text)}
    if not isinstance(found, dict) or any(found.get(name) in (None, "") for name in SEALED_FIELDS):
        return None
    return {name: str(found[name]) for name in SEALED_FIELDS}


def opened(emulator: Emulator, fields: dict[str, str]) -> Reply:
    """Check the signature of an encrypted reply and read it."""
    signed = crypto.signature(emulator.settings.push_token, fields["TimeStamp"], fields["Nonce"], fields["Encrypt"])
    if not hmac.compare_digest(signed.encode(), fields["MsgSignature"].encode()):
        return Reply(False, "加密回复的签名不对")
    try:
        plain = crypto.decrypt(emulator.settings.aes_key, emulator.settings.appid, fields["Encrypt"])
    except crypto.PushRefused as problem:
        return Reply(False, f"加密回复解不开：{problem.reason}")
    return Reply(True, f"加密回复：{plain.decode('utf-8', 'replace')}"[:LONGEST_SHOWN])
