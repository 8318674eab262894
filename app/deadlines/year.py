"""The days of a year that differ from its plain weeks."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

MAKE_UP_DAY = "调休上班"


class Day(NamedTuple):
    """Whether the offices are open, and what the day is called."""

    working: bool
    name: str


@dataclass(frozen=True)
class Year:
    """Named days off and working days; provisional while the make-up days are not published."""

    days: Mapping[date, Day]
    provisional: bool

    def is_working(self, day: date) -> bool:
        """As the day is named, else as a weekday is."""
        named = self.days.get(day)
        return day.weekday() < 5 if named is None else named.working

    def name_of(self, day: date) -> str:
        """Empty for a plain day."""
        return self.days[day].name if day in self.days else ""

    def with_days(self, days: Mapping[date, Day]) -> "Year":
        """The same year with some days named anew."""
        return replace(self, days={**self.days, **days})


def has_make_up_days(days: Mapping[date, Day]) -> bool:
    """Whether a weekend day is worked, as every complete notice of the State Council has it."""
    return any(about.working and day.weekday() >= 5 for day, about in days.items())
