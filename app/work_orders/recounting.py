"""Counting the limits of open orders again when the calendar has changed: later by itself, and never earlier."""

from sqlalchemy import select

from app import clock
from app.db import db
from app.deadlines import timers
from app.deadlines.limits import ServiceClass, Step
from app.deadlines.queries import calendar, limits
from app.trail import audit
from app.work_orders import due_dates, moves
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.moves import Move
from app.work_orders.workflow import ACTIVE, OPEN

BATCH = 200


def recount(after: int = 0, batch: int = BATCH) -> tuple[int | None, int]:
    """One batch of open orders beyond this id, in the running transaction.

    Returns the last id, None when there are no more, and how many of the orders are due later now.
    """
    open_ones = (
        select(WorkOrder)
        .where(
            WorkOrder.status.in_([status.value for status in OPEN]), WorkOrder.due_at.is_not(None), WorkOrder.id > after
        )
        .order_by(WorkOrder.id)
        .limit(batch)
    )
    found = db.session.scalars(open_ones).all()
    later = sum([_recount(order) for order in found])
    return (found[-1].id if found else None), later


def _recount(order: WorkOrder) -> bool:
    start, limit = due_dates.counted(order)
    earlier = moves.of_round(order) if order.moved else []
    before = order.due_at
    reached = moves.reached(start, limit, earlier)
    is_later = before is not None and reached > before
    has_moved = _contact_and_sign(order, earlier)
    if has_moved and not is_later and order.status in ACTIVE:
        due_dates.watch(order, timers.end(order.id, due_dates.WATCHED, clock.now()))
    if is_later:
        due_dates.set_due(order, reached)
        if order.round == 1 and order.original_due_at is not None:
            order.original_due_at = max(order.original_due_at, calendar().due(start, limit))
        subject = f"work_order:{order.number}"
        audit("work_order.recounted", subject, before=clock.iso(before), after=clock.iso(reached))
        owe("recounted", order)
    provisional = due_dates.rests_on_provisional(order)
    if has_moved or is_later or provisional != order.due_provisional:
        order.due_provisional, order.changed_at = provisional, clock.now()
    return is_later


def _contact_and_sign(order: WorkOrder, earlier: list[Move]) -> bool:
    """Move the limits that are not met yet; says whether one of them moved."""
    start, _ = due_dates.counted(order)
    moved = False
    for step, column, is_met in (
        (Step.SIGN, "sign_due_at", order.responded_at is not None),
        (Step.CONTACT, "contact_due_at", order.contacted_at is not None),
    ):
        was = getattr(order, column)
        reached = moves.reached(start, limits()[ServiceClass(order.class_code), step], earlier)
        # In a later round nothing is due after the order itself.
        if was is not None and not is_met and was < reached and (order.round == 1 or was != order.due_at):
            setattr(order, column, reached)
            moved = True
    return moved
