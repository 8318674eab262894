"""What a pause does to limits of every unit, to lists, and to an order whose assignee leaves meanwhile."""

import pytest

from app import clock
from app.db import db, end_reading
from app.deadlines import timers as deadline_timers
from app.people import sign_in
from app.people.models import Account, Posting
from app.work_orders import assignment, board, custody, follow_up, leaving, lists, morning, rating, resuming
from app.work_orders.board import BoardFilters
from app.work_orders.due_dates import is_overdue
from app.work_orders.models import Recusal, WorkOrder
from app.work_orders.side_records import Kind, put
from app.work_orders.workflow import Action
from tests.factories import (
    a_clerk,
    a_duty_officer,
    a_worker,
    an_order,
    an_organisation,
    claimed,
    fresh,
    resolved,
    writing,
)
from tests.work_orders.record import holders, last, public_id, run, story, sweep, timers, topics
from tests.work_orders.waiting import answered, asked, spoken


@pytest.fixture
def order(city, resident, worker):
    return claimed(an_order(city, resident), worker)


def deactivate(person, by):
    with writing():
        sign_in.deactivate(db.session.get(Account, person.account_id), by)


def test_a_limit_by_the_clock_moves_by_minutes(city, resident, worker, at):
    a_duty_officer(city["xnlx"])
    order = an_order(city, resident, "LIFT")
    run(assignment.sign, order.number, worker)
    at("03-10 10:10")
    asked(order, worker)
    at("03-10 22:25")
    answered(order, resident)
    row = fresh(order)
    assert (spoken(row.contact_due_at), spoken(row.due_at)) == ("03-10 22:45", "03-11 22:15")
    assert spoken(timers(order)["warn_50"]) == "03-11 10:15"


def test_a_pause_outside_of_working_hours_moves_nothing(order, resident, worker, at):
    at("03-10 19:00")
    asked(order, worker)
    at("03-11 08:00")
    answered(order, resident)
    row = fresh(order)
    assert (spoken(row.contact_due_at), spoken(row.due_at)) == ("03-11 18:00", "03-19 18:00")


def test_what_had_passed_before_the_pause_stays_passed_and_is_told_once(order, resident, worker, manager, at):
    at("03-20 10:00")
    sweep()
    asked(order, worker)
    told = topics(order).count("overdue")
    at("03-24 10:00")
    sweep()
    assert topics(order).count("overdue_subdistrict") == 0
    answered(order, resident)
    row = fresh(order)
    assert (spoken(row.due_at), spoken(row.overdue_at)) == ("03-19 18:00", "03-19 18:00")
    sweep()
    assert topics(order).count("overdue") == told == 1


def test_a_limit_that_passed_a_moment_before_the_pause_is_still_told_after_it(order, resident, worker, at):
    at("03-19 18:00")
    asked(order, worker)  # before the sweep came round
    sweep()
    assert "overdue" not in topics(order)
    at("03-20 09:00")
    answered(order, resident)
    sweep()
    assert "overdue" in topics(order)


def test_lists_board_and_digest_count_a_paused_order_by_when_it_was_paused(city, order, resident, worker, manager, at):
    late = claimed(an_order(city, resident, "LIGHT"), worker)  # due 03-13 18:00
    at("03-16 10:00")
    asked(late, worker)
    asked(order, worker)
    at("03-19 19:00")  # without a sweep: the pause lasts on
    rows = {row.number: row for row in lists.mine(worker, False, None, 50)}
    assert {number: is_overdue(row) for number, row in rows.items()} == {late.number: True, order.number: False}
    found = board.page(manager, BoardFilters(overdue=True))
    assert [row.number for row in found] == [late.number]
    found = morning.waiting(manager, clock.now())
    assert (found.overdue, found.due_today) == (1, 0)
    end_reading()


def test_an_order_stays_paused_when_its_assignee_leaves_and_goes_to_the_pool_after_it(
    order, resident, worker, manager, at
):
    asked(order, worker)
    at("03-10 12:00")
    deactivate(worker, manager)
    assert (fresh(order).status, fresh(order).assignee_id) == ("awaiting_resident", worker.account_id)
    at("03-10 15:00")
    answered(order, resident)
    row = fresh(order)
    assert (row.status, row.assignee_id, row.paused_at) == ("pooled", None, None)
    assert (last(order).action, topics(order)[-1]) == ("answer", "released")
    assert all(ended for _, _, ended in holders(order))
    running = timers(order)
    assert running["claim"] == row.step_due_at
    assert running["due"] == row.due_at


