"""How much of an order a resident is shown: all of their own, of a neighbour's only what anybody may know."""

from typing import Any

from app.api import guard
from app.api.work_orders import brief, full, ledger, rating, summary, timeline
from app.people.actor import Actor
from app.work_orders import wide_place
from app.work_orders.detail import Detail
from app.work_orders.joining import Standing, standing
from app.work_orders.models import WorkOrder
from app.work_orders.policy import actions

PUBLIC = (
    "number",
    "status",
    "status_name",
    "category",
    "created_at",
    "due_at",
    "due_explained",
    "round",
    "result",
    "result_name",
    "version",
)


def told(order: WorkOrder) -> dict[str, Any]:
    """An order after a command of a resident, within its transaction."""
    return briefly(order, guard.actor(), standing(order, guard.actor()))


def briefly(order: WorkOrder, actor: Actor, stands: Standing) -> dict[str, Any]:
    """The order's own row, as far as this reporter may know it."""
    whole = brief(order, actor, as_reporter=True) | {"standing": stands.value}
    if stands is Standing.AUTHOR:
        return whole
    return {name: whole[name] for name in PUBLIC} | {
        "place": {"text": wide_place.to_building(order.place_text, order.unit), "building": order.building},
        "actions": actions(order, actor, reporter=True, joined=stands is Standing.JOINED),
        "standing": stands.value,
    }


def in_full(shown: Detail, actor: Actor) -> dict[str, Any]:
    """The order with its timeline; what others wrote is left out for whoever did not report it."""
    stands = shown.standing or Standing.JOINED
    if stands is Standing.AUTHOR:
        return full(shown, actor, as_reporter=True) | {"standing": stands.value}
    named = stands is Standing.HEIR and shown.order.assignee_id is not None
    return briefly(shown.order, actor, stands) | {
        "photos": [],
        "answers": [],
        "assignee": {"name": shown.assignee_name or "工作人员", "title": "承办人"} if named else None,
        "rating": rating(shown.rating),
        "timeline": timeline(shown.lines),
        "ledger": ledger(shown.order),
        "merged_into": shown.merged_into,
        "actions": list(shown.actions),
    }


def in_list(row: Any) -> dict[str, Any]:
    """A line of a resident's list, without a neighbour's words."""
    line = summary(row) | {"joined": not row.is_first}
    return line if row.is_first else line | {"place": wide_place.to_building(row.place_text, row.unit), "excerpt": ""}
