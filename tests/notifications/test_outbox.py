"""What is owed: kept with the change, taken by one process at a time, in the order of each order's life."""

import threading
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from app import clock, logs
from app.db import db, end_reading, transaction
from app.notifications import outbox
from app.notifications.models import Outbox
from tests.notifications.scripted import rows

MINUTE = timedelta(minutes=1)


def owe(count=1, order_id=None):
    with transaction():
        for _ in range(count):
            outbox.owe("closed", order_id, {"number": "XN1"})


def lease(owner="me", now=None, limit=20):
    with transaction():
        return outbox.lease_due(owner, now or clock.now(), limit)


def test_what_a_failed_change_owed_is_not_owed(app):
    def change():
        with transaction():
            outbox.owe("closed", None, {})
            db.session.flush()
            raise LookupError

    with pytest.raises(LookupError):
        change()
    assert rows(Outbox) == []


def test_an_event_without_a_message_is_refused_at_once(app):
    with pytest.raises(ValueError, match="no message"), transaction():
        outbox.owe("celebrated", None, {})


def test_an_event_carries_the_request_that_caused_it(app):
    token = logs.request_id.set("5f0c1a")
    owe()
    logs.request_id.reset(token)
    assert rows(Outbox)[0].request_id == "5f0c1a"


def test_facts_are_copied(app):
    given = {"number": "XN1"}
    with transaction():
        outbox.owe("closed", None, given)
        given["number"] = "XN2"
    assert lease()[0].facts == {"number": "XN1"}


def test_a_leased_row_is_nobody_elses_until_the_lease_ends(app):
    owe()
    now = clock.now()
    assert len(lease("one", now)) == 1
    assert lease("other", now + timedelta(seconds=29)) == []
    assert [row.topic for row in lease("other", now + timedelta(seconds=31))] == ["closed"]


def test_rows_are_taken_oldest_first_and_no_more_than_asked_for(app):
    owe(5)
    first, second = lease(limit=3), lease(limit=3)
    assert [row.id for row in first + second] == sorted(row.id for row in rows(Outbox))
    assert [len(first), len(second)] == [3, 2]


def test_processes_that_ask_together_never_get_the_same_row(app, house):
    owe(60)
    got, ready = [], threading.Barrier(4)

    def take(owner):
        with house.app_context():
            ready.wait()
            while taken := lease(owner, limit=7):
                got.extend(row.id for row in taken)

    threads = [threading.Thread(target=take, args=(f"relay-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(got) == [row.id for row in rows(Outbox)]


def test_the_events_of_one_order_come_one_after_the_other(app):
    owe(2, order_id=7)
    owe(1, order_id=8)
    first, other = lease()
    assert lease() == []
    with transaction():
        assert outbox.done([first.id], "me", clock.now())
    (second,) = lease()
    assert [first.work_order_id, second.work_order_id, other.work_order_id] == [7, 7, 8]
    assert first.id < second.id


def test_an_event_that_keeps_failing_does_not_hold_up_the_later_ones_of_its_order(app):
    owe(2, order_id=7)
    (first,) = lease()
    with transaction():
        assert outbox.later(first, "me", clock.now())
    (second,) = lease()
    assert second.id > first.id


def test_a_process_that_lost_its_lease_cannot_mark_the_row(app):
    owe()
    now = clock.now()
    (row,) = lease("slow", now)
    lease("quick", now + MINUTE)
    with transaction():
        assert not outbox.done([row.id], "slow", now + MINUTE)
        assert not outbox.later(row, "slow", now + MINUTE)
        assert outbox.done([row.id], "quick", now + MINUTE)
        assert not outbox.done([row.id], "quick", now + MINUTE)


def test_a_row_put_off_comes_back_after_the_wait_and_counts_its_tries(app):
    owe()
    now = clock.now()
    for tries in (1, 2, 3):
        (row,) = lease(now=now)
        with transaction():
            outbox.later(row, "me", now)
        (kept,) = rows(Outbox)
        assert kept.attempts == tries
        assert lease(now=kept.due_at - timedelta(seconds=1)) == []
        now = kept.due_at


def test_leases_given_back_are_free_at_once(app):
    owe(3)
    lease("leaving")
    with transaction():
        outbox.give_back("leaving", clock.now())
    assert len(lease("staying")) == 3


def test_a_look_for_work_tells_what_a_lease_would_find(app):
    assert not outbox.is_anything_due(clock.now())
    end_reading()
    owe()
    assert outbox.is_anything_due(clock.now())
    end_reading()
    lease()
    assert not outbox.is_anything_due(clock.now())


def test_the_lag_is_the_age_of_the_oldest_event_not_told(app):
    assert outbox.lag(clock.now()) == outbox.Lag(0, 0.0)
    end_reading()
    with time_machine.travel("2026-03-10T02:00:00Z", tick=False) as travel:
        owe()
        travel.shift(30)
        owe()
        travel.shift(15)
        assert outbox.lag(clock.now()) == outbox.Lag(2, 45.0)


def test_told_rows_are_forgotten_after_seven_days_in_batches_and_untold_ones_never(app, monkeypatch):
    monkeypatch.setattr(outbox, "BATCH", 2)
    owe(4)
    told = clock.now() - outbox.KEPT - MINUTE
    with transaction():
        first = sorted(row.id for row in db.session.scalars(db.select(Outbox)))[:3]
        db.session.execute(update(Outbox).where(Outbox.id.in_(first)).values(done_at=told))
    forgotten = []
    for _ in range(3):
        with transaction():
            forgotten.append(outbox.forget_old(clock.now()))
    assert forgotten == [2, 1, 0]
    assert [row.done_at for row in rows(Outbox)] == [None]


def test_a_row_told_lately_is_kept(app):
    owe()
    (row,) = lease()
    with transaction():
        outbox.done([row.id], "me", clock.now())
        assert outbox.forget_old(clock.now()) == 0
