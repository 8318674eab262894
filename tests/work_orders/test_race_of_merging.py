"""Merging and splitting at the same moment as something else: one order of events, never half of two."""

import time

from sqlalchemy import select

from app.db import db, end_reading
from app.errors import Conflict, Invalid, NotAllowed
from app.work_orders import assignment, intake, limits_passed, resolution
from app.work_orders.kin import merging, splitting, unmerging
from app.work_orders.kin.splitting import Part
from app.work_orders.models import Reporter, WorkOrder
from tests.factories import a_manager, a_resident, a_worker, an_order, claimed, fresh
from tests.work_orders.record import holders, lost, run, slowly, story, won
from tests.work_orders.test_race import limit_passes, timer_of

NOISE = Part("NOISE", "夜里施工的噪声")


def merge(order, manager, target):
    return lambda: merging.merge(order.number, manager, target.number, "同一处")


def split(order, manager):
    return lambda: splitting.split(order.number, manager, [NOISE], "两家各管一段")


def resolve(order, worker):
    return lambda: resolution.resolve(order.number, worker, "solved", "好了", [])


def turned_down(outcomes):
    """Whoever came too late hears so in one of the ways that a conflict or a changed order is told."""
    errors = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert all(isinstance(error, Conflict | Invalid | NotAllowed) for error in errors), errors
    return errors


def behind(order):
    found = db.session.scalars(
        select(Reporter.account_id).where(Reporter.work_order_id == order.id, Reporter.left_at.is_(None))
    ).all()
    end_reading()
    return set(found)


def parts_of(order):
    found = db.session.execute(select(WorkOrder.status).where(WorkOrder.parent_id == order.id)).scalars().all()
    end_reading()
    return list(found)


def test_two_orders_merged_into_each_other_leave_one(city, at_once, manager):
    other = a_manager(city["xnlx"])
    for _ in range(4):
        one, two = an_order(city), an_order(city)
        outcomes = at_once(merge(one, manager, two), merge(two, other, one))
        assert len(won(outcomes)) == 1
        turned_down(outcomes)
        assert sorted([fresh(one).status, fresh(two).status]) == ["merged", "pooled"]


def test_a_merge_against_a_claim_leaves_nobody_with_what_is_merged(city, at_once, manager, worker):
    for _ in range(3):
        order, target = an_order(city), an_order(city)
        outcomes = at_once(merge(order, manager, target), lambda order=order: assignment.claim(order.number, worker))
        lost(outcomes)
        row = fresh(order)
        assert won(outcomes)
        current = [account for account, _, ended in holders(order) if not ended]
        # The merge may also come after the claim and take the order away from the winner.
        assert (row.status, current) in (("merged", []), ("in_progress", [worker.account_id]))


def test_a_merge_against_settling_the_other_one_does_one_of_them(city, at_once, manager, worker):
    for _ in range(3):
        neighbour = a_resident()
        order, target = an_order(city, neighbour), claimed(an_order(city), worker)
        outcomes = at_once(merge(order, manager, target), resolve(target, worker))
        turned_down(outcomes)
        is_merged = fresh(order).status == "merged"
        assert (neighbour.account_id in behind(target)) == is_merged == (0 in won(outcomes))
        # It may also be settled a moment later, with the neighbour among those who rate.
        assert fresh(target).status == ("resolved" if 1 in won(outcomes) else "in_progress")


def test_a_merge_against_a_withdrawal_leaves_nobody_behind(city, at_once, manager, resident):
    for _ in range(4):
        neighbour = a_resident()
        order, target = an_order(city, neighbour), an_order(city, resident)
        outcomes = at_once(
            merge(order, manager, target), lambda target=target: intake.withdraw(target.number, resident, "好了")
        )
        turned_down(outcomes)
        if fresh(target).status == "withdrawn":
            # Either it was never merged, or it lives again.
            assert fresh(order).status == "pooled"
            assert neighbour.account_id not in behind(target)
        else:
            assert fresh(order).status == "merged"


