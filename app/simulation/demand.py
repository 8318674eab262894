"""What a city reports and when: by the hour of the day, the day of the week, and the holidays."""

import random
from bisect import bisect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import accumulate

from app import clock
from app.deadlines.queries import calendar

OF_HOUR = (1, 1, 0.5, 0.5, 0.5, 1, 3, 7, 11, 12, 11, 9, 6, 6, 8, 9, 9, 9, 10, 11, 9, 6, 3, 2)
"""How much is reported in each hour of a day: mornings and evenings, and little at night."""
OF_WEEKDAY = (1.25, 1.1, 1.0, 1.0, 1.05, 0.85, 0.75)
HOLIDAY = 0.55
CATEGORIES = {
    "LIGHT": 14, "WASTE": 11, "PM": 8, "PARK.space": 8, "HEAT": 6, "DRAIN": 4, "WATER": 5, "NOISE.neighbour": 5,
    "NOISE.site": 4, "LIFT.fault": 4, "ROAD": 4, "CONSULT": 5, "OTHER": 4, "GREEN.trim": 3, "DOG": 3, "BUILD": 2,
    "EV": 2, "FIRE": 1, "MEDIATE.leak": 2, "PARK.fee": 2, "CARE.help": 2, "SUGGEST": 2, "FUND.income": 1,
    "GREEN.sunlight": 1, "LIFT.trapped": 1, "CARE.welfare_check": 1,
}  # fmt: skip
"""Of a hundred or so reports, how many are about what."""


@dataclass(frozen=True)
class Month:
    """From the morning of the first day, so many days."""

    first: date
    days: int

    @property
    def starts(self) -> datetime:
        return datetime.combine(self.first, time.min, clock.LOCAL)

    @property
    def ends(self) -> datetime:
        return self.starts + timedelta(days=self.days)

    def each(self) -> Iterator[date]:
        """Its days, one after the other."""
        return (self.first + timedelta(days=number) for number in range(self.days))


def moments(month: Month, orders: int, lots: random.Random) -> list[datetime]:
    """When each of so many orders is reported, in order."""
    days = list(month.each())
    drawn = _drawn([_weight(day) for day in days], orders, lots)
    found = []
    for number in drawn:
        (hour,) = _drawn(OF_HOUR, 1, lots)
        seconds = hour * 3600 + lots.randrange(3600)
        found.append(datetime.combine(days[number], time.min, clock.LOCAL) + timedelta(seconds=seconds))
    return sorted(found)


def _weight(day: date) -> float:
    is_holiday = bool(calendar().name_of(day)) and not calendar().is_working_day(day)
    return HOLIDAY if is_holiday else OF_WEEKDAY[day.weekday()]


def category(lots: random.Random) -> str:
    """What the next report is about."""
    (number,) = _drawn(list(CATEGORIES.values()), 1, lots)
    return list(CATEGORIES)[number]


def _drawn(weights: Sequence[float], count: int, lots: random.Random) -> list[int]:
    ends = list(accumulate(weights))
    return [bisect(ends, lots.random() * ends[-1]) for _ in range(count)]
