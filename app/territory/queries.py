"""What others read of places: compounds to choose from, one compound in full, names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Any

import sqlalchemy as sa

from app.db import db
from app.errors import NotFound
from app.territory import tree
from app.territory.coordinates import CoordinateSystem, to_wgs84
from app.territory.models import Building, Compound, Level, Territory
from app.territory.scope import Scope

EARTH_RADIUS_M = 6371008.8
NO_COMPOUND = "没有找到这个小区，请重新选择小区。"
_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True)
class CompoundFound:
    """A compound to choose; the distance is in metres, None when no point was given or it has none."""

    public_id: str
    name: str
    community: str
    distance_m: int | None = None


@dataclass(frozen=True)
class BuildingDetail:
    name: str
    units: tuple[str, ...]


@dataclass(frozen=True)
class CompoundDetail:
    public_id: str
    name: str
    community: str
    buildings: tuple[BuildingDetail, ...]


def compounds(
    q: str = "",
    lat: float | None = None,
    lng: float | None = None,
    limit: int = 20,
    coordinate_system: str = CoordinateSystem.WGS84,
    within: Scope | None = None,
) -> list[CompoundFound]:
    """Compounds with `q` in their name or code, anywhere or in these areas; nearest first when a point is given."""
    near = None if lat is None or lng is None else (lat, lng)
    if near and coordinate_system == CoordinateSystem.GCJ02:
        near = to_wgs84(*near)
    statement = _FOUND.limit(limit)
    if within is not None:
        statement = statement.where(within.limits(Territory))
    if q.strip():
        wanted = q.strip()
        matches = (column.icontains(wanted, autoescape=True) for column in (Compound.name, Compound.code))
        statement = statement.where(sa.or_(*matches))
    if near:
        statement = statement.order_by(Compound.lat.is_(None), _nearness(*near))
    rows = db.session.execute(statement.order_by(Compound.code)).all()
    return [CompoundFound(row.public_id, row.name, row.community, _distance(near, row)) for row in rows]


def compound(public_id: str) -> CompoundDetail:
    """One compound with its buildings and their units, in the order people count them. Raises NotFound."""
    rows = db.session.execute(_DETAIL, {"public_id": public_id}).all()
    if not rows:
        raise NotFound(NO_COMPOUND)
    buildings = [BuildingDetail(row.building, tuple(row.units)) for row in rows if row.building is not None]
    buildings.sort(key=lambda building: counted(building.name))
    return CompoundDetail(rows[0].public_id, rows[0].name, rows[0].community, tuple(buildings))


def compound_by_code(code: str) -> Compound | None:
    """A compound by the code of the city's own tables."""
    return db.session.scalar(sa.select(Compound).where(Compound.code == code))


def names(ids: Iterable[int | None]) -> dict[int, str]:
    """Names of places by their ids; None and unknown ids are left out."""
    wanted = {territory_id for territory_id in ids if territory_id is not None}
    if not wanted:
        return {}
    rows = db.session.execute(sa.select(Territory.id, Territory.name).where(Territory.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def path_name(territory_id: int) -> str:
    """The place with those above it, as people say it: 城西区·虎台街道·新宁路西社区. The city names itself alone."""
    line = tree.lineage(territory_id)
    below = [territory.name for territory in line if territory.level != Level.CITY]
    return "·".join(below or [territory.name for territory in line])


def counted(name: str) -> list[Any]:
    """A sort key under which 10号楼 comes after 2号楼."""
    return [(0, int(part), "") if part.isdecimal() else (1, 0, part) for part in _DIGITS.split(name) if part]


def distance_m(lat: float, lng: float, other_lat: float, other_lng: float) -> float:
    """Metres between two WGS-84 points on a sphere (haversine)."""
    north, east = radians(other_lat - lat), radians(other_lng - lng)
    chord = sin(north / 2) ** 2 + cos(radians(lat)) * cos(radians(other_lat)) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(1.0, chord)))


def _nearness(lat: float, lng: float) -> sa.ColumnElement[float | None]:
    """The square of a distance: enough to sort by, and plain arithmetic in both databases."""
    narrowing = cos(radians(lat)) ** 2
    north, east = Compound.lat - lat, Compound.lng - lng
    return north * north + east * east * narrowing


def _distance(near: tuple[float, float] | None, row: Any) -> int | None:
    if near is None or row.lat is None or row.lng is None:
        return None
    return round(distance_m(*near, row.lat, row.lng))


_FOUND = sa.select(
    Compound.public_id, Compound.name, Compound.lat, Compound.lng, Territory.name.label("community")
).join(Territory, Territory.id == Compound.community_id)

_DETAIL = (
    sa.select(
        Compound.public_id,
        Compound.name,
        Territory.name.label("community"),
        Building.name.label("building"),
        Building.units,
    )
    .join(Territory, Territory.id == Compound.community_id)
    .outerjoin(Building, Building.compound_id == Compound.id)
    .where(Compound.public_id == sa.bindparam("public_id"))
)
