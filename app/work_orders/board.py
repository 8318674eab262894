"""The console's board 工单看板: a manager's orders, what they are narrowed to, and how many stand where."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select

from app import clock
from app.db import db
from app.deadlines.limits import ServiceClass
from app.people.actor import Actor
from app.people.models import Account
from app.territory.models import Territory
from app.work_orders import due_dates, lists, scope
from app.work_orders.models import WorkOrder
from app.work_orders.workflow import OPEN, Status

# Longer than the database lets a transaction live.
OVERTAKEN_WITHIN = timedelta(seconds=30)


@dataclass(frozen=True)
class BoardFilters:
    """What a manager narrows the board to; all optional."""

    status: str | None = None
    category_code: str | None = None
    class_code: str | None = None
    community_id: int | None = None
    grid_id: int | None = None
    overdue: bool = False
    number: str | None = None


MOST_URGENT = 50


def page(
    actor: Actor, filters: BoardFilters, page_number: int = 1, per_page: int = 30, without: Sequence[int] = ()
) -> Sequence[Row[Any]]:
    """One page and one row more of a manager's orders, the newest first, `without` those that are shown above them."""
    condition = _condition(actor, filters)
    if without:
        condition = and_(condition, WorkOrder.id.not_in(without))
    first = (page_number - 1) * per_page
    if filters.status is None:
        condition = lists.newest_of_each(condition, tuple(Status), first + per_page + 1)
    return db.session.execute(_rows(condition).offset(first).limit(per_page + 1)).all()


def urgent(actor: Actor, filters: BoardFilters) -> Sequence[Row[Any]]:
    """Open emergencies under the same filters, the newest first."""
    return db.session.execute(_rows(and_(_condition(actor, filters), _IS_URGENT)).limit(MOST_URGENT)).all()


_IS_URGENT = and_(
    WorkOrder.status.in_([status.value for status in OPEN]),
    or_(WorkOrder.emergency, WorkOrder.class_code.in_([one.value for one in ServiceClass if one.is_urgent])),
)


def _rows(condition: ColumnElement[bool]) -> Select[Any]:
    beside = (WorkOrder.beside, WorkOrder.step_due_at)
    return (
        select(*lists.SUMMARY, *beside, Account.name.label("assignee_name"), Territory.name.label("community"))
        .outerjoin(Account, Account.id == WorkOrder.assignee_id)
        .outerjoin(Territory, Territory.id == WorkOrder.community_id)
        .where(condition)
        .order_by(WorkOrder.created_at.desc(), WorkOrder.id.desc())
    )


def mark(actor: Actor, filters: BoardFilters) -> str:
    """Changes with every change in the person's area, whatever the filters."""
    overdue = f"{clock.now():%Y%m%d%H%M}" if filters.overdue else ""
    return f"{_newest(scope.overseen_by(actor))}|{filters}|{overdue}"


def counts(actor: Actor) -> dict[str, int]:
    """How many open orders there are in each status of the person's area."""
    rows = db.session.execute(
        select(WorkOrder.status, func.count())
        .where(scope.overseen_by(actor), WorkOrder.status.in_([status.value for status in OPEN]))
        .group_by(WorkOrder.status)
    )
    return {status: count for status, count in rows}


def _condition(actor: Actor, filters: BoardFilters) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool]] = [scope.overseen_by(actor)]
    for name in ("status", "category_code", "class_code", "community_id", "grid_id", "number"):
        value = getattr(filters, name)
        if value is not None:
            wanted.append(getattr(WorkOrder, name) == value)
    if filters.overdue:
        wanted.append(due_dates.overdue(clock.now()))
    return and_(*wanted)


def _newest(condition: ColumnElement[bool]) -> str:
    """A mark that changes with every change of an order under the condition: two indexed look-ups."""
    row = db.session.execute(
        select(WorkOrder.changed_at, WorkOrder.id)
        .where(condition)
        .order_by(WorkOrder.changed_at.desc(), WorkOrder.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return "none"
    # What began a moment earlier may be committed a moment later; it shows in the versions of what changed of late.
    since = WorkOrder.changed_at > row.changed_at - OVERTAKEN_WITHIN
    versions = db.session.scalar(select(func.sum(WorkOrder.version)).where(condition, since))
    return f"{row.changed_at.timestamp()}:{row.id}:{versions}"
