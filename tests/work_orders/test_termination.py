"""Ending what cannot be carried on: asked for by the lead unit, decided above it, never counted as solved."""

import pytest

from app.db import end_reading
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.people.models import Role
from app.territory.placing import place_by_building
from app.work_orders import appeals, assignment, corrections, intake, joining, queries, rating, reopening, resolution
from app.work_orders.detail import detail
from app.work_orders.joining import Standing
from app.work_orders.offices import task_records, termination
from app.work_orders.side_records import Kind
from app.work_orders.workflow import Action, WrongStatus
from tests.factories import (
    a_manager,
    a_person,
    a_resident,
    an_order,
    an_unplaced_order,
    claimed,
    fresh,
    resolved,
    writing,
)
from tests.work_orders.calling import called, decided, record_of, reported_in, to_be_ended
from tests.work_orders.record import (
    events,
    follow_ups,
    holders,
    last,
    owed,
    refused,
    run,
    story,
    sweep,
    timers,
    told,
    topics,
)
from tests.work_orders.waiting import asked, records, spoken

TOLD = "这件事法院正在审理，请等判决。"


@pytest.fixture
def order(city, resident, worker):
    return claimed(an_order(city, resident), worker)


@pytest.fixture
def street(city):
    """The manager of the subdistrict above the community."""
    return a_manager(city["ht"], name="铁占林")


def refused_proposal(error, order, manager, cause="statutory_channel", reason=TOLD):
    return refused(error, termination.propose, order.number, manager, cause, reason)


def refused_decision(error, order, manager, approved=True, note="情况属实"):
    return refused(error, termination.decide, order.number, manager, approved, note)


# asking


def test_the_lead_unit_asks_and_the_office_above_decides(city, order, worker, manager):
    to_be_ended(order, manager)
    row, record = fresh(order), record_of(order, Kind.TERMINATION)
    assert (row.status, row.assignee_id, row.beside) == ("in_progress", worker.account_id, "termination")
    assert (record.unit_id, record.facts, spoken(record.due_at)) == (
        city["ht"],
        {"cause": "statutory_channel"},
        "03-12 18:00",
    )
    assert (last(order).words, last(order).visible) == (TOLD, "internal")
    assert told(order, "termination_proposed")["unit_id"] == city["ht"]
    assert spoken(timers(order)["termination"]) == "03-12 18:00"


def test_it_may_be_asked_wherever_the_order_is_open(city, manager, worker, resident):
    waiting = claimed(an_order(city, resident), worker)
    asked(waiting, worker)
    for one in (an_order(city, resident, "ODD"), an_order(city, resident), an_order(city, resident, "LIFT"), waiting):
        status = fresh(one).status
        to_be_ended(one, manager)
        assert (fresh(one).status, records(one)[-1]) == (status, ("termination", None))


def test_only_the_lead_units_manager_asks(city, order, worker, manager, street, resident):
    refused_proposal(NotAllowed, order, worker)
    assert "首接单位的管理员" in refused_proposal(NotAllowed, order, street).message
    refused_proposal(NotFound, order, a_manager(city["hyx"]))
    refused_proposal(NotAllowed, order, resident)
    refused_proposal(WrongStatus, resolved(an_order(city, resident), worker), manager)


@pytest.mark.parametrize(("field", "values"), [("cause", {"cause": "tired"}), ("reason", {"reason": " "})])
def test_it_is_asked_with_a_cause_and_an_explanation_for_the_resident(order, manager, field, values):
    assert list(refused_proposal(Invalid, order, manager, **values).fields) == [field]


def test_it_is_asked_once_at_a_time(order, manager):
    to_be_ended(order, manager)
    assert refused_proposal(Conflict, order, manager).context["reason"] == "proposed-already"


def test_what_was_appealed_is_decided_upon_first(city, manager, resident, clerk):
    order = an_order(city, resident, "ODD")
    run(intake.decline, order.number, clerk, "out_of_remit", "请找物业")
    run(appeals.appeal, order.number, resident, "应当受理")
    assert refused_proposal(Conflict, order, manager).context["reason"] == "appealed"


