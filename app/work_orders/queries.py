"""Finding orders: one by number, or pages of them. Every list and look-up goes through `scope`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, literal, select, tuple_

from app import clock
from app.db import UTCDateTime, db
from app.deadlines.timers import Timer
from app.errors import Conflict, NotFound
from app.people import queries as people
from app.people.actor import Actor
from app.people.models import Account
from app.territory.models import Level, Territory
from app.work_orders import custody, due_dates, policy, scope
from app.work_orders.models import Assignment, FollowUp, Rating, Reporter, WorkOrder
from app.work_orders.timeline import Event
from app.work_orders.workflow import ENDED, OPEN, Action, Status

ABSENT = "没有找到这件工单，请核对编号。"
RELEASES_PER_ORDER = 2
# Longer than the database lets a transaction live.
OVERTAKEN_WITHIN = timedelta(seconds=30)

SUMMARY = (
    WorkOrder.id,
    WorkOrder.number,
    WorkOrder.status,
    WorkOrder.category_code,
    WorkOrder.class_code,
    WorkOrder.place_text,
    func.substr(WorkOrder.description, 1, 80).label("excerpt"),
    WorkOrder.created_at,
    WorkOrder.changed_at,
    WorkOrder.due_at,
    WorkOrder.paused_at,
    WorkOrder.sign_due_at,
    WorkOrder.contact_due_at,
    WorkOrder.contacted_at,
    WorkOrder.emergency,
    WorkOrder.unplaced,
    WorkOrder.assignee_id,
    WorkOrder.community_id,
    WorkOrder.round,
)
"""What lists show: nothing encrypted, nothing that needs a second look."""


def find(number: str, actor: Actor) -> WorkOrder:
    """An order this person sees through their postings or has; foreign reads as absent."""
    return _one(select(WorkOrder).where(WorkOrder.number == number, scope.handled_by(actor)))


def find_reported(number: str, reporter: Actor) -> WorkOrder:
    """An order this person reported or joined."""
    return _one(select(WorkOrder).where(WorkOrder.number == number, scope.reported_by(reporter)))


def _one(statement: Select[Any]) -> Any:
    order = db.session.scalar(statement)
    if order is None:
        raise NotFound(ABSENT)
    return order


def find_for_claim(number: str, worker: Actor) -> tuple[WorkOrder, int]:
    """The order and how many the worker has: one statement on the hot path."""
    row = db.session.execute(
        select(WorkOrder, custody.held_by(worker.account_id)).where(
            WorkOrder.number == number, scope.handled_by(worker)
        )
    ).one_or_none()
    if row is None:
        raise NotFound(ABSENT)
    return row[0], row[1]


def find_to_rate(number: str, reporter: Actor) -> tuple[WorkOrder, int]:
    row = db.session.execute(
        select(WorkOrder, Reporter.id)
        .join(Reporter, Reporter.work_order_id == WorkOrder.id)
        .where(WorkOrder.number == number, Reporter.account_id == reporter.account_id, Reporter.left_at.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound(ABSENT)
    return row[0], row[1]


def ensure_may_release(order: WorkOrder, worker: Actor) -> None:
    """Once per person, twice per order, before half of the time."""
    of_releases = select(Event.actor_id).where(Event.work_order_id == order.id, Event.action == Action.RELEASE.value)
    given_back = list(db.session.scalars(of_releases))
    if worker.account_id in given_back:
        raise Conflict("您已退回过一次，请与管理员商量改派。")
    if len(given_back) >= RELEASES_PER_ORDER:
        raise Conflict("这件工单已退回过两次，请与管理员商量改派。")
    half = half_time(order)
    if half is not None and clock.now() >= half:
        raise Conflict("办理时限已过半，不能再退回，请与管理员商量改派。")


def half_time(order: WorkOrder) -> datetime | None:
    """When half of this round's time has passed in the limit's own unit: the moment its warning was set for."""
    of_round = (Timer.work_order_id == order.id, Timer.round == order.round, Timer.kind == "warn_50")
    return db.session.scalar(select(func.max(Timer.due_at)).where(*of_round))


def still_works(account_id: int, order: WorkOrder) -> bool:
    """Whether the person still holds a posting from which they could handle this order."""
    in_line = [place for level in Level if (place := getattr(order, f"{level}_id")) is not None]
    return people.holds_any(account_id, policy.HANDLERS, in_line)


def unit_above(territory_id: int) -> int | None:
    return db.session.scalar(select(Territory.parent_id).where(Territory.id == territory_id))


def reporter_accounts(work_order_id: int | None, _facts: Mapping[str, Any]) -> list[int]:
    """Accounts to tell as reporters; registered with the notifications room."""
    rows = db.session.scalars(
        select(Reporter.account_id).where(Reporter.work_order_id == work_order_id, Reporter.left_at.is_(None))
    )
    return [account_id for account_id in rows if account_id]


def pool(worker: Actor, after: tuple[datetime, int] | None, limit: int) -> Sequence[Row[Any]]:
    """What a grid worker could claim, the oldest first."""
    condition = and_(WorkOrder.status == Status.POOLED.value, scope.in_pool_of(worker))
    return _page(condition, after, limit, newest_first=False)


def mine(worker: Actor, ended: bool, after: tuple[datetime, int] | None, limit: int) -> Sequence[Row[Any]]:
    """What the worker has, or had until it ended."""
    states = (Status.RESOLVED, *ENDED) if ended else OPEN
    condition = and_(scope.in_hand_of(worker), WorkOrder.status.in_([status.value for status in states]))
    return _page(condition, after, limit)


def reported(reporter: Actor, which: str, after: tuple[datetime, int] | None, limit: int) -> Sequence[Row[Any]]:
    """A resident's own orders: open (not rated yet included), ended or all."""
    condition = scope.reported_by(reporter)
    if which != "all":
        ended = [status.value for status in ENDED]
        condition &= WorkOrder.status.in_(ended) if which == "ended" else WorkOrder.status.not_in(ended)
    return _page(condition, after, limit)


