"""Getting an order into somebody's hands: claim · dispatch · sign · refuse · release."""

import pytest

from app import parameters
from app.db import db
from app.errors import Conflict, Invalid, NotAllowed, NotFound, Overtaken
from app.parameters import Parameter
from app.people.actor import SYSTEM
from app.people.models import Role
from app.work_orders import assignment, custody, handling, intake, lists, queries, resolution
from app.work_orders.assignment import REFUSE_REASONS
from app.work_orders.detail import detail
from app.work_orders.workflow import Action, WrongStatus
from tests.factories import (
    a_clerk,
    a_duty_officer,
    a_manager,
    a_person,
    a_resident,
    a_worker,
    an_order,
    an_unplaced_order,
    claimed,
    fresh,
    resolved,
    writing,
)
from tests.work_orders.record import everything, holders, last, public_id, refused, run, story, timers, told, topics

REASON = "请尽快处理"


@pytest.fixture
def cap_of_one(app):
    with writing():
        db.session.add(Parameter(name="open_orders_per_worker", value="1"))
    parameters.forget()


def dispatched(order, manager, worker):
    return run(assignment.dispatch, order.number, manager, public_id(worker), REASON)


def choosable(order, manager):
    with writing():
        found = assignment.candidates(order, manager)
    return {one.account_id: one.why_not for one in found}


# claim


def test_the_winner_has_it_and_the_reporter_is_told(city, worker):
    order = an_order(city)
    claimed(order, worker)
    row = fresh(order)
    assert (row.status, row.assignee_id, row.step_due_at, row.misses) == ("in_progress", worker.account_id, None, 0)
    assert row.responded_at == row.claimed_at is not None
    assert holders(order) == [(worker.account_id, "claim", False)]
    assert topics(order) == ["accepted", "claimed"]


def test_the_winners_second_tap_is_no_event(city, worker):
    order = an_order(city)
    claimed(order, worker)
    before = everything()
    assert claimed(order, worker).number == order.number
    assert everything() == before


def test_others_hear_that_it_is_taken_and_not_by_whom(city, worker, colleague):
    order = an_order(city)
    claimed(order, worker)
    refusal = refused(WrongStatus, assignment.claim, order.number, colleague)
    assert refusal.message == "这件工单已被认领，请看看别的工单。"
    assert worker.public_id not in str(refusal.context)


def test_off_duty_over_the_cap_and_own_reports_are_refused(city, cap_of_one):
    resting, busy = a_worker(city["g1"], on_duty=False), a_worker(city["g1"])
    order, other = an_order(city), an_order(city)
    assert "上岗" in refused(Conflict, assignment.claim, order.number, resting).message
    claimed(other, busy)
    assert "1件" in refused(Conflict, assignment.claim, order.number, busy).message
    refused(NotFound, assignment.claim, an_order(city, busy).number, busy)


def test_what_is_resolved_no_longer_counts_against_the_cap(city, worker, cap_of_one):
    resolved(an_order(city), worker)
    assert claimed(an_order(city), worker).status == "in_progress"


def test_only_workers_of_the_grid_claim(city, manager):
    order = an_order(city)
    refused(NotAllowed, assignment.claim, order.number, manager)
    refused(NotAllowed, assignment.claim, order.number, a_resident())
    refused(NotFound, assignment.claim, order.number, a_worker(city["g2"]))
    refused(NotFound, assignment.claim, order.number, a_worker(city["h1"]))


def test_an_office_besides_does_not_widen_the_pool(city):
    order = an_order(city)
    both = a_person((Role.GRID_WORKER, city["g2"]), (Role.CLERK, city["xnlx"]))
    assert "范围" in refused(NotAllowed, assignment.claim, order.number, both).message


def test_who_has_to_sign_is_told_to_sign_instead(city, manager, worker):
    order = an_order(city)
    dispatched(order, manager, worker)
    assert "签收" in refused(Conflict, assignment.claim, order.number, worker).message


# dispatch


