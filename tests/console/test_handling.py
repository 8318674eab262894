"""Managers and duty officers who were put in charge of an order work on it from its page."""

import re

import pytest
from sqlalchemy import select

from app.db import db, transaction
from app.people.actor import SYSTEM
from app.photos.models import Photo
from app.work_orders import assignment, queries
from app.work_orders.workflow import Action
from tests.console.browser import path
from tests.factories import a_duty_officer, a_manager, an_order, fresh


@pytest.fixture
def in_charge(city, at_desk):
    """An order that a limit has put before this person, and their browser."""

    def put(person, category="NOISE"):
        order, above = an_order(city, category=category), a_manager(city["xn"])
        with transaction():
            assignment.assign(queries.find(order.number, above), person.account_id, Action.ASSIGN, SYSTEM)
        return order, at_desk(person)

    return put


@pytest.mark.parametrize("kind", ["manager", "duty officer"])
def test_whoever_was_put_in_charge_signs_speaks_notes_and_settles(city, in_charge, kind):
    person = a_manager(city["xnlx"]) if kind == "manager" else a_duty_officer(city["xnlx"])
    order, desk = in_charge(person)
    desk.get(path(order))
    assert desk.submit("/sign").status_code == 303
    assert "已签收" in desk.get(path(order)).text
    assert desk.submit("/contact", kind="call", note="约好晚上再去").status_code == 303
    desk.get(path(order))
    assert desk.submit("/note", note="已联系物业", visible="1").status_code == 303
    page = desk.get(path(order)).text
    assert "电话联系：约好晚上再去" in page
    assert "已联系物业" in page
    assert desk.submit("/resolve", result="solved", note="已经与对方沟通").status_code == 303
    row = fresh(order)
    assert (row.status, row.result, row.assignee_id) == ("resolved", "solved", person.account_id)
    assert "/resolve" not in desk.get(path(order)).text


def test_what_is_missing_is_told_and_the_rest_kept(city, in_charge):
    order, desk = in_charge(a_manager(city["xnlx"]))
    desk.get(path(order))
    desk.submit("/sign")
    desk.get(path(order))
    assert desk.submit("/contact", note="说了很多").status_code == 422
    assert "请选择联系的方式" in desk.page
    assert "说了很多</textarea>" in desk.page
    assert desk.submit("/note", note="  ", visible="1").status_code == 422
    assert re.search(r'name="visible" value="1" checked', desk.page)
    assert desk.submit("/resolve", note="写了很久").status_code == 422
    assert "请选择办理结果" in desk.page
    assert "写了很久</textarea>" in desk.page
    assert fresh(order).status == "in_progress"


def test_photos_come_with_the_form_where_the_category_asks_for_them(city, in_charge, picture):
    order, desk = in_charge(a_manager(city["xnlx"]), "LIGHT")
    desk.get(path(order))
    desk.submit("/sign")
    desk.get(path(order))
    typed = {"result": "solved", "note": "灯换好了"}
    assert desk.submit("/resolve", **typed).status_code == 422
    assert "需要附上现场照片" in desk.page
    assert "这类诉求必须有照片" in desk.page
    assert desk.submit("/resolve", **typed, photos=(picture()[0], "note.txt")).status_code == 303
    kept = db.session.scalars(select(Photo)).one()
    db.session.close()
    assert (kept.work_order_id, kept.purpose) == (order.id, "resolve")
    assert fresh(order).status == "resolved"


def test_what_is_no_photo_is_told_at_its_field(city, in_charge):
    import io

    order, desk = in_charge(a_manager(city["xnlx"]), "LIGHT")
    desk.get(path(order))
    desk.submit("/sign")
    desk.get(path(order))
    response = desk.submit("/resolve", result="solved", note="灯换好了", photos=(io.BytesIO(b"no picture"), "a.jpg"))
    assert response.status_code == 422
    assert 'id="fault-resolve-photos"' in desk.page
    assert "灯换好了</textarea>" in desk.page
    assert fresh(order).status == "in_progress"


def test_before_signing_it_may_be_refused(city, in_charge):
    order, desk = in_charge(a_manager(city["xnlx"]))
    desk.get(path(order))
    assert desk.submit("/refuse", note="走不开").status_code == 422
    assert "请选择拒签的原因" in desk.page
    assert desk.submit("/refuse", reason="overloaded", note="走不开").status_code == 303
    assert (fresh(order).status, fresh(order).assignee_id) == ("pooled", None)


@pytest.mark.parametrize("form", ["sign", "refuse", "contact", "note", "resolve"])
def test_a_manager_who_does_not_have_it_is_neither_offered_it_nor_let(city, in_charge, desk, form):
    order, _ = in_charge(a_duty_officer(city["xnlx"]))
    desk.get(path(order))
    assert f'id="{form}"' not in desk.page
    _, hidden = desk.form("/dispatch")
    typed = {"reason": "overloaded", "kind": "call", "note": "已经处理好了", "result": "solved"}
    assert desk.post(f"{path(order)}/{form}", hidden | typed).status_code == 403
    assert "不在您手上" in desk.page
    assert fresh(order).status == "assigned"


def test_the_same_form_twice_settles_once(city, in_charge):
    order, desk = in_charge(a_manager(city["xnlx"]))
    desk.get(path(order))
    address, hidden = desk.form("/sign")
    assert [desk.post(address, hidden).status_code for _ in range(2)] == [303, 303]
    assert fresh(order).status == "in_progress"
