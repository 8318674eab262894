"""Calling the office above: proposed by the worker, sent by the lead unit, answered above or passed over."""

from datetime import date

import pytest

from app.db import end_reading
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.people.models import Role
from app.territory.placing import place_by_building
from app.work_orders import assignment, corrections, intake, on_behalf, queries, resolution, transfer
from app.work_orders.detail import detail
from app.work_orders.intake import Request
from app.work_orders.offices import escalations, task_records
from app.work_orders.on_behalf import Person, Settled
from app.work_orders.side_records import Kind, put
from app.work_orders.workflow import Action, WrongStatus
from tests.factories import (
    a_manager,
    a_person,
    a_worker,
    an_order,
    an_unplaced_order,
    claimed,
    fresh,
    resolved,
    writing,
)
from tests.work_orders.calling import (
    REASON,
    THURSDAY,
    TRIED,
    an_organisation,
    called,
    proposed,
    record_of,
    reported_in,
    returned,
    tasks,
)
from tests.work_orders.record import events, last, owed, public_id, refused, run, story, sweep, timers, told, topics
from tests.work_orders.waiting import asked, records, spoken

SAID = f"{REASON}\n已采取的措施：{TRIED}"


@pytest.fixture
def order(city, resident, worker):
    return claimed(an_order(city, resident), worker)


@pytest.fixture
def street(city):
    """The manager of the subdistrict above the community."""
    return a_manager(city["ht"], name="铁占林")


@pytest.fixture
def district(city):
    return a_manager(city["cx"], name="韩明")


@pytest.fixture
def mayor(city):
    return a_manager(city["xn"], name="赵青")


def escalate(order, manager, kind="enforcement_power"):
    return lambda: escalations.escalate(order.number, manager, kind, TRIED, REASON)


def refused_call(error, order, manager, kind="cannot_solve", tried=TRIED, reason=REASON):
    return refused(error, escalations.escalate, order.number, manager, kind, tried, reason)


def refused_answer(error, order, manager, note="派人来", person="铁占林", until=THURSDAY, organisation=None):
    return refused(error, escalations.report_in, order.number, manager, note, person, until, organisation)


# proposing


def test_the_assignee_proposes_and_the_own_manager_is_asked(city, order, worker):
    proposed(order, worker)
    row = fresh(order)
    assert (row.status, row.assignee_id, row.beside) == ("in_progress", worker.account_id, "escalation_proposal")
    assert (last(order).words, last(order).visible) == (SAID, "internal")
    assert told(order, "escalation_proposed")["unit_id"] == city["xnlx"]
    assert spoken(timers(order)["escalation_proposal"]) == "03-11 18:00"


def test_only_the_assignee_proposes_once_and_in_words(city, order, worker, colleague, manager, resident):
    for stranger in (colleague, manager):
        refused(NotAllowed, escalations.propose, order.number, stranger, "emergency", TRIED, REASON)
    refused(NotFound, escalations.propose, order.number, a_worker(city["h1"]), "emergency", TRIED, REASON)
    for field, values in {"kind": ("other", TRIED, REASON), "tried": ("emergency", " ", REASON)}.items():
        assert list(refused(Invalid, escalations.propose, order.number, worker, *values).fields) == [field]
    proposed(order, worker)
    error = refused(Conflict, escalations.propose, order.number, worker, "emergency", TRIED, REASON)
    assert error.context["reason"] == "proposed-already"
    done = resolved(an_order(city, resident), worker)
    refused(WrongStatus, escalations.propose, done.number, worker, "emergency", TRIED, REASON)


def test_what_is_called_already_is_not_proposed(order, worker, manager):
    called(order, manager)
    error = refused(Conflict, escalations.propose, order.number, worker, "emergency", TRIED, REASON)
    assert error.context["reason"] == "escalated-already"


