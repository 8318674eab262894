"""The other orders that a page of staff links to: what it was merged 并案 into, what into it, its parts, its whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, or_, select

from app.db import db
from app.people.actor import Actor
from app.work_orders import catalogue, scope
from app.work_orders.models import WorkOrder
from app.work_orders.workflow import STATUS_NAMES, Status


@dataclass(frozen=True)
class Relative:
    """Another order, as far as a link tells of it."""

    number: str
    category: str
    place: str
    status_name: str


@dataclass(frozen=True)
class Kin:
    """Only what the person sees at work."""

    parent: Relative | None
    parts: Sequence[Relative]
    merged_into: Relative | None
    absorbed: Sequence[Relative]


_COLUMNS = (
    WorkOrder.id,
    WorkOrder.number,
    WorkOrder.status,
    WorkOrder.category_code,
    WorkOrder.place_text,
    WorkOrder.parent_id,
    WorkOrder.merged_into_id,
)


def of(order: WorkOrder, actor: Actor) -> Kin:
    """All of them in one statement."""
    above = [one for one in (order.parent_id, order.merged_into_id) if one is not None]
    related = or_(WorkOrder.id.in_(above), WorkOrder.parent_id == order.id, WorkOrder.merged_into_id == order.id)
    rows = db.session.execute(select(*_COLUMNS).where(related, scope.handled_by(actor)).order_by(WorkOrder.id)).all()
    by_id = {row.id: _relative(row) for row in rows}
    return Kin(
        parent=by_id.get(order.parent_id or 0),
        parts=[by_id[row.id] for row in rows if row.parent_id == order.id],
        merged_into=by_id.get(order.merged_into_id or 0),
        absorbed=[by_id[row.id] for row in rows if row.merged_into_id == order.id],
    )


def _relative(row: Row[Any]) -> Relative:
    category = catalogue.name_of(row.category_code)
    return Relative(row.number, category, row.place_text, STATUS_NAMES[Status(row.status)])
