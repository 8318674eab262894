"""Adding, comparing, pausing and sharing working time; laws that hold for any moment."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.clock import LOCAL
from app.deadlines.hours import Hours
from app.deadlines.limits import Limit, Unit
from tests.deadlines.moments import at, china, limit, local_date, local_time

CHINA = china()
CLOCK_UNITS = [Unit.CLOCK_MINUTES, Unit.CLOCK_HOURS]
OFFICE_UNITS = [Unit.WORKING_HOURS, Unit.WORKING_DAYS, Unit.NATURAL_DAYS]

moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(LOCAL)).map(
    lambda moment: moment.astimezone(UTC)
)
minutes = st.integers(0, 60 * 7 * 40)
amounts = st.integers(1, 30)
units = st.sampled_from(list(Unit))


@given(moments, minutes)
def test_what_is_added_lies_between(start, worked):
    assert CHINA.working_minutes_between(start, CHINA.add_working_minutes(start, worked)) == worked


@given(moments, minutes, minutes)
def test_adding_twice_is_adding_the_sum(start, first, second):
    in_two_steps = CHINA.add_working_minutes(CHINA.add_working_minutes(start, first), second)
    assert in_two_steps == CHINA.add_working_minutes(start, first + second)


@given(moments, moments, moments)
def test_working_time_adds_up_over_any_moment_between(first, second, third):
    between = CHINA.working_time_between
    assert between(first, second) + between(second, third) == between(first, third)
    assert between(second, first) == -between(first, second)


@given(moments, moments)
def test_working_time_is_never_more_than_clock_time(first, second):
    first, second = sorted((first, second))
    assert timedelta() <= CHINA.working_time_between(first, second) <= second - first


@given(moments, moments, amounts, units)
def test_who_starts_later_is_never_due_earlier(first, second, amount, unit):
    first, second = sorted((first, second))
    assert CHINA.due(first, Limit(amount, unit)) <= CHINA.due(second, Limit(amount, unit))


@given(moments, amounts, amounts, units)
def test_more_time_never_ends_earlier(start, one, other, unit):
    less, more = sorted((one, other))
    assert start < CHINA.due(start, Limit(less, unit)) <= CHINA.due(start, Limit(more, unit))


@given(moments, amounts, st.sampled_from(OFFICE_UNITS))
def test_nothing_counted_by_the_offices_is_due_on_a_day_off_or_at_night(start, amount, unit):
    due = CHINA.due(start, Limit(amount, unit))
    assert CHINA.is_working_day(local_date(due))
    assert time(9) < local_time(due) <= time(12) or time(14) < local_time(due) <= time(18)


@given(moments, amounts, st.sampled_from([Unit.WORKING_DAYS, Unit.NATURAL_DAYS]))
def test_whole_days_end_at_the_close_of_business(start, amount, unit):
    assert local_time(CHINA.due(start, Limit(amount, unit))) == time(18)


@given(moments, amounts)
def test_working_days_are_as_many_as_one_counts_on_a_wall_calendar(start, amount):
    due = local_date(CHINA.due(start, Limit(amount, Unit.WORKING_DAYS)))
    first = local_date(start) + timedelta(days=1)
    days = [first + timedelta(days=passed) for passed in range((due - first).days + 1)]
    assert sum(CHINA.is_working_day(day) for day in days) == amount


@given(moments, amounts, units, st.floats(0.01, 1), st.floats(0.01, 1))
def test_shares_come_in_order_and_the_whole_is_the_deadline(start, amount, unit, one, other):
    whole = Limit(amount, unit)
    less, more = sorted((one, other))
    assert start <= CHINA.moment_at(start, whole, less) <= CHINA.moment_at(start, whole, more)
    assert CHINA.moment_at(start, whole, 1) == CHINA.due(start, whole)


@given(moments, amounts, st.sampled_from(OFFICE_UNITS), moments, moments)
def test_a_pause_moves_an_office_deadline_by_its_working_time(start, amount, unit, one, other):
    paused_from, paused_to = sorted((one, other))
    due = CHINA.due(start, Limit(amount, unit))
    moved = CHINA.shift(due, unit, paused_from, paused_to)
    assert CHINA.working_time_between(due, moved) == CHINA.working_time_between(paused_from, paused_to)


@given(moments, moments, moments, st.sampled_from(CLOCK_UNITS))
def test_a_pause_moves_a_clock_deadline_by_its_clock_time(due, one, other, unit):
    paused_from, paused_to = sorted((one, other))
    assert CHINA.shift(due, unit, paused_from, paused_to) - due == paused_to - paused_from


@given(moments, st.lists(moments, min_size=3, max_size=3), units)
def test_two_pauses_in_a_row_are_one_long_pause(due, bounds, unit):
    first, second, third = sorted(bounds)
    assume(first < third)
    in_two = CHINA.shift(CHINA.shift(due, unit, first, second), unit, second, third)
    assert in_two == CHINA.shift(due, unit, first, third)


@given(st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)))
def test_the_city_is_eight_hours_ahead_in_summer_and_in_winter(wall):
    assert wall.replace(tzinfo=LOCAL).utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize(
    ("paused_from", "paused_to", "moved_to"),
    [
        ("2026-03-10 10:00", "2026-03-10 11:30", "2026-03-16 10:30"),
        ("2026-03-10 11:00", "2026-03-10 15:00", "2026-03-16 11:00"),
        ("2026-03-10 18:00", "2026-03-11 09:00", "2026-03-13 18:00"),
        ("2026-03-07 00:00", "2026-03-08 23:59", "2026-03-13 18:00"),
        ("2026-03-10 09:00", "2026-03-10 18:00", "2026-03-16 18:00"),
        ("2026-03-06 17:00", "2026-03-09 10:00", "2026-03-16 11:00"),
    ],
)
def test_a_pause_gives_back_the_working_time_it_took(paused_from, paused_to, moved_to):
    moved = CHINA.shift(at("2026-03-13 18:00"), Unit.WORKING_DAYS, at(paused_from), at(paused_to))
    assert moved == at(moved_to)


def test_a_pause_over_night_moves_a_clock_deadline_by_the_whole_night():
    moved = CHINA.shift(at("2026-03-11 10:00"), Unit.CLOCK_HOURS, at("2026-03-10 22:00"), at("2026-03-11 06:30"))
    assert moved == at("2026-03-11 18:30")


def test_a_pause_that_ends_before_it_begins_is_refused():
    with pytest.raises(ValueError, match="ends before"):
        CHINA.shift(at("2026-03-11 10:00"), Unit.WORKING_DAYS, at("2026-03-10 11:00"), at("2026-03-10 10:00"))


@pytest.mark.parametrize(
    ("start", "span", "fraction", "moment"),
    [
        ("2026-03-10 10:00", "4 wh", 0.5, "2026-03-10 12:00"),
        ("2026-03-10 10:00", "4 wh", 0.8, "2026-03-10 15:12"),
        ("2026-03-10 10:00", "5 wd", 0.5, "2026-03-13 14:30"),
        ("2026-03-10 10:00", "5 wd", 0.8, "2026-03-16 18:00"),
        ("2026-03-10 10:00", "1 wd", 0.5, "2026-03-11 14:30"),
        ("2026-03-10 10:00", "24 h", 0.5, "2026-03-10 22:00"),
        ("2026-03-10 10:00", "5 min", 0.8, "2026-03-10 10:04"),
        ("2026-03-10 06:00", "1 d", 0.5, "2026-03-11 00:00"),
        ("2026-02-13 17:30", "4 wh", 0.5, "2026-02-14 10:30"),
    ],
)
def test_halves_and_warnings_are_taken_in_the_unit_of_the_limit(start, span, fraction, moment):
    assert CHINA.moment_at(at(start), limit(span), fraction) == at(moment)


def test_no_share_at_all_is_the_start_itself():
    assert CHINA.moment_at(at("2026-03-08 20:10"), limit("4 wh"), 0) == at("2026-03-08 20:10")


def test_one_and_a_half_working_days_end_in_the_middle_of_the_second():
    assert CHINA.due(at("2026-03-10 10:00"), limit("1.5 wd")) == at("2026-03-12 14:30")


def test_a_part_of_a_natural_day_ends_with_the_day():
    assert CHINA.due(at("2026-03-10 10:00"), limit("1.5 d")) == at("2026-03-12 18:00")


def test_adding_nothing_changes_nothing_and_nobody_counts_backwards():
    assert CHINA.add_working_minutes(at("2026-03-08 20:10"), 0) == at("2026-03-08 20:10")
    with pytest.raises(ValueError, match="forwards"):
        CHINA.add_working_minutes(at("2026-03-08 20:10"), -1)


@pytest.mark.parametrize(
    ("start", "end", "worked"),
    [
        ("2026-03-10 10:00", "2026-03-10 16:00", 240),
        ("2026-03-10 12:00", "2026-03-10 14:00", 0),
        ("2026-03-13 17:00", "2026-03-16 10:00", 120),
        ("2026-02-13 18:00", "2026-02-28 18:00", 420 * 6),
        ("2026-09-30 18:00", "2026-10-08 09:00", 0),
        ("2025-12-31 09:00", "2026-01-05 09:00", 840),
    ],
)
def test_working_minutes_between_two_moments(start, end, worked):
    assert CHINA.working_minutes_between(at(start), at(end)) == worked


def test_only_full_minutes_are_reported():
    start = at("2026-03-10 10:00")
    assert CHINA.working_minutes_between(start, start + timedelta(seconds=119)) == 1


@pytest.mark.parametrize(
    ("spans", "complaint"),
    [
        ([], "need spans"),
        ([(time(12), time(9))], "need spans"),
        ([(time(9), time(9))], "need spans"),
        ([(time(9), time(12)), (time(11), time(18))], "overlap"),
        ([(time(9), time(18)), (time(10), time(11)), (time(12), time(13))], "overlap"),
    ],
)
def test_working_hours_that_make_no_sense_are_refused(spans, complaint):
    with pytest.raises(ValueError, match=complaint):
        Hours(spans)


def test_working_hours_may_come_in_any_order_and_touch():
    hours = Hours([(time(12), time(18)), (time(9), time(12))])
    assert (hours.total, hours.closes) == (9 * 3_600_000_000, 18 * 3_600_000_000)


def test_more_work_than_a_day_has_is_nowhere_in_it():
    with pytest.raises(ValueError, match="more work"):
        Hours().at(Hours().total + 1)
