"""Playing the phones."""

import itertools
import json
from typing import Any

import pytest


def test_a_person_gets_what_was_not_given(hands: Any) -> None:
    openid = hands.person()
    assert len(openid) == 28
    shown = hands.control(f"/users/{openid}", method="GET")
    assert shown["nickname"].startswith("微信用户")
    assert shown["phone"].startswith("138")
    assert shown["location"] is None
    assert shown["consents"] == {}


def test_making_a_person_twice_changes_what_was_given_and_keeps_the_rest(hands: Any) -> None:
    hands.person(openid="oDemo1", nickname="马秀英", phone="13800000001", role="居民")
    hands.consent("oDemo1")
    hands.person(openid="oDemo1", nickname="马大姐")
    [shown] = hands.control("/users", method="GET")["items"]
    assert (shown["nickname"], shown["phone"], shown["role"]) == ("马大姐", "13800000001", "居民")
    assert shown["consents"]["tpl-progress"]["units"] == 1


def test_a_person_can_be_moved(hands: Any) -> None:
    openid = hands.person(location={"lat": 36.6, "lng": 101.7})
    assert hands.control(f"/users/{openid}", method="GET")["location"] == {"lat": 36.6, "lng": 101.7}
    hands.control(f"/users/{openid}/location", {"lat": 36.617, "lng": 101.778})
    assert hands.control(f"/users/{openid}", method="GET")["location"] == {"lat": 36.617, "lng": 101.778}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/users", {"openid": "../etc"}),
        ("/users", {"phone": "not a number"}),
        ("/users", {"colour": "red"}),
        ("/users/oDemo/location", {"lat": 91, "lng": 0}),
        ("/users/oDemo/location", {}),
        ("/users/oDemo/consents", {"template_id": "tpl-progress", "answer": "perhaps"}),
        ("/clock", {"advance_s": -5}),
        ("/clock", {"advance_s": "soon"}),
        ("/content-rules", {"word": "x", "suggest": "burn"}),
        ("/users", {"appid": "wx-none"}),
        ("/apps", {"appid": "wx-new"}),
        ("/apps", {"appid": "wx-new", "secret": "s", "ip_whitelist": ["here"]}),
        ("/apps", {"appid": "wx-new", "secret": "s", "ip_whitelist": ["1.1.1.1"] * 11}),
        ("/users/oDemo/consents", {"template_id": "tpl-progress"}),
        ("/users/oDemo/consents", {"answers": []}),
        ("/users/oDemo/consents", {"answers": [{"template_id": "tpl-progress", "answer": "accept"}], "answer": "ban"}),
        ("/users/oDemo/revoke", {"info": ["phone"]}),
        ("/users/oDemo/customer-messages", {"text": ""}),
        ("/users/oDemo/scan", {}),
        ("/tokens/end", {"how": "gently"}),
        ("/counters", {"path": "/wxa/msg_sec_check", "used": -1}),
    ],
)
def test_wrong_input_is_named_by_field(hands: Any, path: str, body: dict[str, Any]) -> None:
    hands.person(openid="oDemo")
    response = hands.client.post(f"/_emu{path}", json=body)
    assert response.status_code == 400
    assert response.get_json()["fields"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/users/oNobody", None),
        ("GET", "/users/oNobody/messages", None),
        ("POST", "/users/oNobody/login", None),
        ("POST", "/users/oNobody/phone-code", None),
        ("POST", "/users/oNobody/ban", None),
        ("POST", "/users/oNobody/location", {"lat": 1, "lng": 1}),
        ("POST", "/users/oNobody/consents", {"template_id": "tpl-progress", "answer": "accept"}),
        ("POST", "/users/oDemo/consents", {"template_id": "tpl-none", "answer": "accept"}),
        ("POST", "/templates/tpl-none/ban", None),
        ("POST", "/options", {"gravity": 1}),
        ("POST", "/users/oNobody/block", {"template_id": "tpl-progress"}),
        ("POST", "/users/oDemo/block", {"template_id": "tpl-none"}),
        ("POST", "/users/oDemo/consents", {"answers": [{"template_id": "tpl-none", "answer": "accept"}]}),
        ("POST", "/users/oNobody/revoke", {}),
        ("POST", "/users/oNobody/close", {}),
        ("POST", "/users/oNobody/customer-service", {}),
        ("POST", "/users/oNobody/open", {"link": "abc"}),
        ("POST", "/counters", {"path": "/wxa/nothing", "used": 1}),
    ],
)
def test_who_or_what_is_not_there_is_said_in_a_sentence(hands: Any, method: str, path: str, body: Any) -> None:
    hands.person(openid="oDemo")
    response = hands.client.open(f"/_emu{path}", method=method, json=body)
    assert response.status_code == 404
    assert response.get_json()["error"].endswith("。")


