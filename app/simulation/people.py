"""People as they are: how each leans towards each thing that can be done, how fast they are, when they are at work."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from app import clock
from app.deadlines.limits import Limit, Unit
from app.deadlines.queries import calendar
from app.simulation.demand import Month
from app.work_orders.workflow import Action

LEANINGS = (0.0, 0.4, 0.8, 1.0, 1.3, 2.5)
PACES = (0.6, 0.8, 1.0, 1.2, 1.9)
ILL_A_MONTH, ILL_DAYS = 0.35, (1, 6)
SHIFT_ON_HOLIDAYS = 0.3
AWAKE = (7, 22)


@dataclass
class Temperaments:
    """Drawn when somebody first has to decide: some urge every time and some never, some are slow at all they do."""

    lots: random.Random
    _leanings: dict[tuple[int, Action], float] = field(default_factory=dict)
    _paces: dict[int, float] = field(default_factory=dict)

    def leaning(self, account_id: int, action: Action) -> float:
        """By how much likelier than others the person does this."""
        if (account_id, action) not in self._leanings:
            self._leanings[account_id, action] = self.lots.choice(LEANINGS)
        return self._leanings[account_id, action]

    def pace(self, account_id: int) -> float:
        """By how much longer than others the person takes."""
        if account_id not in self._paces:
            self._paces[account_id] = self.lots.choice(PACES)
        return self._paces[account_id]


@dataclass(frozen=True)
class Shift:
    """When a worker says that they are on duty, and that they are not any more."""

    account_id: int
    begins: datetime
    ends: datetime


def shifts(workers: list[int], month: Month, lots: random.Random) -> list[Shift]:
    """Every working day of every worker who is not ill, and a few on other days."""
    found = []
    for account_id in workers:
        ill = _ill_days(month, lots)
        for day in month.each():
            works = calendar().is_working_day(day) or lots.random() < SHIFT_ON_HOLIDAYS
            if works and day not in ill:
                found.append(_shift(account_id, day, lots))
    return found


def _ill_days(month: Month, lots: random.Random) -> set[date]:
    if lots.random() >= ILL_A_MONTH * month.days / 30:
        return set()
    first = month.first + timedelta(days=lots.randrange(month.days))
    return {first + timedelta(days=number) for number in range(lots.randint(*ILL_DAYS))}


def _shift(account_id: int, day: date, lots: random.Random) -> Shift:
    morning = datetime.combine(day, time(8, 30), clock.LOCAL)
    begins = morning + timedelta(minutes=lots.uniform(0, 35))
    return Shift(account_id, begins, morning + timedelta(hours=9, minutes=lots.uniform(20, 120)))


def at_work(now: datetime, hours: float) -> datetime:
    """So many working hours from now."""
    return calendar().due(now, Limit(hours, Unit.WORKING_HOURS))


def at_home(now: datetime, hours: float, lots: random.Random) -> datetime:
    """So many hours from now, but not in the night."""
    at = clock.local(now + timedelta(hours=hours))
    if AWAKE[0] <= at.hour < AWAKE[1]:
        return at
    day = at.date() + timedelta(days=at.hour >= AWAKE[1])
    return datetime.combine(day, time(AWAKE[0]), clock.LOCAL) + timedelta(minutes=lots.uniform(0, 180))
