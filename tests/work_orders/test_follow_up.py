"""回访: taken up by an officer who never held the order; it passes or goes back as rework 返工."""

import pytest
from sqlalchemy import select

from app import clock
from app.db import db
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.people.models import Posting, Role
from app.work_orders import assignment, catalogue, follow_up, handling, rating, resolution
from app.work_orders.catalogue import Category
from app.work_orders.detail import detail
from app.work_orders.kin import splitting
from app.work_orders.kin.splitting import Part
from app.work_orders.models import WorkOrder
from tests.factories import (
    a_duty_officer,
    a_manager,
    a_person,
    a_worker,
    an_officer,
    an_order,
    claimed,
    fresh,
    resolved,
    writing,
)
from tests.work_orders.record import events, follow_ups, holders, last, refused, run, story, timers, told, topics

NO = {"answered": True, "solved": "no", "satisfied": "no", "comment": None}


def unhappy(order, resident, worker):
    """Resolved, and the resident says no."""
    resolve(order, worker)
    run(rating.rate, order.number, resident, **NO)
    return order


def resolve(order, worker):
    with writing():
        handling.contact(order.number, worker, "call", "")
        resolution.resolve(order.number, worker, "solved", "已经沟通", [])


@pytest.fixture
def order(city, resident, worker):
    return unhappy(claimed(an_order(city, resident), worker), resident, worker)


def spoken(moment):
    return f"{clock.local(moment):%m-%d %H:%M}"


def rework(order, officer, words="灯又坏了"):
    return run(follow_up.conclude, order.number, officer, "rework", words)


def test_it_is_owed_by_the_community_within_two_working_days(city, order):
    (owed,) = follow_ups(order)
    assert (owed.territory_id, spoken(owed.due_at), owed.attempts) == (city["xnlx"], "03-12 18:00", 0)
    due = timers(order)
    assert (spoken(due["follow_up"]), spoken(due["follow_up_end"])) == ("03-12 18:00", "03-24 18:00")
    assert told(order, "follow_up_owed")["territory_id"] == city["xnlx"]


def test_an_attempt_that_reached_nobody_is_noted(order, officer):
    for tries in (1, 2):
        run(follow_up.attempt, order.number, officer, "无人接听")
        assert follow_ups(order)[0].attempts == tries
    assert (last(order).facts, last(order).words, last(order).visible) == ({"step": "attempt"}, "无人接听", "internal")
    assert fresh(order).status == "resolved"


def test_passing_closes_the_order(order, officer, resident):
    run(follow_up.conclude, order.number, officer, "passed", "居民说已经解决")
    (owed,) = follow_ups(order)
    assert (owed.outcome, owed.officer_id, owed.ended_at is None) == ("passed", officer.account_id, False)
    assert (fresh(order).status, fresh(order).outcome) == ("closed", "followed_up")
    assert story(order)[-2:] == ["follow_up", "close"]
    assert topics(order)[-1] == "closed"
    assert "没有待回访" in refused(Conflict, follow_up.attempt, order.number, officer, "再打").message


def test_the_first_rework_goes_back_to_whoever_resolved_it_with_half_of_the_span(order, officer, worker, at):
    at("03-11 10:00")
    rework(order, officer)
    row = fresh(order)
    assert (row.status, row.round, row.assignee_id) == ("in_progress", 2, worker.account_id)
    # Half of seven working days is three and a half, of which three are the most.
    assert (spoken(row.due_at), spoken(row.contact_due_at)) == ("03-16 18:00", "03-12 18:00")
    assert spoken(row.original_due_at) == "03-19 18:00"
    assert (row.resolved_at, row.contacted_at, row.result, row.overdue_at) == (None, None, None, None)
    assert holders(order) == [(worker.account_id, "claim", True), (worker.account_id, "rework", False)]
    assert (last(order).action, last(order).words, last(order).round) == ("rework", "灯又坏了", 2)
    assert topics(order)[-1] == "rework"
    assert {"warn_50", "warn_80", "due"} <= set(timers(order))


def test_half_of_a_short_span_is_counted_in_its_own_unit(city, resident, worker, officer, at):
    order = claimed(an_order(city, resident, "LIGHT"), worker)
    with writing():
        db.session.get(Category, "LIGHT").photo_required = False
    catalogue.forget()
    unhappy(order, resident, worker)
    at("03-11 10:00")
    rework(order, officer)
    # One and a half working days, of which Wednesday is not counted.
    assert spoken(fresh(order).due_at) == "03-13 14:30"
    assert spoken(fresh(order).contact_due_at) == "03-12 18:00"


def test_the_second_rework_goes_to_the_pool(order, officer, worker, resident, colleague):
    rework(order, officer)
    unhappy(order, resident, worker)
    rework(order, officer)
    row = fresh(order)
    assert (row.status, row.round, row.assignee_id) == ("pooled", 3, None)
    assert row.step_due_at == timers(order)["claim"]
    claimed(order, colleague)
    unhappy(order, resident, colleague)
    assert [one.round for one in follow_ups(order)] == [1, 2, 3]


def left_the_post(worker):
    with writing():
        db.session.query(Posting).filter_by(account_id=worker.account_id).update({"ended_at": clock.now()})


def moved_away(worker, city):
    left_the_post(worker)
    with writing():
        db.session.add(
            Posting(
                account_id=worker.account_id,
                role=Role.GRID_WORKER.value,
                territory_id=city["h1"],
                started_at=clock.now(),
            )
        )


@pytest.mark.parametrize("gone", ["left", "moved"])
def test_when_who_resolved_it_is_gone_the_rework_goes_to_the_pool(city, order, officer, worker, gone):
    left_the_post(worker) if gone == "left" else moved_away(worker, city)
    rework(order, officer)
    assert (fresh(order).status, fresh(order).assignee_id) == ("pooled", None)