def test_the_manager_declines_and_the_worker_reads_why(order, worker, manager):
    proposed(order, worker)
    run(escalations.decline, order.number, manager, "再约一次物业")
    assert records(order) == [("escalation_proposal", "declined")]
    assert (last(order).words, last(order).visible) == ("再约一次物业", "internal")
    assert told(order, "escalation_declined")["waiting_id"] == worker.account_id
    error = refused(Conflict, escalations.decline, order.number, manager, "不用")
    assert error.context["reason"] == "nothing-proposed"


def test_only_the_lead_units_manager_declines_and_says_why(order, worker, manager, street):
    proposed(order, worker)
    refused(NotAllowed, escalations.decline, order.number, worker, "不用")
    assert "首接单位的管理员" in refused(NotAllowed, escalations.decline, order.number, street, "不用").message
    assert list(refused(Invalid, escalations.decline, order.number, manager, " ").fields) == ["note"]


def test_nobody_decided_so_it_lapses_and_the_worker_is_told_once(order, worker, manager, at):
    proposed(order, worker)
    at("03-11 18:00")
    sweep()
    sweep()
    assert records(order) == [("escalation_proposal", "lapsed")]
    assert topics(order).count("lapsed") == 1
    assert told(order, "lapsed")["waiting_id"] == worker.account_id
    assert fresh(order).status == "in_progress"


def test_a_proposal_that_was_answered_in_time_is_left_alone(order, worker, manager, at):
    proposed(order, worker)
    run(escalations.decline, order.number, manager, "再约一次")
    proposed(order, worker)
    at("03-11 18:00")
    sweep()
    assert records(order) == [("escalation_proposal", "declined"), ("escalation_proposal", "lapsed")]


def test_a_proposal_ends_with_the_order_leaving_the_workers_hands(order, worker, colleague, manager):
    proposed(order, worker)
    run(assignment.dispatch, order.number, manager, public_id(colleague), "换人")
    assert records(order) == [("escalation_proposal", "lapsed")]
    assert told(order, "lapsed")["waiting_id"] == worker.account_id


# calling


def test_the_manager_calls_and_the_unit_keeps_the_order(city, order, worker, manager, resident):
    proposed(order, worker)
    called(order, manager)
    row, record = fresh(order), record_of(order)
    assert (row.status, row.assignee_id, row.lead_unit_id) == ("in_progress", worker.account_id, city["xnlx"])
    assert records(order) == [("escalation_proposal", "sent"), ("escalation", None)]
    assert (record.unit_id, record.by_id, spoken(record.due_at)) == (city["ht"], manager.account_id, "03-11 18:00")
    assert record.facts == {"kind": "enforcement_power", "level": "subdistrict"}
    assert spoken(timers(order)["escalation"]) == "03-11 18:00"
    facts = told(order, "escalated")
    assert (facts["unit_id"], facts["report_due_at"]) == (city["ht"], "2026-03-11T18:00:00+08:00")


def test_an_emergency_must_be_answered_in_two_hours_day_or_night(order, manager, at):
    at("03-10 23:30")
    called(order, manager, "emergency")
    assert spoken(record_of(order).due_at) == "03-11 01:30"


def test_the_resident_reads_who_was_asked_but_neither_words_nor_names(order, worker, manager, street, resident):
    proposed(order, worker)
    called(order, manager)
    reported_in(order, street)
    shown = detail(order.number, resident, as_reporter=True)
    end_reading()
    lines = [(line.action, line.text, line.by) for line in shown.lines][-2:]
    assert lines == [
        ("escalate", "请虎台街道协助，原因：需要执法权", "管理员"),
        ("report_in", "虎台街道已报到，计划3月12日（周四）18:00前办理", "管理员"),
    ]
    assert "escalated" in topics(order)
    assert "reported_in" in topics(order)


def test_staff_read_what_was_tried(order, manager, street):
    called(order, manager)
    line = detail(order.number, street).lines[-1]
    end_reading()
    assert (line.text, line.by) == (f"请虎台街道协助，原因：需要执法权：{SAID}", "管理员 王静")


