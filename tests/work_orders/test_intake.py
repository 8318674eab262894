"""Taking an order in: submit 上报 · accept 受理 · decline 不予受理 · withdraw 撤回."""

import pytest

from app import clock
from app.db import db
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.people.models import Role
from app.territory.placing import place_by_building
from app.work_orders import assignment, catalogue, intake
from app.work_orders.catalogue import Category, RoutingRule
from app.work_orders.detail import detail
from app.work_orders.intake import DECLINE_REASONS, Request
from app.work_orders.workflow import WrongStatus
from tests.factories import (
    a_clerk,
    a_duty_officer,
    a_manager,
    a_person,
    a_photo,
    a_resident,
    a_worker,
    an_order,
    an_unplaced_order,
    claimed,
    fresh,
    writing,
)
from tests.work_orders.record import events, holders, last, owed, refused, run, story, timers, told, topics


def a_rule(code, mode, **values):
    with writing():
        db.session.add(RoutingRule(code=code, name=f"规则{code}", position=-1, mode=mode, **values))
    catalogue.forget()


def spoken(moment):
    return f"{clock.local(moment):%m-%d %H:%M}"


def test_a_rule_accepts_at_once_and_the_timeline_names_it(city, resident):
    order = fresh(an_order(city, resident, "LIGHT"))
    assert story(order) == ["submit", "accept"]
    submitted, accepted = events(order)
    assert (submitted.actor_id, submitted.from_status, submitted.to_status) == (resident.account_id, None, "submitted")
    assert (accepted.actor_id, accepted.from_status, accepted.to_status) == (None, "submitted", "pooled")
    assert accepted.facts == {"rule": "light", "rule_name": "规则light", "rule_version": 1}
    assert (order.rule_code, order.channel, order.round, order.assignee_id) == ("light", "phone", 1, None)
    assert topics(order) == ["accepted"]
    assert told(order, "accepted")["rule"] == "规则light"


def test_the_deadlines_are_those_of_the_class_from_the_submission(city):
    order = fresh(an_order(city, category="LIGHT"))
    assert [spoken(at) for at in (order.sign_due_at, order.contact_due_at, order.due_at)] == [
        "03-10 16:00", "03-11 18:00", "03-13 18:00",
    ]  # fmt: skip
    assert order.original_due_at == order.due_at
    assert {kind: spoken(due_at) for kind, due_at in timers(order).items()} == {
        "claim": "03-10 16:00",
        "warn_50": "03-12 14:30",
        "warn_80": "03-13 11:48",
        "contact": "03-11 18:00",
        "due": "03-13 18:00",
        "due_subdistrict": "03-16 18:00",
        "due_supervision": "03-18 18:00",
    }


def test_what_no_rule_fits_waits_to_be_accepted(city):
    order = fresh(an_order(city, category="ODD"))
    assert (order.status, order.due_at, order.accepted_at) == ("submitted", None, None)
    assert {kind: spoken(due_at) for kind, due_at in timers(order).items()} == {"accept": "03-10 12:00"}
    assert topics(order) == ["submitted"]


def test_an_answer_and_a_contact_for_this_order_are_kept(city, resident):
    order = an_order(city, resident, "NOISE", confidential=True, contact="13800000000")
    assert fresh(order).confidential
    shown = detail(order.number, a_manager(city["xnlx"]))
    assert shown.reporters[0].phone_masked == "138****0000"


@pytest.mark.parametrize(
    ("verdict", "unchecked", "hidden"), [("pass", False, False), ("review", False, True), ("unchecked", True, True)]
)
def test_a_text_that_was_not_passed_is_accepted_but_hidden_from_neighbours(city, verdict, unchecked, hidden):
    order = fresh(an_order(city, verdict=verdict))
    assert (order.unchecked, order.hidden) == (unchecked, hidden)


@pytest.mark.parametrize("category", ["FACILITY", "NOTHING", ""])
def test_only_a_category_that_can_be_chosen_is_taken(city, resident, category):
    refusal = refused(Invalid, an_order_of, city, resident, category)
    assert refusal.fields == {"category": ["没有这个类别，请从类别列表中选择。"]}


def an_order_of(city, resident, category, **values):
    place = place_by_building(city.compound, "3号楼", "2单元")
    return intake.submit(Request(category=category, description="楼道很吵", place=place, **values), resident)


def test_required_questions_must_be_answered_and_only_known_ones(city, resident):
    with writing():
        noise = db.session.get(Category, "NOISE")
        noise.questions = [{"code": "when", "text": "什么时候？", "required": True}]
    catalogue.forget()
    assert refused(Invalid, an_order_of, city, resident, "NOISE").fields == {"answers/when": ["请回答这个问题。"]}
    wrong = refused(Invalid, an_order_of, city, resident, "NOISE", answers={"when": "夜里", "who": "邻居"})
    assert wrong.fields == {"answers/who": ["这个类别没有这个问题。"]}
    assert run(an_order_of, city, resident, "NOISE", answers={"when": "夜里"}).answers == {"when": "夜里"}


