"""The door for WeChat's pushes: WeChat's word is kept once and acknowledged; everybody else hears one word."""

import io
import json
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock, create_app
from app.notifications.models import WechatPush
from tests.api.asking import at_once
from tests.notifications.scripted import rows
from tests.wechat.push.pushing import as_json, event, plain, sealed, sealed_xml
from wechat.push import Mode, PushSettings

DOOR = "/wechat/push"
MESSAGE = as_json(event("subscribe_msg_popup_event", List={"TemplateId": "TPL_A", "SubscribeStatusString": "accept"}))
XML = (
    b"<xml><FromUserName>oTEST01</FromUserName><CreateTime>1750000101</CreateTime><MsgType>event</MsgType>"
    b"<Event>debug_demo</Event></xml>"
)


@pytest.fixture
def ours(app) -> PushSettings:
    return app.extensions["wechat_push"]


def seconds(**moved):
    return str(int((clock.now() + timedelta(**moved)).timestamp()))


def post(client, pushed):
    query, body = pushed
    return client.post(DOOR, query_string=query, data=body)


def is_refused(answer, *statuses):
    assert answer.status_code in (statuses or (400, 403))
    assert (answer.mimetype, answer.get_data(as_text=True)) == ("text/plain", "refused")


def test_the_url_is_proved_to_wechat_alone(client, ours):
    query, _ = plain(b"", ours, seconds())
    answer = client.get(DOOR, query_string=query | {"echostr": "58375<b>"})
    assert (answer.status_code, answer.mimetype, answer.text) == (200, "text/plain", "58375<b>")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    is_refused(client.get(DOOR, query_string=query | {"echostr": "1", "nonce": "2"}), 403)
    is_refused(client.get(DOOR), 403)


@pytest.mark.parametrize(
    ("envelope", "inner"), [(sealed, MESSAGE), (sealed, XML), (sealed_xml, MESSAGE)], ids=["json", "mixed", "xml"]
)
def test_what_wechat_tells_is_kept_and_acknowledged(client, ours, envelope, inner):
    query, body = envelope(inner, ours, seconds())
    answer = post(client, (query, body))
    assert (answer.status_code, answer.mimetype, answer.text) == (200, "text/plain", "success")
    (row,) = rows(WechatPush)
    assert (row.openid, row.attempts, row.done_at, row.outcome) == ("oTEST01", 0, None, None)
    assert row.due_at <= clock.now()
    assert json.loads(row.body)["at"] == 1750000101


def test_an_event_told_three_times_is_kept_once_and_acknowledged_three_times(client, ours):
    same = sealed(MESSAGE, ours, seconds())
    again = sealed(MESSAGE, ours, seconds(seconds=1), nonce="2")
    assert [post(client, pushed).text for pushed in (same, same, again)] == ["success"] * 3
    assert len(rows(WechatPush)) == 1


def test_copies_that_come_at_once_are_kept_once(app, ours):
    pushed = sealed(MESSAGE, ours, seconds())
    answers = at_once(*[lambda: post(app.test_client(), pushed)] * 4)
    assert [(answer.status_code, answer.text) for answer in answers] == [(200, "success")] * 4
    assert len(rows(WechatPush)) == 1


def test_pictures_of_one_second_are_all_kept(client, ours):
    for number in range(9):
        told = event("wxa_media_check", FromUserName="oPLATFORM", trace_id=f"t-{number}", errcode=0)
        assert post(client, sealed(as_json(told), ours, seconds())).text == "success"
    assert len(rows(WechatPush)) == 9


def test_nobody_but_wechat_is_heard(client, ours):
    query, body = sealed(MESSAGE, ours, seconds())
    for change in (
        {"msg_signature": "0" * 40},
        {"msg_signature": query["signature"]},
        {"nonce": "0"},
        {"timestamp": ""},
    ):
        is_refused(post(client, (query | change, body)), 403)
    is_refused(post(client, ({}, body)), 403)
    is_refused(post(client, sealed(MESSAGE, PushSettings("other", ours.aes_key, ours.appid), seconds())), 403)
    is_refused(post(client, sealed(MESSAGE, PushSettings(ours.token, ours.aes_key, "wx2"), seconds())), 403)
    is_refused(post(client, sealed(MESSAGE, PushSettings(ours.token, "B" * 43, ours.appid), seconds())))
    assert rows(WechatPush) == []


@pytest.mark.parametrize("minutes", [-11, 11])
def test_what_was_recorded_earlier_is_not_heard_again(client, ours, minutes):
    is_refused(post(client, sealed(MESSAGE, ours, seconds(minutes=minutes))), 403)
    assert rows(WechatPush) == []


def test_a_message_in_the_clear_is_refused_though_it_is_signed(client, ours):
    is_refused(post(client, plain(MESSAGE, ours, seconds())), 403)
    is_refused(post(client, sealed(MESSAGE, ours, seconds(), clear=event())), 403)
    assert rows(WechatPush) == []


