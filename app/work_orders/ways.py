"""Who gets an order that was decided on: the mode's own way first, and where that has nobody, the next one."""

from dataclasses import dataclass, field

from app.deadlines.limits import ServiceClass
from app.work_orders import takers
from app.work_orders.catalogue import Mode
from app.work_orders.models import WorkOrder
from app.work_orders.routing import Decision, Helper


@dataclass
class Way:
    """Before whom the order is put, or that it waits in the pool; neither when there is nobody at all."""

    account_id: int | None = None
    step: int = 0  # of the ladder of whoever is on duty
    pooled: bool = False
    organisation_id: int | None = None  # which leads
    helpers: tuple[Helper, ...] = ()
    steps: list[str] = field(default_factory=list)  # in words, what was tried

    @property
    def is_open(self) -> bool:
        return self.pooled or self.account_id is not None


def find(order: WorkOrder, decision: Decision) -> Way:
    """Down the ladder of modes until somebody is found, for an order whose lead unit is set; nothing is written.

    A unit without workers: the grid's own worker, and a task for the unit. That one away: the others on duty. Nobody:
    the pool, where the community answers; else the desk of the unit, and the desks above it.
    """
    way = Way(helpers=decision.helpers)
    mode = decision.mode
    while mode is not None and not way.is_open:
        mode = _try(mode, order, decision, way)
    return way


def _try(mode: Mode, order: WorkOrder, decision: Decision, way: Way) -> Mode | None:
    """Try one mode; returns the next one to try when it has nobody."""
    if mode is Mode.POOL:
        return _pool(order, decision, way)
    if mode is Mode.UNIT:
        return _unit(order, decision, way)
    if mode is Mode.DUTY:
        return _duty(order, way)
    if mode is Mode.PRIMARY:
        return _person(way, takers.primary(order), "网格责任人", Mode.BALANCED)
    if mode is Mode.BALANCED:
        return _person(way, takers.least_busy(order), "在岗且工单最少的网格员", Mode.POOL)
    return _person(way, takers.desk_of(order), "负责单位或上级的受理台", None)


def _person(way: Way, found: int | None, who: str, otherwise: Mode | None) -> Mode | None:
    way.account_id = found
    way.steps.append(f"交{who}" if found is not None else f"{who}：现在没有可以接手的人")
    return otherwise


def _pool(order: WorkOrder, decision: Decision, way: Way) -> Mode | None:
    way.pooled = order.community_id is not None and not decision.is_above
    way.steps.append("进入网格待认领池" if way.pooled else "没有可以认领的社区")
    return Mode.DESK


def _unit(order: WorkOrder, decision: Decision, way: Way) -> Mode | None:
    """The organisation leads where it has somebody; else it helps whoever does."""
    unit = decision.organisation
    found = takers.of_organisation(order, unit.id) if unit else None
    if unit is None:
        way.steps.append("这里没有登记负责的单位")
    elif found is not None:
        way.account_id, way.organisation_id = found, unit.id
        way.steps.append(f"交“{unit.name}”在岗且工单最少的经办人")
    else:
        way.steps.append(f"“{unit.name}”没有可以接手的经办人，请它协办")
        way.helpers = tuple(dict.fromkeys((*way.helpers, Helper(unit.territory_id, unit.id))))
    return Mode.DESK if decision.is_above else Mode.PRIMARY


def _duty(order: WorkOrder, way: Way) -> Mode | None:
    called = takers.step_of_ladder(order, 0)
    way.step, found = called or (0, None)
    is_urgent = ServiceClass(order.class_code).is_urgent
    way.step = way.step if is_urgent else 0
    return _person(way, found, "值班人员", None if is_urgent else Mode.POOL)
