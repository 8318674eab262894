"""What is known about China's years before anybody imported anything."""

from datetime import date

import pytest

from app.deadlines.holidays_source import known_year, statutory_days
from app.deadlines.year import Day, Year, has_make_up_days

NOTICE_OF_2026 = {
    "off": ["01-01", "01-02", "02-16", "02-17", "02-18", "02-19", "02-20", "02-23", "04-06", "05-01", "05-04", "05-05"]
    + ["06-19", "09-25", "10-01", "10-02", "10-05", "10-06", "10-07"],
    "made_up": ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"],
}


def test_2026_is_the_state_councils_notice_of_november_2025():
    differing = {day: known_year(2026).is_working(day) for day in known_year(2026).days}
    weekdays_off = sorted(day for day, working in differing.items() if not working and day.weekday() < 5)
    assert weekdays_off == [date.fromisoformat(f"2026-{day}") for day in NOTICE_OF_2026["off"]]
    made_up = sorted(day for day, working in differing.items() if working)
    assert made_up == [date.fromisoformat(f"2026-{day}") for day in NOTICE_OF_2026["made_up"]]


@pytest.mark.parametrize(("year", "made_up"), [(2024, 8), (2025, 5), (2026, 6)])
def test_published_years_have_their_make_up_weekends(year, made_up):
    known = known_year(year)
    assert not known.provisional
    assert sum(about.working for about in known.days.values()) == made_up
    assert has_make_up_days(known.days)


def test_2027_has_its_statutory_days_only():
    known = known_year(2027)
    assert known.provisional
    assert not known.is_working(date(2027, 2, 8))
    assert not any(about.working for about in known.days.values())


def test_days_of_the_neighbouring_years_stay_out():
    assert {day.year for day in known_year(2026).days} == {2026}


def test_a_make_up_day_at_the_end_of_a_year_is_known_in_that_year():
    assert known_year(2018).is_working(date(2018, 12, 29))


def test_statutory_days_leave_out_weekends_and_days_in_lieu():
    names = {about.name for about in statutory_days(2027).values()}
    assert names == {"元旦", "农历除夕", "春节", "清明节", "端午节", "中秋节", "国庆节"}
    assert date(2027, 2, 9) not in statutory_days(2027)


def test_days_named_anew_leave_the_first_year_as_it_was():
    plain = Year({}, provisional=True)
    day = date(2027, 3, 10)
    assert not plain.with_days({day: Day(False, "停电")}).is_working(day)
    assert plain.is_working(day)
    assert plain.name_of(day) == ""
