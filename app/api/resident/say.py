"""What residents say about an order that is under way or over, and standing behind a neighbour's."""

from typing import Any

from flask_smorest import Blueprint

from app.api import guard
from app.api.order_answers import BriefAnswer
from app.api.resident.shown import told
from app.api.shapes import NOTHING, Shape, Text, photo_ids
from app.work_orders import appeals, joining, queries, reopening, urging
from app.work_orders.models import WorkOrder


class Appeal(Shape):
    reason = Text(most=1000, required=True)


class Reopen(Shape):
    reason = Text(most=1000, required=True)
    photo_ids = photo_ids()


class Urge(Shape):
    note = Text(least=0, most=500, load_default="")


APPEAL, REOPEN, URGE = Appeal(), Reopen(), Urge()

bp = Blueprint("resident_say", __name__, url_prefix="/api/resident/work-orders")
guard.protect(bp)


def current(number: str) -> WorkOrder:
    return queries.find_reported(number, guard.actor())


def nearby(number: str) -> WorkOrder:
    return joining.find(number, guard.actor())


@bp.route("/<number>/appeal", methods=["POST"])
@guard.command(APPEAL, told, answer=BriefAnswer, check=("reason",), current=current)
def appeal(values: dict[str, Any], number: str) -> WorkOrder:
    """Ask the unit above to look again at what was declined."""
    return appeals.appeal(number, guard.actor(), values["reason"])


@bp.route("/<number>/urge", methods=["POST"])
@guard.command(URGE, told, answer=BriefAnswer, check=("note",), current=current)
def urge(values: dict[str, Any], number: str) -> WorkOrder:
    """Ask that it move on."""
    return urging.urge(number, guard.actor(), values["note"])


@bp.route("/<number>/reopen", methods=["POST"])
@guard.command(REOPEN, told, answer=BriefAnswer, check=("reason",), current=current)
def reopen(values: dict[str, Any], number: str) -> WorkOrder:
    """Have it done again, since the trouble is back or was never over."""
    return reopening.reopen(number, guard.actor(), values["reason"], values["photo_ids"])


@bp.route("/<number>/join", methods=["POST"])
@guard.command(NOTHING, told, answer=BriefAnswer, current=nearby)
def join(_values: dict[str, Any], number: str) -> WorkOrder:
    """Stand behind a neighbour's order of one's own compound."""
    return joining.join(number, guard.actor())


@bp.route("/<number>/leave", methods=["POST"])
@guard.command(NOTHING, told, answer=BriefAnswer, current=current)
def leave(_values: dict[str, Any], number: str) -> WorkOrder:
    """Stand behind it no longer."""
    return joining.leave(number, guard.actor())
