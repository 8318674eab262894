"""The files in which places are brought, and what their lines say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from app.tables import CellError, Row, RowError, Table, no_repeats, noting, read_csv
from app.territory.geojson import OutlineTable, read_outlines
from app.territory.models import KIND_NAMES, LEVEL_NAMES, CompoundKind, Level

TERRITORIES, COMPOUNDS, BUILDINGS, OUTLINES = "territories.csv", "compounds.csv", "buildings.csv", "outlines.geojson"
LONGEST_CODE, LONGEST_NAME, LONGEST_BUILDING = 40, 60, 40
COLUMNS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    TERRITORIES: (("code", "level", "name"), ("parent_code",)),
    COMPOUNDS: (("code", "name", "kind", "community_code"), ("grid_code", "lat", "lng")),
    BUILDINGS: (("compound_code", "name"), ("units", "grid_code")),
}

Line = TypeVar("Line")


@dataclass(frozen=True)
class TerritoryLine:
    row: Row
    code: str
    level: Level
    name: str
    parent_code: str


@dataclass(frozen=True)
class CompoundLine:
    row: Row
    code: str
    name: str
    kind: CompoundKind
    community_code: str
    grid_code: str
    lat: float | None
    lng: float | None


@dataclass(frozen=True)
class BuildingLine:
    row: Row
    compound_code: str
    name: str
    units: tuple[str, ...]
    grid_code: str


@dataclass
class Tables:
    """The files of one import; a file that is not brought leaves what it would have told as it is."""

    territories: Table = field(default_factory=lambda: Table(TERRITORIES))
    compounds: Table = field(default_factory=lambda: Table(COMPOUNDS))
    buildings: Table = field(default_factory=lambda: Table(BUILDINGS))
    outlines: OutlineTable = field(default_factory=lambda: OutlineTable(OUTLINES))


def read_folder(path: Path) -> Tables:
    """Read those of the four files that the folder holds; a folder with none of them is an error."""
    tables = Tables()
    if not any((path / file).is_file() for file in (*COLUMNS, OUTLINES)):
        tables.territories.fault(1, "", f"文件夹里没有可导入的文件：{'、'.join((*COLUMNS, OUTLINES))}。")
    for file, (required, optional) in COLUMNS.items():
        if (path / file).is_file():
            setattr(tables, file.removesuffix(".csv"), read_csv(path / file, required, optional))
    if (path / OUTLINES).is_file():
        tables.outlines = read_outlines(path / OUTLINES)
    return tables


def territory_lines(table: Table) -> tuple[list[TerritoryLine], list[RowError]]:
    """What the lines say by themselves, and what is wrong with them, before they are compared with each other."""
    return _lines(table, _territory, "code")


def compound_lines(table: Table) -> tuple[list[CompoundLine], list[RowError]]:
    return _lines(table, _compound, "code")


def building_lines(table: Table) -> tuple[list[BuildingLine], list[RowError]]:
    return _lines(table, _building, "compound_code", "name")


def _lines(table: Table, parse: Callable[[Row], Line], *key: str) -> tuple[list[Line], list[RowError]]:
    lines, errors = [], table.errors + no_repeats(table.rows, *key)
    for row in table.rows:
        with noting(errors, row):
            lines.append(parse(row))
    return lines, errors


def _territory(row: Row) -> TerritoryLine:
    level = row.word("level", Level, LEVEL_NAMES)
    parent = row.text("parent_code")
    if level is Level.CITY and parent:
        raise CellError("parent_code", "市没有上级，请留空。")
    if level is not Level.CITY and not parent:
        raise CellError("parent_code", "请填写上级的编码。")
    return TerritoryLine(row, row.filled("code", LONGEST_CODE), level, row.filled("name", LONGEST_NAME), parent)


def _compound(row: Row) -> CompoundLine:
    lat, lng = row.number("lat", -90, 90), row.number("lng", -180, 180)
    if (lat is None) != (lng is None):
        raise CellError("lng" if lng is None else "lat", "经度和纬度要么都填，要么都不填。")
    return CompoundLine(
        row,
        row.filled("code", LONGEST_CODE),
        row.filled("name", LONGEST_NAME),
        row.word("kind", CompoundKind, KIND_NAMES),
        row.filled("community_code"),
        row.text("grid_code"),
        lat,
        lng,
    )


def _building(row: Row) -> BuildingLine:
    units = tuple(row.several("units"))
    if any(len(unit) > LONGEST_BUILDING for unit in units):
        raise CellError("units", f"单元名称最多 {LONGEST_BUILDING} 个字；几个单元之间请用分号隔开。")
    name = row.filled("name", LONGEST_BUILDING)
    return BuildingLine(row, row.filled("compound_code"), name, units, row.text("grid_code"))
