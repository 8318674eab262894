"""撤销并案: what was merged is itself again, as it was, and what it was merged into as if it had never been there."""

import pytest
from sqlalchemy import select

from app import clock
from app.db import db, end_reading
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.parameters import Parameter
from app.people import sign_in
from app.people.models import Account
from app.work_orders import (
    assignment,
    custody,
    due_reasons,
    intake,
    joining,
    queries,
    recusal,
    reopening,
    resolution,
    second_look,
)
from app.work_orders.detail import detail
from app.work_orders.kin import merging, unmerging
from app.work_orders.models import Reporter, WorkOrder
from app.work_orders.workflow import WrongStatus
from tests.factories import a_clerk, a_duty_officer, a_manager, a_resident, an_order, claimed, fresh, writing
from tests.work_orders.record import events, holders, last, public_id, refused, run, story, sweep, timers, told, topics
from tests.work_orders.waiting import asked, records, spoken


def merge(order, manager, target):
    return run(merging.merge, order.number, manager, target.number, "同一处漏水")


def unmerge(order, manager):
    return run(unmerging.unmerge, order.number, manager, "不是同一处")


def wont(kind, order, manager):
    return refused(kind, unmerging.unmerge, order.number, manager, "不是同一处")


def present(order):
    rows = db.session.scalars(
        select(Reporter.account_id)
        .where(Reporter.work_order_id == order.id, Reporter.left_at.is_(None))
        .order_by(Reporter.id)
    ).all()
    end_reading()
    return list(rows)


def resolve(order, worker):
    run(resolution.resolve, order.number, worker, "solved", "修好了", [])


def closed(order, worker, at):
    resolve(order, worker)
    at("03-25 10:00")
    sweep()
    assert fresh(order).status == "closed"


@pytest.fixture
def neighbour(city):
    return a_resident(name="韩梅")


@pytest.fixture
def target(city, resident, worker):
    return claimed(an_order(city, resident), worker)


@pytest.fixture
def order(city, target, neighbour):
    return an_order(city, neighbour)


# what it was


def test_what_was_settled_meanwhile_is_watched_for_its_own_date_when_it_is_sent_back(
    city, resident, neighbour, worker, manager, at
):
    order = an_order(city, neighbour)
    at("03-12 10:00")
    target = claimed(an_order(city, resident), worker)
    own = fresh(target).due_at
    merge(order, manager, target)
    assert fresh(target).due_at == fresh(order).due_at < own
    resolve(target, worker)
    unmerge(order, manager)
    run(second_look.send_back, target.number, manager, "缺照片")
    assert (fresh(target).due_at, timers(target)["due"]) == (own, own)
    at("03-27 10:00")
    sweep()
    assert fresh(target).overdue_at == own


def test_what_was_in_the_pool_waits_there_again(order, target, manager, neighbour, resident, later):
    merge(order, manager, target)
    before = fresh(order)
    later(hours=1)
    unmerge(order, manager)
    row = fresh(order)
    assert (row.status, row.merged_into_id, row.closed_at, row.beside) == ("pooled", None, None, "")
    assert (row.due_at, row.original_due_at) == (before.due_at, before.original_due_at)
    assert timers(order)["claim"] == row.step_due_at
    assert (last(order).action, last(order).words, last(order).visible) == ("unmerge", "不是同一处", "act")
    assert last(target).facts == {"step": "undone", "source": order.number}
    assert present(target) == [resident.account_id]
    assert told(order, "unmerged")["status"] == "pooled"
    assert records(order) == [("merge", "unmerged")]


def test_what_nobody_had_accepted_waits_for_the_desk_again(city, target, manager, later):
    order = an_order(city, category="ODD")
    merge(order, manager, target)
    later(hours=1)
    unmerge(order, manager)
    row = fresh(order)
    assert (row.status, row.accepted_at) == ("submitted", None)
    assert timers(order)["accept"] == row.step_due_at


@pytest.mark.parametrize("way", ["assigned", "in_progress"])
def test_whoever_had_it_has_it_again(order, target, manager, colleague, way):
    if way == "assigned":
        run(assignment.dispatch, order.number, manager, public_id(colleague), "请办理")
    else:
        claimed(order, colleague)
    merge(order, manager, target)
    unmerge(order, manager)
    row = fresh(order)
    assert (row.status, row.assignee_id) == (way, colleague.account_id)
    assert holders(order)[-1] == (colleague.account_id, "unmerge", False)
    assert told(order, "unmerged")["assignee_id"] == colleague.account_id
    assert (timers(order).get("sign") == row.step_due_at) or way == "in_progress"


