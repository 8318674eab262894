"""Going on and off duty."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from app import clock
from app.api import guard
from app.api.shapes import Shape
from app.people import duty
from app.people.models import Duty
from app.work_orders.permissions import HANDLERS

bp = Blueprint("worker_duty", __name__, url_prefix="/api/worker/duty")
guard.protect(bp, *HANDLERS)


class OnDuty(Shape):
    on_duty = fields.Boolean(required=True)


class DutyAnswer(Schema):
    on_duty = fields.Boolean(required=True)
    since = fields.String(allow_none=True, required=True)


ON_DUTY = OnDuty()


def show(row: Duty) -> dict[str, Any]:
    return {"on_duty": row.on_duty, "since": clock.iso(row.since)}


@bp.route("", methods=["GET"])
@guard.reading(answer=DutyAnswer)
def read_duty() -> dict[str, Any]:
    """Whether one is on duty."""
    return show(duty.of(guard.actor()))


@bp.route("", methods=["PUT"])
@guard.change(ON_DUTY, show, answer=DutyAnswer)
def say_duty(values: dict[str, bool]) -> Duty:
    """Go on or off duty."""
    return duty.say(guard.actor(), values["on_duty"])