def test_only_the_manager_of_the_very_lead_unit_calls(city, order, worker, manager, street, resident):
    refused_call(NotAllowed, order, worker)
    assert "首接单位的管理员" in refused_call(NotAllowed, order, street).message
    refused_call(NotFound, order, a_manager(city["hyx"]))
    refused_call(NotAllowed, order, resident)


@pytest.mark.parametrize(
    ("field", "values"),
    [("kind", {"kind": "anger"}), ("tried", {"tried": " "}), ("reason", {"reason": ""})],
    ids=["kind", "tried", "reason"],
)
def test_a_call_says_why_what_was_tried_and_what_is_needed(order, manager, field, values):
    assert list(refused_call(Invalid, order, manager, **values).fields) == [field]


def test_it_is_called_from_in_progress_alone_and_once(city, order, manager, worker, resident):
    refused_call(WrongStatus, an_order(city, resident), manager)
    called(order, manager)
    assert refused_call(Conflict, order, manager).context["reason"] == "escalated-already"
    assert story(order).count("escalate") == 1


def test_above_the_city_there_is_nobody(city, mayor, worker, resident):
    order = an_unplaced_order(city, resident)
    with writing():
        row = queries.find(order.number, mayor)
        row.district_id, row.lead_unit_id = None, city["xn"]
        assignment.assign(row, worker.account_id, Action.ASSIGN, mayor, "请办理")
    run(assignment.sign, order.number, worker)
    assert refused_call(Conflict, order, mayor).context["reason"] == "nobody-above"


def test_a_district_calls_the_city(city, district, mayor, worker, resident):
    order = an_unplaced_order(city, resident)
    with writing():
        assignment.assign(queries.find(order.number, district), worker.account_id, Action.ASSIGN, district, "请办理")
    run(assignment.sign, order.number, worker)
    called(order, district)
    assert (record_of(order).unit_id, record_of(order).facts["level"]) == (city["xn"], "city")
    reported_in(order, mayor)
    assert records(order) == [("escalation", "reported_in")]


def test_no_call_while_a_transfer_is_offered_and_no_transfer_while_called(order, worker, colleague, manager):
    run(transfer.offer, order.number, worker, public_id(colleague), "已约好时间")
    assert refused_call(Conflict, order, manager).context["reason"] == "transfer-offered"
    run(transfer.take_back, order.number, worker)
    called(order, manager)
    error = refused(Conflict, transfer.offer, order.number, worker, public_id(colleague), "已约好时间")
    assert error.context["reason"] == "escalated"


def test_no_call_while_a_dispute_waits_for_its_ruling(city, order, manager):
    with writing():
        row = queries.find(order.number, manager)
        put(row, Kind.DISPUTE, row.take(Action.DISPUTE, by=manager), unit_id=city["ht"])
    assert refused_call(Conflict, order, manager).context["reason"] == "disputed"


def test_a_called_order_is_not_offered_to_be_disputed_or_transferred(order, manager, worker):
    called(order, manager)
    for person in (manager, worker):
        actions = detail(order.number, person).actions
        end_reading()
        assert not {"dispute", "transfer", "escalate", "propose_escalation"} & set(actions)


# reporting in


def test_the_office_reports_in_and_the_order_waits_for_what_it_promised(city, order, worker, manager, street):
    called(order, manager)
    reported_in(order, street)
    row, record, (task,) = fresh(order), record_of(order), tasks(order)
    assert (row.status, row.assignee_id, row.beside, row.open_tasks) == ("in_progress", worker.account_id, "", 1)
    assert record.outcome == "reported_in"
    assert (record.facts["in_time"], record.facts["reported_at"]) == (True, "2026-03-10T10:00:00+08:00")
    assert (task.unit_id, task.organisation_id, task.cause) == (city["ht"], None, "escalation")
    assert (task.what, spoken(task.due_at)) == ("派执法中队来（到场人员：铁占林 中队长）", "03-12 18:00")
    assert last(order).facts["in_time"] is True
    assert told(order, "reported_in")["waiting_id"] == manager.account_id
    assert "assistance_asked" not in topics(order)


