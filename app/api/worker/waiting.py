"""Orders that wait: for the reporter's answer, for more time, for a word to whoever presses."""

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields, validate

from app.api import guard
from app.api.order_answers import BriefAnswer
from app.api.shapes import Shape, Text
from app.api.work_orders import brief
from app.work_orders import extensions, queries, questions, replies, resuming
from app.work_orders.models import WorkOrder
from app.work_orders.permissions import HANDLERS

bp = Blueprint("worker_waiting", __name__, url_prefix="/api/worker/work-orders")
guard.protect(bp, *HANDLERS)
MOST_ASKED = 10_000


class Ask(Shape):
    question = Text(most=500, required=True)


class Resume(Shape):
    note = Text(most=1000, required=True)


class Extend(Shape):
    """More time, in the unit in which the order's own limit is counted."""

    amount = fields.Integer(
        required=True, strict=True, validate=validate.Range(1, MOST_ASKED, error="请填写要延长多少，至少为1。")
    )
    reason = Text(most=500, required=True)


class Reply(Shape):
    note = Text(most=1000, required=True)


ASK, RESUME, EXTEND, REPLY = Ask(), Resume(), Extend(), Reply()


def show(order: WorkOrder) -> dict[str, Any]:
    return brief(order, guard.actor(), as_reporter=False)


def current(number: str) -> WorkOrder:
    return queries.find(number, guard.actor())


@bp.route("/<number>/ask", methods=["POST"])
@guard.command(ASK, show, answer=BriefAnswer, check=("question",), current=current)
def ask(values: dict[str, Any], number: str) -> WorkOrder:
    """Ask the reporter for more; the time stands still until they answer."""
    return questions.ask(number, guard.actor(), values["question"])


@bp.route("/<number>/resume", methods=["POST"])
@guard.command(RESUME, show, answer=BriefAnswer, current=current)
def resume(values: dict[str, Any], number: str) -> WorkOrder:
    """Go on: the reporter's answer came another way, or what the order was on the ledger for is over."""
    return resuming.resume(number, guard.actor(), values["note"])


@bp.route("/<number>/extend", methods=["POST"])
@guard.command(EXTEND, show, answer=BriefAnswer, current=current)
def extend(values: dict[str, Any], number: str) -> WorkOrder:
    """Ask for more time."""
    return extensions.ask(number, guard.actor(), values["amount"], values["reason"])


@bp.route("/<number>/reply", methods=["POST"])
@guard.command(REPLY, show, answer=BriefAnswer, check=("note",), current=current)
def reply(values: dict[str, Any], number: str) -> WorkOrder:
    """Answer whoever presses for the order."""
    return replies.reply(number, guard.actor(), values["note"])
