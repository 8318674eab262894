"""Which part of the city a person may see: one rule, for lists and for single look-ups."""

from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, false, or_

from app.territory.models import Level


class Placed(Protocol):
    """Anything that carries the five place ids: a row or a table."""

    city_id: Any
    district_id: Any
    subdistrict_id: Any
    community_id: Any
    grid_id: Any


@dataclass(frozen=True)
class Area:
    """One place of the tree and all below it."""

    level: Level
    territory_id: int

    @property
    def column(self) -> str:
        return f"{self.level.value}_id"


@dataclass(frozen=True)
class Scope:
    """A set of areas; what lies in any of them is in scope."""

    areas: frozenset[Area] = frozenset()

    def covers(self, placed: Placed) -> bool:
        return any(getattr(placed, area.column) == area.territory_id for area in self.areas)

    def limits(self, table: Any) -> ColumnElement[bool]:
        """The same as a condition on a table with the five columns."""
        ordered = sorted(self.areas, key=lambda area: (area.level, area.territory_id))
        return or_(false(), *(getattr(table, area.column) == area.territory_id for area in ordered))

    def __or__(self, other: "Scope") -> "Scope":
        return Scope(self.areas | other.areas)

    def __bool__(self) -> bool:
        return bool(self.areas)
