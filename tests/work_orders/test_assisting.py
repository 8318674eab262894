"""Helping with an order: asked of another unit, reported by it, late, and over when the order is."""

import pytest

from app.db import end_reading
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.notifications import recipients
from app.people.actor import SYSTEM, Actor
from app.territory.placing import place_by_building
from app.work_orders import corrections, intake, lists, on_behalf, reopening, resolution
from app.work_orders.detail import detail
from app.work_orders.models import WorkOrder
from app.work_orders.offices import assisting, task_records
from app.work_orders.on_behalf import Person, Settled
from app.work_orders.workflow import Action, Status
from tests.factories import (
    a_charge,
    a_manager,
    a_partner,
    a_unit_worker,
    a_worker,
    an_order,
    an_organisation,
    claimed,
    fresh,
    writing,
)
from tests.work_orders.record import last, lost, owed, refused, run, story, sweep, tasks, timers, told, topics, won
from tests.work_orders.waiting import asked, spoken

COMPANY = {"unit_kind": "property_company", "mode": "unit"}


@pytest.fixture
def company(city):
    return an_organisation(city, code="property")


@pytest.fixture
def order(city, resident, worker):
    return claimed(an_order(city, resident), worker)


def ask(order, manager, unit="organisation:property", what="请修门禁", **values):
    return run(assisting.assist, order.number, manager, unit, what, **values)


def waiting(order, actor):
    return run(lambda: assisting.waiting(WorkOrder.query.filter_by(id=order.id).one(), actor))


def task_of(order):
    return waiting(order, Actor(0))[0].id


def report(order, actor, outcome="done", note="门禁修好了"):
    return run(assisting.report, order.number, actor, task_of(order), outcome, note)


# asking


def test_a_manager_asks_and_the_organisations_people_are_told_while_the_order_stays(
    city, order, company, worker, manager
):
    partner = a_partner(company)
    ask(order, manager)
    row = fresh(order)
    assert (row.status, row.assignee_id, row.open_tasks) == ("in_progress", worker.account_id, 1)
    assert tasks(order) == [("asked", city["xnlx"], company.id, None)]
    facts = told(order, "assistance_asked")
    assert recipients.of("helpers", order.id, facts) == [partner.account_id]
    assert recipients.of("unit_managers", order.id, facts) == []
    assert facts["task_due_at"].startswith("2026-03-13")
    assert spoken(timers(order)["task"]) == "03-13 18:00"


def test_the_reporter_reads_who_helps_and_none_of_the_words(order, company, manager, resident, worker):
    ask(order, manager)
    report(order, worker)
    seen = {line.action: line.text for line in detail(order.number, resident, as_reporter=True).lines}
    known = {line.action: line.text for line in detail(order.number, manager).lines}
    end_reading()
    assert (seen["assist"], seen["report"]) == ("请湟水物业协助办理", "湟水物业反馈已办好")
    assert (known["assist"], known["report"]) == ("请湟水物业协助办理：请修门禁", "湟水物业反馈已办好：门禁修好了")


def test_the_manager_says_until_when_in_working_days(order, company, manager):
    ask(order, manager, days=1)
    assert spoken(timers(order)["task"]) == "03-11 18:00"


def test_offices_of_the_way_to_the_city_can_be_asked_and_their_managers_are_told(city, order, manager):
    boss = a_manager(city["ht"])
    ask(order, manager, "office:ht")
    facts = told(order, "assistance_asked")
    assert recipients.of("unit_managers", order.id, facts) == [boss.account_id]
    assert recipients.of("helpers", order.id, facts) == []


def test_whom_one_can_choose_from(city, order, company, manager):
    far = an_organisation(city, "cz", name="远处")
    elsewhere = an_organisation(city, compounds=[], name="本街", place="ht")
    beside = an_organisation(city, "ht", compounds=[city.far_compound], name="别的小区")
    ask(order, manager)
    found = run(lambda: assisting.choices(WorkOrder.query.filter_by(id=order.id).one()))
    assert [(one.name, one.is_asked, one.has_people) for one in found] == [
        ("湟水物业", True, False), ("本街", False, False),
        ("虎台街道", False, True), ("城西区", False, True), ("西宁市", False, True),
    ]  # fmt: skip
    assert {far.name, beside.name}.isdisjoint({one.name for one in found})
    assert elsewhere.name in {one.name for one in found}


@pytest.mark.parametrize(
    ("values", "field"),
    [({"what": " "}, "what"), ({"unit": "organisation:none"}, "unit"), ({"days": 0}, "days"), ({"days": 31}, "days")],
)
def test_something_wrong_is_told_at_its_field(order, company, manager, values, field):
    fault = refused(
        Invalid, assisting.assist, order.number, manager, **({"unit": "organisation:property", "what": "请修"} | values)
    )
    assert list(fault.fields) == [field]