def test_a_name_is_nowhere_but_among_the_words(order, manager, street):
    called(order, manager)
    reported_in(order, street)
    assert "铁占林" in last(order).words
    assert "铁占林" not in str([event.facts for event in events(order)])
    assert "铁占林" not in str(owed(order))
    assert "铁占林" not in str(record_of(order).facts)


def test_an_organisation_of_the_office_may_be_sent_and_is_told(city, order, manager, street):
    team = an_organisation(city["ht"])
    called(order, manager)
    reported_in(order, street, organisation=team)
    (task,) = tasks(order)
    assert task.organisation_id is not None
    facts = told(order, "assistance_asked")
    assert (facts["organisation_id"], facts["unit_id"]) == (task.organisation_id, None)
    assert facts["task_due_at"] == "2026-03-12T18:00:00+08:00"


def test_an_organisation_of_elsewhere_or_of_the_past_is_not_sent(city, order, manager, street):
    called(order, manager)
    for other in (an_organisation(city["cx"]), an_organisation(city["ht"], "旧队", active=False), "0" * 22):
        assert list(refused_answer(Invalid, order, street, organisation=other).fields) == ["organisation"]
    assert tasks(order) == []


def test_an_office_higher_still_may_answer_for_it_and_one_below_may_not(city, order, manager, street, district, at):
    called(order, manager)
    refused_answer(NotAllowed, order, manager)
    refused_answer(NotFound, order, a_manager(city["cz"]))
    at("03-11 18:00")
    sweep()
    message = refused_answer(NotAllowed, order, street).message
    assert "由城西区或上级的管理员报到" in message
    refused(NotAllowed, escalations.give_back, order.number, street, "不归我们")
    reported_in(order, district)
    assert tasks(order)[0].unit_id == city["cx"]


def test_it_may_be_answered_wherever_the_order_is_meanwhile(city, manager, street, worker, colleague, resident):
    pooled, assigned, waiting = (claimed(an_order(city, resident), worker) for _ in range(3))
    for one in (pooled, assigned, waiting):
        called(one, manager)
    run(assignment.release, pooled.number, worker, "需要电工")
    run(assignment.dispatch, assigned.number, manager, public_id(colleague), "换人")
    asked(waiting, worker)
    for one, status in ((pooled, "pooled"), (assigned, "assigned"), (waiting, "awaiting_resident")):
        reported_in(one, street)
        assert (fresh(one).status, records(one)[0]) == (status, ("escalation", "reported_in"))


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("note", {"note": " "}),
        ("person", {"person": ""}),
        ("until", {"until": date(2026, 3, 9)}),
        ("until", {"until": date(2027, 3, 9)}),
    ],
    ids=["note", "person", "past", "far"],
)
def test_reporting_in_says_what_who_and_when(order, manager, street, field, values):
    called(order, manager)
    assert list(refused_answer(Invalid, order, street, **values).fields) == [field]


def test_a_day_off_means_the_next_working_day(order, manager, street):
    called(order, manager)
    reported_in(order, street, date(2026, 3, 14))  # a Saturday
    assert spoken(tasks(order)[0].due_at) == "03-16 18:00"


def test_today_is_too_late_after_the_offices_have_closed(order, manager, street, at):
    called(order, manager)
    at("03-10 18:30")
    assert list(refused_answer(Invalid, order, street, until=date(2026, 3, 10)).fields) == ["until"]


def test_what_nobody_called_for_is_not_answered(order, street):
    assert refused_answer(Conflict, order, street).context["reason"] == "not-escalated"
    error = refused(Conflict, escalations.give_back, order.number, street, "不归我们")
    assert error.context["reason"] == "not-escalated"


