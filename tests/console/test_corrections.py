"""Putting an order right from its page."""

import pytest

from tests.factories import a_clerk, a_resident, a_worker, an_order, claimed, fresh


def path(order) -> str:
    return f"/console/work-orders/{order.number}"


@pytest.fixture
def worker(city):
    return a_worker(city["g1"])


@pytest.fixture
def order(city, worker):
    return claimed(an_order(city, a_resident(name="欧阳秀英", phone="13812345678")), worker)


def test_a_manager_makes_an_order_confidential_and_others_no_longer_read_who_reported_it(city, desk, at_desk, order):
    clerk = at_desk(a_clerk(city["xnlx"]))
    assert "欧**" in clerk.get(path(order)).text
    desk.get(path(order))
    assert desk.submit("/confide").status_code == 303
    assert fresh(order).confidential
    page = desk.get(path(order)).text
    assert "已设为保密" in page
    assert "138****5678" in page
    assert 'id="confide"' not in page
    shown = clerk.get(path(order)).text
    assert "欧**" not in shown
    assert "138****5678" not in shown
    assert "要求保密" in shown
