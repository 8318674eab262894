"""flask import KIND DIR: tables into the database, with an error for every wrong row; a calendar moves due dates."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click

from app.db import transaction
from app.deadlines import files as deadlines
from app.errors import Conflict
from app.organisations import importing as organisations
from app.people import staffing
from app.tables import Report
from app.territory import importing as places
from app.work_orders import importing as work_orders
from app.work_orders import recounting, responsibilities
from app.work_orders.screening import importing as screening

TRIES = 5
Bring = Callable[[Path, bool], Report]
KINDS: dict[str, Bring] = {
    "places": lambda folder, dry: places.import_places(places.read_folder(folder), dry),
    "organisations": lambda folder, dry: organisations.import_organisations(
        organisations.read_organisations(folder), dry
    ),
    "people": lambda folder, dry: staffing.import_people(staffing.read_people(folder), dry),
    "categories": lambda folder, dry: work_orders.import_categories(work_orders.read_categories(folder), dry),
    "rules": lambda folder, dry: work_orders.import_rules(work_orders.read_rules(folder), dry),
    "responsibilities": lambda folder, dry: responsibilities.import_responsibilities(
        responsibilities.read_responsibilities(folder), dry
    ),
    "words": lambda folder, dry: screening.import_words(screening.read_words(folder), dry),
    "calendar": lambda folder, dry: deadlines.import_calendar(deadlines.read_calendar(folder), dry),
    "limits": lambda folder, dry: deadlines.import_limits(deadlines.read_limits(folder), dry),
    "hours": lambda folder, dry: deadlines.import_hours(deadlines.read_hours(folder), dry),
}
OF_A_CITY = ("places", "organisations", "people", "categories", "responsibilities", "rules", "words")
"""What no city can do without: without words no danger is told; days, limits and hours have defaults."""
MOVE_DUE_DATES = ("calendar", "hours")


@click.command("import")
@click.argument("what", type=click.Choice(list(KINDS)))
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="say what would be done and write nothing")
def command(what: str, folder: Path, dry_run: bool) -> None:
    """Bring in tables from a folder; all of them or, when a row is wrong, none."""
    with transaction():
        report = KINDS[what](folder, dry_run)
    tell(report, dry_run)
    if report.errors:
        raise SystemExit(1)
    if what in MOVE_DUE_DATES and not dry_run:
        click.echo(f"未办结的工单中，{count_again()} 件的办结时限因此顺延；时限只会推后，不会提前。")


def count_again() -> int:
    """Count the limits of all open orders again, a batch in a transaction; returns how many are due later."""
    after: int | None = 0
    later = 0
    while after is not None:
        after, moved = _next_batch(after)
        later += moved
    return later


def _next_batch(after: int) -> tuple[int | None, int]:
    """One batch; whatever somebody changes meanwhile is counted as it is then."""
    for _ in range(TRIES - 1):
        with suppress(Conflict), transaction():
            return recounting.recount(after)
    with transaction():
        return recounting.recount(after)


def tell(report: Report, dry_run: bool) -> None:
    for warning in report.warnings:
        click.echo(f"注意：{warning}")
    for note in report.notes:
        click.echo(f"注意：{note}")
    for error in report.errors:
        click.echo(f"错误：{error}", err=True)
    if report.errors:
        click.echo(f"共 {len(report.errors)} 处错误，没有写入任何内容。", err=True)
    else:
        done = "将会" if dry_run else "已"
        click.echo(f"{done}新增 {report.added} 条，修改 {report.changed} 条，{report.unchanged} 条没有变化。")
