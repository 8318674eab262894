"""Whether a person may take an action now: by the table of permissions, and by what stands in the way."""

from collections.abc import Callable, Collection, Sequence

from app import clock, parameters
from app.deadlines.action_limits import due
from app.deadlines.limits import ServiceClass
from app.errors import NotAllowed
from app.people.actor import Actor
from app.people.models import Role
from app.territory.models import Level
from app.work_orders import scope
from app.work_orders.models import WorkOrder
from app.work_orders.offices import units
from app.work_orders.offices.units import OFFICES
from app.work_orders.permissions import DESK, MAY_TAKE, NOT_OFFERED, Permission, Relation
from app.work_orders.side_records import Kind, find_open
from app.work_orders.workflow import ACTION_NAMES, TRANSITIONS, Action, Status


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
    if permission.relation is Relation.UNIT:
        return is_of_the_unit(actor, order, permission.roles)
    if permission.relation is Relation.TASKED:
        return order.open_tasks > 0 and bool(actor.organisations(*permission.roles))
    if Role.FOLLOW_UP_OFFICER in permission.roles:
        return scope.follow_up_area(actor).covers(order)
    return actor.scope(*permission.roles).covers(order)


def is_superior(actor: Actor, order: WorkOrder) -> bool:
    """Whether the person manages an office above the unit that answers; at the city, the city itself."""
    return bool(_levels_held(actor, order, Role.MANAGER) & {*units.above(units.level_of_lead(order))})


def is_of_the_unit(actor: Actor, order: WorkOrder, roles: Collection[Role] = (Role.MANAGER,)) -> bool:
    """Whether the person manages the very unit that answers for the order, or works for the organisation that does."""
    if order.lead_organisation_id is not None and Role.UNIT_WORKER in roles:
        return order.lead_organisation_id in actor.organisations(Role.UNIT_WORKER)
    return any(post.role is Role.MANAGER and post.territory_id == order.lead_unit_id for post in actor.posts)


def office_of(actor: Actor, order: WorkOrder) -> Level | None:
    """The highest office of the order's place for which the person decides."""
    return max(_levels_held(actor, order, *DESK.roles), key=OFFICES.index, default=None)


