"""Who could take an order: the grid's workers, an organisation's, the desks, and the ladders of those above."""

from collections.abc import Collection, Sequence

from app.people import queries as people
from app.people.models import Role
from app.territory.models import Level
from app.work_orders import custody
from app.work_orders.models import WorkOrder
from app.work_orders.offices import units
from app.work_orders.workflow import Action

LADDER = (Level.COMMUNITY, Level.SUBDISTRICT, Level.DISTRICT, Level.CITY)
DESK_ROLES = (Role.CLERK, Role.DUTY_OFFICER, Role.MANAGER)


def rung(order: WorkOrder) -> int:
    """Which step of the ladder the unit is on that answers for the order: 1 is the community."""
    return LADDER.index(units.level_of_lead(order)) + 1


def desk_of(order: WorkOrder, besides: Collection[int | None] = ()) -> int | None:
    """At the unit that answers for it, else the next above: the clerk, else the duty officer, else the manager."""
    found = _first_above(order, rung(order), DESK_ROLES, custody.barred(order) | {*besides})
    return found[1] if found else None


def own_worker(order: WorkOrder) -> int | None:
    """The grid's own worker, else the next of the grid: on duty, with room, not barred, who did not give it back."""
    return _first(custody.with_room(people.workers_on_duty(order.grid_id, order.community_id)), _out(order))


def primary(order: WorkOrder) -> int | None:
    """The grid's own worker alone, if they are on duty and can take it."""
    if order.grid_id is None:
        return None
    return _first(custody.with_room(people.primaries_on_duty(order.grid_id)), _out(order))


def least_busy(order: WorkOrder) -> int | None:
    """Of the grid's workers on duty the one with the fewest orders; where the grid has none, of the community's."""
    out = _out(order)
    for grid_id in dict.fromkeys((order.grid_id, None)):
        found = _first(custody.least_busy(people.workers_on_duty(grid_id, order.community_id)), out)
        if found is not None:
            return found
    return None


def of_organisation(order: WorkOrder, organisation_id: int, besides: Collection[int | None] = ()) -> int | None:
    """Of the organisation's workers on duty the one with the fewest orders; when none is, of the others."""
    workers = people.working_for(organisation_id, Role.UNIT_WORKER)
    on_duty = people.on_duty(workers)
    out = _out(order) | {*besides}
    for some in ([one for one in workers if one in on_duty], workers):
        found = _first(custody.least_busy(some), out)
        if found is not None:
            return found
    return None


def next_of_unit(order: WorkOrder) -> int | None:
    """Who has the order next where no pool may have it: the organisation's other workers, else the unit's desk."""
    out = {order.assignee_id, *custody.gave_back(order, Action.REFUSE, Action.RELEASE)}
    if order.lead_organisation_id is not None:
        found = of_organisation(order, order.lead_organisation_id, out)
        if found is not None:
            return found
    return desk_of(order, out)


def step_of_ladder(order: WorkOrder, step: int) -> tuple[int, int] | None:
    """Who is called at this step or the next one that has somebody else: (step, account).

    Step 0 is the worker on duty; then the duty officers, else managers, of community, subdistrict, district, city.
    """
    barred = custody.barred(order) | {order.assignee_id}
    if step == 0:
        worker = _first(people.workers_on_duty(order.grid_id, order.community_id), barred)
        if worker is not None:
            return 0, worker
    return _first_above(order, step, (Role.DUTY_OFFICER, Role.MANAGER), barred)


def manager_from(order: WorkOrder, level: int) -> tuple[int, int] | None:
    """The first other manager from this level of the ladder (1 = community) upwards: (level, account)."""
    return _first_above(order, level, (Role.MANAGER,), custody.barred(order) | {order.assignee_id})


def _out(order: WorkOrder) -> set[int]:
    """Who is not to have it, or not again: whom it concerns, and who gave it back."""
    return custody.barred(order) | custody.gave_back(order, Action.REFUSE, Action.RELEASE)


def _first_above(
    order: WorkOrder, level: int, roles: tuple[Role, ...], barred: Collection[int | None]
) -> tuple[int, int] | None:
    for number, name in enumerate(LADDER, start=1):
        territory_id = getattr(order, f"{name}_id")
        if number < level or territory_id is None:
            continue
        for role in roles:
            found = _first(people.holders(role, territory_id), barred)
            if found is not None:
                return number, found
    return None


def _first(found: Sequence[int], barred: Collection[int | None]) -> int | None:
    return next((account_id for account_id in found if account_id not in barred), None)
