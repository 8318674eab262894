"""派单异议: raised by the very unit, ruled by an office above, and the order goes on or goes to the right unit."""

from datetime import date

import pytest
from sqlalchemy import select

from app import clock, secrets
from app.db import db
from app.deadlines.timers import Timer
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.organisations.models import Coverage, Organisation
from app.people.models import Posting, Role
from app.territory.models import Compound
from app.territory.placing import place_by_building
from app.work_orders import assignment, corrections, extensions, intake, limits_passed, resolution
from app.work_orders.detail import detail
from app.work_orders.models import WorkOrder
from app.work_orders.offices import disputes, supervision, unit_choices
from app.work_orders.side_records import Kind, put
from app.work_orders.workflow import Action, WrongStatus
from tests.factories import a_charge, a_clerk, a_manager, a_person, a_worker, act, an_order, claimed, fresh, writing
from tests.work_orders.record import (
    events,
    holders,
    last,
    lost,
    refused,
    run,
    story,
    sweep,
    timers,
    told,
    topics,
    won,
)
from tests.work_orders.waiting import asked, records, spoken

WHY = "这条路属于湟岸巷社区"


@pytest.fixture
def order(city, resident, worker):
    """Seven working days: due 03-19 18:00."""
    return claimed(an_order(city, resident), worker)


@pytest.fixture
def above(city):
    return a_manager(city["ht"], name="铁占林")


def dispute(order, who, suggestion=""):
    return run(disputes.dispute, order.number, who, WHY, suggestion)


def uphold(order, who, unit="office:hyx"):
    return run(disputes.rule, order.number, who, True, "确属湟岸巷", unit)


def reject(order, who):
    return run(disputes.rule, order.number, who, False, "属于你社区")


def an_organisation(place_id, code, *, compound=None, kind="department", workers=1):
    """An organisation with people who may handle orders; returns its id, its public id and the people."""
    with writing():
        row = Organisation(
            public_id=secrets.public_id(), code=code, name=f"单位{code}", kind=kind, territory_id=place_id
        )
        db.session.add(row)
        db.session.flush()
        if compound is not None:
            found = db.session.scalars(select(Compound.id).where(Compound.public_id == compound)).one()
            db.session.add(Coverage(organisation_id=row.id, compound_id=found))
        found_id, public = row.id, row.public_id
    staff = [a_person((Role.UNIT_WORKER, place_id), name="孙丽") for _ in range(workers)]
    with writing():
        for one in staff:
            posting = db.session.scalars(select(Posting).where(Posting.account_id == one.account_id)).one()
            posting.organisation_id = found_id
    return found_id, f"organisation:{public}", [act(one.account_id) for one in staff]


# raised


def test_the_units_manager_disputes_and_the_office_above_rules_within_a_working_day(city, order, manager, worker):
    dispute(order, manager, "湟岸巷社区")
    row = fresh(order)
    assert (row.status, row.assignee_id, row.beside) == ("in_progress", worker.account_id, "dispute")
    assert (last(order).action, last(order).visible) == ("dispute", "internal")
    assert last(order).words == "这条路属于湟岸巷社区（建议由湟岸巷社区办理）"
    assert told(order, "disputed")["unit_id"] == city["ht"]
    assert spoken(timers(order)["dispute"]) == "03-11 18:00"
    assert spoken(row.due_at) == "03-19 18:00"


def test_the_reporter_reads_nothing_of_a_dispute(order, manager, resident):
    before = detail(order.number, resident, as_reporter=True).lines
    dispute(order, manager)
    assert detail(order.number, resident, as_reporter=True).lines == before


def test_only_the_very_unit_disputes(city, order, worker, resident, above, clerk):
    for stranger in (worker, resident, above, clerk):
        refused(NotAllowed, disputes.dispute, order.number, stranger, WHY)
    refused(NotFound, disputes.dispute, order.number, a_manager(city["hyx"]), WHY)


def test_where_an_organisation_leads_its_workers_dispute_and_nobody_else(city, order, manager):
    organisation_id, _, (unit_worker,) = an_organisation(city["xnlx"], "wy1")
    with writing():
        row = db.session.get(WorkOrder, order.id)
        row.lead_organisation_id, row.assignee_id = organisation_id, unit_worker.account_id
    refused(NotAllowed, disputes.dispute, order.number, manager, WHY)
    dispute(order, unit_worker)
    assert told(order, "disputed")["unit_id"] == city["ht"]


