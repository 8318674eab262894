"""Asking the own manager to call the unit above 提请吹哨."""

from typing import Any

from flask_smorest import Blueprint

from app.api import guard
from app.api.order_answers import BriefAnswer
from app.api.shapes import Shape, Text, choice
from app.api.worker.work_orders import current, show
from app.work_orders.models import WorkOrder
from app.work_orders.offices import escalations
from app.work_orders.permissions import HANDLERS

bp = Blueprint("worker_escalations", __name__, url_prefix="/api/worker/work-orders")
guard.protect(bp, *HANDLERS)


class ProposeEscalation(Shape):
    """Why the unit above should be called, what was tried, and what it is asked to do."""

    kind = choice(*escalations.KINDS, required=True)
    tried = Text(most=500, required=True)
    reason = Text(most=500, required=True)


PROPOSE = ProposeEscalation()


@bp.route("/<number>/propose-escalation", methods=["POST"])
@guard.command(PROPOSE, show, answer=BriefAnswer, current=current)
def propose(values: dict[str, Any], number: str) -> WorkOrder:
    """Ask the own manager to call the unit above."""
    return escalations.propose(number, guard.actor(), values["kind"], values["tried"], values["reason"])
