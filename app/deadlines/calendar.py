"""The working calendar: when a limit ends, how much working time lies between two moments."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import ceil

from app.clock import LOCAL
from app.deadlines.explanation import Interval, intervals, wording
from app.deadlines.hours import HOUR, MINUTE, Hours, microseconds
from app.deadlines.limits import Limit, Unit
from app.deadlines.year import Year

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Days:
    """The working days of the years from `first` to `last`, as ordinals in order."""

    first: int
    last: int
    ordinals: tuple[int, ...]


class WorkingCalendar:
    """Counts in the city's time; takes and returns aware moments, in UTC.

    Working time is one long line on which only working hours take up room. A moment has a position on it, in
    microseconds, so that adding and comparing are plain arithmetic whatever lies between.
    """

    def __init__(self, hours: Hours, year: Callable[[int], Year]) -> None:
        """`year` tells about any year; it is asked once for each year that is needed."""
        self.hours = hours
        self._year = year
        self._years: dict[int, Year] = {}
        self._days: _Days | None = None

    def is_working_day(self, day: date) -> bool:
        """Whether the offices are open that day."""
        return self._about(day.year).is_working(day)

    def name_of(self, day: date) -> str:
        """The name of a holiday or of a make-up working day; empty for a plain day."""
        return self._about(day.year).name_of(day)

    def is_provisional(self, year: int) -> bool:
        """Whether the State Council has not yet published the make-up days of a year."""
        return self._about(year).provisional

    def next_working_day(self, day: date) -> date:
        """That day itself when it is a working day, else the first one after it."""
        while not self.is_working_day(day):
            day += ONE_DAY
        return day

    def close_of_business(self, day: date) -> datetime:
        """When the offices close on that day, or on the first working day after it."""
        return _moment(self.next_working_day(day).toordinal(), self.hours.closes)

    def due(self, start: datetime, limit: Limit) -> datetime:
        """The moment at which a limit that runs from `start` ends (Civil Code, articles 201 and 203)."""
        local = _local(start)
        match limit.unit:
            case Unit.CLOCK_MINUTES:
                return _utc(start + timedelta(minutes=limit.amount))
            case Unit.CLOCK_HOURS:
                return _utc(start + timedelta(hours=limit.amount))
            case Unit.WORKING_HOURS:
                return self._reach(local, microseconds(local), round(limit.amount * HOUR))
            case Unit.WORKING_DAYS:
                return self._reach(local, self.hours.closes, round(limit.amount * self.hours.total))
            case Unit.NATURAL_DAYS:
                return self.close_of_business(local.date() + timedelta(days=ceil(limit.amount)))

    def moment_at(self, start: datetime, limit: Limit, fraction: float) -> datetime:
        """When a share of a limit has passed, counted in the limit's own unit; natural days run day and night."""
        if fraction <= 0:
            return _utc(start)
        if limit.unit is Unit.NATURAL_DAYS:
            return _utc(start + (self.due(start, limit) - start) * fraction)
        return self.due(start, limit.share(fraction))

    def shift(self, due: datetime, unit: Unit, paused_from: datetime, paused_to: datetime) -> datetime:
        """A deadline moved by a pause: by its clock time for clock units, by its working time for all others."""
        if paused_to < paused_from:
            raise ValueError("a pause that ends before it begins")
        if unit.is_clock:
            return _utc(due + (paused_to - paused_from))
        return self._later(due, self._worked_between(paused_from, paused_to))

    def add_working_minutes(self, start: datetime, minutes: float) -> datetime:
        """The first moment by which so many working minutes have passed; `start` itself for none."""
        if minutes < 0:
            raise ValueError("working minutes are counted forwards")
        return self._later(start, round(minutes * MINUTE))

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from one moment to another; negative when `end` is the earlier."""
        return timedelta(microseconds=self._worked_between(start, end))

    def working_minutes_between(self, start: datetime, end: datetime) -> int:
        """The full working minutes from one moment to another."""
        return int(self.working_time_between(start, end) / timedelta(minutes=1))

    def rests_on_provisional(self, start: datetime, limit: Limit) -> bool:
        """Whether the end of a limit may still move when a year's make-up days are published."""
        if limit.unit.is_clock:
            return False
        last = _local(self.due(start, limit)).year
        return any(self.is_provisional(year) for year in range(_local(start).year, last + 1))

    def explain(self, start: datetime, limit: Limit) -> list[Interval]:
        """What lies between the start and the end of a limit, and how much of each part counted."""
        return intervals(self, start, self.due(start, limit), limit)

    def in_words(self, start: datetime, limit: Limit) -> str:
        """The same in one sentence for people."""
        return wording(self.explain(start, limit), limit, self.rests_on_provisional(start, limit))

    def load(self, first: int, last: int) -> None:
        """Prepare these years ahead, so that nobody waits for them."""
        self._covering(first, last)

    def _later(self, start: datetime, span: int) -> datetime:
        if span == 0:
            return _utc(start)
        local = _local(start)
        return self._reach(local, microseconds(local), span)

    def _reach(self, day: datetime, at: int, span: int) -> datetime:
        """Go `span` of working time forward from the moment `at` of a day."""
        days = self._covering(day.year, day.year)
        while (target := self._position(days, day.toordinal(), at) + span) > len(days.ordinals) * self.hours.total:
            days = self._covering(day.year, days.last + 1)
        # The end of a working day and the beginning of the next are one position: the earlier moment is meant.
        index, worked = divmod(target - 1, self.hours.total)
        return _moment(days.ordinals[index], self.hours.at(worked + 1))

    def _worked_between(self, start: datetime, end: datetime) -> int:
        first, last = _local(start), _local(end)
        days = self._covering(min(first.year, last.year), max(first.year, last.year))
        from_position = self._position(days, first.toordinal(), microseconds(first))
        return self._position(days, last.toordinal(), microseconds(last)) - from_position

    def _position(self, days: _Days, ordinal: int, at: int) -> int:
        before = bisect_left(days.ordinals, ordinal)
        is_working = before < bisect_right(days.ordinals, ordinal)
        return before * self.hours.total + (self.hours.worked(at) if is_working else 0)

    def _about(self, year: int) -> Year:
        about = self._years.get(year)
        if about is None:
            about = self._years[year] = self._year(year)
        return about

    def _covering(self, first: int, last: int) -> _Days:
        # Readers hold the tuple they were given: another thread may put a longer one in its place at any time.
        days = self._days
        if days is None:
            self._days = days = self._line(first, last)
        elif first < days.first or last > days.last:
            self._days = days = self._line(min(first, days.first), max(last, days.last))
        return days

    def _line(self, first: int, last: int) -> _Days:
        days = range(date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal() + 1)
        return _Days(first, last, tuple(day for day in days if self.is_working_day(date.fromordinal(day))))


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment.astimezone(LOCAL)


def _utc(moment: datetime) -> datetime:
    return _local(moment).astimezone(UTC)


def _moment(ordinal: int, at: int) -> datetime:
    midnight = datetime.fromordinal(ordinal).replace(tzinfo=LOCAL)
    return (midnight + timedelta(microseconds=at)).astimezone(UTC)
