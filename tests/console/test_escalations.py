"""The console's forms for calling the office above, and for answering such a call."""

import re
from datetime import timedelta

import pytest

from app import clock
from app.people.models import Role
from app.work_orders.offices import escalations
from app.work_orders.side_records import SideRecord
from tests.console.browser import path
from tests.factories import a_manager, a_person, a_worker, an_order, claimed, fresh, writing
from tests.work_orders.calling import REASON, TRIED, an_organisation, called, proposed, record_of, tasks

CALL = {"kind": "enforcement_power", "tried": TRIED, "reason": REASON}
ANSWER = {"note": "派执法中队来", "person": "马队长", "until": "2099-01-01"}


@pytest.fixture
def worker(city):
    return a_worker(city["g1"])


@pytest.fixture
def order(city, worker):
    return claimed(an_order(city), worker)


@pytest.fixture
def street(city):
    return a_manager(city["ht"], name="铁占林")


@pytest.fixture
def street_desk(at_desk, street):
    return at_desk(street)


def in_days(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def test_the_manager_reads_what_was_proposed_and_calls(order, worker, desk):
    proposed(order, worker)
    page = desk.get(path(order)).text
    assert f">{TRIED}</textarea>" in page
    assert f">{REASON}</textarea>" in page
    assert page.index('id="escalate"') < page.index('id="decline_escalation"') < page.index('id="dispatch"')
    assert "为什么请虎台街道来" in page
    assert "虎台街道应在1个工作日内报到（紧急的2小时内）" in page
    assert 'value="enforcement_power" required checked' in page
    assert desk.submit("/escalate", **CALL).status_code == 303
    assert fresh(order).beside == "escalation"
    page = desk.get(path(order)).text
    assert "请虎台街道协助，原因：需要执法权" in page
    assert 'id="escalate"' not in page


def test_what_the_manager_took_out_of_the_proposal_stays_out_after_a_refusal(order, worker, desk):
    proposed(order, worker)
    desk.get(path(order))
    assert desk.submit("/escalate", **CALL | {"tried": "", "reason": "另写的"}).status_code == 422
    assert f">{TRIED}</textarea>" not in desk.page
    assert ">另写的</textarea>" in desk.page


def test_what_was_typed_into_a_form_that_is_gone_by_then_can_still_be_read(order, manager, desk):
    desk.get(path(order))
    called(order, manager)
    assert desk.submit("/escalate", **CALL | {"tried": "找过三次", "reason": "请来人"}).status_code == 412
    assert 'id="escalate"' not in desk.page
    (shown,) = re.findall(r"您刚才填写的内容：.*?</div>", desk.page, re.S)
    assert re.findall(r'quote">(.*?)<', shown) == ["找过三次", "请来人"]


def test_the_board_and_the_page_say_that_a_call_waits(order, manager, desk, street, street_desk):
    chip = '<span class="chip chip-outline">吹哨待报到</span>'
    assert chip not in desk.get("/console/").text
    called(order, manager)
    assert chip in desk.get("/console/").text
    assert chip in street_desk.get(path(order)).text


def test_the_manager_declines(order, worker, desk):
    proposed(order, worker)
    desk.get(path(order))
    assert desk.submit("/decline-escalation", note="再约一次物业").status_code == 303
    assert fresh(order).beside == ""
    assert "已答复不吹哨" in desk.get(path(order)).text
    assert 'id="decline_escalation"' not in desk.page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (CALL | {"kind": ""}, "请选择吹哨的原因"),
        (CALL | {"tried": " "}, "请写明已经做过什么"),
        (CALL | {"reason": ""}, "请写明需要上级做什么"),
    ],
    ids=["kind", "tried", "reason"],
)
def test_a_call_that_lacks_something_is_told_so_and_nothing_typed_is_lost(order, desk, typed, sentence):
    desk.get(path(order))
    assert desk.submit("/escalate", **typed).status_code == 422
    assert sentence in desk.page
    assert any(typed[name].strip() and typed[name] in desk.page for name in ("tried", "reason"))
    assert fresh(order).beside == ""


