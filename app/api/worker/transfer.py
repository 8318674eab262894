"""Handing an order to a colleague: offered, accepted, declined, taken back."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from app.api import guard
from app.api.order_answers import BriefAnswer
from app.api.shapes import NOTHING, Shape, Text
from app.api.worker.work_orders import current, show
from app.work_orders import transfer
from app.work_orders.candidates import Candidate
from app.work_orders.models import WorkOrder
from app.work_orders.permissions import HANDLERS

bp = Blueprint("worker_transfer", __name__, url_prefix="/api/worker/work-orders")
guard.protect(bp, *HANDLERS)


class Offer(Shape):
    worker_id = Text(most=22, required=True)
    note = Text(most=1000, required=True)


class Decline(Shape):
    note = Text(most=500, required=True)


class ColleagueAnswer(Schema):
    id = fields.String(required=True)
    name = fields.String(required=True)
    open_orders = fields.Integer(required=True)
    why_not = fields.String(allow_none=True, required=True)


class ColleaguesAnswer(Schema):
    items = fields.List(fields.Nested(ColleagueAnswer), required=True)


OFFER, DECLINE = Offer(), Decline()


def _colleague(one: Candidate) -> dict[str, Any]:
    return {"id": one.public_id, "name": one.name, "open_orders": one.open_orders, "why_not": one.why_not}


@bp.route("/<number>/colleagues", methods=["GET"])
@guard.reading(answer=ColleaguesAnswer)
def read_colleagues(number: str) -> dict[str, Any]:
    """Whom the order could be offered to, and in words why not."""
    return {"items": [_colleague(one) for one in transfer.colleagues(number, guard.actor())]}


@bp.route("/<number>/transfer", methods=["POST"])
@guard.command(OFFER, show, answer=BriefAnswer, current=current)
def offer(values: dict[str, Any], number: str) -> WorkOrder:
    """Offer the order to a colleague."""
    return transfer.offer(number, guard.actor(), values["worker_id"], values["note"])


@bp.route("/<number>/transfer/accept", methods=["POST"])
@guard.command(NOTHING, show, answer=BriefAnswer, current=current)
def accept(_values: dict[str, Any], number: str) -> WorkOrder:
    """Take over an order that is offered to one."""
    return transfer.accept(number, guard.actor())


@bp.route("/<number>/transfer/decline", methods=["POST"])
@guard.command(DECLINE, show, answer=BriefAnswer, current=current)
def decline(values: dict[str, Any], number: str) -> WorkOrder:
    """Say that one cannot take it over."""
    return transfer.decline(number, guard.actor(), values["note"])


@bp.route("/<number>/transfer/take-back", methods=["POST"])
@guard.command(NOTHING, show, answer=BriefAnswer, current=current)
def take_back(_values: dict[str, Any], number: str) -> WorkOrder:
    """Take an offer back that was not answered yet."""
    return transfer.take_back(number, guard.actor())
