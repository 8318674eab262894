"""The calendar, the limits and the working hours as files that a city brings: calendar.csv, limits.csv, hours.csv."""

from collections.abc import Callable, Iterable
from datetime import time
from pathlib import Path

from app.deadlines import importing, rows
from app.deadlines.hours import Hours, Span
from app.deadlines.models import Source
from app.deadlines.queries import stored_hours
from app.tables import CellError, Report, Row, Table, noting, read_csv

SOURCE_NAMES = {Source.STATE: "国家", Source.LOCAL: "本市"}
Write = Callable[[Iterable[rows.Row], bool], rows.Report]


def read_calendar(folder: Path) -> Table:
    return read_csv(folder / "calendar.csv", ("date", "working"), ("name", "source"))


def read_limits(folder: Path) -> Table:
    return read_csv(folder / "limits.csv", ("class_code", "step", "amount", "unit"))


def read_hours(folder: Path) -> Table:
    return read_csv(folder / "hours.csv", ("starts", "ends"))


def import_calendar(table: Table, dry_run: bool = False) -> Report:
    """Set days by the state's notice, or where `source` says so by the city's own order; all of them or none."""
    report = Report(errors=list(table.errors))
    by_source: dict[Source, list[Row]] = {}
    for row in table.rows:
        with noting(report.errors, row):
            source = row.word("source", Source, SOURCE_NAMES) if row.text("source") else Source.STATE
            by_source.setdefault(source, []).append(row)
    # Looked through first, so that of two sources neither is written when the other is wrong.
    for is_last in (False, True):
        for source, found in by_source.items():
            told = importing.import_calendar(_cells(found), dry_run or not is_last, source=source)
            _join(report, table.file, found, told, is_last)
        if report.errors:
            break
    return report


def import_limits(table: Table, dry_run: bool = False) -> Report:
    """Set limits; they count for deadlines computed from then on."""
    report = Report(errors=list(table.errors))
    if not report.errors:
        _join(report, table.file, table.rows, importing.import_limits(_cells(table.rows), dry_run), is_last=True)
    return report


def import_hours(table: Table, dry_run: bool = False) -> Report:
    """Replace the working hours of a day by these spans."""
    report = Report(errors=list(table.errors))
    spans: list[Span] = []
    for row in table.rows:
        with noting(report.errors, row):
            spans.append((_time(row, "starts"), _time(row, "ends")))
    if not report.errors and not _is_a_day(spans):
        table.fault(table.rows[-1].line if table.rows else 2, "ends", "每段要先开始后结束，各段不能重叠，至少一段。")
        report.errors += table.errors
    if report.errors:
        return report
    before = set(stored_hours())
    report.added, report.unchanged = len(set(spans) - before), len(set(spans) & before)
    if not dry_run and set(spans) != before:
        importing.set_working_hours(spans)
    return report


def _cells(found: Iterable[Row]) -> list[rows.Row]:
    return [row.cells for row in found]


def _join(report: Report, file: str, found: list[Row], told: rows.Report, is_last: bool) -> None:
    """Take over what the room tells of these rows; its lines are counted from the first of them."""
    if told.errors:
        report.errors += [found[one.line - rows.FIRST_LINE].error(one.column, one.message) for one in told.errors]
    elif is_last:
        report.added += told.added
        report.changed += told.changed
        report.unchanged += told.accepted - told.added - told.changed
        report.notes += told.notes


def _time(row: Row, column: str) -> time:
    try:
        found = time.fromisoformat(row.filled(column))
    except ValueError:
        raise CellError(column, "时间看不懂，请写成 09:00 这样的形式。") from None
    if found.tzinfo is not None:
        raise CellError(column, "时间看不懂，请写成 09:00 这样的形式。")
    return found


def _is_a_day(spans: list[Span]) -> bool:
    try:
        Hours(spans)
    except ValueError:
        return False
    return True