def test_late_but_before_the_house_noticed_counts_as_late(order, manager, street, at):
    called(order, manager)
    at("03-11 18:01")
    reported_in(order, street)
    assert (record_of(order).facts["in_time"], last(order).facts["in_time"]) == (False, False)
    sweep()
    assert records(order) == [("escalation", "reported_in")]
    assert "escalation_unanswered" not in topics(order)


def test_what_was_promised_blocks_settling_until_it_is_reported(order, worker, manager, street):
    called(order, manager)
    reported_in(order, street)
    error = refused(Conflict, resolution.resolve, order.number, worker, "solved", "办好了", [])
    assert error.message.startswith("虎台街道的协办还没有反馈")
    actions = detail(order.number, worker).actions
    end_reading()
    assert "resolve" not in actions
    with writing():
        row = queries.find(order.number, worker)
        (task,) = task_records.open_ones(row)
        task_records.end(row, task, row.take(Action.REPORT, by=worker), "done")
    run(resolution.resolve, order.number, worker, "solved", "办好了", [])
    assert fresh(order).status == "resolved"


def test_the_organisation_that_was_sent_is_named_where_it_is_waited_for(city, order, worker, manager, street):
    called(order, manager)
    reported_in(order, street, organisation=an_organisation(city["ht"]))
    error = refused(Conflict, resolution.resolve, order.number, worker, "solved", "办好了", [])
    assert "虎台执法中队的协办还没有反馈" in error.message


# giving back


def test_the_office_gives_it_back_once_with_its_reason(order, worker, manager, street):
    called(order, manager)
    returned(order, street)
    assert (fresh(order).status, records(order)) == ("in_progress", [("escalation", "returned")])
    assert (last(order).words, last(order).visible) == ("社区有权处理", "internal")
    facts = told(order, "escalation_returned")
    assert (facts["waiting_id"], facts["assignee_id"]) == (manager.account_id, worker.account_id)
    assert tasks(order) == []


def test_a_second_time_it_reports_in_or_time_decides(city, order, manager, street, at):
    called(order, manager)
    returned(order, street)
    called(order, manager)
    actions = detail(order.number, street).actions
    end_reading()
    assert "report_in" in actions
    assert "return_escalation" not in actions
    error = refused(Conflict, escalations.give_back, order.number, street, "还是不归我们")
    assert error.context["reason"] == "returned-already"
    assert "请您报到" in error.message
    at("03-11 18:00")
    sweep()
    assert record_of(order).unit_id == city["cx"]


def test_giving_back_needs_a_reason_and_the_called_office(order, worker, manager, street):
    called(order, manager)
    assert list(refused(Invalid, escalations.give_back, order.number, street, " ").fields) == ["reason"]
    for stranger in (worker, manager):
        refused(NotAllowed, escalations.give_back, order.number, stranger, "不归我们")


# nobody reports in


def test_unanswered_it_goes_one_level_higher_under_supervision(city, order, manager, street, at):
    called(order, manager)
    at("03-11 18:00")
    sweep()
    record = record_of(order)
    assert records(order)[:2] == [("escalation", "unanswered"), ("escalation", None)]
    assert (record.unit_id, record.by_id, spoken(record.due_at)) == (city["cx"], manager.account_id, "03-12 18:00")
    assert record.facts == {"kind": "enforcement_power", "level": "district", "risen_from": city["ht"]}
    facts = told(order, "escalation_unanswered")
    assert (facts["unit_id"], facts["waiting_id"]) == (city["cx"], manager.account_id)
    assert facts["report_due_at"] == "2026-03-12T18:00:00+08:00"
    assert fresh(order).beside == "escalation,supervision"
    assert topics(order).count("supervised") == 1


