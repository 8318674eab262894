"""Which organisation answers at a place: read from the database and kept a while, since every acceptance may ask."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.db import db
from app.kept import Kept
from app.organisations.models import Coverage, Organisation
from app.territory.models import Level

UPWARDS = (Level.COMMUNITY, Level.SUBDISTRICT, Level.DISTRICT, Level.CITY)


@dataclass(frozen=True)
class Known:
    """An organisation as the rooms use it; `compounds` are those it answers for, none means all of its place."""

    id: int
    code: str
    name: str
    kind: str
    territory_id: int
    compounds: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Directory:
    by_id: dict[int, Known]
    at: dict[tuple[str, int], list[Known]] = field(default_factory=dict)  # by kind and place, those without compounds
    of_compound: dict[tuple[str, int], list[Known]] = field(default_factory=dict)

    def named(self, code: str, place: Any) -> Known | None:
        """The organisation of this code, where it answers at the place."""
        found = next((one for one in self.by_id.values() if one.code == code), None)
        if found is None or (found.compounds and place.compound_id not in found.compounds):
            return None
        return found if found.territory_id in {getattr(place, f"{level}_id") for level in UPWARDS} else None

    def name_by_code(self, code: str) -> str:
        return next((one.name for one in self.by_id.values() if one.code == code), "协办单位")

    def answering(self, kind: str, level: str, place: Any) -> Known | None:
        """The one of this kind that covers the compound; else the one of the nearest place, from that level upwards."""
        covering = self.of_compound.get((kind, place.compound_id))
        if covering:
            return covering[0]
        for one in UPWARDS[UPWARDS.index(Level(level)) :]:
            found = self.at.get((kind, getattr(place, f"{one}_id")))
            if found:
                return found[0]
        return None


def _read() -> Directory:
    covered: dict[int, set[int]] = defaultdict(set)
    for row in db.session.execute(select(Coverage.organisation_id, Coverage.compound_id)):
        covered[row.organisation_id].add(row.compound_id)
    rows = db.session.execute(
        select(Organisation.id, Organisation.code, Organisation.name, Organisation.kind, Organisation.territory_id)
        .where(Organisation.active)
        .order_by(Organisation.id)
    )
    known = [Known(row.id, row.code, row.name, row.kind, row.territory_id, frozenset(covered[row.id])) for row in rows]
    directory = Directory({one.id: one for one in known})
    for one in known:
        for compound_id in one.compounds:
            directory.of_compound.setdefault((one.kind, compound_id), []).append(one)
        if not one.compounds:
            directory.at.setdefault((one.kind, one.territory_id), []).append(one)
    return directory


directory = Kept(_read)
"""All active organisations."""
forget = directory.forget


def name_of(organisation_id: int | None) -> str:
    known = directory().by_id.get(organisation_id or 0)
    return known.name if known else "协办单位"
