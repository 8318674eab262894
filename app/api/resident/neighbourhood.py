"""What is going on where one lives: the public projection of neighbours' orders."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from app import clock
from app.api import guard, pagination
from app.api.order_answers import CategoryShown
from app.api.shapes import Page
from app.work_orders import catalogue, lists, wide_place
from app.work_orders.workflow import STATUS_NAMES, Status

bp = Blueprint("resident_neighbourhood", __name__, url_prefix="/api/resident/neighbourhood")
guard.protect(bp)


class NeighbourAnswer(Schema):
    number = fields.String(required=True)
    category = fields.Nested(CategoryShown, required=True)
    place = fields.String(required=True, metadata={"description": "To the building, never to the unit."})
    status = fields.String(required=True)
    status_name = fields.String(required=True)
    created_at = fields.String(required=True)
    due_at = fields.String(allow_none=True, required=True)


class NeighboursAnswer(Schema):
    items = fields.List(fields.Nested(NeighbourAnswer), required=True)
    next_cursor = fields.String(allow_none=True, required=True)


PAGE = Page()


def _show(row: Any) -> dict[str, Any]:
    return {
        "number": row.number,
        "category": {"code": row.category_code, "name": catalogue.name_of(row.category_code)},
        "place": wide_place.to_building(row.place_text, row.unit),
        "status": row.status,
        "status_name": STATUS_NAMES[Status(row.status)],
        "created_at": clock.iso(row.created_at),
        "due_at": clock.iso(row.due_at),
    }


@bp.route("", methods=["GET"])
@guard.reading(PAGE, answer=NeighboursAnswer, etag=True)
def read_neighbourhood(cursor: str | None, limit: int) -> dict[str, Any]:
    """What neighbours reported in one's home compound, without anything that tells who they are."""
    after = pagination.unpack(cursor)
    return pagination.page(list(lists.neighbourhood(guard.actor(), after, limit)), limit, _show)