def test_who_asks(city, order, company, worker, resident, manager):
    for person, kind in ((worker, NotAllowed), (resident, NotAllowed), (a_manager(city["hyx"]), NotFound)):
        refused(kind, assisting.assist, order.number, person, "organisation:property", "请修门禁")
    ask(order, manager)
    assert (
        "已经请湟水物业协办"
        in refused(Conflict, assisting.assist, order.number, manager, "organisation:property", "再请").message
    )


def test_of_two_managers_who_ask_at_once_one_is_first(city, order, company, manager, at_once):
    other = a_manager(city["xnlx"])
    outcomes = at_once(
        *[
            lambda who=who: assisting.assist(order.number, who, "organisation:property", "请修")
            for who in (manager, other)
        ]
    )
    assert (len(won(outcomes)), len(lost(outcomes)), len(tasks(order))) == (1, 1, 1)


# reporting


def test_an_organisations_own_people_report_and_then_the_order_can_be_settled(order, company, manager, worker):
    partner = a_partner(company)
    ask(order, manager)
    task, _ = run(assisting.report_own, task_of(order), partner, "在等配件", done=False)
    assert (task.ended_at, fresh(order).open_tasks, last(order).visible) == (None, 1, "act")
    run(assisting.report_own, task.public_id, partner, "修好了", done=True)
    assert (tasks(order)[0][3], fresh(order).open_tasks) == ("done", 0)
    assert told(order, "assistance_reported")["assignee_id"] == worker.account_id
    error = refused(Conflict, assisting.report_own, task.public_id, partner, "再说一次", done=True)
    assert error.context["reason"] == "ended"
    assert run(resolution.resolve, order.number, worker, "solved", "办好了", []).status == "resolved"


def test_while_a_task_is_open_nothing_is_settled(order, company, manager, worker):
    ask(order, manager)
    error = refused(Conflict, resolution.resolve, order.number, worker, "solved", "办好了", [])
    assert "湟水物业的协办还没有反馈" in error.message
    assert error.context["reason"] == "open-tasks"
    assert "resolve" not in detail(order.number, worker).actions
    end_reading()


def test_of_a_confidential_order_the_organisation_reads_the_compound_alone(city, resident, company, worker, manager):
    order = claimed(an_order(city, resident, confidential=True), worker)
    ask(order, manager)
    row = WorkOrder.query.filter_by(id=order.id).one()
    shown = assisting.own_task(task_records.open_ones(row)[0], row)
    end_reading()
    assert shown.place == "湟岸巷28号院"


def test_a_stranger_does_not_find_the_task_nor_does_whom_the_order_concerns(city, order, company, manager):
    ask(order, manager)
    stranger = a_partner(an_organisation(city, "ht", name="别家"))
    refused(NotFound, assisting.report_own, task_of(order), stranger, "修好了", done=True)
    neighbour = a_partner(company)
    own = claimed(an_order(city, neighbour), a_worker(city["g1"]))
    ask(own, manager)
    refused(NotFound, assisting.report_own, task_of(own), neighbour, "修好了", done=True)
    assert len(run(lists.tasks, neighbour, False, None, 20)) == 1


def test_for_an_organisation_with_nobody_here_whoever_works_on_the_order_reports(
    order, company, manager, worker, colleague
):
    ask(order, manager)
    refused(NotAllowed, assisting.report, order.number, colleague, task_of(order), "done", "好了")
    report(order, worker, "not_done", "没有配件")
    assert tasks(order)[0][3] == "not_done"


def test_where_it_has_people_they_report_until_it_is_late(order, company, manager, worker, at):
    a_unit_worker(company)
    ask(order, manager)
    for person in (worker, manager):
        error = refused(NotAllowed, assisting.report, order.number, person, task_of(order), "done", "好了")
        assert "请由湟水物业的人员在手机上反馈" in error.message
    at("03-13 18:00")
    refused(NotAllowed, assisting.report, order.number, worker, task_of(order), "done", "好了")
    report(order, manager, "not_done", "一直没有回音")
    assert tasks(order)[0][3] == "not_done"


def test_an_asked_office_reports_through_its_manager_alone(city, order, manager, worker):
    boss = a_manager(city["ht"])
    ask(order, manager, "office:ht")
    for person in (manager, worker, a_manager(city["cx"])):
        error = refused(NotAllowed, assisting.report, order.number, person, task_of(order), "done", "好了")
        assert error.message == "请由虎台街道的管理员反馈。"
    report(order, boss)
    assert tasks(order)[0][3] == "done"


@pytest.mark.parametrize(("outcome", "note", "field"), [("done", " ", "note"), ("perhaps", "好了", "outcome")])
def test_a_report_says_what_was_done(order, company, manager, worker, outcome, note, field):
    ask(order, manager)
    assert list(refused(Invalid, assisting.report, order.number, worker, task_of(order), outcome, note).fields) == [
        field
    ]
    assert list(refused(Invalid, assisting.report, order.number, worker, "none", "done", "好了").fields) == ["task"]


