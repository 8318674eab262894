"""Handing an order to a colleague: offered, accepted, declined, taken back, or left unanswered."""

import pytest

from app import parameters
from app.db import db, end_reading
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.parameters import Parameter
from app.people import duty, sign_in
from app.people.models import Account
from app.work_orders import assignment, handling, intake, lists, queries, resolution, transfer
from app.work_orders.detail import detail
from app.work_orders.workflow import WrongStatus
from tests.factories import (
    a_clerk,
    a_manager,
    a_resident,
    a_worker,
    act,
    an_order,
    an_unplaced_order,
    claimed,
    fresh,
    writing,
)
from tests.work_orders.record import (
    everything,
    holders,
    last,
    owed,
    public_id,
    refused,
    run,
    story,
    sweep,
    told,
    topics,
)

NOTE = "已联系住户，约好明天上门"


@pytest.fixture
def order(city, resident, worker):
    return claimed(an_order(city, resident), worker)


def offered(order, actor, target, note=NOTE):
    return run(transfer.offer, order.number, actor, public_id(target), note)


def choosable(order, actor):
    found = run(transfer.colleagues, order.number, actor)
    return {one.account_id: one.why_not for one in found}


def test_an_offer_leaves_it_with_its_assignee_and_tells_the_colleague(order, worker, colleague):
    before = fresh(order)
    offered(order, worker, colleague)
    row, line = fresh(order), last(order)
    assert (row.status, row.assignee_id, row.due_at) == ("in_progress", worker.account_id, before.due_at)
    assert (line.action, line.visible, line.words) == ("transfer", "internal", NOTE)
    facts = told(order, "transfer_offered")
    assert facts["target_id"] == colleague.account_id
    assert NOTE not in str(facts)
    assert {"transfer", "take_back_transfer"} & set(detail(order.number, worker).actions) == {"take_back_transfer"}


def test_who_accepts_has_it_from_then_on_and_time_goes_on(order, resident, worker, colleague, later):
    offered(order, worker, colleague)
    due_at = fresh(order).due_at
    later(minutes=30)
    run(transfer.accept, order.number, colleague)
    row = fresh(order)
    assert (row.status, row.assignee_id, row.offered_to_id, row.beside) == (
        "in_progress",
        colleague.account_id,
        None,
        "",
    )
    assert row.due_at == due_at
    assert holders(order) == [(worker.account_id, "claim", True), (colleague.account_id, "transfer", False)]
    assert told(order, "transferred")["former_id"] == worker.account_id
    assert [line.action for line in detail(order.number, resident, as_reporter=True).lines][-1] == "accept_transfer"
    refused(NotAllowed, resolution.resolve, order.number, worker, "solved", "已经处理好了", [])
    run(handling.note, order.number, colleague, "接手了", visible_to_resident=False)


def test_a_declined_offer_changes_nothing_but_the_record_and_both_who_wait_hear(order, worker, manager, colleague):
    offered(order, manager, colleague)
    assert "note" in refused(Invalid, transfer.decline, order.number, colleague, " ").fields
    run(transfer.decline, order.number, colleague, "我明天休假")
    assert (fresh(order).assignee_id, fresh(order).beside) == (worker.account_id, "")
    assert (last(order).words, last(order).visible) == ("我明天休假", "internal")
    facts = told(order, "transfer_declined")
    assert (facts["assignee_id"], facts["waiting_id"]) == (worker.account_id, manager.account_id)
    offered(order, worker, colleague)


def test_an_offer_can_be_taken_back_by_the_assignee_and_by_a_manager(order, worker, manager, colleague):
    for actor in (worker, manager):
        offered(order, worker, colleague)
        run(transfer.take_back, order.number, actor)
        assert told(order, "transfer_taken_back")["target_id"] == colleague.account_id
        assert fresh(order).offered_to_id is None
    assert "没有待答复" in refused(Conflict, transfer.take_back, order.number, worker).message
    assert "没有待答复" in refused(Conflict, transfer.accept, order.number, colleague).message


