"""The residents' word: rate 评价, once per reporter and round."""

from sqlalchemy import exists, select

from app import clock, errors
from app.db import db
from app.errors import Conflict
from app.people.actor import Actor
from app.work_orders import follow_up, policy, queries, resolution
from app.work_orders.facts import owe
from app.work_orders.models import Rating, Reporter, WorkOrder
from app.work_orders.workflow import Action, Status

SOLVED = ("yes", "partly", "no")
SATISFIED = ("yes", "mostly", "no")


def rate(
    number: str, reporter: Actor, *, answered: bool, solved: str, satisfied: str, comment: str | None
) -> WorkOrder:
    """评价: a "no" owes a follow-up; when all have rated without one, the order closes at once."""
    policy.ensure_may(reporter, Action.RATE)
    if solved not in SOLVED or satisfied not in SATISFIED:
        raise errors.field("solved", "请选择是否解决、是否满意。")
    order, own = queries.find_as_reporter(number, reporter)
    reporter_id = own.id
    _ensure_in_time(order, reporter_id)
    is_no = not answered or "no" in (solved, satisfied)
    order.take(Action.RATE, by=reporter, words=comment or "", answered=answered, solved=solved, satisfied=satisfied)
    db.session.add(
        Rating(
            work_order=order,
            round=order.round,
            reporter_id=reporter_id,
            answered=answered,
            solved=solved,
            satisfied=satisfied,
            comment=comment or None,
            created_at=clock.now(),
        )
    )
    db.session.flush()
    owe("rated", order)
    if is_no:
        follow_up.open_for(order, "rated_no")
    elif order.status == Status.RESOLVED and not _somebody_waits(order) and not follow_up.is_open(order):
        resolution.close(order, "rated")
    return order


def _ensure_in_time(order: WorkOrder, reporter_id: int) -> None:
    if order.status in (Status.RESOLVED, Status.CLOSED):
        given = select(
            exists().where(
                Rating.work_order_id == order.id, Rating.round == order.round, Rating.reporter_id == reporter_id
            )
        )
        if db.session.scalar(given):
            raise Conflict("您已经评价过了，谢谢您。", reason="already-rated")
        if order.resolved_at is None:
            raise Conflict(
                "这件诉求是经批准终止的，没有办理结果可以评价；不同意终止，可以申请重办。", reason="terminated"
            )
        if policy.is_rating_over(order):
            raise Conflict("评价期（7天）已过；如问题还在，可以重新上报。", reason="too-late")


def _somebody_waits(order: WorkOrder) -> bool:
    """Whether a reporter has not rated this round yet."""
    rated = exists().where(Rating.reporter_id == Reporter.id, Rating.round == order.round)
    waits = exists().where(Reporter.work_order_id == order.id, Reporter.left_at.is_(None), ~rated)
    return bool(db.session.scalar(select(waits)))
