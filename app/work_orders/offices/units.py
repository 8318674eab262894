"""The offices behind an order: the lead unit 首接单位, which answers for it, and those above it."""

from typing import Any

from app.territory.models import Level

OFFICES = (Level.COMMUNITY, Level.SUBDISTRICT, Level.DISTRICT, Level.CITY)


def level_of_lead(order: Any) -> Level:
    """The level of the unit that answers for the order; before there is one, of the nearest office of its place."""
    held = {level: getattr(order, f"{level}_id") for level in OFFICES}
    lead = next((level for level, place in held.items() if place is not None and place == order.lead_unit_id), None)
    return lead or next((level for level, place in held.items() if place is not None), Level.CITY)


def above(level: Level) -> tuple[Level, ...]:
    """The levels of offices above this one; at the city, the city itself."""
    return OFFICES[OFFICES.index(level) + 1 :] or (Level.CITY,)


def lead_and_above(order: Any) -> list[int]:
    """The lead unit and every office of the order's place above it, the nearest first."""
    return _places(order, (level_of_lead(order), *above(level_of_lead(order))))


def superiors(order: Any) -> list[int]:
    """The offices above the lead unit, the nearest first; at the city, the city itself."""
    return _places(order, above(level_of_lead(order)))


def next_above(order: Any, unit_id: int | None) -> int | None:
    """The office one level above this one on the order's way to the city; None at the city."""
    line = [getattr(order, f"{level}_id") for level in OFFICES]
    places = [place for place in line if place is not None]
    if unit_id not in places[:-1]:
        return None
    return places[places.index(unit_id) + 1]


def _places(order: Any, levels: tuple[Level, ...]) -> list[int]:
    found = (getattr(order, f"{level}_id") for level in levels)
    return list(dict.fromkeys(place for place in found if place is not None))