@pytest.mark.parametrize("why", ["gone", "concerned", "full"])
def test_else_it_goes_to_the_pool(city, order, target, manager, colleague, why):
    claimed(order, colleague)
    merge(order, manager, target)
    with writing():
        if why == "gone":
            sign_in.deactivate(db.session.get(Account, colleague.account_id), manager)
        elif why == "concerned":
            recusal.recuse(order.number, manager, public_id_of(colleague), "是当事人")
        else:
            db.session.add(Parameter(name="open_orders_per_worker", value="0"))
    if why == "full":
        from app import parameters

        parameters.forget()
    unmerge(order, manager)
    row = fresh(order)
    assert (row.status, row.assignee_id) == ("pooled", None)
    assert told(order, "unmerged")["assignee_id"] is None


def public_id_of(person):
    return db.session.scalar(select(Account.public_id).where(Account.id == person.account_id))


def test_an_emergency_goes_up_the_ladder_and_with_nobody_there_waits_for_an_office(city, manager, worker):
    target, order = an_order(city, category="LIFT"), an_order(city, category="LIFT")
    officer = a_duty_officer(city["xnlx"])
    merge(order, manager, target)
    with writing():
        sign_in.deactivate(db.session.get(Account, worker.account_id), manager)
    unmerge(order, manager)
    row = fresh(order)
    assert (row.status, row.assignee_id) == ("assigned", officer.account_id)
    assert "ladder" in topics(order)
    merge(order, manager, target)
    with writing():
        for person in (officer, manager):
            sign_in.deactivate(db.session.get(Account, person.account_id), manager)
    unmerge(order, a_manager(city["xnlx"]))
    # The new manager is there, and is called at once.
    assert fresh(order).status == "assigned"


# its time


def test_its_clock_ran_on_and_what_is_late_shows_at_once(order, target, manager, at):
    merge(order, manager, target)
    at("03-20 10:00")
    sweep()
    assert fresh(order).overdue_at is None
    unmerge(order, manager)
    sweep()
    row = fresh(order)
    assert (spoken(row.due_at), row.overdue_at) == ("03-19 18:00", row.due_at)
    assert story(order).count("overdue") == topics(order).count("overdue") == 1
    # Nobody needs to hear that half of the time has passed.
    assert "warn_50" not in [event.facts.get("step") for event in events(order)]


def test_what_is_not_late_is_warned_of_again_as_it_was_to_be(order, target, manager, at):
    before = timers(order)
    merge(order, manager, target)
    at("03-16 10:00")
    sweep()
    unmerge(order, manager)
    after = timers(order)
    assert {kind: after[kind] for kind in ("warn_50", "warn_80", "due")} == {
        kind: before[kind] for kind in ("warn_50", "warn_80", "due")
    }


# the other one


def test_the_other_one_is_due_when_it_was(city, target, manager, colleague, at):
    at("03-11 10:00")
    order = claimed(an_order(city), colleague)
    merge(target, manager, order)
    assert spoken(fresh(order).due_at) == "03-19 18:00"
    unmerge(target, manager)
    assert spoken(fresh(order).due_at) == "03-20 18:00"
    assert spoken(timers(order)["due"]) == "03-20 18:00"
    assert records(order) == [("absorption", "undone")]
    reasons = due_reasons.reasons(db.session.get(WorkOrder, order.id))
    end_reading()
    assert [reason.kind for reason in reasons] == ["span"]


def test_it_is_late_no_more_when_its_own_time_is_not_over(city, target, manager, colleague, at):
    at("03-16 10:00")
    order = claimed(an_order(city), colleague)
    merge(target, manager, order)
    at("03-20 10:00")
    sweep()
    assert fresh(order).overdue_at is not None
    unmerge(target, manager)
    row = fresh(order)
    assert (spoken(row.due_at), row.overdue_at) == ("03-25 18:00", None)


def test_while_it_is_paused_the_earlier_date_is_forgotten_too(city, target, manager, colleague, neighbour, at):
    at("03-11 10:00")
    order = claimed(an_order(city, neighbour), colleague)
    asked(order, colleague)
    at("03-11 11:00")
    merge(target, manager, order)
    unmerge(target, manager)
    at("03-12 10:00")
    from tests.work_orders.waiting import answered

    answered(order, neighbour)
    assert spoken(fresh(order).due_at) == "03-23 18:00"


