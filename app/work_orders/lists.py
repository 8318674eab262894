"""Pages of orders: phones' lists in the order of time, the console's worklists. Each goes through `scope`."""

from collections.abc import Collection, Sequence
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
    union_all,
)
from sqlalchemy.orm import aliased

from app import clock
from app.db import UTCDateTime, db
from app.people.actor import Actor
from app.work_orders import scope
from app.work_orders.models import Assignment, FollowUp, Rating, WorkOrder
from app.work_orders.offices.task_records import Task
from app.work_orders.queries import PEOPLE_KEPT
from app.work_orders.workflow import ENDED, OPEN, Status

ENDED_LATELY = timedelta(days=30)

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
    WorkOrder.beside,
    WorkOrder.problem,
)
"""What lists show: nothing encrypted, nothing that needs a second look, no words of a confidential order."""

OWN_SUMMARY = tuple(_BEGINNING.label("excerpt") if column.key == "excerpt" else column for column in SUMMARY)
"""What lists show to those who work on the orders, or reported them."""


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
    if ended:
        # What somebody had grows with the years, so that it is sought as the board is.
        beyond = [_beyond(newest_first=True)] if going_on else []
        condition = newest_of_each(and_(at_hand, *beyond), states, bindparam("limit"))
    else:
        condition = and_(at_hand, WorkOrder.status.in_([status.value for status in states]))
    return _listed(condition, going_on and not ended, columns=columns)


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
        statement = statement.where(_beyond(newest_first))
    order = (WorkOrder.created_at, WorkOrder.id)
    statement = statement.order_by(*(column.desc() if newest_first else column for column in order))
    return statement.limit(bindparam("limit"))


def newest_of_each(condition: ColumnElement[bool], statuses: Collection[Status], most: Any) -> ColumnElement[bool]:
    """The newest under the condition, sought in one status after the other.

    In one status the index gives them in the order of time. In all at once it does not, and every order of the years
    would be read and sorted for one page.
    """
    found = (
        select(WorkOrder.id)
        .where(condition, WorkOrder.status == status.value)
        .order_by(WorkOrder.created_at.desc(), WorkOrder.id.desc())
        .limit(most)
        .subquery()
        for status in statuses
    )
    return WorkOrder.id.in_(union_all(*(select(one.c.id) for one in found)))


def _beyond(newest_first: bool) -> ColumnElement[bool]:
    """What comes behind the place `at`, `id` in the order of time."""
    key, place = tuple_(WorkOrder.created_at, WorkOrder.id), tuple_(_AT, _ID)
    return key < place if newest_first else key > place


_AT, _ID = bindparam("at", type_=UTCDateTime), bindparam("id", type_=Integer)


def _page(statement: Select[Any], after: tuple[datetime, int] | None, limit: int) -> Sequence[Row[Any]]:
    """One page and one row more."""
    place = {"at": after[0], "id": after[1]} if after is not None else {}
    return db.session.execute(statement, place | {"limit": limit + 1}).all()


def tasks(
    actor: Actor, ended: bool, after: tuple[datetime, int] | None, limit: int
) -> Sequence[Row[tuple[Task, WorkOrder]]]:
    """What the person's organisations are asked to do, or were of late; the newest first."""
    statement = select(Task, WorkOrder).join(WorkOrder, WorkOrder.id == Task.work_order_id)
    statement = statement.where(scope.asked_of(actor))
    lately = Task.ended_at >= clock.now() - ENDED_LATELY
    statement = statement.where(lately if ended else Task.ended_at.is_(None))
    if after is not None:
        statement = statement.where(tuple_(Task.opened_at, Task.id) < tuple_(_AT, _ID))
    statement = statement.order_by(Task.opened_at.desc(), Task.id.desc())
    place = {"at": after[0], "id": after[1]} if after is not None else {}
    return db.session.execute(statement.limit(limit + 1), place).all()


def _telling_rating() -> ScalarSelect[int]:
    """Of several reporters' words on the round that of the first who said no, else the first."""
    said = aliased(Rating)
    is_no = or_(said.answered.is_(False), said.solved == "no", said.satisfied == "no")
    of_round = and_(said.work_order_id == WorkOrder.id, said.round == FollowUp.round)
    first_no = func.min(case((is_no, said.id)))
    return select(func.coalesce(first_no, func.min(said.id))).where(of_round).scalar_subquery()


def follow_ups(officer: Actor, page: int, per_page: int) -> Sequence[Row[Any]]:
    """Open follow-ups in an officer's area, due first, without orders they held a part of or reported."""
    part = aliased(WorkOrder)
    held = exists().where(Assignment.work_order_id == WorkOrder.id, Assignment.account_id == officer.account_id)
    of_part = exists().where(Assignment.work_order_id == part.id, Assignment.account_id == officer.account_id)
    held_part = of_part.where(part.parent_id == WorkOrder.id)
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
        .where(FollowUp.ended_at.is_(None), scope.owed_to(officer), ~held, ~held_part)
        .order_by(FollowUp.due_at, FollowUp.id)
    )
    return db.session.execute(statement.offset((page - 1) * per_page).limit(per_page + 1)).all()
