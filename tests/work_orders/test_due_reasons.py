"""Why it is due then: parts without a gap from where the time began to the due date, which add up."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import update

from app.db import db, end_reading
from app.deadlines.models import TimeLimit
from app.deadlines.queries import forget
from app.work_orders import assignment, due_reasons, follow_up, rating
from app.work_orders.models import WorkOrder
from tests.factories import a_duty_officer, an_order, claimed, fresh, resolved, writing
from tests.work_orders.record import run
from tests.work_orders.waiting import answered, asked, extended, spoken

DAY = 7 * 60
NO = {"answered": True, "solved": "no", "satisfied": "no", "comment": None}


@pytest.fixture
def order(city, resident, worker):
    return claimed(an_order(city, resident), worker)


def reasons(order):
    """The parts, after checking what holds of any."""
    row = fresh(order)
    found = due_reasons.reasons(row)
    end_reading()
    assert found[-1].end == row.due_at
    assert all(before.end == after.start for before, after in zip(found, found[1:], strict=False))
    for one in found:
        assert sum((part.counted for part in one.parts), timedelta()) == one.counted
        assert all(before.end == after.start for before, after in zip(one.parts, one.parts[1:], strict=False))
        if one.parts:
            assert (one.parts[0].start, one.parts[-1].end) == (one.start, one.end)
    return found


def told(order):
    return [(one.kind, one.minutes) for one in reasons(order)]


def test_a_plain_limit_is_one_part(order):
    assert told(order) == [("span", 7 * DAY)]
    assert not due_reasons.is_told(fresh(order))


def test_before_it_is_accepted_there_is_nothing_to_tell(city):
    assert due_reasons.reasons(fresh(an_order(city, category="ODD"))) == []


def test_a_pause_adds_the_working_time_it_took(order, resident, worker, at):
    at("03-10 11:00")
    asked(order, worker)
    at("03-11 10:00")
    answered(order, resident)
    assert told(order) == [("span", 7 * DAY), ("pause", 360)]
    assert "等待反映人补充，不计时，顺延至3月20日（周五）17:00。" in reasons(order)[1].text


def test_pauses_and_extensions_add_up_in_the_order_in_which_they_came(order, resident, worker, manager, at):
    at("03-10 11:00")
    asked(order, worker)
    at("03-11 10:00")
    answered(order, resident)
    extended(order, worker, manager, 2)
    at("03-12 09:00")
    asked(order, worker)
    at("03-12 10:00")
    answered(order, resident)
    assert told(order) == [("span", 7 * DAY), ("pause", 360), ("extension", 2 * DAY), ("pause", 60)]
    assert spoken(fresh(order).due_at) == "03-25 10:00"


def test_the_parts_leave_no_gap_while_the_clock_goes_on(order, resident, worker):
    with time_machine.travel(datetime(2026, 3, 10, 3, tzinfo=UTC), tick=True) as traveller:
        asked(order, worker)
        traveller.shift(timedelta(minutes=30))
        answered(order, resident)
        assert [kind for kind, _ in told(order)] == ["span", "pause"]


def test_a_pause_at_night_is_told_and_adds_nothing(order, resident, worker, at):
    at("03-10 19:00")
    asked(order, worker)
    at("03-10 20:00")
    answered(order, resident)
    assert told(order) == [("span", 7 * DAY), ("pause", 0)]
    assert "时限不变" in reasons(order)[1].text


def test_a_pause_after_the_due_date_moves_nothing(order, resident, worker, at):
    at("03-20 10:00")
    asked(order, worker)
    at("03-20 15:00")
    answered(order, resident)
    assert told(order) == [("span", 7 * DAY), ("pause", 0)]
    assert "当时已过时限" in reasons(order)[1].text


def test_by_the_clock_every_minute_counts(city, resident, worker, at):
    a_duty_officer(city["xnlx"])
    order = an_order(city, resident, "LIFT")
    run(assignment.sign, order.number, worker)
    asked(order, worker)
    at("03-10 22:30")
    answered(order, resident)
    assert told(order) == [("span", 1440), ("pause", 750)]


def test_a_rework_begins_a_way_of_its_own(city, resident, worker, officer, manager, at):
    order = resolved(an_order(city, resident), worker)
    run(rating.rate, order.number, resident, **NO)
    at("03-11 10:00")
    run(follow_up.conclude, order.number, officer, "rework", "没有解决")
    (span,) = reasons(order)
    assert (spoken(span.start), span.minutes) == ("03-11 10:00", 3 * DAY)
    assert span.text.startswith("第2轮办理，自3月11日")
    extended(order, worker, manager, 1)
    assert told(order) == [("span", 3 * DAY), ("extension", DAY)]
    assert due_reasons.is_told(fresh(order))


def test_a_limit_that_the_city_changed_later_does_not_change_the_reasons(order, resident, worker, at):
    with writing():
        db.session.add(TimeLimit(class_code="P3", step="resolve", amount=1, unit="working_hours"))
    forget()
    assert told(order) == [("span", 7 * DAY)]


@pytest.mark.parametrize(("moment", "kinds"), [("03-23 12:00", ["span", "set"]), ("03-18 12:00", ["set"])])
def test_a_due_date_that_was_set_otherwise_is_told_as_such(order, at, moment, kinds):
    other = at(moment)
    with writing():
        db.session.execute(update(WorkOrder).where(WorkOrder.id == order.id).values(due_at=other))
    assert [kind for kind, _ in told(order)] == kinds
