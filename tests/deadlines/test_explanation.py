"""Why a deadline falls where it falls."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from app.clock import LOCAL
from app.deadlines.limits import Limit, Unit
from tests.deadlines.moments import at, china, limit

CHINA = china()
IN_MINUTES = {
    Unit.CLOCK_MINUTES: 1,
    Unit.CLOCK_HOURS: 60,
    Unit.WORKING_HOURS: 60,
    Unit.WORKING_DAYS: 420,
    Unit.NATURAL_DAYS: 1440,
}

moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 11, 30), timezones=st.just(LOCAL)).map(
    lambda moment: moment.astimezone(UTC)
)


@given(moments, st.integers(1, 12), st.sampled_from(list(Unit)))
def test_the_parts_leave_no_gap_and_add_up_to_the_limit(start, amount, unit):
    parts = CHINA.explain(start, Limit(amount, unit))
    assert parts[0].start == start
    assert parts[-1].end == CHINA.due(start, Limit(amount, unit))
    assert all(before.end == after.start for before, after in zip(parts, parts[1:], strict=False))
    assert all(part.start < part.end for part in parts)
    assert round(sum(part.minutes for part in parts), 6) == amount * IN_MINUTES[unit]


def told(start, span):
    return [
        (
            f"{part.start.astimezone(LOCAL):%m-%d %H:%M}",
            f"{part.end.astimezone(LOCAL):%m-%d %H:%M}",
            part.minutes,
            part.why,
        )
        for part in CHINA.explain(at(start), limit(span))
    ]


def test_lunch_and_night_are_shown_as_closed_and_a_make_up_day_by_its_name():
    assert told("2026-02-13 17:30", "4 wh") == [
        ("02-13 17:30", "02-13 18:00", 30, "工作时间"),
        ("02-13 18:00", "02-14 09:00", 0, "非工作时间"),
        ("02-14 09:00", "02-14 12:00", 180, "调休上班"),
        ("02-14 12:00", "02-14 14:00", 0, "非工作时间"),
        ("02-14 14:00", "02-14 14:30", 30, "调休上班"),
    ]


def test_the_day_of_the_start_does_not_count_for_working_days():
    assert told("2026-03-10 10:00", "1 wd") == [
        ("03-10 10:00", "03-11 00:00", 0, "起算当日不计"),
        ("03-11 00:00", "03-11 09:00", 0, "非工作时间"),
        ("03-11 09:00", "03-11 12:00", 180, "工作时间"),
        ("03-11 12:00", "03-11 14:00", 0, "非工作时间"),
        ("03-11 14:00", "03-11 18:00", 240, "工作时间"),
    ]


def test_natural_days_tell_why_the_end_moved():
    assert told("2026-03-12 10:00", "2 d") == [
        ("03-12 10:00", "03-13 00:00", 0, "起算当日不计"),
        ("03-13 00:00", "03-14 00:00", 1440, "自然日"),
        ("03-14 00:00", "03-15 00:00", 1440, "自然日"),
        ("03-15 00:00", "03-16 18:00", 0, "末日休息，顺延"),
    ]


def test_the_clock_is_one_part():
    assert told("2026-03-14 22:00", "24 h") == [("03-14 22:00", "03-15 22:00", 1440, "连续计时")]


def test_holidays_are_named():
    reasons = {why for *_, why in told("2026-04-30 16:00", "5 wd")}
    assert {"劳动节", "周末", "调休上班"} <= reasons


def test_the_sentence_names_the_limit_its_ends_and_what_did_not_count():
    assert CHINA.in_words(at("2026-02-14 17:30"), limit("5 wd")) == (
        "自2月14日（周六）17:30起5个工作日，2月28日（周六）18:00到期；"
        "其间周末、农历除夕、春节、休息日不计；2月28日调休上班，照常计入。"
    )


def test_the_sentence_for_a_plain_limit_is_short():
    assert CHINA.in_words(at("2026-03-10 10:00"), limit("4 wh")) == (
        "自3月10日（周二）10:00起4个工作小时，3月10日（周二）16:00到期。"
    )


def test_the_sentence_says_that_a_date_is_provisional():
    assert CHINA.in_words(at("2027-03-01 10:00"), limit("1 wd")).endswith("；部分放假安排尚未公布，日期为暂定。")
    assert "暂定" not in CHINA.in_words(at("2027-03-01 10:00"), limit("24 h"))
