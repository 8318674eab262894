"""Finding orders: one by number, or pages of them. Every list and look-up goes through `scope`.

Building a statement takes longer than asking it, so those that people ask all day are built once for each person.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    or_,
    select,
    tuple_,
)
from sqlalchemy.orm import aliased

from app import clock
from app.db import UTCDateTime, db
from app.deadlines.timers import Timer
from app.errors import Conflict, NotFound
from app.people import queries as people
from app.people.actor import Actor
from app.people.models import Account, AccountState
from app.territory.models import Level, Territory
from app.work_orders import custody, due_dates, policy, scope
from app.work_orders.models import Assignment, FollowUp, Rating, Recusal, Reporter, WorkOrder
from app.work_orders.timeline import Event
from app.work_orders.workflow import ENDED, OPEN, Action, Status

PEOPLE_KEPT = 1024
ABSENT = "没有找到这件工单，请核对编号。"
RELEASES_PER_ORDER = 2
# Longer than the database lets a transaction live.
OVERTAKEN_WITHIN = timedelta(seconds=30)

_BEGINNING = func.substr(WorkOrder.description, 1, 80)

SUMMARY = (
    WorkOrder.id,
    WorkOrder.number,
    WorkOrder.status,
    WorkOrder.category_code,
    WorkOrder.class_code,
    WorkOrder.place_text,
    case((WorkOrder.confidential, ""), else_=_BEGINNING).label("excerpt"),
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
"""What lists show: nothing encrypted, nothing that needs a second look, no words of a confidential order."""

OWN_SUMMARY = tuple(_BEGINNING.label("excerpt") if column.key == "excerpt" else column for column in SUMMARY)
"""What lists show to those who work on the orders, or reported them."""


def find(number: str, actor: Actor) -> WorkOrder:
    """An order this person sees through their postings or has; foreign reads as absent."""
    return _one(_handled(actor), number)


def find_reported(number: str, reporter: Actor) -> WorkOrder:
    """An order this person reported or joined."""
    return _one(_reported(reporter), number)


@lru_cache(PEOPLE_KEPT)
def _handled(actor: Actor) -> Select[Any]:
    return select(WorkOrder).where(WorkOrder.number == bindparam("number"), scope.handled_by(actor))


@lru_cache(PEOPLE_KEPT)
def _reported(reporter: Actor) -> Select[Any]:
    return select(WorkOrder).where(WorkOrder.number == bindparam("number"), scope.reported_by(reporter))


def _one(statement: Select[Any], number: str) -> Any:
    order = db.session.scalar(statement, {"number": number})
    if order is None:
        raise NotFound(ABSENT)
    return order


def find_for_claim(number: str, worker: Actor) -> tuple[WorkOrder, int]:
    """The order and how many the worker has: one statement on the hot path."""
    row = db.session.execute(_for_claim(worker), {"number": number}).one_or_none()
    if row is None:
        raise NotFound(ABSENT)
    return row[0], row[1]


@lru_cache(PEOPLE_KEPT)
def _for_claim(worker: Actor) -> Select[Any]:
    return _handled(worker).add_columns(custody.held_by(worker.account_id))


def find_joinable(number: str, resident: Actor, compound_id: int | None) -> WorkOrder:
    """An order that this person may join, or reported or joined already."""
    found = or_(scope.joinable_by(resident, compound_id), scope.reported_by(resident))
    return _one(select(WorkOrder).where(WorkOrder.number == bindparam("number"), found), number)


def find_as_reporter(number: str, reporter: Actor) -> tuple[WorkOrder, Reporter]:
    """An order this person reported or joined, and what they are to it."""
    row = db.session.execute(
        select(WorkOrder, Reporter)
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
    """When half of this round's time has passed in the limit's own unit: the moment its warning was last set for."""
    of_round = (Timer.work_order_id == order.id, Timer.round == order.round, Timer.kind == "warn_50")
    return db.session.scalar(select(Timer.due_at).where(*of_round).order_by(Timer.id.desc()).limit(1))


def actions_of(order: WorkOrder) -> list[str]:
    """All that happened to an order, the oldest first."""
    of_order = select(Event.action).where(Event.work_order_id == order.id)
    return list(db.session.scalars(of_order.order_by(Event.id)))


def is_rated(order: WorkOrder) -> bool:
    """Whether somebody has rated this round."""
    rated = exists().where(Rating.work_order_id == order.id, Rating.round == order.round)
    return bool(db.session.scalar(select(rated)))


def still_works(account_id: int, order: WorkOrder) -> bool:
    """Whether the person still holds a posting from which they could handle this order, which must not concern them."""
    in_line = [place for level in Level if (place := getattr(order, f"{level}_id")) is not None]
    recused = exists().where(Recusal.work_order_id == order.id, Recusal.account_id == account_id)
    return people.holds_any(account_id, policy.HANDLERS, in_line) and not db.session.scalar(select(recused))


def unit_above(territory_id: int) -> int | None:
    return db.session.scalar(select(Territory.parent_id).where(Territory.id == territory_id))


def reporter_accounts(work_order_id: int | None, _facts: Mapping[str, Any]) -> list[int]:
    """The account to tell as the reporter; registered with the notifications room."""
    return _accounts(work_order_id, Reporter.is_first.is_(True))


def joined_accounts(work_order_id: int | None, _facts: Mapping[str, Any]) -> list[int]:
    """Accounts to tell as neighbours who joined; registered with the notifications room."""
    return _accounts(work_order_id, Reporter.is_first.is_(False))


def _accounts(work_order_id: int | None, which: ColumnElement[bool]) -> list[int]:
    """Those of an order's reporters who have not left it, none whose account was closed."""
    told = select(Account.id).join(Reporter, Reporter.account_id == Account.id).order_by(Reporter.id)
    told = told.where(Reporter.work_order_id == work_order_id, Reporter.left_at.is_(None), which)
    return list(db.session.scalars(told.where(Account.state != AccountState.CLOSED)))


