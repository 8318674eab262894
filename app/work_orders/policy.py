"""Who may take which action: roles first, then what the person is to the order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from app import clock, parameters
from app.deadlines.action_limits import due
from app.deadlines.limits import ServiceClass
from app.errors import NotAllowed
from app.people.actor import Actor
from app.people.models import Role
from app.territory.models import Level
from app.work_orders import scope
from app.work_orders.models import WorkOrder
from app.work_orders.side_records import Kind, find_open
from app.work_orders.workflow import ACTION_NAMES, TRANSITIONS, Action, Status


class Relation(StrEnum):
    """What a person must be to an order besides holding a role."""

    ASSIGNEE = "assignee"
    REPORTER = "reporter"
    IN_GRID = "in_grid"  # a worker of the order's grid
    IN_AREA = "in_area"  # holding the role at the order's place or above it
    SUPERIOR = "superior"  # holding the role above the unit that answers for the order
    OFFERED = "offered"  # the order is offered to them
    TOOK_IN = "took_in"  # reported it on behalf of somebody
    NEIGHBOUR = "neighbour"  # a resident of the order's compound
    ANYBODY = "anybody"


@dataclass(frozen=True)
class Permission:
    """Roles that may take the action (none: everybody), what they must be to the order, and in which statuses only."""

    relation: Relation
    roles: frozenset[Role] = frozenset()
    only_in: tuple[Status, ...] = ()


UNITS = (Level.COMMUNITY, Level.SUBDISTRICT, Level.DISTRICT, Level.CITY)
HANDLERS = frozenset({Role.GRID_WORKER, Role.UNIT_WORKER, Role.CLERK, Role.DUTY_OFFICER, Role.MANAGER})
_HANDLE = Permission(Relation.ASSIGNEE, HANDLERS)
_DESK = Permission(Relation.IN_AREA, frozenset({Role.CLERK, Role.MANAGER}))
_FOLLOW_UP = Permission(Relation.IN_AREA, frozenset({Role.FOLLOW_UP_OFFICER}))
_REPORTER = Permission(Relation.REPORTER)
_MANAGER = Permission(Relation.IN_AREA, frozenset({Role.MANAGER}))
_OFFERED = Permission(Relation.OFFERED, HANDLERS)
_SUPERIOR = Permission(Relation.SUPERIOR, frozenset({Role.MANAGER}))
_BY_THE_HOUSE: tuple[Permission, ...] = ()

MAY_TAKE: dict[Action, tuple[Permission, ...]] = {
    Action.SUBMIT: (Permission(Relation.ANYBODY),),
    Action.ACCEPT: (_DESK,),
    Action.DECLINE: (_DESK,),
    Action.CLAIM: (Permission(Relation.IN_GRID, frozenset({Role.GRID_WORKER})),),
    Action.DISPATCH: (_MANAGER,),
    Action.ASSIGN: _BY_THE_HOUSE,
    Action.SIGN: (_HANDLE,),
    Action.LAPSE: _BY_THE_HOUSE,
    Action.REFUSE: (_HANDLE,),
    Action.RECALL: _BY_THE_HOUSE,
    Action.APPEAL: (_REPORTER,),
    Action.ASK: (replace(_HANDLE, only_in=(Status.IN_PROGRESS,)), replace(_DESK, only_in=(Status.SUBMITTED,))),
    Action.ANSWER: (_REPORTER,),
    Action.RESUME: (_HANDLE, _DESK),
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

NOT_OFFERED = (Action.SUBMIT, Action.JOIN, Action.FOLLOW_UP, Action.REWORK)
"""Not a step with an order at hand, or only when a follow-up is owed, which has a record of its own."""


def ensure_may(actor: Actor, action: Action) -> None:
    """403 when no role of the person may take the action at all."""
    if not any(not permission.roles or actor.has(*permission.roles) for permission in MAY_TAKE[action]):
        raise NotAllowed(f"您的岗位不能{ACTION_NAMES[action]}工单。", action=action)


def ensure_has(actor: Actor, order: WorkOrder, action: Action) -> None:
    """403 for whoever sees the order but does not have it."""
    ensure_may(actor, action)
    if order.assignee_id != actor.account_id:
        raise NotAllowed(f"只有承办人可以{ACTION_NAMES[action]}，这件工单现在不在您手上。", action=action)


def ensure_here(actor: Actor, order: WorkOrder, action: Action) -> None:
    """403 for whoever sees the order but does not hold a fitting role at its place."""
    ensure_may(actor, action)
    at_the_place = [one for one in MAY_TAKE[action] if one.relation in (Relation.IN_GRID, Relation.IN_AREA)]
    if not any(_is_here(actor, order, permission) for permission in at_the_place):
        raise NotAllowed(f"这件工单不在您可以{ACTION_NAMES[action]}的范围内，请由当地的同事办理。", action=action)


def ensure_in_charge(actor: Actor, order: WorkOrder, action: Action) -> None:
    """403 for whoever sees the order at work but is neither its assignee nor of an office that may."""
    ensure_may(actor, action)
    if not any(_may(permission, order, actor, reporter=False) for permission in MAY_TAKE[action]):
        raise NotAllowed(f"这件工单现在由别的同事{ACTION_NAMES[action]}，请找承办人或当地的管理员。", action=action)


JOINED_MAY = (Action.APPEAL, Action.URGE, Action.LEAVE, Action.RATE, Action.REOPEN)
"""What a neighbour who joined may do; what decides for the order as a whole is for whoever reported it."""


def actions(order: WorkOrder, actor: Actor, *, reporter: bool, joined: bool = False) -> list[str]:
    """What this person may do with the order now, as verbs of the doors."""
    return [
        action.value
        for action, permissions in MAY_TAKE.items()
        if action not in NOT_OFFERED
        and (action in JOINED_MAY if joined else action is not Action.LEAVE)
        and order.status in TRANSITIONS[action].sources
        and any(_may(permission, order, actor, reporter) for permission in permissions)
        and not _is_ruled_out(action, order)
        and not (action is Action.SEND_BACK and order.assignee_id == actor.account_id)
        and not (action is Action.REOPEN and reporter and is_reopening_over(order))
        and (action not in DECIDES_APPEAL or may_decide_appeal(actor, order))
    ]


def _may(permission: Permission, order: WorkOrder, actor: Actor, reporter: bool) -> bool:
    if permission.only_in and order.status not in permission.only_in:
        return False
    if permission.relation is Relation.REPORTER:
        return reporter
    # Nobody handles or verifies what they reported themselves.
    if reporter or not actor.has(*permission.roles):
        return False
    if permission.relation is Relation.ASSIGNEE:
        return order.assignee_id == actor.account_id
    if permission.relation is Relation.TOOK_IN:
        return order.taken_in_by_id == actor.account_id
    if permission.relation is Relation.OFFERED:
        return order.offered_to_id == actor.account_id
    return _is_here(actor, order, permission)


def _is_here(actor: Actor, order: WorkOrder, permission: Permission) -> bool:
    if permission.relation is Relation.IN_GRID:
        return scope.is_in_grids(actor, order)
    if permission.relation is Relation.SUPERIOR:
        return is_superior(actor, order)
    if Role.FOLLOW_UP_OFFICER in permission.roles:
        return scope.follow_up_area(actor).covers(order)
    return actor.scope(*permission.roles).covers(order)


def is_superior(actor: Actor, order: WorkOrder) -> bool:
    """Whether the person manages a place above the unit that answers; at the city, the city itself."""
    unit = next((level for level in UNITS if getattr(order, f"{level}_id") is not None), Level.CITY)
    return bool(_levels_held(actor, order, Role.MANAGER) & {*above(unit)})


def above(unit: Level) -> tuple[Level, ...]:
    """The levels of offices above this one; at the city, the city itself."""
    return UNITS[UNITS.index(unit) + 1 :] or (Level.CITY,)


def office_of(actor: Actor, order: WorkOrder) -> Level | None:
    """The highest office of the order's place for which the person decides."""
    return max(_levels_held(actor, order, *_DESK.roles), key=UNITS.index, default=None)


