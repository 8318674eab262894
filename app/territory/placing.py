"""Where an order lies: from a compound and its building, or from a point. Never nowhere."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

import sqlalchemy as sa

from app.db import db
from app.errors import Invalid, Unavailable, field
from app.territory import outlines
from app.territory.coordinates import CoordinateSystem, to_wgs84
from app.territory.models import Building, Compound, Territory
from app.territory.outlines import Known

COMMUNITY_WITHIN_M = 500


@dataclass(frozen=True)
class Place:
    """A place as an order carries it. `text` is shown in lists and holds nothing that was typed in."""

    city_id: int | None
    district_id: int | None
    subdistrict_id: int | None
    community_id: int | None
    grid_id: int | None
    text: str
    compound_id: int | None = None
    building: str | None = None
    unit: str | None = None
    lat: float | None = None  # WGS-84
    lng: float | None = None
    given_lat: float | None = None  # the pair as received, in `coordinate_system`
    given_lng: float | None = None
    coordinate_system: str | None = None
    address: str | None = None
    unplaced: bool = False


def place_by_building(compound_public_id: str, building: str | None, unit: str | None) -> Place:
    """The place of a building, in one statement; without a building the compound, without a unit the building.

    Raises Invalid with the field that is unknown.
    """
    building, unit = (building or "").strip() or None, (unit or "").strip() or None
    row = db.session.execute(_BY_BUILDING, {"public_id": compound_public_id, "building": building}).one_or_none()
    if row is None:
        raise field("compound_id", "没有找到这个小区，请重新选择小区；如果列表里没有，请改用地图选点。")
    _check_building(row, building, unit)
    return Place(
        city_id=row.city_id,
        district_id=row.district_id,
        subdistrict_id=row.subdistrict_id,
        community_id=row.community_id,
        grid_id=row.building_grid_id or row.compound_grid_id,
        text=" ".join(filter(None, (row.compound, building, unit))),
        compound_id=row.id,
        building=building,
        unit=unit,
        lat=row.lat,
        lng=row.lng,
    )


def place_by_point(lat: float, lng: float, coordinate_system: str, address: str | None = None) -> Place:
    """The place of a point: the grid that holds it, else the community near it, else the district's desk.

    Raises Invalid when the point is on no map or its system is unknown.
    """
    _check_point(lat, lng, coordinate_system)
    stored = to_wgs84(lat, lng) if coordinate_system == CoordinateSystem.GCJ02 else (lat, lng)
    found, text, unplaced = _nearest(*stored)
    return Place(
        city_id=found.city_id,
        district_id=found.district_id,
        subdistrict_id=found.subdistrict_id,
        community_id=found.community_id,
        grid_id=found.grid_id,
        text=text,
        lat=stored[0],
        lng=stored[1],
        given_lat=lat,
        given_lng=lng,
        coordinate_system=str(coordinate_system),
        address=(address or "").strip() or None,
        unplaced=unplaced,
    )


def _check_building(row: Any, building: str | None, unit: str | None) -> None:
    if building and row.units is None:
        raise field("building", f"{row.compound}里没有“{building}”，请从列表里选择楼栋。")
    if unit and not building:
        raise field("building", "请先选择楼栋，再选择单元。")
    if unit and unit not in row.units:
        raise field("unit", f"{row.compound}{building}没有“{unit}”，请从列表里选择单元。")


def _check_point(lat: float, lng: float, coordinate_system: str) -> None:
    faults: dict[str, list[str]] = {}
    if not (isfinite(lat) and -90 <= lat <= 90):
        faults["lat"] = ["纬度应在 -90 到 90 之间，请在地图上重新选点。"]
    if not (isfinite(lng) and -180 <= lng <= 180):
        faults["lng"] = ["经度应在 -180 到 180 之间，请在地图上重新选点。"]
    if coordinate_system not in list(CoordinateSystem):
        faults["coordinate_system"] = ["坐标系只能是 gcj02 或 wgs84。"]
    if faults:
        raise Invalid(fields=faults)


def _nearest(lat: float, lng: float) -> tuple[Known, str, bool]:
    """The place nearest to a WGS-84 point, its words, and whether somebody must still find the right one."""
    if grid := outlines.grid_at(lat, lng):
        return grid, outlines.name_of(grid.community_id) + grid.name, False
    if community := outlines.nearest_community(lat, lng, COMMUNITY_WITHIN_M):
        return community, f"{community.name}附近", False
    if district := outlines.nearest_district(lat, lng):
        return district, f"{district.name}（具体位置待核实）", True
    raise Unavailable("辖区资料还没有准备好，请稍后再试，或直接联系社区。")


_BY_BUILDING = (
    sa.select(
        Compound.id,
        Compound.name.label("compound"),
        Compound.lat,
        Compound.lng,
        Compound.grid_id.label("compound_grid_id"),
        Building.units,
        Building.grid_id.label("building_grid_id"),
        Territory.city_id,
        Territory.district_id,
        Territory.subdistrict_id,
        Territory.community_id,
    )
    .join(Territory, Territory.id == Compound.community_id)
    .outerjoin(Building, sa.and_(Building.compound_id == Compound.id, Building.name == sa.bindparam("building")))
    .where(Compound.public_id == sa.bindparam("public_id"))
)