def _levels_held(actor: Actor, order: WorkOrder, *roles: Role) -> set[Level]:
    return {
        post.level
        for post in actor.posts
        if post.role in roles and post.level in OFFICES and getattr(order, post.area.column) == post.territory_id
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
    unit = next((level for level in OFFICES if getattr(order, f"{level}_id") == appeal.unit_id), Level.CITY)
    office = office_of(actor, order)
    is_decliner = appeal.facts.get("decliner_id") == actor.account_id
    return office is not None and not is_decliner and OFFICES.index(office) >= OFFICES.index(unit)


def ensure_may_decide_appeal(actor: Actor, order: WorkOrder, action: Action) -> None:
    """403 for the office whose own decision was appealed."""
    if not may_decide_appeal(actor, order):
        raise NotAllowed(f"居民对不予受理提出了申诉，由上一级单位复核，您不能{ACTION_NAMES[action]}。", action=action)


def is_rating_over(order: WorkOrder) -> bool:
    """Whether the days for rating this round are over; what was ended without a result has none."""
    return order.resolved_at is None or clock.now() > due("rate", order.resolved_at)


def is_appeal_over(order: WorkOrder) -> bool:
    """Whether the days for appealing against the decision are over."""
    return order.closed_at is not None and clock.now() > due("appeal.window", order.closed_at)


def is_reopening_over(order: WorkOrder) -> bool:
    """Whether the days in which a reporter may have the order reopened are over."""
    return order.closed_at is not None and clock.now() > due("reopen.window", order.closed_at)


def is_unmerging_over(order: WorkOrder) -> bool:
    """Whether the days in which a merged order may be taken out again are over."""
    return order.closed_at is not None and clock.now() > due("unmerge.window", order.closed_at)


def may_not_extend(order: WorkOrder) -> bool:
    """Whether no more time may be asked for: it was asked for already, it is too late, or the order is an emergency."""
    is_late = order.due_at is not None and clock.now() >= order.due_at
    return order.has_open(Kind.EXTENSION) or is_late or order.class_code == ServiceClass.P0


def _is_not_open(kind: Kind) -> Callable[[WorkOrder], bool]:
    return lambda order: not order.has_open(kind)


def _is_open(kind: Kind) -> Callable[[WorkOrder], bool]:
    return lambda order: order.has_open(kind)


def _has_any(*kinds: Kind) -> Callable[[WorkOrder], bool]:
    return lambda order: any(order.has_open(kind) for kind in kinds)


def _is_busy(order: WorkOrder) -> bool:
    """Whether somebody who was asked to help, or a part of the order, is not done yet."""
    return order.open_tasks > 0 or order.open_parts > 0


def _is_part(order: WorkOrder) -> bool:
    """Whether it was split off another: nobody reported it by itself."""
    return order.parent_id is not None


def _is_bound(order: WorkOrder) -> bool:
    """Whether somebody above watches it or must decide on it, or it belongs to another order: it cannot be merged."""
    return _is_part(order) or order.has_open(Kind.SUPERVISION) or order.has_open(Kind.APPEAL)


_is_asked_about = _has_any(Kind.TERMINATION, Kind.APPEAL)


def _may_not_wait(order: WorkOrder) -> bool:
    """Whether the order cannot be put on the ledger now: somebody asked already, or presses, or it is urgent."""
    asked = order.has_open(Kind.LEDGER_PROPOSAL) or order.has_open(Kind.SUPERVISION)
    return asked or ServiceClass(order.class_code).is_urgent


NOT_NOW: dict[Action, Callable[[WorkOrder], bool]] = {
    Action.TRANSFER: _has_any(Kind.TRANSFER, Kind.ESCALATION),
    Action.ACCEPT_TRANSFER: _is_not_open(Kind.TRANSFER),
    Action.DECLINE_TRANSFER: _is_not_open(Kind.TRANSFER),
    Action.TAKE_BACK_TRANSFER: _is_not_open(Kind.TRANSFER),
    Action.EXTEND: may_not_extend,
    Action.DECIDE_EXTENSION: _is_not_open(Kind.EXTENSION),
    Action.RECATEGORISE: _is_open(Kind.CATEGORY),
    Action.DECIDE_CATEGORY: _is_not_open(Kind.CATEGORY),
    Action.REPORT: lambda order: order.open_tasks == 0,
    Action.DISPUTE: lambda order: order.designated or _has_any(Kind.DISPUTE, Kind.ESCALATION, Kind.APPEAL)(order),
    Action.RULE: _is_not_open(Kind.DISPUTE),
    Action.PROPOSE_ESCALATION: _has_any(Kind.ESCALATION, Kind.ESCALATION_PROPOSAL),
    Action.ESCALATE: _has_any(Kind.ESCALATION, Kind.TRANSFER, Kind.DISPUTE),
    Action.DECLINE_ESCALATION: _is_not_open(Kind.ESCALATION_PROPOSAL),
    Action.REPORT_IN: _is_not_open(Kind.ESCALATION),
    Action.RETURN_ESCALATION: _is_not_open(Kind.ESCALATION),
    Action.PROPOSE_LEDGER: _may_not_wait,
    Action.DECIDE_LEDGER: _is_not_open(Kind.LEDGER_PROPOSAL),
    Action.SUPERVISE: _is_open(Kind.SUPERVISION),
    Action.REPLY_SUPERVISION: _is_not_open(Kind.SUPERVISION),
    Action.CLEAR_SUPERVISION: _is_not_open(Kind.SUPERVISION),
    Action.PROPOSE_TERMINATION: lambda order: _is_busy(order) or _is_asked_about(order),
    Action.DECIDE_TERMINATION: _is_not_open(Kind.TERMINATION),
    Action.MERGE: lambda order: _is_busy(order) or _is_bound(order),
    Action.UNMERGE: is_unmerging_over,
    Action.SPLIT: lambda order: order.parent_id is not None or order.has_open(Kind.APPEAL),
    Action.ASK: _is_part,
    Action.REVEAL: _is_part,
    Action.RESOLVE: _is_busy,
    Action.SETTLE: _is_busy,
    Action.REPLY: _is_not_open(Kind.URGE),
    Action.CONFIDE: lambda order: order.confidential,
    Action.DECLINE: lambda order: order.claimed_at is not None or order.open_parts > 0,
    Action.RELEASE: lambda order: ServiceClass(order.class_code).is_urgent,
    Action.WITHDRAW: lambda order: order.emergency or order.has_open(Kind.SUPERVISION),
    Action.RATE: is_rating_over,
    Action.APPEAL: is_appeal_over,
    Action.REOPEN: lambda order: order.status == Status.MERGED or _is_part(order),
}
"""What rules an action out although status and person fit; the actions themselves refuse with sentences."""


AT_MOST = {
    Action.APPEAL: ("appeals_per_order", 1),
    Action.REOPEN: ("reopenings_per_order", 2),
    Action.RETURN_ESCALATION: ("returned_escalations_per_order", 1),
    Action.SEND_BACK: ("send_backs_per_order", 2),
}
"""How often one order may see an action at all (settings)."""


def used_up(done: Sequence[str]) -> set[Action]:
    """Of the actions of an order's whole life, those that it has seen as often as it may."""
    return {action for action, setting in AT_MOST.items() if done.count(action) >= parameters.number(*setting)}


def _is_ruled_out(action: Action, order: WorkOrder) -> bool:
    return action in NOT_NOW and NOT_NOW[action](order)
