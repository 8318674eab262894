"""The answers of the bare version: the JSON that the service gives, written out by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

# The city's clock has stood eight hours before UTC since 1991.
CITY = timezone(timedelta(hours=8))
STATUS_NAMES = {
    "submitted": "待受理", "pooled": "待认领", "assigned": "待签收", "in_progress": "办理中",
    "resolved": "已办结待评价", "closed": "已归档", "withdrawn": "已撤回",
}  # fmt: skip
ACTION_NAMES = {
    "submit": "上报", "accept": "受理", "claim": "抢单", "contact": "联系", "resolve": "办结", "rate": "评价",
    "close": "归档",
}  # fmt: skip
RESULT_NAMES = {"solved": "已解决"}
PHOTO_STATES = {
    "pending": "待审核", "in_review": "待人工审核", "visible": "已通过", "refused": "未通过审核，不予展示",
}  # fmt: skip
NEEDS = {"pooled": ["claim"], "in_progress": ["resolve"], "resolved": ["rate"]}
ORDER_MOMENTS = ("created_at", "due_at", "sign_due_at", "contact_due_at")
ACTIVE = ("submitted", "pooled", "assigned", "in_progress")
OWN_ACTIONS = {
    "pooled": ["confide", "urge", "withdraw"],
    "in_progress": ["confide", "urge", "withdraw"],
    "resolved": ["confide", "rate"],
    "closed": ["confide", "rate", "reopen"],
}
WORKERS_ACTIONS = [
    "ask", "contact", "arrive", "note", "release", "transfer", "extend", "recategorise", "relocate",
    "propose_escalation", "propose_ledger", "reveal", "resolve",
]  # fmt: skip
SOLVED = {"yes": "已解决", "partly": "部分解决", "no": "未解决"}
SATISFIED = {"yes": "满意", "mostly": "基本满意", "no": "不满意"}


@dataclass
class Order:
    """The columns of `statements.ORDER_COLUMNS`, in that order, with moments as moments."""

    number: str
    status: str
    class_code: str
    category_code: str
    place_text: str
    building: str | None
    unit: str | None
    address: str | None
    lat: float | None
    lng: float | None
    unplaced: bool
    created_at: datetime
    due_at: datetime
    sign_due_at: datetime
    contact_due_at: datetime
    round: int
    emergency: bool
    confidential: bool
    unchecked: bool
    result: str | None
    version: int
    assignee_id: int | None
    step_due_at: datetime | None = None  # not among the columns: a claim ends the wait


@dataclass(frozen=True)
class Category:
    name: str
    class_code: str | None
    photo_required: bool


def iso(moment: datetime) -> str:
    return moment.astimezone(CITY).isoformat(timespec="seconds")


def spoken(moment: datetime) -> str:
    there = moment.astimezone(CITY)
    return f"{there.month}月{there.day}日（周{'一二三四五六日'[there.weekday()]}）{there:%H:%M}"


def brief(order: Order, category: Category, actions: list[str]) -> dict[str, Any]:
    """An order without its history."""
    steps = (
        ("sign", "签收", order.sign_due_at, "之前会有工作人员接手"),
        ("contact", "联系", order.contact_due_at, "之前会与您联系"),
        ("resolve", "办结", order.due_at, "之前办结"),
    )
    return {
        "number": order.number,
        "status": order.status,
        "status_name": STATUS_NAMES[order.status],
        "class": order.class_code,
        "category": {"code": order.category_code, "name": category.name},
        "place": {
            "text": order.place_text,
            "building": order.building,
            "unit": order.unit,
            "address": order.address,
            "lat": order.lat,
            "lng": order.lng,
            "unplaced": bool(order.unplaced),
        },
        "created_at": iso(order.created_at),
        "due_at": iso(order.due_at),
        "due_explained": [
            {"step": step, "name": name, "due_at": iso(at), "text": spoken(at) + sentence}
            for step, name, at, sentence in steps
        ],
        "time_unit": "小时" if order.class_code in ("P0", "P1") else "个工作日",
        "round": order.round,
        "emergency": bool(order.emergency),
        "confidential": bool(order.confidential),
        "unchecked": bool(order.unchecked),
        "result": order.result,
        "result_name": RESULT_NAMES.get(order.result or ""),
        "photo_required": bool(category.photo_required),
        "actions": actions,
        "version": order.version,
    }


def to_building(place_text: str, unit: str | None) -> str:
    """The place as neighbours may know it."""
    return place_text.removesuffix(f" {unit}") if unit else place_text


def summary(row: Sequence[Any], name: str, created_at: datetime, due_at: datetime, now: datetime) -> dict[str, Any]:
    """A line of a list from the columns of `statements.SUMMARY`."""
    number, status, category_code, class_code, place_text, excerpt, _, _, contacted_at, emergency, _ = row
    waits_for_contact = status == "in_progress" and contacted_at is None
    return {
        "number": number,
        "status": status,
        "status_name": STATUS_NAMES[status],
        "category": {"code": category_code, "name": name},
        "class": class_code,
        "place": place_text,
        "excerpt": excerpt,
        "created_at": iso(created_at),
        "due_at": iso(due_at),
        "overdue": status in ACTIVE and due_at < now,
        "emergency": bool(emergency),
        "needs": ["contact"] if waits_for_contact else NEEDS.get(status, []),
    }


def rating(row: Sequence[Any], at: datetime) -> dict[str, Any]:
    answered, solved, satisfied, comment, _ = row
    return {
        "answered": bool(answered),
        "solved": solved,
        "satisfied": satisfied,
        "comment": comment,
        "at": iso(at),
    }


def line(at: datetime, action: str, text: str, by: str, photos: list[dict[str, Any]]) -> dict[str, Any]:
    """A line of the timeline."""
    return {
        "at": iso(at),
        "action": action,
        "action_name": ACTION_NAMES[action],
        "text": text,
        "by": by,
        "photos": photos,
    }


def words(action: str, facts: dict[str, Any], text: str) -> str:
    """What a line of the timeline says."""
    fact = ""
    if action == "accept" and facts.get("rule_name"):
        fact = f"按规则“{facts['rule_name']}”受理"
    elif action == "resolve":
        fact = facts["result_name"]
    elif action == "close":
        fact = facts["outcome_name"]
    elif action == "rate":
        contacted = "有人联系" if facts["answered"] else "无人联系"
        fact = f"{contacted}，{SOLVED[facts['solved']]}，{SATISFIED[facts['satisfied']]}"
    return f"{fact}：{text}" if fact and text else fact or text


def by(action: str, actor_id: int | None, name: str) -> str:
    if actor_id is None:
        return "系统"
    if action in ("submit", "rate", "withdraw"):
        return "您"
    return f"承办人 {name}".strip()