def test_the_called_office_reports_in_and_sends_whom_it_has(city, order, manager, street_desk):
    team = an_organisation(city["ht"])
    called(order, manager)
    page = street_desk.get(path(order)).text
    assert "下级吹哨请虎台街道协助，原因：需要执法权" in page
    assert "虎台执法中队" in page
    typed = ANSWER | {"until": in_days(3), "organisation": team}
    assert street_desk.submit("/report-in", **typed).status_code == 303
    assert fresh(order).open_tasks == 1
    assert tasks(order)[0].organisation_id is not None
    assert "虎台街道已报到" in street_desk.get(path(order)).text
    assert 'id="report_in"' not in street_desk.page


def test_the_called_office_gives_it_back_once(order, manager, street_desk):
    called(order, manager)
    street_desk.get(path(order))
    assert street_desk.submit("/return-escalation", reason="社区有权处理").status_code == 303
    assert record_of(order).outcome == "returned"
    called(order, manager)
    page = street_desk.get(path(order)).text
    assert 'id="report_in"' in page
    assert 'id="return_escalation"' not in page


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"note": ""}, "请写明怎样协助办理"),
        ({"person": ""}, "请写明由谁到场办理"),
        ({"until": ""}, "请选择计划办理的日期"),
        ({"until": "soon"}, "请选择计划办理的日期"),
        ({"until": "2020-01-01"}, "计划办理的日期已经过去"),
        ({"until": "2099-01-01"}, "最晚在90天以内"),
        ({"organisation": "0" * 22}, "请从名单中选择承办的单位"),
    ],
    ids=["note", "person", "no-day", "no-date", "past", "far", "organisation"],
)
def test_an_answer_that_lacks_something_is_told_so(city, order, manager, street_desk, changes, sentence):
    an_organisation(city["ht"])
    called(order, manager)
    street_desk.get(path(order))
    assert street_desk.submit("/report-in", **(ANSWER | {"until": in_days(3)} | changes)).status_code == 422
    assert sentence in street_desk.page
    assert tasks(order) == []


def test_an_office_that_was_passed_over_reads_who_answers_now(city, order, manager, street_desk):
    called(order, manager)
    with writing():
        SideRecord.query.filter_by(work_order_id=order.id).one().unit_id = city["cx"]
    page = street_desk.get(path(order)).text
    assert "这次吹哨由城西区或上级的管理员报到" in page
    assert "/report-in" not in page
    assert "/return-escalation" not in page


def test_a_stale_answer_is_told_so(order, manager, street, street_desk):
    called(order, manager)
    street_desk.get(path(order))
    address, hidden = street_desk.form("/report-in")
    with writing():
        escalations.give_back(order.number, street, "社区有权处理")
    response = street_desk.post(address, hidden | ANSWER | {"note": "写了很久的说明"})
    assert response.status_code == 412
    assert "写了很久的说明" in street_desk.page


@pytest.mark.parametrize("form", ["escalate", "decline-escalation", "report-in", "return-escalation"])
def test_the_manager_of_a_sibling_community_gets_404(city, at_desk, order, manager, form):
    called(order, manager)
    sibling = at_desk(a_person((Role.MANAGER, city["hyx"]), name="邻居"))
    sibling.get("/console/")
    _, hidden = sibling.form("/sign-out")
    typed = {"key": "k" * 20, "version": "2", **CALL, **ANSWER}
    assert sibling.post(f"{path(order)}/{form}", hidden | typed).status_code == 404


def test_a_manager_above_does_not_call_for_the_community(order, street_desk):
    page = street_desk.get(path(order)).text
    assert 'id="escalate"' not in page
    _, hidden = street_desk.form("/dispatch")
    assert street_desk.post(f"{path(order)}/escalate", hidden | CALL).status_code == 403
