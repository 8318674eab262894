"""Orders on the ledger, and what stands in the way of it."""

from datetime import date
from typing import Any

from app.work_orders import resuming
from app.work_orders.models import WorkOrder
from app.work_orders.offices import ledger, ledger_reviews
from app.work_orders.side_records import Kind, SideRecord, put
from app.work_orders.workflow import Action
from tests.factories import writing
from tests.work_orders.record import run

REVIEW_ON = date(2026, 3, 20)
PLAN, LEADER, REASON = "先临时支撑\n再等工程队进场", "马书记", "要等工程队排期"


def proposed(order: Any, person: Any, review_on: date | None = REVIEW_ON, cause: str = "engineering") -> Any:
    return run(ledger.propose, order.number, person, cause, PLAN, LEADER, review_on, REASON)


def approved(order: Any, manager: Any, note: str = "同意，按计划推进") -> Any:
    return run(ledger.decide, order.number, manager, True, note)


def put_on(order: Any, person: Any, manager: Any, review_on: date = REVIEW_ON) -> Any:
    proposed(order, person, review_on)
    return approved(order, manager)


def renewed(order: Any, manager: Any, review_on: date) -> Any:
    return run(ledger_reviews.review, order.number, manager, review_on, "工程队仍未进场")


def resumed(order: Any, person: Any) -> Any:
    return run(resuming.resume, order.number, person, "工程队已进场")


def supervised(order: Any, by: Any, unit_id: int) -> None:
    """A superior presses for the order; opened by hand, since only that it is open matters here."""
    with writing():
        row = WorkOrder.query.filter_by(id=order.id).one()
        put(row, Kind.SUPERVISION, row.take(Action.SUPERVISE, by=by, words="请抓紧"), unit_id=unit_id)


def kept(order: Any) -> list[Any]:
    """The records of the order's periods, the oldest first."""
    with writing():
        rows = SideRecord.query.filter_by(work_order_id=order.id, kind="ledger").order_by(SideRecord.id).all()
        return [(row.outcome, row.opened_at, row.ended_at, row.due_at, row.facts) for row in rows]
