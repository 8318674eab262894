"""催办: once in a day for each, heard one level higher each time, and a reply is owed."""

import pytest

from app import clock
from app.db import db, end_reading
from app.errors import Conflict, NotAllowed, NotFound
from app.work_orders import assignment, intake, joining, rating, reopening, resolution, urging
from app.work_orders.detail import detail
from app.work_orders.side_records import SideRecord
from app.work_orders.workflow import Action, Status, WrongStatus
from tests.factories import a_manager, a_resident, an_order, claimed, fresh, writing
from tests.work_orders.record import last, refused, run, story, timers, told, topics

YES = {"answered": True, "solved": "yes", "satisfied": "yes", "comment": None}


@pytest.fixture
def order(city, resident, worker):
    return claimed(an_order(city, resident), worker)


def urge(order, who, note=""):
    return run(urging.urge, order.number, who, note)


def records(order):
    rows = db.session.query(SideRecord).filter_by(work_order_id=order.id).order_by(SideRecord.id)
    found = [(row.kind, row.to_id, row.outcome, row.due_at) for row in rows]
    end_reading()
    return found


def spoken(moment):
    return f"{clock.local(moment):%m-%d %H:%M}"


def test_the_first_is_for_whoever_has_it_who_owes_a_reply_within_a_working_day(order, resident, worker):
    urge(order, resident, "已经三天了")
    assert (last(order).action, last(order).words, last(order).facts) == ("urge", "已经三天了", {"times": 1})
    assert topics(order)[-1] == "urged"
    ((kind, to_id, outcome, due_at),) = records(order)
    assert (kind, to_id, outcome, spoken(due_at)) == ("urge", worker.account_id, None, "03-11 18:00")
    assert timers(order)["urge"] == due_at
    assert fresh(order).beside == "urge"
    assert "第1次催办" in detail(order.number, worker).lines[-1].text


def test_the_second_is_heard_by_the_managers_the_third_by_supervision_and_one_reply_is_owed(order, resident, at):
    urge(order, resident)
    at("03-11 10:00")
    urge(order, resident)
    at("03-12 10:00")
    urge(order, resident)
    assert [topic for topic in topics(order) if topic.startswith("urged")] == [
        "urged",
        "urged_again",
        "urged_again",
    ]
    assert topics(order)[-1] == "supervised"
    assert [kind for kind, *_ in records(order)] == ["urge", "supervision"]


def test_each_person_may_once_in_a_day(order, resident, at):
    neighbour = a_resident(home_compound_id=fresh(order).compound_id)
    run(joining.join, order.number, neighbour)
    urge(order, resident)
    urge(order, neighbour)
    assert topics(order)[-1] == "urged_again"
    at("03-11 09:59")
    sentence = refused(Conflict, urging.urge, order.number, resident, "").message
    assert "24小时内只能催办一次" in sentence
    assert "3月11日" in sentence
    at("03-11 10:00")
    urge(order, resident)


def test_where_nobody_has_it_the_managers_hear_it_at_once(city, resident):
    order = an_order(city, resident)
    urge(order, resident)
    assert topics(order)[-1] == "urged_again"
    assert told(order, "urged_again")["assignee_id"] is None


def test_during_a_pause_it_is_a_note_that_owes_nothing_and_counts_for_nothing(order, resident, worker, at):
    with writing():
        paused = db.session.get(type(order), order.id)
        paused.take(Action.ASK, by=worker, to=Status.AWAITING_RESIDENT)
    before = topics(order)
    urge(order, resident, "我出差了")
    assert (records(order), topics(order), last(order).facts) == ([], before, {"paused": True})
    at("03-11 10:00")
    with writing():
        db.session.get(type(order), order.id).take(Action.RESUME, by=worker, to=Status.IN_PROGRESS)
    urge(order, resident)
    assert (last(order).facts, topics(order)[-1]) == ({"times": 1}, "urged")


def test_a_new_round_counts_anew(order, resident, worker, at):
    urge(order, resident)
    run(resolution.resolve, order.number, worker, "solved", "已经处理好了", [])
    assert records(order)[0][2] == "lapsed"
    run(rating.rate, order.number, resident, **YES)
    run(reopening.reopen, order.number, resident, "灯又坏了", [])
    at("03-11 10:00")
    urge(order, resident)
    assert last(order).facts == {"times": 1}


def test_a_superior_urges_and_the_reporter_reads_only_that_it_happened(city, order, resident):
    superior = a_manager(city["ht"])
    assert "urge" in detail(order.number, superior).actions
    run(urging.urge_from_above, order.number, superior, "请今天办完")
    line = detail(order.number, resident, as_reporter=True).lines[-1]
    assert (line.by, line.text) == ("管理员 王静", "第1次催办")
    assert "请今天办完" in detail(order.number, superior).lines[-1].text


def test_the_units_own_manager_does_not_urge_themselves(order, manager, worker):
    assert "上一级" in refused(NotAllowed, urging.urge_from_above, order.number, manager, "").message
    refused(NotAllowed, urging.urge_from_above, order.number, worker, "")


def test_what_is_over_is_urged_no_more_and_what_is_foreign_is_absent(city, order, resident, worker):
    refused(NotFound, urging.urge, order.number, a_resident(), "")
    refused(NotFound, urging.urge_from_above, order.number, a_manager(city["cz"]), "")
    run(intake.withdraw, order.number, resident, "好了")
    refused(WrongStatus, urging.urge, order.number, resident, "")
    assert "urge" not in story(order)


def test_whoever_takes_over_is_still_asked_for_the_reply(order, resident, worker):
    urge(order, resident)
    run(assignment.release, order.number, worker, "需要电工")
    assert (fresh(order).status, fresh(order).beside) == ("pooled", "urge")
