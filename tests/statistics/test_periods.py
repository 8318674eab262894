"""Periods: whole days of the city, what lies before them, and kind refusals."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.statistics import periods
from app.statistics.periods import Period, between, preset


def test_days_are_counted_in_the_city_and_the_last_belongs_to_it(at):
    period = between("2026-03-01", "2026-03-09")
    assert period.start_at == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert period.end_at == datetime(2026, 3, 9, 16, tzinfo=UTC)
    assert period.until == period.end_at
    assert period.text == "2026-03-01 至 2026-03-09"


def test_what_is_not_over_yet_ends_now(at):
    now = at("03-10 16:00")
    assert preset("month").until == now


@pytest.mark.parametrize(
    ("name", "begin", "end"),
    [
        ("month", date(2026, 3, 1), date(2026, 4, 1)),
        ("last_month", date(2026, 2, 1), date(2026, 3, 1)),
        ("year", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_presets_are_as_of_today(name, begin, end):
    assert preset(name) == Period(begin, end)


def test_it_is_tomorrow_in_the_city_before_it_is_in_utc(at):
    at("04-01 00:30")
    assert preset("month").begin == date(2026, 4, 1)


@pytest.mark.parametrize(
    ("period", "before", "year_before"),
    [
        (("2026-03-01", "2026-03-31"), ("2026-02-01", "2026-02-28"), ("2025-03-01", "2025-03-31")),
        (("2026-01-01", "2026-03-31"), ("2025-10-01", "2025-12-31"), ("2025-01-01", "2025-03-31")),
        (("2025-01-01", "2025-12-31"), ("2024-01-01", "2024-12-31"), ("2024-01-01", "2024-12-31")),
        (("2026-03-03", "2026-03-09"), ("2026-02-24", "2026-03-02"), ("2025-03-03", "2025-03-09")),
        (("2024-02-29", "2024-02-29"), ("2024-02-28", "2024-02-28"), ("2023-02-28", "2023-02-28")),
    ],
)
def test_what_it_is_compared_with(period, before, year_before):
    assert between(*period).before() == between(*before)
    assert between(*period).a_year_before() == between(*year_before)


@given(st.dates(date(2001, 1, 1), date(2026, 1, 1)), st.integers(0, 700))
def test_the_period_before_ends_where_the_period_begins(first, days):
    period = Period(first, first + timedelta(days=days + 1))
    assert period.before().end == period.begin
    assert period.a_year_before().begin < period.begin


@pytest.mark.parametrize(
    ("first", "last", "field", "sentence"),
    [
        ("", "2026-03-01", "from", "年-月-日"),
        ("2026-3-1", "2026-03-01", "from", "年-月-日"),
        ("2026-02-30", "2026-03-01", "from", "年-月-日"),
        ("2026-03-02", "2026-03-01", "to", "早于"),
        ("1899-01-01", "2026-03-01", "from", "太早"),
        ("2026-03-01", "9999-12-31", "to", "太晚"),
        ("2020-03-01", "2026-03-01", "to", "两年"),
        ("2026-03-01", "' OR 1=1", "to", "年-月-日"),
    ],
)
def test_wrong_dates_are_refused_with_a_sentence(first, last, field, sentence):
    with pytest.raises(Invalid) as caught:
        between(first, last)
    assert sentence in caught.value.fields[field][0]


def test_all_presets_have_names():
    assert all(preset(name) for name in periods.PRESETS)
