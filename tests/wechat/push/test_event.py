"""What a message tells: the person, the rows in all their shapes, and what makes two messages the same."""

import json
from typing import Any

import pytest

from tests.wechat.push.pushing import event
from wechat.push.body import read
from wechat.push.crypto import PushRefused
from wechat.push.event import event_of

POPUP = "subscribe_msg_popup_event"
ROW_A = {"TemplateId": "TPL_A", "SubscribeStatusString": "accept", "PopupScene": "0"}
ROW_B = {"TemplateId": "TPL_B", "SubscribeStatusString": "reject", "PopupScene": "0"}


def as_xml(rows: list[dict[str, str]]) -> dict[str, Any]:
    lists = "".join(
        "<List>" + "".join(f"<{k}><![CDATA[{v}]]></{k}>" for k, v in row.items()) + "</List>" for row in rows
    )
    return read(
        f"<xml><ToUserName>gh_000000000001</ToUserName><FromUserName>oTEST01</FromUserName>"
        f"<CreateTime>1750000101</CreateTime><MsgType>event</MsgType><Event>{POPUP}</Event>"
        f"<SubscribeMsgPopupEvent>{lists}</SubscribeMsgPopupEvent></xml>".encode()
    )


def shapes(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    """One message in every shape that is known."""
    numbers = [row | {"PopupScene": 0} for row in rows]
    found = [
        event(POPUP, List=rows),
        event(POPUP, List=numbers),
        event(POPUP, CreateTime="1750000101", List=rows),
        event(POPUP, SubscribeMsgPopupEvent={"List": rows}),
        as_xml(rows),
    ]
    if len(rows) == 1:
        found += [event(POPUP, List=rows[0]), event(POPUP, SubscribeMsgPopupEvent={"List": numbers[0]})]
    return found


@pytest.mark.parametrize("rows", [[ROW_A], [ROW_A, ROW_B]], ids=["one", "several"])
def test_every_shape_of_a_subscription_event_gives_the_same(rows: list[dict[str, str]]):
    told = [event_of(message) for message in shapes(rows)]
    assert told[0].entries == tuple(rows)
    assert (told[0].name, told[0].openid, told[0].created_at) == (POPUP, "oTEST01", 1750000101)
    assert all(one == told[0] for one in told)


def test_rows_that_are_none_are_left_out():
    assert event_of(event(POPUP, List=["TPL_A", 1, None, ROW_A])).entries == (ROW_A,)
    assert event_of(event(POPUP, List="TPL_A")).entries == ()
    assert event_of(event(POPUP)).entries == ()


def test_a_verdict_on_a_picture_is_told_in_flat_facts_and_names_nobody():
    told = event_of(
        event(
            "wxa_media_check",
            FromUserName="oPLATFORM",
            trace_id="684ef1e4-1a2b3c4d-5e6f7a8b",
            version=2,
            errcode=0,
            errmsg=None,
            result={"suggest": "review", "label": 20002, "deeper": {"x": 1}},
            detail=[{"strategy": "content_model", "prob": 61}],
            isrisky=True,
        )
    )
    assert told.openid == ""
    assert told.facts == {
        "trace_id": "684ef1e4-1a2b3c4d-5e6f7a8b",
        "version": "2",
        "errcode": "0",
        "errmsg": "",
        "result.suggest": "review",
        "result.label": "20002",
        "isrisky": "true",
    }


@pytest.mark.parametrize("name", ["user_info_modified", "user_authorization_revoke", "user_authorization_cancellation"])
def test_the_person_of_an_authorisation_is_never_the_platform(name: str):
    assert event_of(event(name, FromUserName="oPLATFORM", OpenID="oTEST01", RevokeInfo="8")).openid == "oTEST01"
    assert event_of(event(name, FromUserName="oPLATFORM")).openid == ""
    assert event_of(event("wxa_punish_event", FromUserName="oPLATFORM")).openid == ""


def test_a_message_of_a_person_is_named_by_its_kind():
    told = event_of(event(MsgType="text", Event="ignored", Content="你好", MsgId=2**60))
    assert (told.name, told.openid) == ("text", "oTEST01")
    assert told.facts == {"Content": "你好", "MsgId": str(2**60)}


def key(message: dict[str, Any]) -> str:
    return event_of(message).dedup_key


def test_pictures_of_one_second_are_told_apart_by_their_trace_and_by_nothing_else():
    first = event("wxa_media_check", trace_id="t-1", errcode=0)
    assert key(first) != key(first | {"trace_id": "t-2"})
    assert key(first) == key(first | {"CreateTime": 1750000999, "errcode": "0", "FromUserName": "o"})


def test_a_message_is_known_by_its_id():
    first = event(MsgType="text", Content="a", MsgId="5")
    assert key(first) == key(first | {"MsgId": 5, "CreateTime": 1750000999})
    assert key(first) != key(first | {"MsgId": 6})


def test_a_delivery_is_known_by_message_and_template():
    row = {"TemplateId": "TPL_A", "MsgID": "3248682510344192009", "ErrorCode": "0", "ErrorStatus": "success"}
    first = event("subscribe_msg_sent_event", SubscribeMsgSentEvent={"List": row})
    assert key(first) == key(event("subscribe_msg_sent_event", CreateTime="1750000999", List=[row]))
    assert key(first) == key(event("subscribe_msg_sent_event", List=row | {"MsgID": 3248682510344192009}))
    assert key(first) != key(event("subscribe_msg_sent_event", List=row | {"TemplateId": "TPL_B"}))
    assert key(first) != key(event("subscribe_msg_sent_event", List=row | {"MsgID": "1"}))
    assert key(event("subscribe_msg_sent_event", CreateTime=1)) != key(event("subscribe_msg_sent_event", CreateTime=2))


def test_the_order_of_rows_makes_no_other_event():
    assert key(event(POPUP, List=[ROW_A, ROW_B])) == key(event(POPUP, List=[ROW_B, ROW_A]))
    assert key(event(POPUP, List=[ROW_A])) != key(event(POPUP, List=[ROW_A, ROW_B]))


@pytest.mark.parametrize("change", [{"FromUserName": "oOTHER"}, {"CreateTime": 1750000102}, {"List": ROW_B}])
def test_another_person_moment_or_answer_is_another_event(change: dict[str, Any]):
    assert key(event(POPUP, List=ROW_A)) != key(event(POPUP, List=ROW_A) | change)


def test_two_people_who_withdraw_in_one_second_are_two_events():
    one = event("user_authorization_revoke", FromUserName="oPLATFORM", OpenID="oTEST01", RevokeInfo="8")
    assert key(one) == key(json.loads(json.dumps(one)))
    assert key(one) != key(one | {"OpenID": "oTEST02"})
    assert key(one) != key(one | {"RevokeInfo": "13"})


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"MsgType": None}, "name"),
        ({"MsgType": ["event"]}, "name"),
        ({"Event": ""}, "name"),
        ({"Event": "a b"}, "name"),
        ({"Event": "e" * 65}, "name"),
        ({"Event": "事件"}, "name"),
        ({"CreateTime": None}, "created"),
        ({"CreateTime": ""}, "created"),
        ({"CreateTime": -1}, "created"),
        ({"CreateTime": "１７５００００１０１"}, "created"),
        ({"CreateTime": 10**10}, "created"),
        ({"CreateTime": 1.5}, "created"),
        ({"FromUserName": "o\0"}, "text"),
        ({"Extra": "\ud800"}, "text"),
        ({"\udfff": "1"}, "text"),
        ({"result": {"suggest": "\0"}}, "text"),
        ({"List": {"TemplateId": "\ud800"}}, "text"),
    ],
)
def test_a_message_that_cannot_be_kept_is_refused(change: dict[str, Any], reason: str):
    with pytest.raises(PushRefused) as caught:
        event_of(event(POPUP) | change)
    assert caught.value.reason == reason


def test_a_pair_of_halves_is_a_character():
    assert event_of(read(b'{"MsgType":"text","CreateTime":1,"Content":"\\ud83d\\ude00"}')).facts["Content"] == "😀"


def test_an_event_shows_nobody_when_it_is_printed():
    told = repr(event_of(event(POPUP, List=ROW_A)))
    assert "oTEST01" not in told
    assert "TPL_A" not in told