def test_without_a_reason_it_is_none(order, manager):
    assert list(refused(Invalid, disputes.dispute, order.number, manager, " ").fields) == ["reason"]


def test_what_is_over_or_waits_for_the_resident_is_not_disputed(order, manager, worker, resident):
    asked(order, worker)
    refused(WrongStatus, disputes.dispute, order.number, manager, WHY)
    run(intake.withdraw, order.number, resident, "好了")
    refused(WrongStatus, disputes.dispute, order.number, manager, WHY)


@pytest.mark.parametrize(
    ("kind", "reason"), [(Kind.DISPUTE, "disputed-already"), (Kind.ESCALATION, "escalated"), (Kind.APPEAL, "appealed")]
)
def test_what_waits_above_already_is_not_disputed(order, manager, kind, reason):
    with writing():
        row = db.session.get(WorkOrder, order.id)
        put(row, kind, row.take(Action.NOTE, by=manager, visible="internal"), unit=0, organisation=None)
    assert "dispute" not in detail(order.number, manager).actions
    assert refused(Conflict, disputes.dispute, order.number, manager, WHY).context["reason"] == reason


def test_a_manager_of_both_offices_is_ruled_by_the_next_one(city, order):
    both = a_person((Role.MANAGER, city["xnlx"]), (Role.MANAGER, city["ht"]))
    dispute(order, both)
    assert told(order, "disputed")["unit_id"] == city["cx"]
    assert "不能裁定自己" in refused(NotAllowed, disputes.rule, order.number, both, False, "驳回").message
    reject(order, a_manager(city["cx"]))


def test_a_manager_of_both_offices_is_ruled_by_a_colleague_where_there_is_one(city, order, above):
    dispute(order, a_person((Role.MANAGER, city["xnlx"]), (Role.MANAGER, city["ht"])))
    assert told(order, "disputed")["unit_id"] == city["ht"]
    reject(order, above)


def test_a_dispute_that_lapsed_counts_as_the_units_one(order, manager, worker, resident, officer):
    dispute(order, manager)
    run(resolution.resolve, order.number, worker, "solved", "办了", [])
    assert (records(order), told(order, "lapsed")["waiting_id"]) == ([("dispute", "lapsed")], manager.account_id)
    with writing():
        row = db.session.get(WorkOrder, order.id)
        row.take(Action.SEND_BACK, by=manager)
    assert refused(Conflict, disputes.dispute, order.number, manager, WHY).context["reason"] == "disputed-before"


# rejected


def test_rejected_it_stays_for_good_and_is_disputed_no_more(order, manager, worker, above):
    dispute(order, manager)
    reject(order, above)
    row = fresh(order)
    assert (row.status, row.assignee_id, row.designated, row.beside) == ("in_progress", worker.account_id, True, "")
    assert (records(order), last(order).visible, last(order).words) == (
        [("dispute", "rejected")],
        "internal",
        "属于你社区",
    )
    facts = told(order, "dispute_rejected")
    assert (facts["waiting_id"], facts["assignee_id"]) == (manager.account_id, worker.account_id)
    assert "dispute" not in detail(order.number, manager).actions
    assert refused(Conflict, disputes.dispute, order.number, manager, WHY).context["reason"] == "designated"
    assert detail(order.number, manager).lines[-1].text == "异议不成立，仍由本单位办理：属于你社区"


def test_unanswered_it_is_as_rejected(order, manager, above, at):
    dispute(order, manager)
    at("03-11 18:00")
    sweep()
    sweep()
    assert (records(order), fresh(order).designated) == ([("dispute", "unanswered")], True)
    assert topics(order).count("dispute_rejected") == 1
    assert [event.facts for event in events(order) if event.action == "expire"] == [{"kind": "dispute"}]
    assert "没有等待裁定" in refused(Conflict, disputes.rule, order.number, above, False, "驳回").message
    texts = [line.text for line in detail(order.number, manager).lines]
    assert "派单异议没有按时裁定，按不成立办理" in texts


def test_while_the_resident_is_asked_it_can_be_rejected_and_the_limit_goes_on(order, manager, worker, at):
    dispute(order, manager)
    asked(order, worker)
    at("03-11 18:00")
    sweep()
    assert (fresh(order).status, fresh(order).designated) == ("awaiting_resident", True)


# upheld


