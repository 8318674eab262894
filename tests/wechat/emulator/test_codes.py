"""Sign-in codes and phone codes."""

import hashlib
import hmac
import re
from typing import Any

import pytest

PHONE = "/wxa/business/getuserphonenumber"


def test_sign_in_answers_as_wechat_does(hands: Any) -> None:
    openid = hands.person()
    code = hands.code("login", openid)
    assert re.fullmatch("[A-Za-z0-9]{32}", code)
    answer = hands.sign_in(code)
    assert set(answer) == {"openid", "session_key"}
    assert answer["openid"] == openid
    assert len(answer["session_key"]) == 24


def test_the_answer_claims_to_be_plain_text_and_the_comma_stands_before_the_rid(hands: Any) -> None:
    response = hands.client.get(
        "/sns/jscode2session",
        query_string={
            "appid": hands.settings.appid,
            "secret": hands.settings.secret,
            "js_code": "x" * 32,
            "grant_type": "authorization_code",
        },
    )
    assert response.mimetype == "text/plain"
    assert '"errmsg": "invalid code, rid: ' in response.text


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({"appid": "wx9"}, 40013),
        ({"secret": "wrong"}, 40125),
        ({"js_code": ""}, 41008),
        ({"grant_type": "x"}, 40002),
        ({"js_code": "never-issued"}, 40029),
    ],
)
def test_wrong_questions(hands: Any, changes: dict[str, str], errcode: int) -> None:
    assert hands.sign_in(hands.code("login", hands.person()), **changes)["errcode"] == errcode


def test_a_used_code_is_told_apart_for_five_minutes(hands: Any) -> None:
    code = hands.code("login", hands.person())
    hands.advance(200)
    hands.sign_in(code)
    hands.advance(290)
    assert hands.sign_in(code)["errcode"] == 40163
    hands.advance(20)
    assert hands.sign_in(code)["errcode"] == 40029


@pytest.mark.parametrize(
    ("option", "errcodes"),
    [({"used_code": 40029}, [40029, 40029]), ({"used_code_s": 10}, [40163, 40029])],
)
def test_what_a_used_code_gets_and_for_how_long_can_be_chosen(
    hands: Any, option: dict[str, int], errcodes: list[int]
) -> None:
    hands.option(**option)
    code = hands.code("login", hands.person())
    hands.sign_in(code)
    first = hands.sign_in(code)["errcode"]
    hands.advance(11)
    assert [first, hands.sign_in(code)["errcode"]] == errcodes


def test_a_code_not_used_in_five_minutes_is_invalid(hands: Any) -> None:
    code = hands.code("login", hands.person())
    hands.advance(301)
    assert hands.sign_in(code)["errcode"] == 40029


def test_a_code_is_good_for_its_own_mini_program_only(hands: Any) -> None:
    hands.control("/apps", {"appid": "wx-other", "secret": "other-secret"})
    stranger = hands.person(appid="wx-other")
    code = hands.code("login", stranger)
    assert hands.sign_in(code)["errcode"] == 40029
    assert hands.sign_in(code, appid="wx-other", secret="other-secret")["openid"] == stranger
    assert hands.errcode(PHONE, {"code": hands.code("phone-code", stranger)}) == 40013


def test_a_blocked_person_does_not_sign_in(hands: Any) -> None:
    openid = hands.person()
    hands.control(f"/users/{openid}/ban")
    assert hands.sign_in(hands.code("login", openid))["errcode"] == 40226


@pytest.mark.parametrize(("policy", "same"), [("always", False), ("never", True)])
def test_the_session_key_changes_by_policy(hands: Any, policy: str, same: bool) -> None:
    hands.control("/options", {"session_key": policy})
    openid = hands.person()
    first = hands.sign_in(hands.code("login", openid))["session_key"]
    second = hands.sign_in(hands.code("login", openid))["session_key"]
    assert (first == second) is same


def test_the_session_key_can_stay_for_an_interval(hands: Any) -> None:
    hands.option(session_key="interval", session_key_interval_s=60)
    openid, keys = hands.person(), []
    for _ in range(4):
        keys.append(hands.sign_in(hands.code("login", openid))["session_key"])
        hands.advance(25)
    # The times are 0, 25, 50 and 75 s, so the last one is due for another.
    assert keys[0] == keys[1] == keys[2] != keys[3]


def session_query(hands: Any, openid: str, key: str) -> dict[str, str]:
    signature = hmac.new(key.encode(), b"", hashlib.sha256).hexdigest()
    token = hands.stable()["access_token"]
    return {
        "access_token": token,
        "openid": openid,
        "signature": signature,
        "sig_method": "hmac_sha256",
    }


