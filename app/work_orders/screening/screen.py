"""All that is told about a text before it is sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import Refusal
from app.people.actor import Actor
from app.territory.placing import Place, place_by_building, place_by_point
from app.work_orders.catalogue import Kind
from app.work_orders.screening import duplicates, emergencies, suggestion
from app.work_orders.screening.duplicates import Likely
from app.work_orders.screening.words import DangerKnown


@dataclass(frozen=True)
class Where:
    """The place as far as the person has told it; what is told last may still be wrong."""

    compound_id: str | None = None
    building: str | None = None
    lat: float | None = None
    lng: float | None = None
    coordinate_system: str = "wgs84"


@dataclass(frozen=True)
class Screened:
    danger: DangerKnown | None
    categories: Sequence[Kind]
    duplicates: Sequence[Likely]


def screen(text: str, category: str | None, where: Where, actor: Actor) -> Screened:
    """Danger, likely categories, and open orders that may be about the same: of the chosen category, else of these."""
    danger = emergencies.found(text, category=category)
    categories = suggestion.suggest(text, danger)
    place = _place(where)
    wanted = [category] if category else [kind.code for kind in categories]
    found = duplicates.likely(text, place, wanted, actor) if place else []
    return Screened(danger, categories, found)


def _place(where: Where) -> Place | None:
    """None where there is none yet or it cannot be found: a danger must be told all the same."""
    try:
        if where.compound_id:
            return place_by_building(where.compound_id, where.building, None)
        if where.lat is not None and where.lng is not None:
            return place_by_point(where.lat, where.lng, where.coordinate_system)
    except Refusal:
        return None
    return None
