"""What the ledger 挂账 allows: for which causes, until when, how often, and who decides."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from app import clock, parameters
from app.db import db
from app.deadlines.limits import Limit, ServiceClass, Unit
from app.deadlines.queries import calendar
from app.errors import Conflict
from app.work_orders.models import WorkOrder
from app.work_orders.side_records import Kind, SideRecord, find_open

CAUSES = {
    "engineering": "工程周期",
    "season": "季节原因",
    "funding": "资金未落实",
    "policy": "政策限制",
    "litigation": "诉讼或仲裁",
    "owner_vote": "需业主表决",
    "third_party": "依赖第三方",
}
REVIEW_DAYS = ("ledger_review_days", 90)
MOST_PERIODS = ("ledger_periods_per_order", 3)
PART = "child"
"""The fact of a record by which a part that was split off holds the whole; it is no period of the whole's own."""


@dataclass(frozen=True)
class Standing:
    """An order on the ledger: why, until when it waits, for which time, and which part of it waits, if one does."""

    cause_name: str
    review_at: datetime | None
    period: int
    part: str | None


def standing(order: WorkOrder) -> Standing | None:
    """How the order stands on the ledger; nothing is asked for one that is not there."""
    record = find_open(order, Kind.LEDGER)
    if record is None:
        return None
    facts = record.facts
    return Standing(CAUSES[facts["cause"]], record.due_at, facts["period"], facts.get(PART))


def latest_day() -> date:
    """The last day on which an order that is put on the ledger now must be looked at again."""
    return clock.today() + timedelta(days=parameters.number(*REVIEW_DAYS))


def fault_of_day(review_on: date | None) -> str:
    """Why the order cannot be looked at again on that day; empty when it can."""
    if review_on is None:
        return "请选择复核日期，没有复核日期不能挂账。"
    if review_on <= clock.today():
        return "复核日期应在今天以后，请重新选择。"
    if review_on > latest_day():
        return f"复核日期最晚为{latest_day():%Y-%m-%d}（{parameters.number(*REVIEW_DAYS)}天以内），请重新选择。"
    return ""


def review_at(review_on: date) -> datetime:
    """The close of business of that day; where it is a day off, of the next working day."""
    return calendar().due(clock.now(), Limit((review_on - clock.today()).days, Unit.NATURAL_DAYS))


def ensure_may_wait(order: WorkOrder) -> None:
    """409 for what may not wait for long: what is urgent, what a superior presses for, what has waited enough."""
    if ServiceClass(order.class_code).is_urgent:
        raise Conflict("紧急工单不能挂账，请立即办理；确有困难，请联系值班负责人协助。", reason="urgent")
    if order.has_open(Kind.SUPERVISION):
        raise Conflict("这件工单正在被督办，不能挂账。请先办好督办的事项，由督办单位解除。", reason="supervised")
    if not periods_left(order):
        most = parameters.number(*MOST_PERIODS)
        raise Conflict(f"这件工单已经挂账{most}期，不能再挂账。请继续办理，或者申请终止。", reason="waited-enough")


def periods(order: WorkOrder) -> int:
    """For how many periods the order has been on the ledger in its life, the present one included."""
    of_order = (SideRecord.work_order_id == order.id, SideRecord.kind == Kind.LEDGER.value)
    return sum(PART not in facts for facts in db.session.scalars(select(SideRecord.facts).where(*of_order)))


def periods_left(order: WorkOrder) -> int:
    """How many more there may be."""
    return max(parameters.number(*MOST_PERIODS) - periods(order), 0)


def is_suggested(order: WorkOrder) -> bool:
    """Whether it is worth a hint that the order could wait: what needs a vote or funds, and nobody asked yet."""
    asked = order.has_open(Kind.LEDGER_PROPOSAL) or order.has_open(Kind.SUPERVISION)
    return order.class_code == ServiceClass.P5 and not asked
