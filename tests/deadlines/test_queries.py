"""The calendar and the limits as they stand in the database."""

from datetime import date, time, timedelta

import pytest
import sqlalchemy as sa
import time_machine

from app.db import db, end_reading, transaction
from app.deadlines import queries
from app.deadlines.limits import Limit, ServiceClass, Step, Unit, default_limits
from app.deadlines.models import CalendarDay, CalendarYear, TimeLimit, WorkingHours
from tests.deadlines.moments import at, limit


def store(*rows):
    with transaction():
        db.session.add_all(rows)
    queries.forget()


@pytest.fixture
def statements(app):
    """The SQL statements sent while the test runs."""
    sent = []

    def note(_connection, _cursor, statement, *_rest):
        sent.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(db.engine, "before_cursor_execute", note)


def test_without_any_row_china_as_known_counts(app):
    calendar = queries.calendar()
    assert calendar.due(at("2026-02-13 17:30"), limit("4 wh")) == at("2026-02-14 14:30")
    assert calendar.is_provisional(2027)
    assert queries.limits() == default_limits()


def test_the_defaults_are_the_table_of_the_domain():
    table = {
        "P0": ("5 min", "30 min", "24 h"),
        "P1": ("5 min", "2 h", "24 h"),
        "P2": ("4 wh", "1 wd", "3 wd"),
        "P3": ("4 wh", "1 wd", "7 wd"),
        "P4": ("1 wd", "2 wd", "11 wd"),
        "P5": ("1 wd", "2 wd", "15 wd"),
    }
    expected = {(code, step): limit(text) for code, row in table.items() for step, text in zip(Step, row, strict=True)}
    assert default_limits() == expected


def test_a_published_year_is_what_was_imported_and_nothing_else(app):
    store(
        CalendarYear(year=2027, provisional=False),
        CalendarDay(date=date(2027, 2, 8), source="state", working=False, name="春节"),
        CalendarDay(date=date(2027, 2, 20), source="state", working=True, name="调休上班"),
    )
    calendar = queries.calendar()
    assert not calendar.is_provisional(2027)
    assert calendar.is_working_day(date(2027, 2, 20))
    assert not calendar.is_working_day(date(2027, 2, 8))
    assert calendar.is_working_day(date(2027, 2, 9))  # foreseen as a day in lieu, but not in the notice


def test_rows_of_a_provisional_year_add_to_what_is_foreseen(app):
    store(
        CalendarYear(year=2027, provisional=True),
        CalendarDay(date=date(2027, 3, 3), source="state", working=False, name="临时放假"),
    )
    calendar = queries.calendar()
    assert calendar.is_provisional(2027)
    assert calendar.name_of(date(2027, 3, 3)) == "临时放假"
    assert not calendar.is_working_day(date(2027, 2, 9))


def test_the_citys_own_day_wins_over_the_states(app):
    store(
        CalendarDay(date=date(2026, 2, 14), source="state", working=True, name="调休上班"),
        CalendarDay(date=date(2026, 2, 14), source="local", working=False, name="暴雪停工"),
        CalendarDay(date=date(2026, 3, 14), source="local", working=True, name="供暖会战"),
    )
    calendar = queries.calendar()
    assert calendar.name_of(date(2026, 2, 14)) == "暴雪停工"
    assert calendar.due(at("2026-02-13 17:30"), limit("4 wh")) == at("2026-02-24 14:30")
    assert calendar.is_working_day(date(2026, 3, 14))


def test_a_local_make_up_day_publishes_no_year(app):
    store(CalendarDay(date=date(2027, 3, 14), source="local", working=True, name="供暖会战"))
    assert queries.calendar().is_provisional(2027)
    assert queries.calendar().is_working_day(date(2027, 3, 14))


def test_the_citys_own_working_hours_count(app):
    store(WorkingHours(starts=time(8), ends=time(12)), WorkingHours(starts=time(13), ends=time(17)))
    assert queries.calendar().due(at("2026-03-10 11:30"), limit("1 wh")) == at("2026-03-10 13:30")


def test_the_citys_own_limit_replaces_the_default_and_leaves_the_others(app):
    store(TimeLimit(class_code="P2", step="resolve", amount=2, unit="working_days"))
    limits = queries.limits()
    assert limits[ServiceClass.P2, Step.RESOLVE] == Limit(2, Unit.WORKING_DAYS)
    assert limits[ServiceClass.P2, Step.SIGN] == limit("4 wh")


def test_calendar_and_limits_cost_four_statements_once_and_none_after(statements):
    for _ in range(3):
        queries.calendar().due(at("2026-12-28 10:00"), limit("15 wd"))
        queries.calendar().due(at("2019-12-28 10:00"), limit("15 wd"))
        queries.limits()
    assert len(statements) == 4


def test_what_is_kept_is_read_again_after_a_minute(app):
    with time_machine.travel(at("2026-03-10 10:00"), tick=False) as clock:
        before = queries.limits()
        with transaction():
            db.session.add(TimeLimit(class_code="P2", step="sign", amount=1, unit="working_hours"))
        clock.shift(timedelta(seconds=59))
        assert queries.limits() is before
        clock.shift(timedelta(seconds=1))
        assert queries.limits()[ServiceClass.P2, Step.SIGN] == limit("1 wh")


def test_a_clock_set_back_does_not_keep_old_answers(app):
    with time_machine.travel(at("2026-03-10 10:00"), tick=False) as clock:
        before = queries.calendar()
        clock.move_to(at("2026-03-01 10:00"))
        assert queries.calendar() is not before


def test_a_first_look_leaves_no_reading_open_before_a_transaction(app):
    queries.calendar()
    queries.limits()
    assert not db.session().in_transaction()


def test_a_first_look_inside_a_reading_or_a_transaction_leaves_it_open(app):
    db.session.execute(sa.text("SELECT 1"))
    queries.calendar()
    assert db.session().in_transaction()
    end_reading()
    with transaction():
        db.session.add(CalendarYear(year=2030, provisional=True))
        queries.forget()
        queries.calendar()
    assert db.session.get(CalendarYear, 2030) is not None


def test_a_first_look_as_the_first_thing_in_a_transaction_does_not_end_it(app):
    with transaction():
        queries.calendar()
        db.session.add(CalendarYear(year=2030, provisional=True))
    assert db.session.get(CalendarYear, 2030) is not None