def test_two_working_hours_without_an_answer_end_the_offer_and_both_are_told(order, worker, colleague, at):
    offered(order, worker, colleague)
    at("03-10 11:59")
    sweep()
    assert fresh(order).offered_to_id == colleague.account_id
    at("03-10 12:00")
    sweep()
    row = fresh(order)
    assert (row.offered_to_id, row.assignee_id, row.status) == (None, worker.account_id, "in_progress")
    assert last(order).action == "expire"
    facts = told(order, "lapsed")
    assert (facts["waiting_id"], facts["asked_id"]) == (worker.account_id, colleague.account_id)
    assert facts["kind_name"] == "转办"
    assert "转办逾期未答复" in detail(order.number, worker).lines[-1].text
    refused(Conflict, transfer.accept, order.number, colleague)


def test_the_limit_of_an_offer_that_was_answered_does_nothing_to_the_next_one(order, worker, colleague, later, at):
    offered(order, worker, colleague)
    later(minutes=30)
    run(transfer.decline, order.number, colleague, "走不开")
    offered(order, worker, colleague)
    at("03-10 12:00")
    sweep()
    assert fresh(order).offered_to_id == colleague.account_id


def test_the_limit_is_a_setting(order, worker, colleague, at):
    with writing():
        db.session.add(Parameter(name="limit.transfer", value="15 clock_minutes"))
    parameters.forget()
    offered(order, worker, colleague)
    at("03-10 10:15")
    sweep()
    assert story(order)[-1] == "expire"


def test_the_colleague_sees_it_while_it_is_offered_and_no_longer_afterwards(city, order, worker):
    elsewhere = a_worker(city["g2"], name="陈芳")
    with pytest.raises(NotFound):
        detail(order.number, elsewhere)
    offered(order, worker, elsewhere)
    assert {"accept_transfer", "decline_transfer"} == set(detail(order.number, elsewhere).actions)
    assert [(row.number, bool(row.is_offered)) for row in lists.mine(elsewhere, False, None, 9)] == [
        (order.number, True)
    ]
    assert [bool(row.is_offered) for row in lists.mine(worker, False, None, 9)] == [False]
    end_reading()
    run(transfer.decline, order.number, elsewhere, "不熟悉")
    with pytest.raises(NotFound):
        detail(order.number, elsewhere)
    assert list(lists.mine(elsewhere, False, None, 9)) == []
    assert "没有找到" in refused(NotFound, transfer.accept, order.number, elsewhere).message


def test_a_colleague_of_another_grid_who_accepts_can_settle_it(city, order, worker):
    elsewhere = a_worker(city["g2"], name="陈芳")
    offered(order, worker, elsewhere)
    run(transfer.accept, order.number, elsewhere)
    run(resolution.resolve, order.number, elsewhere, "solved", "已经处理好了", [])
    refused(NotFound, queries.find, order.number, a_worker(city["g2"]))


def test_only_its_assignee_or_a_manager_offers_it(city, order, worker, colleague, clerk):
    for other in (colleague, clerk):
        assert (
            "承办人或当地的管理员"
            in refused(NotAllowed, transfer.offer, order.number, other, public_id(colleague), NOTE).message
        )
        refused(NotAllowed, transfer.colleagues, order.number, other)
    refused(NotFound, transfer.offer, order.number, a_manager(city["hyx"]), public_id(colleague), NOTE)
    refused(NotAllowed, transfer.offer, order.number, a_resident(), public_id(colleague), NOTE)


def test_the_list_says_why_somebody_cannot_be_chosen(city, order, worker, colleague, manager):
    resting, busy = a_worker(city["g1"], on_duty=False), a_worker(city["g2"])
    with writing():
        db.session.add(Parameter(name="open_orders_per_worker", value="1"))
    parameters.forget()
    claimed(an_order(city), colleague)
    gone = a_worker(city["g1"])
    with writing():
        sign_in.deactivate(db.session.get(Account, gone.account_id), manager)
    far = a_worker(city["h1"])
    found = choosable(order, worker)
    assert found == {
        worker.account_id: "已是承办人",
        resting.account_id: "不在岗",
        busy.account_id: None,
        colleague.account_id: "手上工单已满",
    }
    for wrong, kind in (
        (worker, Conflict),
        (resting, Conflict),
        (colleague, Conflict),
        (gone, Invalid),
        (far, Invalid),
    ):
        refused(kind, transfer.offer, order.number, worker, public_id(wrong), NOTE)


def test_whoever_reported_it_is_never_a_target(city, worker):
    both = a_worker(city["g1"])
    order = claimed(an_order(city, both), worker)
    assert choosable(order, worker)[both.account_id] == "是本件的反映人"
    refused(Conflict, transfer.offer, order.number, worker, public_id(both), NOTE)


