"""Taking in a call at the desk: first what and where, then the form, once, with nothing lost when it is refused."""

import pytest

from app.db import db, end_reading
from app.people.models import Role
from app.work_orders.models import Reporter, WorkOrder
from tests.console.browser import Browser
from tests.factories import a_clerk, a_person, an_order

TOLD = {
    "building": "3号楼",
    "unit": "2单元",
    "description": "楼上半夜拖椅子",
    "name": "马奶奶",
    "phone": "139 1234 5678",
    "channel": "phone_call",
    "agreed": "yes",
}


@pytest.fixture
def clerk(city, at_desk):
    return at_desk(a_clerk(city["xnlx"]))


def address(city, category="NOISE"):
    return f"/console/intake?compound={city.compound}&category={category}"


def taken_in():
    found = [(row.status, row.channel, row.place_text, row.unchecked) for row in db.session.query(WorkOrder)]
    end_reading()
    return found


def test_a_clerk_finds_the_place_and_takes_in_the_call(city, clerk):
    assert "湟岸巷28号院" in clerk.get("/console/intake?q=28号").text
    clerk.get(address(city))
    response = clerk.submit(address(city).replace("&", "&amp;"), **TOLD)
    assert response.status_code == 303, clerk.page
    assert taken_in() == [("pooled", "phone_call", "湟岸巷28号院 3号楼 2单元", True)]
    reporter = db.session.query(Reporter).one()
    assert (reporter.name, reporter.contact, reporter.account_id) == ("马奶奶", "13912345678", None)
    end_reading()
    assert "请把编号告诉居民" in clerk.get("/console/intake").text


def test_what_was_answered_on_the_telephone_is_settled_there_and_then(city, clerk):
    clerk.get(address(city))
    typed = TOLD | {"result": "answered", "note": "已告知办理窗口和时间"}
    assert clerk.submit(address(city).replace("&", "&amp;"), **typed).status_code == 303
    assert taken_in()[0][0] == "resolved"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"agreed": ""}, "征得同意"),
        ({"name": " "}, "姓名或称呼"),
        ({"phone": "123"}, "11位手机号码"),
        ({"building": "9号楼"}, "请从列表里选择楼栋"),
        ({"channel": "phone"}, "在哪里受理"),
        ({"description": ""}, "发生了什么"),
        ({"note": "已告知"}, "请选择办理结果"),
    ],
)
def test_a_refusal_keeps_what_was_typed_and_nothing_else(city, clerk, changes, sentence):
    clerk.get(address(city))
    response = clerk.submit(address(city).replace("&", "&amp;"), **(TOLD | changes))
    assert response.status_code == 422
    assert sentence in clerk.page
    assert 'value="139 1234 5678"' in clerk.page or "phone" in changes
    assert taken_in() == []


def test_the_same_form_sent_twice_takes_in_once(city, clerk):
    clerk.get(address(city))
    where, hidden = clerk.form(address(city).replace("&", "&amp;"))
    for _ in range(2):
        assert clerk.post(where, hidden | TOLD).status_code == 303
    assert len(taken_in()) == 1


def test_a_number_that_was_drawn_before_is_drawn_anew(city, clerk, monkeypatch):
    taken = an_order(city).number
    drawn = iter([taken, "XN2603100000011"])
    monkeypatch.setattr("app.work_orders.numbers.new", lambda _at: next(drawn))
    clerk.get(address(city))
    assert clerk.submit(address(city).replace("&", "&amp;"), **TOLD).status_code == 303
    assert len(taken_in()) == 2


def test_a_number_that_is_always_taken_is_told_and_nothing_is_lost(city, clerk, monkeypatch):
    taken = an_order(city).number
    monkeypatch.setattr("app.work_orders.numbers.new", lambda _at: taken)
    clerk.get(address(city))
    assert clerk.submit(address(city).replace("&", "&amp;"), **TOLD).status_code == 409
    assert TOLD["description"] in clerk.page
    assert len(taken_in()) == 1


def test_an_unknown_place_or_category_begins_anew(city, clerk):
    for wrong in (f"/console/intake?compound={'0' * 22}&category=NOISE", address(city, "GONE")):
        assert 'id="choose"' in clerk.get(wrong).text


def test_only_those_who_handle_orders_take_in(app, city, at_desk):
    assert Browser(app).get("/console/intake").status_code == 303
    auditor = at_desk(a_person((Role.AUDITOR, city["xnlx"])))
    assert "代为上报</a>" not in auditor.get("/console/intake").text
    auditor.get(address(city))
    assert auditor.submit(address(city).replace("&", "&amp;"), **TOLD).status_code == 403
    assert taken_in() == []


@pytest.mark.parametrize(
    ("role", "code", "found"),
    [
        (Role.MANAGER, "xnlx", ["湟岸巷28号院"]),
        (Role.MANAGER, "ht", ["湟岸巷28号院", "湟岸巷30号院"]),
        (Role.CLERK, "hyx", ["湟岸巷30号院"]),
        (Role.MANAGER, "cz", []),
    ],
)
def test_compounds_of_the_own_area_are_offered(city, at_desk, role, code, found):
    page = at_desk(a_person((role, city[code]))).get("/console/intake?q=湟岸巷").text
    assert [name for name in ("湟岸巷28号院", "湟岸巷30号院") if name in page] == found
