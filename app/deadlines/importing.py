"""Bringing in the State Council's notice of days off, the city's own days, its limits and its working hours."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import TypeVar

import sqlalchemy as sa

from app.db import db
from app.deadlines.holidays_source import known_year, statutory_days
from app.deadlines.hours import Hours, Span
from app.deadlines.limits import CLASS_LABELS, STEP_LABELS, UNIT_LABELS, Limit, ServiceClass, Step, Unit
from app.deadlines.models import CalendarDay, CalendarYear, Source, TimeLimit, WorkingHours
from app.deadlines.queries import forget, stored_days, stored_limits
from app.deadlines.rows import (
    FIRST_LINE,
    CellError,
    Report,
    Row,
    RowError,
    count_in,
    date_in,
    text_in,
    word_in,
    yes_in,
)
from app.deadlines.year import Day, has_make_up_days
from app.trail import audit

YEARS = range(2010, 2100)
LONGEST_NAME = 80
LARGEST_AMOUNT = {
    Unit.CLOCK_MINUTES: 1440,
    Unit.CLOCK_HOURS: 720,
    Unit.WORKING_HOURS: 400,
    Unit.WORKING_DAYS: 250,
    Unit.NATURAL_DAYS: 366,
}

Key = TypeVar("Key")
Value = TypeVar("Value")
ClassStep = tuple[ServiceClass, Step]


def import_calendar(
    rows: Iterable[Row], dry_run: bool = False, *, source: Source = Source.STATE, actor_id: int | None = None
) -> Report:
    """Set days from rows of `date`, `working` and `name`; all of them or, when one is wrong, none.

    A year whose state rows name a make-up day is published from then on and no longer provisional.
    """
    days, report = _read(rows, "date", _day)
    if report.errors:
        return report
    for year, given in sorted(_by_year(days).items()):
        report.count(stored_days(source, year), given)
        named = _notice(year, given, report) if source is Source.STATE else given
        if not dry_run:
            _write_days(source, named)
    if not dry_run:
        _finish(report, "calendar.imported", source.value, actor_id)
    return report


def import_limits(rows: Iterable[Row], dry_run: bool = False, *, actor_id: int | None = None) -> Report:
    """Set limits from rows of `class_code`, `step`, `amount` and `unit`; all of them or none.

    They count for deadlines computed from then on.
    """
    limits, report = _read(rows, "step", _limit)
    if report.errors:
        return report
    report.count(stored_limits(), limits)
    if dry_run:
        return report
    for (class_code, step), limit in limits.items():
        values = {"amount": limit.amount, "unit": limit.unit.value}
        db.session.merge(TimeLimit(class_code=class_code.value, step=step.value, **values))
    _finish(report, "limits.imported", "limits", actor_id)
    return report


def withdraw_local_day(day: date, *, actor_id: int | None = None) -> bool:
    """End the city's own order for a day, so that the state's counts again; False when there was none."""
    mine = (CalendarDay.source == Source.LOCAL.value, CalendarDay.date == day)
    gone = db.session.execute(sa.delete(CalendarDay).where(*mine).returning(CalendarDay.date)).all()
    if gone:
        audit("calendar.withdrawn", day.isoformat(), actor_id=actor_id)
        forget()
    return bool(gone)


def set_working_hours(spans: Sequence[Span], *, actor_id: int | None = None) -> None:
    """Replace the working hours of a day. Raises ValueError when the spans are none, overlap or run backwards."""
    Hours(spans)
    db.session.execute(sa.delete(WorkingHours))
    db.session.execute(sa.insert(WorkingHours), [{"starts": starts, "ends": ends} for starts, ends in spans])
    audit("working_hours.set", "working_hours", actor_id=actor_id, spans=[f"{a:%H:%M}-{b:%H:%M}" for a, b in spans])
    forget()


def _read(
    rows: Iterable[Row], column: str, parse: Callable[[Row], tuple[Key, Value]]
) -> tuple[dict[Key, Value], Report]:
    """What the rows say by key. An error about a key that came before is put on `column`."""
    found: dict[Key, Value] = {}
    report = Report()
    for line, row in enumerate(rows, FIRST_LINE):
        try:
            key, value = parse(row)
        except CellError as error:
            report.errors.append(RowError(line, error.column, str(error)))
            continue
        if key in found:
            report.errors.append(RowError(line, column, "这一行与前面的行重复，请只保留一行。"))
        found[key] = value
    report.accepted = 0 if report.errors else len(found)
    return found, report


def _day(row: Row) -> tuple[date, Day]:
    day, working, name = date_in(row, "date"), yes_in(row, "working"), text_in(row, "name")
    if day.year not in YEARS:
        raise CellError("date", f"年份应在 {YEARS[0]} 到 {YEARS[-1]} 之间。")
    if len(name) > LONGEST_NAME:
        raise CellError("name", f"名称最多 {LONGEST_NAME} 个字。")
    return day, Day(working, name)


def _limit(row: Row) -> tuple[ClassStep, Limit]:
    service_class = word_in(row, "class_code", ServiceClass, CLASS_LABELS)
    step = word_in(row, "step", Step, STEP_LABELS)
    unit = word_in(row, "unit", Unit, UNIT_LABELS)
    return (service_class, step), Limit(count_in(row, "amount", LARGEST_AMOUNT[unit]), unit)


def _by_year(days: dict[date, Day]) -> dict[int, dict[date, Day]]:
    years: dict[int, dict[date, Day]] = defaultdict(dict)
    for day, about in days.items():
        years[day.year][day] = about
    return years


def _notice(year: int, given: dict[date, Day], report: Report) -> dict[date, Day]:
    """All state rows of a year after these; what the notice left out is added and noted."""
    foreseen = known_year(year)
    before = stored_days(Source.STATE, year) or ({} if foreseen.provisional else dict(foreseen.days))
    named = before | given
    if not has_make_up_days(named):
        report.notes.append(f"{year} 年还没有调休上班日，仍按法定节假日暂定。")
        return named
    # Make-up days alone are only half of a notice: then the days off stay as they were foreseen.
    names_days_off = any(not about.working for about in named.values())
    left_out = statutory_days(year) if names_days_off else foreseen.days
    added = {day: about for day, about in left_out.items() if day not in named}
    if added:
        report.notes.append(f"{year} 年未列出的节假日已按法定日期补上：{'、'.join(map(str, sorted(added)))}。")
    return named | added


def _write_days(source: Source, days: dict[date, Day]) -> None:
    db.session.execute(sa.delete(CalendarDay).where(CalendarDay.source == source.value, CalendarDay.date.in_(days)))
    rows = [{"date": day, "source": source.value, **about._asdict()} for day, about in days.items()]
    db.session.execute(sa.insert(CalendarDay), rows)
    if source is Source.STATE:
        year = min(days).year
        db.session.merge(CalendarYear(year=year, provisional=not has_make_up_days(days)))


def _finish(report: Report, action: str, subject: str, actor_id: int | None) -> None:
    report.written = True
    audit(action, subject, actor_id=actor_id, rows=report.accepted)
    forget()
