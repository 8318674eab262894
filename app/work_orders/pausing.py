"""暂停: the resident's time stands still, and goes on where it stood. Nothing fires meanwhile."""

from typing import Any

from sqlalchemy import exists, select

from app import clock
from app.db import db
from app.deadlines import timers
from app.deadlines.limits import Unit
from app.people import queries as people
from app.people.actor import Actor, System
from app.work_orders import custody, due_dates, moves, queries
from app.work_orders.assignment import give_back
from app.work_orders.facts import owe
from app.work_orders.models import Recusal, WorkOrder
from app.work_orders.moves import Pause
from app.work_orders.permissions import HANDLERS
from app.work_orders.side_records import Kind, SideRecord, find_open
from app.work_orders.workflow import Action, Status

STOPPED = (*due_dates.WATCHED, "accept", "appeal")


def stop(order: WorkOrder, back: Status) -> list[str]:
    """Stop the time of an order that was `back` until now; returns which timers ran, to be kept until it goes on."""
    running = timers.end(order.id, STOPPED, clock.now())
    order.paused_from, order.paused_at = back.value, clock.now()
    return running


def go_on(
    order: WorkOrder, waited_for: SideRecord, action: Action, by: Actor | System, topic: str, **more: Any
) -> None:
    """Move what was running by the pause, and put the order back to where it was, or to others if that is gone."""
    pause, back = _of(order)
    is_gone = back is Status.IN_PROGRESS and _is_gone(order, pause)
    running = end(order, waited_for)
    if not is_gone or not give_back(order, action, by, told="released", **more):
        # With nobody who may have it, it waits for an office rather than in nobody's hands.
        order.take(action, by=by, to=back if order.assignee_id is not None else Status.SUBMITTED, **more)
        _await_acceptance(order, pause)
        owe(topic, order)
    due_dates.watch(order, running)


def end(order: WorkOrder, waited_for: SideRecord) -> list[str]:
    """Move what was running by the pause; returns which timers run again once the order has moved on."""
    pause, _ = _of(order)
    running: list[str] = waited_for.facts["running"]
    # Kept to the microsecond by which the limits move, so that their way can be told later without a gap.
    waited_for.facts = moves.ended(waited_for.facts, pause)
    due_dates.pass_pause(order, pause)
    order.step_due_at = None
    return running


def _of(order: WorkOrder) -> tuple[Pause, Status]:
    """The pause that ends now, and where the order was before it."""
    if order.paused_at is None or order.paused_from is None:
        raise RuntimeError(f"{order.number} is not paused")
    return Pause(order.paused_at, clock.now()), Status(order.paused_from)


def _is_gone(order: WorkOrder, pause: Pause) -> bool:
    """Whether whoever had the order left meanwhile, or may not have it any more."""
    former = order.assignee_id
    if former is None:
        return True
    left = people.left_since(former, HANDLERS, pause.start) and not queries.still_works(former, order)
    recused = exists().where(Recusal.work_order_id.in_(custody.matter_ids(order)), Recusal.account_id == former)
    return left or custody.is_reporter(order, former) or bool(db.session.scalar(select(recused)))


def _await_acceptance(order: WorkOrder, pause: Pause) -> None:
    """What waited to be accepted waits anew; an appeal's own limit decides instead, moved by the pause."""
    if order.status != Status.SUBMITTED:
        return
    appeal = find_open(order, Kind.APPEAL) if order.has_open(Kind.APPEAL) else None
    if appeal is None:
        custody.await_step(order, "accept")
    elif appeal.due_at is not None:
        order.step_due_at = appeal.due_at = pause.moved(appeal.due_at, Unit.WORKING_DAYS)
        timers.start(order.id, order.round, {"appeal": appeal.due_at})
