"""What is there before an import and what would be there after it, by code."""

from dataclasses import dataclass, field

import sqlalchemy as sa

from app.db import db
from app.tables import Row
from app.territory.files import BuildingLine, CompoundLine, TerritoryLine
from app.territory.geojson import Outline
from app.territory.models import Building, Compound, Territory

BuildingKey = tuple[str, str]


@dataclass(frozen=True)
class TerritoryState:
    level: str
    name: str
    parent_code: str


@dataclass(frozen=True)
class CompoundState:
    name: str
    kind: str
    community_code: str
    grid_code: str
    lat: float | None
    lng: float | None


@dataclass(frozen=True)
class BuildingState:
    units: tuple[str, ...]
    grid_code: str


@dataclass
class Standing:
    """States by code. Starts with what the database holds; the lines of an import are put on top of it."""

    territories: dict[str, TerritoryState] = field(default_factory=dict)
    compounds: dict[str, CompoundState] = field(default_factory=dict)
    buildings: dict[BuildingKey, BuildingState] = field(default_factory=dict)
    outlines: dict[str, Outline] = field(default_factory=dict)
    territory_rows: dict[str, Row] = field(default_factory=dict)
    compound_rows: dict[str, Row] = field(default_factory=dict)

    def level(self, code: str) -> str | None:
        territory = self.territories.get(code)
        return territory.level if territory else None

    def parent(self, code: str) -> str | None:
        territory = self.territories.get(code)
        return territory.parent_code if territory else None

    def put_territory(self, line: TerritoryLine) -> tuple[TerritoryState | None, TerritoryState]:
        """Put a line on top; the states before and after."""
        before = self.territories.get(line.code)
        after = TerritoryState(line.level.value, line.name, line.parent_code)
        self.territories[line.code], self.territory_rows[line.code] = after, line.row
        return before, after

    def put_compound(self, line: CompoundLine) -> tuple[CompoundState | None, CompoundState]:
        before = self.compounds.get(line.code)
        after = CompoundState(line.name, line.kind.value, line.community_code, line.grid_code, line.lat, line.lng)
        self.compounds[line.code], self.compound_rows[line.code] = after, line.row
        return before, after

    def put_building(self, line: BuildingLine) -> tuple[BuildingState | None, BuildingState]:
        key = (line.compound_code, line.name)
        before, after = self.buildings.get(key), BuildingState(line.units, line.grid_code)
        self.buildings[key] = after
        return before, after


@dataclass
class Stored:
    """The rows of the database by code, as they are found and then written to."""

    territories: dict[str, Territory]
    compounds: dict[str, Compound]
    buildings: dict[BuildingKey, Building]

    @classmethod
    def load(cls) -> "Stored":
        compounds = {compound.code: compound for compound in db.session.scalars(sa.select(Compound))}
        code_of = {compound.id: compound.code for compound in compounds.values()}
        return cls(
            {territory.code: territory for territory in db.session.scalars(sa.select(Territory))},
            compounds,
            {(code_of[found.compound_id], found.name): found for found in db.session.scalars(sa.select(Building))},
        )

    def standing(self) -> Standing:
        code_of = {territory.id: territory.code for territory in self.territories.values()} | {None: ""}
        standing = Standing()
        for code, place in self.territories.items():
            standing.territories[code] = TerritoryState(place.level, place.name, code_of[place.parent_id])
            if place.outline:
                standing.outlines[code] = place.outline
        for code, compound in self.compounds.items():
            community, grid = code_of[compound.community_id], code_of[compound.grid_id]
            at = (compound.lat, compound.lng)
            standing.compounds[code] = CompoundState(compound.name, compound.kind, community, grid, *at)
        for key, building in self.buildings.items():
            standing.buildings[key] = BuildingState(tuple(building.units), code_of[building.grid_id])
        return standing

    def id_of(self, territory_code: str) -> int | None:
        return self.territories[territory_code].id if territory_code else None
