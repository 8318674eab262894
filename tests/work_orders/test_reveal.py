"""The reporter's number: for whom, why, how often, and that it is written down."""

import pytest
from sqlalchemy import select

from app import parameters
from app.db import db, end_reading
from app.errors import Conflict, Invalid, NotAllowed, NotFound, TooMany
from app.parameters import Parameter
from app.trail import AuditRow, AuditText
from app.work_orders import reveal
from app.work_orders.detail import detail
from tests.factories import a_manager, a_resident, a_worker, an_order, claimed, resolved, writing
from tests.work_orders.record import last, refused, run, story, topics

WHY = "约上门时间"
PHONE = "13900000017"


@pytest.fixture
def reporter(city):
    return a_resident(name="马秀英", phone=PHONE)


@pytest.fixture
def order(city, reporter, worker):
    return claimed(an_order(city, reporter), worker)


def audited():
    rows = db.session.execute(
        select(AuditRow.actor_id, AuditRow.subject, AuditRow.facts, AuditText.text)
        .join(AuditText, AuditText.audit_id == AuditRow.id)
        .where(AuditRow.action == "phone.revealed")
    ).all()
    end_reading()
    return [tuple(row) for row in rows]


def test_the_assignee_reads_it_and_both_trails_know_who_and_why(order, worker, reporter):
    before = topics(order)
    assert run(reveal.reveal, order.number, worker, WHY) == PHONE
    assert audited() == [(worker.account_id, f"work_order:{order.number}", {}, WHY)]
    line = last(order)
    assert (line.action, line.visible, line.words, line.facts) == ("reveal", "internal", WHY, {})
    assert topics(order) == before
    assert "reveal" not in [one.action for one in detail(order.number, reporter, as_reporter=True).lines]


def test_the_number_given_for_the_order_comes_before_the_accounts_own(city, reporter, worker):
    order = claimed(an_order(city, reporter, contact="13700000001"), worker)
    assert run(reveal.reveal, order.number, worker, WHY) == "13700000001"


def test_a_manager_of_the_place_and_above_reads_it_also_after_the_end(city, reporter, worker, manager):
    order = resolved(an_order(city, reporter), worker)
    for actor in (manager, a_manager(city["ht"])):
        assert run(reveal.reveal, order.number, actor, WHY) == PHONE


def test_a_confidential_one_is_for_those_alone_who_work_on_it(city, reporter, worker, manager):
    order = claimed(an_order(city, reporter, confidential=True), worker)
    for actor in (worker, manager):
        assert run(reveal.reveal, order.number, actor, WHY) == PHONE
    assert "保密" in refused(NotAllowed, reveal.reveal, order.number, a_manager(city["ht"]), WHY).message
    assert len(audited()) == 2


def test_others_do_not(city, order, colleague, clerk, officer, reporter):
    for other in (colleague, clerk, officer, reporter):
        kind = NotAllowed
        refused(kind, reveal.reveal, order.number, other, WHY)
    refused(NotFound, reveal.reveal, order.number, a_manager(city["hyx"]), WHY)
    refused(NotFound, reveal.reveal, order.number, a_worker(city["h1"]), WHY)
    assert audited() == []


def test_a_reason_and_a_number_are_needed(city, order, worker):
    assert "reason" in refused(Invalid, reveal.reveal, order.number, worker, "  ").fields
    without = claimed(an_order(city, a_resident()), worker)
    assert "没有留下电话" in refused(Conflict, reveal.reveal, without.number, worker, WHY).message
    assert "reveal" not in story(without)


def test_thirty_a_day_are_enough_and_the_number_is_a_setting(city, order, worker, manager, at):
    with writing():
        db.session.add(Parameter(name="reveals_per_day", value="2"))
    parameters.forget()
    for _ in range(2):
        run(reveal.reveal, order.number, worker, WHY)
    refusal = refused(TooMany, reveal.reveal, order.number, worker, WHY)
    assert "明天" in refusal.message
    assert refusal.retry_after == 14 * 3600 + 1
    run(reveal.reveal, order.number, manager, WHY)
    at("03-11 00:00")
    run(reveal.reveal, order.number, worker, WHY)


def test_the_limit_is_thirty_where_nothing_else_is_set():
    assert reveal.MOST == ("reveals_per_day", 30)
