"""The places whose figures a person may read: where they manage or audit, and everything below."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, select

from app.db import db
from app.errors import NotFound
from app.people.actor import Actor
from app.territory.models import Level, Territory
from app.territory.tree import LEVELS, depth
from app.work_orders import scope

NOT_HERE = "没有找到这个地方，请从上方重新选择。"


@dataclass(frozen=True)
class Place:
    """A place of the tree, with those above it that the person may read too."""

    id: int
    name: str
    level: Level
    above: tuple[tuple[int, str], ...] = ()

    @property
    def column(self) -> str:
        return f"{self.level}_id"

    @property
    def level_below(self) -> Level | None:
        return LEVELS[depth(self.level) + 1] if self.level is not Level.GRID else None


def may_read(actor: Actor) -> bool:
    return bool(scope.statistics_area(actor))


def own(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the very places at which the person manages or audits, the widest first."""
    ids = {area.territory_id for area in scope.statistics_area(actor).areas}
    rows = db.session.execute(select(Territory.id, Territory.name, Territory.level).where(Territory.id.in_(ids)))
    return [(row.id, row.name) for row in sorted(rows, key=lambda row: (depth(row.level), row.id))]


def chosen(actor: Actor, territory_id: int | None) -> Place:
    """The place with this id, else the person's own; foreign and absent are the same NotFound."""
    if territory_id is None:
        territory_id = own(actor)[0][0]
    line = _line(actor, territory_id)
    if not line or line[-1].id != territory_id:
        raise NotFound(NOT_HERE)
    here = line[-1]
    return Place(here.id, here.name, Level(here.level), tuple((row.id, row.name) for row in line[:-1]))


def _line(actor: Actor, territory_id: int) -> list[Row[tuple[int, str, str]]]:
    """The place and those above it, as far as the person may read them, the widest first."""
    columns = [getattr(Territory, f"{level}_id") for level in LEVELS]
    ids = db.session.execute(select(*columns).where(Territory.id == territory_id)).one_or_none()
    wanted = select(Territory.id, Territory.name, Territory.level).where(
        Territory.id.in_([one for one in ids or () if one is not None]),
        scope.statistics_area(actor).limits(Territory),
    )
    return sorted(db.session.execute(wanted), key=lambda row: depth(row.level))


def below(place: Place) -> Sequence[Row[tuple[int, str]]]:
    """(id, name) of the places right below, by their code."""
    statement = select(Territory.id, Territory.name).where(Territory.parent_id == place.id)
    return db.session.execute(statement.order_by(Territory.code)).all()