def test_an_urgent_rework_never_goes_to_the_pool(city, resident, worker, officer):
    duty = a_duty_officer(city["xnlx"])
    order = an_order(city, resident, "LIFT")
    run(assignment.sign, order.number, worker)
    unhappy(order, resident, worker)
    rework(order, officer)
    row = fresh(order)
    assert (row.status, row.assignee_id) == ("in_progress", worker.account_id)
    assert (row.due_at - clock.now()).total_seconds() == 12 * 3600
    assert (row.contact_due_at - clock.now()).total_seconds() == 30 * 60
    unhappy(order, resident, worker)
    rework(order, officer)
    row = fresh(order)
    assert (row.status, row.assignee_id, row.misses) == ("assigned", duty.account_id, 1)
    assert (row.step_due_at - clock.now()).total_seconds() == 5 * 60
    assert topics(order)[-2:] == ["ladder", "rework"]


def test_an_urgent_rework_that_nobody_can_take_is_refused_whole(city, resident, worker, officer):
    order = an_order(city, resident, "LIFT")
    run(assignment.sign, order.number, worker)
    unhappy(order, resident, worker)
    left_the_post(worker)
    assert "值班链" in refused(Conflict, follow_up.conclude, order.number, officer, "rework", "又坏了").message


def test_a_closed_order_is_reworked_too(city, order, officer, resident, worker):
    run(follow_up.conclude, order.number, officer, "passed", "已解决")
    with writing():
        found = follow_up.queries.find(order.number, officer)
        follow_up.open_for(found, "drawn")
    rework(order, officer)
    row = fresh(order)
    assert (row.status, row.round, row.closed_at, row.outcome) == ("in_progress", 2, None, None)


def test_who_held_it_even_once_may_not_follow_it_up(city, resident, worker):
    both = a_person((Role.FOLLOW_UP_OFFICER, city["xnlx"]), (Role.GRID_WORKER, city["g1"]))
    order = claimed(an_order(city, resident), both)
    run(assignment.release, order.number, both, "需要别人办")
    unhappy(claimed(order, worker), resident, worker)
    assert "承办过" in refused(NotAllowed, follow_up.conclude, order.number, both, "passed", "好了").message


def test_who_reported_it_may_not_follow_it_up(city, worker, officer):
    order = unhappy(claimed(an_order(city, officer), worker), officer, worker)
    refused(NotFound, follow_up.conclude, order.number, officer, "passed", "我很满意")


@pytest.mark.parametrize(("place", "may"), [("ht", True), ("cx", True), ("xn", True), ("hyx", False), ("cz", False)])
def test_an_officer_at_or_above_the_community_takes_it_up(city, order, place, may):
    other = an_officer(city[place])
    if may:
        run(follow_up.conclude, order.number, other, "passed", "已解决")
    else:
        refused(NotFound, follow_up.conclude, order.number, other, "passed", "已解决")


def test_other_roles_do_not_follow_up(city, order, manager):
    refused(NotAllowed, follow_up.conclude, order.number, manager, "passed", "已解决")
    mixed = a_person((Role.MANAGER, city["xnlx"]), (Role.FOLLOW_UP_OFFICER, city["hyx"]))
    refused(NotAllowed, follow_up.attempt, order.number, mixed, "无人接听")


def test_an_outcome_of_the_two_and_words_are_needed(order, officer):
    assert "outcome" in refused(Invalid, follow_up.conclude, order.number, officer, "maybe", "好").fields
    assert "note" in refused(Invalid, follow_up.conclude, order.number, officer, "rework", " ").fields
    assert "note" in refused(Invalid, follow_up.attempt, order.number, officer, "").fields


def test_without_a_follow_up_owed_there_is_nothing_to_conclude(city, worker, officer):
    order = resolved(an_order(city), worker)
    refused(Conflict, follow_up.conclude, order.number, officer, "passed", "已解决")


def test_every_step_of_a_follow_up_reads_as_a_sentence(city, order, officer):
    run(follow_up.attempt, order.number, officer, "无人接听")
    rework(order, officer)
    texts = [line.text for line in detail(order.number, a_manager(city["xnlx"])).lines if line.action == "follow_up"]
    assert texts == ["居民评价未解决或不满意，需要回访", "未联系上：无人接听", "回访未通过，转返工：灯又坏了"]
    assert [event.facts["step"] for event in events(order) if event.action == "follow_up"] == [
        "owed", "attempt", "concluded",
    ]  # fmt: skip


def test_a_worker_of_the_pool_can_take_what_came_back(city, order, officer, worker, resident):
    rework(order, officer)
    unhappy(order, resident, worker)
    rework(order, officer)
    newcomer = a_worker(city["g1"])
    assert claimed(order, newcomer).assignee_id == newcomer.account_id


def test_whoever_held_a_part_of_it_neither_finds_it_on_the_worklist_nor_takes_it_up(city, resident, worker, manager):
    order = claimed(an_order(city, resident), worker)
    both = a_person((Role.GRID_WORKER, city["g1"]), (Role.FOLLOW_UP_OFFICER, city["xnlx"]))
    run(splitting.split, order.number, manager, [Part("NOISE", "夜里施工的噪声")], "分开办")
    part = db.session.scalars(select(WorkOrder).where(WorkOrder.parent_id == order.id)).one()
    resolve(claimed(part, both), both)
    unhappy(order, resident, worker)
    others = follow_up.worklist(an_officer(city["xnlx"]))
    assert ([row.number for row in others], follow_up.worklist(both)) == ([order.number], [])
    refused(NotAllowed, follow_up.attempt, order.number, both, "没人接")
