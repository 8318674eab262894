"""Before a report is sent: is it a danger to life, what is it about, has a neighbour reported it."""

from contextlib import AbstractContextManager
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, ValidationError, fields, validates_schema

from app import clock, limits
from app.api import guard
from app.api.order_answers import CategoryShown
from app.api.shapes import Shape, Text, choice, latitude, longitude
from app.territory.coordinates import CoordinateSystem
from app.work_orders import catalogue
from app.work_orders.screening import screen
from app.work_orders.screening.duplicates import Likely
from app.work_orders.screening.screen import Where
from app.work_orders.screening.words import DangerKnown
from app.work_orders.workflow import STATUS_NAMES, Status

bp = Blueprint("resident_screening", __name__, url_prefix="/api/resident/screening")
guard.protect(bp)


class Draft(Shape):
    """What is written so far. Nothing of it is kept."""

    description = Text(most=5000, required=True, metadata={"examples": ["楼道灯坏了，晚上看不见路。"]})
    category = Text(most=40, load_default=None, metadata={"description": "The one chosen already, if any."})
    compound_id = Text(most=22, load_default=None)
    building = Text(most=40, load_default=None)
    lat = latitude(load_default=None)
    lng = longitude(load_default=None)
    coordinate_system = choice(*[system.value for system in CoordinateSystem], load_default="wgs84")

    @validates_schema
    def whole_point(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("lat") is None) != (data.get("lng") is None):
            raise ValidationError("经度和纬度要一起填写。", "lat")


class NumberShown(Schema):
    number = fields.String(required=True)
    name = fields.String(required=True)


class EmergencyShown(Schema):
    kind = fields.String(required=True)
    name = fields.String(required=True)
    sentence = fields.String(required=True)
    numbers = fields.List(fields.Nested(NumberShown), required=True)


class LikelyShown(Schema):
    """The public projection: place to the building, nothing anybody wrote; the number where one may use it."""

    number = fields.String(required=True, allow_none=True)
    category = fields.Nested(CategoryShown, required=True)
    place = fields.String(required=True)
    status = fields.String(required=True)
    status_name = fields.String(required=True)
    created_at = fields.String(required=True)
    mine = fields.Boolean(required=True)
    can_join = fields.Boolean(required=True)


class ScreeningAnswer(Schema):
    emergency = fields.Nested(EmergencyShown, required=True, allow_none=True)
    categories = fields.List(fields.Nested(CategoryShown), required=True)
    likely_duplicates = fields.List(fields.Nested(LikelyShown), required=True)


DRAFT = Draft()


def counted() -> AbstractContextManager[None]:
    return limits.counted("screening", str(guard.actor().account_id), limits.SCREENING)


@bp.route("", methods=["POST"])
@guard.asking(DRAFT, answer=ScreeningAnswer, around=counted, also=("TOO_MANY_REQUESTS",))
def ask(values: dict[str, Any]) -> dict[str, Any]:
    """What a text tells before it is sent. Stores nothing; needs no key."""
    description, category = values.pop("description"), values.pop("category")
    found = screen.screen(description, category, Where(**values), guard.actor())
    return {
        "emergency": _emergency(found.danger),
        "categories": [{"code": kind.code, "name": kind.name} for kind in found.categories],
        "likely_duplicates": [_likely(one) for one in found.duplicates],
    }


def _emergency(danger: DangerKnown | None) -> dict[str, Any] | None:
    if danger is None:
        return None
    numbers = [{"number": one["number"], "name": one["name"]} for one in danger.numbers]
    return {"kind": danger.code, "name": danger.name, "sentence": danger.sentence, "numbers": numbers}


def _likely(one: Likely) -> dict[str, Any]:
    return {
        "number": one.number if one.mine or one.can_join else None,
        "category": {"code": one.category_code, "name": catalogue.name_of(one.category_code)},
        "place": one.place,
        "status": one.status,
        "status_name": STATUS_NAMES[Status(one.status)],
        "created_at": clock.iso(one.created_at),
        "mine": one.mine,
        "can_join": one.can_join,
    }
