"""Facts of an event turned into words: for the sentences of the inbox and for the fields of WeChat's templates."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app import clock
from app.notifications.message import JOINED, Message, Side
from app.notifications.short_place import shortened

WARNINGS = {
    "contact": ("尚未联系", "已到联系时限，还没有联系反映人的记录"),
    "warn_50": ("时限过半", "办理时限已用去一半"),
    "warn_80": ("即将超期", "办理时限已用去八成"),
    "warn_80_ledger": ("即将超期", "办理时限已用去八成，一时确实办不成的，可以申请挂账"),
}
SOON = ("即将超期", "办理时限将到")
URGENT = ("P0", "P1")
# WeChat's short status field takes five Chinese characters.
SHORT_STATUSES = {"resolved": "待评价"}
RESIDENT_PAGE = "pages/order/order?number={number}"
STAFF_PAGE = "worker/pages/order/order?number={number}"
POOL_PAGE = "worker/pages/pool/pool"


def words(facts: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """What the sentences of the table may mention, `at` the moment of the event.

    A time that is not set leaves its clause out; nobody is asked to act by a moment that has passed.
    """
    due, contact, step = (_moment(facts.get(name)) for name in ("due_at", "contact_due_at", "step_due_at"))
    alert, warning = WARNINGS.get(str(facts.get("step")), SOON)
    return {
        "number": str(facts.get("number") or ""),
        "category": str(facts.get("category") or "诉求"),
        "place": str(facts.get("place") or "地点见工单"),
        "public_place": str(facts.get("public_place") or "地点见工单"),
        "status": str(facts.get("status_name") or "办理中"),
        "round": str(facts.get("round") or 1),
        "result": str(facts.get("result_name") or "已办理"),
        "reason": str(facts.get("reason") or "见工单详情"),
        "kind": str(facts.get("kind_name") or "请求"),
        "summary": str(facts.get("summary") or "您辖区有工单待处理。"),
        "urgent": "紧急：" if facts.get("emergency") or facts.get("class") in URGENT else "",
        "alert": alert,
        "warning": warning,
        "step_by": f"，请在{clock.spoken(step)}前响应" if step and step > at else "",
        "contact_by": f"，会在{clock.spoken(contact)}前与您联系" if contact and contact > at else "",
        "due_by": _due_clause(due, at),
        "task_by": _by(facts, "task_due_at", at, "，请在{}前反馈"),
        "report_by": _by(facts, "report_due_at", at, "，请在{}前报到"),
        "answer_by": _by(facts, "supervision_due_at", at, "，请在{}前回复并办好"),
        "review_by": _by(facts, "review_at", at, "，将在{}前复核"),
        "was_due": f"（办结时限为{clock.spoken(due)}）" if due else "",
    }


def _by(facts: Mapping[str, Any], name: str, at: datetime, clause: str) -> str:
    moment = _moment(facts.get(name))
    return clause.format(clock.spoken(moment)) if moment and moment > at else ""


def _due_clause(due: datetime | None, at: datetime) -> str:
    if due is None:
        return ""
    return f"，应在{clock.spoken(due)}前办结" if due > at else f"，办结时限{clock.spoken(due)}已过"


def sentence(message: Message, facts: Mapping[str, Any], at: datetime) -> str:
    """The text of a message for its inbox."""
    return message.text.format_map(words(facts, at))


# Which of our values stands under which label of a template.
LABELS = {
    "工单编号": "number",
    "诉求类型": "category",
    "地点": "place",
    "当前状态": "status",
    "预计办结": "due",
    "截止时间": "due",
    "认领时限": "step_due",
    "签收时限": "step_due",
    "更新时间": "at",
    "通知时间": "at",
    "办结时间": "at",
    "办理结果": "result",
    "提醒类型": "alert",
    "进度说明": "note",
    "情况说明": "note",
    "派单说明": "note",
    "温馨提示": "note",
    "备注": "note",
}
TEXT_OF_PEOPLE = ("place", "category")
# WeChat's common field takes twenty characters; the client shortens the rest, but it knows nothing of places.
LONGEST = 20
GENERIC = "详情请在小程序内查看"


def values(message: Message, facts: Mapping[str, Any], at: datetime) -> dict[str, str]:
    """What WeChat's template may show, by our own names; what is not known is left out."""
    due = _moment(facts.get("contact_due_at" if facts.get("step") == "contact" else "due_at"))
    known = {
        "number": facts.get("number"),
        "category": facts.get("category"),
        "place": _place(_known_place(message, facts)),
        "status": SHORT_STATUSES.get(str(facts.get("status")), facts.get("status_name")),
        "due": _dated(due or _next_due(facts, at)),
        "step_due": _dated(_next_due(facts, at)),
        "at": _dated(at),
        "result": facts.get("result_name"),
        "alert": message.alert.format_map(words(facts, at)),
        "note": message.note,
    }
    return {name: str(value) for name, value in known.items() if value}


def _known_place(message: Message, facts: Mapping[str, Any]) -> str | None:
    """Neighbours hear of the building alone, and of nothing where an event does not name it."""
    return facts.get("public_place", GENERIC) if message.audience == JOINED else facts.get("place")


def _place(text: str | None) -> str | None:
    return (shortened(text, LONGEST) or GENERIC) if text else None


def _next_due(facts: Mapping[str, Any], at: datetime) -> datetime | None:
    """By when the next step is due: the first of the order's limits that has not passed."""
    limits = [_moment(facts.get(name)) for name in ("step_due_at", "sign_due_at", "contact_due_at", "due_at")]
    known = [limit for limit in limits if limit]
    return next((limit for limit in known if limit > at), known[-1] if known else None)


def without_text_of_people(data: Mapping[str, str]) -> dict[str, str]:
    """The same values with general words where a person may have written."""
    return {name: GENERIC if name in TEXT_OF_PEOPLE else value for name, value in data.items()}


def page(message: Message, facts: Mapping[str, Any]) -> str:
    """The page of the mini-program that the message opens, empty for none."""
    number = facts.get("number")
    if not number:
        return ""
    if message.template == "new_order":
        return POOL_PAGE
    return (RESIDENT_PAGE if message.side is Side.RESIDENT else STAFF_PAGE).format(number=number)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _dated(moment: datetime | None) -> str:
    if moment is None:
        return ""
    there = clock.local(moment)
    return f"{there.year}年{there.month}月{there.day}日 {there:%H:%M}"
