"""A small city to stand on: two communities side by side, the first with two grids and a walled courtyard."""

from app.db import db, transaction
from app.secrets import public_id
from app.territory import outlines, tree
from app.territory.models import Building, Compound, Level, Territory


def a_rectangle(south: float, west: float, north: float, east: float) -> dict:
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def a_place(
    code: str, level: Level, name: str, parent: Territory | None = None, outline: dict | None = None
) -> Territory:
    territory = tree.add(code, level, name, parent)
    territory.outline = outline
    return territory


def a_compound(code: str, name: str, community: Territory, **values) -> Compound:
    values = {"kind": "residential", "public_id": public_id()} | values
    compound = Compound(code=code, name=name, community_id=community.id, **values)
    db.session.add(compound)
    db.session.flush()
    return compound


def a_building(compound: Compound, name: str, units: list[str], grid: Territory | None = None) -> Building:
    building = Building(compound_id=compound.id, name=name, units=units, grid_id=grid.id if grid else None)
    db.session.add(building)
    return building


def a_small_city() -> dict[str, Territory]:
    """The places by code. `w` lies between 101.70 and 101.72 E, `e` from 101.72 to 101.73; no outline above them."""
    with transaction():
        city = a_place("city", Level.CITY, "西宁市")
        west = a_place("west", Level.DISTRICT, "城西区", city)
        north = a_place("north", Level.DISTRICT, "城北区", city)
        street = a_place("street", Level.SUBDISTRICT, "虎台街道", west)
        w = a_place("w", Level.COMMUNITY, "新宁路西社区", street, a_rectangle(36.60, 101.70, 36.61, 101.72))
        e = a_place("e", Level.COMMUNITY, "新宁路东社区", street, a_rectangle(36.60, 101.72, 36.61, 101.73))
        w1 = a_place("w1", Level.GRID, "第一网格", w, a_rectangle(36.60, 101.70, 36.61, 101.71))
        w2 = a_place("w2", Level.GRID, "第二网格", w, a_rectangle(36.60, 101.71, 36.61, 101.72))
    outlines.forget()
    return {place.code: place for place in (city, west, north, street, w, e, w1, w2)}
