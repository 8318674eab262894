"""What anybody tells of a trouble: the shape that residents and those who report for them share."""

from marshmallow import fields

from app.api.places import AtAPlace
from app.api.shapes import Phone, Text, photo_ids


class Trouble(AtAPlace):
    """What troubles somebody, and where."""

    category = Text(most=40, required=True, metadata={"examples": ["LIGHT"]})
    description = Text(most=5000, required=True, metadata={"examples": ["楼道灯坏了，晚上看不见路。"]})
    photo_ids = photo_ids()
    answers = fields.Dict(keys=Text(most=40), values=Text(most=500), load_default={})
    confidential = fields.Boolean(load_default=False)


class Report(Trouble):
    """A resident's own."""

    contact_phone = Phone(most=20)
