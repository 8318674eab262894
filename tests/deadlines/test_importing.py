"""Bringing in notices, local days, limits and working hours."""

from datetime import date, datetime, time

import pytest
import sqlalchemy as sa

from app.db import db, end_reading, transaction
from app.deadlines import queries
from app.deadlines.importing import import_calendar, import_limits, set_working_hours, withdraw_local_day
from app.deadlines.limits import ServiceClass, Step
from app.deadlines.models import CalendarDay, CalendarYear, Source, TimeLimit
from app.deadlines.rows import RowError
from app.trail import AuditRow
from tests.deadlines.moments import at, limit


def off(*days):
    return [{"date": day, "working": "休息", "name": "放假"} for day in days]


def made_up(*days):
    return [{"date": day, "working": "上班", "name": "调休上班"} for day in days]


NOTICE = [
    *off("2027-01-01", "2027-02-05", "2027-02-08", "2027-02-09", "2027-02-10", "2027-02-11", "2027-04-05"),
    *off("2027-05-03", "2027-05-04", "2027-06-09", "2027-09-15", "2027-10-01", "2027-10-04", "2027-10-05"),
    *made_up("2027-01-31", "2027-02-20"),
]


def bring_in(rows, **options):
    with transaction():
        return import_calendar(rows, **options)


def count(model):
    found = db.session.scalar(sa.select(sa.func.count()).select_from(model))
    end_reading()
    return found


def test_a_notice_publishes_its_year_and_moves_deadlines(app):
    start = at("2027-01-29 17:00")
    assert queries.calendar().due(start, limit("2 wh")) == at("2027-02-01 10:00")
    report = bring_in(NOTICE)
    assert (report.written, report.accepted, report.errors, report.notes) == (True, len(NOTICE), [], [])
    assert not queries.calendar().is_provisional(2027)
    assert queries.calendar().due(start, limit("2 wh")) == at("2027-01-31 10:00")


def test_a_day_that_was_foreseen_off_but_is_not_in_the_notice_is_worked(app):
    assert not queries.calendar().is_working_day(date(2027, 2, 10))
    bring_in([row for row in NOTICE if row["date"] != "2027-02-10"])
    assert queries.calendar().is_working_day(date(2027, 2, 10))


def test_a_statutory_day_that_was_left_out_is_added_and_noted(app):
    report = bring_in([row for row in NOTICE if row["date"] != "2027-09-15"])
    assert report.notes == ["2027 年未列出的节假日已按法定日期补上：2027-09-15。"]
    assert not queries.calendar().is_working_day(date(2027, 9, 15))


def test_make_up_days_alone_leave_the_foreseen_days_off(app):
    bring_in(made_up("2027-02-20"))
    calendar = queries.calendar()
    assert not calendar.is_provisional(2027)
    assert calendar.is_working_day(date(2027, 2, 20))
    assert not calendar.is_working_day(date(2027, 2, 10))


def test_days_off_alone_leave_the_year_provisional(app):
    report = bring_in(off("2027-02-11"))
    assert report.notes == ["2027 年还没有调休上班日，仍按法定节假日暂定。"]
    calendar = queries.calendar()
    assert calendar.is_provisional(2027)
    assert not calendar.is_working_day(date(2027, 2, 11))
    assert not calendar.is_working_day(date(2027, 2, 10))


def test_make_up_days_may_follow_in_a_second_file(app):
    bring_in([row for row in NOTICE if row["working"] == "休息"])
    assert queries.calendar().is_provisional(2027)
    bring_in([row for row in NOTICE if row["working"] == "上班"])
    assert not queries.calendar().is_provisional(2027)
    assert not queries.calendar().is_working_day(date(2027, 2, 11))


def test_a_correction_of_a_published_year_keeps_the_rest_of_it(app):
    bring_in(made_up("2026-11-28"))
    calendar = queries.calendar()
    assert calendar.is_working_day(date(2026, 11, 28))
    assert calendar.is_working_day(date(2026, 2, 14))
    assert not calendar.is_working_day(date(2026, 10, 7))


def test_importing_the_same_notice_twice_changes_nothing_more(app):
    bring_in(NOTICE)
    days = count(CalendarDay)
    bring_in(NOTICE)
    assert (count(CalendarDay), count(CalendarYear)) == (days, 1)


def test_a_file_over_two_years_sets_both(app):
    bring_in([*NOTICE, *made_up("2028-02-19")])
    assert [queries.calendar().is_provisional(year) for year in (2027, 2028, 2029)] == [False, False, True]


def test_a_dry_run_tells_the_same_and_writes_nothing(app):
    with transaction():
        report = import_calendar(NOTICE[:-3], dry_run=True)
    assert (report.written, report.accepted) == (False, len(NOTICE) - 3)
    assert report.notes == ["2027 年还没有调休上班日，仍按法定节假日暂定。"]
    assert (count(CalendarDay), count(CalendarYear), count(AuditRow)) == (0, 0, 0)


