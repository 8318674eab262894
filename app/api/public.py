"""What anybody may read before signing in: categories and compounds."""

from dataclasses import asdict
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from app.api import guard
from app.api.shapes import Shape, Text, choice, latitude, longitude
from app.deadlines.limits import CLASS_LABELS, ServiceClass
from app.territory import queries as places
from app.territory.coordinates import CoordinateSystem
from app.work_orders.catalogue import Kind, catalogue

bp = Blueprint("public", __name__, url_prefix="/api")
guard.open_to_all(bp)


class QuestionAnswer(Schema):
    code = fields.String(required=True)
    text = fields.String(required=True)
    required = fields.Boolean()


class CategoryAnswer(Schema):
    code = fields.String(required=True)
    name = fields.String(required=True)
    class_ = fields.String(data_key="class", required=True, allow_none=True)
    class_name = fields.String(required=True, allow_none=True)
    questions = fields.List(fields.Nested(QuestionAnswer), required=True)
    photo_required = fields.Boolean(required=True)
    children = fields.List(fields.Nested(lambda: CategoryAnswer()), required=True)


class CategoriesAnswer(Schema):
    items = fields.List(fields.Nested(CategoryAnswer), required=True)


class CompoundFoundAnswer(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    community = fields.String(required=True)
    distance_m = fields.Integer(required=True, allow_none=True)


class CompoundsAnswer(Schema):
    items = fields.List(fields.Nested(CompoundFoundAnswer), required=True)


class BuildingAnswer(Schema):
    name = fields.String(required=True)
    units = fields.List(fields.String(), required=True)


class CompoundAnswer(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    community = fields.String(required=True)
    buildings = fields.List(fields.Nested(BuildingAnswer), required=True)


class Search(Shape):
    q = Text(least=0, most=40, load_default="")
    lat = latitude(load_default=None)
    lng = longitude(load_default=None)
    coordinate_system = choice(*[system.value for system in CoordinateSystem], load_default="wgs84")


SEARCH = Search()


@bp.route("/categories", methods=["GET"])
@guard.reading(answer=CategoriesAnswer)
def read_categories() -> dict[str, Any]:
    """What can be reported; choose one without children."""
    return {"items": _below(None)}


def _below(parent: str | None) -> list[dict[str, Any]]:
    return [_category(kind) for kind in catalogue().kinds.values() if kind.parent_code == parent]


def _category(kind: Kind) -> dict[str, Any]:
    return {
        "code": kind.code,
        "name": kind.name,
        "class": kind.class_code,
        "class_name": CLASS_LABELS[ServiceClass(kind.class_code)] if kind.class_code else None,
        "questions": kind.questions,
        "photo_required": kind.photo_required,
        "children": _below(kind.code),
    }


@bp.route("/compounds", methods=["GET"])
@guard.reading(SEARCH, answer=CompoundsAnswer)
def read_compounds(q: str, lat: float | None, lng: float | None, coordinate_system: str) -> dict[str, Any]:
    """Compounds by name, the nearest first when a point is given."""
    found = places.compounds(q, lat, lng, coordinate_system=coordinate_system)
    return {
        "items": [
            {"id": one.public_id, "name": one.name, "community": one.community, "distance_m": one.distance_m}
            for one in found
        ]
    }


@bp.route("/compounds/<compound_id>", methods=["GET"])
@guard.reading(answer=CompoundAnswer)
def read_compound(compound_id: str) -> dict[str, Any]:
    """One compound with its buildings and their units."""
    found = places.compound(compound_id)
    return {
        "id": found.public_id,
        "name": found.name,
        "community": found.community,
        "buildings": [asdict(building) for building in found.buildings],
    }
