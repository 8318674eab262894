"""Who is meant by an audience of the message table. Higher rooms register those that need their own rows."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from app.notifications.message import REPORTERS
from app.notifications.messages import audiences
from app.people import queries
from app.people.models import Role
from app.territory.models import Level

Facts = Mapping[str, Any]
Find = Callable[[int | None, Facts], list[int]]

BARRED = "barred"
NEVER_BARRED = (REPORTERS, "recused")
"""Reporters hear of what they reported; whoever had an order that concerns them hears once that it is gone."""
_barred: list[Callable[[int], Collection[int]]] = []
UPWARDS = (Level.COMMUNITY, Level.SUBDISTRICT, Level.DISTRICT, Level.CITY)


def _named(fact: str) -> Find:
    """The one account that the event itself names."""
    return lambda _order_id, facts: [facts[fact]] if facts.get(fact) else []


def _standing(role: Role, place: int, facts: Facts) -> list[int]:
    """Whoever holds the role at the place and may hear of the order."""
    return [one for one in queries.holders(role, place) if one not in facts.get(BARRED, ())]


def _pool_workers(_order_id: int | None, facts: Facts) -> list[int]:
    return queries.workers_on_duty(facts.get("grid_id"), facts.get("community_id"))


def _holders(role: Role, lowest: Level) -> Find:
    """Whoever holds the role at that level of the order's place, or next above: somebody must hear of it."""
    levels = UPWARDS[UPWARDS.index(lowest) :]

    def find(_order_id: int | None, facts: Facts) -> list[int]:
        places = filter(None, (facts.get(f"{level}_id") for level in levels))
        return next(filter(None, (_standing(role, place, facts) for place in places)), [])

    return find


def _desk(_order_id: int | None, facts: Facts) -> list[int]:
    """Whoever takes requests in at the place, or next above: its clerks, else its managers."""
    places = filter(None, (facts.get(f"{level}_id") for level in UPWARDS))
    found = (_standing(role, place, facts) for place in places for role in (Role.CLERK, Role.MANAGER))
    return next(filter(None, found), [])


def _follow_up_officers(order_id: int | None, facts: Facts) -> list[int]:
    """Those of the unit that owes the follow-up, where the event names it."""
    unit = facts.get("territory_id")
    named = _standing(Role.FOLLOW_UP_OFFICER, unit, facts) if unit else []
    return named or _holders(Role.FOLLOW_UP_OFFICER, Level.COMMUNITY)(order_id, facts)


def _unit_managers(order_id: int | None, facts: Facts) -> list[int]:
    """The managers of the unit that must decide, where the event names it."""
    if "unit_id" in facts and facts["unit_id"] is None:
        return []
    unit = facts.get("unit_id")
    named = _standing(Role.MANAGER, unit, facts) if unit else []
    return named or _holders(Role.MANAGER, Level.COMMUNITY)(order_id, facts)


def _lead_managers(_order_id: int | None, facts: Facts) -> list[int]:
    """The managers of the unit that answers for the order, and nobody above it."""
    unit = facts.get("lead_unit_id")
    return _standing(Role.MANAGER, unit, facts) if unit else []


def _helpers(_order_id: int | None, facts: Facts) -> list[int]:
    """Whoever works for the organisation that is asked to help."""
    organisation = facts.get("organisation_id")
    return queries.working_for(organisation) if organisation else []


_find: dict[str, Find] = {
    "assignee": _named("assignee_id"),
    "former": _named("former_id"),
    "recused": _named("former_id"),
    "heir": _named("heir_id"),
    "named_manager": _named("manager_id"),
    "offered": _named("target_id"),
    "waiting": _named("waiting_id"),
    "asked": _named("asked_id"),
    "unit_managers": _unit_managers,
    "lead_managers": _lead_managers,
    "helpers": _helpers,
    "pool_workers": _pool_workers,
    "desk": _desk,
    "managers": _holders(Role.MANAGER, Level.COMMUNITY),
    "community_managers": _holders(Role.MANAGER, Level.COMMUNITY),
    "subdistrict_managers": _holders(Role.MANAGER, Level.SUBDISTRICT),
    "district_managers": _holders(Role.MANAGER, Level.DISTRICT),
    "follow_up_officers": _follow_up_officers,
}


def register(audience: str, find: Find) -> None:
    """Say how an audience is found; `find` gets the order's id and the facts, and gives account ids."""
    _find[audience] = find


def check() -> None:
    """Raise LookupError when some message speaks to an audience that nobody can find."""
    unknown = audiences() - _find.keys()
    if unknown:
        raise LookupError(f"nobody registered how to find: {', '.join(sorted(unknown))}")


def register_barred(find: Callable[[int], Collection[int]]) -> None:
    """Say who may hear nothing of an order at work."""
    _barred[:] = [find]


def without_barred(work_order_id: int | None, facts: Facts) -> Facts:
    """The facts with who may hear nothing of the order, for all audiences of one event."""
    if work_order_id is None:
        return facts
    return {**facts, BARRED: frozenset(one for find in _barred for one in find(work_order_id))}


def of(audience: str, work_order_id: int | None, facts: Facts) -> list[int]:
    """The accounts of an audience, each once, without those whom the order concerns."""
    barred = () if audience in NEVER_BARRED else facts.get(BARRED, ())
    return [one for one in dict.fromkeys(_find[audience](work_order_id, facts)) if one not in barred]