@pytest.mark.parametrize(
    ("changes", "errcode"),
    [
        ({}, 0),
        ({"signature": "0" * 64}, 87009),
        ({"sig_method": "md5"}, 87008),
        ({"openid": "oNobody"}, 40097),
        ({"signature": ""}, 40097),
    ],
)
def test_a_session_is_checked_by_its_signature(hands: Any, changes: dict[str, str], errcode: int) -> None:
    openid = hands.person()
    key = hands.sign_in(hands.code("login", openid))["session_key"]
    query = {**session_query(hands, openid, key), **changes}
    assert hands.client.get("/wxa/checksession", query_string=query).get_json()["errcode"] == errcode


def test_who_never_signed_in_has_no_session(hands: Any) -> None:
    query = session_query(hands, hands.person(), "")
    assert hands.client.get("/wxa/checksession", query_string=query).get_json()["errcode"] == 87007


def test_a_session_key_can_be_reset(hands: Any) -> None:
    openid = hands.person()
    key = hands.sign_in(hands.code("login", openid))["session_key"]
    query = session_query(hands, openid, key)
    fresh = hands.client.get("/wxa/resetusersessionkey", query_string=query).get_json()["session_key"]
    assert fresh != key
    assert hands.client.get("/wxa/checksession", query_string=query).get_json()["errcode"] == 87009
    query = session_query(hands, openid, fresh)
    assert hands.client.get("/wxa/checksession", query_string=query).get_json()["errcode"] == 0


def test_the_signature_is_that_of_the_known_vector(hands: Any) -> None:
    openid = hands.person()
    with hands.emulator.state.changing() as database:
        database.execute("UPDATE users SET session_key = 'c2Vzc2lvbi1rZXktMTZieQ=='")
    signature = "9646b6bc0da1995cc120d2b0aafdb33e08fd2e7fc5472d338ea0fc5233935dcb"
    query = {**session_query(hands, openid, ""), "signature": signature}
    assert hands.client.get("/wxa/checksession", query_string=query).get_json()["errcode"] == 0


def test_a_hundred_sign_ins_a_minute_are_enough_for_one_person(hands: Any) -> None:
    openid = hands.person()
    answers = [hands.sign_in(hands.code("login", openid)) for _ in range(101)]
    assert answers[-1]["errcode"] == 45011
    assert "openid" in answers[-2]


def test_the_phone_number_comes_with_country_and_watermark(hands: Any) -> None:
    openid = hands.person(phone="13800000000")
    code = hands.code("phone-code", openid)
    assert re.fullmatch("[0-9a-f]{64}", code)
    info = hands.post(PHONE, {"code": code, "openid": openid})["phone_info"]
    assert info["purePhoneNumber"] == info["phoneNumber"] == "13800000000"
    assert info["countryCode"] == "86"
    assert info["watermark"]["appid"] == hands.settings.appid


def test_a_phone_code_works_once_within_five_minutes_for_its_owner(hands: Any) -> None:
    owner, other = hands.person(), hands.person()
    code = hands.code("phone-code", owner)
    assert hands.errcode(PHONE, {"code": code, "openid": other}) == 40029
    assert hands.errcode(PHONE, {"code": code, "openid": owner}) == 0
    assert hands.errcode(PHONE, {"code": code, "openid": owner}) == 40029
    late = hands.code("phone-code", owner)
    hands.advance(301)
    assert hands.errcode(PHONE, {"code": late, "openid": owner}) == 40029


def test_the_number_for_a_code_of_another_person_can_be_chosen(hands: Any) -> None:
    hands.control("/options", {"phone_of_another": 40013})
    code = hands.code("phone-code", hands.person())
    assert hands.errcode(PHONE, {"code": code, "openid": hands.person()}) == 40013


def test_codes_of_the_two_kinds_are_not_interchangeable(hands: Any) -> None:
    openid = hands.person()
    assert hands.errcode(PHONE, {"code": hands.code("login", openid)}) == 40029
    assert hands.sign_in(hands.code("phone-code", openid))["errcode"] == 40029


@pytest.mark.parametrize(("body", "errcode"), [(b"", 44002), (b"{", 47001), (b"[1]", 47001), ({}, 40029)])
def test_bodies_that_are_no_question(hands: Any, body: Any, errcode: int) -> None:
    assert hands.errcode(PHONE, body) == errcode