def test_photos_come_with_it_and_anothers_photo_leaves_nothing_behind(city, resident):
    own, foreign = a_photo(resident), a_photo(a_resident())
    refused(Invalid, an_order_of, city, resident, "NOISE", photo_ids=[own, foreign])
    run(an_order_of, city, resident, "NOISE", photo_ids=[own])
    refused(Invalid, an_order_of, city, resident, "NOISE", photo_ids=[own])


def test_an_emergency_goes_to_the_worker_on_duty_and_never_to_the_pool(city):
    resting, ready = a_worker(city["g1"], on_duty=False), a_worker(city["g1"])
    order = fresh(an_order(city, category="LIFT"))
    assert (order.status, order.assignee_id, order.emergency) == ("assigned", ready.account_id, True)
    assert order.assignee_id != resting.account_id
    assert last(order).facts == {
        "assignee": ready.account_id, "rule": "urgent", "rule_name": "紧急诉求直接交值班人员", "rule_version": 1,
        "called": 0,
    }  # fmt: skip
    assert spoken(timers(order)["sign"]) == "03-10 10:05"
    assert holders(order) == [(ready.account_id, "accept", False)]


@pytest.mark.parametrize("mode", ["pool", "primary", "desk", "duty"])
@pytest.mark.parametrize("class_code", ["P0", "P1"])
def test_no_rule_sends_an_urgent_order_to_the_pool_when_nobody_is_there(city, mode, class_code):
    with writing():
        db.session.get(Category, "NOISE").class_code = class_code
    a_rule("first", mode, category_code="NOISE")
    order = fresh(an_order(city))
    assert (order.status, order.assignee_id, order.due_at) == ("submitted", None, None)
    assert spoken(timers(order)["accept"]) == "03-10 10:05"
    above = a_duty_officer(city["cx"])
    order = fresh(an_order(city))
    assert (order.status, order.assignee_id, order.misses) == ("assigned", above.account_id, 3)


def test_an_emergency_skips_who_reported_it(city):
    worker = a_worker(city["g1"])
    officer = a_duty_officer(city["xnlx"])
    order = fresh(an_order(city, worker, "LIFT"))
    assert order.assignee_id == officer.account_id


def test_of_two_duty_officers_the_one_on_duty_is_called(city):
    a_duty_officer(city["xnlx"], on_duty=False)
    awake = a_duty_officer(city["xnlx"])
    assert fresh(an_order(city, category="LIFT")).assignee_id == awake.account_id


def test_the_grids_own_worker_gets_what_a_rule_gives_to_them(city):
    a_rule("own", "primary", category_code="NOISE")
    first, second = a_worker(city["g1"]), a_worker(city["g1"])
    assert fresh(an_order(city)).assignee_id == first.account_id
    assert fresh(an_order(city, first)).assignee_id == second.account_id
    assert spoken(timers(fresh(an_order(city)))["sign"]) == "03-10 16:00"


def test_without_a_worker_of_the_own_grid_it_goes_to_one_of_the_community_and_without_any_to_the_pool(city):
    a_rule("own", "primary", category_code="NOISE")
    assert fresh(an_order(city)).status == "pooled"
    neighbour = a_worker(city["g2"])
    assert fresh(an_order(city)).assignee_id == neighbour.account_id


def test_what_nobody_could_place_goes_to_the_districts_desk(city):
    a_manager(city["xn"])
    clerk = a_clerk(city["xn"])
    manager = a_manager(city["cx"])
    order = fresh(an_unplaced_order(city))
    assert (order.status, order.assignee_id, order.rule_code) == ("assigned", manager.account_id, "unplaced")
    own_clerk = a_clerk(city["cx"])
    assert fresh(an_unplaced_order(city)).assignee_id == own_clerk.account_id
    assert fresh(an_unplaced_order(city, own_clerk)).assignee_id == manager.account_id
    assert clerk.account_id != manager.account_id


def test_an_unplaced_emergency_climbs_from_the_district(city):
    stray = a_worker(city["g1"])
    duty = a_duty_officer(city["cx"])
    order = fresh(an_unplaced_order(city, category="LIFT"))
    assert (order.assignee_id, order.misses) == (duty.account_id, 3)
    assert stray.account_id != order.assignee_id


def test_a_rule_of_a_place_or_class_fits_only_there(city):
    a_worker(city["g1"])
    a_rule("far", "primary", category_code="NOISE", territory_id=city["hyx"])
    a_rule("class", "primary", class_code="P2")
    assert fresh(an_order(city)).rule_code == "noise"
    assert fresh(an_order(city, category="LIGHT")).rule_code == "class"
    assert fresh(an_order(city, compound=city.far_compound)).rule_code == "far"


def test_a_rule_of_the_parent_category_fits_its_children(city):
    a_rule("parent", "pool", category_code="FACILITY")
    assert fresh(an_order(city, category="ODD")).rule_code == "parent"