def seen_at_work(actor: Actor, numbers: Collection[str]) -> set[str]:
    """Those of the numbers whose orders the person sees at work."""
    found = select(WorkOrder.number).where(WorkOrder.number.in_(numbers), scope.handled_by(actor))
    return set(db.session.scalars(found)) if numbers else set()


def recused_accounts(work_order_id: int) -> list[int]:
    """Accounts that may hear nothing of an order at work; registered with the notifications room."""
    return list(db.session.scalars(select(Recusal.account_id).where(Recusal.work_order_id == work_order_id)))


def pool(worker: Actor, after: tuple[datetime, int] | None, limit: int) -> Sequence[Row[Any]]:
    """What a grid worker could claim, the oldest first."""
    return _page(_pool(worker, after is not None), after, limit)


def mine(worker: Actor, ended: bool, after: tuple[datetime, int] | None, limit: int) -> Sequence[Row[Any]]:
    """What the worker has and what they are offered, or what they had until it ended."""
    return _page(_mine(worker, ended, after is not None), after, limit)


def reported(reporter: Actor, which: str, after: tuple[datetime, int] | None, limit: int) -> Sequence[Row[Any]]:
    """A resident's own orders: open (not rated yet included), ended or all; what they joined is marked."""
    return _page(_own(reporter, which, after is not None), after, limit)


@lru_cache(PEOPLE_KEPT)
def _pool(worker: Actor, going_on: bool) -> Select[Any]:
    condition = and_(WorkOrder.status == Status.POOLED.value, scope.in_pool_of(worker))
    return _listed(condition, going_on, newest_first=False)


@lru_cache(PEOPLE_KEPT)
def _mine(worker: Actor, ended: bool, going_on: bool) -> Select[Any]:
    is_offered = WorkOrder.offered_to_id == worker.account_id
    columns = (*OWN_SUMMARY, func.coalesce(is_offered, false()).label("is_offered"))
    states = (Status.RESOLVED, *ENDED) if ended else OPEN
    at_hand = scope.in_hand_of(worker) if ended else or_(scope.in_hand_of(worker), scope.offered_to(worker))
    condition = and_(at_hand, WorkOrder.status.in_([status.value for status in states]))
    return _listed(condition, going_on, columns=columns)


@lru_cache(PEOPLE_KEPT)
def _own(reporter: Actor, which: str, going_on: bool) -> Select[Any]:
    condition = scope.reported_by(reporter)
    if which != "all":
        ended = [status.value for status in ENDED]
        condition &= WorkOrder.status.in_(ended) if which == "ended" else WorkOrder.status.not_in(ended)
    return _listed(condition, going_on, columns=(*OWN_SUMMARY, WorkOrder.unit, scope.is_first(reporter)))


PUBLIC = (
    WorkOrder.id,
    WorkOrder.number,
    WorkOrder.status,
    WorkOrder.category_code,
    WorkOrder.place_text,
    WorkOrder.unit,
    WorkOrder.created_at,
    WorkOrder.due_at,
)
"""What neighbours are shown: no words of anybody."""


def neighbourhood(resident: Actor, after: tuple[datetime, int] | None, limit: int) -> Sequence[Row[Any]]:
    """What others reported in the compound where the person lives and what is not settled yet, the newest first."""
    statement = _listed(scope.public_near(resident), after is not None, columns=PUBLIC)
    return _page(statement, after, limit)


def _listed(
    condition: ColumnElement[bool],
    going_on: bool,
    *,
    newest_first: bool = True,
    columns: tuple[Any, ...] = SUMMARY,
) -> Select[Any]:
    """A list in the order of time; one that goes on begins behind the place `at`, `id`."""
    statement = select(*columns).where(condition)
    if going_on:
        key, place = tuple_(WorkOrder.created_at, WorkOrder.id), tuple_(_AT, _ID)
        statement = statement.where(key < place if newest_first else key > place)
    order = (WorkOrder.created_at, WorkOrder.id)
    statement = statement.order_by(*(column.desc() if newest_first else column for column in order))
    return statement.limit(bindparam("limit"))


_AT, _ID = bindparam("at", type_=UTCDateTime), bindparam("id", type_=Integer)


def _page(statement: Select[Any], after: tuple[datetime, int] | None, limit: int) -> Sequence[Row[Any]]:
    """One page and one row more."""
    place = {"at": after[0], "id": after[1]} if after is not None else {}
    return db.session.execute(statement, place | {"limit": limit + 1}).all()


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


def _telling_rating() -> ScalarSelect[int]:
    """Of several reporters' words on the round that of the first who said no, else the first."""
    said = aliased(Rating)
    is_no = or_(said.answered.is_(False), said.solved == "no", said.satisfied == "no")
    of_round = and_(said.work_order_id == WorkOrder.id, said.round == FollowUp.round)
    first_no = func.min(case((is_no, said.id)))
    return select(func.coalesce(first_no, func.min(said.id))).where(of_round).scalar_subquery()


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
        .outerjoin(Rating, Rating.id == _telling_rating())
        .where(FollowUp.ended_at.is_(None), scope.owed_to(officer), ~held)
        .order_by(FollowUp.due_at, FollowUp.id)
    )
    return db.session.execute(statement.offset((page - 1) * per_page).limit(per_page + 1)).all()
