"""Signing and sealing, against vectors that were computed apart from this code."""

import base64

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.wechat.push.vectors import AES_KEY, APPID, NONCE, SEALED, TIMESTAMP, TOKEN, URL_SIGNATURE, Sealed
from wechat.push.crypto import PushRefused, decrypt, encrypt, is_signed, signature


def sealed_raw(plain: bytes) -> str:
    """Encrypt bytes as they are, so that everything inside can be wrong."""
    key = bytes(range(32))
    run = Cipher(AES(key), CBC(key[:16])).encryptor()
    return base64.b64encode(run.update(plain) + run.finalize()).decode()


def padded(plain: bytes) -> bytes:
    pad = 32 - len(plain) % 32
    return plain + bytes([pad]) * pad


def inside(message: bytes, appid: str = APPID, length: int | None = None) -> bytes:
    said = len(message) if length is None else length
    return b"r" * 16 + said.to_bytes(4, "big") + message + appid.encode()


def refused(encrypted: str) -> str:
    with pytest.raises(PushRefused) as caught:
        decrypt(AES_KEY, APPID, encrypted)
    return caught.value.reason


def test_the_signature_of_a_url_is_the_known_one():
    assert signature(TOKEN, TIMESTAMP, NONCE) == URL_SIGNATURE


def test_the_order_of_the_parts_does_not_matter_but_each_of_them_does():
    assert signature(TOKEN, NONCE, TIMESTAMP) == URL_SIGNATURE
    assert signature(TOKEN, TIMESTAMP, NONCE + "1") != URL_SIGNATURE
    assert signature(TOKEN + "1", TIMESTAMP, NONCE) != URL_SIGNATURE


@pytest.mark.parametrize("vector", SEALED, ids=lambda vector: vector.name)
def test_a_known_message_is_sealed_signed_and_opened_as_known(vector: Sealed):
    assert encrypt(AES_KEY, APPID, vector.message, vector.random16) == vector.encrypted
    assert signature(TOKEN, vector.timestamp, NONCE, vector.encrypted) == vector.signature
    assert decrypt(AES_KEY, APPID, vector.encrypted) == vector.message


def test_a_signature_is_right_or_wrong_whatever_it_is_made_of():
    assert is_signed(URL_SIGNATURE, TOKEN, TIMESTAMP, NONCE)
    for wrong in ("", URL_SIGNATURE[:-1], URL_SIGNATURE.upper(), "网格", "\udc80", "\0"):
        assert not is_signed(wrong, TOKEN, TIMESTAMP, NONCE)
    assert not is_signed(URL_SIGNATURE, TOKEN, TIMESTAMP, "\udc80")


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_what_was_sealed_can_be_opened(message: bytes):
    assert decrypt(AES_KEY, APPID, encrypt(AES_KEY, APPID, message)) == message


def test_the_same_message_is_never_sealed_twice_in_the_same_way():
    assert encrypt(AES_KEY, APPID, b"same") != encrypt(AES_KEY, APPID, b"same")


@pytest.mark.parametrize("encrypted", ["", "====", "a", "中文", "\udc80", "QUJD\n!", "Q-_D"])
def test_what_is_not_base64_or_no_whole_block_is_refused(encrypted: str):
    assert refused(encrypted) in ("base64", "block")


def test_half_a_block_is_refused():
    assert refused(base64.b64encode(bytes(16)).decode()) == "block"
    assert refused(base64.b64encode(bytes(48)).decode()) == "block"


@pytest.mark.parametrize("pad", [0, 33, 255])
def test_a_padding_outside_1_to_32_is_refused(pad: int):
    plain = inside(b"message")
    filled = plain + bytes(64 - len(plain) - 1) + bytes([pad])
    assert refused(sealed_raw(filled)) == "padding"


def test_a_padding_is_read_in_full():
    plain = padded(inside(b"message"))
    assert decrypt(AES_KEY, APPID, sealed_raw(plain)) == b"message"
    assert plain[-1] > 2
    assert refused(sealed_raw(plain[:-2] + b"\x01" + plain[-1:])) == "padding"


def test_a_padding_of_a_whole_block_is_right():
    message = b"m" * (64 - len(inside(b"")))
    assert decrypt(AES_KEY, APPID, encrypt(AES_KEY, APPID, message)) == message
    assert len(base64.b64decode(encrypt(AES_KEY, APPID, message))) == 96


@pytest.mark.parametrize("length", [8 + len(APPID), 2**31, 2**32 - 1])
def test_a_length_past_the_end_is_refused(length: int):
    assert refused(sealed_raw(padded(inside(b"message", length=length)))) == "length"


def test_too_little_for_a_length_is_refused():
    assert refused(sealed_raw(padded(b"short"))) == "length"


@pytest.mark.parametrize("length", [0, 6, 8, 7 + len(APPID)])
def test_a_length_that_cuts_elsewhere_is_refused_through_the_appid(length: int):
    assert refused(sealed_raw(padded(inside(b"message", length=length)))) == "appid"


@pytest.mark.parametrize("appid", ["", "wx0000000000000002", APPID + "1", APPID[:-1]])
def test_a_message_for_another_appid_is_refused(appid: str):
    assert refused(sealed_raw(padded(inside(b"message", appid)))) == "appid"


@pytest.mark.parametrize("vector", SEALED, ids=lambda vector: vector.name)
def test_a_flipped_byte_never_gives_the_message_and_never_another_error(vector: Sealed):
    raw = base64.b64decode(vector.encrypted)
    for place in range(len(raw)):
        flipped = base64.b64encode(raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]).decode()
        assert signature(TOKEN, vector.timestamp, NONCE, flipped) != vector.signature
        try:
            assert decrypt(AES_KEY, APPID, flipped) != vector.message
        except PushRefused:
            continue


def test_another_key_opens_nothing():
    other = base64.b64encode(bytes(range(1, 33))).decode().rstrip("=")
    with pytest.raises(PushRefused):
        decrypt(other, APPID, SEALED[0].encrypted)


def test_a_refusal_carries_its_reason_alone():
    with pytest.raises(PushRefused) as caught:
        decrypt(AES_KEY, APPID, "not base64 with gridDevToken01")
    assert str(caught.value) == "base64"
    assert caught.value.__cause__ is None