def test_every_wrong_row_is_told_with_its_line_and_nothing_is_written(app):
    rows = [
        *made_up("2027-02-20"),
        {"date": "2027-02-30", "working": "休息"},
        {"date": "明天", "working": "休息"},
        {"date": "2027-03-01", "working": "也许"},
        {"working": "休息"},
        {"date": "1999-03-01", "working": "休息"},
        {"date": "2027-03-02", "working": "休息", "name": "长" * 81},
        *made_up("2027/2/20"),
    ]
    report = bring_in(rows)
    assert [(error.line, error.column) for error in report.errors] == [
        (3, "date"),
        (4, "date"),
        (5, "working"),
        (6, "date"),
        (7, "date"),
        (8, "name"),
        (9, "date"),
    ]
    assert report.errors[2] == RowError(5, "working", "请填写“上班”或“休息”。")
    assert (report.written, report.accepted, count(CalendarDay)) == (False, 0, 0)


@pytest.mark.parametrize(
    "day", ["2027-02-20", "2027/2/20", "2027.02.20", "2027年2月20日", date(2027, 2, 20), datetime(2027, 2, 20, 8)]
)
@pytest.mark.parametrize("working", ["上班", "是", "1", 1, True, "TRUE", " yes "])
def test_dates_and_words_are_understood_as_people_and_spreadsheets_write_them(day, working):
    from app.deadlines.rows import date_in, yes_in

    row = {"date": day, "working": working}
    assert (date_in(row, "date"), yes_in(row, "working")) == (date(2027, 2, 20), True)


def test_a_local_day_wins_survives_the_next_notice_and_can_be_withdrawn(app):
    bring_in([{"date": "2027-02-20", "working": "休息", "name": "暴雪停工"}], source=Source.LOCAL)
    report = bring_in(NOTICE)
    assert report.written
    assert queries.calendar().name_of(date(2027, 2, 20)) == "暴雪停工"
    with transaction():
        assert withdraw_local_day(date(2027, 2, 20))
    assert queries.calendar().is_working_day(date(2027, 2, 20))
    with transaction():
        assert not withdraw_local_day(date(2027, 2, 20))


def test_a_local_import_publishes_no_year(app):
    bring_in(made_up("2027-02-20"), source=Source.LOCAL)
    assert queries.calendar().is_provisional(2027)
    assert count(CalendarYear) == 0


def limit_row(class_code="P2", step="resolve", amount="2", unit="working_days"):
    return {"class_code": class_code, "step": step, "amount": amount, "unit": unit}


def test_limits_are_set_by_code_or_by_chinese_name(app):
    with transaction():
        report = import_limits([limit_row(), limit_row("一般", "签收", 3, "个工作小时")])
    assert (report.written, report.accepted) == (True, 2)
    assert queries.limits()[ServiceClass.P2, Step.RESOLVE] == limit("2 wd")
    assert queries.limits()[ServiceClass.P3, Step.SIGN] == limit("3 wh")


def test_a_limit_set_again_replaces_the_first(app):
    for amount in (2, 5):
        with transaction():
            import_limits([limit_row(amount=amount)])
    assert queries.limits()[ServiceClass.P2, Step.RESOLVE] == limit("5 wd")
    assert count(TimeLimit) == 1


def test_a_dry_run_of_limits_writes_nothing(app):
    with transaction():
        report = import_limits([limit_row()], dry_run=True)
    assert (report.written, report.accepted, count(TimeLimit)) == (False, 1, 0)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (limit_row(class_code="P9"), "class_code"),
        (limit_row(step="dance"), "step"),
        (limit_row(unit="weeks"), "unit"),
        (limit_row(amount="0"), "amount"),
        (limit_row(amount="-1"), "amount"),
        (limit_row(amount="1.5"), "amount"),
        (limit_row(amount="²"), "amount"),
        (limit_row(amount=""), "amount"),
        (limit_row(amount="251"), "amount"),
        (limit_row(amount="9" * 5000), "amount"),
        ({}, "class_code"),
    ],
)
def test_a_wrong_limit_is_refused_in_its_column(app, row, column):
    with transaction():
        report = import_limits([limit_row("P3"), row])
    assert [(error.line, error.column) for error in report.errors] == [(3, column)]
    assert count(TimeLimit) == 0


def test_a_limit_named_twice_is_refused(app):
    with transaction():
        report = import_limits([limit_row(), limit_row("简单", "办结", "3")])
    assert report.errors == [RowError(3, "step", "这一行与前面的行重复，请只保留一行。")]


def test_working_hours_are_replaced_as_a_whole(app):
    for spans in ([(time(8), time(12)), (time(13), time(17))], [(time(10), time(16))]):
        with transaction():
            set_working_hours(spans)
    assert queries.calendar().due(at("2026-03-10 15:30"), limit("1 wh")) == at("2026-03-11 10:30")


def test_working_hours_that_overlap_are_refused_before_anything_changes(app):
    with transaction(), pytest.raises(ValueError, match="overlap"):
        set_working_hours([(time(8), time(12)), (time(11), time(17))])
    assert queries.calendar().hours.total == 7 * 3_600_000_000


def test_every_change_is_in_the_audit_trail_and_says_whose_it_was(app):
    with transaction():
        import_calendar(NOTICE, actor_id=7)
        import_limits([limit_row()], actor_id=7)
        set_working_hours([(time(10), time(16))], actor_id=7)
    rows = db.session.execute(sa.select(AuditRow.action, AuditRow.subject, AuditRow.actor_id).order_by(AuditRow.id))
    assert [tuple(row) for row in rows] == [
        ("calendar.imported", "state", 7),
        ("limits.imported", "limits", 7),
        ("working_hours.set", "working_hours", 7),
    ]
