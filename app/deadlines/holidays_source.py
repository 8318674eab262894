"""China's days off and make-up working days as the `holidays` package knows them."""

from datetime import date
from functools import cache

import holidays

from app.deadlines.year import MAKE_UP_DAY, Day, Year

IN_LIEU = ("补假", "休息日")


@cache
def known_year(year: int) -> Year:
    """A year with its statutory days; provisional when its make-up days are not in the package yet."""
    # A notice may name days of the year before, such as 31 December: the neighbours are read along.
    source = holidays.country_holidays("CN", years=range(year - 1, year + 2), language="zh_CN")
    off = {day: Day(False, name) for day, name in source.items() if day.year == year}
    made_up = {day: Day(True, MAKE_UP_DAY) for day in source.weekend_workdays if day.year == year}
    return Year(off | made_up, provisional=not made_up)


def statutory_days(year: int) -> dict[date, Day]:
    """The weekdays that the law itself makes free, without the days off in lieu that a notice arranges."""
    return {
        day: about
        for day, about in known_year(year).days.items()
        if day.weekday() < 5 and not any(word in about.name for word in IN_LIEU)
    }
