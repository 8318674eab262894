"""What phones see of an order's photos: the owner, staff, and a neighbour who joined, who sees none."""

import pytest
from sqlalchemy import select

from app import clock
from app.db import db, transaction
from app.photos.models import Photo, PhotoState
from app.work_orders.models import Reporter
from tests.api.asking import is_problem, report
from tests.factories import a_photo, a_resident, a_worker, an_order, claimed, key, signed_in

RESIDENT, WORKER = "/api/resident/work-orders", "/api/worker/work-orders"
PENDING, IN_REVIEW, VISIBLE, REFUSED = PhotoState


@pytest.fixture
def people(city):
    """An order with a photo of its reporter; a neighbour who joined it; the worker who has it."""
    owner, neighbour, worker = a_resident(), a_resident(), a_worker(city["g1"])
    photo = a_photo(owner)
    order = an_order(city, owner, photo_ids=[photo])
    with transaction():
        joined = {"work_order_id": order.id, "account_id": neighbour.account_id, "is_first": False}
        db.session.add(Reporter(**joined, created_at=clock.now()))
    claimed(order, worker)
    return order, photo, owner, neighbour, worker


def put(photo, state):
    with transaction():
        db.session.scalars(select(Photo).where(Photo.public_id == photo)).one().state = state


def seen(client, door, order, actor):
    """(state, its name, whether there is a picture) of the photos, the same above and in the timeline."""
    answer = client.get(f"{door}/{order.number}", headers=signed_in(actor))
    assert answer.status_code == 200, answer.text
    photos = answer.json["photos"]
    [submit] = [line for line in answer.json["timeline"] if line["action"] == "submit"]
    assert [one["id"] for one in submit["photos"]] == [one["id"] for one in photos]
    return [(one["state"], one["state_name"], bool(one["url"]) and bool(one["thumb_url"])) for one in photos]


@pytest.mark.parametrize(
    ("state", "name", "owner_sees", "neighbour_sees", "worker_sees"),
    [
        (PENDING, "待审核", [True], [], [True]),
        (IN_REVIEW, "待人工审核", [True], [], [True]),
        (VISIBLE, "已通过", [True], [], [True]),
        (REFUSED, "未通过审核，不予展示", [False], [], []),
    ],
)
def test_who_sees_which_photo_on_a_phone(client, people, state, name, owner_sees, neighbour_sees, worker_sees):
    order, photo, owner, neighbour, worker = people
    put(photo, state)

    def told(pictures):
        return [(state, name, picture) for picture in pictures]

    assert seen(client, RESIDENT, order, owner) == told(owner_sees)
    assert seen(client, RESIDENT, order, neighbour) == told(neighbour_sees)
    assert seen(client, WORKER, order, worker) == told(worker_sees)


def test_a_worker_sees_a_neighbours_unpassed_photo_at_work_alone(client, city, people):
    order, _, _, _, worker = people
    joined = a_worker(city["g2"])
    with transaction():
        more = {"work_order_id": order.id, "account_id": joined.account_id, "is_first": False}
        db.session.add(Reporter(**more, created_at=clock.now()))
    assert seen(client, RESIDENT, order, joined) == []
    assert len(seen(client, WORKER, order, worker)) == 1


def test_a_workers_own_evidence_is_shown_to_the_resident_at_once(client, city, picture):
    owner, worker = a_resident(), a_worker(city["g1"])
    order = claimed(an_order(city, owner), worker)
    headers = signed_in(worker)
    sent = client.post(
        "/api/photos", data={"file": picture()}, headers=headers | key(), content_type="multipart/form-data"
    )
    done = {"result": "solved", "note": "已经处理好了", "photo_ids": [sent.json["id"]]}
    path = f"/api/worker/work-orders/{order.number}/resolve"
    assert client.post(path, json=done, headers=headers | key()).status_code == 200
    lines = client.get(f"{RESIDENT}/{order.number}", headers=signed_in(owner)).json["timeline"]
    [resolve] = [line for line in lines if line["action"] == "resolve"]
    assert [one["state"] for one in resolve["photos"]] == ["visible"]


def test_a_report_with_a_refused_photo_says_which_and_stores_nothing(client, city, verdicts):
    owner = a_resident()
    ids = [a_photo(owner), a_photo(owner)]
    put(ids[1], REFUSED)
    headers = signed_in(owner)
    told = is_problem(client.post(RESIDENT, json=report(city, photo_ids=ids), headers=headers | key()), 422)
    assert told["errors"] == [
        {"pointer": "#/photo_ids", "detail": "第 2 张照片未通过内容审核，请去掉或换一张再提交，其他内容都还在。"}
    ]
    sent = client.post(RESIDENT, json=report(city, photo_ids=ids[:1]), headers=headers | key())
    assert sent.status_code == 201


# what staff write for residents


@pytest.fixture
def in_hand(city):
    worker = a_worker(city["g1"])
    return claimed(an_order(city), worker), signed_in(worker)


def note(client, order, phone, **body):
    return client.post(f"{WORKER}/{order.number}/note", json={"note": "已约好明天上门", **body}, headers=phone | key())


def test_what_a_worker_writes_for_the_resident_is_looked_at_first(client, in_hand, verdicts):
    order, phone = in_hand
    verdicts.verdict = "risky"
    is_problem(note(client, order, phone, visible_to_resident=True), 422)
    body = {"result": "solved", "note": "已经与对方沟通", "photo_ids": []}
    is_problem(client.post(f"{WORKER}/{order.number}/resolve", json=body, headers=phone | key()), 422)
    assert verdicts.asked == ["已约好明天上门", "已经与对方沟通"]
    verdicts.verdict = "pass"
    assert note(client, order, phone, visible_to_resident=True).status_code == 200
    assert client.post(f"{WORKER}/{order.number}/resolve", json=body, headers=phone | key()).status_code == 200


def test_an_internal_note_may_quote_what_was_said(client, in_hand, verdicts):
    order, phone = in_hand
    verdicts.verdict = "risky"
    assert note(client, order, phone).status_code == 200
    assert verdicts.asked == []