def test_an_empty_post_needs_no_body(hands: Any) -> None:
    openid = hands.client.post("/_emu/users").get_json()["openid"]
    assert hands.client.post(f"/_emu/users/{openid}/login").get_json()["code"]


def test_the_call_log_hides_secrets(hands: Any) -> None:
    hands.sign_in(hands.code("login", hands.person()))
    token = hands.stable()["access_token"]
    hands.post("/wxa/msg_sec_check", {"content": "灯"}, token)
    calls = hands.control("/calls", method="GET")["items"]
    assert [call["path"] for call in calls] == ["/sns/jscode2session", "/cgi-bin/stable_token", "/wxa/msg_sec_check"]
    assert calls[0]["query"]["js_code"] == calls[0]["query"]["secret"] == calls[2]["query"]["access_token"] == "***"
    assert hands.settings.secret not in str(calls)
    assert token not in str(calls)


def test_the_log_tells_errors_and_faults(hands: Any) -> None:
    hands.stable(appid="wx9")
    hands.control("/faults", {"path": "*", "http": 502})
    hands.client.get("/cgi-bin/token")
    first, second = hands.control("/calls", method="GET")["items"]
    assert (first["errcode"], first["status"], first["fault"]) == (40013, 200, False)
    assert (second["errcode"], second["status"], second["fault"]) == (None, 502, True)


def test_an_unknown_path_is_not_found(hands: Any) -> None:
    assert hands.client.get("/wxa/nothing").status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_a_method_that_nobody_uses_finds_nothing(hands: Any, method: str) -> None:
    response = hands.client.open("/cgi-bin/stable_token", method=method)
    assert (response.status_code, response.data) == (404, b"")
    assert hands.client.put("/_emu/users").status_code == 405


EXPIRY = ("expire_type", "expire_time", "expire_interval")
QUESTIONS = {
    "/cgi-bin/stable_token": ("grant_type", "appid", "secret", "force_refresh"),
    "/wxa/business/getuserphonenumber": ("code", "openid"),
    "/cgi-bin/message/subscribe/send": ("touser", "template_id", "page", "data"),
    "/wxa/msg_sec_check": ("content", "version", "scene", "openid", "title"),
    "/wxa/media_check_async": ("media_url", "media_type", "version", "scene", "openid"),
    "/wxa/getwxacode": ("path", "width", "env_version", "is_hyaline"),
    "/wxa/getwxacodeunlimit": ("scene", "page", "check_path", "width", "env_version", "is_hyaline"),
    "/cgi-bin/wxaapp/createwxaqrcode": ("path", "width"),
    "/wxa/generate_urllink": ("path", "query", "env_version", *EXPIRY),
    "/wxa/generatescheme": ("jump_wxa", *EXPIRY),
    "/wxa/query_urllink": ("url_link", "query_type"),
    "/wxa/queryscheme": ("scheme", "query_type"),
    "/cgi-bin/openapi/quota/get": ("cgi_path",),
    "/cgi-bin/openapi/rid/get": ("rid",),
    "/cgi-bin/clear_quota": ("appid",),
    "/cgi-bin/clear_quota/v2": ("appid", "appsecret"),
}
GOOD = {
    **{"grant_type": "client_credential", "template_id": "tpl-progress", "content": "灯", "version": 2, "scene": 2},
    **{"media_url": "http://127.0.0.1/a", "media_type": 2, "path": "pages/a/a", "page": "pages/a/a"},
    **{"expire_type": 1, "expire_interval": 7},
}


