"""The time of an order that waits on the ledger: one pause whatever happens in it, and a due date that adds up."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app import clock
from app.db import db, end_reading
from app.deadlines.limits import Limit, Unit
from app.deadlines.models import CalendarDay
from app.deadlines.queries import calendar, forget
from app.errors import Refusal
from app.work_orders import (
    corrections,
    due_dates,
    due_reasons,
    extensions,
    intake,
    lateness,
    moves,
    questions,
    recounting,
)
from app.work_orders.models import WorkOrder
from app.work_orders.moves import Pause
from app.work_orders.offices import ledger, ledger_reviews, ledger_terms
from app.work_orders.side_records import Kind
from tests.factories import a_manager, an_order, claimed, fresh, writing
from tests.work_orders.conftest import TUESDAY_10
from tests.work_orders.on_ledger import kept, put_on, renewed, resumed
from tests.work_orders.record import run, timers
from tests.work_orders.waiting import answered, asked, spoken

DAY = 7 * 60


@pytest.fixture
def order(city, resident, worker):
    """Seven working days: due 03-19 18:00."""
    return claimed(an_order(city, resident), worker)


@pytest.fixture
def above(city):
    return a_manager(city["ht"], name="铁占林")


def of_round(order):
    with writing():
        return moves.of_round(WorkOrder.query.filter_by(id=order.id).one())


def reasons(order):
    """The parts of the way to the due date, after checking that they leave no gap."""
    row = fresh(order)
    found = due_reasons.reasons(row)
    end_reading()
    assert found[-1].end == row.due_at
    assert all(before.end == after.start for before, after in zip(found, found[1:], strict=False))
    return found


def test_a_waiting_that_was_renewed_is_one_pause(order, worker, above, at):
    began = at("03-10 11:00")
    put_on(order, worker, above)
    at("03-12 10:00")
    renewed(order, above, date(2026, 4, 1))
    at("03-16 10:00")
    renewed(order, above, date(2026, 5, 1))
    ended = at("03-18 10:00")
    resumed(order, worker)
    assert of_round(order) == [Pause(began, ended, Kind.LEDGER)]
    span, pause = reasons(order)
    assert (span.minutes, pause.minutes) == (7 * DAY, 6 * DAY - 60)
    assert "3月10日（周二）11:00至3月18日（周三）10:00挂账，不计时，顺延至" in pause.text
    assert [outcome for outcome, *_ in kept(order)] == ["renewed", "renewed", "resumed"]


def test_a_waiting_that_lasts_has_moved_nothing_yet(order, worker, above, at):
    put_on(order, worker, above)
    at("03-12 10:00")
    assert of_round(order) == []
    assert spoken(fresh(order).due_at) == "03-19 18:00"


def test_questions_and_periods_are_told_apart(order, resident, worker, above, at):
    asked(order, worker)
    at("03-10 15:00")
    answered(order, resident)
    put_on(order, worker, above)
    at("03-11 09:00")
    resumed(order, worker)
    texts = [one.text for one in reasons(order)[1:]]
    assert ["等待反映人补充" in text for text in texts] == [True, False]
    assert ["挂账" in text for text in texts] == [False, True]


def test_what_waits_is_not_late_to_anybody(order, worker, above, at):
    at("03-20 09:00")  # late since 03-19 18:00
    at("03-20 10:00")
    put_on(order, worker, above, date(2026, 4, 1))
    at("03-27 10:00")
    row = fresh(order)
    assert lateness.total(row) == 60
    end_reading()
    resumed(order, worker)
    at("03-27 11:00")
    assert lateness.total(fresh(order)) == 120
    end_reading()


def test_a_day_off_that_is_published_meanwhile_moves_the_date_and_is_watched_after_it(order, worker, above, at):
    at("03-11 10:00")
    put_on(order, worker, above)
    with writing():
        db.session.add(CalendarDay(date=date(2026, 3, 17), source="local", working=False, name="停工"))
    forget()
    run(recounting.recount)
    assert spoken(fresh(order).due_at) == "03-20 18:00"
    assert "due" not in timers(order)
    at("03-12 10:00")
    resumed(order, worker)
    assert spoken(fresh(order).due_at) == spoken(timers(order)["due"]) == "03-23 18:00"
    reasons(order)


def test_another_category_decided_meanwhile_counts_anew_and_nothing_runs_before_it_goes_on(
    city, resident, worker, manager, above, at
):
    light = claimed(an_order(city, resident, "LIGHT"), worker)  # due 03-13 18:00
    run(corrections.recategorise, light.number, worker, "NOISE", "是噪声")
    put_on(light, worker, above)
    at("03-11 10:00")
    run(corrections.decide_category, light.number, manager, True, "同意")
    row = fresh(light)
    assert (row.status, row.class_code, spoken(row.due_at)) == ("on_ledger", "P3", "03-19 18:00")
    assert not set(due_dates.WATCHED) & set(timers(light))
    at("03-12 10:00")
    resumed(light, worker)
    assert spoken(fresh(light).due_at) == spoken(timers(light)["due"]) == "03-23 18:00"
    assert [one.kind for one in reasons(light)] == ["span", "pause"]


# any life

GAP = st.integers(1, 4 * 24 * 60)
STEP = st.tuples(
    st.sampled_from(["ask", "ledger", "extend"]), GAP, st.lists(GAP, min_size=1, max_size=3), st.booleans()
)
A_DAY = Limit(1, Unit.WORKING_DAYS)


class Life:
    """An order to which things happen, and beside it when it should be due and why."""

    def __init__(self, people, order, moving):
        self.people, self.order, self.moving = people, order, moving
        self.due_at, self.parts = fresh(order).due_at, []

    def live(self, kind, gap, waits, extends):
        self.pass_time(gap)
        if extends or kind == "extend":
            extends = self.tries(extensions.ask, self.people["worker"], 1, "等配件")
        began = clock.now()
        if self.begins(kind):
            self.pass_time(waits[0])
            self.extend(extends)
            for wait in waits[1:] if kind == "ledger" else ():
                self.tries(ledger_reviews.review, self.people["above"], ledger_terms.latest_day(), "还要等")
                self.pass_time(wait)
            self.go_on(kind, began)
        else:
            self.extend(extends)

    def begins(self, kind):
        if kind == "ask":
            return self.tries(questions.ask, self.people["worker"], "几层")
        day = ledger_terms.latest_day()
        proposal = ("funding", "筹款", "马书记", day, "没有钱")
        if kind == "extend" or not self.tries(ledger.propose, self.people["worker"], *proposal):
            return False
        return self.tries(ledger.decide, self.people["above"], True, "同意")

    def extend(self, is_asked):
        if is_asked:
            assert self.tries(extensions.decide, self.people["city"], True, "同意")
            self.due_at = calendar().due(self.due_at, A_DAY)
            self.parts.append(("extension", None))

    def go_on(self, kind, began):
        paused = calendar().working_minutes_between(began, clock.now())
        before = self.due_at
        if kind == "ask":
            answered(self.order, self.people["resident"])
        else:
            resumed(self.order, self.people["worker"])
        if before > began:
            self.due_at = calendar().add_working_minutes(before, paused)
            assert calendar().working_minutes_between(before, fresh(self.order).due_at) == paused
        self.parts.append(("pause", paused if before > began else 0))
        assert timers(self.order)["due"] == self.due_at

    def tries(self, act, person, *values):
        try:
            run(act, self.order.number, person, *values)
        except Refusal:
            return False
        return True

    def pass_time(self, minutes):
        end_reading()
        self.moving.shift(timedelta(minutes=minutes))

    def check(self):
        assert fresh(self.order).due_at == self.due_at
        told = [(one.kind, one.minutes if one.kind == "pause" else None) for one in reasons(self.order)]
        assert told == [("span", None), *self.parts]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=1, max_size=6))
def test_whatever_happens_the_date_moves_by_exactly_what_was_paused(city, resident, worker, above, moving, steps):
    """Any sequence of questions, periods, renewals and extensions; what does not fit just then is refused."""
    end_reading()
    moving.move_to(TUESDAY_10)
    order = claimed(an_order(city, resident), worker)
    people = {"resident": resident, "worker": worker, "above": above, "city": a_manager(city["xn"])}
    life = Life(people, order, moving)
    for step in steps:
        life.live(*step)
        life.check()
    run(intake.withdraw, order.number, resident, "好了")
