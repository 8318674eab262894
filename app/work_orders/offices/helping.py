"""Asking other units to help with an order 协办: the tasks themselves, their limit, and who is told."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from app import clock
from app.deadlines import timers
from app.deadlines.action_limits import due
from app.deadlines.timers import Timer
from app.organisations import directory
from app.people.actor import SYSTEM
from app.territory.queries import names as place_names
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.offices import task_records
from app.work_orders.offices.task_records import Task
from app.work_orders.routing import Helper
from app.work_orders.timeline import Event
from app.work_orders.workflow import Action

TIMER = "task"


def not_asked_yet(order: WorkOrder, helpers: Iterable[Helper]) -> list[Helper]:
    """Those of the units that have no open task for the order already."""
    asked = {of(task) for task in task_records.open_ones(order)} if order.open_tasks else set()
    return [helper for helper in helpers if helper not in asked]


def of(task: Task) -> Helper:
    """The unit that has the task."""
    return Helper(task.unit_id, task.organisation_id)


def name_of(helper: Helper) -> str:
    """The unit by its name."""
    if helper.organisation_id is not None:
        return directory.name_of(helper.organisation_id)
    return place_names([helper.unit_id]).get(helper.unit_id, "协办单位")


def told(helpers: Sequence[Helper]) -> dict[str, Any]:
    """What the line of an acceptance says of those who are asked with it."""
    return {"helpers": [name_of(helper) for helper in helpers]} if helpers else {}


def ask(
    order: WorkOrder,
    event: Event,
    helpers: Iterable[Helper],
    *,
    cause: str,
    what: str = "",
    due_at: datetime | None = None,
) -> list[Task]:
    """Give each of the units a task by this event; its limit is the setting's where no other is said."""
    helpers = list(helpers)
    until = due_at or (due("assistance", clock.now(), order.class_code) if helpers else None)
    return [
        task_records.put(
            order,
            event,
            unit_id=helper.unit_id,
            organisation_id=helper.organisation_id,
            cause=cause,
            what=what,
            due_at=until,
        )
        for helper in helpers
    ]


def moments(tasks: Iterable[Task]) -> dict[str, datetime]:
    """The timer of the tasks that were asked together."""
    until = next((task.due_at for task in tasks if task.due_at is not None), None)
    return {TIMER: until} if until else {}


def tell(order: WorkOrder, tasks: Iterable[Task]) -> None:
    """Owe the units word of what they are asked to do."""
    for task in tasks:
        owe("assistance_asked", order, **_audience(task), task_due_at=clock.iso(task.due_at))


def _audience(task: Task) -> dict[str, Any]:
    """An organisation's own people, or an office's managers, and nobody else for them."""
    if task.organisation_id is not None:
        return {"unit_id": None, "organisation_id": task.organisation_id}
    return {"unit_id": task.unit_id, "organisation_id": None}


def cancel(order: WorkOrder, event: Event) -> None:
    """Nobody need help any more, for by this event the order ends or goes elsewhere; the units are told."""
    for task in task_records.cancel(order, event):
        owe("assistance_cancelled", order, **_audience(task))


def unanswered(order: WorkOrder, timer: Timer) -> None:
    """A unit did not report in time: whoever works on the order and its managers are told, once."""
    late = [task for task in task_records.open_ones(order) if task.due_at == timer.due_at and not task.facts]
    if not late:
        return
    for task in late:
        task.facts = {"late": True}
    units = [name_of(of(task)) for task in late]
    order.take(Action.EXPIRE, by=SYSTEM, visible="internal", helpers=units)
    owe("assistance_late", order)


def start(order: WorkOrder, tasks: Iterable[Task]) -> None:
    """Start the limit of tasks that were asked by themselves."""
    timers.start(order.id, order.round, moments(tasks))
