"""并案: an order ends in favour of another; its reporters come along, and the earlier due date counts."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from app.db import db, end_reading
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.people.models import Role
from app.territory.placing import place_by_building
from app.work_orders import (
    assignment,
    confidential,
    custody,
    due_reasons,
    intake,
    joining,
    lists,
    on_behalf,
    queries,
    rating,
    recounting,
    recusal,
    resolution,
    side_records,
)
from app.work_orders.detail import detail
from app.work_orders.intake import Request
from app.work_orders.kin import merge_candidates, merging, unmerging
from app.work_orders.models import Recusal, Reporter, WorkOrder
from app.work_orders.on_behalf import Person
from app.work_orders.side_records import Kind
from app.work_orders.workflow import Action, WrongStatus
from tests.factories import (
    a_clerk,
    a_manager,
    a_person,
    a_resident,
    a_worker,
    an_order,
    claimed,
    fresh,
    resolved,
    writing,
)
from tests.work_orders.record import (
    events,
    holders,
    last,
    owed,
    public_id,
    refused,
    run,
    story,
    sweep,
    timers,
    told,
    topics,
)
from tests.work_orders.waiting import answered, asked, extended, records, spoken


def merge(order, manager, target):
    return run(merging.merge, order.number, manager, target.number, "同一处漏水")


def wont(kind, order, manager, target):
    return refused(kind, merging.merge, order.number, manager, target.number, "同一处漏水")


def behind(order):
    """(account, name, is first, came from, has left) of everybody who ever was behind the order."""
    rows = db.session.scalars(select(Reporter).where(Reporter.work_order_id == order.id).order_by(Reporter.id)).all()
    end_reading()
    return [(row.account_id, row.name, row.is_first, row.came_from_id, row.left_at is not None) for row in rows]


def because(order):
    """The parts of the way to the due date, with the texts."""
    found = due_reasons.reasons(db.session.get(WorkOrder, order.id))
    end_reading()
    return found


@pytest.fixture
def neighbour(city):
    return a_resident(name="韩梅")


@pytest.fixture
def target(city, resident, worker):
    """Of Tuesday at ten, in hand: due 03-19 18:00."""
    return claimed(an_order(city, resident), worker)


@pytest.fixture
def order(city, target, neighbour, at):
    """Of a day later, in the pool: due 03-20 18:00."""
    at("03-11 10:00")
    return an_order(city, neighbour)


# what happens


def test_the_order_ends_and_the_other_one_goes_on(order, target, manager, neighbour, resident):
    merge(order, manager, target)
    row = fresh(order)
    assert (row.status, row.merged_into_id, row.step_due_at, row.beside) == ("merged", target.id, None, "merge")
    assert (last(order).action, last(order).words, last(order).visible) == ("merge", "同一处漏水", "act")
    assert last(order).facts["target"] == target.number
    assert fresh(target).status == "in_progress"
    assert (last(target).action, last(target).visible) == ("absorb", "internal")
    assert last(target).facts == {"step": "done", "source": order.number}
    assert last(target).actor_id == manager.account_id
    assert behind(target) == [
        (resident.account_id, None, True, None, False),
        (neighbour.account_id, None, False, order.id, False),
    ]
    assert told(order, "merged")["target"] == target.number
    assert told(target, "absorbed")["assignee_id"] == fresh(target).assignee_id


@pytest.mark.parametrize("way", ["submitted", "pooled", "assigned", "in_progress"])
def test_from_every_active_status(city, target, manager, neighbour, colleague, way):
    order = an_order(city, neighbour, "ODD" if way == "submitted" else "NOISE")
    if way == "assigned":
        run(assignment.dispatch, order.number, manager, public_id(colleague), "请办理")
    elif way == "in_progress":
        claimed(order, colleague)
    merge(order, manager, target)
    assert fresh(order).status == "merged"
    assert all(ended for _, _, ended in holders(order))
    assert fresh(order).assignee_id is None
    assert told(order, "merged")["former_id"] == (colleague.account_id if way in ("assigned", "in_progress") else None)


def test_whoever_has_both_is_not_told_that_it_is_over(city, order, target, manager, worker):
    claimed(order, worker)
    merge(order, manager, target)
    assert told(order, "merged")["former_id"] is None
    assert told(target, "absorbed")["assignee_id"] == worker.account_id


def test_what_waited_beside_it_lapses_and_whoever_waited_is_told(order, target, manager, colleague):
    claimed(order, colleague)
    from app.work_orders import extensions

    run(extensions.ask, order.number, colleague, 1, "等配件")
    merge(order, manager, target)
    assert records(order) == [("extension", "lapsed"), ("merge", None)]
    assert told(order, "lapsed")["waiting_id"] == colleague.account_id


def test_nothing_fires_on_what_is_merged(order, target, manager, at):
    merge(order, manager, target)
    before = story(order)
    at("04-20 10:00")
    sweep()
    assert story(order) == before


# people


def test_neighbours_of_the_order_come_along_and_whoever_is_there_already_stays_as_they_are(
    city, order, target, manager, neighbour, resident
):
    both, gone = a_resident(), a_resident()
    with writing():
        for account, left in ((both, None), (gone, order.created_at), (resident, None)):
            db.session.add(
                Reporter(
                    work_order_id=order.id,
                    account_id=account.account_id,
                    is_first=False,
                    created_at=order.created_at,
                    left_at=left,
                )
            )
    merge(order, manager, target)
    assert behind(target) == [
        (resident.account_id, None, True, None, False),
        (neighbour.account_id, None, False, order.id, False),
        (both.account_id, None, False, order.id, False),
    ]


def test_somebody_without_an_account_comes_along_with_the_name_they_gave(city, target, manager, worker):
    request = Request("NOISE", "楼上漏水", place_by_building(city.compound, "3号楼", "2单元"), channel="visit")
    order = run(on_behalf.take_in, request, Person("老杨", "13900000001"), worker, agreed=True)
    merge(order, manager, target)
    assert behind(target)[-1] == (None, "老杨", False, order.id, False)
    shown = detail(target.number, worker)
    assert [one.name for one in shown.reporters][-1] == "老杨"
    assert shown.reporters[-1].phone_masked


def test_each_reporter_rates_for_themselves_and_the_last_one_closes_it(
    order, target, manager, worker, neighbour, resident
):
    merge(order, manager, target)
    run(resolution.resolve, target.number, worker, "solved", "修好了", [])
    good = {"answered": True, "solved": "yes", "satisfied": "yes", "comment": None}
    run(rating.rate, target.number, resident, **good)
    assert fresh(target).status == "resolved"
    run(rating.rate, target.number, neighbour, **good)
    assert fresh(target).status == "closed"


def test_the_reporter_follows_on_both_pages_and_reads_nobodys_words(order, target, manager, neighbour):
    merge(order, manager, target)
    own = detail(order.number, neighbour, as_reporter=True)
    end_reading()
    assert own.merged_into == target.number
    assert own.lines[-1].text == f"已并入工单{target.number}，一并办理"
    assert own.actions == ["confide"]
    there = detail(target.number, neighbour, as_reporter=True)
    end_reading()
    assert there.standing == "joined"
    assert there.merged_into is None
    assert {"leave", "urge"} <= set(there.actions)
    assert all("漏水" not in line.text for line in there.lines)
    assert order.number not in "".join(line.text for line in there.lines)
    assert {row.number for row in lists.reported(neighbour, "all", None, 9)} == {order.number, target.number}


def test_whoever_left_the_other_one_is_shown_no_way_to_it(order, target, manager, neighbour):
    merge(order, manager, target)
    run(joining.leave, target.number, neighbour)
    assert detail(order.number, neighbour, as_reporter=True).merged_into is None


def test_whom_the_order_concerns_the_other_one_is_hidden_from_too(city, order, target, manager, colleague, worker):
    run(recusal.recuse, order.number, manager, public_id(colleague), "投诉的就是他")
    assert queries.find(target.number, colleague)
    merge(order, manager, target)
    with pytest.raises(NotFound):
        queries.find(target.number, colleague)
    end_reading()
    assert custody.barred(fresh(target)) >= {colleague.account_id}


@pytest.mark.parametrize("named", ["order", "target"])
def test_whom_one_of_them_concerns_afterwards_both_are_hidden_from(city, order, target, manager, colleague, named):
    third = an_order(city)
    merge(order, manager, target)
    merge(third, manager, target)
    said = {"order": order, "target": target}[named]
    run(recusal.recuse, said.number, manager, public_id(colleague), "投诉的就是他")
    for one in (order, target, third):
        refused(NotFound, queries.find, one.number, colleague)
        assert story(one).count("recuse") == 1


def test_whoever_has_the_other_one_has_it_no_longer_when_what_was_merged_concerns_them(order, target, manager, worker):
    merge(order, manager, target)
    run(recusal.recuse, order.number, manager, public_id(worker), "投诉的就是他")
    assert (fresh(target).status, fresh(target).assignee_id) == ("pooled", None)
    assert custody.barred(fresh(target)) >= {worker.account_id}


def test_whom_the_other_one_concerns_what_is_merged_into_it_is_hidden_from_until_it_is_taken_apart(
    order, target, manager, colleague
):
    run(recusal.recuse, target.number, manager, public_id(colleague), "投诉的就是他")
    assert queries.find(order.number, colleague)
    merge(order, manager, target)
    refused(NotFound, queries.find, order.number, colleague)
    run(unmerging.unmerge, order.number, manager, "不是一处")
    assert queries.find(order.number, colleague)
    end_reading()
    refused(NotFound, queries.find, target.number, colleague)


def test_taken_apart_again_the_other_one_is_back_in_the_sight_of_whom_it_does_not_concern(
    order, target, manager, colleague
):
    merge(order, manager, target)
    run(recusal.recuse, order.number, manager, public_id(colleague), "投诉的就是他")
    run(unmerging.unmerge, order.number, manager, "不是一处")
    assert queries.find(target.number, colleague)
    end_reading()
    refused(NotFound, queries.find, order.number, colleague)


def test_it_is_not_put_into_the_hands_of_whom_it_concerns(order, target, manager, worker):
    run(recusal.recuse, order.number, manager, public_id(worker), "投诉的就是他")
    assert "先改派" in wont(Conflict, order, manager, target).message


def test_nobody_handles_what_they_reported(city, target, manager, worker, at):
    order = an_order(city, a_resident())
    with writing():
        db.session.add(
            Reporter(work_order_id=order.id, account_id=worker.account_id, is_first=False, created_at=order.created_at)
        )
    assert "自己办自己" in wont(Conflict, order, manager, target).message
    # Nor may whoever had it once rate it now.
    run(assignment.release, target.number, worker, "需要电工")
    assert "自己办自己" in wont(Conflict, order, manager, target).message


@pytest.mark.parametrize("concerned", ["order", "target"])
def test_nobody_stands_behind_what_concerns_them(city, manager, concerned):
    person = a_clerk(city["xnlx"])
    reported, other = an_order(city, person), an_order(city)
    with writing():
        db.session.add(Recusal(work_order_id=other.id, account_id=person.account_id, created_at=other.created_at))
    order, target = (other, reported) if concerned == "order" else (reported, other)
    assert "回避对象" in wont(Conflict, order, manager, target).message


# what does not fit


def test_not_into_itself(order, manager):
    assert "不能并入工单自己" in wont(Invalid, order, manager, order).fields["target"][0]


@pytest.mark.parametrize("typed", ["XN0000000000000", " ", "没有"])
def test_what_is_not_there_is_told_to_be_looked_up(order, manager, typed):
    fault = refused(Invalid, merging.merge, order.number, manager, typed, "同一处")
    assert "没有找到" in fault.fields["target"][0]


def test_what_lies_outside_of_ones_area_reads_as_absent(city, order, manager):
    foreign = an_order(city, compound=city.far_compound)
    assert (
        wont(Invalid, order, manager, foreign).fields
        == refused(Invalid, merging.merge, order.number, manager, "XN0000000000000", "同一处").fields
    )


def test_seen_through_another_role_it_reads_as_absent_too(city, order, at):
    both = a_person((Role.MANAGER, city["xnlx"]), (Role.CLERK, city["hyx"]))
    foreign = an_order(city, compound=city.far_compound)
    assert queries.find(foreign.number, both)
    assert "没有找到" in wont(Invalid, order, both, foreign).fields["target"][0]


def test_only_within_one_community(city, order):
    above = a_manager(city["ht"])
    foreign = an_order(city, compound=city.far_compound)
    assert "同一社区" in wont(Invalid, order, above, foreign).fields["target"][0]


def test_only_into_what_is_open(city, order, manager, colleague):
    over = resolved(an_order(city), colleague)
    assert "已办结待评价" in wont(Invalid, order, manager, over).fields["target"][0]


def test_what_is_merged_is_merged_once_and_takes_nothing_in(city, order, target, manager):
    merge(order, manager, target)
    third = an_order(city)
    wont(WrongStatus, order, manager, third)
    assert "已并案" in wont(Invalid, third, manager, order).fields["target"][0]
    assert "不能再并入别的工单" in wont(Conflict, target, manager, third).message
    merge(third, manager, target)
    assert fresh(third).merged_into_id == target.id


def test_only_while_it_is_under_way(city, target, manager, colleague, resident):
    wont(WrongStatus, resolved(an_order(city), colleague), manager, target)
    waiting = an_order(city, category="ODD")
    asked(waiting, manager)
    wont(WrongStatus, waiting, manager, target)


@pytest.mark.parametrize("which", ["order", "target"])
def test_confidential_only_with_confidential(city, order, target, manager, which):
    hidden = order if which == "order" else target
    run(confidential.confide, hidden.number, manager, as_reporter=False)
    assert "保密" in wont(Invalid, order, manager, target).fields["target"][0]
    run(confidential.confide, (target if which == "order" else order).number, manager, as_reporter=False)
    merge(order, manager, target)


@pytest.mark.parametrize("which", ["order", "target"])
def test_nothing_that_is_supervised(order, target, manager, which):
    watched = order if which == "order" else target
    with writing():
        row = db.session.get(WorkOrder, watched.id)
        side_records.put(row, Kind.SUPERVISION, row.take(Action.SUPERVISE, by=manager))
    wont(Conflict if which == "order" else Invalid, order, manager, target)


def test_nothing_with_others_at_work_on_it(order, target, manager):
    for name, word in (("open_tasks", "协办"), ("open_parts", "拆分件")):
        with writing():
            setattr(db.session.get(WorkOrder, order.id), name, 1)
        assert word in wont(Conflict, order, manager, target).message
        with writing():
            setattr(db.session.get(WorkOrder, order.id), name, 0)
    # The other one may have been shared out.
    with writing():
        db.session.get(WorkOrder, target.id).open_tasks = 1
    merge(order, manager, target)


def test_no_emergency_into_what_can_wait_but_the_other_way_round(city, target, manager):
    urgent = an_order(city, category="LIFT")
    assert "紧急工单" in wont(Invalid, urgent, manager, target).fields["target"][0]
    merge(target, manager, urgent)
    assert fresh(target).status == "merged"


def test_an_appeal_is_decided_first(city, target, manager, clerk, neighbour):
    from app.work_orders import appeals

    order = an_order(city, neighbour, "ODD")
    run(intake.decline, order.number, clerk, "out_of_remit", "请找物业。")
    run(appeals.appeal, order.number, neighbour, "应当受理")
    assert "申诉" in wont(Conflict, order, manager, target).message
    assert "merge" not in detail(order.number, manager).actions


def test_a_reason_is_needed(order, target, manager):
    assert "reason" in refused(Invalid, merging.merge, order.number, manager, target.number, " ").fields


@pytest.mark.parametrize("role", [Role.CLERK, Role.GRID_WORKER, Role.DUTY_OFFICER])
def test_it_takes_a_manager(city, order, target, role):
    person = a_person((role, city["g1" if role is Role.GRID_WORKER else "xnlx"]))
    wont(NotAllowed, order, person, target)


def test_a_manager_of_elsewhere_does_not_find_it(city, order, target):
    wont(NotFound, order, a_manager(city["hyx"]), target)


# the earlier due date


def test_the_later_one_changes_nothing(order, target, manager):
    merge(order, manager, target)
    assert spoken(fresh(target).due_at) == "03-19 18:00"
    assert records(target) == []


def test_the_earlier_one_counts_and_is_watched_and_told(order, target, manager, at):
    merge(target, manager, order)
    row = fresh(order)
    assert (spoken(row.due_at), spoken(row.original_due_at)) == ("03-19 18:00", "03-20 18:00")
    assert records(order) == [("absorption", "absorbed")]
    assert spoken(timers(order)["due"]) == "03-19 18:00"
    assert spoken(timers(order)["due_subdistrict"]) == "03-20 18:00"
    assert at("03-11 10:00") < timers(order)["warn_50"] < timers(order)["warn_80"] < row.due_at
    (reason,) = because(order)
    assert (reason.kind, reason.text) == ("absorbed", "并入了先到期的工单，时限提前，3月19日（周四）18:00到期。")
    assert reason.end == row.due_at
    assert sum((part.counted for part in reason.parts), reason.counted - reason.counted) == reason.counted
    at("03-19 18:00")
    sweep()
    assert topics(order).count("overdue") == 1


def test_counting_again_keeps_it(order, target, manager, at):
    merge(target, manager, order)
    run(recounting.recount)
    assert spoken(fresh(order).due_at) == "03-19 18:00"


def test_more_time_is_added_to_it(city, order, target, manager, colleague):
    claimed(order, colleague)
    merge(target, manager, order)
    extended(order, colleague, manager, 1)
    assert spoken(fresh(order).due_at) == "03-20 18:00"
    assert [reason.kind for reason in because(order)] == ["absorbed", "extension"]


def test_a_later_pause_moves_it(order, target, manager, colleague, neighbour, at):
    claimed(order, colleague)
    merge(target, manager, order)
    at("03-11 11:00")
    asked(order, colleague)
    at("03-12 11:00")
    answered(order, neighbour)
    assert spoken(fresh(order).due_at) == "03-20 18:00"
    assert [reason.kind for reason in because(order)] == ["absorbed", "pause"]


def test_of_what_was_merged_during_a_pause_only_the_rest_of_the_pause_counts(
    city, order, target, manager, colleague, neighbour, at
):
    claimed(order, colleague)
    asked(order, colleague)
    at("03-11 15:00")
    merge(target, manager, order)
    assert spoken(fresh(order).due_at) == "03-20 18:00"
    assert because(order)[-1].end == fresh(order).due_at
    at("03-12 10:00")
    answered(order, neighbour)
    # Four hours of work passed of the pause since, and a whole day of it in all.
    row = fresh(order)
    assert spoken(row.due_at) == "03-20 15:00"
    reasons = because(order)
    assert (reasons[-1].kind, reasons[-1].end) == ("absorbed", row.due_at)
    run(recounting.recount)
    assert fresh(order).due_at == row.due_at


def test_what_nobody_has_accepted_is_due_when_it_would_have_been(city, manager, neighbour, worker, at):
    early = an_order(city, neighbour, "ODD")
    at("03-12 10:00")
    target = claimed(an_order(city), worker)
    merge(early, manager, target)
    assert spoken(fresh(target).due_at) == "03-19 18:00"


def test_what_takes_it_in_before_it_is_accepted_is_due_by_it_from_the_start(city, manager, clerk, target, at):
    at("03-12 10:00")
    late = an_order(city, category="ODD")
    merge(target, manager, late)
    assert fresh(late).due_at is None
    run(intake.accept, late.number, clerk)
    row = fresh(late)
    assert (spoken(row.due_at), spoken(row.original_due_at)) == ("03-19 18:00", "03-23 18:00")
    assert because(late)[-1].kind == "absorbed"


def test_what_is_late_makes_the_other_one_late_at_once(city, manager, target, colleague, at):
    at("03-20 10:00")
    sweep()
    order = claimed(an_order(city), colleague)
    merge(target, manager, order)
    sweep()
    row = fresh(order)
    assert (spoken(row.due_at), row.overdue_at) == ("03-19 18:00", row.due_at)
    assert [reason.start for reason in because(order)] == [row.due_at]


# candidates


def pairs(actor):
    found = [(one.number, one.into) for one in merging.candidates(actor, 1, 10)]
    end_reading()
    return found


def test_open_orders_of_one_place_and_kind_are_told_as_pairs_the_newest_first(city, order, target, manager, at):
    at("03-11 11:00")
    newest = an_order(city)
    an_order(city, category="ODD")
    an_order(city, compound=city.far_compound)
    assert pairs(manager) == [
        (newest.number, order.number),
        (newest.number, target.number),
        (order.number, target.number),
    ]
    (first,) = merging.candidates(manager, 1, 1)[:1]
    end_reading()
    assert (first.category_code, first.place) == ("NOISE", first.into_place)
    assert first.created_at > first.into_created_at


def test_what_could_not_be_merged_is_no_candidate(city, order, target, manager):
    run(confidential.confide, order.number, manager, as_reporter=False)
    assert pairs(manager) == []


def test_in_another_building_the_words_decide(city, target, manager):
    elsewhere = replace(place_by_building(city.compound, "3号楼", "1单元"), building="9号楼")
    other = an_order(city, place=elsewhere, description="电梯按钮坏了按不动")
    alike = an_order(city, place=elsewhere, description="楼道里很吵，睡不着")
    found = pairs(manager)
    assert (alike.number, target.number) in found
    assert (other.number, target.number) not in found


def test_candidates_are_for_those_who_manage_the_place_and_whom_they_do_not_concern(city, order, target, manager):
    assert pairs(a_manager(city["hyx"])) == []
    assert pairs(a_worker(city["g1"])) == []
    with writing():
        db.session.add(Recusal(work_order_id=target.id, account_id=manager.account_id, created_at=order.created_at))
    assert pairs(manager) == []
    assert pairs(a_manager(city["xnlx"])) == [(order.number, target.number)]


def test_what_is_old_is_no_candidate_but_still_what_a_new_one_is_likely_to_be(city, order, target, manager, at):
    at("03-30 10:00")
    assert pairs(manager) == []
    found = merge_candidates.likely(fresh(target), manager)
    end_reading()
    assert [one.into for one in found] == [order.number]


def test_topics_of_a_merge_are_owed_once(order, target, manager):
    merge(order, manager, target)
    assert [topic for topic, _ in owed(order)].count("merged") == 1
    assert [event.action for event in events(target)].count("absorb") == 1
