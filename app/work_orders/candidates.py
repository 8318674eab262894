"""Whom an order can be given or offered to, and in words why somebody cannot be chosen."""

from dataclasses import dataclass, replace
from itertools import islice
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
from app.work_orders.workflow import Action

CONFLICT = "conflict_of_interest"
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
    """The grid workers near the order within the manager's area: whoever can take it first, then the least busy."""
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
    areas = (Area(level, place) for level in WIDER if (place := getattr(order, f"{level}_id")) is not None)
    return Scope(frozenset(islice(areas, 1)))


def _unless_oneself(one: Candidate, actor: Actor) -> Candidate:
    return replace(one, why_not=one.why_not or "是您本人") if one.account_id == actor.account_id else one


def _judged(order: WorkOrder, within: Scope) -> list[Candidate]:
    own_grid = people.workers(order.grid_id, order.community_id)
    near = list(dict.fromkeys([*own_grid, *_of_the_wider_place(order, within)]))
    if not near:
        return []
    reporters = custody.reporters(order)
    recused = {one for one, reasons in custody.gave_back(order, Action.REFUSE).items() if CONFLICT in reasons}
    recused |= custody.barred(order) - reporters
    found = [_candidate(order, row, reporters, recused) for row in _people(near)]
    return sorted(
        found,
        key=lambda one: (
            one.why_not is not None,
            one.account_id not in own_grid,
            one.open_orders,
            near.index(one.account_id),
        ),
    )


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


def _candidate(order: WorkOrder, row: Any, reporters: set[int], recused: set[int]) -> Candidate:
    name = row.name or "网格员"
    why_not = _why_not(order, row, reporters, recused)
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
