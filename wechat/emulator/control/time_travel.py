"""The clock, which goes forward only."""

from flask import Response, jsonify
from marshmallow import Schema, fields, validate

from ..emulator import here
from .door import asked, control


class Advance(Schema):
    """Seconds to move the clock forward."""

    advance_s = fields.Float(required=True, validate=validate.Range(min=0))


@control.post("/clock")
def advance_clock() -> Response:
    here().clock.advance(asked(Advance())["advance_s"])
    here().wake()
    return jsonify(offset_s=here().clock.offset_s)
