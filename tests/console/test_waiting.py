"""The console's forms of what waits: ask, resume, decide about more time; and why an order is due when it is due."""

from datetime import UTC, datetime

import pytest
import time_machine

from app.db import transaction
from app.people.models import Role
from app.work_orders import extensions, questions
from tests.console.browser import path
from tests.factories import a_clerk, a_manager, a_person, a_resident, a_worker, an_order, claimed, fresh, writing


@pytest.fixture
def worker(city):
    return a_worker(city["g1"])


@pytest.fixture
def asked_for(city, worker):
    """An order whose assignee asks for two more working days."""
    order = claimed(an_order(city), worker)
    with writing():
        extensions.ask(order.number, worker, 2, "等配件到货")
    return order


def test_a_clerk_asks_before_accepting_and_goes_on_when_the_reporter_rang(city, at_desk):
    order = an_order(city, category="ODD")
    desk = at_desk(a_clerk(city["xnlx"]))
    desk.get(path(order))
    assert desk.submit("/ask", question="请说明是哪一层").status_code == 303
    assert fresh(order).status == "awaiting_resident"
    page = desk.get(path(order)).text
    assert "请说明是哪一层" in page
    assert 'id="ask"' not in page
    assert desk.submit("/resume", note="来电说是三层").status_code == 303
    assert fresh(order).status == "submitted"
    assert "已恢复办理" in desk.get(path(order)).text


def test_a_manager_approves_and_reads_what_the_due_date_is_made_of(asked_for, desk):
    page = desk.get(path(asked_for)).text
    assert "承办人申请延期2个工作日" in page
    assert "等配件到货" in page
    before = fresh(asked_for).due_at
    assert desk.submit("/decide-extension", decision="approve", note="确实要等").status_code == 303
    assert fresh(asked_for).due_at > before
    page = desk.get(path(asked_for)).text
    assert "批准延期2个工作日，延至" in page
    assert "起7个工作日" in page
    assert 'id="decide-extension"' not in page


def test_a_manager_refuses(asked_for, desk):
    desk.get(path(asked_for))
    assert desk.submit("/decide-extension", decision="refuse", note="配件已到").status_code == 303
    assert fresh(asked_for).due_at == fresh(asked_for).original_due_at
    assert "没有同意延期" in desk.get(path(asked_for)).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"decision": "", "note": "同意"}, "请选择同意或不同意"),
        ({"decision": "approve", "note": " "}, "请写明审批的意见"),
    ],
    ids=["decision", "note"],
)
def test_what_is_missing_is_told_and_nothing_typed_is_lost(asked_for, desk, typed, sentence):
    desk.get(path(asked_for))
    assert desk.submit("/decide-extension", **typed).status_code == 422
    assert sentence in desk.page
    assert fresh(asked_for).beside == "extension"


def test_the_second_is_shown_with_who_decides_it(city, asked_for, desk, worker, at_desk):
    desk.get(path(asked_for))
    desk.submit("/decide-extension", decision="approve", note="确实要等")
    with transaction():
        extensions.ask(asked_for.number, worker, 1, "还要一天")
    page = desk.get(path(asked_for)).text
    assert "这次延期由虎台街道或上级的管理员审批" in page
    above = at_desk(a_manager(city["ht"], name="铁占林"))
    above.get(path(asked_for))
    assert above.submit("/decide-extension", decision="approve", note="最后一次").status_code == 303


def test_a_stale_form_is_told_so(asked_for, desk, manager):
    desk.get(path(asked_for))
    address, hidden = desk.form("/decide-extension")
    with transaction():
        extensions.decide(asked_for.number, manager, False, "配件已到")
    response = desk.post(address, hidden | {"decision": "approve", "note": "写了很久的意见"})
    assert response.status_code == 412
    assert "写了很久的意见" in desk.page


@pytest.mark.parametrize("form", ["ask", "resume", "decide-extension"])
def test_the_manager_of_a_sibling_community_gets_404(city, at_desk, asked_for, form):
    sibling = at_desk(a_person((Role.MANAGER, city["hyx"]), name="邻居"))
    sibling.get("/console/")
    _, hidden = sibling.form("/sign-out")
    typed = {"key": "k" * 20, "version": "2", "question": "话", "note": "话", "decision": "approve"}
    assert sibling.post(f"{path(asked_for)}/{form}", hidden | typed).status_code == 404


def test_a_late_order_says_whose_the_time_is(city, desk, worker):
    with time_machine.travel(datetime(2026, 3, 10, 2, tzinfo=UTC), tick=False) as traveller:
        order = claimed(an_order(city), worker)  # due 03-19 18:00
        assert "超期时间归属" not in desk.get(path(order)).text
        traveller.move_to(datetime(2026, 3, 20, 3, tzinfo=UTC))
        page = desk.get(path(order)).text
    assert "超期时间归属" in page
    assert "<dt>李建国</dt><dd>120 分钟（工作时间）</dd>" in page


def test_a_paused_order_says_that_its_time_stands_still_and_is_a_tab_of_the_board(city, desk, worker):
    order = claimed(an_order(city, a_resident()), worker)
    with writing():
        questions.ask(order.number, worker, "请说明是哪一层")
    page = desk.get(path(order)).text
    assert "现在暂停计时" in page
    assert 'class="due is' not in page
    assert order.number in desk.get("/console/?status=awaiting_resident").text
    assert "待补充" in desk.page