def test_whoever_is_behind_another_order_that_was_merged_stays(city, order, target, manager, neighbour, resident):
    second = an_order(city, neighbour)
    merge(order, manager, target)
    merge(second, manager, target)
    unmerge(order, manager)
    assert present(target) == [resident.account_id, neighbour.account_id]
    unmerge(second, manager)
    assert present(target) == [resident.account_id]


def test_whoever_had_joined_before_stays(city, order, target, manager, neighbour, resident):
    with writing():
        db.session.add(
            Reporter(work_order_id=target.id, account_id=neighbour.account_id, is_first=False, created_at=clock.now())
        )
    merge(order, manager, target)
    unmerge(order, manager)
    assert present(target) == [resident.account_id, neighbour.account_id]


def test_merged_again_whoever_had_left_is_back(order, target, manager, neighbour, resident):
    merge(order, manager, target)
    unmerge(order, manager)
    merge(order, manager, target)
    assert present(target) == [resident.account_id, neighbour.account_id]


def test_only_what_came_with_it_is_hidden_no_more(city, order, target, manager, colleague):
    clerk = a_clerk(city["xnlx"])
    run(recusal.recuse, order.number, manager, public_id(colleague), "是当事人")
    run(recusal.recuse, target.number, manager, public_id(clerk), "是家属")
    merge(order, manager, target)
    unmerge(order, manager)
    assert queries.find(target.number, colleague)
    for person, hidden in ((clerk, target), (colleague, order)):
        with pytest.raises(NotFound):
            queries.find(hidden.number, person)
    end_reading()


def test_what_two_merged_orders_hide_stays_hidden_while_one_is_left(city, order, target, manager, colleague):
    second = an_order(city)
    for one in (order, second):
        run(recusal.recuse, one.number, manager, public_id(colleague), "是当事人")
        merge(one, manager, target)
    unmerge(order, manager)
    assert colleague.account_id in custody.concerned(fresh(target))
    end_reading()
    unmerge(second, manager)
    assert custody.concerned(fresh(target)) == set()
    end_reading()


def test_what_is_settled_already_can_still_be_taken_apart(order, target, manager, worker, resident):
    merge(order, manager, target)
    resolve(target, worker)
    unmerge(order, manager)
    assert fresh(order).status == "pooled"
    assert fresh(target).status == "resolved"
    assert present(target) == [resident.account_id]


# what is refused


def test_not_after_thirty_days(order, target, manager, at):
    merge(order, manager, target)
    assert "unmerge" in detail(order.number, manager).actions
    at("04-10 10:00")
    assert "超过30天" in wont(Conflict, order, manager).message
    assert "unmerge" not in detail(order.number, manager).actions


def test_not_when_the_other_one_is_closed(order, target, manager, worker, at):
    merge(order, manager, target)
    closed(target, worker, at)
    assert "已经归档" in wont(Conflict, order, manager).message


def test_not_what_is_not_merged(order, target, manager):
    wont(WrongStatus, order, manager)
    merge(order, manager, target)
    unmerge(order, manager)
    wont(WrongStatus, order, manager)


def test_a_reason_is_needed(order, target, manager):
    merge(order, manager, target)
    assert "reason" in refused(Invalid, unmerging.unmerge, order.number, manager, " ").fields


def test_it_takes_a_manager_of_the_place(city, order, target, manager, clerk):
    merge(order, manager, target)
    wont(NotAllowed, order, clerk)
    wont(NotFound, order, a_manager(city["hyx"]))


# when the other one ends unsettled


def test_withdrawn_the_merged_one_lives_again(order, target, manager, resident, neighbour, colleague):
    claimed(order, colleague)
    merge(order, manager, target)
    run(intake.withdraw, target.number, resident, "好了")
    assert fresh(target).status == "withdrawn"
    row = fresh(order)
    assert (row.status, row.assignee_id) == ("in_progress", colleague.account_id)
    assert (last(order).action, last(order).actor_id) == ("unmerge", None)
    shown = detail(order.number, neighbour, as_reporter=True)
    end_reading()
    assert shown.lines[-1].text == f"并入的工单{target.number}已撤回，恢复单独办理"
    assert present(target) == [resident.account_id]


def test_a_neighbour_who_joined_takes_over_and_what_was_merged_stays(city, order, target, manager, resident):
    heir = a_resident()
    with writing():
        db.session.add(
            Reporter(work_order_id=target.id, account_id=heir.account_id, is_first=False, created_at=clock.now())
        )
    merge(order, manager, target)
    run(intake.withdraw, target.number, resident, "好了")
    assert (fresh(target).status, fresh(order).status) == ("in_progress", "merged")


