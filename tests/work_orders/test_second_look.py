"""审核退回: what was settled without evidence goes back in the same round, for the same date."""

import pytest

from app import clock
from app.db import db
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.people.models import Posting
from app.work_orders import assignment, joining, rating, resolution, second_look
from app.work_orders.detail import detail
from app.work_orders.workflow import WrongStatus
from tests.factories import (
    a_duty_officer,
    a_manager,
    a_photo,
    a_resident,
    act,
    an_order,
    claimed,
    fresh,
    resolved,
    writing,
)
from tests.work_orders.record import (
    holders,
    last,
    public_id,
    refused,
    run,
    story,
    sweep,
    timers,
    topics,
)

YES = {"answered": True, "solved": "yes", "satisfied": "yes", "comment": None}
WHY = "没有整改后的照片"


@pytest.fixture
def settled(city, resident, worker):
    return resolved(an_order(city, resident), worker)


def send_back(order, manager):
    return run(second_look.send_back, order.number, manager, WHY)


def gone(worker):
    with writing():
        db.session.query(Posting).filter_by(account_id=worker.account_id).update({"ended_at": clock.now()})


def test_it_goes_back_to_whoever_settled_it_and_the_date_stays(settled, manager, worker):
    due_at = fresh(settled).due_at
    assert "send_back" in detail(settled.number, manager).actions
    send_back(settled, manager)
    row = fresh(settled)
    assert (row.status, row.assignee_id, row.round, row.due_at) == ("in_progress", worker.account_id, 1, due_at)
    assert (row.resolved_at, row.result) == (None, None)
    assert holders(settled)[-1] == (worker.account_id, "send_back", False)
    assert (last(settled).action, last(settled).words) == ("send_back", WHY)
    assert topics(settled)[-1] == "sent_back"
    assert "rate" not in timers(settled)


def test_the_limit_for_rating_begins_with_the_second_settling(settled, manager, worker, at):
    at("03-12 10:00")
    send_back(settled, manager)
    run(resolution.resolve, settled.number, worker, "solved", "已补拍照片", [])
    at("03-17 18:01")
    sweep()
    assert fresh(settled).status == "resolved"
    at("03-19 18:00")
    sweep()
    assert fresh(settled).status == "closed"


def test_what_passed_its_date_while_it_was_settled_is_overdue_at_once(city, resident, worker, manager, at):
    order = settle_light(city, resident, worker)
    due_at = fresh(order).due_at
    at("03-16 10:00")
    sweep()
    assert "overdue" not in story(order)
    send_back(order, manager)
    sweep()
    assert story(order)[-1] == "overdue"
    assert fresh(order).overdue_at == due_at
    assert topics(order)[-2:] == ["sent_back", "overdue"]
    at("03-16 18:00")
    sweep()
    assert topics(order)[-1] == "overdue_subdistrict"


def settle_light(city, resident, worker):
    """Due in three working days, and rated within seven."""
    order = claimed(an_order(city, resident, "LIGHT"), worker)
    run(resolution.resolve, order.number, worker, "solved", "已经换了灯", [a_photo(worker)])
    return order


def test_overdue_is_not_told_twice(city, resident, worker, manager, at):
    order = claimed(an_order(city, resident), worker)
    at("03-20 10:00")
    sweep()
    assert story(order).count("overdue") == 1
    run(resolution.resolve, order.number, worker, "solved", "已经处理好了", [])
    send_back(order, manager)
    sweep()
    assert story(order).count("overdue") == 1


def test_when_whoever_settled_it_is_gone_the_pool_has_it(settled, manager, worker):
    gone(worker)
    send_back(settled, manager)
    assert (fresh(settled).status, fresh(settled).assignee_id) == ("pooled", None)
    assert story(settled)[-2:] == ["send_back", "recall"]
    assert [ended for _, _, ended in holders(settled)] == [True]


def test_an_emergency_of_somebody_gone_climbs_the_ladder(city, resident, worker, manager):
    order = an_order(city, resident, category="LIFT")
    run(assignment.sign, order.number, worker)
    run(resolution.resolve, order.number, worker, "solved", "人已救出", [])
    gone(worker)
    officer = a_duty_officer(city["xnlx"])
    send_back(order, manager)
    assert (fresh(order).status, fresh(order).assignee_id) == ("assigned", officer.account_id)


def test_what_was_rated_stays_and_the_others_are_waited_for(settled, city, resident, worker, manager):
    order = claimed(an_order(city, resident), worker)
    neighbour = a_resident(home_compound_id=fresh(order).compound_id)
    run(joining.join, order.number, neighbour)
    run(resolution.resolve, order.number, worker, "solved", "已经处理好了", [])
    run(rating.rate, order.number, resident, **YES)
    send_back(order, manager)
    run(resolution.resolve, order.number, worker, "solved", "已补拍照片", [])
    assert "评价过" in refused(Conflict, rating.rate, order.number, resident, **YES).message
    run(rating.rate, order.number, neighbour, **YES)
    assert (fresh(order).status, fresh(order).outcome) == ("closed", "rated")


def test_twice_and_no_more(settled, manager, worker):
    for _ in range(2):
        send_back(settled, manager)
        run(resolution.resolve, settled.number, worker, "solved", "已补拍照片", [])
    assert "退回过两次" in refused(Conflict, second_look.send_back, settled.number, manager, WHY).message
    assert "send_back" not in detail(settled.number, manager).actions


def test_nobody_looks_a_second_time_at_their_own_work(city, resident, manager, worker):
    order = claimed(an_order(city, resident), worker)
    head = a_manager(city["xnlx"])
    with writing():
        db.session.add(
            Posting(account_id=head.account_id, role="grid_worker", territory_id=city["g1"], started_at=clock.now())
        )
    run(assignment.dispatch, order.number, manager, public_id(head), "请你办")
    head = act(head.account_id)
    run(assignment.sign, order.number, head)
    run(resolution.resolve, order.number, head, "solved", "已经处理好了", [])
    assert "承办过" in refused(NotAllowed, second_look.send_back, order.number, head, WHY).message
    assert "send_back" not in detail(order.number, head).actions


def test_a_follow_up_that_is_owed_decides_instead(settled, resident, manager):
    run(rating.rate, settled.number, resident, **(YES | {"solved": "no"}))
    assert "回访" in refused(Conflict, second_look.send_back, settled.number, manager, WHY).message


def test_bad_input_changes_nothing(city, settled, resident, manager, worker):
    refused(Invalid, second_look.send_back, settled.number, manager, " ")
    refused(NotAllowed, second_look.send_back, settled.number, worker, WHY)
    refused(NotFound, second_look.send_back, settled.number, a_manager(city["hyx"]), WHY)
    refused(WrongStatus, second_look.send_back, an_order(city, resident).number, manager, WHY)
