"""Which open orders may be about the same matter, so that a manager merges them: same place, same kind, words alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from app import clock, parameters
from app.db import db
from app.deadlines.limits import ServiceClass
from app.people.actor import Actor
from app.work_orders import scope
from app.work_orders.models import WorkOrder
from app.work_orders.screening import duplicates
from app.work_orders.side_records import Kind
from app.work_orders.workflow import ACTIVE, OPEN

DAYS = ("merge_candidate_days", 14)
LOOKED_AT = 200
MOST_LIKELY = 5
URGENT = [one.value for one in ServiceClass if one.is_urgent]
Other = aliased(WorkOrder)


@dataclass(frozen=True)
class Pair:
    """An order that could be merged, and the one to merge it into; of confidential ones no words."""

    number: str
    category_code: str
    place: str
    excerpt: str
    created_at: datetime
    into: str
    into_category_code: str
    into_place: str
    into_excerpt: str
    into_created_at: datetime


def candidates(actor: Actor, page: int, per_page: int) -> Sequence[Pair]:
    """One page and one pair more of the manager's newest orders, each with an older one it could be merged into."""
    since = clock.now() - timedelta(days=parameters.number(*DAYS))
    is_older = or_(
        Other.created_at < WorkOrder.created_at,
        and_(Other.created_at == WorkOrder.created_at, Other.id < WorkOrder.id),
    )
    found = _alike(statement(actor, WorkOrder.created_at > since, is_older))
    first = (page - 1) * per_page
    return found[first : first + per_page + 1]


def likely(order: WorkOrder, actor: Actor) -> Sequence[Pair]:
    """What this order could be merged into, the newest first."""
    return _alike(statement(actor, WorkOrder.id == order.id, Other.id != order.id))[:MOST_LIKELY]


def statement(actor: Actor, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Pairs of one community by the index on its level and status; what could not be merged is left out."""
    return (
        select(
            WorkOrder.number,
            WorkOrder.category_code,
            WorkOrder.place_text,
            WorkOrder.building,
            WorkOrder.created_at,
            WorkOrder.confidential,
            func.substr(WorkOrder.description, 1, duplicates.READ).label("excerpt"),
            Other.number.label("into"),
            Other.category_code.label("into_category_code"),
            Other.place_text.label("into_place"),
            Other.building.label("into_building"),
            Other.created_at.label("into_created_at"),
            func.substr(Other.description, 1, duplicates.READ).label("into_excerpt"),
        )
        .join(Other, Other.community_id == WorkOrder.community_id)
        .where(*conditions, scope.reviewed_by(actor), scope.reviewed_by(actor, Other))
        .where(_may_end(), _may_absorb(), _is_alike())
        .order_by(WorkOrder.created_at.desc(), WorkOrder.id.desc(), Other.created_at.desc(), Other.id.desc())
        .limit(LOOKED_AT)
    )


def _may_end() -> ColumnElement[bool]:
    return and_(
        WorkOrder.status.in_([status.value for status in ACTIVE]),
        WorkOrder.parent_id.is_(None),
        WorkOrder.open_tasks == 0,
        WorkOrder.open_parts == 0,
        WorkOrder.absorbed.is_(False),
        WorkOrder.beside.not_like(f"%{Kind.SUPERVISION}%"),
        WorkOrder.beside.not_like(f"%{Kind.APPEAL}%"),
    )


def _may_absorb() -> ColumnElement[bool]:
    return and_(
        Other.status.in_([status.value for status in OPEN]),
        Other.parent_id.is_(None),
        Other.beside.not_like(f"%{Kind.SUPERVISION}%"),
        or_(WorkOrder.class_code.not_in(URGENT), Other.class_code.in_(URGENT)),
    )


def _is_alike() -> ColumnElement[bool]:
    return and_(
        Other.compound_id == WorkOrder.compound_id,
        Other.category_code == WorkOrder.category_code,
        Other.confidential == WorkOrder.confidential,
    )


def _alike(pairs: Select[Any]) -> list[Pair]:
    """Of the same building, or told in words that are alike by the measure of duplicates."""
    least = parameters.number(*duplicates.LIKENESS)
    return [_pair(row) for row in db.session.execute(pairs) if _is_same(row, least)]


def _is_same(row: Any, least: int) -> bool:
    if row.building is not None and row.building == row.into_building:
        return True
    return duplicates.likeness(row.excerpt, row.into_excerpt) >= least


def _pair(row: Any) -> Pair:
    return Pair(
        row.number,
        row.category_code,
        row.place_text,
        "" if row.confidential else row.excerpt,
        row.created_at,
        row.into,
        row.into_category_code,
        row.into_place,
        "" if row.confidential else row.into_excerpt,
        row.into_created_at,
    )
