"""What is confidential: who reads who reported it, and how an order becomes so."""

import pytest
from sqlalchemy import text

from app.db import db, end_reading
from app.errors import Conflict, NotAllowed, NotFound
from app.people.models import Role
from app.work_orders import board, confidential, lists
from app.work_orders.board import BoardFilters
from app.work_orders.detail import detail
from tests.factories import a_manager, a_person, a_resident, an_order, claimed, fresh, resolved
from tests.work_orders.record import last, owed, refused, run, topics


@pytest.fixture
def reporter(city):
    return a_resident(name="欧阳秀英", phone="13900000017")


def test_a_reporter_makes_it_confidential_and_the_assignee_is_told(city, reporter, worker):
    order = claimed(an_order(city, reporter), worker)
    run(confidential.confide, order.number, reporter, as_reporter=True)
    assert fresh(order).confidential
    assert (last(order).action, last(order).actor_id) == ("confide", reporter.account_id)
    assert topics(order)[-1] == "made_confidential"
    refused(Conflict, confidential.confide, order.number, reporter, as_reporter=True)


def test_a_manager_of_the_place_makes_it_confidential_also_when_it_has_ended(city, reporter, worker, manager):
    order = resolved(an_order(city, reporter), worker)
    run(confidential.confide, order.number, manager, as_reporter=False)
    assert (fresh(order).confidential, fresh(order).status) == (True, "resolved")


def test_others_cannot_make_it_confidential(city, reporter, worker, clerk):
    order = claimed(an_order(city, reporter), worker)
    for colleague in (worker, clerk):
        assert "范围" in refused(NotAllowed, confidential.confide, order.number, colleague, as_reporter=False).message
    refused(NotFound, confidential.confide, order.number, a_manager(city["hyx"]), as_reporter=False)
    refused(NotFound, confidential.confide, order.number, a_resident(), as_reporter=True)


@pytest.mark.parametrize(
    ("who", "name", "phone"),
    [
        ("assignee", "欧**", "139****0017"),
        ("manager", "欧**", "139****0017"),
        ("colleague", "要求保密", None),
        ("clerk", "要求保密", None),
        ("officer", "要求保密", None),
        ("subdistrict", "要求保密", None),
        ("auditor", "要求保密", None),
    ],
)
def test_only_those_who_work_on_it_read_who_reported_it(city, request, reporter, worker, who, name, phone):
    order = claimed(an_order(city, reporter, confidential=True), worker)
    known = {
        "assignee": lambda: worker,
        "subdistrict": lambda: a_manager(city["ht"]),
        "auditor": lambda: a_person((Role.AUDITOR, city["xnlx"])),
    }
    actor = known[who]() if who in known else request.getfixturevalue(who)
    (shown,) = detail(order.number, actor).reporters
    assert (shown.name, shown.phone_masked) == (name, phone)


def test_lists_of_those_who_only_oversee_show_none_of_its_words(city, reporter, worker, manager):
    order = an_order(city, reporter, confidential=True, description="我家楼上总在半夜吵")
    plain = an_order(city, reporter, description="楼道灯坏了")
    excerpts = {row.number: row.excerpt for row in board.page(manager, BoardFilters())}
    assert excerpts == {order.number: "", plain.number: "楼道灯坏了"}
    assert {row.excerpt for row in lists.pool(worker, None, 10)} == {"", "楼道灯坏了"}
    assert "我家楼上总在半夜吵" in {row.excerpt for row in lists.reported(reporter, "all", None, 10)}
    end_reading()
    claimed(order, worker)
    assert [row.excerpt for row in lists.mine(worker, False, None, 10)] == ["我家楼上总在半夜吵"]


def test_messages_about_it_tell_the_compound_and_no_door(city, reporter, worker):
    secret, plain = an_order(city, reporter, confidential=True), an_order(city, reporter)
    assert {facts["place"] for _, facts in owed(secret)} == {"湟岸巷28号院"}
    assert {facts["place"] for _, facts in owed(plain)} == {"湟岸巷28号院 3号楼 2单元"}
    assert db.session.scalar(text("SELECT count(*) FROM outbox")) == 2
    end_reading()
