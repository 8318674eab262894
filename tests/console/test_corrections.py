"""Putting an order right from its page."""

import re

import pytest
from sqlalchemy import select

from app.db import db, transaction
from app.idempotency import IdempotencyKey
from app.work_orders import corrections
from tests.console.browser import path
from tests.factories import a_clerk, a_manager, a_resident, a_worker, an_order, claimed, fresh


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


@pytest.mark.parametrize("form", ["confide", "recuse", "recategorise", "relocate", "phone"])
def test_others_are_refused(city, at_desk, order, form):
    for person, status in ((a_clerk(city["xnlx"]), 403), (a_manager(city["hyx"]), 404)):
        desk = at_desk(person)
        desk.get("/console/")
        _, hidden = desk.form("/sign-out")
        typed = {
            "key": "k" * 20,
            "version": str(fresh(order).version),
            "person": "x",
            "reason": "理由",
            "compound_id": city.compound,
        }
        assert desk.post(f"{path(order)}/{form}", hidden | typed).status_code == status


def test_a_manager_puts_the_category_right_at_once(desk, order):
    desk.get(path(order))
    assert desk.submit("/recategorise", category="LIGHT", reason="").status_code == 422
    assert re.search(r'value="LIGHT" selected', desk.page)
    assert desk.submit("/recategorise", category="LIGHT", reason="是灯的事").status_code == 303
    assert "类别已改" in desk.get(path(order)).text
    assert fresh(order).category_code == "LIGHT"


def test_a_manager_decides_what_the_assignee_proposes(city, desk, worker):
    order = claimed(an_order(city, category="LIGHT"), worker)
    with transaction():
        corrections.recategorise(order.number, worker, "NOISE", "其实是噪声")
    desk.get(path(order))
    assert "申请改为“噪声”" in desk.page
    assert desk.submit("/decide-category", note="不清楚").status_code == 422
    assert "请选择同意或不同意" in desk.page
    assert "不清楚</textarea>" in desk.page
    assert desk.submit("/decide-category", answer="refuse", note="").status_code == 422
    assert desk.submit("/decide-category", answer="approve", note="").status_code == 303
    assert (fresh(order).category_code, fresh(order).beside) == ("NOISE", "")
    assert "decide-category" not in desk.get(path(order)).text


def test_a_manager_puts_the_place_right_and_goes_to_the_board_when_it_left_their_part(city, desk, at_desk, order):
    both = at_desk(a_manager(city["ht"]))
    both.get(path(order))
    typed = {"compound_id": city.compound, "building": "3号楼", "unit": "9单元", "reason": "门牌写错了"}
    assert both.submit("/relocate", **typed).status_code == 422
    assert "没有“9单元”" in both.page
    assert 'value="9单元"' in both.page
    assert both.submit("/relocate", **typed | {"unit": "1单元"}).status_code == 303
    assert fresh(order).unit == "1单元"
    desk.get(path(order))
    address, hidden = desk.form("/relocate")
    response = desk.post(address, hidden | typed | {"compound_id": city.far_compound, "unit": "1单元"})
    assert (response.status_code, response.location) == (303, "/console/")
    assert fresh(order).community_id == city["hyx"]


def test_the_number_is_on_one_page_once_and_kept_nowhere(desk, order):
    desk.get(path(order))
    assert desk.submit("/phone", reason="").status_code == 422
    address, hidden = desk.form("/phone")
    typed = hidden | {"reason": "核实情况"}
    page = desk.post(address, typed)
    assert page.status_code == 200
    assert 'href="tel:13812345678"' in desk.page
    assert page.headers["Cache-Control"] == "no-store"
    again = desk.post(address, typed)
    assert again.status_code == 303
    assert "13812345678" not in desk.get(path(order)).text
    kept = [row.answer for row in db.session.scalars(select(IdempotencyKey)).all()]
    db.session.close()
    assert not any("13812345678" in answer for answer in kept)