def _page(
    condition: ColumnElement[bool], after: tuple[datetime, int] | None, limit: int, *, newest_first: bool = True
) -> Sequence[Row[Any]]:
    statement = select(*SUMMARY).where(condition)
    key = tuple_(WorkOrder.created_at, WorkOrder.id)
    if after is not None:
        place = tuple_(literal(after[0], UTCDateTime), literal(after[1]))
        statement = statement.where(key < place if newest_first else key > place)
    order = (WorkOrder.created_at, WorkOrder.id)
    statement = statement.order_by(*(column.desc() if newest_first else column for column in order))
    return db.session.execute(statement.limit(limit + 1)).all()


def newest(condition: ColumnElement[bool]) -> str:
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


def board(actor: Actor, filters: BoardFilters, page: int = 1, per_page: int = 30) -> Sequence[Row[Any]]:
    """One page and one row more of a manager's orders, the newest first."""
    statement = (
        select(*SUMMARY, Account.name.label("assignee_name"), Territory.name.label("community"))
        .outerjoin(Account, Account.id == WorkOrder.assignee_id)
        .outerjoin(Territory, Territory.id == WorkOrder.community_id)
        .where(_board_condition(actor, filters))
        .order_by(WorkOrder.created_at.desc(), WorkOrder.id.desc())
    )
    return db.session.execute(statement.offset((page - 1) * per_page).limit(per_page + 1)).all()


def board_mark(actor: Actor, filters: BoardFilters) -> str:
    """Changes with every change in the person's area, whatever the filters."""
    overdue = f"{clock.now():%Y%m%d%H%M}" if filters.overdue else ""
    return f"{newest(scope.overseen_by(actor))}|{filters}|{overdue}"


def board_counts(actor: Actor) -> dict[str, int]:
    """How many open orders there are in each status of the person's area."""
    rows = db.session.execute(
        select(WorkOrder.status, func.count())
        .where(scope.overseen_by(actor), WorkOrder.status.in_([status.value for status in OPEN]))
        .group_by(WorkOrder.status)
    )
    return {status: count for status, count in rows}


def _board_condition(actor: Actor, filters: BoardFilters) -> ColumnElement[bool]:
    wanted: list[ColumnElement[bool]] = [scope.overseen_by(actor)]
    for name in ("status", "category_code", "class_code", "community_id", "grid_id", "number"):
        value = getattr(filters, name)
        if value is not None:
            wanted.append(getattr(WorkOrder, name) == value)
    if filters.overdue:
        wanted.append(due_dates.overdue(clock.now()))
    return and_(*wanted)


def follow_ups(officer: Actor, page: int, per_page: int) -> Sequence[Row[Any]]:
    """Open follow-ups in an officer's area, due first, without orders they held or reported."""
    held = exists().where(Assignment.work_order_id == WorkOrder.id, Assignment.account_id == officer.account_id)
    statement = (
        select(
            *SUMMARY,
            FollowUp.due_at.label("follow_up_due_at"),
            FollowUp.attempts,
            FollowUp.cause,
            FollowUp.opened_at,
            Rating.solved,
            Rating.satisfied,
            Rating.answered,
            Rating.comment,
        )
        .join(FollowUp, FollowUp.work_order_id == WorkOrder.id)
        .outerjoin(Rating, and_(Rating.work_order_id == WorkOrder.id, Rating.round == FollowUp.round))
        .where(FollowUp.ended_at.is_(None), scope.owed_to(officer), ~held)
        .order_by(FollowUp.due_at, FollowUp.id)
    )
    return db.session.execute(statement.offset((page - 1) * per_page).limit(per_page + 1)).all()
