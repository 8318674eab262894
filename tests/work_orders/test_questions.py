"""Asking the reporter for more: the time stands still, within one limit for all questions, and goes on again."""

import pytest

from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.photos.models import Photo
from app.work_orders import intake, questions, resuming
from app.work_orders.workflow import WrongStatus
from tests.factories import (
    a_clerk,
    a_manager,
    a_photo,
    a_resident,
    a_worker,
    an_order,
    claimed,
    fresh,
    resolved,
    writing,
)
from tests.work_orders.record import events, last, refused, run, story, sweep, timers, told, topics
from tests.work_orders.waiting import ANSWER, QUESTION, answered, asked, records, spoken


@pytest.fixture
def order(city, resident, worker):
    """An order at work since ten o'clock: contact due 03-11 18:00, due 03-19 18:00."""
    return claimed(an_order(city, resident), worker)


@pytest.fixture
def waiting(order, worker, at):
    """The same, asked about at eleven."""
    at("03-10 11:00")
    return asked(order, worker)


def test_a_question_pauses_the_order_and_tells_the_reporter_until_when(waiting, worker, at):
    row = fresh(waiting)
    assert (row.status, row.paused_from, row.assignee_id) == ("awaiting_resident", "in_progress", worker.account_id)
    assert (spoken(row.paused_at), spoken(row.step_due_at)) == ("03-10 11:00", "03-13 18:00")
    assert (last(waiting).action, last(waiting).words, last(waiting).visible) == ("ask", QUESTION, "reporter")
    assert topics(waiting)[-1] == "asked"
    assert told(waiting, "asked")["step_due_at"].startswith("2026-03-13T18:00")
    assert timers(waiting).keys() == {"claim", "answer"}  # a claim's timer means nothing once it was claimed
    assert records(waiting) == [("question", None)]


def test_the_answer_puts_it_back_to_whoever_had_it_and_moves_what_was_running(waiting, resident, worker, at):
    at("03-11 10:00")  # six working hours later
    answered(waiting, resident)
    row = fresh(waiting)
    assert (row.status, row.assignee_id) == ("in_progress", worker.account_id)
    assert (row.paused_at, row.paused_from, row.step_due_at) == (None, None, None)
    assert (spoken(row.contact_due_at), spoken(row.due_at)) == ("03-12 17:00", "03-20 17:00")
    assert spoken(row.original_due_at) == "03-19 18:00"
    assert (last(waiting).action, last(waiting).words, last(waiting).visible) == ("answer", ANSWER, "reporter")
    assert topics(waiting)[-1] == "answered"
    running = {kind: spoken(moment) for kind, moment in timers(waiting).items()}
    assert (running["contact"], running["due"], running["warn_50"]) == ("03-12 17:00", "03-20 17:00", "03-17 11:30")
    assert (running["due_subdistrict"], running["due_supervision"]) == ("03-23 18:00", "03-25 18:00")
    assert records(waiting) == [("question", "answered")]


def test_nothing_fires_while_it_waits_not_even_the_contact_limit(waiting, at):
    at("03-13 17:59")
    before = story(waiting)
    sweep()
    assert story(waiting) == before


def test_after_the_limit_it_goes_on_by_itself(waiting, worker, at):
    at("03-13 18:00")
    sweep()
    row = fresh(waiting)
    assert (row.status, row.assignee_id) == ("in_progress", worker.account_id)
    assert spoken(row.due_at) == "03-25 16:00"  # 5 + 3 * 7 = 26 working hours later
    assert (last(waiting).action, last(waiting).actor_id) == ("resume", None)
    assert topics(waiting)[-1] == "resumed"
    assert records(waiting) == [("question", "unanswered")]
    sweep()
    assert story(waiting).count("resume") == 1


def test_an_answer_that_came_by_telephone_is_written_down_by_whoever_has_it(waiting, worker, at):
    at("03-10 15:00")
    run(resuming.resume, waiting.number, worker, "电话里说是三层")
    row = fresh(waiting)
    assert (row.status, spoken(row.due_at)) == ("in_progress", "03-20 11:00")
    assert (last(waiting).words, last(waiting).visible) == ("电话里说是三层", "act")
    assert records(waiting) == [("question", "resumed")]


def test_the_desk_may_go_on_too_but_not_a_stranger_or_a_colleague(city, waiting, clerk, colleague):
    refused(NotAllowed, resuming.resume, waiting.number, colleague, "反映人说好了")
    refused(NotFound, resuming.resume, waiting.number, a_worker(city["h1"]), "反映人说好了")
    run(resuming.resume, waiting.number, clerk, "反映人来过社区")
    assert fresh(waiting).status == "in_progress"


def test_the_second_question_has_what_the_first_left_of_the_limit(order, resident, worker, at):
    at("03-10 11:00")
    asked(order, worker)
    at("03-12 18:00")
    answered(order, resident)  # one working day before the limit
    at("03-16 10:00")
    asked(order, worker)
    assert spoken(fresh(order).step_due_at) == "03-17 10:00"
    at("03-17 10:00")
    sweep()
    assert fresh(order).status == "in_progress"


