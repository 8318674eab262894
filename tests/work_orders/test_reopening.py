"""重办: a new round for whoever had it, later for others; a reporter within thirty days and twice, a manager always."""

import pytest

from app import clock
from app.db import db
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.people.models import Posting
from app.photos.models import Photo
from app.work_orders import assignment, follow_up, joining, rating, reopening, resolution
from app.work_orders.detail import detail
from app.work_orders.workflow import WrongStatus
from tests.factories import a_duty_officer, a_manager, a_photo, a_resident, an_order, claimed, fresh, resolved, writing
from tests.work_orders.record import events, follow_ups, holders, last, refused, run, story, sweep, timers, topics

YES = {"answered": True, "solved": "yes", "satisfied": "yes", "comment": None}
WHY = "灯又坏了"


def spoken(moment):
    return f"{clock.local(moment):%m-%d %H:%M}"


def close(order, worker, resident):
    run(resolution.resolve, order.number, worker, "solved", "已经处理好了", [])
    run(rating.rate, order.number, resident, **YES)
    return order


@pytest.fixture
def closed(city, resident, worker):
    return close(claimed(an_order(city, resident), worker), worker, resident)


def reopen(order, who):
    return run(reopening.reopen, order.number, who, WHY, [])


def test_the_first_time_it_goes_back_to_whoever_settled_it_with_half_the_span(closed, resident, worker):
    was_due = fresh(closed).due_at
    reopen(closed, resident)
    row = fresh(closed)
    assert (row.status, row.assignee_id, row.round) == ("in_progress", worker.account_id, 2)
    assert (row.resolved_at, row.closed_at, row.outcome, row.result) == (None, None, None, None)
    # Half of seven working days, at most three.
    assert (spoken(row.due_at), row.original_due_at) == ("03-13 18:00", was_due)
    assert (last(closed).action, last(closed).words, last(closed).round) == ("reopen", WHY, 2)
    assert holders(closed)[-1] == (worker.account_id, "reopen", False)
    assert topics(closed)[-1] == "reopened"
    assert spoken(timers(closed)["due"]) == "03-13 18:00"


def test_the_second_time_others_have_a_go_and_a_third_is_refused(closed, resident, worker):
    reopen(closed, resident)
    close(closed, worker, resident)
    reopen(closed, resident)
    assert (fresh(closed).status, fresh(closed).assignee_id, fresh(closed).round) == ("pooled", None, 3)
    close(claimed(closed, worker), worker, resident)
    assert "重办过两次" in refused(Conflict, reopening.reopen, closed.number, resident, WHY, []).message
    assert "reopen" not in detail(closed.number, resident, as_reporter=True).actions


def test_what_is_begun_again_a_third_time_is_a_problem_order_under_supervision(closed, resident, worker, manager):
    for again in range(2):
        reopen(closed, resident)
        assert ("supervised" in topics(closed), fresh(closed).problem) == (False, False)
        close(closed if again == 0 else claimed(closed, worker), worker, resident)
    assert "reopen" in detail(closed.number, manager).actions
    run(reopening.reopen_by_office, closed.number, manager, "还是不行")
    assert topics(closed)[-2:] == ["reopened", "supervised"]
    marked, supervised = detail(closed.number, manager).lines[-2:]
    assert ("问题工单" in marked.text, "多次返工或重办" in supervised.text) == (True, True)
    assert (fresh(closed).round, fresh(closed).problem, fresh(closed).beside) == (4, True, "supervision")


def test_when_whoever_had_it_is_gone_others_have_a_go(closed, resident, worker):
    with writing():
        db.session.query(Posting).filter_by(account_id=worker.account_id).update({"ended_at": clock.now()})
    reopen(closed, resident)
    assert (fresh(closed).status, fresh(closed).assignee_id) == ("pooled", None)


def test_an_emergency_of_somebody_gone_climbs_the_ladder(city, resident, worker):
    order = an_order(city, resident, category="LIFT")
    run(assignment.sign, order.number, worker)
    close(order, worker, resident)
    with writing():
        db.session.query(Posting).filter_by(account_id=worker.account_id).update({"ended_at": clock.now()})
    assert "值班链" in refused(Conflict, reopening.reopen, order.number, resident, WHY, []).message
    officer = a_duty_officer(city["xnlx"])
    reopen(order, resident)
    assert (fresh(order).status, fresh(order).assignee_id) == ("assigned", officer.account_id)


def test_within_thirty_days_for_a_reporter_and_later_for_a_manager(closed, resident, manager, at):
    at("04-09 18:00")
    assert "reopen" in detail(closed.number, resident, as_reporter=True).actions
    at("04-09 18:01")
    assert "超过30天" in refused(Conflict, reopening.reopen, closed.number, resident, WHY, []).message
    assert "reopen" not in detail(closed.number, resident, as_reporter=True).actions
    run(reopening.reopen_by_office, closed.number, manager, "巡查发现又坏了")
    assert fresh(closed).status == "in_progress"


def test_photos_come_with_it_and_stand_where_they_were_sent(closed, resident, manager):
    public_id = a_photo(resident)
    with writing():
        db.session.query(Photo).filter_by(public_id=public_id).update({"state": "visible"})
    run(reopening.reopen, closed.number, resident, WHY, [public_id])
    seen = detail(closed.number, resident, as_reporter=True)
    assert [one.id for one in seen.lines[-1].photos] == [public_id]
    assert seen.photos == []
    assert [one.id for one in detail(closed.number, manager).photos] == [public_id]


def test_a_follow_up_that_was_still_owed_is_no_longer(closed, resident, worker):
    neighbour = a_resident(home_compound_id=fresh(closed).compound_id)
    reopen(closed, resident)
    run(joining.join, closed.number, neighbour)
    run(resolution.resolve, closed.number, worker, "solved", "已经处理好了", [])
    run(rating.rate, closed.number, resident, **YES)
    run(rating.rate, closed.number, neighbour, **YES)
    with writing():
        order = db.session.get(type(closed), closed.id)
        follow_up.open_for(order, "drawn")
    reopen(closed, neighbour)
    assert [owed.outcome for owed in follow_ups(closed)] == ["reopened"]
    assert fresh(closed).status == "pooled"


def test_an_old_limit_of_the_round_before_means_nothing_any_more(closed, resident, at):
    reopen(closed, resident)
    at("03-13 17:59")
    sweep()
    assert fresh(closed).status == "in_progress"
    assert story(closed).count("close") == 1


def test_bad_input_changes_nothing(city, closed, resident, worker):
    refused(Invalid, reopening.reopen, closed.number, resident, "  ", [])
    refused(Invalid, reopening.reopen, closed.number, resident, WHY, ["0" * 22])
    refused(NotFound, reopening.reopen, closed.number, a_resident(), WHY, [])
    refused(NotAllowed, reopening.reopen_by_office, closed.number, worker, WHY)
    refused(NotFound, reopening.reopen_by_office, closed.number, a_manager(city["hyx"]), WHY)
    settled = resolved(an_order(city, resident), worker)
    refused(WrongStatus, reopening.reopen, settled.number, resident, WHY, [])
    assert [event.action for event in events(closed)][-1] == "close"
