"""The deadlines of an order by its class."""

import pytest

from app.db import db, transaction
from app.deadlines import queries
from app.deadlines.limits import ServiceClass, Step, Unit
from app.deadlines.models import TimeLimit
from app.deadlines.schedule import Schedule, half_span, schedule
from tests.deadlines.moments import at, limit


@pytest.mark.parametrize(
    ("class_code", "sign", "contact", "resolve"),
    [
        ("P0", "2026-03-08 20:15", "2026-03-08 20:40", "2026-03-09 20:10"),
        ("P1", "2026-03-08 20:15", "2026-03-08 22:10", "2026-03-09 20:10"),
        ("P2", "2026-03-09 15:00", "2026-03-09 18:00", "2026-03-11 18:00"),
        ("P3", "2026-03-09 15:00", "2026-03-09 18:00", "2026-03-17 18:00"),
        ("P4", "2026-03-09 18:00", "2026-03-10 18:00", "2026-03-23 18:00"),
        ("P5", "2026-03-09 18:00", "2026-03-10 18:00", "2026-03-27 18:00"),
    ],
)
def test_an_order_of_sunday_evening_is_due_by_its_class(app, class_code, sign, contact, resolve):
    assert schedule(class_code, at("2026-03-08 20:10")) == Schedule(at(sign), at(contact), at(resolve), False)


def test_an_order_is_provisional_when_any_of_its_deadlines_is(app):
    assert schedule("P5", at("2026-12-21 10:00")).provisional
    assert not schedule("P2", at("2026-12-21 10:00")).provisional
    assert not schedule("P0", at("2027-03-01 10:00")).provisional


def test_an_unknown_class_is_refused(app):
    with pytest.raises(ValueError, match="P9"):
        schedule("P9", at("2026-03-08 20:10"))


@pytest.mark.parametrize(
    ("class_code", "half"),
    [("P0", "12 h"), ("P1", "12 h"), ("P2", "1.5 wd"), ("P3", "3 wd"), ("P4", "3 wd"), ("P5", "3 wd")],
)
def test_a_rework_has_half_of_the_span_and_three_days_at_most(app, class_code, half):
    assert half_span(class_code) == limit(half)


@pytest.mark.parametrize(
    ("class_code", "amount", "unit", "half"),
    [
        ("P2", 8, Unit.WORKING_HOURS, "4 wh"),
        ("P2", 100, Unit.WORKING_HOURS, "21 wh"),
        ("P2", 10, Unit.NATURAL_DAYS, "3 d"),
        ("P2", 240, Unit.CLOCK_HOURS, "72 h"),
        ("P0", 60, Unit.CLOCK_MINUTES, "30 min"),
        ("P0", 1440, Unit.CLOCK_MINUTES, "720 min"),
        ("P1", 48, Unit.CLOCK_HOURS, "12 h"),
    ],
)
def test_the_cap_of_a_rework_is_taken_in_the_limits_own_unit(app, class_code, amount, unit, half):
    with transaction():
        db.session.add(TimeLimit(class_code=class_code, step="resolve", amount=amount, unit=unit.value))
    queries.forget()
    assert half_span(class_code) == limit(half)


def test_classes_steps_and_units_have_chinese_names():
    assert [member.label for member in ServiceClass] == ["紧急", "民生急事", "简单", "一般", "复杂", "联动"]
    assert [member.label for member in Step] == ["签收", "联系", "办结"]
    assert [limit(text).text for text in ("5 min", "24 h", "4 wh", "1.5 wd", "7 d")] == [
        "5分钟",
        "24小时",
        "4个工作小时",
        "1.5个工作日",
        "7个自然日",
    ]
    assert [member.is_urgent for member in ServiceClass] == [True, True, False, False, False, False]
