"""Putting the category and the place right."""

import pytest

from app import clock
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.territory.placing import Place, place_by_building
from app.work_orders import assignment, catalogue, corrections, extensions, follow_up, intake, queries, rating, transfer
from app.work_orders.detail import detail
from app.work_orders.workflow import Action, WrongStatus
from tests.factories import (
    a_duty_officer,
    a_manager,
    a_resident,
    a_worker,
    an_order,
    claimed,
    fresh,
    resolved,
    writing,
)
from tests.work_orders.record import holders, last, public_id, refused, run, story, sweep, timers, told, topics

WHY = "看过现场，不是噪声"


def recategorise(order, actor, category, why=WHY):
    return run(corrections.recategorise, order.number, actor, category, why)


def local(moment):
    return f"{clock.local(moment):%m-%d %H:%M}"


@pytest.fixture
def order(city, resident, worker):
    return claimed(an_order(city, resident), worker)


# category


def test_where_the_time_gets_no_longer_the_assignee_changes_it_at_once(order, resident, worker):
    assert local(fresh(order).due_at) == "03-19 18:00"
    recategorise(order, worker, "LIGHT")
    row = fresh(order)
    assert (row.category_code, row.class_code, row.beside) == ("LIGHT", "P2", "")
    assert (local(row.due_at), row.original_due_at) == ("03-13 18:00", row.due_at)
    assert timers(order)["due"] == row.due_at
    assert topics(order)[-1] == "recategorised"
    assert told(order, "recategorised")["category"] == "照明"
    line = detail(order.number, resident, as_reporter=True).lines[-1]
    assert line.text == "由“噪声”改为“照明”"
    assert WHY in detail(order.number, worker).lines[-1].text


def test_where_the_time_gets_longer_a_manager_decides(city, resident, worker, manager):
    order = claimed(an_order(city, resident, "LIGHT"), worker)
    before = fresh(order)
    recategorise(order, worker, "NOISE")
    row = fresh(order)
    assert (row.category_code, row.due_at, row.beside) == ("LIGHT", before.due_at, "category")
    assert told(order, "category_proposed")["unit_id"] == city["xnlx"]
    assert detail(order.number, resident, as_reporter=True).lines[-1].action == "claim"
    assert "申请由“照明”改为“噪声”" in detail(order.number, manager).lines[-1].text
    run(corrections.decide_category, order.number, manager, True, "")
    row = fresh(order)
    assert (row.category_code, row.beside, local(row.due_at)) == ("NOISE", "", "03-19 18:00")
    assert topics(order)[-1] == "recategorised"


def test_a_refused_proposal_leaves_everything_and_may_be_made_again(city, worker, manager):
    order = claimed(an_order(city, category="LIGHT"), worker)
    before = fresh(order)
    recategorise(order, worker, "NOISE")
    assert "note" in refused(Invalid, corrections.decide_category, order.number, manager, False, " ").fields
    run(corrections.decide_category, order.number, manager, False, "照片上就是灯")
    row = fresh(order)
    assert (row.category_code, row.due_at, row.beside) == ("LIGHT", before.due_at, "")
    assert (last(order).visible, topics(order)[-1]) == ("internal", "category_refused")
    recategorise(order, worker, "NOISE")


def test_nobody_decides_about_the_own_proposal(city, manager):
    order, above = an_order(city, category="LIGHT"), a_manager(city["ht"])
    with writing():
        assignment.assign(queries.find(order.number, above), manager.account_id, Action.ASSIGN, above)
    run(assignment.sign, order.number, manager)
    recategorise(order, manager, "NOISE")
    assert fresh(order).category_code == "LIGHT"
    assert "上级管理员" in refused(NotAllowed, corrections.decide_category, order.number, manager, True, "").message
    run(corrections.decide_category, order.number, above, True, "")
    assert fresh(order).category_code == "NOISE"


def test_a_manager_changes_it_at_once_whatever_the_time(city, worker, manager):
    order = claimed(an_order(city, category="LIGHT"), worker)
    recategorise(order, manager, "NOISE")
    assert (fresh(order).category_code, fresh(order).beside) == ("NOISE", "")


