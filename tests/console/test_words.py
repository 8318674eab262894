"""Times and texts as the console says them."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from app.console import words

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)  # a Tuesday, 10:00 in the city


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2026, 3, 10, 8, 0, tzinfo=UTC), "今天 16:00"),
        (datetime(2026, 3, 9, 15, 59, tzinfo=UTC), "昨天 23:59"),
        (datetime(2026, 3, 10, 16, 0, tzinfo=UTC), "明天 00:00"),
        (datetime(2026, 3, 13, 10, 0, tzinfo=UTC), "3月13日 18:00"),
        (datetime(2025, 12, 31, 10, 0, tzinfo=UTC), "2025年12月31日 18:00"),
    ],
)
def test_moments_are_short_and_in_the_citys_time(moment, said):
    assert words.short(moment) == said


@pytest.mark.parametrize(
    ("span", "said", "urgency"),
    [
        (timedelta(days=3, hours=8, minutes=59), "还剩3天8小时", ""),
        (timedelta(days=2), "还剩2天", ""),
        (timedelta(hours=5, minutes=20, seconds=59), "还剩5小时20分", "is-soon"),
        (timedelta(hours=1), "还剩1小时", "is-soon"),
        (timedelta(seconds=59), "还剩0分钟", "is-soon"),
        (timedelta(), "还剩0分钟", "is-soon"),
        (-timedelta(seconds=1), "已超期0分钟", "is-late"),
        (-timedelta(days=1, hours=2), "已超期1天2小时", "is-late"),
    ],
)
def test_what_is_left_is_said_in_its_two_largest_units(span, said, urgency):
    assert words.left(NOW + span) == said
    assert words.urgency(NOW + span) == urgency


def test_characters_that_turn_writing_around_are_shown_as_signs():
    assert words.plain("照片\u202egnp.exe") == "照片[U+202E]gnp.exe"
    assert words.plain("普通\n文字") == "普通\n文字"
    assert words.plain(None) == ""