BOMB = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><xml><MsgType>&e;</MsgType></xml>'
UNKEEPABLE = [
    b"",
    b"{",
    b"[]",
    BOMB,
    b"\xff\xfe",
    b'{"MsgType":"text"}',
    b'{"MsgType":"text","CreateTime":1,"Content":"\\u0000"}',
    b'{"MsgType":"text","CreateTime":1,"Content":"\\ud800"}',
    b'{"MsgType":"text","CreateTime":1,"FromUserName":"\\udc00"}',
    b'{"MsgType":"text\\u0000","CreateTime":1}',
    b'{"MsgType":"text","CreateTime":99999999999}',
    b'{"MsgType":"text","CreateTime":NaN}',
]


@pytest.mark.parametrize("inner", UNKEEPABLE, ids=lambda inner: inner[:40])
def test_what_cannot_be_kept_is_refused_sealed_or_not(client, ours, inner):
    is_refused(post(client, sealed(inner, ours, seconds())), 400)
    is_refused(post(client, (sealed(MESSAGE, ours, seconds())[0], inner)))
    assert rows(WechatPush) == []


@pytest.mark.parametrize("encrypt", ["", "!", "QUJD", 5, None, "\ud800", "\0"])
def test_a_seal_that_is_none_is_refused(client, ours, encrypt):
    query, _ = sealed(MESSAGE, ours, seconds())
    is_refused(post(client, (query, json.dumps({"Encrypt": encrypt}).encode())))


@pytest.mark.parametrize("has_length", [True, False], ids=["with its length", "in pieces"])
def test_a_body_that_is_too_large_is_refused(client, ours, has_length):
    query, body = sealed(MESSAGE, ours, seconds())
    large = body[:-1] + b" " * 64 * 1024 + b"}"
    stream = {} if has_length else {"environ_overrides": {"wsgi.input_terminated": True}, "content_length": None}
    is_refused(client.post(DOOR, query_string=query, input_stream=io.BytesIO(large), **stream), 400, 403)
    assert rows(WechatPush) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    inner=st.one_of(
        st.binary(max_size=200),
        st.dictionaries(
            st.sampled_from(["MsgType", "Event", "CreateTime", "FromUserName", "List", "MsgId", "result"]),
            st.recursive(
                st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=80) | st.just("event"),
                lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
                max_leaves=6,
            ),
        ).map(lambda message: json.dumps(message).encode()),
    )
)
def test_whatever_is_sealed_is_kept_or_refused(client, ours, inner):
    assert post(client, sealed(inner, ours, seconds())).status_code in (200, 400, 403)


@pytest.mark.parametrize("query", ["timestamp=%00&nonce=%FF&msg_signature=%ED%A0%80", "timestamp=1&timestamp=2", "&&="])
def test_a_query_of_any_kind_is_refused(client, ours, query):
    is_refused(client.post(f"{DOOR}?{query}", data=MESSAGE), 403)
    is_refused(client.get(f"{DOOR}?{query}&echostr=1"), 403)


def test_the_log_tells_neither_who_nor_what(client, ours):
    with structlog.testing.capture_logs() as lines:
        query, body = sealed(MESSAGE, ours, seconds())
        for pushed in ((query, body), (query, body), (query | {"nonce": "1"}, body)):
            post(client, pushed)
    assert [(line["event"], line.get("name"), line.get("reason")) for line in lines] == [
        ("push_kept", "subscribe_msg_popup_event", None),
        ("push_known", "subscribe_msg_popup_event", None),
        ("push_refused", None, "signature"),
    ]
    for secret in ("oTEST01", "TPL_A", ours.token, query["msg_signature"]):
        assert secret not in str(lines)


def house_with(app, **changes):
    return create_app(replace(app.extensions["settings"], **changes))


@pytest.mark.parametrize("missing", ["wechat_push_token", "wechat_aes_key"])
def test_without_its_secrets_there_is_no_door(app, missing):
    client = house_with(app, **{missing: ""}).test_client()
    assert (client.get(DOOR).status_code, client.post(DOOR).status_code) == (404, 404)


def test_a_door_in_plain_mode_takes_both(app, ours):
    client = house_with(app, wechat_push_mode="plain").test_client()
    assert post(client, plain(XML, ours, seconds())).text == "success"
    assert post(client, sealed(MESSAGE, ours, seconds())).text == "success"
    assert len(rows(WechatPush)) == 2


def test_the_mode_of_the_settings_is_the_mode_of_the_door(app, ours):
    assert ours.mode is Mode.SAFE
    assert house_with(app, wechat_push_mode="compatible").extensions["wechat_push"].mode is Mode.COMPATIBLE


def test_while_the_database_is_away_wechat_is_asked_to_come_again(app, ours):
    client = house_with(app, database_url="postgresql+psycopg://nobody@127.0.0.1:9/nothing").test_client()
    answer = post(client, sealed(MESSAGE, ours, seconds()))
    assert (answer.status_code, answer.mimetype, answer.text) == (503, "text/plain", "busy")