def test_upheld_it_goes_to_the_other_community_at_once_and_the_deadlines_stay(city, order, manager, worker, above):
    before = fresh(order)
    dispute(order, manager)
    uphold(order, above)
    row = fresh(order)
    assert (row.status, row.assignee_id, row.designated, row.beside) == ("pooled", None, False, "")
    assert (row.community_id, row.subdistrict_id, row.district_id, row.grid_id) == (
        city["hyx"],
        city["ht"],
        city["cx"],
        None,
    )
    assert row.lead_unit_id == city["hyx"]
    assert (row.due_at, row.original_due_at, row.place_text, row.building) == (
        before.due_at,
        before.original_due_at,
        before.place_text,
        before.building,
    )
    assert row.compound_id is None  # It belongs to the other community.
    assert holders(order) == [(worker.account_id, "claim", True)]
    facts = told(order, "dispute_upheld")
    assert (facts["former_id"], facts["waiting_id"]) == (worker.account_id, manager.account_id)
    assert story(order)[-2:] == ["rule", "accept"]
    assert records(order) == [("dispute", "upheld")]
    assert "claim" in detail(order.number, a_worker(city["h1"])).actions


def test_the_reporter_reads_only_that_it_went_to_another_unit(order, manager, resident, above):
    dispute(order, manager)
    uphold(order, above)
    told_of = [line for line in detail(order.number, resident, as_reporter=True).lines if line.action == "rule"]
    assert [(line.action_name, line.text) for line in told_of] == [("转由其他单位办理", "转由湟岸巷社区办理")]
    staff = [line for line in detail(order.number, above).lines if line.action == "rule"]
    assert [(line.action_name, line.text) for line in staff] == [("裁定异议", "转由湟岸巷社区办理：确属湟岸巷")]


def test_the_new_unit_may_dispute_in_its_turn_and_the_former_one_no_more(city, order, manager, above):
    sibling = a_manager(city["hyx"])
    dispute(order, manager)
    uphold(order, above)
    dispute(order, sibling)
    uphold(order, above, "office:xnlx")
    assert fresh(order).lead_unit_id == city["xnlx"]
    assert refused(Conflict, disputes.dispute, order.number, manager, WHY).context["reason"] == "disputed-before"


def test_what_was_asked_of_the_former_unit_ends_and_whoever_asked_is_told(order, manager, worker, above):
    run(extensions.ask, order.number, worker, 1, "等配件")
    dispute(order, manager)
    uphold(order, above)
    assert records(order) == [("extension", "lapsed"), ("dispute", "upheld")]
    assert told(order, "lapsed")["waiting_id"] == worker.account_id


def test_upheld_while_the_resident_is_asked_the_pause_ends_and_moves_the_limits(order, manager, worker, above, at):
    dispute(order, manager)
    asked(order, worker)
    at("03-11 11:00")  # eight working hours later
    uphold(order, above)
    row = fresh(order)
    assert (row.status, row.paused_at, row.paused_from, row.beside) == ("pooled", None, None, "")
    assert spoken(row.due_at) == "03-23 10:00"
    running = timers(order)
    assert (spoken(running["due"]), "warn_50" in running) == ("03-23 10:00", True)
    assert records(order) == [("dispute", "upheld"), ("question", "upheld")]
    assert "lapsed" not in topics(order)
    at("03-13 18:00")
    sweep()
    assert "resume" not in story(order)


def test_an_organisation_of_the_place_gets_it(city, order, manager, above):
    organisation_id, value, (unit_worker,) = an_organisation(city["cx"], "cg")
    dispute(order, manager)
    uphold(order, above, value)
    row = fresh(order)
    assert (row.lead_organisation_id, row.lead_unit_id, row.community_id) == (
        organisation_id,
        city["cx"],
        city["xnlx"],
    )
    assert (row.status, row.assignee_id) == ("assigned", unit_worker.account_id)


def test_an_emergency_goes_to_whoever_is_near_and_the_chosen_office_answers_for_it(city, resident, worker, manager):
    order = an_order(city, resident, category="LIFT")
    run(assignment.sign, order.number, worker)
    dispute(order, manager)
    near = a_worker(city["h1"])
    uphold(order, a_manager(city["cx"]), "office:hyx")
    assert (fresh(order).status, fresh(order).assignee_id) == ("assigned", near.account_id)
    dispute(order, a_manager(city["hyx"]))
    uphold(order, a_manager(city["cx"]), "office:ht")
    assert (fresh(order).lead_unit_id, fresh(order).community_id) == (city["ht"], city["hyx"])


