"""Bringing in places: the tree, compounds, buildings and outlines, all of them or, when one is wrong, none."""

from dataclasses import dataclass, field

from app.tables import Report, Row
from app.territory import outlines, tree
from app.territory.files import (
    BuildingLine,
    CompoundLine,
    Tables,
    TerritoryLine,
    building_lines,
    compound_lines,
    read_folder,
    territory_lines,
)
from app.territory.geojson import OutlineLine, overlaps
from app.territory.models import LEVEL_NAMES, Level
from app.territory.standing import Standing, Stored
from app.territory.writing import write
from app.trail import audit

__all__ = ["Report", "Tables", "import_places", "read_folder"]


@dataclass
class Plan:
    """The lines that add or change something."""

    territories: list[TerritoryLine] = field(default_factory=list)
    compounds: list[CompoundLine] = field(default_factory=list)
    buildings: list[BuildingLine] = field(default_factory=list)
    outlines: list[OutlineLine] = field(default_factory=list)


def import_places(tables: Tables, dry_run: bool = False, *, actor_id: int | None = None) -> Report:
    """Add and change places by their codes inside the running transaction; what no line names stays.

    With an error, or on a dry run, nothing is written and the report says what is wrong or would be done.
    """
    stored = Stored.load()
    plan, report = _plan(tables, stored.standing())
    if report.errors or dry_run or not (report.added or report.changed):
        return report
    write(stored, plan.territories, plan.compounds, plan.buildings, plan.outlines)
    outlines.forget()
    audit("places.imported", "places", actor_id=actor_id, added=report.added, changed=report.changed)
    return report


def _plan(tables: Tables, standing: Standing) -> tuple[Plan, Report]:
    """What would change. Lines that refer to a file with errors are not compared with it: one fault is told once."""
    plan, report = Plan(), Report()
    territories, errors = territory_lines(tables.territories)
    compounds, compound_errors = compound_lines(tables.compounds)
    buildings, building_errors = building_lines(tables.buildings)
    report.errors += errors + compound_errors + building_errors + tables.outlines.errors
    if not errors:
        _plan_territories(territories, standing, plan, report)
    if not report.errors:
        _plan_outlines(tables.outlines.lines, standing, plan, report)
        _plan_compounds(compounds, standing, plan, report)
    if not report.errors:
        _plan_buildings(buildings, standing, plan, report)
    if not report.errors:
        _refuse_stranding(standing, report)
    return plan, report


def _plan_territories(lines: list[TerritoryLine], standing: Standing, plan: Plan, report: Report) -> None:
    for line in lines:
        before, after = standing.put_territory(line)
        if before and before.level != after.level:
            names = LEVEL_NAMES[Level(before.level)], LEVEL_NAMES[line.level]
            report.errors.append(line.row.error("level", f"已有的{names[0]}不能改成{names[1]}，请换一个编码新建。"))
        if report.count(before, after):
            plan.territories.append(line)
    for line in lines:
        expected = tree.above(line.level)
        if expected and standing.level(line.parent_code) != expected:
            said = f"没有编码为“{line.parent_code}”的{LEVEL_NAMES[expected]}，请先添加或更正。"
            report.errors.append(line.row.error("parent_code", said))


def _plan_outlines(lines: list[OutlineLine], standing: Standing, plan: Plan, report: Report) -> None:
    seen: dict[str, int] = {}
    for line in lines:
        if line.code not in standing.territories:
            report.errors.append(line.row.error("code", f"没有编码为“{line.code}”的辖区，请先添加或更正。"))
        elif line.code in seen:
            report.errors.append(line.row.error("code", f"与第 {seen[line.code]} 个轮廓重复，请只保留一个。"))
        elif report.count(standing.outlines.get(line.code), line.outline):
            plan.outlines.append(line)
        seen.setdefault(line.code, line.row.line)
        standing.outlines[line.code] = line.outline
        if line.warning:
            report.warnings.append(line.row.error("geometry", line.warning))
    _warn_of_overlaps({line.code: line.row for line in lines}, standing, report)


def _warn_of_overlaps(brought: dict[str, Row], standing: Standing, report: Report) -> None:
    """Grids of one community that lie over each other: points there go to the first by code."""
    grids: dict[str, list[str]] = {}
    for code in sorted(standing.outlines):
        if standing.level(code) == Level.GRID:
            grids.setdefault(standing.parent(code) or "", []).append(code)
    for codes in grids.values():
        if not brought.keys().isdisjoint(codes):
            for one, other in overlaps([(code, standing.outlines[code]) for code in codes]):
                row = brought.get(other) or brought.get(one)
                said = f"网格“{one}”与“{other}”的轮廓重叠，重叠处的诉求归“{one}”，请核对。"
                if row:
                    report.warnings.append(row.error("geometry", said))


def _plan_compounds(lines: list[CompoundLine], standing: Standing, plan: Plan, report: Report) -> None:
    for line in lines:
        if standing.level(line.community_code) != Level.COMMUNITY:
            said = f"没有编码为“{line.community_code}”的社区，请先添加或更正。"
            report.errors.append(line.row.error("community_code", said))
        else:
            _check_grid(line.row, line.grid_code, line.community_code, standing, report)
        if report.count(*standing.put_compound(line)):
            plan.compounds.append(line)


def _plan_buildings(lines: list[BuildingLine], standing: Standing, plan: Plan, report: Report) -> None:
    for line in lines:
        compound = standing.compounds.get(line.compound_code)
        if compound is None:
            said = f"没有编码为“{line.compound_code}”的小区，请先添加或更正。"
            report.errors.append(line.row.error("compound_code", said))
            continue
        _check_grid(line.row, line.grid_code, compound.community_code, standing, report)
        if report.count(*standing.put_building(line)):
            plan.buildings.append(line)


def _check_grid(row: Row, grid: str, community: str, standing: Standing, report: Report) -> None:
    if grid and standing.level(grid) != Level.GRID:
        report.errors.append(row.error("grid_code", f"没有编码为“{grid}”的网格，请先添加或更正。"))
    elif grid and standing.parent(grid) != community:
        report.errors.append(row.error("grid_code", f"网格“{grid}”不在社区“{community}”里，请更正其中之一。"))


def _refuse_stranding(standing: Standing, report: Report) -> None:
    """Nothing may end up in a grid of another community because a line moved the one and not the other."""
    settled = [(code, compound.grid_code) for code, compound in standing.compounds.items()]
    settled += [(compound, building.grid_code) for (compound, _), building in standing.buildings.items()]
    for compound, grid in dict.fromkeys(settled):
        moved = standing.territory_rows.get(grid) or standing.compound_rows.get(compound)
        if moved and grid and standing.parent(grid) != standing.compounds[compound].community_code:
            said = f"小区“{compound}”或它的楼栋还在网格“{grid}”里，请在同一次导入中一并调整。"
            column = "parent_code" if grid in standing.territory_rows else "community_code"
            report.errors.append(moved.error(column, said))
