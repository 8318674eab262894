"""Bringing in categories and routing rules as tables; all of a file or nothing of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.db import db
from app.deadlines.limits import CLASS_LABELS, ServiceClass
from app.tables import CellError, Report, Row, Table, no_repeats, noting, read_csv
from app.territory.models import Territory
from app.trail import audit
from app.work_orders import catalogue
from app.work_orders.catalogue import Category, RoutingRule
from app.work_orders.routing import Mode

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

    return _bring(table, stored, Category, values, dry_run, "categories.imported")


def import_rules(table: Table, dry_run: bool = False) -> Report:
    """Add and change routing rules by code; a changed rule gets a new version, which the timeline names."""
    stored = {row.code: row for row in db.session.scalars(select(RoutingRule))}
    categories = set(db.session.scalars(select(Category.code)))
    places = {row.code: row.id for row in db.session.execute(select(Territory.code, Territory.id))}

    def values(row: Row) -> dict[str, Any]:
        category, place = row.text("category_code") or None, row.text("territory_code") or None
        if category is not None and category not in categories:
            raise CellError("category_code", f"没有编码为“{category}”的类别，请先导入类别。")
        if place is not None and place not in places:
            raise CellError("territory_code", f"没有编码为“{place}”的辖区，请先导入辖区。")
        return {
            "code": row.filled("code", 40),
            "name": row.filled("name", 60),
            "position": row.whole("position"),
            "category_code": category,
            "class_code": _class(row, "class_code"),
            "territory_id": places[place] if place else None,
            "mode": row.word("mode", Mode).value,
        }

    return _bring(table, stored, RoutingRule, values, dry_run, "rules.imported")


def _class(row: Row, column: str) -> str | None:
    return row.word(column, ServiceClass, CLASS_LABELS).value if row.text(column) else None


def _bring(
    table: Table,
    stored: dict[str, Any],
    model: Any,
    values: Callable[[Row], dict[str, Any]],
    dry_run: bool,
    action: str,
) -> Report:
    report = Report(errors=[*table.errors, *no_repeats(table.rows, "code")])
    wanted: list[dict[str, Any]] = []
    for row in table.rows:
        with noting(report.errors, row):
            wanted.append(values(row))
    if report.errors:
        return report
    for one in wanted:
        before = stored.get(one["code"])
        was = {name: getattr(before, name) for name in one} if before else None
        if report.count(was, one) and not dry_run:
            _write(before, model, one)
    if not dry_run and (report.added or report.changed):
        audit(action, action.partition(".")[0], added=report.added, changed=report.changed)
        catalogue.forget()
    return report


def _write(before: Any, model: Any, wanted: dict[str, Any]) -> None:
    if before is None:
        db.session.add(model(**wanted))
        db.session.flush()
        return
    for name, value in wanted.items():
        setattr(before, name, value)
    if isinstance(before, RoutingRule):
        before.version += 1
