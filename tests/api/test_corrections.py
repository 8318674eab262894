"""The doors of putting an order right, and of the reporter's number that is kept nowhere."""

import pytest
from sqlalchemy import select, text

from app.db import db, end_reading
from app.idempotency import IdempotencyKey
from tests.api.asking import at_once, is_problem, pointers, rows
from tests.factories import a_resident, a_worker, an_order, claimed, key, signed_in

PHONE = "13900000017"
PLACE = {"building": "3号楼", "unit": "1单元", "reason": "门牌写错了"}


@pytest.fixture
def order(city, verdicts):
    return an_order(city, a_resident(phone=PHONE))


@pytest.fixture
def phone(city, order):
    person = a_worker(city["g1"])
    claimed(order, person)
    return signed_in(person)


@pytest.fixture
def act(client, order):
    def send(who, verb, body, **more):
        return client.post(f"/api/worker/work-orders/{order.number}/{verb}", json=body, headers=who | key() | more)

    return send


def test_a_shorter_category_is_applied_and_a_longer_one_proposed(act, phone):
    changed = act(phone, "recategorise", {"category": "LIGHT", "reason": "是灯的事"})
    assert (changed.status_code, changed.json["category"]["code"], changed.json["class"]) == (200, "LIGHT", "P2")
    proposed = act(phone, "recategorise", {"category": "NOISE", "reason": "还是噪声"})
    assert (proposed.status_code, proposed.json["category"]["code"]) == (200, "LIGHT")
    assert "recategorise" not in proposed.json["actions"]
    is_problem(act(phone, "recategorise", {"category": "ODD", "reason": "再改"}), 409)


def test_a_place_in_the_same_community_and_one_in_another(act, city, phone):
    near = act(phone, "relocate", PLACE | {"compound_id": city.compound})
    assert (near.status_code, near.json["place"]["unit"], near.json["status"]) == (200, "1单元", "in_progress")
    far = act(phone, "relocate", PLACE | {"compound_id": city.far_compound})
    assert (far.status_code, far.json["status"]) == (200, "pooled")
    is_problem(act(phone, "relocate", PLACE | {"compound_id": city.compound}), 404)


@pytest.mark.parametrize(
    ("verb", "body", "pointer"),
    [
        ("recategorise", {"category": "LIGHT"}, "#/reason"),
        ("recategorise", {"category": "NOTHING", "reason": "错"}, "#/category"),
        ("relocate", {"reason": "错"}, "#/compound_id"),
        ("relocate", {"reason": "错", "building": "3号楼"}, "#/compound_id"),
        ("relocate", {"reason": "错", "compound_id": "0" * 22}, "#/compound_id"),
        ("relocate", {"reason": "错", "lat": 36.6, "lng": 101.7, "coordinate_system": "gcj02"}, "#/address"),
        ("phone", {}, "#/reason"),
        ("phone", {"reason": "  "}, "#/reason"),
    ],
    ids=["no reason", "no category", "no place", "no compound", "no such compound", "half a point", "why", "blank"],
)
def test_what_is_wrong_is_told_at_its_field(act, phone, verb, body, pointer):
    before = rows()
    assert pointers(is_problem(act(phone, verb, body), 422)) == [pointer]
    assert rows() == before


def test_the_number_is_shown_once_and_kept_nowhere(client, act, order, phone):
    headers, body = phone | key(), {"reason": "约上门时间"}
    path = f"/api/worker/work-orders/{order.number}/phone"
    first = client.post(path, json=body, headers=headers)
    assert (first.status_code, first.json) == (200, {"phone": PHONE})
    assert first.headers["Cache-Control"] == "no-store"
    before = rows()
    told = is_problem(client.post(path, json=body, headers=headers), 409, "not-kept")
    assert PHONE not in str(told)
    is_problem(client.post(path, json={"reason": "别的"}, headers=headers), 422)
    assert rows() == before
    answers = db.session.scalars(select(IdempotencyKey.answer)).all()
    end_reading()
    assert answers == [""]
    assert db.session.scalar(text("SELECT count(*) FROM audit WHERE action = 'phone.revealed'")) == 1
    end_reading()
    assert act(phone, "phone", body).json == {"phone": PHONE}


def test_of_two_alike_at_once_one_shows_it(client, order, phone):
    headers, path = phone | key(), f"/api/worker/work-orders/{order.number}/phone"
    ask = lambda: client.application.test_client().post(path, json={"reason": "约时间"}, headers=headers)  # noqa: E731
    answers = at_once(ask, ask)
    assert sorted(answer.status_code for answer in answers) == [200, 409]


def test_a_colleague_does_not_read_it(act, city, phone):
    before = rows()
    is_problem(act(signed_in(a_worker(city["g1"])), "phone", {"reason": "看看"}), 403)
    is_problem(act(signed_in(a_worker(city["h1"])), "phone", {"reason": "看看"}), 404)
    is_problem(act(phone, "phone", {"reason": "看看"}, **{"If-Match": '"1"'}), 412)
    assert rows()["event"] == before["event"]