def test_an_office_above_gets_it_at_its_desk(city, order, manager, above):
    dispute(order, manager)
    uphold(order, above, "office:ht")
    row = fresh(order)
    assert (row.status, row.assignee_id, row.lead_unit_id) == ("assigned", above.account_id, city["ht"])
    assert (row.community_id, row.grid_id) == (city["xnlx"], city["g1"])


def test_supervision_stays_above_whoever_answers_now(city, order, manager, above):
    run(supervision.supervise, order.number, above, "listed", clock.today(), "快办")
    dispute(order, manager)
    district = a_manager(city["cx"])
    uphold(order, district, "office:ht")
    assert (fresh(order).lead_unit_id, fresh(order).beside) == (city["ht"], "supervision")
    run(supervision.clear, order.number, district, "已核实")


# to whom


def values(order, manager):
    with writing():
        row = db.session.get(WorkOrder, order.id)
        return [(one.value, one.group) for one in unit_choices.choices(row, manager)]


def test_one_may_choose_among_the_offices_of_the_own_part_and_organisations_with_workers(city, order, above):
    _, covering, _ = an_organisation(city["xnlx"], "wy1", compound=city.compound, kind="property_company")
    _, district_wide, _ = an_organisation(city["cx"], "cg")
    an_organisation(city["xnlx"], "wy2", compound=city.far_compound, kind="property_company")
    an_organisation(city["xnlx"], "wy3", workers=0)
    an_organisation(city["cz"], "cz1")
    assert values(order, above) == [
        ("office:hyx", "虎台街道"),
        ("office:ht", "街道"),
        (district_wide, "职能部门"),
        (covering, "物业企业"),
    ]
    assert [value for value, _ in values(order, a_manager(city["xn"]))][:5] == [
        "office:hyx",
        "office:ht",
        "office:cx",
        "office:cz",
        "office:xn",
    ]


def test_upheld_needs_a_unit_out_of_the_list_and_a_note(order, manager, above):
    dispute(order, manager)
    for unit in ("", "office:xnlx", "office:cz", "office:cx", "office:nowhere"):
        assert list(refused(Invalid, disputes.rule, order.number, above, True, "确属", unit).fields) == ["unit"]
    for upheld in (True, False):
        fault = refused(Invalid, disputes.rule, order.number, above, upheld, " ", "office:hyx")
        assert list(fault.fields) == ["note"]


def test_a_city_sends_it_to_another_district_and_the_place_follows(city, order, manager):
    dispute(order, manager)
    uphold(order, a_manager(city["xn"]), "office:cz")
    row = fresh(order)
    assert (row.district_id, row.subdistrict_id, row.community_id, row.grid_id) == (city["cz"], None, None, None)
    assert row.lead_unit_id == city["cz"]


# who rules


def test_only_an_office_above_rules(city, order, manager, worker, resident):
    dispute(order, manager)
    other = a_manager(city["xnlx"], name="韩玉兰")
    assert (
        "由虎台街道或上级的管理员裁定" in refused(NotAllowed, disputes.rule, order.number, other, False, "驳回").message
    )
    for stranger in (worker, resident):
        refused(NotAllowed, disputes.rule, order.number, stranger, False, "驳回")
    refused(NotFound, disputes.rule, order.number, a_manager(city["cz"]), False, "驳回")
    assert "rule" in detail(order.number, a_manager(city["cx"])).actions


def test_ruling_twice_or_on_nothing_is_told_so(order, manager, above):
    assert "没有等待裁定" in refused(Conflict, disputes.rule, order.number, above, False, "驳回").message
    dispute(order, manager)
    reject(order, above)
    refused(Conflict, disputes.rule, order.number, above, False, "驳回")


# beside other things


def test_moved_to_another_community_meanwhile_there_is_nothing_left_to_rule(city, order, manager, above):
    dispute(order, manager)
    with writing():
        place = place_by_building(city.far_compound, "3号楼", "2单元")
        corrections.relocate(order.number, manager, place, "报错了小区")
    assert records(order) == [("dispute", "lapsed")]
    assert told(order, "lapsed")["waiting_id"] == manager.account_id


def test_what_was_designated_is_not_any_more_when_it_moves_to_another_community(city, order, manager, above):
    dispute(order, manager)
    reject(order, above)
    with writing():
        place = place_by_building(city.far_compound, "3号楼", "2单元")
        corrections.relocate(order.number, manager, place, "报错了小区")
    assert fresh(order).designated is False


