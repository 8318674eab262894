"""The tree of places: finding a place, what lies above and below it, and adding to it."""

from collections.abc import Callable, Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.db import db
from app.territory.models import Level, Territory

LEVELS = tuple(Level)
COLUMNS = tuple(f"{level}_id" for level in LEVELS)

Moved = Callable[[frozenset[int], frozenset[int]], None]
# Called in the same transaction with the ids of territories that now lie elsewhere in the tree, and of compounds
# that now belong to another community or grid, themselves or by a building.
after_move: list[Moved] = []


def find_by_code(code: str) -> Territory | None:
    """The place with this code, or None."""
    return db.session.scalar(sa.select(Territory).where(Territory.code == code))


def find_all_by_code(codes: Iterable[str]) -> dict[str, Territory]:
    """The places with these codes, by code; codes nobody has are left out."""
    found = db.session.scalars(sa.select(Territory).where(Territory.code.in_(set(codes))))
    return {territory.code: territory for territory in found}


def lineage(territory_id: int) -> list[Territory]:
    """The places from the city down to this one, itself included; empty when there is no such place."""
    mine = aliased(Territory)
    above = (getattr(mine, column) for column in COLUMNS)
    statement = sa.select(Territory).join(mine, Territory.id.in_(list(above))).where(mine.id == territory_id)
    return sorted(db.session.scalars(statement), key=lambda territory: depth(territory.level))


def children(territory_id: int | None) -> list[Territory]:
    """The places right below this one, by code; for None the cities."""
    statement = sa.select(Territory).where(Territory.parent_id == territory_id).order_by(Territory.code)
    return list(db.session.scalars(statement))


def add(code: str, level: Level, name: str, parent: Territory | None = None) -> Territory:
    """Add a place below its parent. Raises ValueError when the parent is not of the level above."""
    if (parent.level if parent else None) != above(level):
        raise ValueError(f"a {level} does not lie right below a {parent.level if parent else 'nothing'}")
    territory = Territory(code=code, level=level.value, name=name, parent_id=parent.id if parent else None)
    db.session.add(territory)
    db.session.flush()
    set_line(territory, parent)
    return territory


def set_line(territory: Territory, parent: Territory | None) -> bool:
    """Write the ids of the places above, and its own, into their columns; says whether any of them differed."""
    line: Mapping[str, int | None] = {column: getattr(parent, column, None) for column in COLUMNS}
    line = {**line, f"{territory.level}_id": territory.id}
    differing = {column: value for column, value in line.items() if getattr(territory, column) != value}
    for column, value in differing.items():
        setattr(territory, column, value)
    return bool(differing)


def depth(level: str) -> int:
    """0 for a city up to 4 for a grid."""
    return LEVELS.index(Level(level))


def above(level: Level) -> Level | None:
    """The level right above; None above a city."""
    return LEVELS[depth(level) - 1] if depth(level) else None
