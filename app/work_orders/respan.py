"""When the class of an order changes: its deadlines anew from where its time began, with all that moved them since."""

from datetime import datetime

from sqlalchemy import select

from app import clock
from app.db import db
from app.deadlines import schedule, timers
from app.deadlines.limits import Limit, ServiceClass, Step
from app.deadlines.queries import calendar, limits
from app.work_orders import due_dates, intake, moves
from app.work_orders.models import WorkOrder
from app.work_orders.timeline import Event
from app.work_orders.workflow import ACTIVE, Action


def is_longer(order: WorkOrder, class_code: str) -> bool:
    """Whether the order would be due later in this class than in its own."""
    start = _start(order)
    own, other = (calendar().due(start, _span(order, code)) for code in (order.class_code, class_code))
    return other > own


def change_class(order: WorkOrder, class_code: str) -> None:
    """Give the order another class; what was accepted gets the deadlines of that class, never one that is past."""
    if order.accepted_at is not None:
        _set_deadlines(order, class_code)
    order.class_code = class_code
    order.emergency = class_code == ServiceClass.P0


def _set_deadlines(order: WorkOrder, class_code: str) -> None:
    start, now, span = _start(order), clock.now(), _span(order, class_code)
    moved = moves.of_round(order) if order.moved else []
    soonest = calendar().due(now, _limit(class_code, Step.CONTACT))
    latest = order.due_at if order.parent_id is not None else None  # A part has no more time than it was given.
    order.due_at = max(moves.reached(start, span, moved), soonest)
    if latest is not None:
        order.due_at = min(order.due_at, latest)
    if order.round == 1:
        order.original_due_at = calendar().due(start, span)
    if order.contacted_at is None and order.parent_id is None:
        order.contact_due_at = min(_fair(start, order.contact_due_at, class_code, Step.CONTACT), order.due_at)
    if order.responded_at is None:
        order.sign_due_at = min(_fair(start, order.sign_due_at, class_code, Step.SIGN), order.due_at)
    order.due_provisional = calendar().rests_on_provisional(start, span)
    order.overdue_at = None
    timers.end(order.id, due_dates.WATCHED, now)
    if order.status in ACTIVE:
        intake.watch(order, start, span)
    else:
        due_dates.count_from(order, start, span)
        due_dates.watch_later(order, due_dates.WATCHED)


def _fair(start: datetime, present: datetime | None, class_code: str, step: Step) -> datetime:
    """The limit of a step that is not met yet: a shorter one runs from now, but no step gets more time by it."""
    limit = _limit(class_code, step)
    from_now = calendar().due(clock.now(), limit)
    return max(calendar().due(start, limit), min(from_now, present or from_now))


def _limit(class_code: str, step: Step) -> Limit:
    return limits()[ServiceClass(class_code), step]


def _span(order: WorkOrder, class_code: str) -> Limit:
    """How long the present round may take: the class's own span, or half of it when it is worked on again."""
    return _limit(class_code, Step.RESOLVE) if order.round == 1 else schedule.half_span(class_code)


def _start(order: WorkOrder) -> datetime:
    """Where the time of the present round began."""
    if order.round == 1:
        return order.created_at
    began = (Event.work_order_id == order.id, Event.action.in_([Action.REWORK.value, Action.REOPEN.value]))
    return db.session.scalar(select(Event.at).where(*began).order_by(Event.id.desc()).limit(1)) or order.created_at
