"""Several at once around the ledger, with real threads and real commits."""

import time
from datetime import date

import pytest
from sqlalchemy import update

from app import clock
from app.db import db
from app.errors import Conflict, NotAllowed
from app.work_orders import intake, limits_passed, resolution, resuming
from app.work_orders.models import WorkOrder
from app.work_orders.offices import ledger, ledger_reviews, termination
from tests.factories import a_manager, an_order, claimed, fresh, writing
from tests.work_orders.calling import to_be_ended
from tests.work_orders.on_ledger import kept, proposed, put_on
from tests.work_orders.record import lost, run, slowly, story, sweep, topics, won
from tests.work_orders.test_race import limit_passes, timer_of

APRIL_1 = date(2026, 4, 1)


@pytest.fixture
def above(city):
    return a_manager(city["ht"], name="铁占林")


def approve(order, manager):
    return lambda: ledger.decide(order.number, manager, True, "同意")


def resume(order, person):
    return lambda: resuming.resume(order.number, person, "好了")


def test_an_approval_against_a_settlement_leaves_one_of_them(city, at_once, resident, worker, above):
    for _ in range(3):
        order = claimed(an_order(city, resident), worker)
        proposed(order, worker)
        outcomes = at_once(
            approve(order, above),
            lambda order=order: resolution.resolve(order.number, worker, "solved", "办好了", []),
        )
        (winner,) = won(outcomes)
        lost(outcomes)
        row = fresh(order)
        assert row.status == ("on_ledger", "resolved")[winner]
        assert row.beside == ("ledger", "")[winner]
        assert (row.paused_at is not None) == (winner == 0)


def test_of_two_approvers_one_puts_it_on(city, at_once, resident, worker, above):
    district = a_manager(city["cx"])
    for _ in range(3):
        order = claimed(an_order(city, resident), worker)
        proposed(order, worker)
        outcomes = at_once(approve(order, above), approve(order, district))
        assert len(won(outcomes)) == len(lost(outcomes)) == 1
        assert story(order).count("decide_ledger") == topics(order).count("put_on_ledger") == 1
        assert len(kept(order)) == 1


def test_going_on_against_a_missed_review_goes_on_once(city, at_once, resident, worker, above, at):
    for _ in range(3):
        at("03-10 10:00")
        order = claimed(an_order(city, resident), worker)
        put_on(order, worker, above)
        at("03-20 18:00")
        timer_id = timer_of(order, "ledger_review")
        outcomes = at_once(resume(order, worker), lambda order=order, timer_id=timer_id: limit_passes(order, timer_id))
        lost(outcomes)
        assert won(outcomes)
        row = fresh(order)
        assert (row.status, row.paused_at, row.beside) == ("in_progress", None, "")
        assert story(order).count("resume") == topics(order).count("resumed") == 1
        assert f"{clock.local(row.due_at):%m-%d %H:%M}" == "04-01 17:00"


def test_a_review_against_going_on_leaves_it_at_one_place(city, at_once, resident, worker, above):
    for _ in range(3):
        order = claimed(an_order(city, resident), worker)
        put_on(order, worker, above)
        outcomes = at_once(
            lambda order=order: ledger_reviews.review(order.number, above, APRIL_1, "还要等"), resume(order, worker)
        )
        lost(outcomes)
        assert won(outcomes)
        row = fresh(order)
        # Going on may also come after the review.
        assert (row.status, row.beside) in (("on_ledger", "ledger"), ("in_progress", ""))
        assert (row.status == "in_progress") == (1 in won(outcomes))
        assert sum(outcome is None for outcome, *_ in kept(order)) == (row.status == "on_ledger")


def test_going_on_against_a_withdrawal_leaves_one_ending(city, at_once, resident, worker, above):
    for _ in range(3):
        order = claimed(an_order(city, resident), worker)
        put_on(order, worker, above)
        outcomes = at_once(resume(order, worker), lambda order=order: intake.withdraw(order.number, resident, "好了"))
        lost(outcomes)
        row = fresh(order)
        assert row.status == ("withdrawn" if 1 in won(outcomes) else "in_progress")
        assert (row.paused_at, row.beside) == (None, "")


def test_two_proposals_at_once_leave_one(city, at_once, resident, worker, manager):
    order = claimed(an_order(city, resident), worker)
    outcomes = at_once(
        *(
            lambda person=person: ledger.propose(
                order.number, person, "season", "等开春", "马书记", APRIL_1, "冬季不能施工"
            )
            for person in (worker, manager)
        )
    )
    assert len(won(outcomes)) == len(lost(outcomes)) == 1
    assert story(order).count("propose_ledger") == topics(order).count("ledger_proposed") == 1


