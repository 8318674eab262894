"""What anybody tells of a trouble: the shape that residents and those who report for them share."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from app.api.shapes import Phone, Shape, Text, choice, latitude, longitude, photo_ids
from app.territory.coordinates import CoordinateSystem
from app.territory.placing import Place, place_by_building, place_by_point

BUILDING = {"compound_id", "building", "unit"}
POINT = {"lat", "lng", "coordinate_system", "address"}


class Trouble(Shape):
    """A place is a building, or a point with words."""

    category = Text(most=40, required=True, metadata={"examples": ["LIGHT"]})
    description = Text(most=5000, required=True, metadata={"examples": ["楼道灯坏了，晚上看不见路。"]})
    compound_id = Text(most=22)
    building = Text(most=40, metadata={"examples": ["3号楼"]})
    unit = Text(most=40, metadata={"examples": ["2单元"]})
    lat = latitude()
    lng = longitude()
    coordinate_system = choice(*[system.value for system in CoordinateSystem])
    address = Text(most=200)
    photo_ids = photo_ids()
    answers = fields.Dict(keys=Text(most=40), values=Text(most=500), load_default={})
    confidential = fields.Boolean(load_default=False)

    @validates_schema
    def one_place(self, data: dict[str, Any], **_: Any) -> None:
        by_building, by_point = bool(BUILDING & data.keys()), bool(POINT & data.keys())
        if by_building == by_point:
            raise ValidationError("请选择小区楼栋，或者在地图上选点，两者选一种。", "compound_id")
        if by_building and "compound_id" not in data:
            raise ValidationError("请先选择小区。", "compound_id")
        if by_point and not data.keys() >= POINT:
            raise ValidationError("请在地图上选点，并写明具体位置。", "address")


class Report(Trouble):
    """A resident's own."""

    contact_phone = Phone(most=20)


def place_of(values: dict[str, Any]) -> Place:
    """Where it is, by the building or by the point."""
    if "compound_id" in values:
        return place_by_building(values["compound_id"], values.get("building"), values.get("unit"))
    return place_by_point(values["lat"], values["lng"], values["coordinate_system"], values["address"])
