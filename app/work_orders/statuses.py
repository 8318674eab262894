"""Where a work order can stand, and which of these places are alike."""

from enum import StrEnum


class Status(StrEnum):
    SUBMITTED = "submitted"
    POOLED = "pooled"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    AWAITING_RESIDENT = "awaiting_resident"
    ON_LEDGER = "on_ledger"
    RESOLVED = "resolved"
    CLOSED = "closed"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"


STATUS_NAMES = {
    Status.SUBMITTED: "待受理",
    Status.POOLED: "待认领",
    Status.ASSIGNED: "待签收",
    Status.IN_PROGRESS: "办理中",
    Status.AWAITING_RESIDENT: "待补充",
    Status.ON_LEDGER: "挂账",
    Status.RESOLVED: "已办结待评价",
    Status.CLOSED: "已归档",
    Status.DECLINED: "不予受理",
    Status.WITHDRAWN: "已撤回",
    Status.MERGED: "已并案",
}

ACTIVE = (Status.SUBMITTED, Status.POOLED, Status.ASSIGNED, Status.IN_PROGRESS)
PAUSED = (Status.AWAITING_RESIDENT, Status.ON_LEDGER)
ENDED = (Status.CLOSED, Status.DECLINED, Status.WITHDRAWN, Status.MERGED)
OPEN = (*ACTIVE, *PAUSED)
