"""What people do about help from other units: asking for it, and writing down what came of it."""

from typing import Any

from app.db import db
from app.work_orders.models import WorkOrder
from app.work_orders.offices import assisting, task_records
from app.work_orders.workflow import Action
from tests.work_orders.state_machine.deeds import Case, Deed

OUTCOMES = ("done", "progress", "not_done")


def order_of(one: Case) -> WorkOrder:
    return db.session.scalars(db.select(WorkOrder).where(WorkOrder.number == one.number)).one()


def ask(one: Case) -> Any:
    """The nearest office above, whose manager reports; asked a second time meanwhile, it is refused."""
    nearest = next(choice.code for choice in assisting.choices(order_of(one)) if choice.code.startswith("office:"))
    return assisting.assist(one.number, one.actor, nearest, "请协助")


def report(one: Case) -> Any:
    open_ones = [task.public_id for task in task_records.open_ones(order_of(one))]
    return assisting.report(one.number, one.actor, one.one_of(open_ones or ["none"]), one.one_of(OUTCOMES), "看过了")


DEEDS = [
    Deed(Action.ASSIST, "manager", ask),
    Deed(Action.REPORT, "superior", report),
]
