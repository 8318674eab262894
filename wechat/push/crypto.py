"""How pushes are signed and sealed: AES-256-CBC over random, length, message and appid, padded to 32 bytes."""

import base64
import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

BLOCK = 32
RANDOM = 16
LENGTH = 4


class PushRefused(Exception):
    """A push that is not taken; `reason` is a constant English word and nothing of what came."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def signature(token: str, *parts: str) -> str:
    """Return the SHA-1 in hex over the token and the parts, sorted and joined."""
    # A lone surrogate can never be signed by WeChat, but it must not break the comparing either.
    return hashlib.sha1("".join(sorted((token, *parts))).encode("utf8", "surrogatepass")).hexdigest()


def is_signed(given: str, token: str, *parts: str) -> bool:
    """Tell whether a signature is right, in a time that says nothing about where it is wrong."""
    return hmac.compare_digest(given.encode("utf8", "surrogatepass"), signature(token, *parts).encode())


def encrypt(aes_key: str, appid: str, message: bytes, random16: bytes | None = None) -> str:
    """Seal a message for this appid; return base64. `random16` is for tests with known results."""
    start = secrets.token_bytes(RANDOM) if random16 is None else random16
    plain = start + len(message).to_bytes(LENGTH, "big") + message + appid.encode()
    pad = BLOCK - len(plain) % BLOCK
    sealing = _cipher(aes_key).encryptor()
    return base64.b64encode(_run(sealing, plain + bytes([pad]) * pad)).decode()


def decrypt(aes_key: str, appid: str, encrypted: str) -> bytes:
    """Return the message that was sealed for this appid; anything else raises PushRefused."""
    plain = _unpad(_run(_cipher(aes_key).decryptor(), _sealed_bytes(encrypted)))
    start = RANDOM + LENGTH
    if len(plain) < start:
        raise PushRefused("length")
    end = start + int.from_bytes(plain[RANDOM:start], "big")
    if end > len(plain):
        raise PushRefused("length")
    if not hmac.compare_digest(plain[end:], appid.encode()):
        raise PushRefused("appid")
    return plain[start:end]


def _sealed_bytes(encrypted: str) -> bytes:
    try:
        sealed = base64.b64decode(encrypted, validate=True)
    except ValueError:
        raise PushRefused("base64") from None
    if not sealed or len(sealed) % BLOCK:
        raise PushRefused("block")
    return sealed


def _unpad(plain: bytes) -> bytes:
    pad = plain[-1]
    if not 1 <= pad <= BLOCK or not hmac.compare_digest(plain[-pad:], bytes([pad]) * pad):
        raise PushRefused("padding")
    return plain[:-pad]


def _cipher(aes_key: str) -> Cipher[CBC]:
    key = base64.b64decode(aes_key + "=")
    return Cipher(AES(key), CBC(key[:16]))


def _run(context: CipherContext, data: bytes) -> bytes:
    return context.update(data) + context.finalize()