def test_two_who_report_at_once_end_it_once(order, company, manager, worker, at_once):
    ask(order, manager)
    task = task_of(order)
    outcomes = at_once(
        *[lambda who=who: assisting.report(order.number, who, task, "done", "好了") for who in (worker, manager)]
    )
    assert (len(won(outcomes)), len(lost(outcomes)), fresh(order).open_tasks) == (1, 1, 0)


# late


def test_late_it_is_told_once_however_many_units_are_late(order, company, manager, worker, at):
    ask(order, manager)
    at("03-10 11:00")
    ask(order, manager, "office:ht")
    at("03-13 18:00")
    sweep()
    sweep()
    assert topics(order).count("assistance_late") == 1
    facts = told(order, "assistance_late")
    assert recipients.of("assignee", order.id, facts) == [worker.account_id]
    assert recipients.of("lead_managers", order.id, facts) == [manager.account_id]
    lines = [line.text for line in detail(order.number, manager).lines if line.action == "expire"]
    end_reading()
    assert lines == ["湟水物业、虎台街道没有按时反馈协办情况"]


def test_reported_in_time_nobody_hears_of_it(order, company, manager, worker, at):
    ask(order, manager)
    report(order, worker)
    at("03-13 18:00")
    sweep()
    assert "assistance_late" not in topics(order)


def test_paused_meanwhile_it_is_late_all_the_same(order, company, manager, worker, resident, at):
    ask(order, manager, days=1)
    asked(order, worker)
    at("03-11 18:00")
    sweep()
    assert "assistance_late" in topics(order)
    assert fresh(order).status == "awaiting_resident"


# over with the order


def test_withdrawn_it_is_over_and_the_unit_is_told(order, company, manager, resident):
    a_partner(company)
    ask(order, manager)
    run(intake.withdraw, order.number, resident, "好了")
    assert (tasks(order)[0][3], fresh(order).open_tasks) == ("cancelled", 0)
    assert told(order, "assistance_cancelled")["organisation_id"] == company.id


def test_declined_moved_away_or_settled_on_the_spot_it_is_over_too(city, company, manager, clerk, worker):
    a_charge("NOISE", **COMPANY, leads=False)
    order = an_order(city)
    run(intake.decline, order.number, clerk, "out_of_remit", "请找物业。")
    assert tasks(order)[0][3] == "cancelled"
    order = an_order(city)
    place = run(place_by_building, city.far_compound, "3号楼", None)
    run(corrections.relocate, order.number, manager, place, "地点不对")
    assert [outcome for *_, outcome in tasks(order)] == ["cancelled"]
    request = intake.Request("NOISE", "很吵", run(place_by_building, city.compound, "3号楼", None), channel="visit")
    order = run(on_behalf.take_in, request, Person("马大爷"), worker, agreed=True)
    assert fresh(order).open_tasks == 1
    run(on_behalf.settle, order.number, worker, Settled("solved", "当场办了"))
    assert (tasks(order)[0][3], fresh(order).open_tasks) == ("cancelled", 0)


def test_accepted_again_a_unit_that_is_asked_already_is_not_asked_twice(city, company):
    a_charge("NOISE", **COMPANY, leads=False)
    order = an_order(city)
    with writing():
        row = WorkOrder.query.filter_by(id=order.id).one()
        row.take(Action.RELOCATE, by=SYSTEM, to=Status.SUBMITTED)
        intake.route(row)
    assert (fresh(order).status, len(tasks(order))) == ("pooled", 1)


def test_a_new_round_begins_with_nobody_asked(order, company, manager, worker):
    ask(order, manager)
    report(order, worker)
    run(resolution.resolve, order.number, worker, "solved", "办好了", [])
    with writing():
        resolution.close(WorkOrder.query.filter_by(id=order.id).one(), "unrated")
    run(reopening.reopen_by_office, order.number, manager, "又坏了")
    assert (fresh(order).round, fresh(order).open_tasks) == (2, 0)
    ask(order, manager)
    assert [outcome for *_, outcome in tasks(order)] == ["done", None]


def test_asked_again_after_the_limit_of_the_first_each_limit_counts_for_itself(order, company, manager, worker, at):
    ask(order, manager)
    report(order, worker)
    at("03-12 10:00")
    ask(order, manager)
    at("03-13 18:00")
    sweep()
    assert "assistance_late" not in topics(order)
    at("03-17 18:00")
    sweep()
    assert topics(order).count("assistance_late") == 1


def test_the_trail_says_what_happened(order, company, manager, worker):
    ask(order, manager)
    report(order, worker, "progress", "在等配件")
    report(order, worker)
    assert story(order)[-3:] == ["assist", "report", "report"]
    assert [topic for topic, _ in owed(order)][-3:] == [
        "assistance_asked",
        "assistance_reported",
        "assistance_reported",
    ]
