"""The holder's clock: every overdue minute counts to exactly one holder, and all of them are the overdue time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db import db, end_reading
from app.people import sign_in
from app.people.models import Account
from app.work_orders import assignment, extensions, follow_up, lateness, rating, resolution
from app.work_orders.lateness import Holder, Late, Stretch, To
from tests.deadlines.moments import china
from tests.factories import a_duty_officer, an_order, claimed, fresh, writing
from tests.work_orders.record import public_id, run, sweep
from tests.work_orders.waiting import answered, asked

DAY = 7 * 60


@pytest.fixture
def order(city, resident, worker):
    """Due 03-19 18:00."""
    return claimed(an_order(city, resident), worker)


def told(order, *people):
    """(round, whom, minutes), with people by their place in the arguments; after checking that they add up."""
    row = fresh(order)
    shares = lateness.by_holder(row)
    assert sum(share.minutes for share in shares) == lateness.total(row)
    end_reading()
    names = {person.account_id: place for place, person in enumerate(people)}
    return [
        (share.round, share.holder.to.value, names.get(share.holder.id, share.holder.id), share.minutes)
        for share in shares
    ]


def test_in_time_nobody_is_late(order, at):
    at("03-19 18:00")
    assert told(order) == []


def test_the_assignee_is_late_by_working_minutes(order, worker, at):
    at("03-20 10:30")
    assert told(order, worker) == [(1, "person", 0, 90)]
    at("03-22 10:30")  # a Sunday
    assert told(order, worker) == [(1, "person", 0, DAY)]


def test_each_holder_answers_for_their_own_part_and_the_office_for_what_nobody_had(
    city, order, worker, colleague, manager, at
):
    at("03-20 10:00")
    run(assignment.dispatch, order.number, manager, public_id(colleague), "他请假")
    at("03-20 12:00")
    run(assignment.refuse, order.number, colleague, "overloaded", "")
    at("03-20 15:00")
    claimed(order, worker)
    at("03-20 16:00")
    run(resolution.resolve, order.number, worker, "solved", "已经处理好了", [])
    at("03-25 10:00")
    assert told(order, worker, colleague) == [
        (1, "person", 0, 60 + 60),
        (1, "person", 1, 120),
        (1, "unit", city["xnlx"], 60),
    ]


def test_a_pause_counts_to_nobody(order, resident, worker, at):
    at("03-20 10:00")
    asked(order, worker)
    at("03-20 16:00")
    answered(order, resident)
    at("03-20 17:00")
    assert told(order, worker) == [(1, "person", 0, 120)]


def test_what_was_paused_in_time_is_late_only_after_the_moved_date(order, resident, worker, at):
    at("03-19 17:00")
    asked(order, worker)
    at("03-23 10:00")
    assert told(order, worker) == []
    answered(order, resident)
    at("03-23 11:30")
    assert told(order, worker) == [(1, "person", 0, 30)]


def test_an_extension_nobody_answered_makes_it_the_approvers(city, order, worker, at):
    at("03-19 10:00")
    run(extensions.ask, order.number, worker, 1, "等配件")
    at("03-20 18:00")
    sweep()
    assert told(order, worker) == [(1, "approver", city["xnlx"], DAY)]


def test_an_extension_that_was_refused_leaves_it_with_the_holder(order, worker, manager, at):
    at("03-19 10:00")
    run(extensions.ask, order.number, worker, 1, "等配件")
    run(extensions.decide, order.number, manager, False, "配件已到")
    at("03-20 18:00")
    assert told(order, worker) == [(1, "person", 0, DAY)]


def test_by_the_clock_nights_count_too(city, resident, worker, manager, at):
    officer = a_duty_officer(city["xnlx"])
    order = an_order(city, resident, "LIFT")
    run(assignment.sign, order.number, worker)
    at("03-11 11:00")
    with writing():
        sign_in.deactivate(db.session.get(Account, worker.account_id), manager)
    at("03-11 23:00")
    assert told(order, worker, officer) == [(1, "person", 0, 60), (1, "person", 1, 720)]


def test_every_round_has_its_own_due_date(city, resident, worker, officer, at):
    order = claimed(an_order(city, resident), worker)
    at("03-20 11:00")
    run(resolution.resolve, order.number, worker, "solved", "已经处理好了", [])
    run(rating.rate, order.number, resident, answered=True, solved="no", satisfied="no", comment=None)
    at("03-23 10:00")
    run(follow_up.conclude, order.number, officer, "rework", "没有解决")  # due 03-26 18:00
    at("03-27 10:00")
    assert told(order, worker) == [(1, "person", 0, 120), (2, "person", 0, 60)]


# whatever the history

CHINA = china()
BEGIN = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
moments = st.integers(0, 60 * 24 * 40 * 60).map(lambda seconds: BEGIN + timedelta(seconds=seconds))
holders = st.builds(Holder, st.sampled_from(list(To)), st.integers(1, 4))


@st.composite
def pairs(draw, count):
    """Moments in order, two by two: spans that do not overlap."""
    edges = sorted(set(draw(st.lists(moments, max_size=2 * count))))
    return list(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def histories(draw):
    ends = st.booleans()
    stretches = [Stretch(start, end if draw(ends) else None, draw(holders)) for start, end in draw(pairs(6))]
    by_clock = draw(st.booleans())
    count = (lambda start, end: end - start) if by_clock else CHINA.working_time_between
    return Late(1, draw(pairs(6)), draw(moments), stretches, Holder(To.UNIT, 9), count)


@given(histories())
def test_the_shares_are_all_of_the_overdue_time_and_each_minute_has_one_holder(late):
    shares = lateness.shares(late)
    assert sum(share.minutes for share in shares) == lateness.overdue(late)
    assert len({share.holder for share in shares}) == len(shares)
    assert all(share.minutes >= 0 and share.counted > timedelta() for share in shares)
    expected = timedelta()
    for start, end in late.running:
        if end > late.due_at:
            expected += late.count(max(start, late.due_at), end)
    assert sum((share.counted for share in shares), timedelta()) == expected


@given(histories(), moments)
def test_at_every_moment_the_time_goes_to_whoever_held_it_then(late, moment):
    """Seen through a minute of its own: only the holder of that minute gets it."""
    end = moment + timedelta(minutes=1)
    edges = {edge for one in late.stretches for edge in (one.start, one.end) if edge}
    if any(moment < edge < end for edge in edges):
        return
    one = Late(1, [(moment, end)], BEGIN, late.stretches, late.otherwise, lambda start, to: to - start)
    holder = next((held.holder for held in late.stretches if held.covers(moment)), late.otherwise)
    assert [(share.holder, share.minutes) for share in lateness.shares(one)] == [(holder, 1)]
