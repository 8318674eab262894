"""The door to the inbox and to the permissions, as a phone uses it."""

import pytest

from app import clock
from app.db import transaction
from app.notifications import deliveries, relay
from app.notifications.models import Delivery
from tests.factories import a_city, a_resident, a_worker, key, signed_in
from tests.notifications.scripted import NUMBER, ScriptedWeChat, allow, know_templates, owe, rows


@pytest.fixture
def person(app):
    know_templates()
    return a_resident()


@pytest.fixture
def phone(person):
    return signed_in(person)


def tell(app, account_id, count=1, **changes):
    for _ in range(count):
        owe(account_id, **changes)
    relay.run(app, ScriptedWeChat(), once=True, workers=2)


def read(client, phone, entry_id, headers=None):
    return client.post(f"/api/inbox/{entry_id}/read", json={}, headers=phone | (headers or key()))


def answer(client, phone, template_id="tpl-progress", said="accept", headers=None):
    body = {"template_id": template_id, "answer": said}
    return client.post("/api/subscriptions", json=body, headers=phone | (headers or key()))


def test_an_empty_inbox_is_an_empty_list(client, phone):
    answered = client.get("/api/inbox", headers=phone)
    assert answered.status_code == 200
    assert answered.json == {"items": [], "next_cursor": None, "unread": 0}


def test_a_message_reads_as_the_contract_says(app, client, person, phone):
    allow(person.account_id)
    tell(app, person.account_id)
    answered = client.get("/api/inbox", headers=phone).json
    (item,) = answered["items"]
    assert answered["unread"] == 1
    assert set(item) == {"id", "kind", "title", "text", "number", "created_at", "read_at", "delivery"}
    assert (item["kind"], item["title"], item["number"], item["read_at"]) == ("assigned", "有工单派给您", NUMBER, None)
    assert item["delivery"] == {"state": "sent", "state_name": "微信已发送"}
    assert item["created_at"].endswith("+08:00")
    assert len(item["id"]) == 22


def test_a_message_that_could_not_be_sent_is_in_the_inbox_and_says_why(app, client, person, phone):
    tell(app, person.account_id)
    (item,) = client.get("/api/inbox", headers=phone).json["items"]
    assert item["delivery"] == {"state": "no_permission_left", "state_name": "授权次数已用完"}


def test_a_message_that_wechat_delivered_says_so_and_the_list_is_sent_anew(app, client, person, phone):
    allow(person.account_id)
    tell(app, person.account_id)
    first = client.get("/api/inbox", headers=phone)
    (sent,) = rows(Delivery)
    with transaction():
        assert deliveries.confirmed(sent.msgid, "somebody", "tpl-dispatched", True, clock.now())
    answered = client.get("/api/inbox", headers=phone | {"If-None-Match": first.headers["ETag"]})
    assert answered.status_code == 200
    assert answered.json["items"][0]["delivery"] == {"state": "delivered", "state_name": "已送达"}


def test_pages_follow_the_cursor(app, client, person, phone):
    tell(app, person.account_id, count=5)
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get(f"/api/inbox?limit=2&cursor={cursor}", headers=phone).json
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 5


@pytest.mark.parametrize("query", ["limit=0", "limit=51", "limit=x", "cursor=nonsense", "colour=red"])
def test_a_wrong_query_is_refused_with_its_field(client, phone, query):
    refused = client.get(f"/api/inbox?{query}", headers=phone)
    assert refused.status_code == 422
    assert refused.json["errors"]


def test_the_list_is_not_sent_again_until_something_changed(app, client, person, phone):
    tell(app, person.account_id)
    first = client.get("/api/inbox", headers=phone)
    mark = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/api/inbox", headers=phone | mark).status_code == 304
    read(client, phone, first.json["items"][0]["id"])
    changed = client.get("/api/inbox", headers=phone | mark)
    assert changed.status_code == 200
    assert changed.json["unread"] == 0


def test_reading_a_message_answers_with_it_and_can_be_repeated(app, client, person, phone):
    tell(app, person.account_id)
    (item,) = client.get("/api/inbox", headers=phone).json["items"]
    once = key()
    first = read(client, phone, item["id"], once)
    assert first.status_code == 200
    assert first.json == item | {"read_at": first.json["read_at"]}
    assert first.json["read_at"]
    again = read(client, phone, item["id"], once)
    assert (again.json, again.headers["Idempotency-Replayed"]) == (first.json, "true")
    assert read(client, phone, item["id"]).json == first.json


def test_somebody_elses_message_is_not_found(app, client, person):
    tell(app, person.account_id)
    (item,) = client.get("/api/inbox", headers=signed_in(person)).json["items"]
    stranger = signed_in(a_resident())
    assert client.get("/api/inbox", headers=stranger).json["items"] == []
    refused, absent = read(client, stranger, item["id"]), read(client, stranger, "0" * 22)
    assert refused.status_code == absent.status_code == 404
    assert refused.json["title"] == absent.json["title"]


def test_nobody_reads_without_signing_in_or_writes_without_a_key(client, phone):
    assert client.get("/api/inbox").status_code == 401
    assert client.get("/api/subscriptions").status_code == 401
    assert client.post("/api/subscriptions", json={}, headers=phone).status_code == 400


def test_a_resident_is_asked_for_four_messages_and_staff_for_seven(client, phone):
    items = client.get("/api/subscriptions", headers=phone).json["items"]
    assert len(items) == 4
    assert items[0] == {
        "template_id": "tpl-accepted",
        "title": "工单受理通知",
        "events": ["诉求已受理"],
        "one_time": True,
        "units": 0,
        "blocked": False,
    }
    worker = signed_in(a_worker(a_city()["g1"]))
    assert len(client.get("/api/subscriptions", headers=worker).json["items"]) == 7


def test_answers_are_counted_once_per_key(client, phone):
    once = key()
    assert answer(client, phone, headers=once).json == {"template_id": "tpl-progress", "units": 1, "blocked": False}
    assert answer(client, phone, headers=once).json["units"] == 1
    assert answer(client, phone).json["units"] == 2
    assert answer(client, phone, said="reject").json["units"] == 2
    assert answer(client, phone, said="ban").json == {"template_id": "tpl-progress", "units": 0, "blocked": True}
    items = client.get("/api/subscriptions", headers=phone).json["items"]
    assert {item["template_id"]: item["blocked"] for item in items}["tpl-progress"] is True


@pytest.mark.parametrize(
    "body",
    [
        {"template_id": "tpl-progress", "answer": "perhaps"},
        {"template_id": "tpl-of-nobody", "answer": "accept"},
        {"template_id": "", "answer": "accept"},
        {"template_id": "tpl-progress"},
        {"template_id": "tpl-progress", "answer": "accept", "units": 99},
    ],
)
def test_an_answer_that_makes_no_sense_is_refused(client, phone, body):
    refused = client.post("/api/subscriptions", json=body, headers=phone | key())
    assert refused.status_code == 422
    assert refused.json["errors"]
