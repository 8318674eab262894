"""Where an accepted order goes: the first rule that fits decides, and the timeline names it."""

from collections.abc import Collection, Iterator
from enum import StrEnum

from app.deadlines.limits import ServiceClass
from app.people import queries as people
from app.people.models import Role
from app.territory.models import Level
from app.work_orders import custody
from app.work_orders.catalogue import Rule, catalogue
from app.work_orders.models import WorkOrder
from app.work_orders.workflow import Action


class Mode(StrEnum):
    """What a rule does with an order."""

    POOL = "pool"  # whoever of the grid claims it first
    PRIMARY = "primary"  # the grid's own worker
    DUTY = "duty"  # the worker on duty, then the ladder of duty officers
    DESK = "desk"  # the nearest office that can place it


UNPLACED = Rule("unplaced", "未能定位的诉求由区级受理台核实", None, None, None, Mode.DESK, 1)
URGENT = Rule("urgent", "紧急诉求直接交值班人员", None, None, None, Mode.DUTY, 1)
LADDER = (Level.COMMUNITY, Level.SUBDISTRICT, Level.DISTRICT, Level.CITY)
DESK_ROLES = (Role.CLERK, Role.DUTY_OFFICER, Role.MANAGER)


def rule_for(order: WorkOrder) -> Rule | None:
    """The first rule that fits; what nobody could place goes to a desk whatever the rules say."""
    # P0 and P1 never wait in a pool nor for one person alone, whatever a rule or the place says.
    if ServiceClass(order.class_code).is_urgent:
        return next((rule for rule in _fitting(order) if rule.mode == Mode.DUTY), URGENT)
    return UNPLACED if order.unplaced else next(_fitting(order), None)


def _fitting(order: WorkOrder) -> Iterator[Rule]:
    known = catalogue()
    above = known.ancestors(order.category_code)
    return (rule for rule in known.rules if _fits(rule, order, above))


def _fits(rule: Rule, order: WorkOrder, above: list[str]) -> bool:
    return (
        rule.category_code in (None, *above)
        and rule.class_code in (None, order.class_code)
        and (rule.territory_id is None or rule.territory_id in _places(order))
    )


def _places(order: WorkOrder) -> set[int | None]:
    return {getattr(order, f"{level}_id") for level in Level}


def desk_of(order: WorkOrder) -> int | None:
    """Who looks into what nobody placed: the nearest office's clerk, else its duty officer, else its manager."""
    barred = custody.barred(order)
    for territory_id in _upwards(order):
        for role in DESK_ROLES:
            found = _first(people.holders(role, territory_id), barred)
            if found is not None:
                return found
    return None


def own_worker(order: WorkOrder) -> int | None:
    """The grid's own worker, else the next of the grid: on duty, with room, not barred, who did not give it back."""
    on_duty = people.workers_on_duty(order.grid_id, order.community_id)
    if not on_duty:
        return None
    barred = custody.barred(order) | custody.gave_back(order, Action.REFUSE, Action.RELEASE).keys()
    return _first(custody.with_room(on_duty), barred)


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


def _upwards(order: WorkOrder) -> list[int]:
    places = (getattr(order, f"{level}_id") for level in LADDER)
    return [place for place in places if place is not None]


def _first(found: list[int], barred: Collection[int | None]) -> int | None:
    return next((account_id for account_id in found if account_id not in barred), None)
