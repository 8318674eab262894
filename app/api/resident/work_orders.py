"""Orders as residents report and follow them."""

from contextlib import AbstractContextManager
from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields

from app import limits
from app.api import guard, pagination
from app.api.order_answers import BriefAnswer, OrderAnswer, SummariesAnswer
from app.api.places import place
from app.api.reports import Report
from app.api.resident.shown import in_full, in_list, told
from app.api.shapes import Page, Shape, Text, choice
from app.api.work_orders import brief
from app.work_orders import intake, lists, queries, rating
from app.work_orders.detail import detail
from app.work_orders.intake import Request
from app.work_orders.models import WorkOrder

bp = Blueprint("resident_work_orders", __name__, url_prefix="/api/resident/work-orders")
guard.protect(bp)


class Rate(Shape):
    answered = fields.Boolean(required=True)
    solved = choice(*rating.SOLVED, required=True)
    satisfied = choice(*rating.SATISFIED, required=True)
    comment = Text(least=0, most=1000, load_default=None, allow_none=True)


class Withdraw(Shape):
    reason = Text(most=500, required=True)


class Which(Page):
    status = choice("open", "ended", "all", load_default="open")


REPORT, RATE, WITHDRAW, WHICH = Report(), Rate(), Withdraw(), Which()


def show(order: WorkOrder) -> dict[str, Any]:
    return brief(order, guard.actor(), as_reporter=True)


def current(number: str) -> WorkOrder:
    return queries.find_reported(number, guard.actor())


def counted() -> AbstractContextManager[None]:
    return limits.counted("submit", str(guard.actor().account_id), limits.SUBMIT)


@bp.route("", methods=["POST"])
@guard.command(
    REPORT,
    show,
    answer=BriefAnswer,
    status=201,
    around=counted,
    check=("description", "address", "answers"),
    also=("TOO_MANY_REQUESTS",),
)
def submit(values: dict[str, Any]) -> WorkOrder:
    """Report what troubles one."""
    request = Request(
        category=values["category"],
        description=values["description"],
        place=place(values),
        photo_ids=values["photo_ids"],
        answers=values["answers"],
        confidential=values["confidential"],
        contact=values.get("contact_phone"),
        verdict=values["text_verdict"],
    )
    return intake.submit(request, guard.actor())


@bp.route("", methods=["GET"])
@guard.reading(WHICH, answer=SummariesAnswer, etag=True)
def read_work_orders(status: str, cursor: str | None, limit: int) -> dict[str, Any]:
    """One's own orders."""
    actor = guard.actor()
    after = pagination.unpack(cursor)
    return pagination.page(list(lists.reported(actor, status, after, limit)), limit, in_list)


@bp.route("/<number>", methods=["GET"])
@guard.reading(answer=OrderAnswer)
def read_work_order(number: str) -> dict[str, Any]:
    """One of one's own orders, with its timeline."""
    return in_full(detail(number, guard.actor(), as_reporter=True), guard.actor())


@bp.route("/<number>/rate", methods=["POST"])
@guard.command(RATE, told, answer=BriefAnswer, check=("comment",), current=current)
def rate(values: dict[str, Any], number: str) -> WorkOrder:
    """Say whether somebody came, whether it is solved, and whether one is satisfied."""
    values.pop("text_verdict")
    return rating.rate(number, guard.actor(), **values)


@bp.route("/<number>/withdraw", methods=["POST"])
@guard.command(WITHDRAW, told, answer=BriefAnswer, check=("reason",), current=current)
def withdraw(values: dict[str, Any], number: str) -> WorkOrder:
    """Take the request back."""
    return intake.withdraw(number, guard.actor(), values["reason"])
