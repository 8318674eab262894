"""Every figure agrees with a second count in plain loops, for several places, periods and people who look."""

import random
from collections import Counter
from fractions import Fraction

import pytest

from app import clock
from app.db import end_reading
from app.statistics import counting, listing, overdue, places, times
from app.statistics.definitions import FIGURES
from app.statistics.periods import between
from app.statistics.rates import nearest_rank
from app.statistics.sources import Window
from tests.factories import a_manager
from tests.statistics.history import Town, begin, play
from tests.statistics.recount import Recount, everything, minutes_at

PERIODS = (("2026-03-10", "2026-03-31"), ("2026-04-01", "2026-04-30"), ("2026-03-01", "2026-12-31"))


@pytest.fixture
def town(city, later):
    return play(begin(Town(city, random.Random(1), later)), 260)


def everybody(window, part):
    found, page = Counter(), 1
    while True:
        rows = listing.orders(window, part, page, 25)
        found.update({row.id: row.times for row in rows[:25]})
        if len(rows) <= 25:
            return found
        page += 1


def looks(city, town):
    """Who looks at which place, over which days."""
    for days in PERIODS:
        yield town.district, "cx", days
    yield town.street, "g1", PERIODS[1]
    yield town.community["xnlx"], "xnlx", PERIODS[0]
    yield a_manager(city["xn"]), "hyx", PERIODS[0]


def test_every_figure_and_every_list_agrees_with_a_second_count(city, town):
    rows, seen = everything(), Counter()
    for actor, code, (first, last) in looks(city, town):
        window = Window(actor, places.chosen(actor, city[code]), between(first, last))
        second = Recount(rows, window)
        numbers = counting.numbers(window)
        for name, (met, of, points) in second.counts().items():
            about = (name, code, first)
            figure, share = FIGURES[name], numbers[name]
            assert share.met == (Fraction(met.total()) if points is None else points), about
            assert everybody(window, figure.met) == met, about
            if of is not None:
                assert share.of == of.total(), about
                assert everybody(window, figure.of) == of, about
            seen[name] += met.total()
        for name, spans in second.spans().items():
            found = times.of(window, times.TIMES[name])
            expected = (len(spans), nearest_rank(spans, 50), nearest_rank(spans, 90))
            assert (found.count, found.p50, found.p90) == expected, (name, code, first)
        opening, added, cleared, closing = (
            numbers[f"ledger_{name}"].met for name in ("opening", "added", "cleared", "closing")
        )
        assert opening + added - cleared == closing
        assert second.counts().keys() == FIGURES.keys()
        end_reading()
    assert [name for name in FIGURES if not seen[name]] == [], "the town must have seen everything"


def test_overdue_minutes_are_those_of_each_order_and_add_up_over_months(city, town):
    district = town.district
    year, march, rest = (
        Window(district, places.chosen(district, city["cx"]), between(*days))
        for days in (("2026-03-01", "2026-12-31"), ("2026-03-01", "2026-03-31"), ("2026-04-01", "2026-12-31"))
    )
    found = {one.holder: one.of_orders for one in overdue.by_holder(year)}
    expected = {}
    for order in everything()["WorkOrder"]:
        for holder, minutes in minutes_at(order.id, clock.now()).items():
            expected.setdefault(holder, {})[order.id] = minutes
    assert {h: {o: m for o, m in of.items() if m} for h, of in found.items()} == {
        h: kept for h, of in expected.items() if (kept := {o: m for o, m in of.items() if m})
    }
    assert found
    whole = sum(one.total for one in overdue.by_holder(year))
    parts = sum(one.total for window in (march, rest) for one in overdue.by_holder(window))
    assert abs(whole - parts) <= len(everything()["WorkOrder"]), "a minute cut in two at midnight may be lost"
    everywhere = overdue.orders(year, "")
    assert sum(everywhere.values()) == whole
