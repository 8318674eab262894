"""Asking that an order may wait for something large 申请挂账."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields

from app.api import guard
from app.api.order_answers import BriefAnswer
from app.api.shapes import Shape, Text, choice
from app.api.worker.work_orders import current, show
from app.work_orders.models import WorkOrder
from app.work_orders.offices import ledger
from app.work_orders.offices.ledger_terms import CAUSES
from app.work_orders.permissions import HANDLERS

bp = Blueprint("worker_ledger", __name__, url_prefix="/api/worker/work-orders")
guard.protect(bp, *HANDLERS)
NO_DAY = "请填写日期，如 2026-04-01。"


class Propose(Shape):
    """For what the order waits, and until which day at most."""

    cause = choice(*CAUSES, required=True)
    plan = Text(most=1000, required=True)
    leader = Text(most=40, required=True)
    review_on = fields.Date(required=True, error_messages={"invalid": NO_DAY, "format": NO_DAY})
    reason = Text(most=500, required=True)


PROPOSE = Propose()


@bp.route("/<number>/propose-ledger", methods=["POST"])
@guard.command(PROPOSE, show, answer=BriefAnswer, check=("plan",), current=current)
def propose(values: dict[str, Any], number: str) -> WorkOrder:
    """Ask a level above that the order may wait; residents read the plan once it is approved."""
    asked = {name: values[name] for name in PROPOSE.fields}
    return ledger.propose(number, guard.actor(), **asked)