def test_a_clerk_accepts_what_no_rule_took_in_and_the_time_counts_from_the_submission(city, clerk, at):
    order = an_order(city, category="ODD")
    at("03-10 11:30")
    run(intake.accept, order.number, clerk)
    order = fresh(order)
    assert (order.status, story(order)) == ("pooled", ["submit", "accept"])
    assert last(order).actor_id == clerk.account_id
    assert spoken(order.due_at) == "03-19 18:00"
    assert spoken(order.accepted_at) == "03-10 11:30"
    assert topics(order) == ["submitted", "accepted"]
    assert isinstance(refused(WrongStatus, intake.accept, order.number, clerk), Conflict)


def test_a_worker_may_not_accept_and_a_foreign_clerk_does_not_find_it(city, worker):
    order = an_order(city, category="ODD")
    refused(NotAllowed, intake.accept, order.number, worker)
    refused(NotFound, intake.accept, order.number, a_clerk(city["hyx"]))


def test_a_clerk_of_elsewhere_who_only_sees_it_here_may_not_accept(city):
    order = an_order(city, category="ODD")
    auditor = a_person((Role.AUDITOR, city["xnlx"]), (Role.CLERK, city["hyx"]))
    refused(NotAllowed, intake.accept, order.number, auditor)
    refused(NotAllowed, intake.decline, order.number, auditor, "out_of_remit", "请找物业。")


def test_nobody_accepts_or_declines_their_own_report(city, clerk):
    order = an_order(city, clerk, "ODD")
    refused(NotFound, intake.accept, order.number, clerk)
    refused(NotFound, intake.decline, order.number, clerk, "out_of_remit", "请找物业。")


def test_an_urgent_order_that_nobody_can_take_is_not_accepted_into_nowhere(city, clerk):
    order = an_order(city, category="LIFT")
    assert "没有人可以接" in refused(Conflict, intake.accept, order.number, clerk).message


@pytest.mark.parametrize("reason", sorted(DECLINE_REASONS))
def test_declining_names_the_reason_and_the_channel_that_is_responsible(city, clerk, reason):
    order = an_order(city, category="ODD")
    run(intake.decline, order.number, clerk, reason, "请拨打12345转市场监管部门。")
    declined = last(order)
    assert (fresh(order).status, declined.words) == ("declined", "请拨打12345转市场监管部门。")
    said = {"reason": reason, "reason_name": DECLINE_REASONS[reason], "office": "community"}
    assert declined.facts == said
    assert declined.visible == "reporter"
    assert told(order, "declined")["reason"] == DECLINE_REASONS[reason]


def test_declining_needs_a_known_reason_and_words(city, clerk):
    order = an_order(city, category="ODD")
    assert "reason" in refused(Invalid, intake.decline, order.number, clerk, "tired", "请找物业。").fields
    assert "note" in refused(Invalid, intake.decline, order.number, clerk, "out_of_remit", "  ").fields


def test_what_somebody_has_claimed_once_can_no_longer_be_declined(city, clerk, worker):
    order = an_order(city)
    claimed(order, worker)
    run(assignment.release, order.number, worker, "不属于我的网格")
    refused(Conflict, intake.decline, order.number, clerk, "out_of_remit", "请找物业。")
    untouched = an_order(city)
    run(intake.decline, untouched.number, clerk, "out_of_remit", "请找物业。")
    assert fresh(untouched).status == "declined"


def test_withdrawing_frees_the_assignee_who_is_told(city, resident, worker):
    order = an_order(city, resident)
    claimed(order, worker)
    run(intake.withdraw, order.number, resident, "已经好了")
    row = fresh(order)
    assert (row.status, row.assignee_id) == ("withdrawn", None)
    assert holders(order) == [(worker.account_id, "claim", True)]
    assert told(order, "withdrawn")["assignee_id"] == worker.account_id
    assert last(order).words == "已经好了"


def test_only_the_reporter_withdraws_and_only_what_is_open(city, resident, worker):
    order = an_order(city, resident)
    refused(NotFound, intake.withdraw, order.number, a_resident(), "不想要了")
    refused(NotFound, intake.withdraw, order.number, worker, "不想要了")
    run(intake.withdraw, order.number, resident, "已经好了")
    assert "已撤回" in refused(Conflict, intake.withdraw, order.number, resident, "再撤一次").message


def test_what_endangers_people_is_not_withdrawn(city, resident, worker):
    order = an_order(city, resident, "LIFT")
    assert "人身安全" in refused(Conflict, intake.withdraw, order.number, resident, "出来了").message


def test_what_is_owed_to_people_holds_nothing_personal(city, worker):
    resident = a_resident(name="索南才让", phone="13900000001")
    order = an_order(city, resident, description="索南才让家门口的灯坏了", contact="13900000001")
    for _, facts in owed(order):
        assert "索南才让" not in str(facts)
        assert "1390000" not in str(facts)
    assert set(told(order, "accepted")) >= {"number", "place", "due_at", "step_due_at", "assignee_id", "grid_id"}