def test_while_others_are_asked_to_help_nothing_is_ended(order, worker, manager, street):
    to_be_ended(order, manager)
    called(order, manager)
    reported_in(order, street)
    error = refused_decision(Conflict, order, street)
    assert error.message == "虎台街道的协办还没有反馈，请等反馈后再审批终止；逾期没有反馈的，管理员可以代为登记。"
    decided(order, street, approved=False)
    assert refused_proposal(Conflict, order, manager).context["reason"] == "open-tasks"
    with writing():
        row = queries.find(order.number, manager)
        (task,) = task_records.open_ones(row)
        task_records.end(row, task, row.take(Action.REPORT, by=worker), "not_done")
    to_be_ended(order, manager)
    decided(order, street)
    assert fresh(order).outcome == "terminated"


def test_while_a_part_is_not_done_nothing_is_ended(order, worker, manager, street):
    to_be_ended(order, manager)
    with writing():
        queries.find(order.number, manager).open_parts = 2
    assert refused_decision(Conflict, order, street).context["reason"] == "open-parts"
    error = refused(Conflict, resolution.resolve, order.number, worker, "solved", "办好了", [])
    assert error.message.startswith("拆分出去的2件还没有办完")


# deciding


def test_approved_it_is_closed_without_a_result_and_nobody_has_it(order, worker, manager, street):
    to_be_ended(order, manager)
    decided(order, street)
    row = fresh(order)
    assert (row.status, row.outcome, row.result, row.assignee_id) == ("closed", "terminated", None, None)
    assert (row.resolved_at, spoken(row.closed_at), row.beside) == (None, "03-10 10:00", "")
    assert all(ended for _, _, ended in holders(order))
    assert records(order) == [("termination", "approved")]
    facts = told(order, "terminated")
    assert (facts["former_id"], facts["waiting_id"]) == (worker.account_id, manager.account_id)
    assert "rate" not in timers(order)


def test_the_resident_reads_the_explanation_and_no_name(order, manager, street, resident):
    to_be_ended(order, manager, "abusive_repeat")
    decided(order, street)
    shown = detail(order.number, resident, as_reporter=True)
    end_reading()
    line = shown.lines[-1]
    assert line.text == f"批准终止办理，原因：同一事项已有答复，没有新的情况：{TOLD}\n审批意见：情况属实"
    assert line.by == "管理员"
    assert [one.action for one in shown.lines].count("propose_termination") == 0
    assert "恶意" not in str(shown.lines)


def test_a_neighbour_reads_that_it_was_ended_but_no_words(city, order, manager, street):
    place = place_by_building(city.compound, "3号楼", "2单元")
    neighbour = a_resident(home_compound_id=place.compound_id)
    run(joining.join, order.number, neighbour)
    to_be_ended(order, manager)
    decided(order, street)
    shown = detail(order.number, neighbour, as_reporter=True)
    end_reading()
    assert shown.standing is Standing.JOINED
    assert shown.lines[-1].text == "批准终止办理，原因：应当通过诉讼、仲裁、复议等法定途径解决"
    assert "reopen" in shown.actions


def test_refused_it_stays_and_the_resident_reads_nothing(order, worker, manager, street, resident):
    to_be_ended(order, manager)
    decided(order, street, approved=False)
    row = fresh(order)
    assert (row.status, row.assignee_id, row.outcome) == ("in_progress", worker.account_id, None)
    assert (last(order).words, last(order).visible) == ("请继续协调", "internal")
    assert records(order) == [("termination", "refused")]
    assert told(order, "termination_refused")["waiting_id"] == manager.account_id
    shown = [line.action for line in detail(order.number, resident, as_reporter=True).lines]
    end_reading()
    assert not [action for action in shown if action.endswith("termination")]


