"""The life of a work order: which action leads from which statuses to which. One table, readable on one page."""

from dataclasses import dataclass

from app.errors import Conflict
from app.work_orders.actions import ACTION_NAMES, Action
from app.work_orders.statuses import ACTIVE, ENDED, OPEN, PAUSED, STATUS_NAMES, Status

__all__ = [
    "ACTION_NAMES", "ACTIVE", "ENDED", "OPEN", "PAUSED", "STATUS_NAMES", "TRANSITIONS", "Action",
    "Status", "WrongStatus", "next_status", "refusal",
]  # fmt: skip


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
