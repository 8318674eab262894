"""单位之间: what offices put to each other about an order and how it ended, for the order's page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.work_orders.models import WorkOrder
from app.work_orders.offices import waiting_lists
from app.work_orders.side_records import KIND_NAMES, Kind
from app.work_orders.workflow import Action

OPENING = frozenset(
    action.value
    for action in (
        Action.EXTEND,
        Action.RECATEGORISE,
        Action.DISPUTE,
        Action.PROPOSE_ESCALATION,
        Action.ESCALATE,
        Action.SUPERVISE,
        Action.PROPOSE_LEDGER,
        Action.DECIDE_LEDGER,
        Action.PROPOSE_TERMINATION,
        Action.ASSIST,
        Action.REPORT,
    )
)
"""The actions that leave such a record; an order that saw none of them is not asked for any."""

OUTCOMES = {
    "approved": "同意",
    "refused": "不同意",
    "unanswered": "逾期未答复",
    "lapsed": "自动失效",
    "sent": "已吹哨",
    "declined": "不予吹哨",
    "reported_in": "已报到",
    "returned": "已退回",
    "solved_below": "本级已办结",
    "cleared": "已解除",
    "upheld": "异议成立",
    "rejected": "异议不成立",
    "renewed": "续挂",
    "resumed": "恢复办理",
    "unreviewed": "逾期未复核，恢复办理",
    "done": "已办妥",
    "not_done": "未能办妥",
    "cancelled": "已取消",
}


@dataclass(frozen=True)
class Matter:
    """One thing between offices; `outcome` is empty while it is open."""

    name: str
    office: str
    opened_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    outcome: str


def matters(order: WorkOrder, actions: Iterable[str]) -> list[Matter]:
    """All of them, the oldest first; `actions` are those that the order has seen."""
    if order.open_tasks == 0 and OPENING.isdisjoint(actions):
        return []
    records, tasks = waiting_lists.between_offices(order)
    found = [_matter(KIND_NAMES[Kind(record.kind)], record, office) for record, office in records]
    found += [_matter("协办任务", task, task.office) for task in tasks]
    return sorted(found, key=lambda one: one.opened_at)


def _matter(name: str, row: Any, office: str | None) -> Matter:
    outcome = OUTCOMES.get(row.outcome, "已结束") if row.ended_at else ""
    return Matter(name, office or "", row.opened_at, row.due_at, row.ended_at, outcome)
