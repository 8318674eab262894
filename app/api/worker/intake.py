"""Taking in what people without a phone tell, at the desk, at the door, on patrol."""

from typing import Any

from flask import g
from flask_smorest import Blueprint
from marshmallow import fields, validate

from app.api import guard, text_check
from app.api.order_answers import BriefAnswer
from app.api.places import place
from app.api.reports import Trouble
from app.api.shapes import Phone, Shape, Text, choice, photo_ids
from app.api.work_orders import brief
from app.work_orders import on_behalf, queries
from app.work_orders.facts import RESULT_NAMES
from app.work_orders.intake import Request
from app.work_orders.models import WorkOrder
from app.work_orders.on_behalf import Person, Settled
from app.work_orders.permissions import HANDLERS

bp = Blueprint("worker_intake", __name__, url_prefix="/api/worker")
guard.protect(bp, *HANDLERS)


class Teller(Shape):
    name = Text(most=20, required=True, metadata={"examples": ["马奶奶"]})
    phone = Phone(most=20)


class Settle(Shape):
    result = choice(*RESULT_NAMES, required=True)
    note = Text(least=5, most=2000, required=True)
    photo_ids = photo_ids()


class OnBehalf(Trouble):
    """A trouble with whoever tells it, and what was done about it on the spot."""

    reporter = fields.Nested(Teller, required=True)
    channel = choice(*on_behalf.CHANNELS, required=True)
    agreed = fields.Boolean(
        required=True, validate=validate.Equal(True, error="请先向本人说明用途，征得同意后再代为上报。")
    )
    settle = fields.Nested(Settle)


ON_BEHALF, SETTLE = OnBehalf(), Settle()


def show(order: WorkOrder) -> dict[str, Any]:
    return brief(order, guard.actor(), as_reporter=False)


def current(number: str) -> WorkOrder:
    return queries.find(number, guard.actor())


def look_at_all_words(values: dict[str, Any]) -> None:
    """Have WeChat look at the trouble and at what the resident will read of the settling."""
    words = [values["description"], values.get("address"), values["answers"], values.get("settle", {}).get("note")]
    values["text_verdict"] = text_check.look_at(words, g.openid)


@bp.route("/work-orders", methods=["POST"])
@guard.command(ON_BEHALF, show, answer=BriefAnswer, status=201, before=look_at_all_words)
def intake(values: dict[str, Any]) -> WorkOrder:
    """Report for somebody who agreed to it, and settle it at once where that is possible."""
    request = Request(
        category=values["category"],
        description=values["description"],
        place=place(values),
        photo_ids=values["photo_ids"],
        answers=values["answers"],
        confidential=values["confidential"],
        verdict=values["text_verdict"],
        channel=values["channel"],
    )
    settled = Settled(**values["settle"]) if "settle" in values else None
    return on_behalf.take_in(
        request, Person(**values["reporter"]), guard.actor(), agreed=values["agreed"], settled=settled
    )


@bp.route("/work-orders/<number>/settle", methods=["POST"])
@guard.command(SETTLE, show, answer=BriefAnswer, check=("note",), current=current)
def settle(values: dict[str, Any], number: str) -> WorkOrder:
    """Settle what one took in for somebody, before anybody else has begun."""
    values.pop("text_verdict")
    return on_behalf.settle(number, guard.actor(), Settled(**values))
