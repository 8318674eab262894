"""Offering an order to a colleague from its page."""

import re

import pytest

from tests.console.browser import path
from tests.factories import a_worker, an_order, claimed, fresh


@pytest.fixture
def order(city):
    return claimed(an_order(city), a_worker(city["g1"]))


@pytest.fixture
def colleague(city):
    return a_worker(city["g1"], name="韩玉兰")


def test_a_manager_offers_it_and_takes_the_offer_back(desk, order, colleague):
    desk.get(path(order))
    assert desk.submit("/transfer", worker_id=colleague.public_id, note="约好明天上门").status_code == 303
    assert fresh(order).offered_to_id == colleague.account_id
    page = desk.get(path(order)).text
    assert "已请同事接手" in page
    assert "转办等待答复" in page
    assert "已请韩玉兰接手" in page
    assert 'id="transfer"' not in page
    assert desk.submit("/transfer/take-back").status_code == 303
    assert fresh(order).offered_to_id is None
    assert "已撤销转办" in desk.get(path(order)).text


def test_what_is_missing_is_told_and_the_rest_kept(city, desk, order, colleague):
    a_worker(city["g1"], name="赵不在", on_duty=False)
    desk.get(path(order))
    assert re.search(r"disabled[^>]*>\s*<span>赵不在</span>\s*<span class=\"load\">不在岗", desk.page)
    assert desk.submit("/transfer", worker_id=colleague.public_id, note="").status_code == 422
    assert "请写明交接的情况" in desk.page
    assert re.search(rf'name="worker_id" value="{colleague.public_id}"[^>]*checked', desk.page)
    assert desk.submit("/transfer", note="约好明天上门").status_code == 422
    assert "请从名单中选择接手的同事" in desk.page
    assert "约好明天上门</textarea>" in desk.page
    assert fresh(order).offered_to_id is None


def test_an_old_look_is_told_so(desk, order, colleague):
    desk.get(path(order))
    address, hidden = desk.form("/transfer")
    typed = hidden | {"worker_id": colleague.public_id, "note": "约好明天上门"}
    desk.submit("/dispatch", worker=colleague.public_id, reason="直接派")
    assert desk.post(address, typed).status_code == 412
    assert "约好明天上门" in desk.page