@pytest.mark.parametrize("category", ["NOISE", "ODD"])
def test_a_manager_dispatches_from_the_pool_and_from_what_nobody_accepted(city, manager, worker, category):
    order = an_order(city, category=category)
    dispatched(order, manager, worker)
    row = fresh(order)
    assert (row.status, row.assignee_id) == ("assigned", worker.account_id)
    assert row.due_at is not None
    assert row.accepted_at is not None
    assert {"sign", "due", "contact", "warn_50"} <= set(timers(order))
    line = last(order)
    assert (line.action, line.visible, line.words) == ("dispatch", "act", REASON)
    assert topics(order)[-1] == ("assigned" if category == "NOISE" else "accepted")


def test_dispatching_away_tells_the_former_assignee(city, manager, worker, colleague):
    order = an_order(city)
    claimed(order, worker)
    dispatched(order, manager, colleague)
    assert holders(order) == [(worker.account_id, "claim", True), (colleague.account_id, "dispatch", False)]
    facts = told(order, "assigned")
    assert (facts["assignee_id"], facts["former_id"]) == (colleague.account_id, worker.account_id)
    assert facts["step_due_at"].startswith("2026-03-10T16:00")
    refused(NotAllowed, assignment.sign, order.number, worker)


def test_dispatching_needs_a_reason_somebody_of_the_list_and_the_newest_version(city, manager, worker):
    order = an_order(city)
    assert "reason" in refused(Invalid, assignment.dispatch, order.number, manager, public_id(worker), " ").fields
    stranger = public_id(a_worker(city["h1"]))
    for wrong in (stranger, "nobody", public_id(a_resident())):
        assert "worker" in refused(Invalid, assignment.dispatch, order.number, manager, wrong, REASON).fields
    version = fresh(order).version
    refused(Overtaken, assignment.dispatch, order.number, manager, public_id(worker), REASON, version - 1)
    run(assignment.dispatch, order.number, manager, public_id(worker), REASON, version)


def test_only_a_manager_of_the_place_dispatches(city, worker):
    order = an_order(city)
    refused(NotAllowed, assignment.dispatch, order.number, a_clerk(city["xnlx"]), public_id(worker), REASON)
    refused(NotFound, assignment.dispatch, order.number, a_manager(city["hyx"]), public_id(worker), REASON)
    mixed = a_person((Role.MANAGER, city["hyx"]), (Role.CLERK, city["xnlx"]))
    refused(NotAllowed, assignment.dispatch, order.number, mixed, public_id(worker), REASON)
    for above in ("ht", "cx", "xn"):
        other = an_order(city)
        assert dispatched(other, a_manager(city[above]), worker).assignee_id == worker.account_id


def test_the_list_says_why_somebody_cannot_be_chosen(city, manager, cap_of_one):
    reporter, holder, busy = a_worker(city["g1"]), a_worker(city["g1"]), a_worker(city["g1"])
    resting, ready, neighbour = a_worker(city["g1"], on_duty=False), a_worker(city["g1"]), a_worker(city["g2"])
    order = an_order(city, reporter)
    claimed(order, holder)
    claimed(an_order(city), busy)
    found = choosable(fresh(order), manager)
    assert found == {
        ready.account_id: None,
        neighbour.account_id: None,
        reporter.account_id: "是本件的反映人",
        holder.account_id: "已是承办人",
        busy.account_id: "手上工单已满",
        resting.account_id: "不在岗",
    }
    assert list(found)[:2] == [ready.account_id, neighbour.account_id]
    for wrong in (reporter, holder, busy, resting):
        refused(Conflict, assignment.dispatch, order.number, manager, public_id(wrong), REASON)


def test_the_least_busy_of_the_own_grid_stands_first(city, manager):
    busy, free = a_worker(city["g1"]), a_worker(city["g1"])
    claimed(an_order(city), busy)
    assert list(choosable(an_order(city), manager)) == [free.account_id, busy.account_id]


