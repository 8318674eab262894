"""The acceptance itself: the deadlines, once; before whom the order is put; and who is asked to help."""

from datetime import datetime
from typing import Any

from app.db import db
from app.deadlines import timers
from app.deadlines.limits import ServiceClass
from app.people.actor import Actor, System
from app.work_orders import custody, due_dates, moves, ways
from app.work_orders.catalogue import Mode
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.offices import helping
from app.work_orders.routing import Decision
from app.work_orders.side_records import Kind
from app.work_orders.timeline import Event
from app.work_orders.ways import Way
from app.work_orders.workflow import Action, Status


def accept(order: WorkOrder, decision: Decision, by: Actor | System) -> bool:
    """Set the deadlines and send the order on its way; False when nothing says where, or nobody is there."""
    if decision.mode is not Mode.POOL:
        db.session.flush()  # Whoever reported it is asked of the database.
    way = ways.find(order, decision)
    if not way.is_open:
        return False
    order.lead_organisation_id = way.organisation_id
    if decision.rule is not None:
        order.rule_code = decision.rule.code
    moments = _set_deadlines(order)
    asked = helping.not_asked_yet(order, way.helpers)
    facts = {"answers": {Kind.APPEAL: "accepted"}} | decision.facts | helping.told(asked)
    event, waiting = _put(order, way, by, facts)
    tasks = helping.ask(order, event, asked, cause="routing")
    write(order, moments | waiting | helping.moments(tasks))
    owe("accepted", order, rule=decision.rule.name if decision.rule else None)
    helping.tell(order, tasks)
    return True


def _put(order: WorkOrder, way: Way, by: Actor | System, facts: dict[str, Any]) -> tuple[Event, dict[str, datetime]]:
    """Into the pool, or before somebody to sign; with the timer of what it waits for."""
    if way.account_id is None:
        event = order.take(Action.ACCEPT, by=by, to=Status.POOLED, **facts)
        return event, custody.begin_step(order, "claim")
    is_urgent = ServiceClass(order.class_code).is_urgent
    facts |= {"called": way.step} if is_urgent else {}
    event = order.take(Action.ACCEPT, by=by, to=Status.ASSIGNED, assignee=way.account_id, **facts)
    custody.hand_over(order, way.account_id, Action.ACCEPT)
    order.misses = way.step
    return event, custody.begin_step(order, "sign", "ladder" if is_urgent else "sign")


def write(order: WorkOrder, moments: dict[str, datetime]) -> None:
    """Write what was set so far and start the timers: an order that is new goes in whole, in one statement a table."""
    db.session.flush()
    timers.start(order.id, order.round, moments)


def start_time(order: WorkOrder) -> bool:
    """Set the deadlines, once, from the submission; says whether they were set now, which is the acceptance."""
    moments = _set_deadlines(order)
    timers.start(order.id, order.round, moments)
    return bool(moments)


def _set_deadlines(order: WorkOrder) -> dict[str, datetime]:
    """Returns the timers to start; none when the deadlines were set before."""
    if order.accepted_at is not None:
        return {}
    due_dates.set_first(order)
    return due_dates.moments(order, moves.of_round(order) if order.moved else ())
