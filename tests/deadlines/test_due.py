"""When limits end: the worked examples, the edges of days, weeks and years."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.clock import LOCAL
from app.deadlines.hours import Hours
from app.deadlines.limits import Limit, Unit
from tests.deadlines.moments import at, china, limit

CHINA = china()


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-02-13 17:30", "4 wh", "2026-02-14 14:30"),
        ("2026-02-14 17:30", "5 wd", "2026-02-28 18:00"),
        ("2026-03-08 20:10", "4 wh", "2026-03-09 15:00"),
        ("2026-03-08 20:10", "1 wd", "2026-03-09 18:00"),
        ("2026-03-10 10:00", "5 wd", "2026-03-17 18:00"),
        ("2026-03-10 20:00", "1 wd", "2026-03-11 18:00"),
        ("2026-04-30 16:00", "5 wd", "2026-05-11 18:00"),
        ("2026-05-08 17:00", "4 wh", "2026-05-09 12:00"),
        ("2026-09-30 17:00", "4 wh", "2026-10-08 12:00"),
        ("2026-09-30 17:00", "7 wd", "2026-10-15 18:00"),
    ],
)
def test_every_worked_example_of_the_domain_comes_out(start, span, end):
    assert CHINA.due(at(start), limit(span)) == at(end)


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-03-10 10:00", "4 wh", "2026-03-10 16:00"),
        ("2026-03-10 10:00", "1 wd", "2026-03-11 18:00"),
        ("2026-03-10 10:00", "3 wd", "2026-03-13 18:00"),
        ("2026-03-10 08:00", "3 wh", "2026-03-10 12:00"),
        ("2026-03-10 12:30", "4 wh", "2026-03-10 18:00"),
        ("2026-03-10 12:00", "1 wh", "2026-03-10 15:00"),
        ("2026-03-10 17:59", "1 wh", "2026-03-11 09:59"),
        ("2026-03-10 00:00", "1 wd", "2026-03-11 18:00"),
        ("2026-03-10 23:59", "1 wd", "2026-03-11 18:00"),
    ],
)
def test_working_limits_within_a_plain_week(start, span, end):
    assert CHINA.due(at(start), limit(span)) == at(end)


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-02-17 03:00", "5 min", "2026-02-17 03:05"),
        ("2026-02-17 23:50", "30 min", "2026-02-18 00:20"),
        ("2026-02-17 22:00", "24 h", "2026-02-18 22:00"),
        ("2026-12-31 20:00", "24 h", "2027-01-01 20:00"),
    ],
)
def test_clock_limits_run_through_nights_and_the_spring_festival(start, span, end):
    assert CHINA.due(at(start), limit(span)) == at(end)


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-03-10 10:00", "1 d", "2026-03-11 18:00"),
        ("2026-03-10 10:00", "3 d", "2026-03-13 18:00"),
        ("2026-03-10 10:00", "4 d", "2026-03-16 18:00"),
        ("2026-03-10 10:00", "5 d", "2026-03-16 18:00"),
        ("2026-03-10 10:00", "6 d", "2026-03-16 18:00"),
        ("2026-02-10 10:00", "4 d", "2026-02-14 18:00"),
        ("2026-02-10 10:00", "6 d", "2026-02-24 18:00"),
        ("2026-09-24 10:00", "7 d", "2026-10-08 18:00"),
    ],
)
def test_natural_days_that_end_on_a_day_off_move_to_the_next_working_day(start, span, end):
    assert CHINA.due(at(start), limit(span)) == at(end)


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2025-01-25 10:00", "1 wd", "2025-01-26 18:00"),  # make-up Sunday before the Spring Festival
        ("2025-04-26 10:00", "2 wh", "2025-04-27 11:00"),  # make-up Sunday before Labour Day
        ("2025-09-27 10:00", "1 wd", "2025-09-28 18:00"),  # make-up Sunday before the National Day
        ("2026-01-03 10:00", "1 wd", "2026-01-04 18:00"),  # make-up Sunday after the New Year
        ("2026-09-19 10:00", "4 wh", "2026-09-20 15:00"),  # make-up Sunday before the National Day
        ("2025-10-10 17:00", "2 wh", "2025-10-11 10:00"),  # make-up Saturday after the National Day
    ],
)
def test_make_up_weekends_are_working_days(start, span, end):
    assert CHINA.due(at(start), limit(span)) == at(end)


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2025-12-31 17:00", "2 wh", "2026-01-04 10:00"),
        ("2025-12-31 17:00", "3 wd", "2026-01-06 18:00"),
        ("2025-12-31 17:00", "1 d", "2026-01-04 18:00"),
        ("2026-12-31 17:00", "2 wh", "2027-01-04 10:00"),
        ("2026-12-30 09:00", "2 wd", "2027-01-04 18:00"),
    ],
)
def test_limits_cross_the_new_year(start, span, end):
    assert CHINA.due(at(start), limit(span)) == at(end)


def test_the_local_date_decides_where_utc_still_has_the_day_before():
    sunday_evening_in_utc = datetime(2026, 3, 8, 16, 30, tzinfo=UTC)
    assert sunday_evening_in_utc.astimezone(LOCAL).date() == date(2026, 3, 9)
    assert CHINA.due(sunday_evening_in_utc, limit("1 wd")) == at("2026-03-10 18:00")


def test_answers_are_in_utc_and_any_zone_may_be_given():
    start = datetime(2026, 3, 10, 10, tzinfo=LOCAL)
    for unit in Unit:
        assert CHINA.due(start, Limit(1, unit)).tzinfo is UTC
        assert CHINA.due(start, Limit(1, unit)) == CHINA.due(start.astimezone(UTC), Limit(1, unit))


@pytest.mark.parametrize("unit", list(Unit))
def test_a_moment_without_a_zone_is_refused_in_every_unit(unit):
    with pytest.raises(ValueError, match="without a zone"):
        CHINA.due(datetime(2026, 3, 10, 10), Limit(1, unit))


def test_seconds_of_the_start_are_kept():
    start = at("2026-03-10 11:59") + timedelta(seconds=30, microseconds=7)
    assert CHINA.due(start, limit("1 wh")) == at("2026-03-10 14:59") + timedelta(seconds=30, microseconds=7)


def test_a_local_day_off_is_left_out():
    snowed_in = china(d2026_03_11=False)
    assert not snowed_in.is_working_day(date(2026, 3, 11))
    assert snowed_in.due(at("2026-03-10 17:00"), limit("2 wh")) == at("2026-03-12 10:00")
    assert snowed_in.due(at("2026-03-10 10:00"), limit("1 wd")) == at("2026-03-12 18:00")
    assert snowed_in.due(at("2026-03-10 10:00"), limit("1 d")) == at("2026-03-12 18:00")


def test_a_local_working_day_counts_on_a_weekend_and_on_a_holiday():
    busy = china(d2026_03_14=True, d2026_05_05=True)
    assert busy.due(at("2026-03-13 17:00"), limit("2 wh")) == at("2026-03-14 10:00")
    assert busy.due(at("2026-04-30 10:00"), limit("1 wd")) == at("2026-05-05 18:00")
    assert busy.name_of(date(2026, 5, 5)) == "本地"


def test_a_local_day_off_wins_over_a_make_up_day_of_the_state():
    assert china(d2026_02_14=False).due(at("2026-02-13 17:30"), limit("4 wh")) == at("2026-02-24 14:30")


def test_other_working_hours_move_the_ends():
    summer = china(Hours([(time(8, 30), time(12)), (time(15), time(18, 30))]))
    assert summer.due(at("2026-07-01 11:30"), limit("1 wh")) == at("2026-07-01 15:30")
    assert summer.due(at("2026-07-01 11:30"), limit("1 wd")) == at("2026-07-02 18:30")


def test_the_order_in_which_years_are_asked_for_changes_nothing():
    forwards, backwards = china(), china()
    starts = [at(f"{year}-06-10 10:00") for year in (2024, 2025, 2026, 2027)]
    expected = [forwards.due(start, limit("200 wd")) for start in starts]
    assert [backwards.due(start, limit("200 wd")) for start in reversed(starts)] == expected[::-1]


def test_a_year_is_asked_for_only_once():
    asked = []
    days = china()
    ask = days._year
    days._year = lambda number: (asked.append(number), ask(number))[1]
    for _ in range(50):
        days.due(at("2026-12-28 10:00"), limit("11 wd"))
        days.is_working_day(date(2027, 3, 1))
    assert asked == [2026, 2027]


def test_the_year_2027_is_provisional_and_2026_is_not():
    assert [CHINA.is_provisional(year) for year in (2025, 2026, 2027)] == [False, False, True]


@pytest.mark.parametrize(
    ("start", "span", "rests"),
    [
        ("2026-12-10 10:00", "7 wd", False),
        ("2026-12-30 10:00", "7 wd", True),
        ("2026-12-31 17:30", "1 wh", True),
        ("2026-12-30 10:00", "3 d", True),
        ("2027-03-01 10:00", "4 wh", True),
        ("2026-12-31 10:00", "24 h", False),
        ("2027-03-01 10:00", "30 min", False),
    ],
)
def test_a_deadline_rests_on_a_provisional_year_unless_the_clock_alone_counts(start, span, rests):
    assert CHINA.rests_on_provisional(at(start), limit(span)) is rests


@pytest.mark.parametrize("amount", [0, -1, -0.5])
def test_a_limit_of_no_time_is_refused(amount):
    with pytest.raises(ValueError, match="no time"):
        Limit(amount, Unit.WORKING_DAYS)
