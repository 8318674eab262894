"""Who has the order: handing it over, letting it go, and whether somebody can take one more."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    bindparam,
    func,
    or_,
    select,
    union,
    update,
)
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
CONFLICT = "conflict_of_interest"
"""The reason of whoever refuses an order because it concerns them."""


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
    held = _held(account_ids)
    return [account_id for account_id in account_ids if held.get(account_id, 0) < cap()]


def least_busy(account_ids: Collection[int]) -> list[int]:
    """Those of the people who are under the cap, whoever has the fewest orders first."""
    held = _held(account_ids)
    free = [account_id for account_id in account_ids if held.get(account_id, 0) < cap()]
    return sorted(free, key=lambda account_id: held.get(account_id, 0))


def _held(account_ids: Collection[int]) -> dict[int, int]:
    if not account_ids:
        return {}
    counted = (
        select(Assignment.account_id, func.count())
        .where(Assignment.account_id.in_(account_ids), Assignment.ended_at.is_(None))
        .group_by(Assignment.account_id)
    )
    return {account_id: count for account_id, count in db.session.execute(counted)}


def ever_held(order: WorkOrder, account_id: int) -> bool:
    """Whether the person had the order once, or a part of it."""
    return account_id in holders(order)


def holders(order: WorkOrder, *, now: bool = False) -> set[int]:
    """Accounts that had the order or a part that was split off it; with `now` those that have."""
    of_matter = select(WorkOrder.id).where(or_(WorkOrder.id == order.id, WorkOrder.parent_id == order.id))
    held = select(Assignment.account_id).where(Assignment.work_order_id.in_(of_matter))
    return set(db.session.scalars(held.where(Assignment.ended_at.is_(None)) if now else held))


def matter_ids(order: Any) -> list[int]:
    """The order and what it was split off: whoever reported either, or is concerned by it, may have neither."""
    return [order.id] if order.parent_id is None else [order.id, order.parent_id]


def reporters(order: WorkOrder) -> set[int]:
    """Accounts that reported the order, or what it was split off, or joined it."""
    return set(db.session.scalars(_REPORTED, {"matters": matter_ids(order)}))


def barred(order: WorkOrder) -> set[int]:
    """Accounts that may never have the order: who reported it, whom it concerns, and who said so when refusing it."""
    return set(db.session.scalars(_BARRED, {"matters": matter_ids(order)}))


def concerned(order: WorkOrder) -> set[int]:
    """Accounts that the order concerns, or what it was split off."""
    return set(db.session.scalars(_CONCERNED, {"matters": matter_ids(order)}))


_MATTERS: BindParameter[Any] = bindparam("matters", expanding=True)
_REPORTED = select(Reporter.account_id).where(
    Reporter.work_order_id.in_(_MATTERS), Reporter.left_at.is_(None), Reporter.account_id.is_not(None)
)
_CONCERNED = select(Recusal.account_id).where(Recusal.work_order_id.in_(_MATTERS))
_SAID_SO = select(Event.actor_id).where(
    Event.work_order_id.in_(_MATTERS),
    Event.action == Action.REFUSE.value,
    Event.facts["reason"].as_string() == CONFLICT,
)
_BARRED: CompoundSelect[Any] = union(_REPORTED, _CONCERNED, _SAID_SO)


def is_reporter(order: WorkOrder, account_id: int) -> bool:
    return account_id in reporters(order)


def gave_back(order: WorkOrder, *actions: Action) -> set[int]:
    """Who refused or released the order."""
    done = (Event.work_order_id == order.id, Event.action.in_([action.value for action in actions]))
    return set(db.session.scalars(select(Event.actor_id).where(*done)))


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
