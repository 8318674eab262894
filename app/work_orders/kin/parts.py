"""拆分件: what an order and the parts that were split off it are to each other."""

from sqlalchemy import func, select

from app import clock
from app.db import db
from app.errors import Conflict
from app.people.actor import SYSTEM, Actor
from app.work_orders import custody
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.offices import helping
from app.work_orders.side_records import Kind
from app.work_orders.workflow import ENDED, STATUS_NAMES, Action, Status


def open_ones(order: WorkOrder) -> list[WorkOrder]:
    """The parts of an order that have not ended, the newest first."""
    if order.open_parts == 0:
        return []
    going_on = WorkOrder.status.not_in([status.value for status in ENDED])
    found = select(WorkOrder).where(WorkOrder.parent_id == order.id, going_on)
    return list(db.session.scalars(found.order_by(WorkOrder.id.desc())))


def count(order: WorkOrder) -> int:
    """How many parts were split off the order in its whole life."""
    of_order = select(func.count()).select_from(WorkOrder).where(WorkOrder.parent_id == order.id)
    return db.session.scalar(of_order) or 0


def ended(part: WorkOrder) -> None:
    """A part is over, however it ended: its order waits for one less, and whoever has that one is told."""
    if part.parent_id is None:
        return
    order = db.session.scalars(select(WorkOrder).where(WorkOrder.id == part.parent_id)).one()
    now = STATUS_NAMES[Status(part.status)]
    order.take(Action.PART, by=SYSTEM, visible="internal", part=part.number, status_name=now)
    order.open_parts -= 1
    owe("part_ended", order)


def withdraw_with(order: WorkOrder, reporter: Actor) -> None:
    """The reporter takes the order back, and with it every part that is not done."""
    going_on = open_ones(order)
    if not going_on:
        return
    if any(part.emergency for part in going_on):
        raise Conflict("拆分出去办理的部分涉及人身安全，不能撤回；如果险情已经解除，请告诉联系您的工作人员。")
    if any(part.has_open(Kind.SUPERVISION) for part in going_on):
        raise Conflict("拆分出去办理的部分正由上级督办，不能撤回。")
    for part in going_on:
        event = part.take(Action.WITHDRAW, by=reporter, with_order=order.number)
        helping.cancel(part, event)
        former = custody.let_go(part)
        part.closed_at = clock.now()
        owe("withdrawn", part, assignee_id=former)
    order.open_parts = 0
