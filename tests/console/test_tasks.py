"""The console's forms of helping: asking another unit, and writing down what it did."""

import pytest

from app.people.models import Role
from tests.console.browser import path
from tests.factories import a_manager, a_partner, a_person, a_worker, an_order, an_organisation, claimed, fresh, writing
from tests.work_orders.record import tasks


@pytest.fixture
def company(city):
    return an_organisation(city, code="property")


@pytest.fixture
def order(city, company):
    return claimed(an_order(city), a_worker(city["g1"]))


def ask(desk, order, unit="organisation:property", **typed):
    desk.get(path(order))
    return desk.submit("/assist", **({"unit": unit, "what": "请修门禁", "days": ""} | typed))


def test_a_manager_asks_and_writes_down_for_whoever_has_nobody_here(desk, order):
    page = desk.get(path(order)).text
    assert "没有开通账号，由您代为登记" in page
    assert 'id="report"' not in page
    assert ask(desk, order).status_code == 303
    page = desk.get(path(order)).text
    assert "等待协办反馈" in page
    assert "请修门禁" in page
    assert "湟水物业（物业企业，已请协办）" in page
    task = page.partition('name="task"')[2].partition('value="')[2].partition('"')[0]
    assert desk.submit("/report", task=task, outcome="done", note="修好了").status_code == 303
    assert (tasks(order)[0][3], fresh(order).open_tasks) == ("done", 0)
    assert "湟水物业反馈已办好" in desk.get(path(order)).text


def test_where_the_unit_has_people_the_page_says_who_reports(desk, order, company):
    a_partner(company)
    ask(desk, order)
    page = desk.get(path(order)).text
    assert "请由湟水物业的人员在手机上反馈" in page
    assert "登记反馈" not in page


def test_an_asked_office_reports_at_its_own_desk(city, desk, order, at_desk):
    ask(desk, order, "office:ht")
    street = at_desk(a_manager(city["ht"], name="许志远"))
    page = street.get(path(order)).text
    task = page.partition('name="task"')[2].partition('value="')[2].partition('"')[0]
    assert street.submit("/report", task=task, outcome="not_done", note="不归街道管").status_code == 303
    assert tasks(order)[0][3] == "not_done"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"what": " "}, "请写明需要对方做什么"),
        ({"unit": ""}, "请从名单中选择协办的单位"),
        ({"days": "few"}, "请填写整数"),
        ({"days": "99"}, "请填写1到30个工作日"),
    ],
    ids=["what", "unit", "word", "days"],
)
def test_what_is_missing_is_told_and_nothing_typed_is_lost(desk, order, typed, sentence):
    assert ask(desk, order, **typed).status_code == 422
    assert sentence in desk.page
    assert ("请修门禁" in desk.page) == ("what" not in typed)
    assert fresh(order).open_tasks == 0


def test_a_report_without_an_outcome_is_told_so(desk, order):
    ask(desk, order)
    page = desk.get(path(order)).text
    task = page.partition('name="task"')[2].partition('value="')[2].partition('"')[0]
    assert desk.submit("/report", task=task, outcome="", note="修好了").status_code == 422
    assert "请选择协办的结果" in desk.page


def test_a_stale_form_is_told_so(desk, order, manager):
    desk.get(path(order))
    address, hidden = desk.form("/assist")
    with writing():
        from app.work_orders.offices import assisting

        assisting.assist(order.number, manager, "office:ht", "请看看")
    typed = {"unit": "organisation:property", "what": "写了很久的话"}
    assert desk.post(address, hidden | typed).status_code == 412
    assert "写了很久的话" in desk.page


@pytest.mark.parametrize("form", ["assist", "report"])
def test_the_manager_of_a_sibling_community_gets_404(city, at_desk, order, form):
    sibling = at_desk(a_person((Role.MANAGER, city["hyx"]), name="邻居"))
    sibling.get("/console/")
    _, hidden = sibling.form("/sign-out")
    typed = {"key": "k" * 20, "version": "2", "unit": "office:ht", "what": "话", "note": "话", "outcome": "done"}
    assert sibling.post(f"{path(order)}/{form}", hidden | typed).status_code == 404
