"""The console's forms of disputes: raised by the unit's manager, ruled by the office above."""

import pytest

from app.db import transaction
from app.people.models import Role
from app.work_orders.offices import disputes
from tests.console.browser import path
from tests.factories import a_manager, a_person, a_worker, an_order, claimed, fresh, writing


@pytest.fixture
def order(city):
    return claimed(an_order(city), a_worker(city["g1"]))


@pytest.fixture
def disputed(order, manager):
    with writing():
        disputes.dispute(order.number, manager, "这条路属于湟岸巷社区")
    return order


@pytest.fixture
def above(city, at_desk):
    return at_desk(a_manager(city["ht"], name="铁占林"))


def test_the_units_manager_disputes_and_reads_who_rules_and_until_when(order, desk):
    page = desk.get(path(order)).text
    assert "由虎台街道或上级在1个工作日内裁定" in page
    assert desk.submit("/dispute", reason="不是本社区的路", suggestion="湟岸巷社区").status_code == 303
    assert fresh(order).beside == "dispute"
    page = desk.get(path(order)).text
    assert "不是本社区的路（建议由湟岸巷社区办理）" in page
    assert "异议待裁定" in page
    assert 'id="dispute"' not in page


def test_the_office_above_chooses_the_unit_and_the_order_goes_there(city, disputed, above):
    page = above.get(path(disputed)).text
    assert '<optgroup label="虎台街道">' in page
    assert "湟岸巷社区</option>" in page
    assert "新宁路西社区</option>" not in page
    assert above.submit("/rule", ruling="uphold", unit="office:hyx", note="确属湟岸巷").status_code == 303
    row = fresh(disputed)
    assert (row.lead_unit_id, row.status) == (city["hyx"], "pooled")
    assert "转由湟岸巷社区办理：确属湟岸巷" in above.get(path(disputed)).text


def test_a_city_may_send_it_to_another_district(city, disputed, at_desk):
    above = at_desk(a_manager(city["xn"]))
    above.get(path(disputed))
    assert above.submit("/rule", ruling="uphold", unit="office:cz", note="属城中").status_code == 303
    assert fresh(disputed).district_id == city["cz"]


def test_rejected_the_page_says_that_it_is_designated(disputed, above, desk):
    above.get(path(disputed))
    assert above.submit("/rule", ruling="reject", unit="", note="属于本社区").status_code == 303
    page = desk.get(path(disputed)).text
    assert "已裁定由本单位办理" in page
    assert "异议不成立，仍由本单位办理：属于本社区" in page
    assert 'id="dispute"' not in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"ruling": "", "unit": "office:hyx", "note": "写了很久的理由"}, "请选择异议成立或不成立"),
        ({"ruling": "uphold", "unit": "", "note": "写了很久的理由"}, "请从名单中选择由哪个单位办理"),
        ({"ruling": "reject", "unit": "", "note": " "}, "请写明裁定的理由"),
    ],
    ids=["ruling", "unit", "note"],
)
def test_what_is_missing_is_told_and_nothing_typed_is_lost(disputed, above, typed, sentence):
    above.get(path(disputed))
    assert above.submit("/rule", **typed).status_code == 422
    assert sentence in above.page
    assert typed["note"].strip() in above.page
    assert fresh(disputed).beside == "dispute"


def test_a_dispute_without_a_reason_is_told_so(order, desk):
    desk.get(path(order))
    assert desk.submit("/dispute", reason=" ", suggestion="湟岸巷社区").status_code == 422
    assert "请写明为什么不属于本单位职责" in desk.page
    assert 'value="湟岸巷社区"' in desk.page


def test_an_office_that_may_not_rule_reads_who_may(city, order, at_desk):
    """Somebody who manages both offices raised it, so that the district rules."""
    both = a_person((Role.MANAGER, city["xnlx"]), (Role.MANAGER, city["ht"]))
    with writing():
        disputes.dispute(order.number, both, "不是我们的")
    page = at_desk(both).get(path(order)).text
    assert "不能裁定自己提出的异议，请由城西区或上级的其他管理员裁定" in page
    assert 'action="/console/work-orders/' + order.number + '/rule"' not in page


def test_a_stale_ruling_is_told_so(city, disputed, above):
    above.get(path(disputed))
    address, hidden = above.form("/rule")
    district = a_manager(city["cx"])
    with transaction():
        disputes.rule(disputed.number, district, False, "驳回")
    typed = hidden | {"ruling": "uphold", "unit": "office:hyx", "note": "写了很久的意见"}
    assert above.post(address, typed).status_code == 412
    assert "写了很久的意见" in above.page


@pytest.mark.parametrize("form", ["dispute", "rule"])
def test_the_manager_of_a_sibling_community_gets_404(city, at_desk, disputed, form):
    sibling = at_desk(a_manager(city["hyx"], name="邻居"))
    sibling.get("/console/")
    _, hidden = sibling.form("/sign-out")
    typed = {"key": "k" * 20, "version": "2", "reason": "话", "note": "话", "ruling": "reject"}
    assert sibling.post(f"{path(disputed)}/{form}", hidden | typed).status_code == 404