def test_who_turned_it_down_for_a_conflict_of_interest_is_never_a_target(city, worker, manager, colleague):
    order = an_order(city)
    run(assignment.dispatch, order.number, manager, public_id(colleague), "请办理")
    run(assignment.refuse, order.number, colleague, "conflict_of_interest", "")
    claimed(order, worker)
    assert choosable(order, worker)[colleague.account_id] == "与本件有利害关系"


def test_a_handover_note_and_somebody_of_the_list_are_needed(order, worker, colleague):
    assert "note" in refused(Invalid, transfer.offer, order.number, worker, public_id(colleague), " ").fields
    assert "worker_id" in refused(Invalid, transfer.offer, order.number, worker, "nobody", NOTE).fields


def test_a_second_offer_waits_until_the_first_is_answered(city, order, worker, colleague, manager):
    offered(order, worker, colleague)
    third = a_worker(city["g1"])
    for actor in (worker, manager):
        assert "先撤销" in refused(Conflict, transfer.offer, order.number, actor, public_id(third), NOTE).message


def test_after_two_accepted_transfers_a_manager_must_help(city, order, worker, colleague):
    for giver, taker in ((worker, colleague), (colleague, worker)):
        offered(order, giver, taker)
        run(transfer.accept, order.number, taker)
    assert "改派" in refused(Conflict, transfer.offer, order.number, worker, public_id(colleague), NOTE).message


def test_who_is_off_duty_or_full_by_now_cannot_accept(city, order, worker, colleague):
    offered(order, worker, colleague)
    run(duty.say, colleague, False)
    assert "不在岗" in refused(Conflict, transfer.accept, order.number, act(colleague.account_id)).message
    run(duty.say, colleague, True)
    with writing():
        db.session.add(Parameter(name="open_orders_per_worker", value="1"))
    parameters.forget()
    claimed(an_order(city), act(colleague.account_id))
    assert "已满" in refused(Conflict, transfer.accept, order.number, act(colleague.account_id)).message
    assert fresh(order).offered_to_id == colleague.account_id


def test_only_whoever_it_is_offered_to_answers(city, order, worker, colleague):
    third = a_worker(city["g1"])
    offered(order, worker, colleague)
    for answer in (lambda: transfer.accept(order.number, third), lambda: transfer.decline(order.number, third, "不")):
        assert "另一位同事" in refused(NotAllowed, answer).message


def test_when_the_order_moves_on_the_offer_lapses_and_both_are_told(order, resident, worker, colleague, manager):
    offered(order, worker, colleague)
    run(assignment.dispatch, order.number, manager, public_id(colleague), "直接派给他")
    assert "lapsed" in topics(order)
    assert (fresh(order).offered_to_id, fresh(order).beside) == (None, "")
    refused(Conflict, transfer.accept, order.number, colleague)


def test_a_withdrawn_order_cannot_be_accepted_any_more(order, resident, worker, colleague):
    offered(order, worker, colleague)
    run(intake.withdraw, order.number, resident, "好了")
    before = everything()
    refused(Conflict, transfer.accept, order.number, colleague)
    assert everything() == before


@pytest.mark.parametrize("status", ["pooled", "resolved"])
def test_what_nobody_works_on_cannot_be_transferred(city, worker, colleague, manager, status):
    order = an_order(city)
    if status == "resolved":
        claimed(order, worker)
        run(resolution.resolve, order.number, worker, "solved", "已经处理好了", [])
    refused(WrongStatus, transfer.offer, order.number, manager, public_id(colleague), NOTE)


def test_a_clerk_who_was_put_in_charge_hands_it_to_a_worker_of_the_same_district(city):
    clerk, worker = a_clerk(city["cx"]), a_worker(city["g1"])
    order = an_unplaced_order(city)
    assert fresh(order).assignee_id == clerk.account_id
    run(assignment.sign, order.number, clerk)
    offered(order, clerk, worker)
    run(transfer.accept, order.number, worker)
    assert fresh(order).assignee_id == worker.account_id


def test_nothing_of_the_note_or_of_names_is_owed(order, worker, colleague):
    offered(order, worker, colleague)
    assert not any(NOTE in str(facts) or "韩玉兰" in str(facts) for _, facts in owed(order))
