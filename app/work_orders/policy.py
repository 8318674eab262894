"""Who may take which action: roles first, then what the person is to the order."""

from dataclasses import dataclass
from enum import StrEnum

from app import clock
from app.deadlines.action_limits import due
from app.deadlines.limits import ServiceClass
from app.errors import NotAllowed
from app.people.actor import Actor
from app.people.models import Role
from app.work_orders import scope
from app.work_orders.models import WorkOrder
from app.work_orders.workflow import ACTION_NAMES, TRANSITIONS, Action


class Relation(StrEnum):
    """What a person must be to an order besides holding a role."""

    ASSIGNEE = "assignee"
    REPORTER = "reporter"
    IN_GRID = "in_grid"  # a worker of the order's grid
    IN_AREA = "in_area"  # holding the role at the order's place or above it
    ANYBODY = "anybody"


@dataclass(frozen=True)
class Permission:
    """Roles that may take the action (none: everybody), and what they must be to the order."""

    relation: Relation
    roles: frozenset[Role] = frozenset()


HANDLERS = frozenset({Role.GRID_WORKER, Role.UNIT_WORKER, Role.CLERK, Role.DUTY_OFFICER, Role.MANAGER})
_HANDLE = Permission(Relation.ASSIGNEE, HANDLERS)
_DESK = Permission(Relation.IN_AREA, frozenset({Role.CLERK, Role.MANAGER}))
_FOLLOW_UP = Permission(Relation.IN_AREA, frozenset({Role.FOLLOW_UP_OFFICER}))
_REPORTER = Permission(Relation.REPORTER)

MAY_TAKE: dict[Action, Permission | None] = {
    Action.SUBMIT: Permission(Relation.ANYBODY),
    Action.ACCEPT: _DESK,
    Action.DECLINE: _DESK,
    Action.CLAIM: Permission(Relation.IN_GRID, frozenset({Role.GRID_WORKER})),
    Action.DISPATCH: Permission(Relation.IN_AREA, frozenset({Role.MANAGER})),
    Action.ASSIGN: None,
    Action.SIGN: _HANDLE,
    Action.LAPSE: None,
    Action.REFUSE: _HANDLE,
    Action.RECALL: None,
    Action.CONTACT: _HANDLE,
    Action.ARRIVE: _HANDLE,
    Action.NOTE: _HANDLE,
    Action.RELEASE: _HANDLE,
    Action.RESOLVE: _HANDLE,
    Action.RATE: _REPORTER,
    Action.FOLLOW_UP: _FOLLOW_UP,
    Action.CLOSE: None,
    Action.REWORK: _FOLLOW_UP,
    Action.WITHDRAW: _REPORTER,
    Action.WARN: None,
    Action.OVERDUE: None,
}
"""`None` means that the house alone takes the action."""

NOT_OFFERED = (Action.SUBMIT, Action.FOLLOW_UP, Action.REWORK)
"""Not a step with an order at hand, or only when a follow-up is owed, which has a record of its own."""


def ensure_may(actor: Actor, action: Action) -> None:
    """403 when no role of the person may take the action at all."""
    permission = MAY_TAKE[action]
    if permission is None or (permission.roles and not actor.has(*permission.roles)):
        raise NotAllowed(f"您的岗位不能{ACTION_NAMES[action]}工单。", action=action)


def ensure_has(actor: Actor, order: WorkOrder, action: Action) -> None:
    """403 for whoever sees the order but does not have it."""
    ensure_may(actor, action)
    if order.assignee_id != actor.account_id:
        raise NotAllowed(f"只有承办人可以{ACTION_NAMES[action]}，这件工单现在不在您手上。", action=action)


def ensure_here(actor: Actor, order: WorkOrder, action: Action) -> None:
    """403 for whoever sees the order but does not hold a fitting role at its place."""
    ensure_may(actor, action)
    permission = MAY_TAKE[action]
    if permission is None or not _is_here(actor, order, permission):
        raise NotAllowed(f"这件工单不在您可以{ACTION_NAMES[action]}的范围内，请由当地的同事办理。", action=action)


def actions(order: WorkOrder, actor: Actor, *, reporter: bool) -> list[str]:
    """What this person may do with the order now, as verbs of the doors."""
    return [
        action.value
        for action, permission in MAY_TAKE.items()
        if permission is not None
        and action not in NOT_OFFERED
        and order.status in TRANSITIONS[action].sources
        and _may(permission, order, actor, reporter)
        and not _is_ruled_out(action, order)
    ]


def _may(permission: Permission, order: WorkOrder, actor: Actor, reporter: bool) -> bool:
    if permission.relation is Relation.REPORTER:
        return reporter
    # Nobody handles or verifies what they reported themselves.
    if reporter or not actor.has(*permission.roles):
        return False
    if permission.relation is Relation.ASSIGNEE:
        return order.assignee_id == actor.account_id
    return _is_here(actor, order, permission)


def _is_here(actor: Actor, order: WorkOrder, permission: Permission) -> bool:
    if permission.relation is Relation.IN_GRID:
        return scope.is_in_grids(actor, order)
    if Role.FOLLOW_UP_OFFICER in permission.roles:
        return scope.follow_up_area(actor).covers(order)
    return actor.scope(*permission.roles).covers(order)


def is_rating_over(order: WorkOrder) -> bool:
    """Whether the days for rating this round are over."""
    return order.resolved_at is not None and clock.now() > due("rate", order.resolved_at)


NOT_NOW = {
    Action.DECLINE: lambda order: order.claimed_at is not None,
    Action.RELEASE: lambda order: ServiceClass(order.class_code).is_urgent,
    Action.WITHDRAW: lambda order: order.emergency,
    Action.RATE: is_rating_over,
}
"""What rules an action out although status and person fit; the actions themselves refuse with sentences."""


def _is_ruled_out(action: Action, order: WorkOrder) -> bool:
    return action in NOT_NOW and NOT_NOW[action](order)
