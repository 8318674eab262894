"""Offices that act at the same moment: one call, one answer, one decision, whichever comes first."""

import pytest
from sqlalchemy import select

from app import clock
from app.db import db
from app.deadlines.timers import Timer
from app.errors import Conflict, NotAllowed
from app.work_orders import limits_passed, resolution, transfer
from app.work_orders.offices import escalations, termination
from app.work_orders.side_records import Kind
from tests.factories import a_manager, an_order, claimed, fresh
from tests.work_orders.calling import REASON, THURSDAY, TRIED, called, record_of, tasks, to_be_ended
from tests.work_orders.record import lost, public_id, story, sweep, topics, won
from tests.work_orders.waiting import records


@pytest.fixture
def order(city, resident, worker):
    return claimed(an_order(city, resident), worker)


@pytest.fixture
def street(city):
    return a_manager(city["ht"], name="铁占林")


def call(order, manager):
    return lambda: escalations.escalate(order.number, manager, "cannot_solve", TRIED, REASON)


def answer(order, manager):
    return lambda: escalations.report_in(order.number, manager, "派人来", "韩明", THURSDAY)


def limit(order, kind):
    """The moment of the sweep that finds this limit passed."""
    timer_id = db.session.scalar(select(Timer.id).where(Timer.work_order_id == order.id, Timer.kind == kind))
    db.session.close()

    def fire():
        limits_passed.fire(timer_id, clock.now())
        return order

    return fire


def are_turned_down(outcomes):
    """Whoever came too late hears that the order moved on, or whose it is by now."""
    assert all(isinstance(one, Conflict | NotAllowed) for one in outcomes if isinstance(one, Exception))


def test_two_managers_of_the_unit_call_once(city, order, manager, at_once):
    outcomes = at_once(call(order, manager), call(order, a_manager(city["xnlx"], name="同事")))
    assert len(won(outcomes)) == len(lost(outcomes)) == 1
    assert records(order) == [("escalation", None)]
    assert story(order).count("escalate") == topics(order).count("escalated") == 1


def test_two_managers_report_in_once(city, order, manager, street, at_once):
    called(order, manager)
    outcomes = at_once(answer(order, street), answer(order, a_manager(city["cx"])))
    assert len(won(outcomes)) == len(lost(outcomes)) == 1
    assert records(order) == [("escalation", "reported_in")]
    assert len(tasks(order)) == fresh(order).open_tasks == 1


def test_reporting_in_against_giving_back_does_one_of_them(city, order, manager, street, at_once):
    called(order, manager)
    other = a_manager(city["ht"], name="同事")
    outcomes = at_once(answer(order, street), lambda: escalations.give_back(order.number, other, "不归我们"))
    (winner,) = won(outcomes)
    lost(outcomes)
    assert records(order) == [("escalation", ("reported_in", "returned")[winner])]
    assert fresh(order).open_tasks == len(tasks(order)) == (winner == 0)


def test_reporting_in_against_the_limit_is_either_an_answer_or_a_rise(order, manager, street, at, at_once):
    called(order, manager)
    at("03-11 18:00")
    (came, rose) = at_once(answer(order, street), limit(order, "escalation"))
    sweep()  # What the sweep could not do in that moment it does in the next.
    ends = [outcome for kind, outcome in records(order) if kind == "escalation"]
    if isinstance(came, Exception):
        assert (ends, fresh(order).open_tasks) == (["unanswered", None], 0)
        assert topics(order).count("escalation_unanswered") == 1
    else:
        assert (ends, fresh(order).open_tasks) == (["reported_in"], 1)
        assert "escalation_unanswered" not in topics(order)
    are_turned_down([came, rose])


def test_the_limit_found_by_several_sweeps_rises_once(order, manager, at, at_once):
    called(order, manager)
    at("03-11 18:00")
    lost(at_once(*[limit(order, "escalation")] * 3))
    sweep()
    assert [outcome for kind, outcome in records(order) if kind == "escalation"] == ["unanswered", None]
    assert topics(order).count("escalation_unanswered") == topics(order).count("supervised") == 1


def test_a_call_against_an_offer_to_a_colleague_never_leaves_both(order, worker, colleague, manager, at_once):
    target = public_id(colleague)
    outcomes = at_once(call(order, manager), lambda: transfer.offer(order.number, worker, target, "已约好"))
    assert len(won(outcomes)) == len(lost(outcomes)) == 1
    assert fresh(order).beside in ("escalation", "transfer")


def test_settling_against_reporting_in_never_leaves_a_settled_order_with_a_task(
    order, worker, manager, street, at_once
):
    called(order, manager)
    outcomes = at_once(
        answer(order, street), lambda: resolution.resolve(order.number, worker, "solved", "自己办好了", [])
    )
    assert len(won(outcomes)) == len(lost(outcomes)) == 1
    row = fresh(order)
    assert (row.status, row.open_tasks) in (("in_progress", 1), ("resolved", 0))


def test_ending_against_a_promise_to_help_never_leaves_an_ended_order_with_a_task(
    city, order, manager, street, at_once
):
    called(order, manager)
    to_be_ended(order, manager)
    other = a_manager(city["cx"])
    outcomes = at_once(answer(order, street), lambda: termination.decide(order.number, other, True, "情况属实"))
    assert len(won(outcomes)) == len(lost(outcomes)) == 1
    row = fresh(order)
    assert (row.status, row.open_tasks) in (("in_progress", 1), ("closed", 0))


def test_two_decide_upon_an_ending_once(city, order, manager, street, at_once):
    to_be_ended(order, manager)
    above = a_manager(city["cx"])
    outcomes = at_once(
        lambda: termination.decide(order.number, street, True, "情况属实"),
        lambda: termination.decide(order.number, above, False, "继续办"),
    )
    (winner,) = won(outcomes)
    lost(outcomes)
    assert records(order) == [("termination", ("approved", "refused")[winner])]
    assert fresh(order).status == ("closed", "in_progress")[winner]


def test_ending_against_its_limit_is_one_of_them(order, manager, street, at, at_once):
    to_be_ended(order, manager)
    at("03-12 18:00")
    outcomes = at_once(lambda: termination.decide(order.number, street, True, "情况属实"), limit(order, "termination"))
    lost(outcomes)
    sweep()
    assert record_of(order, Kind.TERMINATION).outcome in ("approved", "unanswered")
    assert (fresh(order).status == "closed") == (record_of(order, Kind.TERMINATION).outcome == "approved")


def test_ending_against_settling_is_one_of_them(order, worker, manager, street, at_once):
    to_be_ended(order, manager)
    outcomes = at_once(
        lambda: termination.decide(order.number, street, True, "情况属实"),
        lambda: resolution.resolve(order.number, worker, "solved", "办好了", []),
    )
    (winner,) = won(outcomes)
    are_turned_down(outcomes)
    row = fresh(order)
    assert (row.status, row.outcome) == (("closed", "terminated"), ("resolved", None))[winner]
    assert (row.resolved_at is None) == (winner == 0)
