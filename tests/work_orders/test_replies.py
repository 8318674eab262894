"""Answering whoever presses: in time or late, and what happens when nobody does."""

import pytest

from app.deadlines import timers
from app.errors import Conflict, Invalid, NotAllowed
from app.work_orders import replies, resolution
from app.work_orders.models import WorkOrder
from app.work_orders.side_records import Kind, put
from app.work_orders.workflow import Action, WrongStatus
from tests.factories import an_order, claimed, fresh, resolved, writing
from tests.work_orders.record import last, refused, run, story, sweep, topics
from tests.work_orders.waiting import records

NOTE = "配件明天到，后天上门"


@pytest.fixture
def order(city, resident, worker):
    return claimed(an_order(city, resident), worker)


@pytest.fixture
def urged(order, resident, at):
    """Pressed for by its reporter, to be answered by 03-11 18:00."""
    due = at("03-11 18:00")
    at("03-10 10:00")
    with writing():
        row = WorkOrder.query.filter_by(id=order.id).one()
        event = row.take(Action.URGE, by=resident, words="怎么还没来")
        put(row, Kind.URGE, event, due_at=due)
        timers.start(row.id, row.round, {"urge": due})
    return order


def test_a_reply_in_time_is_said_to_be_so_and_the_reporter_reads_it(urged, worker, at):
    at("03-11 17:00")
    run(replies.reply, urged.number, worker, NOTE)
    assert (last(urged).action, last(urged).words, last(urged).visible) == ("reply", NOTE, "reporter")
    assert last(urged).facts == {"in_time": True}
    assert (topics(urged)[-1], records(urged), fresh(urged).beside) == ("urge_answered", [("urge", "answered")], "")
    at("03-11 18:00")
    sweep()
    assert "urge_unanswered" not in topics(urged)


def test_without_a_reply_the_managers_hear_of_it_and_a_late_one_is_said_to_be_late(urged, worker, at):
    at("03-11 18:00")
    sweep()
    assert story(urged).count("expire") == topics(urged).count("urge_unanswered") == 1
    assert records(urged) == [("urge", None)]
    at("03-12 10:00")
    run(replies.reply, urged.number, worker, NOTE)
    assert last(urged).facts == {"in_time": False}
    assert records(urged) == [("urge", "answered")]


def test_what_is_settled_needs_no_reply_any_more(city, resident, worker, order, urged, at):
    run(resolution.resolve, urged.number, worker, "solved", "已经处理好了", [])
    at("03-11 18:00")
    sweep()
    assert (records(urged), story(urged).count("expire")) == ([("urge", "lapsed")], 0)
    refused(WrongStatus, replies.reply, urged.number, worker, NOTE)


def test_nothing_urged_no_words_or_somebody_else_is_refused(city, resident, worker, colleague, order, urged):
    refused(NotAllowed, replies.reply, urged.number, colleague, NOTE)
    assert list(refused(Invalid, replies.reply, urged.number, worker, " ").fields) == ["note"]
    other = claimed(an_order(city, resident), worker)
    assert refused(Conflict, replies.reply, other.number, worker, NOTE).context["reason"] == "nothing-urged"
    done = resolved(an_order(city, resident), worker)
    refused(WrongStatus, replies.reply, done.number, worker, NOTE)
