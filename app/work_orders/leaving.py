"""When somebody leaves: their open orders go back, so that none waits for a person who is gone."""

from sqlalchemy import select, update

from app.db import db
from app.deadlines.limits import ServiceClass
from app.notifications import outbox
from app.people import queries as people
from app.people.actor import SYSTEM
from app.territory.models import Level
from app.work_orders import custody
from app.work_orders.assignment import to_ladder, to_pool
from app.work_orders.facts import owe
from app.work_orders.models import Assignment, WorkOrder
from app.work_orders.workflow import Action, Status

HELD = (Status.ASSIGNED, Status.IN_PROGRESS)


def recall_all(account_id: int) -> None:
    """收回: every order the person has goes to the pool, what is urgent to the ladder; in the running transaction."""
    for order in _held(account_id):
        recall(order)


def recall(order: WorkOrder) -> None:
    """Take one order back from whoever has it; what is urgent stays where it is only if nobody else is posted."""
    was_signed = order.status == Status.IN_PROGRESS
    if ServiceClass(order.class_code).is_urgent:
        to_ladder(order, 0, Action.RECALL, SYSTEM)
        return
    to_pool(order, Action.RECALL, SYSTEM)
    owe("released" if was_signed else "returned_to_pool", order)


def become(old_id: int, new_id: int) -> None:
    """The orders of a staff account follow the person to the account they have on the phone; the manager is told."""
    for model, column in ((Assignment, Assignment.account_id), (WorkOrder, WorkOrder.assignee_id)):
        db.session.execute(update(model).where(column == old_id).values({column.key: new_id}))
    for order in _held(new_id):
        if custody.is_reporter(order, new_id):
            recall(order)
    place = people.first_post(new_id)
    outbox.owe("staff_linked", None, {f"{level}_id": getattr(place, f"{level}_id", None) for level in Level})


def _held(account_id: int) -> list[WorkOrder]:
    held = select(WorkOrder).where(
        WorkOrder.assignee_id == account_id, WorkOrder.status.in_([status.value for status in HELD])
    )
    return list(db.session.scalars(held.order_by(WorkOrder.id)))
