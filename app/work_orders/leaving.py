"""When somebody leaves: their open orders go back, so that none waits for a person who is gone."""

from datetime import datetime

from sqlalchemy import exists, or_, select, update

from app.db import db
from app.notifications import outbox
from app.people import queries as people
from app.people.actor import SYSTEM
from app.people.models import Account, AccountState, Posting
from app.territory.models import Level
from app.work_orders import custody, transfer
from app.work_orders.assignment import give_back
from app.work_orders.models import Assignment, Recusal, WorkOrder
from app.work_orders.side_records import SideRecord
from app.work_orders.workflow import Action, Status

BATCH = 50
HELD = (Status.ASSIGNED, Status.IN_PROGRESS)
FOLLOWING = (
    Assignment.account_id,
    WorkOrder.assignee_id,
    WorkOrder.offered_to_id,
    Recusal.account_id,
    SideRecord.by_id,
    SideRecord.to_id,
)
"""Where an account stands that follows a person to their phone."""


def recall_all(account_id: int) -> None:
    """收回: every order the person has goes back to the pool or its unit; in the running transaction."""
    transfer.end_offers_to(account_id)
    for order in _held(account_id):
        recall(order)


def recall_strays(_now: datetime) -> int:
    """收回: one batch of orders that people took in the very moment in which they left; returns how many went back."""
    is_posted = exists().where(Posting.account_id == Account.id, Posting.ended_at.is_(None))
    strays = (
        select(WorkOrder)
        .join(Assignment, Assignment.work_order_id == WorkOrder.id)
        .join(Account, Account.id == Assignment.account_id)
        .where(Assignment.ended_at.is_(None), WorkOrder.status.in_([status.value for status in HELD]))
        .where(or_(Account.state != AccountState.ACTIVE, ~is_posted))
    )
    return sum([recall(order) for order in db.session.scalars(strays.order_by(WorkOrder.id).limit(BATCH)).all()])


def recall(order: WorkOrder) -> bool:
    """Take one order back from whoever has it; False when it stays because nobody else could have it."""
    was_signed = order.status == Status.IN_PROGRESS
    return give_back(order, Action.RECALL, SYSTEM, told="released" if was_signed else "returned_to_pool")


def become(old_id: int, new_id: int) -> None:
    """The orders of a staff account follow the person to the account they have on the phone; the manager is told."""
    for column in FOLLOWING:
        db.session.execute(update(column.class_).where(column == old_id).values({column.key: new_id}))
    for order in _held(new_id):
        if new_id in custody.barred(order):
            recall(order)
    place = people.first_post(new_id)
    outbox.owe("staff_linked", None, {f"{level}_id": getattr(place, f"{level}_id", None) for level in Level})


def _held(account_id: int) -> list[WorkOrder]:
    held = select(WorkOrder).where(
        WorkOrder.assignee_id == account_id, WorkOrder.status.in_([status.value for status in HELD])
    )
    return list(db.session.scalars(held.order_by(WorkOrder.id)))