@pytest.mark.parametrize("path", QUESTIONS)
def test_every_post_refuses_a_get_and_what_is_no_json(hands: Any, path: str) -> None:
    query = {"access_token": hands.stable()["access_token"]}
    assert hands.client.get(path, query_string=query).get_json(force=True)["errcode"] == 43002
    broken = (b"{", b"[]", b'"x"', b"\xff", b'{"path": "\\ud800"}', b'{"a":' * 100_000)
    for body, errcode in ((b"", 44002), *((body, 47001) for body in broken)):
        response = hands.client.post(path, query_string=query, data=body)
        assert response.get_json(force=True)["errcode"] == errcode


ODD = (None, True, -1, 10**400, 1.5, "", "字" * 3000, [], {}, {"value": []})


@pytest.mark.parametrize(("path", "names"), QUESTIONS.items())
def test_no_odd_value_breaks_a_call(hands: Any, path: str, names: tuple[str, ...]) -> None:
    hands.option(media_repeat_s=0)
    query, openid = {"access_token": hands.stable()["access_token"]}, hands.person()
    good = {"openid": openid, "touser": openid, "appid": hands.settings.appid, "secret": hands.settings.secret, **GOOD}
    if "scene" in names and "page" in names:
        good["scene"] = "g=1"
    for name, odd in itertools.product(names, ODD):
        response = hands.client.post(path, query_string=query, data=json.dumps({**good, name: odd}))
        assert response.status_code == 200, (name, odd)


@pytest.mark.parametrize("path", sorted(set(QUESTIONS) - {"/cgi-bin/stable_token", "/cgi-bin/clear_quota/v2"}))
def test_every_other_call_wants_a_token(hands: Any, path: str) -> None:
    assert hands.client.post(path, data=b"{}").get_json(force=True)["errcode"] == 41001


def test_an_app_is_shown_without_its_secret(hands: Any) -> None:
    shown = hands.control("/apps", {"appid": "wx-new", "secret": "hidden", "ip_whitelist": ["10.0.0.0/8"]})
    assert shown == {
        "appid": "wx-new",
        "frozen": False,
        "secret_frozen": False,
        "released": True,
        "ip_whitelist": ["10.0.0.0/8"],
        "pages": None,
    }
    assert hands.control("/apps", {"appid": "wx-new", "pages": ["pages/a/a"]})["pages"] == ["pages/a/a"]


def test_reset_forgets_everything(hands: Any) -> None:
    old = hands.stable()["access_token"]
    hands.consent(hands.person())
    hands.advance(100)
    hands.control("/faults", {"path": "*", "http": 500})
    hands.control("/options", {"strict_activity": True})
    hands.control("/reset")
    assert hands.control("/users", method="GET")["items"] == []
    assert hands.control("/faults", method="GET")["items"] == []
    assert hands.control("/calls", method="GET")["items"] == []
    assert hands.control("/options", {})["strict_activity"] is False
    assert hands.stable()["access_token"] != old
    assert hands.control("/clock", {"advance_s": 0})["offset_s"] == 0


def test_a_foreign_host_name_is_refused(hands: Any) -> None:
    assert hands.client.get("/_emu/users", headers={"Host": "evil.example"}).status_code == 400
    assert hands.client.get("/_emu/users", headers={"Host": "127.0.0.1:8001"}).status_code == 200
