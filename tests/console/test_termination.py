"""The console's forms for ending what cannot be carried on."""

import pytest

from app.people.models import Role
from app.work_orders.offices import termination
from tests.console.browser import path
from tests.factories import a_manager, a_person, a_worker, an_order, claimed, fresh, writing
from tests.work_orders.calling import to_be_ended

TOLD = "这件事法院正在审理，请等判决。"
ASKED = {"cause": "statutory_channel", "reason": TOLD}


@pytest.fixture
def order(city):
    return claimed(an_order(city), a_worker(city["g1"]))


@pytest.fixture
def street(city):
    return a_manager(city["ht"], name="铁占林")


@pytest.fixture
def street_desk(at_desk, street):
    return at_desk(street)


def test_the_lead_unit_asks_and_the_office_above_approves_what_the_resident_will_read(order, desk, street_desk):
    page = desk.get(path(order)).text
    assert "2个工作日内没有审批视为不同意" in page
    assert desk.submit("/propose-termination", **ASKED).status_code == 303
    assert fresh(order).beside == "termination"
    assert 'id="propose_termination"' not in desk.get(path(order)).text
    page = street_desk.get(path(order)).text
    assert TOLD in page
    assert "原因：应走法定途径" in page
    assert street_desk.submit("/decide-termination", decision="approve", note="情况属实").status_code == 303
    assert (fresh(order).status, fresh(order).outcome) == ("closed", "terminated")
    page = street_desk.get(path(order)).text
    assert "已批准终止办理" in page
    assert "批准终止办理，原因：应当通过诉讼、仲裁、复议等法定途径解决" in page


def test_the_office_above_refuses(order, manager, street_desk):
    to_be_ended(order, manager)
    street_desk.get(path(order))
    assert street_desk.submit("/decide-termination", decision="refuse", note="请继续协调").status_code == 303
    assert (fresh(order).status, fresh(order).beside) == ("in_progress", "")
    assert "没有批准终止" in street_desk.get(path(order)).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"cause": ""}, "请选择终止的原因"), ({"reason": " "}, "请写明给反映人的说明")],
    ids=["cause", "reason"],
)
def test_a_request_that_lacks_something_is_told_so(order, desk, changes, sentence):
    desk.get(path(order))
    assert desk.submit("/propose-termination", **(ASKED | changes)).status_code == 422
    assert sentence in desk.page
    assert fresh(order).beside == ""


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"decision": "", "note": "情况属实"}, "请选择批准或不批准"),
        ({"decision": "approve", "note": " "}, "请写明审批的意见"),
    ],
    ids=["decision", "note"],
)
def test_a_decision_that_lacks_something_is_told_so(order, manager, street_desk, typed, sentence):
    to_be_ended(order, manager)
    street_desk.get(path(order))
    assert street_desk.submit("/decide-termination", **typed).status_code == 422
    assert sentence in street_desk.page
    assert fresh(order).status == "in_progress"


def test_whoever_asked_reads_who_decides(city, order, at_desk):
    both = a_person((Role.MANAGER, city["xnlx"]), (Role.MANAGER, city["ht"]), name="王静")
    to_be_ended(order, both)
    page = at_desk(both).get(path(order)).text
    assert "不能审批自己的终止申请，请由城西区或上级的其他管理员审批" in page
    assert "/decide-termination" not in page


def test_a_stale_decision_is_told_so(order, manager, street, street_desk):
    to_be_ended(order, manager)
    street_desk.get(path(order))
    address, hidden = street_desk.form("/decide-termination")
    with writing():
        termination.decide(order.number, street, False, "请继续协调")
    response = street_desk.post(address, hidden | {"decision": "approve", "note": "写了很久的意见"})
    assert response.status_code == 412
    assert "写了很久的意见" in street_desk.page


@pytest.mark.parametrize("form", ["propose-termination", "decide-termination"])
def test_the_manager_of_a_sibling_community_gets_404(city, at_desk, order, manager, form):
    to_be_ended(order, manager)
    sibling = at_desk(a_person((Role.MANAGER, city["hyx"]), name="邻居"))
    sibling.get("/console/")
    _, hidden = sibling.form("/sign-out")
    typed = {"key": "k" * 20, "version": "2", "decision": "approve", "note": "同意", **ASKED}
    assert sibling.post(f"{path(order)}/{form}", hidden | typed).status_code == 404