def test_declined_the_merged_one_lives_again(city, order, manager, clerk):
    target = an_order(city, category="ODD")
    merge(order, manager, target)
    run(intake.decline, target.number, clerk, "out_of_remit", "请找物业。")
    assert fresh(order).status == "pooled"
    assert last(order).facts["because"] == "declined"


def test_withdrawn_with_nobody_on_the_ladder_the_emergency_waits_for_an_office(city, manager, worker, resident):
    target, order = an_order(city, resident, "LIFT"), an_order(city, category="LIFT")
    merge(order, manager, target)
    with writing():
        db.session.get(WorkOrder, target.id).emergency = False
        for person in (worker, manager):
            sign_in.deactivate(db.session.get(Account, person.account_id), manager)
    run(intake.withdraw, target.number, resident, "好了")
    row = fresh(order)
    assert row.status == "submitted"
    assert timers(order)["accept"] == row.step_due_at


# done again


def test_once_the_other_one_is_closed_a_reporter_has_their_own_done_again(
    order, target, manager, worker, neighbour, at
):
    merge(order, manager, target)
    before = detail(order.number, neighbour, as_reporter=True).actions
    end_reading()
    assert "reopen" not in before
    closed(target, worker, at)
    own = detail(order.number, neighbour, as_reporter=True).actions
    there = detail(target.number, neighbour, as_reporter=True).actions
    end_reading()
    assert ("reopen" in own, "reopen" in there) == (True, False)
    assert "reopen" not in detail(order.number, manager).actions
    end_reading()
    run(reopening.reopen, order.number, neighbour, "又漏了", [])
    row = fresh(order)
    assert (row.status, row.round, row.merged_into_id, row.beside) == ("pooled", 2, None, "")
    assert row.due_at > clock.now()
    assert fresh(target).status == "closed"
    assert "lapsed" not in topics(order)
    assert records(order) == [("merge", "reopened")]


def test_what_nobody_had_accepted_begins_with_a_second_round_too(city, target, manager, worker, neighbour, at):
    order = an_order(city, neighbour, "ODD")
    merge(order, manager, target)
    closed(target, worker, at)
    run(reopening.reopen, order.number, neighbour, "又漏了", [])
    row = fresh(order)
    assert (row.status, row.round) == ("pooled", 2)
    assert row.accepted_at is not None
    assert spoken(row.original_due_at) == "03-19 18:00"


def test_not_before_it_is_closed_nor_too_late_nor_on_the_other_one(order, target, manager, worker, neighbour, at):
    merge(order, manager, target)
    again = (reopening.reopen, order.number, neighbour, "又漏了", [])
    assert "还在一并办理" in refused(Conflict, *again).message
    closed(target, worker, at)
    assert "您自己的那件" in refused(Conflict, reopening.reopen, target.number, neighbour, "又漏了", []).message
    assert "撤销并案" in refused(Conflict, reopening.reopen_by_office, order.number, manager, "没办好").message
    at("05-10 10:00")
    assert "超过30天" in refused(Conflict, *again).message
    shown = detail(order.number, neighbour, as_reporter=True).actions
    end_reading()
    assert "reopen" not in shown


def test_whoever_joined_by_themselves_again_is_not_taken_away(city, order, target, manager, neighbour, resident):
    merge(order, manager, target)
    run(joining.leave, target.number, neighbour)
    with writing():
        account = db.session.get(Account, neighbour.account_id)
        account.home_compound_id = db.session.get(WorkOrder, target.id).compound_id
    run(joining.join, target.number, neighbour)
    unmerge(order, manager)
    assert present(target) == [resident.account_id, neighbour.account_id]


def test_words_left_on_what_is_merged_stay_until_the_other_one_is_over(order, target, manager, worker, neighbour, at):
    from app import parameters
    from app.work_orders import erasing

    merge(order, manager, target)
    with writing():
        # A follow-up that is drawn by lot would keep the words for longer.
        db.session.add(Parameter(name="follow_up_drawn_percent", value="0"))
        account = db.session.get(Account, neighbour.account_id)
        account.closed_at, account.state = clock.now(), "closed"
    parameters.forget()
    at("03-12 10:00")
    due = erasing.orders_due(clock.now())
    end_reading()
    assert list(due) == []
    closed(target, worker, at)
    due = erasing.orders_due(clock.now())
    end_reading()
    assert len(due) == 2
