"""flask import places|people|categories|rules|words DIR: tables brought in, with an error for every wrong row."""

from collections.abc import Callable
from pathlib import Path

import click

from app.db import transaction
from app.people import staffing
from app.tables import Report
from app.territory import importing as places
from app.work_orders import importing as work_orders
from app.work_orders.screening import importing as screening

Bring = Callable[[Path, bool], Report]
KINDS: dict[str, Bring] = {
    "places": lambda folder, dry: places.import_places(places.read_folder(folder), dry),
    "people": lambda folder, dry: staffing.import_people(staffing.read_people(folder), dry),
    "categories": lambda folder, dry: work_orders.import_categories(work_orders.read_categories(folder), dry),
    "rules": lambda folder, dry: work_orders.import_rules(work_orders.read_rules(folder), dry),
    "words": lambda folder, dry: screening.import_words(screening.read_words(folder), dry),
}


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


def tell(report: Report, dry_run: bool) -> None:
    for warning in report.warnings:
        click.echo(f"注意：{warning}")
    for error in report.errors:
        click.echo(f"错误：{error}", err=True)
    if report.errors:
        click.echo(f"共 {len(report.errors)} 处错误，没有写入任何内容。", err=True)
    else:
        done = "将会" if dry_run else "已"
        click.echo(f"{done}新增 {report.added} 条，修改 {report.changed} 条，{report.unchanged} 条没有变化。")
