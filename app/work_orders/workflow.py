"""The life of a work order: which action leads from which statuses to which. One table, readable on one page."""

from dataclasses import dataclass
from enum import StrEnum

from app.errors import Conflict


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


class Action(StrEnum):
    SUBMIT = "submit"
    ACCEPT = "accept"
    DECLINE = "decline"
    CLAIM = "claim"
    DISPATCH = "dispatch"
    ASSIGN = "assign"
    SIGN = "sign"
    LAPSE = "lapse"
    REFUSE = "refuse"
    RECALL = "recall"
    APPEAL = "appeal"
    ASK = "ask"
    ANSWER = "answer"
    RESUME = "resume"
    CONTACT = "contact"
    ARRIVE = "arrive"
    NOTE = "note"
    RELEASE = "release"
    TRANSFER = "transfer"
    ACCEPT_TRANSFER = "accept_transfer"
    DECLINE_TRANSFER = "decline_transfer"
    TAKE_BACK_TRANSFER = "take_back_transfer"
    EXTEND = "extend"
    DECIDE_EXTENSION = "decide_extension"
    RECATEGORISE = "recategorise"
    DECIDE_CATEGORY = "decide_category"
    RELOCATE = "relocate"
    RECUSE = "recuse"
    CONFIDE = "confide"
    REVEAL = "reveal"
    URGE = "urge"
    REPLY = "reply"
    JOIN = "join"
    LEAVE = "leave"
    RESOLVE = "resolve"
    SETTLE = "settle"
    AMEND = "amend"
    SEND_BACK = "send_back"
    RATE = "rate"
    FOLLOW_UP = "follow_up"
    CLOSE = "close"
    REWORK = "rework"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    WARN = "warn"
    OVERDUE = "overdue"


ACTION_NAMES = {
    Action.SUBMIT: "上报",
    Action.ACCEPT: "受理",
    Action.DECLINE: "不予受理",
    Action.CLAIM: "抢单",
    Action.DISPATCH: "派单",
    Action.ASSIGN: "自动指派",
    Action.SIGN: "签收",
    Action.LAPSE: "逾期未签收",
    Action.REFUSE: "拒签",
    Action.RECALL: "收回",
    Action.APPEAL: "申诉",
    Action.ASK: "请补充",
    Action.ANSWER: "补充",
    Action.RESUME: "恢复办理",
    Action.CONTACT: "联系",
    Action.ARRIVE: "到场",
    Action.NOTE: "记录",
    Action.RELEASE: "退回",
    Action.TRANSFER: "转办",
    Action.ACCEPT_TRANSFER: "接受转办",
    Action.DECLINE_TRANSFER: "谢绝转办",
    Action.TAKE_BACK_TRANSFER: "撤销转办",
    Action.EXTEND: "申请延期",
    Action.DECIDE_EXTENSION: "审批延期",
    Action.RECATEGORISE: "改类别",
    Action.DECIDE_CATEGORY: "审批改类别",
    Action.RELOCATE: "改地点",
    Action.RECUSE: "回避",
    Action.CONFIDE: "设为保密",
    Action.REVEAL: "查看电话",
    Action.URGE: "催办",
    Action.REPLY: "回复催办",
    Action.JOIN: "附议",
    Action.LEAVE: "退出附议",
    Action.RESOLVE: "办结",
    Action.SETTLE: "现场办结",
    Action.AMEND: "更正",
    Action.SEND_BACK: "审核退回",
    Action.RATE: "评价",
    Action.FOLLOW_UP: "回访",
    Action.CLOSE: "归档",
    Action.REWORK: "返工",
    Action.REOPEN: "重办",
    Action.WITHDRAW: "撤回",
    Action.EXPIRE: "逾期未答复",
    Action.WARN: "时限提醒",
    Action.OVERDUE: "超期",
}


@dataclass(frozen=True)
class Transition:
    """From any of the sources to one of the targets; no targets means the status stays, `may_stay` that it can."""

    sources: tuple[Status | None, ...]
    targets: tuple[Status, ...] = ()
    may_stay: bool = False


_S = Status
BACK = (_S.SUBMITTED, _S.IN_PROGRESS, _S.POOLED, _S.ASSIGNED)
"""Where a pause ends: where it began, or with others when whoever had the order is gone."""