def test_the_new_due_date_is_never_earlier_than_the_contact_limit_from_now(order, worker, at):
    at("03-18 10:00")
    recategorise(order, worker, "LIGHT")
    row = fresh(order)
    assert (local(row.due_at), local(row.original_due_at)) == ("03-19 18:00", "03-13 18:00")
    at("03-19 10:00")
    recategorise(order, worker, "LIFT")
    assert local(fresh(order).due_at) == "03-19 10:30"
    assert fresh(order).emergency


def test_what_has_moved_the_due_date_moves_the_new_one_too(order, worker, manager):
    run(extensions.ask, order.number, worker, 1, "等配件")
    run(extensions.decide, order.number, manager, True, "同意")
    recategorise(order, worker, "LIGHT")
    row = fresh(order)
    assert (local(row.due_at), local(row.original_due_at)) == ("03-16 18:00", "03-13 18:00")


def test_old_warnings_no_longer_fire_and_the_new_ones_do(order, worker, at):
    recategorise(order, worker, "LIGHT")
    at("03-13 18:00")
    sweep()
    assert fresh(order).overdue_at is not None
    assert story(order).count("overdue") >= 1
    before = story(order).count("warn")
    at("03-19 17:59")
    sweep()
    assert story(order).count("warn") == before


def test_a_longer_class_takes_back_that_it_was_overdue(city, worker, manager, at):
    order = claimed(an_order(city, category="LIGHT"), worker)
    at("03-14 10:00")
    sweep()
    assert fresh(order).overdue_at is not None
    recategorise(order, manager, "NOISE")
    assert fresh(order).overdue_at is None
    at("03-19 18:00")
    sweep()
    assert fresh(order).overdue_at is not None


def test_a_step_that_is_not_met_gets_no_more_time_by_a_change(city, manager, worker, later):
    order = an_order(city)
    run(assignment.dispatch, order.number, manager, public_id(worker), "请办理")
    before = fresh(order)
    later(hours=1)
    recategorise(order, manager, "LIGHT")
    row = fresh(order)
    assert (row.sign_due_at, row.contact_due_at) == (before.sign_due_at, before.contact_due_at)


def test_in_a_later_round_half_of_the_new_span_counts_from_the_rework(city, resident, worker, officer, at):
    order = resolved(an_order(city, resident), worker)
    at("03-11 10:00")
    run(rating.rate, order.number, resident, answered=True, solved="no", satisfied="no", comment=None)
    run(follow_up.conclude, order.number, officer, "rework", "没好")
    assert local(fresh(order).due_at) == "03-16 18:00"
    original = fresh(order).original_due_at
    recategorise(order, worker, "LIGHT")
    assert (local(fresh(order).due_at), fresh(order).original_due_at) == ("03-13 14:30", original)


@pytest.mark.parametrize("status", ["pooled", "assigned"])
def test_what_becomes_urgent_before_anybody_signed_goes_up_the_ladder(city, worker, manager, colleague, status):
    order = an_order(city)
    if status == "assigned":
        run(assignment.dispatch, order.number, manager, public_id(worker), "请办理")
    recategorise(order, manager, "LIFT")
    row = fresh(order)
    assert (row.status, row.class_code, row.emergency) == ("assigned", "P0", True)
    assert row.assignee_id in (worker.account_id, colleague.account_id)
    assert topics(order)[-1] == "ladder"
    assert (row.step_due_at - row.changed_at).total_seconds() == 300


def test_what_somebody_works_on_stays_with_them_when_it_becomes_urgent(order, worker):
    recategorise(order, worker, "LIFT")
    row = fresh(order)
    assert (row.status, row.assignee_id, local(row.due_at)) == ("in_progress", worker.account_id, "03-11 10:00")


