"""What is on the ledger is looked at again: review 挂账复核 before its day, resume 恢复办理, and when nobody looks."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from app import clock, errors
from app.db import db
from app.deadlines.timers import Timer
from app.errors import Conflict, NotAllowed
from app.people.actor import SYSTEM, Actor
from app.work_orders import policy, queries
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.offices import deciding, ledger_entries, ledger_parts, ledger_terms
from app.work_orders.offices.ledger_entries import RESUMED, UNREVIEWED
from app.work_orders.offices.ledger_terms import PART
from app.work_orders.side_records import Kind, SideRecord, find_open
from app.work_orders.workflow import Action, Status, next_status, refusal


def review(number: str, manager: Actor, review_on: date | None, note: str) -> WorkOrder:
    """挂账复核: the office that approved, or one above, lets it wait for another period."""
    policy.ensure_may(manager, Action.REVIEW_LEDGER)
    order = queries.find(number, manager)
    next_status(Status(order.status), Action.REVIEW_LEDGER)
    record = _record(order, Action.REVIEW_LEDGER)
    why_not = why_not_review(order, record, manager)
    if why_not:
        raise NotAllowed(why_not, action=Action.REVIEW_LEDGER)
    _ensure_not_held(record)
    if record.due_at is None or clock.now() >= record.due_at:
        raise Conflict("复核日期已过，工单即将自动恢复办理，不能再续期。", reason="too-late")
    ledger_terms.ensure_may_wait(order)
    day = _ensure_complete(review_on, note)
    review_at, period = ledger_terms.review_at(day), ledger_terms.periods(order) + 1
    ledger_entries.renew(order, record, manager, note, review_at, period=period)
    owe("ledger_renewed", order, review_at=clock.iso(review_at))
    ledger_parts.renew_parent(order, manager, note)
    return order


def _ensure_complete(review_on: date | None, note: str) -> date:
    faults = {
        "review_on": ledger_terms.fault_of_day(review_on),
        "note": "" if note.strip() else "请写明进展到哪一步、为什么还要等，反映人会看到。",
    }
    found = {name: [sentence] for name, sentence in faults.items() if sentence}
    if found or review_on is None:
        raise errors.Invalid(fields=found)
    return review_on


def why_not_review(order: WorkOrder, record: SideRecord, manager: Actor) -> str:
    """Why this manager may not let it wait on, in a sentence that says who can; empty when they may."""
    return deciding.why_not(deciding.LEDGER, record.unit_id, _proposer(order), manager)


def _proposer(order: WorkOrder) -> int | None:
    """Whoever asked that the order be put on the ledger, the last time it was."""
    approved = (SideRecord.kind == Kind.LEDGER_PROPOSAL.value, SideRecord.outcome == "approved")
    proposals = select(SideRecord.by_id).where(SideRecord.work_order_id == order.id, *approved)
    return db.session.scalar(proposals.order_by(SideRecord.id.desc()).limit(1))


def go_on(order: WorkOrder, actor: Actor, note: str) -> None:
    """恢复办理: what it waited for has come, or there is no use in waiting."""
    record = _record(order, Action.RESUME)
    _ensure_not_held(record)
    if not note.strip():
        raise errors.field("note", "请写明挂账的原因怎样消除了，或者为什么不再等待。")
    ledger_entries.leave(order, record, actor, RESUMED, words=note, visible="act", on_ledger=True)
    ledger_parts.free_parent(order)


def unreviewed(order: WorkOrder, timer: Timer) -> None:
    """Nobody looked at it again by its day: the order goes on, and the offices hear that it was not looked at."""
    record = find_open(order, Kind.LEDGER)
    if record is None or record.due_at != timer.due_at:
        return
    unit_id = record.unit_id
    ledger_entries.leave(order, record, SYSTEM, UNREVIEWED, unreviewed=True)
    if PART not in record.facts:
        owe("ledger_unreviewed", order, unit_id=unit_id)
    ledger_parts.free_parent(order)


def _record(order: WorkOrder, action: Action) -> SideRecord:
    record = find_open(order, Kind.LEDGER)
    if record is None:
        raise refusal(Status(order.status), action)
    return record


def _ensure_not_held(record: SideRecord) -> None:
    sentence = why_held(record)
    if sentence:
        raise Conflict(sentence, reason="part-waits")


def why_held(record: SideRecord) -> str:
    """Why the order itself can neither wait on nor go on: a part of it decides."""
    part = record.facts.get(PART)
    return f"这件工单因拆分的部分（工单{part}）挂账而暂停，请在那件工单上复核或恢复办理。" if part else ""


@dataclass(frozen=True)
class Due:
    """What somebody who looks at it again must know: the latest day, what is left, why it cannot wait on."""

    latest: date
    left: int
    why_not: str


def due_for(order: WorkOrder, manager: Actor) -> Due | None:
    """For the form of the review."""
    record = find_open(order, Kind.LEDGER)
    if record is None:
        return None
    left = ledger_terms.periods_left(order)
    used_up = "" if left else "挂账期数已经用完，到期自动恢复办理。"
    why_not = why_held(record) or why_not_review(order, record, manager) or used_up
    return Due(ledger_terms.latest_day(), left, why_not)


def why_not_resume(order: WorkOrder, _actor: Actor) -> str:
    """For the form by which people go on with the order."""
    record = find_open(order, Kind.LEDGER)
    return why_held(record) if record else ""
