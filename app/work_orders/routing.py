"""Where an accepted order goes, and why: urgency, then the rules, then the list of responsibilities.

A decision rests on tables that are kept in the process, so it asks the database nothing; who of the unit gets the order
is found by `ways`. The trial of an address and the acceptance of an order are the same decision.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from app.deadlines.limits import ServiceClass
from app.organisations.directory import Known, directory
from app.organisations.models import KIND_NAMES, OrganisationKind
from app.territory.models import LEVEL_NAMES, Level
from app.territory.scope import Placed
from app.work_orders.catalogue import OF_THE_GRID, OFFICE, Charge, Mode, Rule, catalogue, name_of
from app.work_orders.offices import units
from app.work_orders.takers import LADDER, desk_of, manager_from, own_worker, rung, step_of_ladder

__all__ = [
    "LADDER",
    "Decision",
    "Helper",
    "Mode",
    "decide",
    "desk_of",
    "manager_from",
    "may_pool",
    "own_worker",
    "rung",
    "step_of_ladder",
    "within",
]

UNPLACED = Rule("unplaced", "未能定位的诉求由区级受理台核实", None, None, None, Mode.DESK, 1)
URGENT = Rule("urgent", "紧急诉求直接交值班人员", None, None, None, Mode.DUTY, 1)
MODE_NAMES = {
    Mode.POOL: "进入网格待认领池",
    Mode.PRIMARY: "由网格责任人承办",
    Mode.BALANCED: "派给在岗且工单最少的网格员",
    Mode.UNIT: "由负责的单位承办",
    Mode.DUTY: "交在岗网格员和值班人员",
    Mode.DESK: "交受理台研判",
}
NOT_OURS = "不在社区职责清单内"
NOT_TO_COMMUNITY = f"{NOT_OURS}，不能派给社区"


class Asked(Placed, Protocol):
    """What of an order decides where it goes."""

    category_code: Any
    class_code: Any
    unplaced: Any
    compound_id: Any
    lead_unit_id: Any
    lead_organisation_id: Any


@dataclass(frozen=True)
class Helper:
    """A unit that is asked to help: an office, or an organisation at its place."""

    unit_id: int
    organisation_id: int | None = None


@dataclass(frozen=True)
class Looked:
    """A rule that was looked at, and in words why it does not fit; empty for the one that decided."""

    rule: Rule
    misfit: str


@dataclass(frozen=True)
class Decision:
    """Where an order goes. No mode means that nothing says so, and it waits for an office."""

    mode: Mode | None
    lead_unit_id: int | None
    organisation: Known | None = None  # which should lead; whether it has anybody for it, its way tells
    helpers: tuple[Helper, ...] = ()
    rule: Rule | None = None
    charge: Charge | None = None
    looked: tuple[Looked, ...] = ()
    is_above: bool = False  # outside the community's list, so never pushed down to it

    @property
    def facts(self) -> dict[str, Any]:
        """What the timeline keeps of why."""
        if self.rule is not None:
            return {"rule": self.rule.code, "rule_name": self.rule.name, "rule_version": self.rule.version}
        if self.charge is not None:
            facts = {"responsibility": self.charge.code, "responsibility_name": in_words(self.charge)}
            return facts | {"responsibility_version": self.charge.version}
        return {}


def in_words(charge: Charge) -> str:
    """A line of the list of responsibilities as people say it."""
    unit = LEVEL_NAMES[Level(charge.level)]
    if charge.organisation_code is not None:
        unit = directory().name_by_code(charge.organisation_code)
    elif charge.unit_kind != OFFICE:
        unit = KIND_NAMES[OrganisationKind(charge.unit_kind)]
    return f"{name_of(charge.category_code)}由{unit}{'负责' if charge.leads else '协办'}"


@dataclass(frozen=True)
class _Led:
    """A leading line of the list as it stands at a place."""

    charge: Charge
    unit_id: int
    organisation: Known | None

    @property
    def is_above(self) -> bool:
        return self.charge.level != Level.COMMUNITY


def decide(order: Asked) -> Decision:
    """Urgent: whoever is on duty. Nobody knows where: the desk. Else the first rule that fits, else the list."""
    place_id = _own_unit(order)
    led = _led(order)
    if ServiceClass(order.class_code).is_urgent:
        # P0 and P1 never wait in a pool nor for one person alone, and whoever is nearest goes first.
        rule = next((one for one in _fitting(order) if one.mode == Mode.DUTY), URGENT)
        helpers = _helpers(order, place_id, None, also=led)
        return Decision(Mode.DUTY, place_id, rule=rule, helpers=helpers, looked=(Looked(rule, ""),))
    if order.unplaced:
        return Decision(Mode.DESK, place_id, rule=UNPLACED, looked=(Looked(UNPLACED, ""),))
    looked = tuple(_look(order, led))
    decisive = looked[-1].rule if looked and not looked[-1].misfit else None
    is_above = led is not None and led.is_above
    mode = Mode(decisive.mode) if decisive else Mode(led.charge.mode) if led else None
    organisation = led.organisation if led is not None and mode is Mode.UNIT else None
    lead_id = led.unit_id if led is not None and is_above else place_id
    return Decision(
        mode=mode,
        lead_unit_id=lead_id,
        organisation=organisation,
        helpers=_helpers(order, lead_id, organisation) if mode else (),
        rule=decisive,
        charge=led.charge if led else None,
        looked=looked,
        is_above=is_above,
    )


def within(order: Asked) -> Decision:
    """Where an order goes inside the unit that was told to answer for it, whatever the list says."""
    if ServiceClass(order.class_code).is_urgent:
        return replace(decide(order), lead_unit_id=order.lead_unit_id)
    is_above = units.level_of_lead(order) is not Level.COMMUNITY
    organisation = directory().by_id.get(order.lead_organisation_id or 0)
    lead_id = order.lead_unit_id or _own_unit(order)
    if organisation is not None:
        return Decision(Mode.UNIT, lead_id, organisation, is_above=is_above)
    if is_above:
        return Decision(Mode.DESK, lead_id, is_above=True)
    rule = next((one for one in _fitting(order) if one.mode != Mode.UNIT), None)
    return Decision(Mode(rule.mode) if rule else Mode.POOL, lead_id, rule=rule)


def may_pool(order: Any) -> bool:
    """Whether the order may wait in a pool: its community answers for it, and no organisation does."""
    is_community = order.community_id is not None and units.level_of_lead(order) is Level.COMMUNITY
    return is_community and order.lead_organisation_id is None


def _look(order: Asked, led: _Led | None) -> Iterator[Looked]:
    """The rules in their order, with what speaks against each, up to the first that fits."""
    known = catalogue()
    above = known.ancestors(order.category_code)
    for rule in known.rules:
        misfit = _misfit(rule, order, above) or _beyond(rule, led)
        yield Looked(rule, misfit)
        if not misfit:
            return


def _fitting(order: Asked) -> Iterator[Rule]:
    known = catalogue()
    above = known.ancestors(order.category_code)
    return (rule for rule in known.rules if not _misfit(rule, order, above))


def _misfit(rule: Rule, order: Asked, above: list[str]) -> str:
    if rule.category_code not in (None, *above):
        return "类别不符"
    if rule.class_code not in (None, order.class_code):
        return "等级不符"
    if rule.territory_id is not None and rule.territory_id not in _places(order):
        return "不在规则的辖区内"
    return ""


def _beyond(rule: Rule, led: _Led | None) -> str:
    """Why a rule that fits the order must not decide: what the list says of its category stands above it."""
    if rule.mode in OF_THE_GRID and led is not None and led.is_above:
        return "不在社区职责清单内，不下派社区"
    if rule.mode == Mode.UNIT and (led is None or led.charge.unit_kind == OFFICE):
        return "权责清单没有规定由哪类单位承办"
    return ""


def _led(order: Asked) -> _Led | None:
    """Who leads by the list at this place: the first line whose unit is there, else the first line."""
    lines = [found for charge in catalogue().leading(order.category_code) if (found := _at(charge, order))]
    there = (one for one in lines if one.charge.unit_kind == OFFICE or one.organisation is not None)
    return next(there, lines[0] if lines else None)


def _at(charge: Charge, order: Asked) -> _Led | None:
    """The line with the office of its level, or the next above where the place has none."""
    levels = LADDER[LADDER.index(Level(charge.level)) :]
    unit_id = next((place for level in levels if (place := getattr(order, f"{level}_id")) is not None), None)
    if unit_id is None:
        return None
    if charge.unit_kind == OFFICE:
        return _Led(charge, unit_id, None)
    if charge.organisation_code is not None:
        return _Led(charge, unit_id, directory().named(charge.organisation_code, order))
    return _Led(charge, unit_id, directory().answering(charge.unit_kind, charge.level, order))


def _helpers(order: Asked, lead_id: int | None, leader: Known | None, also: _Led | None = None) -> tuple[Helper, ...]:
    """Whom the list asks to help; `also` where whoever should lead helps only, because others go first."""
    asked = [_at(charge, order) for charge in catalogue().helping(order.category_code)]
    if also is not None and (also.organisation is not None or also.is_above):
        asked.append(also)
    found = dict.fromkeys(helper for one in asked if one is not None and (helper := _helper(one)) is not None)
    leading = {Helper(lead_id or 0), Helper(leader.territory_id, leader.id) if leader else None}
    return tuple(helper for helper in found if helper not in leading)


def _helper(one: _Led) -> Helper | None:
    if one.charge.unit_kind == OFFICE:
        return Helper(one.unit_id)
    return Helper(one.organisation.territory_id, one.organisation.id) if one.organisation else None


def _own_unit(order: Asked) -> int | None:
    """The nearest office of the place."""
    return next((place for level in LADDER if (place := getattr(order, f"{level}_id")) is not None), None)


def _places(order: Asked) -> set[int | None]:
    return {getattr(order, f"{level}_id") for level in Level}