def test_nobody_decided_so_it_is_refused_and_told_once(order, manager, street, at):
    to_be_ended(order, manager)
    at("03-12 18:00")
    sweep()
    sweep()
    assert records(order)[0] == ("termination", "unanswered")
    assert topics(order).count("termination_refused") == 1
    assert told(order, "termination_refused")["waiting_id"] == manager.account_id
    assert fresh(order).status == "in_progress"
    assert refused_decision(Conflict, order, street).context["reason"] == "nothing-proposed"


def test_an_older_limit_does_not_end_a_newer_request(order, manager, street, at):
    to_be_ended(order, manager)
    decided(order, street, approved=False)
    at("03-11 10:00")
    to_be_ended(order, manager)
    at("03-12 18:00")
    sweep()
    assert records(order) == [("termination", "refused"), ("termination", None)]


def test_neither_the_unit_itself_nor_a_stranger_decides(city, order, worker, manager, resident):
    to_be_ended(order, manager)
    refused_decision(NotAllowed, order, worker)
    refused_decision(NotAllowed, order, a_manager(city["xnlx"], name="同事"))
    refused_decision(NotFound, order, a_manager(city["hyx"]))
    refused_decision(NotAllowed, order, resident)


def test_nobody_decides_upon_their_own_request_whatever_else_they_manage(city, order, street):
    both = a_person((Role.MANAGER, city["xnlx"]), (Role.MANAGER, city["ht"]), name="王静")
    to_be_ended(order, both)
    assert "不能审批自己的" in refused_decision(NotAllowed, order, both).message
    decided(order, street)


def test_an_office_higher_still_may_decide(city, order, manager):
    to_be_ended(order, manager)
    decided(order, a_manager(city["cx"]))
    assert fresh(order).outcome == "terminated"


def test_at_the_city_another_manager_of_the_city_decides(city, resident):
    mayor, deputy = a_manager(city["xn"], name="赵青"), a_manager(city["xn"], name="钱明")
    order = an_unplaced_order(city, resident, "ODD")
    with writing():
        row = queries.find(order.number, mayor)
        row.district_id, row.lead_unit_id = None, city["xn"]
    to_be_ended(order, mayor)
    assert "由西宁市或上级的其他管理员审批" in refused_decision(NotAllowed, order, mayor).message
    decided(order, deputy)
    assert fresh(order).outcome == "terminated"


def test_a_decision_is_given_in_words(order, manager, street):
    to_be_ended(order, manager)
    assert list(refused_decision(Invalid, order, street, note=" ").fields) == ["note"]
    decided(order, street)
    assert refused_decision(Conflict, order, street).context["reason"] == "nothing-proposed"
    assert story(order).count("decide_termination") == 1


# where it was


def test_a_paused_order_ends_with_nothing_left_open(order, worker, manager, street, at):
    asked(order, worker)
    to_be_ended(order, manager)
    decided(order, street)
    row = fresh(order)
    assert (row.paused_at, row.paused_from, row.step_due_at, row.beside) == (None, None, None, "")
    assert records(order) == [("question", "lapsed"), ("termination", "approved")]
    at("03-17 18:00")
    sweep()
    assert fresh(order).status == "closed"


def test_what_nobody_had_accepted_counts_as_taken_in(city, manager, street, resident, at):
    order = an_order(city, resident, "ODD")
    to_be_ended(order, manager)
    decided(order, street)
    row = fresh(order)
    assert (row.accepted_at is not None, spoken(row.due_at), row.step_due_at) == (True, "03-19 18:00", None)
    at("03-20 18:00")
    before = len(events(order))
    sweep()
    assert len(events(order)) == before


def test_nothing_reminds_of_what_was_ended(order, manager, street, at):
    to_be_ended(order, manager)
    decided(order, street)
    before = len(owed(order))
    for moment in ("03-11 18:00", "03-16 18:00", "03-19 18:00", "03-25 18:00", "04-20 18:00"):
        at(moment)
        sweep()
    assert topics(order, before) == []
    assert (fresh(order).outcome, fresh(order).overdue_at, follow_ups(order)) == ("terminated", None, [])


