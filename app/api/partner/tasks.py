"""What an organisation was asked to do 协办任务, and what it did."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from app.api import guard, pagination
from app.api.shapes import Page, Shape, Text, choice
from app.clock import iso
from app.people.models import Role
from app.work_orders import catalogue, lists
from app.work_orders.offices import assisting
from app.work_orders.offices.assisting import OwnTask

bp = Blueprint("partner_tasks", __name__, url_prefix="/api/partner/tasks")
guard.protect(bp, Role.PARTNER, Role.UNIT_WORKER)


class Which(Page):
    status = choice("open", "ended", load_default="open")


class TaskReport(Shape):
    note = Text(most=1000, required=True)
    done = fields.Boolean(required=True)


class TaskAnswer(Schema):
    """A task without the order behind it: nobody reads here who reported, what they wrote, or at which door."""

    id = fields.String(required=True)
    number = fields.String(required=True)
    category = fields.String(required=True)
    place = fields.String(required=True)
    what = fields.String(required=True)
    asked_at = fields.String(required=True)
    due_at = fields.String(allow_none=True, required=True)
    status = fields.String(required=True, metadata={"enum": ["open", "done", "not_done", "cancelled"]})
    status_name = fields.String(required=True)


class TasksAnswer(Schema):
    items = fields.List(fields.Nested(TaskAnswer), required=True)
    next_cursor = fields.String(allow_none=True, required=True)


WHICH, REPORT = Which(), TaskReport()


def _shown(task: OwnTask) -> dict[str, Any]:
    return {
        "id": task.id,
        "number": task.number,
        "category": catalogue.name_of(task.category_code),
        "place": task.place,
        "what": task.what,
        "asked_at": iso(task.opened_at),
        "due_at": iso(task.due_at),
        "status": task.state,
        "status_name": task.state_name,
    }


@bp.route("", methods=["GET"])
@guard.reading(WHICH, answer=TasksAnswer)
def read_tasks(status: str, cursor: str | None, limit: int) -> dict[str, Any]:
    """What one's organisation is asked to do, or was of late."""
    rows = lists.tasks(guard.actor(), status == "ended", pagination.unpack(cursor), limit)
    cursor = pagination.pack(rows[limit - 1][0].opened_at, rows[limit - 1][0].id) if len(rows) > limit else None
    items = [_shown(assisting.own_task(task, order)) for task, order in rows[:limit]]
    return {"items": items, "next_cursor": cursor}


@bp.route("/<task_id>/report", methods=["POST"])
@guard.command(REPORT, _shown, answer=TaskAnswer)
def report(values: dict[str, Any], task_id: str) -> OwnTask:
    """Say what was done; with `done` the task is over."""
    task, order = assisting.report_own(task_id, guard.actor(), values["note"], done=values["done"])
    return assisting.own_task(task, order)
