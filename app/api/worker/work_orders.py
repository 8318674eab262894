"""Orders as workers claim and settle them."""

from typing import Any

from flask import g
from flask_smorest import Blueprint
from marshmallow import ValidationError, fields, validates_schema

from app.api import guard, pagination, text_check
from app.api.order_answers import BriefAnswer, OrderAnswer, SummariesAnswer
from app.api.shapes import NOTHING, Page, Shape, Text, choice, latitude, longitude, photo_ids
from app.api.work_orders import brief, full, summary
from app.territory.coordinates import CoordinateSystem
from app.work_orders import assignment, handling, lists, queries, resolution
from app.work_orders.detail import detail
from app.work_orders.facts import RESULT_NAMES
from app.work_orders.models import WorkOrder
from app.work_orders.permissions import HANDLERS

bp = Blueprint("worker_work_orders", __name__, url_prefix="/api/worker")
guard.protect(bp, *HANDLERS)


class Refuse(Shape):
    reason = choice(*assignment.REFUSE_REASONS, required=True)
    note = Text(least=0, most=500, load_default="")


class Contact(Shape):
    kind = choice("call", "visit", "message", required=True)
    note = Text(least=0, most=1000, load_default="")


class Arrive(Shape):
    lat = latitude()
    lng = longitude()
    coordinate_system = choice(*[system.value for system in CoordinateSystem], load_default="gcj02")

    @validates_schema
    def whole_point(self, data: dict[str, Any], **_: Any) -> None:
        if ("lat" in data) != ("lng" in data):
            raise ValidationError("位置要同时有经度和纬度，也可以都不填。", "lat" if "lng" in data else "lng")


class Note(Shape):
    note = Text(most=1000, required=True)
    visible_to_resident = fields.Boolean(load_default=False)


class Release(Shape):
    reason = Text(most=500, required=True)
    note = Text(least=0, most=500, load_default="")


class Resolve(Shape):
    result = choice(*RESULT_NAMES, required=True)
    note = Text(least=5, most=2000, required=True)
    photo_ids = photo_ids()


class Which(Page):
    status = choice("open", "ended", load_default="open")


REFUSE, CONTACT, ARRIVE, NOTE, RELEASE, RESOLVE = Refuse(), Contact(), Arrive(), Note(), Release(), Resolve()
WHICH, PAGE = Which(), Page()


def show(order: WorkOrder) -> dict[str, Any]:
    return brief(order, guard.actor(), as_reporter=False)


def look_at_what_residents_read(values: dict[str, Any]) -> None:
    """Have WeChat look at a note for the resident; internal ones may quote whatever was said."""
    if values["visible_to_resident"]:
        text_check.look_at([values["note"]], g.openid)


def current(number: str) -> WorkOrder:
    return queries.find(number, guard.actor())


@bp.route("/pool", methods=["GET"])
@guard.reading(PAGE, answer=SummariesAnswer, etag=True)
def read_pool(cursor: str | None, limit: int) -> dict[str, Any]:
    """What could be claimed in one's own grid."""
    after = pagination.unpack(cursor)
    return pagination.page(list(lists.pool(guard.actor(), after, limit)), limit, summary)


@bp.route("/work-orders", methods=["GET"])
@guard.reading(WHICH, answer=SummariesAnswer, etag=True)
def read_work_orders(status: str, cursor: str | None, limit: int) -> dict[str, Any]:
    """What one has, or had."""
    after = pagination.unpack(cursor)
    return pagination.page(list(lists.mine(guard.actor(), status == "ended", after, limit)), limit, summary)


@bp.route("/work-orders/<number>", methods=["GET"])
@guard.reading(answer=OrderAnswer)
def read_work_order(number: str) -> dict[str, Any]:
    """One order, with its timeline."""
    return full(detail(number, guard.actor()), guard.actor(), as_reporter=False)


@bp.route("/work-orders/<number>/claim", methods=["POST"])
@guard.command(NOTHING, show, answer=BriefAnswer, current=current)
def claim(_values: dict[str, Any], number: str) -> WorkOrder:
    """Take an order from the pool."""
    return assignment.claim(number, guard.actor())


@bp.route("/work-orders/<number>/sign", methods=["POST"])
@guard.command(NOTHING, show, answer=BriefAnswer, current=current)
def sign(_values: dict[str, Any], number: str) -> WorkOrder:
    """Say that one has the order."""
    return assignment.sign(number, guard.actor())


@bp.route("/work-orders/<number>/refuse", methods=["POST"])
@guard.command(REFUSE, show, answer=BriefAnswer, current=current)
def refuse(values: dict[str, Any], number: str) -> WorkOrder:
    """Give an assigned order back unsigned."""
    return assignment.refuse(number, guard.actor(), values["reason"], values["note"])


@bp.route("/work-orders/<number>/contact", methods=["POST"])
@guard.command(CONTACT, show, answer=BriefAnswer, current=current)
def contact(values: dict[str, Any], number: str) -> WorkOrder:
    """Note that one spoke with the reporter."""
    return handling.contact(number, guard.actor(), values["kind"], values["note"])


@bp.route("/work-orders/<number>/arrive", methods=["POST"])
@guard.command(ARRIVE, show, answer=BriefAnswer, current=current)
def arrive(values: dict[str, Any], number: str) -> WorkOrder:
    """Note that one is there."""
    point = (values["lat"], values["lng"], values["coordinate_system"]) if "lat" in values else None
    return handling.arrive(number, guard.actor(), point)


@bp.route("/work-orders/<number>/note", methods=["POST"])
@guard.command(NOTE, show, answer=BriefAnswer, before=look_at_what_residents_read, current=current)
def note(values: dict[str, Any], number: str) -> WorkOrder:
    """Write something down."""
    visible = values["visible_to_resident"]
    return handling.note(number, guard.actor(), values["note"], visible_to_resident=visible)


@bp.route("/work-orders/<number>/release", methods=["POST"])
@guard.command(RELEASE, show, answer=BriefAnswer, current=current)
def release(values: dict[str, Any], number: str) -> WorkOrder:
    """Give an order back to the pool."""
    words = "；".join(filter(None, (values["reason"], values["note"])))
    return assignment.release(number, guard.actor(), words)


@bp.route("/work-orders/<number>/resolve", methods=["POST"])
@guard.command(RESOLVE, show, answer=BriefAnswer, check=("note",), current=current)
def resolve(values: dict[str, Any], number: str) -> WorkOrder:
    """Settle the order."""
    return resolution.resolve(number, guard.actor(), values["result"], values["note"], values["photo_ids"])


@bp.route("/work-orders/<number>/amend", methods=["POST"])
@guard.command(RESOLVE, show, answer=BriefAnswer, check=("note",), current=current)
def amend(values: dict[str, Any], number: str) -> WorkOrder:
    """Tell better what was done, before anybody rated it."""
    return resolution.amend(number, guard.actor(), values["result"], values["note"], values["photo_ids"])
