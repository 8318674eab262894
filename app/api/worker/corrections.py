"""Putting an order right, and the reporter's number: category, place, phone."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from app.api import guard
from app.api.order_answers import BriefAnswer
from app.api.places import AtAPlace, place
from app.api.shapes import Shape, Text
from app.api.worker.work_orders import current, show
from app.work_orders import corrections
from app.work_orders import reveal as revealing
from app.work_orders.models import WorkOrder
from app.work_orders.permissions import HANDLERS

bp = Blueprint("worker_corrections", __name__, url_prefix="/api/worker/work-orders")
guard.protect(bp, *HANDLERS)


class Recategorise(Shape):
    category = Text(most=40, required=True)
    reason = Text(most=500, required=True)


class Relocate(AtAPlace):
    reason = Text(most=500, required=True)


class Reveal(Shape):
    reason = Text(most=500, required=True)


class PhoneAnswer(Schema):
    phone = fields.String(required=True)


RECATEGORISE, RELOCATE, REVEAL = Recategorise(), Relocate(), Reveal()


@bp.route("/<number>/recategorise", methods=["POST"])
@guard.command(RECATEGORISE, show, answer=BriefAnswer, current=current)
def recategorise(values: dict[str, Any], number: str) -> WorkOrder:
    """Give the order its right category, or propose it where the time would get longer."""
    return corrections.recategorise(number, guard.actor(), values["category"], values["reason"])


@bp.route("/<number>/relocate", methods=["POST"])
@guard.command(RELOCATE, show, answer=BriefAnswer, check=("address",), current=current)
def relocate(values: dict[str, Any], number: str) -> WorkOrder:
    """Give the order its right place."""
    return corrections.relocate(number, guard.actor(), place(values), values["reason"])


@bp.route("/<number>/phone", methods=["POST"])
@guard.command(
    REVEAL,
    lambda phone: {"phone": phone},
    answer=PhoneAnswer,
    current=current,
    kept=False,
    also=("TOO_MANY_REQUESTS",),
)
def reveal(values: dict[str, Any], number: str) -> str:
    """Read the reporter's number, once; who asked and why is written down."""
    return revealing.reveal(number, guard.actor(), values["reason"])
