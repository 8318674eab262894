"""Keys and what is done with them: field encryption, blind indexes, public ids, seals."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


@dataclass(frozen=True)
class Keys:
    """The first field key encrypts; all of them decrypt, so that keys can rotate."""

    fields: MultiFernet
    index: bytes
    seal: bytes


_keys: Keys | None = None


def install(field_keys: tuple[str, ...], secret_key: str, seal_key: str) -> None:
    """Put the keys in place, once, at the start of a process."""
    global _keys
    index = hashlib.sha256(b"blind index\0" + secret_key.encode()).digest()
    _keys = Keys(MultiFernet([Fernet(key) for key in field_keys]), index, seal_key.encode())


def keys() -> Keys:
    if _keys is None:
        raise RuntimeError("secrets.install was not called")
    return _keys


def encrypt(text: str) -> bytes:
    return keys().fields.encrypt(text.encode())


def decrypt(token: bytes) -> str:
    try:
        return keys().fields.decrypt(token).decode()
    except InvalidToken as error:
        raise RuntimeError("a stored field cannot be decrypted with the configured FIELD_KEYS") from error


def blind_index(text: str) -> str:
    """A keyed hash by which an encrypted value is found again."""
    return hmac.new(keys().index, text.encode(), hashlib.sha256).hexdigest()


def seal(data: bytes) -> str:
    """A keyed digest for permits and chains of digests."""
    return hmac.new(keys().seal, data, hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


_PUBLIC_IDS = len(ALPHABET) ** 22


def public_id() -> str:
    """22 random characters without look-alikes, about 129 bits."""
    number, found = secrets.randbelow(_PUBLIC_IDS), []
    for _ in range(22):
        number, place = divmod(number, len(ALPHABET))
        found.append(ALPHABET[place])
    return "".join(found)


def opaque_token() -> str:
    """32 random bytes for a person to carry; the house keeps only the hash."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def random_digits(count: int) -> str:
    return "".join(secrets.choice("0123456789") for _ in range(count))


def salt() -> str:
    return secrets.token_hex(16)
