"""Tables of categories, rules and responsibilities into the database: rows by code, versions where a change counts."""

from collections.abc import Callable
from typing import Any

from app.db import db
from app.tables import Report, Row, Table, no_repeats, noting
from app.trail import audit
from app.work_orders import catalogue
from app.work_orders.catalogue import Responsibility, RoutingRule


def bring(
    table: Table,
    stored: dict[str, Any],
    model: Any,
    values: Callable[[Row], dict[str, Any]],
    dry_run: bool,
    action: str,
) -> Report:
    """Add and change rows by code; all of the table, or nothing of it when a row is wrong."""
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
    if isinstance(before, RoutingRule | Responsibility):
        before.version += 1
