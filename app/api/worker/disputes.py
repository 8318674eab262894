"""Saying that an order is not for the own unit 派单异议, and answering supervision."""

from typing import Any

from flask_smorest import Blueprint

from app.api import guard
from app.api.order_answers import BriefAnswer
from app.api.shapes import Shape, Text
from app.api.work_orders import brief
from app.work_orders import queries
from app.work_orders.models import WorkOrder
from app.work_orders.offices import disputes, supervision
from app.work_orders.permissions import HANDLERS

bp = Blueprint("worker_disputes", __name__, url_prefix="/api/worker/work-orders")
guard.protect(bp, *HANDLERS)


class Dispute(Shape):
    """Why the order is not for the own unit, and in words which unit it is for."""

    reason = Text(most=500, required=True)
    suggestion = Text(most=60, load_default="")


class ReplySupervision(Shape):
    note = Text(most=1000, required=True)


DISPUTE, REPLY_SUPERVISION = Dispute(), ReplySupervision()


def show(order: WorkOrder) -> dict[str, Any]:
    return brief(order, guard.actor(), as_reporter=False)


def current(number: str) -> WorkOrder:
    return queries.find(number, guard.actor())


@bp.route("/<number>/dispute", methods=["POST"])
@guard.command(DISPUTE, show, answer=BriefAnswer, current=current)
def dispute(values: dict[str, Any], number: str) -> WorkOrder:
    """Say that the order is not for the own unit; the office above rules, and handling goes on."""
    return disputes.dispute(number, guard.actor(), values["reason"], values["suggestion"])


@bp.route("/<number>/reply-supervision", methods=["POST"])
@guard.command(REPLY_SUPERVISION, show, answer=BriefAnswer, current=current)
def reply_supervision(values: dict[str, Any], number: str) -> WorkOrder:
    """Tell the supervising office how the order stands."""
    return supervision.reply(number, guard.actor(), values["note"])
