"""Bringing in categories and routing rules as tables; all of a file or nothing of it."""

from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.db import db
from app.deadlines.limits import CLASS_LABELS, ServiceClass
from app.tables import CellError, Report, Row, Table, read_csv
from app.territory.models import Territory
from app.work_orders.catalogue import OF_THE_GRID, Category, Mode, RoutingRule
from app.work_orders.responsibilities import not_for_the_community
from app.work_orders.rows import bring

CATEGORY_COLUMNS = ("code", "name"), ("parent_code", "class", "photo_required", "private", "position", "questions")
RULE_COLUMNS = ("code", "name", "position", "mode"), ("category_code", "class_code", "territory_code")


def read_categories(folder: Path) -> Table:
    return read_csv(folder / "categories.csv", *CATEGORY_COLUMNS)


def read_rules(folder: Path) -> Table:
    return read_csv(folder / "rules.csv", *RULE_COLUMNS)


def import_categories(table: Table, dry_run: bool = False) -> Report:
    """Add and change categories by code; a parent stands above its children or is there already."""
    stored = {row.code: row for row in db.session.scalars(select(Category))}
    known = set(stored) | {row.text("code") for row in table.rows}

    def values(row: Row) -> dict[str, Any]:
        parent = row.text("parent_code") or None
        if parent is not None and parent not in known:
            raise CellError("parent_code", f"没有编码为“{parent}”的类别。")
        return {
            "code": row.filled("code", 40),
            "parent_code": parent,
            "name": row.filled("name", 40),
            "class_code": _class(row, "class"),
            "photo_required": row.yes("photo_required"),
            "private": row.yes("private"),
            "questions": row.json("questions", []),
            "position": row.whole("position") if row.text("position") else 0,
        }

    return bring(table, stored, Category, values, dry_run, "categories.imported")


def import_rules(table: Table, dry_run: bool = False) -> Report:
    """Add and change routing rules by code; a changed rule gets a new version, which the timeline names."""
    stored = {row.code: row for row in db.session.scalars(select(RoutingRule))}
    categories = set(db.session.scalars(select(Category.code)))
    places = {row.code: row.id for row in db.session.execute(select(Territory.code, Territory.id))}
    beyond = not_for_the_community()

    def values(row: Row) -> dict[str, Any]:
        category, place = row.text("category_code") or None, row.text("territory_code") or None
        if category is not None and category not in categories:
            raise CellError("category_code", f"没有编码为“{category}”的类别，请先导入类别。")
        if place is not None and place not in places:
            raise CellError("territory_code", f"没有编码为“{place}”的辖区，请先导入辖区。")
        mode = row.word("mode", Mode)
        if mode in OF_THE_GRID and category in beyond and not _is_urgent(row):
            raise CellError(
                "mode",
                f"权责清单规定这类事项由{beyond[category]}负责，不能下派社区；请填 desk 或 unit。",
            )
        return {
            "code": row.filled("code", 40),
            "name": row.filled("name", 60),
            "position": row.whole("position"),
            "category_code": category,
            "class_code": _class(row, "class_code"),
            "territory_id": places[place] if place else None,
            "mode": mode.value,
        }

    return bring(table, stored, RoutingRule, values, dry_run, "rules.imported")


def _is_urgent(row: Row) -> bool:
    """Whether the rule is about urgent orders alone, which go to whoever is nearest."""
    return bool(row.text("class_code")) and ServiceClass(_class(row, "class_code") or "").is_urgent


def _class(row: Row, column: str) -> str | None:
    return row.word(column, ServiceClass, CLASS_LABELS).value if row.text(column) else None
