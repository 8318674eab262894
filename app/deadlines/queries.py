"""The calendar and the limits in force, kept for a minute in each process."""

from collections import defaultdict
from datetime import date, time

import sqlalchemy as sa

from app import clock
from app.db import db
from app.deadlines.calendar import WorkingCalendar
from app.deadlines.holidays_source import known_year
from app.deadlines.hours import DEFAULT_HOURS, Hours
from app.deadlines.limits import Limit, Limits, ServiceClass, Step, Unit, default_limits
from app.deadlines.models import CalendarDay, CalendarYear, Source, TimeLimit, WorkingHours
from app.deadlines.year import Day, Year
from app.kept import Kept


def stored_days(source: Source, year: int) -> dict[date, Day]:
    """The days of a year as they were imported from one source."""
    in_year = CalendarDay.date.between(date(year, 1, 1), date(year, 12, 31))
    query = sa.select(CalendarDay.date, CalendarDay.working, CalendarDay.name)
    rows = db.session.execute(query.where(CalendarDay.source == source.value, in_year))
    return {row.date: Day(row.working, row.name) for row in rows}


def _load_calendar() -> WorkingCalendar:
    provisional = _imported_years()
    by_year = _days_by_year()

    def year(number: int) -> Year:
        state, local = by_year[Source.STATE].get(number, {}), by_year[Source.LOCAL].get(number, {})
        is_published = provisional.get(number) is False
        about = Year(state, provisional=False) if is_published else known_year(number).with_days(state)
        return about.with_days(local)

    ready = WorkingCalendar(Hours(stored_hours() or DEFAULT_HOURS), year)
    this_year = clock.today().year
    ready.load(this_year - 1, this_year + 1)
    return ready


def _imported_years() -> dict[int, bool]:
    return {
        row.year: row.provisional for row in db.session.execute(sa.select(CalendarYear.year, CalendarYear.provisional))
    }


def _days_by_year() -> dict[str, dict[int, dict[date, Day]]]:
    days: dict[str, dict[int, dict[date, Day]]] = {source: defaultdict(dict) for source in Source}
    rows = db.session.execute(sa.select(CalendarDay.date, CalendarDay.source, CalendarDay.working, CalendarDay.name))
    for row in rows:
        days[row.source][row.date.year][row.date] = Day(row.working, row.name)
    return days


def stored_hours() -> list[tuple[time, time]]:
    """The spans of the working day that the city set itself; none means the default ones."""
    return [(row.starts, row.ends) for row in db.session.execute(sa.select(WorkingHours.starts, WorkingHours.ends))]


def _load_limits() -> Limits:
    return default_limits() | stored_limits()


def stored_limits() -> Limits:
    """The limits that the city set itself."""
    rows = db.session.execute(sa.select(TimeLimit.class_code, TimeLimit.step, TimeLimit.amount, TimeLimit.unit))
    return {(ServiceClass(row.class_code), Step(row.step)): Limit(row.amount, Unit(row.unit)) for row in rows}


calendar = Kept(_load_calendar)
"""The city's calendar: its own days over the state's, and these over what the law foresees."""

limits = Kept(_load_limits)
"""The limit of every class and step: the city's where it set one, else the default."""


def forget() -> None:
    """Read both anew at the next use."""
    calendar.forget()
    limits.forget()
