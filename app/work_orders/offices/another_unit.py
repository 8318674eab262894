"""When another unit takes an order over: what was asked of the former one ends, and whoever had it is free."""

from typing import Any

from app.people.actor import Actor
from app.work_orders import custody, side_records
from app.work_orders.facts import owe_lapsed
from app.work_orders.models import WorkOrder
from app.work_orders.offices import helping, supervision
from app.work_orders.side_records import LAPSED, Kind
from app.work_orders.timeline import Event
from app.work_orders.workflow import Action, Status

OF_THE_UNIT = (Kind.CATEGORY, Kind.EXTENSION, Kind.DISPUTE, Kind.TERMINATION)
"""Requests that the unit made or answers, and that end when another unit takes over."""


def pass_on(
    order: WorkOrder, action: Action, by: Actor, *, answers: dict[Kind, str] | None = None, **line: Any
) -> int | None:
    """Take the order from its unit, to be routed anew; returns who had it. The deadlines stay."""
    answers = answers or {}
    waiting = [
        record
        for kind in OF_THE_UNIT
        if kind not in answers and (record := side_records.find_open(order, kind)) is not None
    ]
    lapsed = {Kind(record.kind): LAPSED for record in waiting}
    event = order.take(action, by=by, to=Status.SUBMITTED, answers=answers | lapsed, **line)
    helping.cancel(order, event)
    for record in waiting:
        owe_lapsed(order, record)
    order.misses, order.step_due_at = 0, None
    order.lead_organisation_id, order.designated = None, False
    return custody.let_go(order)


def took_over(order: WorkOrder, event: Event) -> None:
    """By this event another unit answers for the order where it is: what the former one had asked for is over."""
    asked = (*OF_THE_UNIT, Kind.ESCALATION_PROPOSAL, Kind.ESCALATION)
    waiting = [record for kind in asked if (record := side_records.find_open(order, kind)) is not None]
    side_records.move_on(order, event, {Kind(record.kind): LAPSED for record in waiting})
    for record in waiting:
        owe_lapsed(order, record)
    supervision.follow(order)
    order.designated = False