def _levels_held(actor: Actor, order: WorkOrder, *roles: Role) -> set[Level]:
    return {
        post.level
        for post in actor.posts
        if post.role in roles and post.level in UNITS and getattr(order, post.area.column) == post.territory_id
    }


DECIDES_APPEAL = (
    Action.ACCEPT, Action.DECLINE, Action.DISPATCH, Action.ASK, Action.RECATEGORISE, Action.RELOCATE
)  # fmt: skip
"""What ends an appeal or holds it up: another category or place is routed at once, and that accepts it."""


def may_decide_appeal(actor: Actor, order: WorkOrder) -> bool:
    """While an order is appealed, only the unit above the one that declined decides on it, and never the decliner."""
    appeal = find_open(order, Kind.APPEAL)
    if appeal is None:
        return True
    unit = next((level for level in UNITS if getattr(order, f"{level}_id") == appeal.unit_id), Level.CITY)
    office = office_of(actor, order)
    is_decliner = appeal.facts.get("decliner_id") == actor.account_id
    return office is not None and not is_decliner and UNITS.index(office) >= UNITS.index(unit)


def ensure_may_decide_appeal(actor: Actor, order: WorkOrder, action: Action) -> None:
    """403 for the office whose own decision was appealed."""
    if not may_decide_appeal(actor, order):
        raise NotAllowed(f"居民对不予受理提出了申诉，由上一级单位复核，您不能{ACTION_NAMES[action]}。", action=action)


