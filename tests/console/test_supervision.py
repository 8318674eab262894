"""The console's forms of supervision: opened from above, answered by the unit, cleared by the supervising office."""

from datetime import timedelta

import pytest

from app import clock
from app.db import db, transaction
from app.work_orders.models import WorkOrder
from app.work_orders.offices import supervision
from tests.console.browser import path
from tests.factories import a_manager, a_worker, an_order, claimed, fresh, writing


def soon(days=7):
    return clock.today() + timedelta(days=days)


@pytest.fixture
def order(city):
    return claimed(an_order(city), a_worker(city["g1"]))


@pytest.fixture
def boss(city):
    return a_manager(city["ht"], name="铁占林")


@pytest.fixture
def above(boss, at_desk):
    return at_desk(boss)


@pytest.fixture
def supervised(order, boss):
    with writing():
        supervision.supervise(order.number, boss, "listed", soon(), "三天内办好")
    return order


def test_an_office_above_supervises_and_the_unit_sees_it(order, above, desk):
    above.get(path(order))
    typed = {"level": "interview", "due_on": soon().isoformat(), "reason": "三天内办好"}
    assert above.submit("/supervise", **typed).status_code == 303
    assert fresh(order).beside == "supervision"
    page = desk.get(path(order)).text
    assert "督办中" in page
    assert "虎台街道（约谈督办）" in page
    assert "三天内办好" in page
    assert 'id="supervise"' not in above.get(path(order)).text


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"level": "severe"}, "请选择督办的方式"),
        ({"due_on": "soon"}, "请选择日期"),
        ({"due_on": "2020-01-01"}, "已经过去"),
        ({"due_on": "2999-01-01"}, "最长90天"),
        ({"reason": " "}, "请写明督办的理由"),
    ],
    ids=["level", "no date", "past", "far", "reason"],
)
def test_what_is_missing_is_told_and_nothing_typed_is_lost(order, above, changed, sentence):
    above.get(path(order))
    typed = {"level": "listed", "due_on": soon().isoformat(), "reason": "写了很久的要求"} | changed
    assert above.submit("/supervise", **typed).status_code == 422
    assert sentence in above.page
    assert typed["reason"].strip() in above.page
    assert fresh(order).beside == ""


def test_the_unit_answers_and_the_office_clears_it(supervised, desk, above):
    page = desk.get(path(supervised)).text
    assert "回复虎台街道的督办" in page
    assert desk.submit("/reply-supervision", note="明天换灯").status_code == 303
    assert fresh(supervised).beside == "supervision"
    assert "明天换灯" in above.get(path(supervised)).text
    assert above.submit("/clear-supervision", note="已到现场核实").status_code == 303
    assert fresh(supervised).beside == ""
    page = desk.get(path(supervised)).text
    assert "已到现场核实" in page
    assert "督办中" not in page


@pytest.mark.parametrize(("form", "who"), [("/reply-supervision", "desk"), ("/clear-supervision", "above")])
def test_without_words_nothing_happens(supervised, request, form, who):
    browser = request.getfixturevalue(who)
    browser.get(path(supervised))
    assert browser.submit(form, note=" ").status_code == 422
    assert fresh(supervised).beside == "supervision"


def test_another_office_reads_who_may_clear_it(city, supervised, at_desk):
    page = at_desk(a_manager(city["cx"])).get(path(supervised)).text
    assert "这次督办只能由虎台街道的管理员解除" in page
    assert f'action="{path(supervised)}/clear-supervision"' not in page


def test_a_stale_form_is_told_so(supervised, boss, above):
    above.get(path(supervised))
    address, hidden = above.form("/clear-supervision")
    with transaction():
        supervision.clear(supervised.number, boss, "已核实")
    assert above.post(address, hidden | {"note": "写了很久的意见"}).status_code == 412
    assert "写了很久的意见" in above.page


def test_supervised_and_problem_orders_stand_out_on_the_board(city, supervised, desk):
    plain = an_order(city)
    with writing():
        db.session.get(WorkOrder, plain.id).problem = True
    page = desk.get("/console/").text
    rows = {number: page.split(f'data-number="{number}"')[1].split("</tr>")[0] for number in numbers(supervised, plain)}
    assert ("督办</span>" in rows[supervised.number], "问题工单" in rows[supervised.number]) == (True, False)
    assert ("督办</span>" in rows[plain.number], "问题工单" in rows[plain.number]) == (False, True)
    assert "问题工单" in desk.get(path(plain)).text


def numbers(*orders):
    return [order.number for order in orders]


@pytest.mark.parametrize("form", ["supervise", "reply-supervision", "clear-supervision"])
def test_the_manager_of_a_sibling_community_gets_404(city, at_desk, supervised, form):
    sibling = at_desk(a_manager(city["hyx"], name="邻居"))
    sibling.get("/console/")
    _, hidden = sibling.form("/sign-out")
    typed = {"key": "k" * 20, "version": "2", "note": "话", "reason": "话", "due_on": soon().isoformat()}
    assert sibling.post(f"{path(supervised)}/{form}", hidden | typed).status_code == 404