def test_what_is_no_longer_urgent_waits_for_its_signature_as_others_do(city, worker, manager, later):
    order = an_order(city, category="LIFT")
    later(minutes=1)
    recategorise(order, manager, "NOISE")
    row = fresh(order)
    assert (row.status, row.assignee_id, row.misses, row.emergency) == ("assigned", worker.account_id, 0, False)
    assert row.step_due_at == timers(order)["sign"]
    assert (row.step_due_at - row.changed_at).total_seconds() > 3600


def test_where_no_worker_is_on_duty_the_ladder_begins_at_the_office(city):
    order = an_order(city)
    manager = a_manager(city["xnlx"])
    recategorise(order, manager, "LIFT")
    assert fresh(order).assignee_id == manager.account_id


def test_what_no_rule_had_taken_in_is_taken_in_by_the_rule_of_its_category(city, manager):
    order = an_order(city, category="ODD")
    assert fresh(order).status == "submitted"
    recategorise(order, manager, "LIGHT")
    row = fresh(order)
    assert (row.status, row.rule_code, local(row.due_at)) == ("pooled", "light", "03-13 18:00")


def test_answers_and_photos_stay_and_old_questions_are_still_readable(city, order, worker):
    with writing():
        kind = catalogue.db.session.get(catalogue.Category, "NOISE")
        kind.questions = [{"code": "when", "text": "什么时候最吵？"}]
        queries.find(order.number, worker).answers = {"when": "半夜"}
    catalogue.forget()
    recategorise(order, worker, "LIGHT")
    row = fresh(order)
    assert catalogue.answered(row.category_code, row.answers) == [("什么时候最吵？", "半夜")]


def test_a_category_a_reason_and_a_change_are_needed(order, worker):
    for category in ("NOISE", "FACILITY", "NOTHING"):
        assert "category" in refused(Invalid, corrections.recategorise, order.number, worker, category, WHY).fields
    assert "reason" in refused(Invalid, corrections.recategorise, order.number, worker, "LIGHT", " ").fields


def test_a_second_proposal_waits_for_the_first(city, worker, manager):
    order = claimed(an_order(city, category="LIGHT"), worker)
    recategorise(order, worker, "NOISE")
    for actor in (worker, manager):
        refused(Conflict, corrections.recategorise, order.number, actor, "ODD", WHY)
    run(corrections.decide_category, order.number, manager, False, "不对")
    refused(Conflict, corrections.decide_category, order.number, manager, True, "")


def test_others_do_not_change_it_and_nothing_changes_when_it_has_ended(city, resident, order, worker, colleague, clerk):
    for other in (colleague, clerk):
        refused(NotAllowed, corrections.recategorise, order.number, other, "LIGHT", WHY)
        refused(NotAllowed, corrections.decide_category, order.number, other, True, "")
    refused(NotFound, corrections.recategorise, order.number, a_manager(city["hyx"]), "LIGHT", WHY)
    refused(NotAllowed, corrections.recategorise, order.number, resident, "LIGHT", WHY)
    run(intake.withdraw, order.number, resident, "好了")
    refused(WrongStatus, corrections.recategorise, order.number, a_manager(city["xnlx"]), "LIGHT", WHY)


def test_an_open_proposal_lapses_when_the_order_ends(city, resident, worker):
    order = claimed(an_order(city, resident, "LIGHT"), worker)
    recategorise(order, worker, "NOISE")
    run(intake.withdraw, order.number, resident, "好了")
    assert told(order, "lapsed")["kind_name"] == "改类别申请"
    assert fresh(order).beside == ""


# place


def place_in(city, where="near"):
    """Another building of the same community, or one of another."""
    with writing():
        if where == "near":
            return Place(
                city["xn"],
                city["cx"],
                city["ht"],
                city["xnlx"],
                city["g2"],
                text="新宁路西社区第二网格",
                lat=36.6,
                lng=101.7,
            )
        return place_by_building(city.far_compound, "3号楼", "1单元")


