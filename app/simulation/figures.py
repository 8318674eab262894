"""The month's numbers, counted from the rows it left, and the mark by which two months are told apart."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select

from app.db import db, end_reading
from app.notifications.models import Delivery, Notification
from app.work_orders.models import FollowUp, Rating, WorkOrder
from app.work_orders.timeline import Event
from app.work_orders.workflow import OPEN, STATUS_NAMES, Action, Status

Figures = dict[str, int | float | None]


def figures() -> Figures:
    """Everything that is printed, by its name in Chinese."""
    found: Figures = {}
    found |= _orders()
    found |= _statuses()
    found |= _times()
    found |= _deeds()
    found |= _words()
    found |= _messages()
    end_reading()
    return found


def _count(condition: ColumnElement[bool]) -> Any:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _orders() -> Figures:
    is_resolved = WorkOrder.resolved_at.is_not(None)
    row = db.session.execute(
        select(
            func.count(),
            _count(WorkOrder.accepted_at.is_not(None)),
            _count(is_resolved),
            _count(WorkOrder.resolved_at <= WorkOrder.due_at),
            _count(WorkOrder.overdue_at.is_not(None)),
            _count(WorkOrder.class_code.in_(("P0", "P1"))),
            _count(WorkOrder.status.in_([status.value for status in OPEN])),
        )
    ).one()
    names = ("上报", "受理", "办结", "按期办结", "超期", "紧急", "月末未办结")
    return dict(zip(names, row, strict=True))


def _statuses() -> Figures:
    rows = db.session.execute(select(WorkOrder.status, func.count()).group_by(WorkOrder.status))
    counted = {status: count for status, count in rows}
    return {f"月末{STATUS_NAMES[status]}": counted.get(status.value, 0) for status in Status}


def _times() -> Figures:
    rows = db.session.execute(
        select(WorkOrder.created_at, WorkOrder.claimed_at, WorkOrder.contacted_at, WorkOrder.resolved_at)
    ).all()
    return {
        "接单用时中位数（小时）": _median_h([(row.created_at, row.claimed_at) for row in rows]),
        "联系用时中位数（小时）": _median_h([(row.created_at, row.contacted_at) for row in rows]),
        "办结用时中位数（小时）": _median_h([(row.created_at, row.resolved_at) for row in rows]),
    }


def _median_h(spans: Sequence[tuple[datetime, datetime | None]]) -> float | None:
    hours = [(end - start) / timedelta(hours=1) for start, end in spans if end is not None]
    return round(median(hours), 1) if hours else None


TOLD = {
    Action.CLAIM: "抢单",
    Action.DISPATCH: "派单",
    Action.ASSIGN: "自动指派",
    Action.REFUSE: "拒签",
    Action.LAPSE: "逾期未签收",
    Action.RELEASE: "退回",
    Action.RECALL: "收回",
    Action.ACCEPT_TRANSFER: "转办成功",
    Action.ASK: "请补充",
    Action.EXTEND: "申请延期",
    Action.URGE: "催办",
    Action.REPLY: "回复催办",
    Action.JOIN: "附议",
    Action.APPEAL: "申诉",
    Action.SEND_BACK: "审核退回",
    Action.REWORK: "返工",
    Action.REOPEN: "重办",
    Action.ASSIST: "协办",
    Action.REPORT: "协办反馈",
    Action.DISPUTE: "派单异议",
    Action.RULE: "裁定异议",
    Action.ESCALATE: "吹哨",
    Action.REPORT_IN: "报到",
    Action.RETURN_ESCALATION: "退回吹哨",
    Action.SUPERVISE: "督办",
    Action.CLEAR_SUPERVISION: "解除督办",
    Action.DECIDE_LEDGER: "审批挂账",
    Action.REVIEW_LEDGER: "挂账复核",
    Action.DECIDE_TERMINATION: "审批终止",
    Action.MERGE: "并案",
    Action.UNMERGE: "撤销并案",
    Action.SPLIT: "拆分",
}


def _deeds() -> Figures:
    rows = db.session.execute(select(Event.action, func.count()).group_by(Event.action))
    counted = {action: count for action, count in rows}
    return {name: counted.get(action.value, 0) for action, name in TOLD.items()}


def _words() -> Figures:
    is_no = or_(Rating.answered.is_(False), Rating.solved == "no", Rating.satisfied == "no")
    rated, refused = db.session.execute(select(func.count(), _count(is_no)).select_from(Rating)).one()
    owed, passed, never = db.session.execute(
        select(func.count(), _count(FollowUp.outcome == "passed"), _count(FollowUp.outcome == "not_followed_up"))
    ).one()
    return {"评价": rated, "不满意评价": refused, "回访": owed, "回访通过": passed, "逾期未回访": never}


def _messages() -> Figures:
    told = db.session.scalar(select(func.count()).select_from(Notification)) or 0
    sent, cut, failed = db.session.execute(
        select(
            _count(Delivery.state == "sent"), _count(Delivery.state == "unclear"), _count(Delivery.state == "failed")
        )
    ).one()
    return {"站内消息": told, "微信消息送出": sent, "微信消息结果不明": cut, "微信消息未能送出": failed}


def mark() -> str:
    """A hash over who did what to which order when: the same for the same seed, whatever ids were drawn."""
    orders: dict[int, int] = {}
    people: dict[int | None, int] = {}
    found = hashlib.sha256()
    rows = db.session.execute(
        select(Event.work_order_id, Event.action, Event.actor_id, Event.at, Event.to_status).order_by(
            Event.at, Event.work_order_id, Event.id
        )
    )
    for row in rows:
        order = orders.setdefault(row.work_order_id, len(orders))
        actor = people.setdefault(row.actor_id, len(people))
        found.update(f"{order} {row.action} {actor} {row.at.timestamp()} {row.to_status}\n".encode())
    end_reading()
    return found.hexdigest()


def table(found: Figures, width: int = 3) -> str:
    """The numbers in columns for a terminal, in which a Chinese character takes two places."""
    cells = [f"{name} {'—' if value is None else value}" for name, value in found.items()]
    lines = [cells[start : start + width] for start in range(0, len(cells), width)]
    return "\n".join("".join(_padded(cell, 36) for cell in line).rstrip() for line in lines)


def _padded(cell: str, width: int) -> str:
    return cell + " " * max(2, width - sum(2 if ord(one) > 0x2E80 else 1 for one in cell))
