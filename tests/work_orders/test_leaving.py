"""When somebody leaves, what they had goes to others; when a staff account becomes a phone's account, it follows."""

import pytest
from sqlalchemy import select

from app import clock
from app.db import db, end_reading
from app.errors import NotFound
from app.notifications.models import Outbox
from app.people import accounts, duty, sign_in, staffing
from app.people.models import Account, AccountState, Role
from app.people.staffing import Post
from app.work_orders import assignment, follow_up, leaving, rating, recusal, resolution, transfer
from tests.factories import (
    a_duty_officer,
    a_manager,
    a_resident,
    a_worker,
    act,
    an_order,
    claimed,
    fresh,
    resolved,
    writing,
)
from tests.work_orders.record import holders, last, public_id, refused, run, timers, topics

PHONE = "13900000017"


def deactivate(person, by):
    with writing():
        sign_in.deactivate(db.session.get(Account, person.account_id), by)


def test_the_orders_of_a_deactivated_account_go_back_to_the_pool(city, worker, manager):
    in_hand, to_sign = claimed(an_order(city), worker), an_order(city)
    run(assignment.dispatch, to_sign.number, manager, public_id(worker), "请办理")
    deactivate(worker, manager)
    for order, topic in ((in_hand, "released"), (to_sign, "returned_to_pool")):
        row = fresh(order)
        assert (row.status, row.assignee_id) == ("pooled", None)
        assert (last(order).action, last(order).actor_id) == ("recall", None)
        assert topics(order)[-1] == topic
        assert timers(order)["claim"] == row.step_due_at
        assert all(ended for _, _, ended in holders(order))


def test_what_is_urgent_goes_to_the_next_on_the_ladder(city, worker, manager):
    officer = a_duty_officer(city["xnlx"])
    order = an_order(city, category="LIFT")
    run(assignment.sign, order.number, worker)
    deactivate(worker, manager)
    row = fresh(order)
    assert (row.status, row.assignee_id) == ("assigned", officer.account_id)
    assert topics(order)[-1] == "ladder"


def test_what_somebody_took_while_they_left_is_taken_back_later(city, worker, manager):
    kept, stray = claimed(an_order(city), a_worker(city["g1"])), an_order(city)
    with writing():
        account = db.session.get(Account, worker.account_id)
        account.state = AccountState.DEACTIVATED
    claimed(stray, worker)
    assert run(leaving.recall_strays, clock.now()) == 1
    assert (fresh(stray).status, fresh(kept).status) == ("pooled", "in_progress")
    assert last(stray).action == "recall"
    assert run(leaving.recall_strays, clock.now()) == 0


def test_what_is_urgent_stays_when_nobody_else_is_posted_at_all(city, worker):
    order = an_order(city, category="LIFT")
    run(leaving.recall_all, worker.account_id)
    assert fresh(order).assignee_id == worker.account_id


def test_what_was_resolved_stays_with_who_resolved_it(city, worker, manager):
    order = resolved(an_order(city), worker)
    deactivate(worker, manager)
    assert (fresh(order).status, fresh(order).assignee_id) == ("resolved", worker.account_id)


@pytest.fixture
def staff(city):
    """A worker who has a staff account and no phone of the house yet."""
    with writing():
        account, _ = staffing.add_staff("马福全", PHONE, [Post(Role.GRID_WORKER, "g1")])
        account_id = account.id
    run(duty.say, act(account_id), True)
    return act(account_id)


def test_an_offer_to_a_deactivated_account_ends_and_its_assignee_is_told(city, worker, colleague, manager):
    order = claimed(an_order(city), worker)
    run(transfer.offer, order.number, worker, public_id(colleague), "请接手")
    deactivate(colleague, manager)
    row = fresh(order)
    assert (row.offered_to_id, row.beside, row.assignee_id) == (None, "", worker.account_id)
    assert topics(order)[-1] == "lapsed"


def test_what_is_offered_to_a_staff_account_and_what_concerns_it_follow_to_the_phone(city, worker, staff, manager):
    offered, concerning = claimed(an_order(city), worker), an_order(city)
    run(transfer.offer, offered.number, worker, public_id(staff), "请接手")
    run(recusal.recuse, concerning.number, manager, public_id(staff), "投诉的就是他")
    phone = a_resident()
    run(accounts.bind_phone, phone, PHONE)
    person = act(phone.account_id)
    run(duty.say, person, True)
    person = act(phone.account_id)
    refused(NotFound, assignment.claim, concerning.number, person)
    assert run(transfer.accept, offered.number, person).assignee_id == phone.account_id


def test_linking_a_phone_takes_the_orders_along_and_tells_the_manager(city, staff):
    order, done = claimed(an_order(city), staff), resolved(an_order(city), staff)
    phone = a_resident()
    run(accounts.bind_phone, phone, PHONE)
    assert {fresh(one).assignee_id for one in (order, done)} == {phone.account_id}
    assert holders(order) == [(phone.account_id, "claim", False)]
    run(resolution.resolve, order.number, act(phone.account_id), "solved", "已经处理", [])
    facts = db.session.scalar(select(Outbox.facts).where(Outbox.topic == "staff_linked"))
    end_reading()
    assert facts["community_id"] == city["xnlx"]


def test_after_linking_nobody_follows_up_what_they_held_before(city, staff, resident):
    order = resolved(an_order(city, resident), staff)
    run(rating.rate, order.number, resident, answered=True, solved="no", satisfied="no", comment=None)
    with writing():
        staffing.add_staff("马福全", PHONE, [Post(Role.FOLLOW_UP_OFFICER, "xnlx")])
    phone = a_resident()
    run(accounts.bind_phone, phone, PHONE)
    person = act(phone.account_id)
    assert list(follow_up.worklist(person)) == []
    end_reading()


def test_after_linking_nobody_keeps_what_they_reported_themselves(city, staff):
    phone = a_resident()
    order = claimed(an_order(city, phone), staff)
    run(accounts.bind_phone, phone, PHONE)
    assert (fresh(order).status, fresh(order).assignee_id) == ("pooled", None)


def test_a_colleague_takes_over_what_was_recalled(city, worker, manager):
    order = claimed(an_order(city), worker)
    deactivate(worker, manager)
    assert claimed(order, a_worker(city["g1"])).status == "in_progress"
    assert a_manager(city["ht"]).roles == {Role.MANAGER}
