"""A part that was split off waits on the ledger, and the whole with it."""

from datetime import date

import pytest
from sqlalchemy import update

from app import clock
from app.db import db
from app.errors import Conflict
from app.work_orders import intake, resuming
from app.work_orders.detail import detail
from app.work_orders.models import WorkOrder
from app.work_orders.offices import ledger_parts, ledger_reviews
from app.work_orders.offices.ledger_terms import standing
from app.work_orders.workflow import Action, Status
from tests.factories import a_manager, a_resident, an_order, claimed, fresh, writing
from tests.work_orders.calling import decided, to_be_ended
from tests.work_orders.on_ledger import PLAN, kept, put_on, renewed, resumed, supervised
from tests.work_orders.record import events, last, refused, run, story, sweep, timers, told, topics
from tests.work_orders.waiting import spoken

APRIL_1 = date(2026, 4, 1)


@pytest.fixture
def above(city):
    return a_manager(city["ht"], name="铁占林")


@pytest.fixture
def whole(city, resident, worker):
    """Seven working days: due 03-19 18:00."""
    return claimed(an_order(city, resident), worker)


@pytest.fixture
def part(city, whole, colleague):
    return a_part(city, whole, colleague)


def a_part(city, whole, person):
    """An order split off another one, made by hand."""
    order = claimed(an_order(city, a_resident()), person)
    with writing():
        db.session.execute(update(WorkOrder).where(WorkOrder.id == order.id).values(parent_id=whole.id))
        db.session.execute(update(WorkOrder).where(WorkOrder.id == whole.id).values(open_parts=1))
    return order


def test_the_whole_is_put_on_the_ledger_with_its_part(whole, part, resident, colleague, above):
    put_on(part, colleague, above)
    row = fresh(whole)
    assert (row.status, row.paused_at, spoken(row.step_due_at)) == ("on_ledger", clock.now(), "03-20 18:00")
    assert "due" not in timers(whole)
    ((outcome, _, _, due_at, facts),) = kept(whole)
    assert (outcome, spoken(due_at), facts["child"]) == (None, "03-20 18:00", part.number)
    assert topics(whole)[-1] == "put_on_ledger"
    text = detail(whole.number, resident, as_reporter=True).lines[-1].text
    assert text.startswith("同意挂账，拆分的部分挂账，一并等待，原因：工程周期，3月20日")
    assert PLAN in text
    assert part.number not in text
    with writing():
        assert standing(WorkOrder.query.filter_by(id=whole.id).one()).part == part.number


def test_it_goes_on_with_its_part_and_its_time_moves_by_what_it_waited(whole, part, worker, colleague, above, at):
    put_on(part, colleague, above)
    at("03-12 10:00")
    resumed(part, colleague)
    row = fresh(whole)
    assert (row.status, row.assignee_id, spoken(row.due_at)) == ("in_progress", worker.account_id, "03-23 18:00")
    assert (last(whole).action, last(whole).actor_id, topics(whole)[-1]) == ("resume", None, "resumed")
    assert spoken(timers(whole)["due"]) == "03-23 18:00"


def test_it_waits_on_when_its_part_does(whole, part, colleague, above, at):
    began = clock.now()
    put_on(part, colleague, above)
    at("03-12 10:00")
    renewed(part, above, APRIL_1)
    row = fresh(whole)
    assert (row.status, row.paused_at, spoken(row.step_due_at)) == ("on_ledger", began, "04-01 18:00")
    assert [outcome for outcome, *_ in kept(whole)] == ["renewed", None]
    assert told(whole, "ledger_renewed")["review_at"] == "2026-04-01T18:00:00+08:00"


def test_unreviewed_both_go_on_and_the_offices_hear_of_the_part_alone(whole, part, colleague, above, at):
    put_on(part, colleague, above)
    at("03-20 18:00")
    sweep()
    assert (fresh(part).status, fresh(whole).status) == ("in_progress", "in_progress")
    assert story(whole).count("resume") == 1
    assert "ledger_unreviewed" in topics(part)
    assert "ledger_unreviewed" not in topics(whole)


def test_while_another_part_waits_the_whole_waits_with_that_one(city, whole, part, worker, colleague, above, at):
    second = a_part(city, whole, worker)
    put_on(part, colleague, above)
    put_on(second, worker, above, APRIL_1)
    assert story(whole).count("decide_ledger") == 1
    at("03-12 10:00")
    resumed(part, colleague)
    row = fresh(whole)
    assert (row.status, spoken(row.step_due_at)) == ("on_ledger", "04-01 18:00")
    assert kept(whole)[-1][4]["child"] == second.number
    at("03-13 10:00")
    resumed(second, worker)
    assert (fresh(whole).status, spoken(fresh(whole).due_at)) == ("in_progress", "03-24 18:00")