def test_what_is_urgent_goes_to_the_ladder_instead(city, resident, worker, manager, at):
    officer = a_duty_officer(city["xnlx"])
    order = an_order(city, resident, "LIFT")
    run(assignment.sign, order.number, worker)
    asked(order, worker)
    deactivate(worker, manager)
    at("03-13 18:00")
    sweep()
    row = fresh(order)
    assert (row.status, row.assignee_id) == ("assigned", officer.account_id)
    assert (last(order).action, topics(order)[-1]) == ("resume", "ladder")


def test_whose_posting_here_ended_meanwhile_is_gone_too(city, order, resident, worker, at):
    asked(order, worker)
    at("03-10 12:00")
    with writing():
        Posting.query.filter_by(account_id=worker.account_id).one().ended_at = clock.now()
        db.session.add(
            Posting(account_id=worker.account_id, role="grid_worker", territory_id=city["g2"], started_at=clock.now())
        )
    answered(order, resident)
    assert fresh(order).status == "pooled"


def test_a_worker_of_another_grid_who_was_chosen_gets_it_back(city, resident, manager, at):
    other = a_worker(city["g2"])
    order = an_order(city, resident)
    run(assignment.dispatch, order.number, manager, public_id(other), "他有空")
    run(assignment.sign, order.number, other)
    asked(order, other)
    answered(order, resident)
    assert (fresh(order).status, fresh(order).assignee_id) == ("in_progress", other.account_id)


def test_whoever_is_recused_meanwhile_does_not_get_it_back(order, resident, worker):
    asked(order, worker)
    with writing():
        db.session.add(Recusal(work_order_id=order.id, account_id=worker.account_id, created_at=clock.now()))
    answered(order, resident)
    assert (fresh(order).status, fresh(order).assignee_id) == ("pooled", None)


def test_recalling_leaves_paused_orders_where_they_are(order, worker):
    asked(order, worker)
    before = story(order)
    run(leaving.recall_all, worker.account_id)
    assert story(order) == before
    assert fresh(order).status == "awaiting_resident"


def test_a_pause_within_a_later_round_moves_that_rounds_limits(city, resident, worker, officer, at):
    order = resolved(an_order(city, resident), worker)
    run(rating.rate, order.number, resident, answered=True, solved="no", satisfied="no", comment=None)
    at("03-11 10:00")
    run(follow_up.conclude, order.number, officer, "rework", "没有解决")
    assert spoken(fresh(order).due_at) == "03-16 18:00"
    asked(order, worker)
    at("03-11 15:00")
    run(resuming.resume, order.number, worker, "来电说明")
    row = fresh(order)
    assert (spoken(row.due_at), spoken(timers(order)["due"])) == ("03-17 12:00", "03-17 12:00")


def test_an_appeal_that_waits_has_its_limit_moved_and_no_other_is_begun(city, resident, at):
    above = a_clerk(city["ht"])
    order, due = an_order(city, resident, "ODD"), at("03-12 18:00")
    at("03-10 10:00")
    with writing():
        row = WorkOrder.query.filter_by(id=order.id).one()
        put(row, Kind.APPEAL, row.take(Action.WARN, by=resident), unit_id=city["ht"], due_at=due)
        deadline_timers.start(row.id, row.round, {"appeal": due})
    asked(order, above)
    assert "appeal" not in timers(order)
    at("03-11 10:00")
    answered(order, resident)
    row = fresh(order)
    assert (row.status, spoken(row.step_due_at), row.beside) == ("submitted", "03-13 18:00", "appeal")
    assert spoken(timers(order)["appeal"]) == "03-13 18:00"
    assert "accept" not in timers(order)


def test_with_nobody_who_may_have_it_the_order_waits_for_an_office(city, order, resident, worker):
    company = an_organisation(city, code="property")
    asked(order, worker)
    with writing():
        row = db.session.get(WorkOrder, order.id)
        row.lead_organisation_id = company.id
        custody.let_go(row)
    answered(order, resident)
    row = fresh(order)
    assert (row.status, row.assignee_id) == ("submitted", None)
    assert timers(order)["accept"] == row.step_due_at
