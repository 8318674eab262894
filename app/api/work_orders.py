"""How orders are shown on phones. Every audience's fields are listed by hand."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app import clock
from app.photos.queries import Shown
from app.work_orders import catalogue, due_dates, due_reasons, policy, transfer
from app.work_orders.calls import Call
from app.work_orders.detail import Detail, Line
from app.work_orders.due_reasons import Reason
from app.work_orders.facts import RESULT_NAMES
from app.work_orders.models import WorkOrder
from app.work_orders.offices import assisting, ledger_terms
from app.work_orders.offices.assisting import Progress
from app.work_orders.transfer import Offer
from app.work_orders.workflow import PAUSED, STATUS_NAMES, Status


def brief(order: WorkOrder, actor: Any, *, as_reporter: bool) -> dict[str, Any]:
    """The order from its own row alone, so that showing it after the commit asks nothing of the database."""
    return {
        "number": order.number,
        "status": order.status,
        "status_name": STATUS_NAMES[Status(order.status)],
        "class": order.class_code,
        "category": {"code": order.category_code, "name": catalogue.name_of(order.category_code)},
        "place": _place(order),
        "created_at": clock.iso(order.created_at),
        "due_at": clock.iso(order.due_at),
        "due_explained": _due_explained(order),
        "time_unit": due_dates.counted(order)[1].unit.label if order.due_at else None,
        "round": order.round,
        "emergency": order.emergency,
        "confidential": order.confidential,
        "unchecked": order.unchecked,
        "result": order.result,
        "result_name": RESULT_NAMES.get(order.result or ""),
        "photo_required": catalogue.requires_photo(order.category_code),
        "actions": policy.actions(order, actor, reporter=as_reporter),
        "version": order.version,
    }


def _place(order: WorkOrder) -> dict[str, Any]:
    return {
        "text": order.place_text,
        "building": order.building,
        "unit": order.unit,
        "address": order.address,
        "lat": order.lat,
        "lng": order.lng,
        "unplaced": order.unplaced,
    }


def _due_explained(order: WorkOrder) -> list[dict[str, Any]]:
    """What happens next and until when, in words."""
    steps = (
        ("sign", "签收", order.sign_due_at, "之前会有工作人员接手"),
        ("contact", "联系", order.contact_due_at, "之前会与您联系"),
        ("resolve", "办结", order.due_at, "之前办结"),
    )
    waits = order.status in PAUSED
    return [
        {"step": step, "name": name, "due_at": clock.iso(at), "text": _until(at, sentence, waits)}
        for step, name, at, sentence in steps
        if at is not None
    ]


def _until(at: datetime, sentence: str, waits: bool) -> str:
    """A pause keeps its limits where they are until it is known how long it was."""
    return f"原定{clock.spoken(at)}{sentence}，暂停期间不计时" if waits else f"{clock.spoken(at)}{sentence}"


def full(shown: Detail, actor: Any, *, as_reporter: bool) -> dict[str, Any]:
    order = shown.order
    reporter = shown.reporters[0] if shown.reporters else None
    answered = catalogue.answered(order.category_code, order.answers)
    return brief(order, actor, as_reporter=as_reporter) | {
        "description": order.description,
        "answers": [{"question": question, "answer": answer} for question, answer in answered],
        "photos": [photo(one) for one in shown.photos],
        "assignee": {"name": shown.assignee_name or "工作人员", "title": "承办人"} if order.assignee_id else None,
        "reporter": {"name": reporter.name, "phone_masked": reporter.phone_masked} if reporter else None,
        "rating": rating(shown.rating),
        "due_reasons": [_reason(one) for one in due_reasons.reasons(order)] if due_reasons.is_told(order) else [],
        "ledger": ledger(order),
        "timeline": timeline(shown.lines),
        "merged_into": shown.merged_into,
        "transfer": None if as_reporter else _offer(transfer.offer_to(order, actor)),
        "tasks": [] if as_reporter else [_task(one) for one in assisting.progress(order)],
        "calls": [_call(call) for call in shown.calls],
        "actions": list(shown.actions),
    }


def ledger(order: WorkOrder) -> dict[str, Any] | None:
    """Why the order waits on the ledger and until when; None where it does not."""
    found = ledger_terms.standing(order)
    if found is None:
        return None
    return {"cause_name": found.cause_name, "review_at": clock.iso(found.review_at), "period": found.period}


def _offer(one: Offer | None) -> dict[str, Any] | None:
    return {"by": one.by or "工作人员", "due_at": clock.iso(one.due_at)} if one else None


def _task(one: Progress) -> dict[str, Any]:
    return {"unit": one.unit, "what": one.what, "due_at": clock.iso(one.due_at), "done": one.done}


def photo(shown: Shown) -> dict[str, Any]:
    return {
        "id": shown.id,
        "url": shown.url,
        "thumb_url": shown.thumb_url,
        "state": shown.state,
        "state_name": shown.state_name,
    }


def _reason(one: Reason) -> dict[str, Any]:
    parts = [_interval(part.start, part.end, part.minutes) | {"why": part.why} for part in one.parts]
    return _interval(one.start, one.end, one.minutes) | {"kind": one.kind, "text": one.text, "parts": parts}


def _interval(start: datetime, end: datetime, minutes: float) -> dict[str, Any]:
    return {"from": clock.iso(start), "to": clock.iso(end), "minutes": round(minutes, 1)}


def rating(row: Any) -> dict[str, Any] | None:
    if row is None:
        return None
    return {
        "answered": row.answered,
        "solved": row.solved,
        "satisfied": row.satisfied,
        "comment": row.comment,
        "at": clock.iso(row.created_at),
    }


def timeline(lines: Sequence[Line]) -> list[dict[str, Any]]:
    return [_line(line) for line in lines]


def _line(line: Line) -> dict[str, Any]:
    return {
        "at": clock.iso(line.at),
        "action": line.action,
        "action_name": line.action_name,
        "text": line.text,
        "by": line.by,
        "photos": [photo(one) for one in line.photos],
    }


def _call(call: Call) -> dict[str, Any]:
    answered_at = clock.iso(call.answered_at)
    return {"at": clock.iso(call.at), "who": call.who, "step": call.step, "answered_at": answered_at}


NEEDS = {
    Status.POOLED: "claim",
    Status.ASSIGNED: "sign",
    Status.IN_PROGRESS: "resolve",
    Status.AWAITING_RESIDENT: "answer",
    Status.RESOLVED: "rate",
}


def summary(row: Any) -> dict[str, Any]:
    """A list's line, straight from the selected columns."""
    status = Status(row.status)
    needs = NEEDS.get(status)
    if status is Status.IN_PROGRESS and row.contacted_at is None:
        needs = "contact"
    if getattr(row, "is_offered", False):
        needs = "accept_transfer"
    return {
        "number": row.number,
        "status": row.status,
        "status_name": STATUS_NAMES[status],
        "category": {"code": row.category_code, "name": catalogue.name_of(row.category_code)},
        "class": row.class_code,
        "place": row.place_text,
        "excerpt": row.excerpt,
        "created_at": clock.iso(row.created_at),
        "due_at": clock.iso(row.due_at),
        "overdue": due_dates.is_overdue(row),
        "emergency": row.emergency,
        "needs": [needs] if needs else [],
    }
