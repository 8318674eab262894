"""Which roles may take which action, and what a person must be to the order: one table."""

from dataclasses import dataclass, replace
from enum import StrEnum

from app.people.models import Role
from app.work_orders.workflow import Action, Status


class Relation(StrEnum):
    """What a person must be to an order besides holding a role."""

    ASSIGNEE = "assignee"
    REPORTER = "reporter"
    IN_GRID = "in_grid"  # a worker of the order's grid
    IN_AREA = "in_area"  # holding the role at the order's place or above it
    SUPERIOR = "superior"  # holding the role above the unit that answers for the order
    OFFERED = "offered"  # the order is offered to them
    TOOK_IN = "took_in"  # reported it on behalf of somebody
    UNIT = "unit"  # managing the very unit that answers for the order, or working for the organisation that does
    TASKED = "tasked"  # working for an organisation that was asked to help
    NEIGHBOUR = "neighbour"  # a resident of the order's compound
    ANYBODY = "anybody"


@dataclass(frozen=True)
class Permission:
    """Roles that may take the action (none: everybody), what they must be to the order, and in which statuses only."""

    relation: Relation
    roles: frozenset[Role] = frozenset()
    only_in: tuple[Status, ...] = ()


HANDLERS = frozenset({Role.GRID_WORKER, Role.UNIT_WORKER, Role.CLERK, Role.DUTY_OFFICER, Role.MANAGER})
_HANDLE = Permission(Relation.ASSIGNEE, HANDLERS)
DESK = Permission(Relation.IN_AREA, frozenset({Role.CLERK, Role.MANAGER}))
_FOLLOW_UP = Permission(Relation.IN_AREA, frozenset({Role.FOLLOW_UP_OFFICER}))
_REPORTER = Permission(Relation.REPORTER)
_MANAGER = Permission(Relation.IN_AREA, frozenset({Role.MANAGER}))
_OFFERED = Permission(Relation.OFFERED, HANDLERS)
_SUPERIOR = Permission(Relation.SUPERIOR, frozenset({Role.MANAGER}))
_UNIT = Permission(Relation.UNIT, frozenset({Role.MANAGER, Role.UNIT_WORKER}))
_UNIT_MANAGER = Permission(Relation.UNIT, frozenset({Role.MANAGER}))
_TASKED = Permission(Relation.TASKED, frozenset({Role.PARTNER, Role.UNIT_WORKER}))
_BY_THE_HOUSE: tuple[Permission, ...] = ()

MAY_TAKE: dict[Action, tuple[Permission, ...]] = {
    Action.SUBMIT: (Permission(Relation.ANYBODY),),
    Action.ACCEPT: (DESK,),
    Action.DECLINE: (DESK,),
    Action.CLAIM: (Permission(Relation.IN_GRID, frozenset({Role.GRID_WORKER})),),
    Action.DISPATCH: (_MANAGER,),
    Action.ASSIGN: _BY_THE_HOUSE,
    Action.SIGN: (_HANDLE,),
    Action.LAPSE: _BY_THE_HOUSE,
    Action.REFUSE: (_HANDLE,),
    Action.RECALL: _BY_THE_HOUSE,
    Action.APPEAL: (_REPORTER,),
    Action.ASK: (replace(_HANDLE, only_in=(Status.IN_PROGRESS,)), replace(DESK, only_in=(Status.SUBMITTED,))),
    Action.ANSWER: (_REPORTER,),
    Action.RESUME: (
        _HANDLE,
        replace(DESK, only_in=(Status.AWAITING_RESIDENT,)),
        replace(_MANAGER, only_in=(Status.ON_LEDGER,)),
    ),
    Action.CONTACT: (_HANDLE,),
    Action.ARRIVE: (_HANDLE,),
    Action.NOTE: (_HANDLE,),
    Action.RELEASE: (_HANDLE,),
    Action.TRANSFER: (_HANDLE, _MANAGER),
    Action.ACCEPT_TRANSFER: (_OFFERED,),
    Action.DECLINE_TRANSFER: (_OFFERED,),
    Action.TAKE_BACK_TRANSFER: (_HANDLE, _MANAGER),
    Action.EXTEND: (_HANDLE,),
    Action.DECIDE_EXTENSION: (_MANAGER,),
    Action.RECATEGORISE: (_HANDLE, _MANAGER),
    Action.DECIDE_CATEGORY: (_MANAGER,),
    Action.RELOCATE: (_HANDLE, _MANAGER),
    Action.ASSIST: (_MANAGER,),
    Action.REPORT: (_TASKED, _HANDLE, _MANAGER),
    Action.DISPUTE: (_UNIT,),
    Action.RULE: (_SUPERIOR,),
    Action.PROPOSE_ESCALATION: (_HANDLE,),
    Action.ESCALATE: (_UNIT_MANAGER,),
    Action.DECLINE_ESCALATION: (_UNIT_MANAGER,),
    Action.REPORT_IN: (_SUPERIOR,),
    Action.RETURN_ESCALATION: (_SUPERIOR,),
    Action.PROPOSE_LEDGER: (_HANDLE, _MANAGER),
    Action.DECIDE_LEDGER: (_SUPERIOR,),
    Action.REVIEW_LEDGER: (_SUPERIOR,),
    Action.SUPERVISE: (_SUPERIOR,),
    Action.REPLY_SUPERVISION: (_HANDLE, _UNIT_MANAGER),
    Action.CLEAR_SUPERVISION: (_SUPERIOR,),
    Action.PROPOSE_TERMINATION: (_UNIT_MANAGER,),
    Action.DECIDE_TERMINATION: (_SUPERIOR,),
    Action.MERGE: (_MANAGER,),
    Action.ABSORB: (_MANAGER,),
    Action.UNMERGE: (_MANAGER,),
    Action.SPLIT: (_MANAGER,),
    Action.PART: _BY_THE_HOUSE,
    Action.RECUSE: (_MANAGER,),
    Action.CONFIDE: (_REPORTER, _MANAGER),
    Action.REVEAL: (_HANDLE, _MANAGER),
    Action.URGE: (_REPORTER, _SUPERIOR),
    Action.REPLY: (_HANDLE,),
    Action.JOIN: (Permission(Relation.NEIGHBOUR),),
    Action.LEAVE: (_REPORTER,),
    Action.RESOLVE: (_HANDLE,),
    Action.SETTLE: (Permission(Relation.TOOK_IN, HANDLERS),),
    Action.AMEND: (_HANDLE,),
    Action.SEND_BACK: (_MANAGER,),
    Action.RATE: (_REPORTER,),
    Action.FOLLOW_UP: (_FOLLOW_UP,),
    Action.CLOSE: _BY_THE_HOUSE,
    Action.REWORK: (_FOLLOW_UP,),
    Action.REOPEN: (_REPORTER, _MANAGER),
    Action.WITHDRAW: (_REPORTER,),
    Action.EXPIRE: _BY_THE_HOUSE,
    Action.WARN: _BY_THE_HOUSE,
    Action.OVERDUE: _BY_THE_HOUSE,
}
"""Any one of the permissions is enough; without one the house alone takes the action."""

NOT_OFFERED = (Action.SUBMIT, Action.JOIN, Action.FOLLOW_UP, Action.REWORK, Action.ABSORB)
"""Not a step with an order at hand, or only when a follow-up is owed, which has a record of its own."""