def test_a_call_to_the_office_above_lapses_with_it(order, manager, street):
    called(order, manager)
    to_be_ended(order, manager)
    decided(order, street)
    assert records(order) == [("escalation", "lapsed"), ("termination", "approved")]
    assert told(order, "lapsed")["waiting_id"] == manager.account_id


@pytest.mark.parametrize("way", ["resolved", "withdrawn", "relocated"])
def test_the_request_ends_with_the_order_leaving_the_unit(city, order, worker, manager, resident, way):
    to_be_ended(order, manager)
    if way == "resolved":
        run(resolution.resolve, order.number, worker, "solved", "办好了", [])
    elif way == "withdrawn":
        run(intake.withdraw, order.number, resident, "好了")
    else:
        with writing():
            corrections.relocate(order.number, manager, place_by_building(city.far_compound, "3号楼", ""), "地点不对")
    assert records(order) == [("termination", "lapsed")]
    assert told(order, "lapsed")["waiting_id"] == manager.account_id


# afterwards


def test_it_cannot_be_rated(order, manager, street, resident):
    to_be_ended(order, manager)
    decided(order, street)
    words = {"answered": True, "solved": "no", "satisfied": "no", "comment": None}
    error = refused(Conflict, rating.rate, order.number, resident, **words)
    assert error.context["reason"] == "terminated"
    actions = detail(order.number, resident, as_reporter=True).actions
    end_reading()
    assert ("rate" in actions, "reopen" in actions) == (False, True)


def test_a_reporter_may_have_it_done_after_all_and_it_goes_to_the_pool(order, worker, manager, street, resident, at):
    to_be_ended(order, manager)
    decided(order, street)
    at("03-20 10:00")
    run(reopening.reopen, order.number, resident, "法院已经判了", [])
    row = fresh(order)
    assert (row.status, row.round, row.outcome, row.closed_at) == ("pooled", 2, None, None)
    assert row.assignee_id is None
    assert topics(order)[-1] == "reopened"
    claimed(order, worker)
    run(resolution.resolve, order.number, worker, "solved", "按判决办好了", [])
    run(rating.rate, order.number, resident, answered=True, solved="yes", satisfied="yes", comment=None)
    assert (fresh(order).status, fresh(order).outcome) == ("closed", "rated")


def test_what_was_never_accepted_begins_again_with_all_its_dates(city, manager, street, resident, worker):
    order = an_order(city, resident, "ODD")
    to_be_ended(order, manager)
    decided(order, street)
    run(reopening.reopen, order.number, resident, "请再看看", [])
    row = fresh(order)
    assert row.status == "pooled"
    assert None not in (row.accepted_at, row.due_at, row.original_due_at, row.contact_due_at)
    claimed(order, worker)


def test_an_urgent_one_begins_again_on_the_ladder(city, manager, street, resident, worker):
    order = an_order(city, resident, "LIFT")
    run(assignment.sign, order.number, worker)
    to_be_ended(order, manager)
    decided(order, street)
    run(reopening.reopen, order.number, resident, "又困人了", [])
    assert (fresh(order).status, fresh(order).assignee_id) == ("assigned", worker.account_id)


def test_after_thirty_days_it_stays_ended(order, manager, street, resident, at):
    to_be_ended(order, manager)
    decided(order, street)
    at("04-10 10:00")
    error = refused(Conflict, reopening.reopen, order.number, resident, "法院已经判了", [])
    assert error.context["reason"] == "too-late"


def test_a_later_round_may_be_ended_too(city, order, worker, manager, street, resident):
    run(resolution.resolve, order.number, worker, "solved", "办好了", [])
    run(rating.rate, order.number, resident, answered=True, solved="yes", satisfied="yes", comment=None)
    run(reopening.reopen, order.number, resident, "又吵了", [])
    to_be_ended(order, manager)
    decided(order, street)
    words = {"answered": True, "solved": "no", "satisfied": "no", "comment": None}
    assert refused(Conflict, rating.rate, order.number, resident, **words).context["reason"] == "terminated"
