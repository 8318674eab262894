"""Finding orders: one by number, and what is asked about one. Every look-up goes through `scope`.

Building a statement takes longer than asking it, so those that people ask all day are built once for each person.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    bindparam,
    exists,
    or_,
    select,
)

from app import clock
from app.db import db
from app.deadlines import timers
from app.deadlines.timers import Timer
from app.errors import Conflict, NotFound, Overtaken
from app.people import queries as people
from app.people.actor import Actor
from app.people.models import Account, AccountState
from app.territory.models import Level, Territory
from app.work_orders import custody, scope
from app.work_orders.models import Rating, Recusal, Reporter, WorkOrder
from app.work_orders.offices.task_records import Task
from app.work_orders.permissions import HANDLERS
from app.work_orders.timeline import Event
from app.work_orders.workflow import Action

PEOPLE_KEPT = 1024
ABSENT = "没有找到这件工单，请核对编号。"
RELEASES_PER_ORDER = 2


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


def find_task(public_id: str, actor: Actor) -> tuple[Task, WorkOrder]:
    """A task of the organisation for which the person works, with its order; foreign reads as absent."""
    statement = select(Task, WorkOrder).join(WorkOrder, WorkOrder.id == Task.work_order_id)
    row = db.session.execute(statement.where(Task.public_id == public_id, scope.asked_of(actor))).one_or_none()
    if row is None:
        raise NotFound("没有找到这项协办，请刷新列表。")
    return row[0], row[1]


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


def lock(*orders: WorkOrder) -> None:
    """Take several orders before changing them, the newest first, so that two who want the same ones do not block.

    Raises Overtaken when one of them was changed since it was read.
    """
    timers.hold(*[order.id for order in orders])
    _lock(WorkOrder.id.in_([order.id for order in orders]), orders)


def lock_family(order: WorkOrder) -> None:
    """The same for an order with its parts and with what was merged into it."""
    if order.absorbed or order.open_parts:
        _lock(
            or_(WorkOrder.id == order.id, WorkOrder.parent_id == order.id, WorkOrder.merged_into_id == order.id),
            [order],
        )


def _lock(which: ColumnElement[bool], read: Sequence[WorkOrder]) -> None:
    wanted = select(WorkOrder.id, WorkOrder.version).where(which).order_by(WorkOrder.id.desc())
    now = {row.id: row.version for row in db.session.execute(wanted.with_for_update())}
    if any(now.get(order.id) != order.version for order in read):
        raise Overtaken


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
    recused = exists().where(Recusal.work_order_id.in_(custody.matter_ids(order)), Recusal.account_id == account_id)
    return people.holds_any(account_id, HANDLERS, in_line) and not db.session.scalar(select(recused))


def unit_above(territory_id: int) -> int | None:
    return db.session.scalar(select(Territory.parent_id).where(Territory.id == territory_id))


def reporter_accounts(work_order_id: int | None, _facts: Mapping[str, Any]) -> list[int]:
    """The account to tell as the reporter; registered with the notifications room."""
    return list(db.session.scalars(_accounts(True), {"work_order_id": work_order_id}))


def joined_accounts(work_order_id: int | None, _facts: Mapping[str, Any]) -> list[int]:
    """Accounts to tell as neighbours who joined; registered with the notifications room."""
    return list(db.session.scalars(_accounts(False), {"work_order_id": work_order_id}))


@cache
def _accounts(first: bool) -> Select[Any]:
    """Those of an order's reporters who have not left it, none whose account was closed."""
    told = select(Account.id).join(Reporter, Reporter.account_id == Account.id).order_by(Reporter.id)
    of_order = (Reporter.work_order_id == bindparam("work_order_id"), Reporter.is_first.is_(first))
    return told.where(*of_order, Reporter.left_at.is_(None), Account.state != AccountState.CLOSED)


def seen_at_work(actor: Actor, numbers: Collection[str]) -> set[str]:
    """Those of the numbers whose orders the person sees at work."""
    found = select(WorkOrder.number).where(WorkOrder.number.in_(numbers), scope.handled_by(actor))
    return set(db.session.scalars(found)) if numbers else set()


def recused_accounts(work_order_id: int) -> list[int]:
    """Accounts that may hear nothing of an order at work; registered with the notifications room."""
    return list(db.session.scalars(_RECUSED, {"work_order_id": work_order_id}))


_PARENT = select(WorkOrder.parent_id).where(WorkOrder.id == bindparam("work_order_id")).scalar_subquery()
_RECUSED = (
    select(Recusal.account_id)
    .where(or_(Recusal.work_order_id == bindparam("work_order_id"), Recusal.work_order_id == _PARENT))
    .distinct()
)
