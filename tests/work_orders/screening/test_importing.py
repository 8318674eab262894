"""The words of a city come in as tables: an error per row, all or nothing, and at once in use."""

import pytest
from sqlalchemy import func, select

from app.db import db, end_reading
from app.trail import AuditRow
from app.work_orders.screening import emergencies, suggestion
from app.work_orders.screening.models import Danger, Keyword, Sign, Spelling
from tests.factories import writing
from tests.work_orders.screening.conftest import FILES


def kept():
    found = [db.session.scalar(select(func.count()).select_from(model)) for model in (Danger, Sign, Keyword, Spelling)]
    end_reading()
    return found


def found(text):
    danger = emergencies.found(text)
    return danger.code if danger else None


def test_the_code_knows_no_words_of_its_own(city):
    assert found("着火了，有人被困电梯，煤气泄漏") is None
    assert suggestion.suggest("路灯坏了", None) == []


def test_the_words_of_any_city_are_in_use_at_once(city, bring):
    report = bring()
    assert (report.errors, report.added, report.changed) == ([], 12, 0)
    assert [found(text) for text in ("楼上冒蓝烟", "蓝烟，楼里都是", "大水来了", "灯坏了")] == [
        "smoke", "smoke", "flood", None,
    ]  # fmt: skip
    assert [kind.code for kind in suggestion.suggest("灯坏了，还吵", None)] == ["LIGHT"]


def test_denials_hold_for_their_danger_or_for_all(city, bring):
    bring()
    assert found("不是冒蓝烟") is None
    assert found("如果大水来了") is None
    assert found("不是大水") == "flood"


def test_one_real_sign_is_enough_whatever_else_is_denied(city, bring):
    bring()
    assert found("不是冒蓝烟，排练的时候也冒蓝烟，可现在真的冒蓝烟") == "smoke"


def test_other_ways_of_writing_count(city, bring):
    bring()
    assert found("烟囱气，房子里") == "smoke"


def test_the_gravest_of_several_dangers_is_told(city, bring):
    bring()
    assert found("大水来了，楼上冒蓝烟") == "smoke"


def test_bringing_it_in_again_changes_nothing(city, bring):
    bring()
    again = bring()
    assert (again.added, again.changed, again.unchanged) == (0, 0, 12)


def test_a_dry_run_writes_nothing(city, bring):
    assert bring(dry_run=True).added == 12
    assert kept() == [0, 0, 0, 0]
    assert found("冒蓝烟") is None


def test_it_is_audited(city, bring):
    bring()
    row = db.session.scalars(select(AuditRow).where(AuditRow.action == "words.imported")).one()
    assert row.facts == {"added": 12, "changed": 0}
    end_reading()


def test_a_row_that_is_missing_stays_and_a_retired_one_goes(city, bring):
    bring()
    bring(signs=("danger_code,meaning,words", "flood,shows,大水"))
    assert found("冒蓝烟") == "smoke"
    bring(signs=("danger_code,meaning,words,retired", "flood,shows,大水,是"))
    assert found("大水来了") is None


@pytest.mark.parametrize(
    ("file", "row", "column", "told"),
    [
        pytest.param("dangers", "x,名,说明,119,P0,,1", "numbers", "119 火警", id="number without a name"),
        pytest.param("dangers", "x,名,说明,abc 火警,P0,,1", "numbers", "119 火警", id="no number"),
        pytest.param("dangers", "x,名,说明,119 火警,P3,,1", "class", "P0、P1", id="not urgent"),
        pytest.param("dangers", "x,名,说明,119 火警,P0,GONE,1", "category_code", "GONE", id="unknown category"),
        pytest.param("dangers", "smoke,名,说明,119 火警,P0,,1", "code", "重复", id="twice"),
        pytest.param("signs", "gone,shows,着火", "danger_code", "gone", id="unknown danger"),
        pytest.param("signs", "*,shows,着火", "danger_code", "只能用于排除", id="sign of everything"),
        pytest.param("signs", "smoke,maybe,着火", "meaning", "maybe", id="unknown meaning"),
        pytest.param("signs", "smoke,shows,着火;;起火", "words", "检查", id="empty word"),
        pytest.param("signs", "smoke,denies,~", "words", "检查", id="denies everything"),
        pytest.param("keywords", "GONE,灯,5", "category_code", "GONE", id="keyword of nothing"),
        pytest.param("keywords", "LIGHT,灯泡,101", "weight", "-100", id="too heavy"),
        pytest.param("spellings", "一二三四五六七八九十一二三四五六七八九十一,灯", "written", "最多 20", id="long"),
    ],
)
def test_one_wrong_row_is_named_and_nothing_is_written(city, bring, file, row, column, told):
    (error,) = bring(**{file: (*FILES[file], row)}).errors
    assert (error.file, error.column) == (f"{file}.csv", column)
    assert told in error.message
    assert kept() == [0, 0, 0, 0]


def test_a_change_reaches_other_processes_within_a_minute(city, bring, later):
    bring()
    assert found("起雾了") is None
    with writing():
        db.session.add(Sign(danger_code="smoke", meaning="shows", words="起雾", retired=False))
    assert found("起雾了") is None
    later(seconds=61)
    assert found("起雾了") == "smoke"