def test_where_a_community_has_no_workers_a_wider_manager_draws_from_the_next_place(city):
    worker = a_worker(city["g1"])
    order = an_order(city, compound=city.far_compound)
    assert choosable(order, a_manager(city["hyx"])) == {}
    assert choosable(order, a_manager(city["ht"])) == {worker.account_id: None}


def test_what_has_no_place_can_go_to_any_worker_of_the_managers_own_part(city):
    near, _far = a_worker(city["g1"]), a_manager(city["cz"])
    manager = a_manager(city["cx"])
    order = an_unplaced_order(city)
    assert choosable(order, manager) == {near.account_id: None}
    dispatched(order, manager, near)
    assert run(assignment.sign, order.number, near).status == "in_progress"


def test_who_refused_for_a_conflict_of_interest_cannot_be_chosen_again(city, manager, worker, colleague):
    order = an_order(city)
    dispatched(order, manager, worker)
    run(assignment.refuse, order.number, worker, "conflict_of_interest", "")
    assert choosable(order, manager)[worker.account_id] == "与本件有利害关系"
    assert choosable(order, manager)[colleague.account_id] is None


# sign, refuse


def test_signing_meets_the_sign_limit(city, manager, worker, at):
    order = an_order(city)
    dispatched(order, manager, worker)
    moment = at("03-10 11:00")
    run(assignment.sign, order.number, worker)
    row = fresh(order)
    assert (row.status, row.responded_at, row.step_due_at, row.misses) == ("in_progress", moment, None, 0)
    assert topics(order)[-1] == "signed"
    refused(WrongStatus, assignment.sign, order.number, worker)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.DUTY_OFFICER, Role.CLERK, Role.UNIT_WORKER])
def test_whoever_is_put_in_charge_can_see_sign_and_settle_it_without_a_grid(city, role):
    order, holder, everywhere = an_order(city), a_person((role, city["xnlx"])), a_manager(city["xn"])
    with writing():
        found = queries.find(order.number, everywhere)
        assignment.assign(found, holder.account_id, Action.ASSIGN, SYSTEM)
    assert {"sign", "refuse"} <= set(detail(order.number, holder).actions)
    run(assignment.sign, order.number, holder)
    assert [row.number for row in lists.mine(holder, False, None, 10)] == [order.number]
    run(handling.contact, order.number, holder, "call", "")
    run(resolution.resolve, order.number, holder, "solved", "已经处理好了", [])
    assert fresh(order).status == "resolved"


@pytest.mark.parametrize("reason", sorted(REFUSE_REASONS))
def test_refusing_gives_it_back_to_the_pool_with_the_reason(city, manager, worker, reason):
    order = an_order(city)
    dispatched(order, manager, worker)
    run(assignment.refuse, order.number, worker, reason, "我是当事人的亲戚")
    row, line = fresh(order), last(order)
    assert (row.status, row.assignee_id) == ("pooled", None)
    assert (line.facts, line.words, line.visible) == (
        {"reason": reason, "reason_name": REFUSE_REASONS[reason]}, "我是当事人的亲戚", "internal",
    )  # fmt: skip
    assert told(order, "refused")["reason"] == REFUSE_REASONS[reason]
    assert timers(order)["claim"] == row.step_due_at


def test_refusing_needs_a_known_reason_and_comes_before_signing(city, manager, worker):
    order = an_order(city)
    dispatched(order, manager, worker)
    assert "reason" in refused(Invalid, assignment.refuse, order.number, worker, "tired", "").fields
    run(assignment.sign, order.number, worker)
    refused(WrongStatus, assignment.refuse, order.number, worker, "off_duty", "")


def test_refusing_an_emergency_calls_the_next_on_the_ladder_and_the_last_must_sign(city, worker):
    officer, above = a_duty_officer(city["xnlx"]), a_manager(city["cx"])
    order = an_order(city, category="LIFT")
    run(assignment.refuse, order.number, worker, "off_duty", "")
    row = fresh(order)
    assert (row.status, row.assignee_id, row.misses) == ("assigned", officer.account_id, 1)
    assert topics(order)[-2:] == ["ladder", "refused"]
    assert told(order, "ladder").get("former_id") is None
    run(assignment.refuse, order.number, officer, "overloaded", "")
    assert fresh(order).assignee_id == above.account_id
    assert "最后一位" in refused(Conflict, assignment.refuse, order.number, above, "off_duty", "").message
    run(assignment.sign, order.number, above)
    refused(WrongStatus, assignment.refuse, order.number, above, "off_duty", "")