def is_rating_over(order: WorkOrder) -> bool:
    """Whether the days for rating this round are over."""
    return order.resolved_at is not None and clock.now() > due("rate", order.resolved_at)


def is_appeal_over(order: WorkOrder) -> bool:
    """Whether the days for appealing against the decision are over."""
    return order.closed_at is not None and clock.now() > due("appeal.window", order.closed_at)


def is_reopening_over(order: WorkOrder) -> bool:
    """Whether the days in which a reporter may have the order reopened are over."""
    return order.closed_at is not None and clock.now() > due("reopen.window", order.closed_at)


def may_not_extend(order: WorkOrder) -> bool:
    """Whether no more time may be asked for: it was asked for already, it is too late, or the order is an emergency."""
    is_late = order.due_at is not None and clock.now() >= order.due_at
    return order.has_open(Kind.EXTENSION) or is_late or order.class_code == ServiceClass.P0


def _is_not_open(kind: Kind) -> Callable[[WorkOrder], bool]:
    return lambda order: not order.has_open(kind)


def _is_open(kind: Kind) -> Callable[[WorkOrder], bool]:
    return lambda order: order.has_open(kind)


NOT_NOW: dict[Action, Callable[[WorkOrder], bool]] = {
    Action.TRANSFER: _is_open(Kind.TRANSFER),
    Action.ACCEPT_TRANSFER: _is_not_open(Kind.TRANSFER),
    Action.DECLINE_TRANSFER: _is_not_open(Kind.TRANSFER),
    Action.TAKE_BACK_TRANSFER: _is_not_open(Kind.TRANSFER),
    Action.EXTEND: may_not_extend,
    Action.DECIDE_EXTENSION: _is_not_open(Kind.EXTENSION),
    Action.RECATEGORISE: _is_open(Kind.CATEGORY),
    Action.DECIDE_CATEGORY: _is_not_open(Kind.CATEGORY),
    Action.REPLY: _is_not_open(Kind.URGE),
    Action.CONFIDE: lambda order: order.confidential,
    Action.DECLINE: lambda order: order.claimed_at is not None,
    Action.RELEASE: lambda order: ServiceClass(order.class_code).is_urgent,
    Action.WITHDRAW: lambda order: order.emergency,
    Action.RATE: is_rating_over,
    Action.APPEAL: is_appeal_over,
}
"""What rules an action out although status and person fit; the actions themselves refuse with sentences."""


AT_MOST = {
    Action.APPEAL: ("appeals_per_order", 1),
    Action.REOPEN: ("reopenings_per_order", 2),
    Action.SEND_BACK: ("send_backs_per_order", 2),
}
"""How often one order may see an action at all (settings)."""


def used_up(done: Sequence[str]) -> set[Action]:
    """Of the actions of an order's whole life, those that it has seen as often as it may."""
    return {action for action, setting in AT_MOST.items() if done.count(action) >= parameters.number(*setting)}


def _is_ruled_out(action: Action, order: WorkOrder) -> bool:
    return action in NOT_NOW and NOT_NOW[action](order)