def test_taking_apart_against_a_withdrawal_brings_it_back_once(city, at_once, manager, resident):
    for pick in range(4):
        made = [an_order(city, resident), an_order(city, resident)]
        target, order = made if pick % 2 else made[::-1]
        run(merging.merge, order.number, manager, target.number, "同一处")
        outcomes = at_once(
            lambda order=order: unmerging.unmerge(order.number, manager, "不是"),
            lambda target=target: intake.withdraw(target.number, resident, "好了"),
        )
        turned_down(outcomes)
        assert won(outcomes)
        assert fresh(order).status == "pooled"
        assert story(order).count("unmerge") == 1


def test_a_split_against_settling_leaves_no_part_of_what_is_settled(city, at_once, manager, worker):
    for _ in range(3):
        order = claimed(an_order(city), worker)
        outcomes = at_once(split(order, manager), resolve(order, worker))
        turned_down(outcomes)
        assert len(won(outcomes)) == 1
        assert (fresh(order).status, len(parts_of(order))) in (("resolved", 0), ("in_progress", 1))
        assert fresh(order).open_parts == len(parts_of(order))


def test_the_last_part_against_settling_never_settles_too_early(city, at_once, manager, worker, colleague):
    for _ in range(3):
        order = claimed(an_order(city), worker)
        run(splitting.split, order.number, manager, [NOISE], "分开办")
        part = db.session.scalars(select(WorkOrder).where(WorkOrder.parent_id == order.id)).one()
        end_reading()
        claimed(part, colleague)
        outcomes = at_once(resolve(part, colleague), resolve(order, worker))
        turned_down(outcomes)
        assert 0 in won(outcomes) or fresh(order).status == "in_progress"
        assert fresh(order).open_parts == (0 if fresh(part).status == "closed" else 1)
        assert fresh(order).status != "resolved" or fresh(order).open_parts == 0


def test_two_parts_that_end_at_once_are_both_counted_or_tried_again(city, at_once, manager, worker):
    order = claimed(an_order(city), worker)
    run(splitting.split, order.number, manager, [NOISE, NOISE], "分开办")
    made = db.session.scalars(select(WorkOrder).where(WorkOrder.parent_id == order.id).order_by(WorkOrder.id)).all()
    end_reading()
    others = [a_worker(city["g1"]), a_worker(city["g1"])]
    for part, other in zip(made, others, strict=True):
        claimed(part, other)
    outcomes = at_once(*(resolve(part, other) for part, other in zip(made, others, strict=True)))
    lost(outcomes)
    assert won(outcomes)
    assert fresh(order).open_parts == parts_of(order).count("in_progress")


def test_a_part_that_ends_against_the_withdrawal_of_its_order(city, at_once, manager, worker, resident):
    for _ in range(4):
        order = an_order(city, resident)
        run(splitting.split, order.number, manager, [NOISE], "分开办")
        part = db.session.scalars(select(WorkOrder).where(WorkOrder.parent_id == order.id)).one()
        end_reading()
        claimed(part, worker)
        outcomes = at_once(resolve(part, worker), lambda order=order: intake.withdraw(order.number, resident, "好了"))
        turned_down(outcomes)
        assert won(outcomes)
        assert fresh(order).open_parts == (1 if fresh(part).status == "in_progress" else 0)
        assert fresh(order).status == "pooled" or fresh(part).status in ("withdrawn", "closed")


def test_a_merge_that_hastens_an_order_whose_time_the_sweep_looks_at_never_blocks_it(
    city, at_once, at, manager, worker, monkeypatch
):
    """The sweep has the timer and wants the order; the merge takes both in the same order of things."""
    order = an_order(city, category="LIGHT")
    target = claimed(an_order(city), worker)
    at("03-12 18:00")
    timer_id = timer_of(target, "contact")
    monkeypatch.setitem(limits_passed.HANDLERS, "contact", slowly(limits_passed.HANDLERS["contact"]))
    outcomes = at_once(
        lambda: limit_passes(target, timer_id),
        lambda: time.sleep(0.2) or merging.merge(order.number, manager, target.number, "同一处"),
    )
    turned_down(outcomes)
    assert 0 in won(outcomes)
    assert story(target).count("warn") == 1
