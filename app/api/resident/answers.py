"""What residents answer when they are asked for more."""

from typing import Any

from flask_smorest import Blueprint

from app.api import guard
from app.api.order_answers import BriefAnswer
from app.api.resident.shown import told
from app.api.shapes import Shape, Text, photo_ids
from app.work_orders import queries, questions
from app.work_orders.models import WorkOrder

bp = Blueprint("resident_answers", __name__, url_prefix="/api/resident/work-orders")
guard.protect(bp)


class Answer(Shape):
    text = Text(most=2000, required=True)
    photo_ids = photo_ids()


ANSWER = Answer()


def current(number: str) -> WorkOrder:
    return queries.find_reported(number, guard.actor())


@bp.route("/<number>/answer", methods=["POST"])
@guard.command(ANSWER, told, answer=BriefAnswer, check=("text",), current=current)
def answer(values: dict[str, Any], number: str) -> WorkOrder:
    """Say what was asked for; the order goes on."""
    return questions.answer(number, guard.actor(), values["text"], values["photo_ids"])
