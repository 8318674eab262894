"""The verified phone number."""

from typing import Any

import pytest
import responses

from wechat.client import (
    OFFICIAL_BASE,
    ForeignPhone,
    InvalidCode,
    MemoryTokenStore,
    Misconfigured,
    Unclear,
    WeChat,
    WeChatError,
)

PATH = "/wxa/business/getuserphonenumber"


def test_a_code_becomes_the_number(emulator: Any) -> None:
    openid = emulator.person(phone="13800000000")
    assert emulator.wechat().phone_number(emulator.phone_code(openid), openid) == "13800000000"


def test_a_code_works_once_and_for_its_owner_only(emulator: Any) -> None:
    owner, other, wechat = emulator.person(), emulator.person(), emulator.wechat()
    code = emulator.phone_code(owner)
    with pytest.raises(InvalidCode):
        wechat.phone_number(code, other)
    wechat.phone_number(code, owner)
    with pytest.raises(InvalidCode):
        wechat.phone_number(code, owner)


def test_a_sign_in_code_is_no_phone_code(emulator: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    with pytest.raises(InvalidCode):
        wechat.phone_number(emulator.login_code(openid), openid)
    with pytest.raises(InvalidCode):
        wechat.sign_in(emulator.phone_code(openid))


def test_a_foreign_number_is_told_apart(emulator: Any) -> None:
    openid = emulator.person(phone="61234567", country="852")
    with pytest.raises(ForeignPhone):
        emulator.wechat().phone_number(emulator.phone_code(openid), openid)


@pytest.mark.parametrize(
    ("phone_info", "expected"),
    [
        ({"purePhoneNumber": "13800000000", "countryCode": "86", "watermark": {"appid": "wx-other"}}, Misconfigured),
        ({"purePhoneNumber": "<b>", "countryCode": "86", "watermark": {"appid": "wx1"}}, Unclear),
        ({"purePhoneNumber": "13800000000", "countryCode": "86"}, Unclear),
        (None, Unclear),
    ],
)
@responses.activate
def test_an_answer_for_another_app_or_of_another_shape_gives_no_number(
    phone_info: dict[str, Any] | None, expected: type[WeChatError]
) -> None:
    responses.post(f"{OFFICIAL_BASE}/cgi-bin/stable_token", json={"access_token": "T", "expires_in": 7200})
    responses.post(OFFICIAL_BASE + PATH, json={"errcode": 0, "phone_info": phone_info})
    with pytest.raises(expected):
        WeChat("wx1", "s", OFFICIAL_BASE, MemoryTokenStore()).phone_number("code", "o1")
