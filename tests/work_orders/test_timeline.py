"""The timeline: every line is sealed by a digest that stays true when its words are lawfully erased."""

import json

import pytest
from sqlalchemy import delete, func, select

from app import secrets, trail
from app.db import db, end_reading
from app.work_orders import assignment, follow_up, handling, rating, resolution
from app.work_orders.timeline import Event, EventText
from tests.factories import a_resident, a_worker, an_order, claimed, writing
from tests.work_orders.record import events, public_id, run

LASTING = (
    "public_id", "at", "action", "actor_id", "from_status", "to_status", "round", "visible", "facts", "commitment",
)  # fmt: skip
NO = {"answered": False, "solved": "no", "satisfied": "no"}


@pytest.fixture
def order(city, resident, worker, colleague, manager, officer):
    """An order with every kind of line that has words or numbers in it."""
    order = an_order(city, resident)
    run(assignment.dispatch, order.number, manager, public_id(colleague), "请韩玉兰处理")
    run(assignment.refuse, order.number, colleague, "overloaded", "韩玉兰今天请假")
    claimed(order, worker)
    run(handling.contact, order.number, worker, "call", "马秀英说晚上在家")
    run(handling.arrive, order.number, worker, (36.6231415, 101.7712345, "gcj02"))
    run(handling.note, order.number, worker, "给13800000000打过电话", visible_to_resident=True)
    run(resolution.resolve, order.number, worker, "solved", "马秀英家已安静", [])
    run(rating.rate, order.number, resident, comment="我是马秀英，没人来过", **NO)
    run(follow_up.conclude, order.number, officer, "rework", "马秀英要求再来")
    return order


def sealed(event, number):
    return trail.digest({"number": number, **{name: getattr(event, name) for name in LASTING}})


def test_the_digest_of_every_line_follows_from_its_stored_columns(order):
    found = events(order)
    assert len(found) == 13
    assert [event.action for event in found if sealed(event, order.number) != event.digest] == []


def test_every_column_but_the_keys_is_under_the_digest():
    assert {column.key for column in Event.__table__.columns} == {*LASTING, "id", "work_order_id", "digest"}


@pytest.mark.parametrize("column", LASTING)
def test_a_changed_column_is_noticed(order, column):
    event = events(order)[-1]
    changed = {"facts": {"a": 1}, "at": event.at.replace(year=2025), "round": 9}.get(column, "x")
    setattr(event, column, changed)
    assert sealed(event, order.number) != event.digest


def test_a_line_under_another_order_is_noticed(order):
    assert sealed(events(order)[0], "XN2603100000000") != events(order)[0].digest


def test_the_words_are_committed_to_and_can_be_erased_alone(order):
    rows = db.session.execute(select(Event, EventText).join(EventText, EventText.event_id == Event.id)).all()
    assert len(rows) == 8
    for event, side in rows:
        assert trail.commitment(side.salt, side.text) == event.commitment
    with writing():
        db.session.execute(delete(EventText))
    found = events(order)
    assert all(event.words is None for event in found)
    assert [event.action for event in found if sealed(event, order.number) != event.digest] == []


def test_the_same_words_have_another_commitment_each_time(city, worker):
    first, second = (claimed(an_order(city), worker) for _ in range(2))
    for one in (first, second):
        run(handling.note, one.number, worker, "同样的话", visible_to_resident=False)
    assert events(first)[-1].commitment != events(second)[-1].commitment


def test_facts_hold_no_names_no_phones_and_no_free_text(order):
    told = json.dumps([event.facts for event in events(order)], ensure_ascii=False)
    for personal in ("马秀英", "韩玉兰", "李建国", "138", "请假", "晚上"):
        assert personal not in told


def test_the_words_cannot_be_read_in_the_database(order):
    raw = db.session.execute(select(func.count()).select_from(EventText)).scalar_one()
    stored = db.session.connection().exec_driver_sql("SELECT text FROM event_text").all()
    end_reading()
    assert raw == len(stored)
    assert not any("马秀英".encode() in bytes(row.text) for row in stored)


def test_lines_have_public_ids_of_their_own(order):
    ids = [event.public_id for event in events(order)]
    assert len(set(ids)) == len(ids)
    assert all(len(one) == len(secrets.public_id()) for one in ids)


def test_a_line_without_words_has_no_side_row(city):
    an_order(city, a_resident())
    a_worker(city["g1"])
    assert db.session.scalar(select(func.count()).select_from(EventText)) == 0
    end_reading()