def test_two_parts_that_go_on_at_once_free_the_whole(city, at_once, resident, worker, colleague, above):
    for _ in range(3):
        whole = claimed(an_order(city, resident), worker)
        parts = [claimed(an_order(city), colleague) for _ in range(2)]
        with writing():
            split_off = WorkOrder.id.in_([part.id for part in parts])
            db.session.execute(update(WorkOrder).where(split_off).values(parent_id=whole.id))
        for part in parts:
            put_on(part, colleague, above)
        outcomes = at_once(*(resume(part, colleague) for part in parts))
        errors = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        assert all(isinstance(error, Conflict | NotAllowed) for error in errors)
        for part, outcome in zip(parts, outcomes, strict=True):
            if isinstance(outcome, Exception):
                run(resuming.resume, part.number, colleague, "好了")
        assert fresh(whole).status == "in_progress"
        assert story(whole).count("resume") == 1


@pytest.fixture
def waiting(city, resident, worker, colleague, above, at):
    """A part on the ledger that holds its whole there, made anew on Tuesday at ten."""

    def make():
        at("03-10 10:00")
        whole, part = claimed(an_order(city, resident), worker), claimed(an_order(city), colleague)
        with writing():
            db.session.execute(update(WorkOrder).where(WorkOrder.id == part.id).values(parent_id=whole.id))
            db.session.execute(update(WorkOrder).where(WorkOrder.id == whole.id).values(open_parts=1))
        put_on(part, colleague, above)
        return whole, part

    return make


def test_a_missed_review_of_a_part_against_that_of_its_whole_lets_both_go_on_once(waiting, at_once, at):
    for _ in range(4):
        pair = waiting()
        at("03-20 18:00")
        fired = [(order, timer_of(order, "ledger_review")) for order in pair]
        outcomes = at_once(*(lambda one=one: limit_passes(*one) for one in fired))
        lost(outcomes)
        sweep()
        for order in pair:
            assert (fresh(order).status, fresh(order).beside) == ("in_progress", "")
            assert story(order).count("resume") == 1


def test_a_part_that_goes_on_against_the_missed_review_of_its_whole(waiting, at_once, at, colleague):
    for _ in range(4):
        whole, part = waiting()
        at("03-20 18:00")
        timer_id = timer_of(whole, "ledger_review")
        outcomes = at_once(
            resume(part, colleague), lambda whole=whole, timer_id=timer_id: limit_passes(whole, timer_id)
        )
        lost(outcomes)
        sweep()
        for order in (whole, part):
            assert (fresh(order).status, story(order).count("resume")) == ("in_progress", 1)


def test_a_part_that_is_ended_against_a_withdrawal_of_its_whole(waiting, at_once, resident, manager, above):
    for _ in range(4):
        whole, part = waiting()
        to_be_ended(part, manager)
        outcomes = at_once(
            lambda part=part: termination.decide(part.number, above, True, "情况属实"),
            lambda whole=whole: intake.withdraw(whole.number, resident, "好了"),
        )
        errors = [one for one in outcomes if isinstance(one, Exception)]
        assert all(isinstance(one, Conflict | NotAllowed) for one in errors), errors
        assert won(outcomes)
        assert fresh(part).status in ("closed", "withdrawn")
        assert fresh(whole).status == ("withdrawn" if 1 in won(outcomes) else "in_progress")
        assert fresh(whole).open_parts == 0


def test_a_part_that_goes_on_while_the_sweep_has_the_review_of_its_whole_never_blocks_it(
    waiting, at_once, at, colleague, monkeypatch
):
    """Whoever comes second waits for the other one, and no database has to end a deadlock."""
    whole, part = waiting()
    at("03-20 18:00")
    timer_id = timer_of(whole, "ledger_review")
    monkeypatch.setitem(limits_passed.HANDLERS, "ledger_review", slowly(ledger_reviews.unreviewed))
    outcomes = at_once(
        lambda: limit_passes(whole, timer_id),
        lambda: time.sleep(0.2) or resuming.resume(part.number, colleague, "好了"),
    )
    lost(outcomes)
    assert won(outcomes)
    if isinstance(outcomes[1], Exception):
        run(resuming.resume, part.number, colleague, "好了")
    for order in (whole, part):
        assert (fresh(order).status, story(order).count("resume")) == ("in_progress", 1)
