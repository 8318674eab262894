"""The life of a work order: which action leads from which statuses to which. One table, readable on one page."""

from dataclasses import dataclass
from enum import StrEnum

from app.errors import Conflict
from app.work_orders.statuses import ACTIVE, ENDED, OPEN, PAUSED, STATUS_NAMES, Status

__all__ = [
    "ACTION_NAMES", "ACTIVE", "ENDED", "OPEN", "PAUSED", "STATUS_NAMES", "TRANSITIONS", "Action",
    "Status", "WrongStatus", "next_status", "refusal",
]  # fmt: skip


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
    ASSIST = "assist"
    REPORT = "report"
    DISPUTE = "dispute"
    RULE = "rule"
    PROPOSE_ESCALATION = "propose_escalation"
    ESCALATE = "escalate"
    DECLINE_ESCALATION = "decline_escalation"
    REPORT_IN = "report_in"
    RETURN_ESCALATION = "return_escalation"
    PROPOSE_LEDGER = "propose_ledger"
    DECIDE_LEDGER = "decide_ledger"
    REVIEW_LEDGER = "review_ledger"
    SUPERVISE = "supervise"
    REPLY_SUPERVISION = "reply_supervision"
    CLEAR_SUPERVISION = "clear_supervision"
    PROPOSE_TERMINATION = "propose_termination"
    DECIDE_TERMINATION = "decide_termination"
    MERGE = "merge"
    ABSORB = "absorb"
    UNMERGE = "unmerge"
    SPLIT = "split"
    PART = "part"
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
    Action.ASSIST: "协办",
    Action.REPORT: "协办反馈",
    Action.DISPUTE: "派单异议",
    Action.RULE: "裁定异议",
    Action.PROPOSE_ESCALATION: "提请吹哨",
    Action.ESCALATE: "吹哨",
    Action.DECLINE_ESCALATION: "不予吹哨",
    Action.REPORT_IN: "报到",
    Action.RETURN_ESCALATION: "退回吹哨",
    Action.PROPOSE_LEDGER: "申请挂账",
    Action.DECIDE_LEDGER: "审批挂账",
    Action.REVIEW_LEDGER: "挂账复核",
    Action.SUPERVISE: "督办",
    Action.REPLY_SUPERVISION: "回复督办",
    Action.CLEAR_SUPERVISION: "解除督办",
    Action.PROPOSE_TERMINATION: "申请终止",
    Action.DECIDE_TERMINATION: "审批终止",
    Action.MERGE: "并案",
    Action.ABSORB: "并入",
    Action.UNMERGE: "撤销并案",
    Action.SPLIT: "拆分",
    Action.PART: "分件进展",
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

DISPUTABLE = (*ACTIVE, _S.AWAITING_RESIDENT)
"""Where a dispute may still wait for its ruling."""
ESCALATED = (_S.POOLED, _S.ASSIGNED, _S.IN_PROGRESS, _S.AWAITING_RESIDENT)
"""Where an escalation waits for the unit above: whoever has the order may change meanwhile."""

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
    Action.RESUME: Transition(PAUSED, BACK),
    Action.CONTACT: Transition((_S.IN_PROGRESS,)),
    Action.ARRIVE: Transition((_S.IN_PROGRESS,)),
    Action.NOTE: Transition((_S.IN_PROGRESS,)),
    Action.RELEASE: Transition((_S.IN_PROGRESS,), (_S.POOLED, _S.ASSIGNED)),
    Action.TRANSFER: Transition((_S.IN_PROGRESS,)),
    Action.ACCEPT_TRANSFER: Transition((_S.IN_PROGRESS,)),
    Action.DECLINE_TRANSFER: Transition((_S.IN_PROGRESS,)),
    Action.TAKE_BACK_TRANSFER: Transition((_S.IN_PROGRESS,)),
    Action.EXTEND: Transition(ACTIVE),
    Action.DECIDE_EXTENSION: Transition(OPEN),
    Action.RECATEGORISE: Transition(ACTIVE),
    Action.DECIDE_CATEGORY: Transition(OPEN),
    Action.RELOCATE: Transition(ACTIVE, (_S.SUBMITTED,), may_stay=True),
    Action.ASSIST: Transition(ACTIVE),
    Action.REPORT: Transition(OPEN),
    Action.DISPUTE: Transition(ACTIVE),
    Action.RULE: Transition(DISPUTABLE, (_S.SUBMITTED,), may_stay=True),
    Action.PROPOSE_ESCALATION: Transition((_S.IN_PROGRESS,)),
    Action.ESCALATE: Transition((_S.IN_PROGRESS,)),
    Action.DECLINE_ESCALATION: Transition((_S.IN_PROGRESS, _S.AWAITING_RESIDENT)),
    Action.REPORT_IN: Transition(ESCALATED),
    Action.RETURN_ESCALATION: Transition(ESCALATED),
    Action.PROPOSE_LEDGER: Transition((_S.IN_PROGRESS,)),
    Action.DECIDE_LEDGER: Transition((_S.IN_PROGRESS,), (_S.ON_LEDGER,), may_stay=True),
    Action.REVIEW_LEDGER: Transition((_S.ON_LEDGER,)),
    Action.SUPERVISE: Transition(OPEN),
    Action.REPLY_SUPERVISION: Transition(tuple(Status)),
    Action.CLEAR_SUPERVISION: Transition(tuple(Status)),
    Action.PROPOSE_TERMINATION: Transition(OPEN),
    Action.DECIDE_TERMINATION: Transition(OPEN, (_S.CLOSED,), may_stay=True),
    Action.MERGE: Transition(ACTIVE, (_S.MERGED,)),
    Action.ABSORB: Transition((*OPEN, _S.RESOLVED)),
    Action.UNMERGE: Transition((_S.MERGED,), ACTIVE),
    Action.SPLIT: Transition(ACTIVE),
    Action.PART: Transition(OPEN),
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
    Action.REOPEN: Transition((_S.CLOSED, _S.MERGED), (_S.IN_PROGRESS, _S.POOLED, _S.ASSIGNED)),
    Action.WITHDRAW: Transition(OPEN, (_S.WITHDRAWN,)),
    Action.EXPIRE: Transition(tuple(Status)),
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
