"""权责清单: the list of which unit answers for what, brought in as a table."""

from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.db import db
from app.organisations.models import KIND_NAMES, Organisation, OrganisationKind
from app.tables import CellError, Report, Row, Table, read_csv
from app.territory.models import LEVEL_NAMES, Level
from app.work_orders.catalogue import OF_THE_GRID, OFFICE, Category, Mode, Responsibility, catalogue
from app.work_orders.rows import bring

COLUMNS = ("code", "position", "category_code", "level", "unit_kind", "mode"), ("leads", "organisation_code")
LEVELS = (Level.COMMUNITY, Level.SUBDISTRICT, Level.DISTRICT, Level.CITY)
KINDS = [OFFICE, *(kind.value for kind in OrganisationKind)]
NAMES = {OFFICE: "机关"} | {kind.value: name for kind, name in KIND_NAMES.items()}


def read_responsibilities(folder: Path) -> Table:
    return read_csv(folder / "responsibilities.csv", *COLUMNS)


def import_responsibilities(table: Table, dry_run: bool = False) -> Report:
    """Add and change lines by code; a changed line gets a new version, which the timeline names."""
    stored = {row.code: row for row in db.session.scalars(select(Responsibility))}
    categories = set(db.session.scalars(select(Category.code)))
    kinds = {row.code: row.kind for row in db.session.execute(select(Organisation.code, Organisation.kind))}
    return bring(
        table, stored, Responsibility, lambda row: _values(row, categories, kinds), dry_run, "responsibilities.imported"
    )


def _values(row: Row, categories: set[str], organisations: dict[str, str]) -> dict[str, Any]:
    category = row.filled("category_code", 40)
    if category not in categories:
        raise CellError("category_code", f"没有编码为“{category}”的类别，请先导入类别。")
    level = row.word("level", LEVELS, LEVEL_NAMES)
    kind = row.word("unit_kind", KINDS, NAMES)
    mode = row.word("mode", Mode)
    _check(level, kind, mode)
    code = row.text("organisation_code", 40) or None
    if code is not None and organisations.get(code) != kind:
        raise CellError("organisation_code", f"没有编码为“{code}”、类型为 {kind} 的单位，请先导入单位。")
    return {
        "code": row.filled("code", 40),
        "position": row.whole("position"),
        "category_code": category,
        "level": level.value,
        "unit_kind": kind,
        "mode": mode.value,
        "organisation_code": code,
        "leads": row.yes("leads") if row.text("leads") else True,
    }


def _check(level: Level, kind: str, mode: Mode) -> None:
    """What a line asks must be possible: nobody claims at an office, and only an organisation has unit workers."""
    if kind == OFFICE and mode is Mode.UNIT:
        raise CellError("mode", "unit 是交给单位经办人；机关请填 desk，社区还可以填 pool、primary 或 balanced。")
    if kind != OFFICE and mode is not Mode.UNIT:
        raise CellError("mode", "由单位负责的事项请填 unit。")
    if mode is Mode.DUTY:
        raise CellError("mode", "值班只用于紧急事项，由规则决定；这里请填别的方式。")
    if level is not Level.COMMUNITY and mode in OF_THE_GRID:
        raise CellError("mode", f"由{LEVEL_NAMES[level]}负责的事项不能下派社区，请填 desk 或 unit。")


def not_for_the_community() -> dict[str | None, str]:
    """Categories that an office above the community leads by the list, each with the name of that level."""
    known = catalogue()
    leading = ((code, known.leading(code)) for code in known.kinds)
    return {
        code: LEVEL_NAMES[Level(lines[0].level)]
        for code, lines in leading
        if lines and all(line.level != Level.COMMUNITY for line in lines)
    }