def test_a_dispatch_of_an_emergency_begins_a_new_climb(city, worker, colleague):
    duty, manager = a_duty_officer(city["ht"]), a_manager(city["xnlx"])
    order = an_order(city, category="LIFT")
    run(assignment.refuse, order.number, worker, "off_duty", "")
    assert fresh(order).assignee_id == manager.account_id
    dispatched(order, manager, colleague)
    row = fresh(order)
    assert (row.assignee_id, row.misses) == (colleague.account_id, 0)
    run(assignment.refuse, order.number, colleague, "off_duty", "")
    assert fresh(order).assignee_id == manager.account_id
    assert duty.account_id != manager.account_id


# release


def test_releasing_tells_the_pool_and_the_reporter(city, worker):
    order = an_order(city)
    claimed(order, worker)
    run(assignment.release, order.number, worker, "需要电工")
    row = fresh(order)
    assert (row.status, row.assignee_id) == ("pooled", None)
    assert (topics(order)[-1], last(order).words) == ("released", "需要电工")
    assert holders(order) == [(worker.account_id, "claim", True)]


def test_each_person_releases_once_and_an_order_twice(city, worker, colleague):
    third = a_worker(city["g1"])
    order = an_order(city)
    assert "reason" in refused(Invalid, assignment.release, claimed(order, worker).number, worker, "").fields
    run(assignment.release, order.number, worker, "需要电工")
    claimed(order, worker)
    assert "您已退回过一次" in refused(Conflict, assignment.release, order.number, worker, "再退").message
    manager = a_manager(city["xnlx"])
    dispatched(order, manager, colleague)
    run(assignment.sign, order.number, colleague)
    run(assignment.release, order.number, colleague, "需要电工")
    claimed(order, third)
    assert "两次" in refused(Conflict, assignment.release, order.number, third, "需要电工").message


@pytest.mark.parametrize(("moment", "may"), [("03-16 09:00", True), ("03-16 14:29", True), ("03-16 14:30", False)])
def test_half_of_the_time_is_taken_in_working_days_and_not_by_the_clock(city, worker, at, moment, may):
    """Seven working days from Tuesday: half of them have passed on Monday at 14:30, by the clock on Sunday at two."""
    order = an_order(city)
    claimed(order, worker)
    at(moment)
    if may:
        run(assignment.release, order.number, worker, "需要电工")
        assert fresh(order).status == "pooled"
    else:
        assert "过半" in refused(Conflict, assignment.release, order.number, worker, "需要电工").message


def test_an_emergency_is_not_released_into_the_pool(city, worker):
    order = an_order(city, category="LIFT")
    run(assignment.sign, order.number, worker)
    assert "紧急" in refused(Conflict, assignment.release, order.number, worker, "做不了").message


def test_only_the_assignee_signs_refuses_and_releases(city, manager, worker, colleague):
    order = an_order(city)
    dispatched(order, manager, worker)
    for act, values in ((assignment.sign, ()), (assignment.refuse, ("off_duty", "")), (assignment.release, ("x",))):
        refused(NotAllowed, act, order.number, colleague, *values)
        refused(NotFound, act, order.number, a_resident(), *values)


def test_a_withdrawn_order_goes_to_nobody(city, resident, worker, manager):
    order = an_order(city, resident)
    run(intake.withdraw, order.number, resident, "好了")
    for act, values in (
        (assignment.claim, (worker,)),
        (assignment.dispatch, (manager, public_id(worker), REASON)),
    ):
        refused(WrongStatus, act, order.number, *values)
    assert story(order)[-1] == "withdraw"
    assert custody.cap() == 20