def test_at_the_city_it_stays_open_and_is_told_once(city, order, manager, mayor, at):
    called(order, manager)
    for moment in ("03-11 18:00", "03-12 18:00", "03-13 18:00", "03-16 09:00"):
        at(moment)
        sweep()
        sweep()
    record = record_of(order)
    assert (record.unit_id, record.ended_at) == (city["xn"], None)
    assert [outcome for kind, outcome in records(order) if kind == "escalation"] == ["unanswered", "unanswered", None]
    assert [facts["unit_id"] for topic, facts in owed(order) if topic == "escalation_unanswered"] == [
        city["cx"],
        city["xn"],
        city["xn"],
    ]
    assert "escalation" not in timers(order)
    reported_in(order, mayor, date(2026, 3, 20))
    assert record_of(order).facts["in_time"] is False


def test_after_a_long_downtime_the_next_office_has_its_full_time(city, order, manager, at):
    called(order, manager, "emergency")
    at("03-13 10:00")
    sweep()
    record = record_of(order)
    assert (record.unit_id, spoken(record.due_at)) == (city["cx"], "03-13 12:00")
    assert topics(order).count("escalation_unanswered") == 1


def test_the_resident_reads_nothing_of_who_did_not_come(order, manager, resident, at):
    called(order, manager)
    at("03-11 18:00")
    sweep()
    shown = [line.action for line in detail(order.number, resident, as_reporter=True).lines]
    end_reading()
    assert {"expire", "supervise", "return_escalation"}.isdisjoint(shown)
    line = next(line for line in detail(order.number, manager).lines if line.action == "expire")
    end_reading()
    assert line.text == "没有按时报到，升级请城西区报到"


def test_the_limit_runs_on_while_the_resident_is_asked(city, order, worker, manager, at):
    called(order, manager)
    asked(order, worker)
    at("03-11 18:00")
    sweep()
    assert (fresh(order).status, record_of(order).unit_id) == ("awaiting_resident", city["cx"])


def test_a_place_that_moved_in_the_tree_goes_to_the_office_above_it_now(city, order, manager, at):
    called(order, manager)
    with writing():
        row = queries.find(order.number, manager)
        row.district_id, row.subdistrict_id = city["cz"], None
    at("03-11 18:00")
    sweep()
    assert record_of(order).unit_id == city["cz"]


# what else ends it


def test_settled_below_the_call_ends_without_a_word_to_the_office(order, worker, manager):
    called(order, manager)
    before = len(owed(order))
    run(resolution.resolve, order.number, worker, "solved", "自己劝好了", [])
    assert records(order) == [("escalation", "solved_below")]
    assert topics(order, before) == ["resolved"]


def test_settled_on_the_spot_by_whoever_took_it_in_the_call_ends_as_well(city, worker, manager):
    request = Request("NOISE", "楼上拖椅子", place_by_building(city.compound, "3号楼", ""), channel="door")
    order = run(on_behalf.take_in, request, Person("马奶奶"), worker, agreed=True)
    claimed(order, worker)
    called(order, manager)
    run(assignment.release, order.number, worker, "需要电工")
    run(on_behalf.settle, order.number, worker, Settled("solved", "当场劝好了"))
    assert records(order) == [("escalation", "solved_below")]


@pytest.mark.parametrize("way", ["withdrawn", "relocated"])
def test_an_order_that_goes_away_ends_the_call_and_whoever_called_is_told(
    city, order, worker, manager, resident, at, way
):
    called(order, manager)
    if way == "withdrawn":
        run(intake.withdraw, order.number, resident, "好了")
    else:
        with writing():
            corrections.relocate(order.number, manager, place_by_building(city.far_compound, "3号楼", ""), "地点不对")
    assert records(order) == [("escalation", "lapsed")]
    assert told(order, "lapsed")["waiting_id"] == manager.account_id
    at("03-11 18:00")
    sweep()
    assert "escalation_unanswered" not in topics(order)


def test_somebody_who_manages_both_offices_answers_for_the_upper_one(city, order):
    both = a_person((Role.MANAGER, city["xnlx"]), (Role.MANAGER, city["ht"]), name="王静")
    called(order, both)
    reported_in(order, both)
    assert records(order) == [("escalation", "reported_in")]