def test_a_third_question_is_refused_and_so_is_a_second_when_no_time_is_left(city, order, resident, worker, at):
    asked(order, worker)
    at("03-13 18:00")
    sweep()
    error = refused(Conflict, questions.ask, order.number, worker, QUESTION)
    assert "等待反映人补充的时间已经用完" in error.message
    other = claimed(an_order(city, resident), worker)
    for _ in range(2):
        asked(other, worker)
        answered(other, resident)
    error = refused(Conflict, questions.ask, other.number, worker, QUESTION)
    assert "已请反映人补充过2次" in error.message
    assert error.context["reason"] == "asked-enough"


def test_only_the_assignee_asks_at_work_and_only_the_desk_before(
    city, order, resident, worker, colleague, clerk, manager
):
    for stranger in (colleague, clerk, manager):
        assert "承办人" in refused(NotAllowed, questions.ask, order.number, stranger, QUESTION).message
    refused(NotFound, questions.ask, order.number, a_worker(city["h1"]), QUESTION)
    refused(NotAllowed, questions.ask, order.number, resident, QUESTION)
    new = an_order(city, resident, "ODD")
    refused(NotAllowed, questions.ask, new.number, worker, QUESTION)
    assert asked(new, clerk).status == "awaiting_resident"


@pytest.mark.parametrize("text", ["", "  \n"])
def test_empty_words_are_refused_at_their_field(waiting, order, resident, worker, text):
    assert list(refused(Invalid, questions.answer, waiting.number, resident, text, []).fields) == ["text"]
    assert list(refused(Invalid, resuming.resume, waiting.number, worker, text).fields) == ["note"]


def test_an_empty_question_is_refused(order, worker):
    assert list(refused(Invalid, questions.ask, order.number, worker, " ").fields) == ["question"]


def test_out_of_turn_is_told_what_the_order_is(city, order, resident, worker):
    assert "办理中" in refused(WrongStatus, questions.answer, order.number, resident, ANSWER, []).message
    assert "办理中" in refused(WrongStatus, resuming.resume, order.number, worker, "好").message
    done = resolved(an_order(city, resident), worker)
    assert "已办结待评价" in refused(WrongStatus, questions.ask, done.number, worker, QUESTION).message
    asked(order, worker)
    assert "待补充" in refused(WrongStatus, questions.ask, order.number, worker, QUESTION).message


def test_only_who_reported_it_answers(waiting):
    refused(NotFound, questions.answer, waiting.number, a_resident(), ANSWER, [])


def test_photos_go_with_the_answer_and_a_wrong_one_changes_nothing(waiting, resident):
    photo = a_photo(resident)
    refused(Invalid, questions.answer, waiting.number, resident, ANSWER, ["0" * 22])
    run(questions.answer, waiting.number, resident, ANSWER, [photo])
    with writing():
        found = Photo.query.filter_by(public_id=photo).one()
        assert (found.work_order_id, found.purpose) == (waiting.id, "answer")


# before it is accepted


def test_what_was_not_accepted_waits_anew_and_its_first_limits_count_the_pause(city, resident, clerk, at):
    order = an_order(city, resident, "ODD")
    at("03-10 11:00")
    asked(order, clerk)
    at("03-10 13:00")
    sweep()
    assert fresh(order).status == "awaiting_resident"
    at("03-11 10:00")
    answered(order, resident)
    row = fresh(order)
    assert (row.status, row.due_at, spoken(row.step_due_at)) == ("submitted", None, "03-11 12:00")
    assert topics(order)[-1] == "answered"
    run(intake.accept, order.number, clerk)
    row = fresh(order)
    assert (spoken(row.contact_due_at), spoken(row.due_at)) == ("03-12 17:00", "03-20 17:00")
    assert row.original_due_at == row.due_at
    assert spoken(timers(order)["warn_50"]) == "03-17 11:30"


def test_the_desk_hears_that_nobody_answered_and_may_decline(city, resident, clerk, at):
    order = an_order(city, resident, "ODD")
    asked(order, clerk)
    at("03-13 18:00")
    sweep()
    assert (fresh(order).status, topics(order)[-1]) == ("submitted", "resumed")
    run(intake.decline, order.number, clerk, "no_answer_after_asking", "请补充后重新上报")
    assert fresh(order).status == "declined"


def test_withdrawing_from_a_pause_ends_everything(waiting, resident, worker, at):
    run(intake.withdraw, waiting.number, resident, "不用了")
    row = fresh(waiting)
    assert (row.status, row.assignee_id, row.paused_at, row.paused_from, row.beside) == (
        "withdrawn",
        None,
        None,
        None,
        "",
    )
    assert records(waiting) == [("question", "lapsed")]
    assert told(waiting, "lapsed")["waiting_id"] == worker.account_id
    before = len(events(waiting))
    at("03-30 10:00")
    sweep()
    assert len(events(waiting)) == before


def test_a_manager_above_and_a_clerk_of_the_place_may_ask_before_it_is_accepted(city, resident):
    for person in (a_manager(city["ht"]), a_clerk(city["xnlx"])):
        assert asked(an_order(city, resident, "ODD"), person).status == "awaiting_resident"
