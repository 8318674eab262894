"""Asking that nobody but those who work on an order read who reported it."""

from typing import Any

from flask_smorest import Blueprint

from app.api import guard
from app.api.order_answers import BriefAnswer
from app.api.resident.shown import told
from app.api.resident.work_orders import current
from app.api.shapes import NOTHING
from app.work_orders import confidential
from app.work_orders.models import WorkOrder

bp = Blueprint("resident_confide", __name__, url_prefix="/api/resident/work-orders")
guard.protect(bp)


@bp.route("/<number>/confide", methods=["POST"])
@guard.command(NOTHING, told, answer=BriefAnswer, current=current)
def confide(_values: dict[str, Any], number: str) -> WorkOrder:
    """Make one's order confidential."""
    return confidential.confide(number, guard.actor(), as_reporter=True)