def test_within_the_community_it_stays_with_its_assignee_in_its_new_grid(city, order, worker, resident):
    before = fresh(order)
    run(corrections.relocate, order.number, worker, place_in(city), "门牌写错了")
    row = fresh(order)
    assert (row.status, row.assignee_id, row.grid_id) == ("in_progress", worker.account_id, city["g2"])
    assert (row.compound_id, row.building, row.place_text) == (None, None, "新宁路西社区第二网格")
    assert (row.due_at, row.lead_unit_id) == (before.due_at, city["xnlx"])
    assert told(order, "relocated").get("former_id") is None
    assert detail(order.number, resident, as_reporter=True).lines[-1].action_name == "改地点"
    assert detail(order.number, worker).order.number == order.number


def test_to_another_community_it_is_routed_anew_at_once_and_keeps_its_deadlines(city, order, worker):
    other = a_worker(city["h1"])
    before = fresh(order)
    run(corrections.relocate, order.number, worker, place_in(city, "far"), "其实在湟岸巷30号院")
    row = fresh(order)
    assert (row.status, row.assignee_id, row.community_id, row.grid_id) == ("pooled", None, city["hyx"], city["h1"])
    assert (row.due_at, row.original_due_at, row.accepted_at) == (
        before.due_at,
        before.original_due_at,
        before.accepted_at,
    )
    assert row.lead_unit_id == city["hyx"]
    assert story(order)[-2:] == ["relocate", "accept"]
    assert holders(order) == [(worker.account_id, "claim", True)]
    assert told(order, "relocated")["former_id"] == worker.account_id
    refused(NotFound, queries.find, order.number, worker)
    assert timers(order)["claim"] == row.step_due_at
    claimed(order, other)


def test_what_no_rule_fits_waits_at_its_new_community_to_be_accepted(city, manager):
    order = an_order(city, category="ODD")
    run(corrections.relocate, order.number, manager, place_in(city, "far"), "地点选错")
    row = fresh(order)
    assert (row.status, row.community_id) == ("submitted", city["hyx"])
    assert timers(order)["accept"] == row.step_due_at
    assert topics(order)[-2:] == ["relocated", "submitted"]


def test_an_urgent_order_calls_the_people_of_its_new_place(city, worker):
    officer = a_duty_officer(city["hyx"])
    order = an_order(city, category="LIFT")
    run(assignment.sign, order.number, worker)
    run(corrections.relocate, order.number, worker, place_in(city, "far"), "电梯在30号院")
    assert (fresh(order).status, fresh(order).assignee_id) == ("assigned", officer.account_id)


def test_offers_and_requests_of_the_former_unit_end_and_who_waited_is_told(city, worker, colleague, manager):
    order = claimed(an_order(city, category="LIGHT"), worker)
    recategorise(order, worker, "NOISE")
    run(transfer.offer, order.number, worker, public_id(colleague), "请接手")
    run(corrections.relocate, order.number, manager, place_in(city, "far"), "地点选错")
    assert (fresh(order).beside, fresh(order).offered_to_id) == ("", None)
    assert topics(order).count("lapsed") == 2


def test_the_same_place_no_place_and_no_reason_are_refused(city, order, worker):
    with writing():
        same = place_by_building(city.compound, "3号楼", "2单元")
    nowhere = Place(city["xn"], city["cx"], None, None, None, text="城西区（具体位置待核实）", unplaced=True)
    relocate = corrections.relocate
    assert "compound_id" in refused(Invalid, relocate, order.number, worker, same, "错了").fields
    assert "address" in refused(Invalid, relocate, order.number, worker, nowhere, "错了").fields
    assert "reason" in refused(Invalid, relocate, order.number, worker, place_in(city), " ").fields


def test_others_do_not_move_it_and_what_has_ended_stays(city, resident, order, worker, colleague, manager):
    refused(NotAllowed, corrections.relocate, order.number, colleague, place_in(city), "错了")
    refused(NotFound, corrections.relocate, order.number, a_manager(city["hyx"]), place_in(city), "错了")
    refused(NotAllowed, corrections.relocate, order.number, a_resident(), place_in(city), "错了")
    run(intake.withdraw, order.number, resident, "好了")
    for where in ("near", "far"):
        refused(WrongStatus, corrections.relocate, order.number, manager, place_in(city, where), "错了")
