"""Whom an order can be given or offered to, and in words why somebody cannot be chosen."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from app.db import db
from app.people import queries as people
from app.people.actor import Actor
from app.people.models import Account, Duty, Role
from app.territory.models import Level
from app.territory.scope import Area, Scope
from app.work_orders import custody
from app.work_orders.models import WorkOrder
from app.work_orders.offices import units
from app.work_orders.routing import NOT_TO_COMMUNITY
from app.work_orders.takers import DESK_ROLES

WIDER = (Level.COMMUNITY, Level.SUBDISTRICT, Level.DISTRICT, Level.CITY)


@dataclass(frozen=True)
class Candidate:
    """Somebody an order could go to, and in words why not."""

    account_id: int
    public_id: str
    name: str
    on_duty: bool
    open_orders: int
    why_not: str | None


def candidates(order: WorkOrder, manager: Actor) -> list[Candidate]:
    """Whom a manager can give it to, within their area: whoever can take it first, then the least busy.

    The grid workers near it; of what an office above the community leads, the people of that office instead; and
    whoever works for the organisation that leads it.
    """
    return _judged(order, manager.scope(Role.MANAGER))


def colleagues(order: WorkOrder, actor: Actor) -> list[Candidate]:
    """Whom it can be offered to: workers of the unit that answers for it, and of the area that a manager has."""
    return [_unless_oneself(one, actor) for one in _judged(order, actor.scope(Role.MANAGER) | _unit_of(order))]


def why_not(order: WorkOrder, worker: Actor) -> str | None:
    """Why this worker cannot take the order now, in words; None when they can."""
    anywhere = Scope(frozenset({Area(Level.CITY, order.city_id)} if order.city_id else ()))
    found = next((one for one in _judged(order, anywhere) if one.account_id == worker.account_id), None)
    return found.why_not if found else "您的岗位已不在这件工单的范围内"


def _unit_of(order: WorkOrder) -> Scope:
    level = units.level_of_lead(order)
    place = getattr(order, f"{level}_id")
    return Scope(frozenset({Area(level, place)} if place is not None else ()))


def _unless_oneself(one: Candidate, actor: Actor) -> Candidate:
    return replace(one, why_not=one.why_not or "是您本人") if one.account_id == actor.account_id else one


def _judged(order: WorkOrder, within: Scope) -> list[Candidate]:
    own_grid = people.workers(order.grid_id, order.community_id)
    of_unit = _of_the_lead(order, within)
    near = list(dict.fromkeys([*of_unit, *own_grid, *_of_the_wider_place(order, within)]))
    if not near:
        return []
    is_above = order.community_id is not None and units.level_of_lead(order) is not Level.COMMUNITY
    beyond = set(near).difference(of_unit) if is_above else set()
    reporters = custody.reporters(order)
    recused = custody.barred(order) - reporters
    found = [_candidate(order, row, reporters, recused, beyond) for row in _people(near)]
    first = of_unit or own_grid
    return sorted(
        found,
        key=lambda one: (
            one.why_not is not None,
            one.account_id not in first,
            one.open_orders,
            near.index(one.account_id),
        ),
    )


def _of_the_lead(order: WorkOrder, within: Scope) -> list[int]:
    """Whoever works for the organisation that leads; and for an office above the community, who sits at its desk.

    An office that lies above the area is not a manager's to draw from.
    """
    organisation = order.lead_organisation_id
    found = people.working_for(organisation, Role.UNIT_WORKER) if organisation is not None else []
    level = units.level_of_lead(order)
    if order.community_id is None or level is Level.COMMUNITY or not _reaches(within, order, level):
        return found
    desk = (people.holders(role, getattr(order, f"{level}_id")) for role in DESK_ROLES)
    return list(dict.fromkeys([*found, *(one for some in desk for one in some)]))


def _reaches(area: Scope, order: WorkOrder, level: Level) -> bool:
    """Whether the area holds the whole of the order's place at that level."""
    wide = (one for one in area.areas if one.level in WIDER and WIDER.index(one.level) >= WIDER.index(level))
    return any(getattr(order, one.column) == one.territory_id for one in wide)


def _of_the_wider_place(order: WorkOrder, area: Scope) -> list[int]:
    """Workers of the community; where it has none, or is not known, of the next wider place of the area."""
    for level in WIDER:
        territory_id = getattr(order, f"{level}_id")
        if territory_id is None:
            continue
        # A wider place than the area is not theirs to draw from.
        found = people.workers_below(level, territory_id, within=area)
        if found:
            return found
    return []


def _people(account_ids: list[int]) -> Any:
    return db.session.execute(
        select(
            Account.id,
            Account.public_id,
            Account.name,
            Duty.on_duty,
            custody.held_by(Account.id).label("held"),
        )
        .outerjoin(Duty, Duty.account_id == Account.id)
        .where(Account.id.in_(account_ids))
    )


def _candidate(
    order: WorkOrder, row: Any, reporters: set[int], recused: set[int], beyond: Collection[int]
) -> Candidate:
    name = row.name or "工作人员"
    why_not = NOT_TO_COMMUNITY if row.id in beyond else _why_not(order, row, reporters, recused)
    return Candidate(row.id, row.public_id, name, bool(row.on_duty), row.held, why_not)


def _why_not(order: WorkOrder, row: Any, reporters: set[int], recused: set[int]) -> str | None:
    if row.id == order.assignee_id:
        return "已是承办人"
    if row.id in reporters:
        return "是本件的反映人"
    if row.id in recused:
        return "与本件有利害关系"
    if not row.on_duty:
        return "不在岗"
    return "手上工单已满" if row.held >= custody.cap() else None
