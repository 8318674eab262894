"""Writing a planned import of places, level by level, and telling who must know that something moved."""

from collections.abc import Sequence

from app.db import db
from app.secrets import public_id
from app.territory import tree
from app.territory.files import BuildingLine, CompoundLine, TerritoryLine
from app.territory.geojson import OutlineLine
from app.territory.models import Building, Compound, Territory
from app.territory.standing import Stored


def write(
    stored: Stored,
    territories: Sequence[TerritoryLine],
    compounds: Sequence[CompoundLine],
    buildings: Sequence[BuildingLine],
    outlines: Sequence[OutlineLine],
) -> None:
    """Write the lines, which were checked before, and run `tree.after_move` for what now lies elsewhere."""
    before = set(stored.territories)
    for level in tree.LEVELS:
        _write_territories(stored, [line for line in territories if line.level is level])
    moved = {place.id for place in _set_lines(stored) if place.code in before}
    for outline in outlines:
        stored.territories[outline.code].outline = outline.outline
    resettled = _write_compounds(stored, compounds)
    resettled |= _write_buildings(stored, buildings)
    db.session.flush()
    if moved or resettled:
        for tell in tree.after_move:
            tell(frozenset(moved), frozenset(resettled))


def _write_territories(stored: Stored, lines: Sequence[TerritoryLine]) -> None:
    for line in lines:
        place = stored.territories.get(line.code) or Territory(code=line.code, level=line.level.value)
        place.name, place.parent_id = line.name, stored.id_of(line.parent_code)
        stored.territories[line.code] = place
        db.session.add(place)
    db.session.flush()


def _set_lines(stored: Stored) -> list[Territory]:
    """Bring the ids of the places above up to date from the top; those that differed."""
    by_id: dict[int | None, Territory] = {place.id: place for place in stored.territories.values()}
    ordered = sorted(stored.territories.values(), key=lambda place: tree.depth(place.level))
    return [place for place in ordered if tree.set_line(place, by_id.get(place.parent_id))]


def _write_compounds(stored: Stored, lines: Sequence[CompoundLine]) -> set[int]:
    """The compounds that were there before and now belong elsewhere."""
    resettled = set()
    for line in lines:
        compound = stored.compounds.get(line.code) or Compound(code=line.code, public_id=public_id())
        settled = stored.id_of(line.community_code), stored.id_of(line.grid_code)
        if compound.id and (compound.community_id, compound.grid_id) != settled:
            resettled.add(compound.id)
        compound.name, compound.kind = line.name, line.kind.value
        compound.community_id, compound.grid_id = settled[0] or 0, settled[1]
        compound.lat, compound.lng = line.lat, line.lng
        stored.compounds[line.code] = compound
        db.session.add(compound)
    db.session.flush()
    return resettled


def _write_buildings(stored: Stored, lines: Sequence[BuildingLine]) -> set[int]:
    """The compounds of buildings that were there before and now belong to another grid."""
    resettled = set()
    for line in lines:
        key, grid_id = (line.compound_code, line.name), stored.id_of(line.grid_code)
        building = stored.buildings.get(key)
        if building is None:
            building = Building(compound_id=stored.compounds[line.compound_code].id, name=line.name)
        elif building.grid_id != grid_id:
            resettled.add(building.compound_id)
        building.units, building.grid_id = list(line.units), grid_id
        db.session.add(building)
    return resettled
