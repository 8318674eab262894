"""Putting an order right from its page."""

import re

import pytest

from tests.factories import a_clerk, a_manager, a_resident, a_worker, an_order, claimed, fresh


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


def test_a_manager_says_whom_an_order_concerns(city, desk, at_desk, order, worker):
    clerk = a_clerk(city["xnlx"])
    desk.get(path(order))
    assert re.search(r">李建国（第一网格 网格员）</option>", desk.page)
    assert desk.submit("/recuse", person=clerk.public_id, reason="").status_code == 422
    assert "请写明为什么要回避" in desk.page
    assert re.search(rf'value="{clerk.public_id}" selected', desk.page)
    assert desk.submit("/recuse", person=clerk.public_id, reason="是他的亲戚").status_code == 303
    page = desk.get(path(order)).text
    assert re.search(r"<dt>回避</dt><dd>马丽娟", page)
    office = at_desk(clerk)
    assert office.get(path(order)).status_code == 404
    assert order.number not in office.get("/console/").text


def test_whom_it_concerns_loses_an_order_in_hand(city, desk, order, worker):
    desk.get(path(order))
    assert desk.submit("/recuse", person=worker.public_id, reason="投诉的就是他").status_code == 303
    assert (fresh(order).status, fresh(order).assignee_id) == ("pooled", None)


def test_managers_do_not_recuse_themselves(city, desk, manager, order):
    desk.get(path(order))
    assert desk.submit("/recuse", person=manager.public_id, reason="与我有关").status_code == 409
    assert "上级管理员" in desk.page
    assert "与我有关</textarea>" in desk.page


@pytest.mark.parametrize("form", ["confide", "recuse"])
def test_others_are_refused(city, at_desk, order, form):
    for person, status in ((a_clerk(city["xnlx"]), 403), (a_manager(city["hyx"]), 404)):
        desk = at_desk(person)
        desk.get("/console/")
        _, hidden = desk.form("/sign-out")
        typed = {"key": "k" * 20, "version": str(fresh(order).version), "person": "x", "reason": "理由"}
        assert desk.post(f"{path(order)}/{form}", hidden | typed).status_code == status
