"""Who has the order: handing it over, letting it go, and whether somebody can take one more."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, ScalarSelect, exists, func, select, union, update
from sqlalchemy.orm import InstrumentedAttribute

from app import clock, parameters
from app.db import db
from app.deadlines import action_limits, timers
from app.deadlines.limits import ServiceClass, Step
from app.deadlines.queries import calendar, limits
from app.work_orders.models import Assignment, Recusal, Reporter, WorkOrder
from app.work_orders.timeline import Event
from app.work_orders.workflow import Action

CAP = ("open_orders_per_worker", 20)


def cap() -> int:
    """How many open orders one person may have (setting)."""
    return parameters.number(*CAP)


def held_by(account_id: ColumnElement[int] | InstrumentedAttribute[int] | int) -> ScalarSelect[int]:
    """How many orders a person has now, as part of another statement."""
    return (
        select(func.count())
        .select_from(Assignment)
        .where(Assignment.account_id == account_id, Assignment.ended_at.is_(None))
        .scalar_subquery()
    )


def with_room(account_ids: Collection[int]) -> list[int]:
    """Those of the people, in their order, who are under the cap."""
    counted = (
        select(Assignment.account_id, func.count())
        .where(Assignment.account_id.in_(account_ids), Assignment.ended_at.is_(None))
        .group_by(Assignment.account_id)
    )
    held = {account_id: count for account_id, count in db.session.execute(counted)}
    return [account_id for account_id in account_ids if held.get(account_id, 0) < cap()]


def ever_held(order: WorkOrder, account_id: int) -> bool:
    held = exists().where(Assignment.work_order_id == order.id, Assignment.account_id == account_id)
    return bool(db.session.scalar(select(held)))


def reporters(order: WorkOrder) -> set[int]:
    """Accounts that reported the order or joined it."""
    found = db.session.scalars(
        select(Reporter.account_id).where(Reporter.work_order_id == order.id, Reporter.left_at.is_(None))
    )
    return {account_id for account_id in found if account_id is not None}


def barred(order: WorkOrder) -> set[int]:
    """Accounts that may never have the order: who reported it, and whom it concerns."""
    reported = select(Reporter.account_id).where(
        Reporter.work_order_id == order.id, Reporter.left_at.is_(None), Reporter.account_id.is_not(None)
    )
    concerned = select(Recusal.account_id).where(Recusal.work_order_id == order.id)
    return set(db.session.scalars(union(reported, concerned)))


def is_reporter(order: WorkOrder, account_id: int) -> bool:
    return account_id in reporters(order)


def gave_back(order: WorkOrder, *actions: Action) -> dict[int, list[str]]:
    """Who refused or released the order, and the reasons they chose."""
    rows = db.session.execute(
        select(Event.actor_id, Event.facts).where(
            Event.work_order_id == order.id, Event.action.in_([action.value for action in actions])
        )
    )
    found: dict[int, list[str]] = {}
    for actor_id, facts in rows:
        found.setdefault(actor_id, []).append(facts.get("reason", ""))
    return found


def hand_over(order: WorkOrder, account_id: int, how: Action) -> int | None:
    """Give the order to this person; returns who had it until now."""
    former = let_go(order)
    db.session.add(
        Assignment(
            work_order=order,
            account_id=account_id,
            unit_id=order.lead_unit_id,
            how=how.value,
            started_at=clock.now(),
        )
    )
    order.assignee_id = account_id
    return former


def let_go(order: WorkOrder) -> int | None:
    """End the present assignment, if there is one; returns who had it."""
    former = order.assignee_id
    if former is not None:
        db.session.execute(
            update(Assignment)
            .where(Assignment.work_order_id == order.id, Assignment.ended_at.is_(None))
            .values(ended_at=clock.now())
        )
        order.assignee_id = None
    return former


def await_step(order: WorkOrder, kind: str, limit: str | None = None) -> None:
    """Start the limit of a waiting step (accept, claim, sign): the timer counts only while the order still waits."""
    timers.start(order.id, order.round, begin_step(order, kind, limit))


def begin_step(order: WorkOrder, kind: str, limit: str | None = None) -> dict[str, datetime]:
    """Set when the step has lasted too long; returns the timer to start, for whoever starts several at once."""
    order.step_due_at = step_due(order, kind if limit is None else limit)
    return {kind: order.step_due_at}


def step_due(order: WorkOrder, limit: str) -> datetime:
    """When the waiting step that begins now has lasted too long."""
    if limit == "sign":
        return calendar().due(clock.now(), limits()[ServiceClass(order.class_code), Step.SIGN])
    return action_limits.due(limit, clock.now(), order.class_code)
