"""Periods of whole days in the city: from the first up to, and without, the last."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app import clock, errors

EARLIEST = date(2000, 1, 1)
LONGEST = timedelta(days=366 * 2)
PRESETS = {"month": "本月", "last_month": "上月", "year": "本年"}


@dataclass(frozen=True)
class Period:
    """Days of the city; `end` is the first that no longer belongs to it."""

    begin: date
    end: date

    @property
    def start_at(self) -> datetime:
        return _midnight(self.begin)

    @property
    def end_at(self) -> datetime:
        return _midnight(self.end)

    @property
    def until(self) -> datetime:
        """The end of what can be known of it: its own, or now."""
        return min(self.end_at, clock.now())

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    @property
    def text(self) -> str:
        return f"{self.begin:%Y-%m-%d} 至 {self.last_day:%Y-%m-%d}"

    def before(self) -> "Period":
        """The period right before: as many whole months where it is made of such, else as many days."""
        if self.begin.day == 1 and self.end.day == 1:
            months = 12 * (self.end.year - self.begin.year) + self.end.month - self.begin.month
            return Period(_months_on(self.begin, -months), self.begin)
        return Period(self.begin - (self.end - self.begin), self.begin)

    def a_year_before(self) -> "Period":
        """The same days of the year before; 29 February is the 28th there."""
        return Period(_months_on(self.begin, -12), _months_on(self.last_day, -12) + timedelta(days=1))


def preset(name: str) -> Period:
    """本月, 上月 or 本年, as of today."""
    first = clock.today().replace(day=1)
    if name == "last_month":
        return Period(_months_on(first, -1), first)
    if name == "year":
        return Period(first.replace(month=1), first.replace(year=first.year + 1, month=1))
    return Period(first, _months_on(first, 1))


def between(first: str, last: str) -> Period:
    """From one day to another, both included, as a form gives them; refused with a sentence where it cannot be."""
    begin, end = _day("from", first), _day("to", last)
    if end < begin:
        raise errors.field("to", "结束日期早于开始日期，请核对。")
    if end - begin > LONGEST:
        raise errors.field("to", "一次最多统计两年，请选择更短的时间。")
    return Period(begin, end + timedelta(days=1))


def _day(name: str, text: str) -> date:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as error:
        raise errors.field(name, "请按“年-月-日”填写日期，例如 2026-03-01。") from error
    if not EARLIEST <= day <= clock.today() + timedelta(days=366):
        raise errors.field(name, "日期太早或太晚，请核对年份。")
    return day


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), clock.LOCAL)


def _months_on(day: date, months: int) -> date:
    """The same day of another month; where that has no such day, its last."""
    year, month = divmod(12 * day.year + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
