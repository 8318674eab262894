"""What was merged 并案 into what, seen from either side."""

from typing import Any

from sqlalchemy import Row, select

from app.db import db
from app.people.actor import Actor
from app.work_orders import policy, scope
from app.work_orders.models import WorkOrder
from app.work_orders.workflow import Status


def sources(order: WorkOrder) -> list[WorkOrder]:
    """The orders that are merged into this one now, the newest first."""
    if not order.absorbed:
        return []
    into = select(WorkOrder).where(WorkOrder.merged_into_id == order.id, WorkOrder.status == Status.MERGED.value)
    return list(db.session.scalars(into.order_by(WorkOrder.id.desc())))


def with_others(order: WorkOrder) -> list[WorkOrder]:
    """The order with all that is the same matter: what it is merged into, and what is merged into that."""
    into = target(order) if order.status == Status.MERGED else order
    others = [one for one in (into, *sources(into)) if one.id != order.id]
    return [order, *others]


def target(order: WorkOrder) -> WorkOrder:
    """The order that this one is merged into."""
    return db.session.scalars(select(WorkOrder).where(WorkOrder.id == order.merged_into_id)).one()


def target_for(order: WorkOrder, actor: Actor, *, as_reporter: bool) -> Row[Any] | None:
    """What the order is merged into, and whether this person may see that one; None for what is not merged."""
    if order.merged_into_id is None:
        return None
    may_see = scope.reported_by(actor) if as_reporter else scope.handled_by(actor)
    columns = (WorkOrder.number, WorkOrder.status, WorkOrder.closed_at, may_see.label("may_see"))
    return db.session.execute(select(*columns).where(WorkOrder.id == order.merged_into_id)).one()


def may_reopen(target: Any) -> bool:
    """Whether a reporter of what was merged into it may have their own order done again: it is closed, of late."""
    return target.status == Status.CLOSED and not policy.is_reopening_over(target)