def test_handling_goes_on_while_it_is_disputed(order, manager, worker):
    dispute(order, manager)
    run(assignment.release, order.number, worker, "需要电工")
    assert (fresh(order).status, fresh(order).beside) == ("pooled", "dispute")


def test_withdrawn_it_ends_and_whoever_raised_it_is_told(order, manager, resident):
    dispute(order, manager)
    run(intake.withdraw, order.number, resident, "好了")
    assert (records(order), told(order, "lapsed")["waiting_id"]) == ([("dispute", "lapsed")], manager.account_id)


# at once


def test_two_rulers_at_once_rule_once(city, at_once, order, manager, above):
    district = a_manager(city["cx"])
    dispute(order, manager)
    outcomes = at_once(
        lambda: disputes.rule(order.number, above, True, "确属", "office:hyx"),
        lambda: disputes.rule(order.number, district, False, "驳回"),
    )
    (winner,) = won(outcomes)
    assert len(lost(outcomes)) == 1
    assert records(order) == [("dispute", "upheld" if winner == 0 else "rejected")]
    assert (fresh(order).status, fresh(order).designated) == (
        ("pooled", False) if winner == 0 else ("in_progress", True)
    )


def test_an_upheld_ruling_against_settling_does_one_of_them(at_once, order, manager, worker, above):
    dispute(order, manager)
    outcomes = at_once(
        lambda: disputes.rule(order.number, above, True, "确属", "office:hyx"),
        lambda: resolution.resolve(order.number, worker, "solved", "办了", []),
    )
    assert len(won(outcomes)) == 1
    outcome, status = ("upheld", "pooled") if won(outcomes) == [0] else ("lapsed", "resolved")
    assert (records(order), fresh(order).status) == ([("dispute", outcome)], status)


def test_a_ruling_against_the_limit_does_one_of_them(at_once, order, manager, above, at):
    dispute(order, manager)
    moment = at("03-11 18:00")
    of_order = (Timer.work_order_id == order.id, Timer.kind == "dispute")
    timer = db.session.scalar(select(Timer.id).where(*of_order))
    db.session.close()

    def fire():
        limits_passed.fire(timer, moment)
        return order

    at_once(lambda: disputes.rule(order.number, above, True, "确属", "office:hyx"), fire)
    ((_, outcome),) = records(order)
    assert (outcome, fresh(order).designated) in (("upheld", False), ("unanswered", True))
    assert topics(order).count("dispute_upheld") + topics(order).count("dispute_rejected") == 1


# when the category changes meanwhile

STREET = {"level": "subdistrict", "mode": "desk"}


def recategorise(order, who, category):
    return run(corrections.recategorise, order.number, who, category, "看过现场")


def test_what_goes_to_another_unit_by_its_category_is_disputed_no_more_and_the_raiser_is_told(
    city, resident, manager, above
):
    order, clerk = an_order(city, resident), a_clerk(city["ht"])
    dispute(order, manager)
    a_charge("LIGHT", **STREET)
    recategorise(order, manager, "LIGHT")
    row = fresh(order)
    assert (row.lead_unit_id, row.assignee_id, row.beside) == (city["ht"], clerk.account_id, "")
    assert records(order) == [("dispute", "lapsed")]
    assert topics(order).count("lapsed") == 1
    assert told(order, "lapsed")["waiting_id"] == manager.account_id
    assert "没有等待裁定" in refused(Conflict, disputes.rule, order.number, above, False, "属于你社区").message


def test_supervision_rises_with_the_unit_that_a_category_brings(city, resident, manager, above):
    order = an_order(city, resident)
    a_clerk(city["ht"])
    run(supervision.supervise, order.number, above, "general", date(2026, 3, 20), "请抓紧")
    a_charge("LIGHT", **STREET)
    recategorise(order, manager, "LIGHT")
    refused(NotAllowed, supervision.clear, order.number, above, "好了")
    run(supervision.clear, order.number, a_manager(city["cx"]), "好了")


def test_what_was_left_with_its_unit_stays_there_whatever_category_or_office_takes_it_in(
    city, resident, manager, above
):
    order, other = (an_order(city, resident, "ODD") for _ in range(2))
    for one in (order, other):
        dispute(one, manager)
        reject(one, above)
    a_clerk(city["ht"])
    a_charge("NOISE", **STREET)
    a_charge("ODD", **STREET)
    recategorise(order, manager, "NOISE")
    run(intake.accept, other.number, manager)
    for row in map(fresh, (order, other)):
        assert (row.status, row.lead_unit_id, row.designated) == ("pooled", city["xnlx"], True)