TRANSITIONS: dict[Action, Transition] = {
    Action.SUBMIT: Transition((None,), (_S.SUBMITTED,)),
    Action.ACCEPT: Transition((_S.SUBMITTED,), (_S.POOLED, _S.ASSIGNED)),
    Action.DECLINE: Transition((_S.SUBMITTED, _S.POOLED), (_S.DECLINED,)),
    Action.CLAIM: Transition((_S.POOLED,), (_S.IN_PROGRESS,)),
    Action.DISPATCH: Transition(ACTIVE, (_S.ASSIGNED,)),
    Action.ASSIGN: Transition((_S.SUBMITTED, _S.POOLED, _S.ASSIGNED), (_S.ASSIGNED,)),
    Action.SIGN: Transition((_S.ASSIGNED,), (_S.IN_PROGRESS,)),
    Action.LAPSE: Transition((_S.ASSIGNED,), (_S.POOLED,)),
    Action.REFUSE: Transition((_S.ASSIGNED,), (_S.POOLED, _S.ASSIGNED)),
    Action.RECALL: Transition((_S.ASSIGNED, _S.IN_PROGRESS), (_S.POOLED, _S.ASSIGNED)),
    Action.APPEAL: Transition((_S.DECLINED,), (_S.SUBMITTED,)),
    Action.ASK: Transition((_S.SUBMITTED, _S.IN_PROGRESS), (_S.AWAITING_RESIDENT,)),
    Action.ANSWER: Transition((_S.AWAITING_RESIDENT,), BACK),
    Action.RESUME: Transition((_S.AWAITING_RESIDENT,), BACK),
    Action.CONTACT: Transition((_S.IN_PROGRESS,)),
    Action.ARRIVE: Transition((_S.IN_PROGRESS,)),
    Action.NOTE: Transition((_S.IN_PROGRESS,)),
    Action.RELEASE: Transition((_S.IN_PROGRESS,), (_S.POOLED,)),
    Action.TRANSFER: Transition((_S.IN_PROGRESS,)),
    Action.ACCEPT_TRANSFER: Transition((_S.IN_PROGRESS,)),
    Action.DECLINE_TRANSFER: Transition((_S.IN_PROGRESS,)),
    Action.TAKE_BACK_TRANSFER: Transition((_S.IN_PROGRESS,)),
    Action.EXTEND: Transition(ACTIVE),
    Action.DECIDE_EXTENSION: Transition(OPEN),
    Action.RECATEGORISE: Transition(ACTIVE),
    Action.DECIDE_CATEGORY: Transition(OPEN),
    Action.RELOCATE: Transition(ACTIVE, (_S.SUBMITTED,), may_stay=True),
    Action.RECUSE: Transition(tuple(Status)),
    Action.CONFIDE: Transition(tuple(Status)),
    Action.REVEAL: Transition(tuple(Status)),
    Action.URGE: Transition(OPEN),
    Action.REPLY: Transition(OPEN),
    Action.JOIN: Transition(OPEN),
    Action.LEAVE: Transition(OPEN),
    Action.RESOLVE: Transition((_S.IN_PROGRESS,), (_S.RESOLVED,)),
    Action.SETTLE: Transition((_S.SUBMITTED, _S.POOLED, _S.ASSIGNED), (_S.RESOLVED,)),
    Action.AMEND: Transition((_S.RESOLVED,)),
    Action.SEND_BACK: Transition((_S.RESOLVED,), (_S.IN_PROGRESS,)),
    Action.RATE: Transition((_S.RESOLVED, _S.CLOSED)),
    Action.FOLLOW_UP: Transition((_S.RESOLVED, _S.CLOSED)),
    Action.CLOSE: Transition((_S.RESOLVED,), (_S.CLOSED,)),
    Action.REWORK: Transition((_S.RESOLVED, _S.CLOSED), (_S.IN_PROGRESS, _S.POOLED, _S.ASSIGNED)),
    Action.REOPEN: Transition((_S.CLOSED,), (_S.IN_PROGRESS, _S.POOLED, _S.ASSIGNED)),
    Action.WITHDRAW: Transition(OPEN, (_S.WITHDRAWN,)),
    Action.EXPIRE: Transition(OPEN),
    Action.WARN: Transition(ACTIVE),
    Action.OVERDUE: Transition(ACTIVE),
}


class WrongStatus(Conflict):
    code = "wrong-status"


def next_status(current: Status | None, action: Action, to: Status | None = None) -> Status:
    """Where the action leads. `to` chooses among several targets, staying included where it may, and must be one."""
    transition = TRANSITIONS[action]
    if current not in transition.sources:
        raise refusal(current, action)
    stays = tuple(filter(None, (current,)))
    # What may stay where it already is has one way, not two.
    targets = tuple({*transition.targets, *stays}) if transition.may_stay else transition.targets or stays
    if to is None:
        (to,) = targets
    elif to not in targets:
        raise ValueError(f"{action} does not lead to {to}")
    return to


TAKEN = (Status.ASSIGNED, Status.IN_PROGRESS, *PAUSED, Status.RESOLVED, Status.CLOSED)


def refusal(current: Status | None, action: Action) -> WrongStatus:
    """The sentence for an action out of turn: what the order is now, never who has it."""
    facts = {"current_status": current, "action": action}
    if action is Action.CLAIM and current in TAKEN:
        return WrongStatus("这件工单已被认领，请看看别的工单。", **facts)
    now = STATUS_NAMES[current] if current else "未上报"
    return WrongStatus(f"工单现在是“{now}”，不能{ACTION_NAMES[action]}，请刷新后再看。", **facts)
