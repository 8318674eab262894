"""Reporters against workers and against each other, at the same moment: one wins, and what is written fits together."""

import pytest

from app.db import db, end_reading
from app.errors import Conflict, NotAllowed, Refusal
from app.work_orders import assignment, intake, joining, rating, reopening, resolution, second_look
from app.work_orders.models import Rating, Reporter
from tests.factories import a_resident, an_order, claimed, fresh, resolved
from tests.work_orders.record import events, holders, last, lost, run, story, won

YES = {"answered": True, "solved": "yes", "satisfied": "yes", "comment": None}
TIMES = range(3)


@pytest.fixture
def neighbour(city):
    return a_resident(home_compound_id=fresh(an_order(city)).compound_id)


def firsts(order):
    """Accounts of first reporters who have not left."""
    found = db.session.query(Reporter.account_id).filter_by(work_order_id=order.id, is_first=True, left_at=None)
    accounts = [row.account_id for row in found]
    end_reading()
    return accounts


def is_one_chain(order):
    chain = events(order)
    return all(later.from_status == earlier.to_status for earlier, later in zip(chain, chain[1:], strict=False))


def test_withdrawing_against_resolving_does_one_of_them(city, at_once, resident, worker):
    for _ in TIMES:
        order = claimed(an_order(city, resident), worker)
        outcomes = at_once(
            lambda order=order: intake.withdraw(order.number, resident, "好了"),
            lambda order=order: resolution.resolve(order.number, worker, "solved", "已经处理好了", []),
        )
        # A worker who comes after the withdrawal has nothing in hand any more.
        assert len(won(outcomes)) == 1
        assert all(isinstance(error, Conflict | NotAllowed) for error in outcomes if isinstance(error, Exception))
        row = fresh(order)
        assert row.status == ("withdrawn" if won(outcomes) == [0] else "resolved")
        assert row.assignee_id == (None if row.status == "withdrawn" else worker.account_id)
        assert all(ended for _, _, ended in holders(order))
        assert is_one_chain(order)


def test_withdrawing_what_a_neighbour_joined_against_a_claim_keeps_the_claim(
    city, at_once, resident, worker, neighbour
):
    for _ in TIMES:
        order = an_order(city, resident)
        run(joining.join, order.number, neighbour)
        outcomes = at_once(
            lambda order=order: assignment.claim(order.number, worker),
            lambda order=order: intake.withdraw(order.number, resident, "我搬走了"),
        )
        lost(outcomes)
        assert won(outcomes)
        assert fresh(order).status == ("in_progress" if 0 in won(outcomes) else "pooled")
        assert firsts(order) == [neighbour.account_id if 1 in won(outcomes) else resident.account_id]


def test_joining_against_withdrawing_leaves_nobody_behind_what_is_gone(city, at_once, resident, neighbour):
    for _ in TIMES:
        order = an_order(city, resident)
        outcomes = at_once(
            lambda order=order: joining.join(order.number, neighbour),
            lambda order=order: intake.withdraw(order.number, resident, "好了"),
        )
        lost(outcomes)
        assert won(outcomes)
        row = fresh(order)
        joined = "join" in story(order)
        # Whoever came first decides: the neighbour takes over, or finds nothing left to join.
        if row.status == "withdrawn":
            assert not joined
        elif 1 in won(outcomes):
            assert (joined, firsts(order)) == (True, [neighbour.account_id])
        else:
            assert (joined, firsts(order)) == (True, [resident.account_id])
        assert is_one_chain(order)


def test_two_neighbours_leaving_and_taking_over_at_once_leave_one_first(city, at_once, resident, neighbour):
    other = a_resident(home_compound_id=fresh(an_order(city)).compound_id)
    for _ in TIMES:
        order = an_order(city, resident)
        for one in (neighbour, other):
            run(joining.join, order.number, one)
        outcomes = at_once(
            lambda order=order: joining.leave(order.number, neighbour),
            lambda order=order: intake.withdraw(order.number, resident, "我搬走了"),
        )
        assert won(outcomes)
        assert all(isinstance(error, Refusal) for error in outcomes if isinstance(error, Exception))
        assert len(firsts(order)) == 1


def test_one_reopening_sent_by_two_begins_one_round(city, at_once, resident, worker, neighbour):
    for _ in TIMES:
        order = an_order(city, resident)
        run(joining.join, order.number, neighbour)
        claimed(order, worker)
        run(resolution.resolve, order.number, worker, "solved", "已经处理好了", [])
        for one in (resident, neighbour):
            run(rating.rate, order.number, one, **YES)
        outcomes = at_once(
            lambda order=order: reopening.reopen(order.number, resident, "又坏了", []),
            lambda order=order: reopening.reopen(order.number, neighbour, "又坏了", []),
        )
        assert len(won(outcomes)) == 1
        lost(outcomes)
        row = fresh(order)
        assert (row.round, row.status) == (2, "in_progress")
        assert story(order).count("reopen") == 1
        assert [ended for _, _, ended in holders(order)] == [True, False]


def test_rating_against_amending_never_rates_what_was_not_read(city, at_once, resident, worker):
    for _ in TIMES:
        order = resolved(an_order(city, resident), worker)
        outcomes = at_once(
            lambda order=order: rating.rate(order.number, resident, **YES),
            lambda order=order: resolution.amend(order.number, worker, "partly_solved", "还差一层没有修", []),
        )
        lost(outcomes)
        assert won(outcomes)
        done = story(order)
        if "rate" in done and "amend" in done:
            assert done.index("amend") < done.index("rate")
        if "amend" not in done:
            assert fresh(order).result == "solved"


def test_sending_back_against_a_rating_does_one_of_them(city, at_once, resident, worker, manager):
    for _ in TIMES:
        order = resolved(an_order(city, resident), worker)
        outcomes = at_once(
            lambda order=order: second_look.send_back(order.number, manager, "没有照片"),
            lambda order=order: rating.rate(order.number, resident, **YES),
        )
        assert len(won(outcomes)) == 1
        lost(outcomes)
        row = fresh(order)
        assert row.status == ("in_progress" if won(outcomes) == [0] else "closed")
        ratings = db.session.query(Rating).filter_by(work_order_id=order.id).count()
        end_reading()
        assert ratings == (0 if row.status == "in_progress" else 1)
        assert last(order).action == ("send_back" if row.status == "in_progress" else "close")
