"""The console's forms of the ledger: propose, decide, review, go on; and what the page and the board say of it."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from app import clock
from app.db import db
from app.people.models import Role
from app.work_orders.models import WorkOrder
from app.work_orders.offices import ledger, ledger_terms
from app.work_orders.side_records import Kind, put
from app.work_orders.workflow import Action
from tests.console.browser import path
from tests.factories import a_clerk, a_manager, a_person, a_resident, a_worker, an_order, claimed, fresh, writing

PLAN, LEADER, REASON = "先临时支撑，再等工程队", "马书记", "要等工程队排期"


def day(ahead) -> str:
    return (clock.today() + timedelta(days=ahead)).isoformat()


def typed(**changes):
    return {"cause": "funding", "plan": PLAN, "leader": LEADER, "review_on": day(30), "reason": REASON} | changes


@pytest.fixture
def worker(city):
    return a_worker(city["g1"])


@pytest.fixture
def order(city, worker):
    return claimed(an_order(city), worker)


@pytest.fixture
def above(city):
    return a_manager(city["ht"], name="铁占林")


@pytest.fixture
def upstairs(above, at_desk):
    """The browser of the office that decides."""
    return at_desk(above)


@pytest.fixture
def asked(order, worker):
    with writing():
        review_on = clock.today() + timedelta(days=30)
        return ledger.propose(order.number, worker, "funding", PLAN, LEADER, review_on, REASON)


@pytest.fixture
def waiting(asked, above):
    with writing():
        return ledger.decide(asked.number, above, True, "同意")


def test_a_manager_proposes_and_reads_who_decides(order, desk):
    page = desk.get(path(order)).text
    assert "由虎台街道审批" in page
    assert day(90) in page
    assert "吹哨自动失效" not in page
    assert desk.submit("/propose-ledger", **typed()).status_code == 303
    page = desk.get(path(order)).text
    assert "已申请挂账，等待虎台街道审批" in page
    assert f"责任领导：{LEADER}" in page
    assert 'id="propose-ledger"' not in page
    assert fresh(order).beside == "ledger_proposal"


def test_what_is_given_up_by_it_is_said(order, worker, desk):
    with writing():
        row = WorkOrder.query.filter_by(id=order.id).one()
        put(row, Kind.ESCALATION, row.take(Action.CONTACT, by=worker, kind="call"))
    assert "一旦批准挂账，吹哨自动失效" in desk.get(path(order)).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"cause": ""}, "请从列表中选择挂账的原因"),
        ({"plan": " "}, "请写明挂账期间的推进计划"),
        ({"leader": ""}, "请写明由哪位领导负责"),
        ({"reason": ""}, "请写明为什么一时办不成"),
        ({"review_on": ""}, "没有复核日期不能挂账"),
        ({"review_on": "soon"}, "没有复核日期不能挂账"),
        ({"review_on": "2020-01-01"}, "复核日期应在今天以后"),
        ({"review_on": "2036-01-01"}, "90天以内"),
    ],
)
def test_what_is_missing_is_told_and_nothing_typed_is_lost(order, desk, changes, sentence):
    desk.get(path(order))
    said = typed(**changes)
    assert desk.submit("/propose-ledger", **said).status_code == 422
    assert sentence in desk.page
    for name in {"plan", "leader", "reason"} - changes.keys():
        assert said[name] in desk.page
    assert fresh(order).beside == ""


def test_an_order_that_may_not_wait_any_more_says_why_instead_of_a_form(order, desk, monkeypatch):
    monkeypatch.setattr(ledger_terms, "periods", lambda order: 3)
    page = desk.get(path(order)).text
    assert "已经挂账3期" in page
    assert 'id="propose-ledger"' not in page


def test_the_office_above_approves(asked, upstairs):
    page = upstairs.get(path(asked)).text
    assert "原因：资金未落实" in page
    assert PLAN in page
    assert upstairs.submit("/decide-ledger", decision="approve", note="同意").status_code == 303
    assert fresh(asked).status == "on_ledger"
    page = upstairs.get(path(asked)).text
    assert "已同意挂账，时限暂停计算" in page
    assert "<dt>挂账原因</dt><dd>资金未落实</dd>" in page
    assert "<dt>期数</dt><dd>第1期</dd>" in page
    assert "现在暂停计时" in page


def test_the_office_above_refuses(asked, upstairs):
    upstairs.get(path(asked))
    assert upstairs.submit("/decide-ledger", decision="refuse", note="可以先修").status_code == 303
    assert fresh(asked).status == "in_progress"
    assert "没有同意挂账" in upstairs.get(path(asked)).text


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"decision": "", "note": "同意"}, "请选择同意或不同意"),
        ({"decision": "approve", "note": " "}, "请写明审批的意见"),
    ],
)
def test_what_is_missing_in_a_decision_is_told(asked, upstairs, said, sentence):
    upstairs.get(path(asked))
    assert upstairs.submit("/decide-ledger", **said).status_code == 422
    assert sentence in upstairs.page
    assert fresh(asked).beside == "ledger_proposal"


def test_an_office_above_that_may_not_decide_reads_who_can(city, order, at_desk):
    proposer = a_manager(city["ht"])
    with writing():
        review_on = clock.today() + timedelta(days=30)
        ledger.propose(order.number, proposer, "funding", PLAN, LEADER, review_on, REASON)
    page = at_desk(proposer).get(path(order)).text
    assert "不能审批自己的挂账申请，请由城西区或上级的其他管理员审批" in page
    assert f"/{order.number}/decide-ledger" not in page
    page = at_desk(a_manager(city["ht"], name="马二")).get(path(order)).text
    assert "由城西区或上级的管理员审批，请联系他们" in page


def test_a_review_lets_it_wait_on(waiting, upstairs):
    page = upstairs.get(path(waiting)).text
    assert "还剩2期" in page
    assert upstairs.submit("/review-ledger", review_on="", note="").status_code == 422
    assert "请选择复核日期" in upstairs.page
    assert "请写明进展到哪一步" in upstairs.page
    assert upstairs.submit("/review-ledger", review_on=day(60), note="仍未到账").status_code == 303
    page = upstairs.get(path(waiting)).text
    assert "挂账继续，下次复核在" in page
    assert "<dt>期数</dt><dd>第2期</dd>" in page
    assert "仍未到账" in page


def test_the_community_goes_on_when_the_cause_is_gone(waiting, desk):
    page = desk.get(path(waiting)).text
    assert "原因怎样消除的" in page
    assert 'id="review-ledger"' not in page
    assert desk.submit("/resume", note=" ").status_code == 422
    assert "请写明挂账的原因怎样消除了" in desk.page
    assert desk.submit("/resume", note="资金已到账").status_code == 303
    assert fresh(waiting).status == "in_progress"
    assert "挂账，不计时" in desk.get(path(waiting)).text


def test_a_whole_that_waits_for_its_part_leads_to_it_and_offers_nothing(city, order, worker, desk, above, at_desk):
    part = claimed(an_order(city, a_resident()), worker)
    with writing():
        db.session.execute(update(WorkOrder).where(WorkOrder.id == part.id).values(parent_id=order.id))
    with writing():
        review_on = clock.today() + timedelta(days=30)
        ledger.propose(part.number, worker, "funding", PLAN, LEADER, review_on, REASON)
        ledger.decide(part.number, above, True, "同意")
    page = desk.get(path(order)).text
    assert f'<a class="number" href="{path(part)}">' in page
    assert "请在那件工单上复核或恢复办理" in page
    assert f'action="{path(order)}/resume"' not in page
    assert f'action="{path(order)}/review-ledger"' not in at_desk(above).get(path(order)).text


def test_the_board_has_a_tab_that_counts_it(waiting, desk):
    page = desk.get("/console/?status=on_ledger").text
    assert waiting.number in page
    assert "挂账" in page
    assert waiting.number not in desk.get("/console/?status=in_progress").text


def test_a_clerk_is_offered_none_of_it(city, asked, at_desk):
    page = at_desk(a_clerk(city["ht"])).get(path(asked)).text
    assert "decide-ledger" not in page


@pytest.mark.parametrize("form", ["propose-ledger", "decide-ledger", "review-ledger"])
def test_the_manager_of_a_sibling_community_gets_404(city, at_desk, order, form):
    sibling = at_desk(a_person((Role.MANAGER, city["hyx"]), (Role.MANAGER, city["cz"]), name="邻居"))
    sibling.get("/console/")
    _, hidden = sibling.form("/sign-out")
    said = typed(key="k" * 20, version="2", note="话", decision="approve")
    assert sibling.post(f"{path(order)}/{form}", hidden | said).status_code == 404


def test_the_same_form_again_gives_the_same_answer_and_a_stale_one_is_told_so(asked, above, upstairs):
    upstairs.get(path(asked))
    address, hidden = upstairs.form("/decide-ledger")
    said = hidden | {"decision": "approve", "note": "同意"}
    assert [upstairs.post(address, said).status_code for _ in range(2)] == [303, 303]
    response = upstairs.post(address, said | {"key": "other-key-of-mine", "note": "写了很久的意见"})
    assert response.status_code == 412
    assert "写了很久的意见" in upstairs.page
