"""Words for the tests of deadlines: moments by the city's clock, limits by number and unit."""

from datetime import UTC, date, datetime, time

from app.clock import LOCAL
from app.deadlines.calendar import WorkingCalendar
from app.deadlines.holidays_source import known_year
from app.deadlines.hours import Hours
from app.deadlines.limits import Limit, Unit
from app.deadlines.year import Day, Year

UNITS = {
    "min": Unit.CLOCK_MINUTES,
    "h": Unit.CLOCK_HOURS,
    "wh": Unit.WORKING_HOURS,
    "wd": Unit.WORKING_DAYS,
    "d": Unit.NATURAL_DAYS,
}


def at(text: str) -> datetime:
    """`2026-03-10 10:00` by the city's clock, as the moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL).astimezone(UTC)


def limit(text: str) -> Limit:
    """`4 wh`, `1.5 wd`, `24 h`, `5 min`, `7 d`."""
    amount, unit = text.split()
    return Limit(float(amount), UNITS[unit])


def china(hours: Hours | None = None, **local_days: bool) -> WorkingCalendar:
    """China's calendar; `d2026_03_11=False` sets a day of the city's own."""
    own = {date(*map(int, name[1:].split("_"))): Day(working, "本地") for name, working in local_days.items()}

    def year(number: int) -> Year:
        return known_year(number).with_days({day: about for day, about in own.items() if day.year == number})

    return WorkingCalendar(hours or Hours(), year)


def local_time(moment: datetime) -> time:
    """The time of day in the city."""
    return moment.astimezone(LOCAL).time()


def local_date(moment: datetime) -> date:
    """The date in the city."""
    return moment.astimezone(LOCAL).date()