def test_a_part_that_never_held_it_frees_nothing(city, whole, part, worker, colleague, above):
    second = a_part(city, whole, worker)
    put_on(part, colleague, above)
    put_on(second, worker, above, APRIL_1)
    resumed(second, worker)
    assert fresh(whole).status == "on_ledger"
    assert kept(whole)[-1][4]["child"] == part.number


def test_what_waits_for_its_part_is_neither_reviewed_nor_resumed_by_itself(whole, part, manager, colleague, above):
    put_on(part, colleague, above)
    error = refused(Conflict, resuming.resume, whole.number, manager, "不等了")
    assert part.number in error.message
    error = refused(Conflict, ledger_reviews.review, whole.number, above, APRIL_1, "还要等")
    assert error.context["reason"] == "part-waits"


def test_waiting_for_a_part_uses_up_no_period_of_its_own(whole, part, worker, colleague, above):
    for _ in range(2):
        put_on(part, colleague, above)
        resumed(part, colleague)
    put_on(whole, worker, above)
    assert kept(whole)[-1][4]["period"] == 1


def test_what_waits_of_itself_is_left_alone_by_its_parts(whole, part, worker, colleague, above):
    put_on(whole, worker, above)
    put_on(part, colleague, above)
    resumed(part, colleague)
    assert fresh(whole).status == "on_ledger"
    assert story(whole).count("decide_ledger") == 1


@pytest.mark.parametrize("status", ["pooled", "awaiting_resident", "closed"])
def test_a_whole_that_nobody_works_on_is_left_where_it_is(whole, part, colleague, above, status):
    with writing():
        db.session.execute(update(WorkOrder).where(WorkOrder.id == whole.id).values(status=status))
    put_on(part, colleague, above)
    assert (fresh(part).status, fresh(whole).status) == ("on_ledger", status)
    resumed(part, colleague)
    assert fresh(whole).status == status


def test_a_supervised_whole_goes_on(city, whole, part, colleague, above):
    supervised(whole, above, city["ht"])
    put_on(part, colleague, above)
    assert fresh(whole).status == "in_progress"


def test_a_part_that_ends_on_the_ledger_frees_the_whole(whole, part, worker, colleague, above):
    """Whoever ends a part says so; if they forget, the day of the review does it."""
    put_on(part, colleague, above)
    with writing():
        row = WorkOrder.query.filter_by(id=part.id).one()
        row.take(Action.DECIDE_TERMINATION, by=above, to=Status.CLOSED)
        ledger_parts.free_parent(row)
    assert (fresh(whole).status, last(whole).action) == ("in_progress", "resume")


def test_a_part_that_ended_without_a_word_holds_the_whole_no_longer_than_its_day(whole, part, colleague, above, at):
    put_on(part, colleague, above)
    with writing():
        WorkOrder.query.filter_by(id=part.id).one().take(Action.DECIDE_TERMINATION, by=above, to=Status.CLOSED)
    at("03-20 18:00")
    sweep()
    assert fresh(whole).status == "in_progress"


def test_a_whole_that_is_withdrawn_while_it_waits_ends_with_its_part(whole, part, resident, colleague, above, at):
    put_on(part, colleague, above)
    run(intake.withdraw, whole.number, resident, "不等了")
    assert [(row.status, row.paused_at, row.beside) for row in map(fresh, (whole, part))] == [
        ("withdrawn", None, "")
    ] * 2
    before = len(events(whole)), len(events(part))
    at("03-20 18:00")
    sweep()
    assert (len(events(whole)), len(events(part))) == before


def test_it_goes_on_when_its_part_is_ended_without_a_result(whole, part, worker, colleague, manager, above, at):
    put_on(part, colleague, above)
    at("03-12 10:00")
    to_be_ended(part, manager)
    decided(part, above)
    row = fresh(whole)
    assert (fresh(part).status, row.status, row.assignee_id) == ("closed", "in_progress", worker.account_id)
    assert (row.open_parts, row.beside, spoken(row.due_at)) == (0, "", "03-23 18:00")
    assert [action for action in story(whole) if action in ("resume", "part")] == ["resume", "part"]
    assert topics(whole)[-2:] == ["resumed", "part_ended"]
