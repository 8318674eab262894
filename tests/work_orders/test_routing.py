"""Where an order goes: each mode, each step down when somebody is missing, and what the timeline says decided."""

import pytest

from app.db import db, end_reading
from app.people.models import Duty, Posting, Role
from app.work_orders import catalogue, corrections, intake
from app.work_orders.catalogue import Category, Responsibility, RoutingRule
from app.work_orders.detail import detail
from tests.factories import (
    a_charge,
    a_clerk,
    a_duty_officer,
    a_manager,
    a_partner,
    a_person,
    a_rule,
    a_unit_worker,
    a_worker,
    an_order,
    an_organisation,
    an_unplaced_order,
    claimed,
    fresh,
    no_rules,
    writing,
)
from tests.work_orders.record import last, owed, story, sweep, tasks, timers, told, topics
from tests.work_orders.waiting import spoken

COMPANY = {"unit_kind": "property_company", "mode": "unit"}
STREET = {"level": "subdistrict", "mode": "desk"}


@pytest.fixture
def company(city):
    return an_organisation(city)


def off_duty(person):
    with writing():
        db.session.get(Duty, person.account_id).on_duty = False


def the_grids_own(city, grid="g1", **values):
    worker = a_worker(city[grid], **values)
    with writing():
        Posting.query.filter_by(account_id=worker.account_id).one().primary = True
    return worker


def line(order, person):
    found = {line.action: line.text for line in detail(order.number, person).lines}
    end_reading()
    return found["accept"]


# what decides


def test_the_list_decides_where_no_rule_does_and_the_timeline_names_its_line(city, manager):
    code = a_charge("ODD", "pool")
    order = fresh(an_order(city, category="ODD"))
    assert (order.status, order.lead_unit_id, order.rule_code) == ("pooled", city["xnlx"], None)
    assert last(order).facts == {
        "responsibility": code, "responsibility_name": "其他由社区负责", "responsibility_version": 1,
    }  # fmt: skip
    assert line(order, manager) == "按权责清单“其他由社区负责”受理"


def test_a_line_of_the_parent_answers_for_its_children_until_they_have_their_own(city, worker):
    a_charge("FACILITY", "pool")
    assert fresh(an_order(city, category="ODD")).status == "pooled"
    a_charge("ODD", "primary")
    assert fresh(an_order(city, category="ODD")).status == "assigned"


def test_a_rule_goes_before_the_list(city, worker):
    a_charge("NOISE", "primary")
    assert (fresh(an_order(city)).status, fresh(an_order(city)).rule_code) == ("pooled", "noise")


def test_what_neither_speaks_of_waits_for_an_office(city):
    order = fresh(an_order(city, category="ODD"))
    assert (order.status, topics(order)) == ("submitted", ["submitted"])


def test_the_timeline_says_which_version_decided(city, manager):
    with writing():
        RoutingRule.query.filter_by(code="noise").one().version = 3
    catalogue.forget()
    order = an_order(city)
    assert line(order, manager) == "按规则“规则noise”（第3版）受理"
    assert last(order).facts["rule_version"] == 3
    code = a_charge("ODD", "pool")
    with writing():
        Responsibility.query.filter_by(code=code).one().version = 2
    catalogue.forget()
    order = an_order(city, category="ODD")
    assert line(order, manager) == "按权责清单“其他由社区负责”（第2版）受理"


def test_what_nobody_could_place_goes_to_a_desk_whatever_the_list_says(city):
    a_charge("NOISE", **COMPANY)
    desk = a_clerk(city["cx"])
    order = fresh(an_unplaced_order(city))
    assert (order.assignee_id, order.rule_code, order.lead_unit_id) == (desk.account_id, "unplaced", city["cx"])


# primary and balanced


def test_the_grids_own_worker_first_and_when_away_the_one_with_the_fewest_orders(city):
    a_rule("ODD", "primary")
    busy, free = a_worker(city["g1"]), a_worker(city["g1"])
    own = the_grids_own(city)
    claimed(an_order(city), busy)
    claimed(an_order(city), own)
    assert fresh(an_order(city, category="ODD")).assignee_id == own.account_id
    off_duty(own)
    assert fresh(an_order(city, category="ODD")).assignee_id == free.account_id


def test_balanced_means_the_fewest_orders_whoevers_grid_it_is(city):
    a_rule("ODD", "balanced")
    own, other = the_grids_own(city), a_worker(city["g1"])
    assert fresh(an_order(city, category="ODD")).assignee_id == own.account_id
    assert fresh(an_order(city, category="ODD")).assignee_id == other.account_id


def test_a_grid_without_anybody_on_duty_is_helped_by_the_community_and_then_there_is_the_pool(city):
    a_rule("ODD", "balanced")
    off_duty(a_worker(city["g1"]))
    neighbour = a_worker(city["g2"])
    assert fresh(an_order(city, category="ODD")).assignee_id == neighbour.account_id
    off_duty(neighbour)
    assert fresh(an_order(city, category="ODD")).status == "pooled"


def test_nobody_gets_what_they_reported_themselves(city):
    a_rule("ODD", "balanced")
    worker = a_worker(city["g1"])
    assert fresh(an_order(city, worker, "ODD")).status == "pooled"


# organisations


def test_an_organisation_with_workers_leads_and_the_least_busy_on_duty_signs(city, company, worker):
    a_rule("ODD", "unit")
    a_charge("ODD", **COMPANY)
    first, second = a_unit_worker(company), a_unit_worker(company, name="何春生")
    a_unit_worker(company, on_duty=False)
    order = fresh(an_order(city, category="ODD"))
    assert (order.status, order.assignee_id) == ("assigned", first.account_id)
    assert (order.lead_organisation_id, order.lead_unit_id, order.rule_code) == (company.id, city["xnlx"], "own")
    assert fresh(an_order(city, category="ODD")).assignee_id == second.account_id
    assert tasks(order) == []


def test_an_organisation_whose_workers_are_all_off_duty_still_answers(city, company):
    a_charge("ODD", **COMPANY)
    resting = a_unit_worker(company, on_duty=False)
    assert fresh(an_order(city, category="ODD")).assignee_id == resting.account_id


def test_without_workers_the_grids_own_worker_leads_and_the_organisation_gets_a_task(city, company, manager):
    a_charge("ODD", **COMPANY)
    partner, own = a_partner(company), the_grids_own(city)
    order = fresh(an_order(city, category="ODD"))
    assert (order.assignee_id, order.lead_organisation_id, order.open_tasks) == (own.account_id, None, 1)
    assert tasks(order) == [("routing", city["xnlx"], company.id, None)]
    facts = told(order, "assistance_asked")
    assert (facts["organisation_id"], facts["unit_id"]) == (company.id, None)
    assert line(order, manager) == "按权责清单“其他由物业企业负责”受理，请湟水物业协助办理"
    assert spoken(timers(order)["task"]) == "03-13 18:00"
    assert partner.account_id != order.assignee_id


def test_without_workers_and_without_a_grid_worker_it_waits_in_the_pool_and_the_organisation_helps(city, company):
    a_charge("ODD", **COMPANY)
    order = fresh(an_order(city, category="ODD"))
    assert (order.status, order.open_tasks, order.lead_organisation_id) == ("pooled", 1, None)


def test_where_there_is_no_such_organisation_the_grids_own_worker_has_it_alone(city):
    a_charge("ODD", **COMPANY)
    own = the_grids_own(city)
    order = fresh(an_order(city, category="ODD"))
    assert (order.assignee_id, order.open_tasks) == (own.account_id, 0)


def test_the_one_that_covers_the_compound_goes_before_that_of_the_place_and_covers_nothing_else(city):
    a_charge("ODD", **COMPANY)
    wide = an_organisation(city, "cx", name="大物业")
    covering = an_organisation(city, "ht", compounds=[city.compound])
    a_unit_worker(wide), a_unit_worker(covering)
    assert fresh(an_order(city, category="ODD")).lead_organisation_id == covering.id
    assert fresh(an_order(city, category="ODD", compound=city.far_compound)).lead_organisation_id == wide.id


def test_of_two_lines_the_first_whose_organisation_is_there_leads(city, company):
    a_charge("ODD", **(COMPANY | {"unit_kind": "management_committee"}))
    a_charge("ODD", **COMPANY, position=2)
    a_unit_worker(company)
    assert fresh(an_order(city, category="ODD")).lead_organisation_id == company.id


def test_a_rule_for_a_unit_that_the_list_does_not_name_is_passed_over(city):
    a_rule("NOISE", "unit")
    assert fresh(an_order(city)).rule_code == "noise"


# helpers


def test_whoever_does_not_lead_gets_a_task_an_office_as_well_as_an_organisation(city, company):
    a_charge("NOISE", **COMPANY, leads=False)
    a_charge("NOISE", level="district", mode="desk", leads=False)
    order = fresh(an_order(city))
    assert (order.status, order.open_tasks) == ("pooled", 2)
    assert [(unit, organisation) for _, unit, organisation, _ in tasks(order)] == [
        (city["xnlx"], company.id), (city["cx"], None),
    ]  # fmt: skip
    asked = [(one["unit_id"], one["organisation_id"]) for topic, one in owed(order) if topic == "assistance_asked"]
    assert asked == [(None, company.id), (city["cx"], None)]


def test_the_unit_that_answers_is_not_asked_to_help_itself(city):
    a_charge("NOISE", mode="pool", leads=False)
    assert fresh(an_order(city)).open_tasks == 0


def test_a_line_may_name_the_one_organisation_of_several(city):
    an_organisation(city, "xn", name="供水")
    heat = an_organisation(city, "xn", name="供热", code="heat")
    a_charge("NOISE", **(COMPANY | {"level": "city"}), leads=False, organisation_code="heat")
    assert [organisation for _, _, organisation, _ in tasks(an_order(city))] == [heat.id]


# outside the community's list


def test_what_an_office_above_leads_goes_to_its_desk_and_no_rule_pushes_it_down(city, worker, manager):
    a_charge("NOISE", **STREET)
    clerk = a_clerk(city["ht"])
    order = fresh(an_order(city))
    assert (order.assignee_id, order.lead_unit_id, order.rule_code) == (clerk.account_id, city["ht"], None)
    assert detail(order.number, manager).order.id == order.id
    end_reading()


@pytest.mark.parametrize("mode", ["pool", "primary", "balanced", "duty", "unit"])
def test_no_mode_of_a_rule_pushes_it_down(city, worker, mode):
    a_charge("NOISE", **STREET)
    a_rule("NOISE", mode)
    boss = a_manager(city["ht"])
    order = fresh(an_order(city))
    assert (order.assignee_id, order.rule_code) == (boss.account_id, None)


def test_a_rule_may_still_say_desk(city):
    a_charge("NOISE", **STREET)
    a_rule("NOISE", "desk")
    boss = a_manager(city["ht"])
    order = fresh(an_order(city))
    assert (order.assignee_id, order.rule_code, order.lead_unit_id) == (boss.account_id, "own", city["ht"])


def test_without_a_desk_the_office_above_looks_into_it_and_without_any_it_waits(city, worker, manager, at):
    a_charge("NOISE", **STREET)
    waiting = an_order(city)
    assert (fresh(waiting).status, fresh(waiting).lead_unit_id) == ("submitted", city["ht"])
    district = a_duty_officer(city["cx"])
    order = fresh(an_order(city))
    assert (order.assignee_id, order.lead_unit_id) == (district.account_id, city["ht"])
    at("03-10 12:00")
    sweep()
    assert fresh(waiting).assignee_id == district.account_id


def test_not_signed_it_climbs_from_its_own_office_and_never_to_the_community(city, worker, manager, at):
    a_charge("NOISE", **STREET)
    clerk, boss, above = a_clerk(city["ht"]), a_manager(city["ht"]), a_manager(city["cx"])
    order = an_order(city)
    at("03-10 16:00")
    sweep()
    assert fresh(order).assignee_id == boss.account_id
    assert "not_signed" in topics(order)
    at("03-11 12:00")
    sweep()
    assert fresh(order).assignee_id == above.account_id
    assert "lapse" not in story(order)
    assert clerk.account_id not in (boss.account_id, above.account_id)


def test_an_organisation_at_an_office_above_leads_and_without_workers_the_desk_does(city):
    a_charge("NOISE", **(STREET | COMPANY))
    company = an_organisation(city, "ht")
    boss = a_manager(city["ht"])
    order = fresh(an_order(city))
    assert (order.assignee_id, order.open_tasks, order.lead_unit_id) == (boss.account_id, 1, city["ht"])
    worker = a_unit_worker(company)
    order = fresh(an_order(city))
    assert (order.assignee_id, order.lead_organisation_id, order.lead_unit_id) == (
        worker.account_id, company.id, city["ht"],
    )  # fmt: skip


def test_what_is_urgent_goes_to_the_nearest_and_whoever_answers_helps_at_once(city, company, worker):
    a_charge("LIFT", **STREET)
    a_charge("LIFT", **COMPANY, leads=False)
    order = fresh(an_order(city, category="LIFT"))
    assert (order.assignee_id, order.lead_unit_id, order.rule_code) == (worker.account_id, city["xnlx"], "urgent")
    assert [(unit, organisation) for _, unit, organisation, _ in tasks(order)] == [
        (city["xnlx"], company.id), (city["ht"], None),
    ]  # fmt: skip
    assert spoken(timers(order)["task"]) == "03-10 12:00"


def test_a_clerk_who_accepts_what_nothing_speaks_of_never_pushes_it_down_either(city, clerk):
    order = an_order(city, category="ODD")
    a_charge("ODD", **STREET)
    boss = a_manager(city["ht"])
    with writing():
        intake.accept(order.number, clerk)
    assert (fresh(order).assignee_id, fresh(order).lead_unit_id) == (boss.account_id, city["ht"])


def test_put_under_such_a_category_it_leaves_the_pool(city, manager, worker):
    a_charge("ODD", **STREET)
    boss = a_manager(city["ht"])
    order = an_order(city)
    with writing():
        corrections.recategorise(order.number, manager, "ODD", "是违建")
    row = fresh(order)
    assert (row.status, row.assignee_id, row.lead_unit_id) == ("assigned", boss.account_id, city["ht"])


def test_an_office_of_a_wider_place_than_the_order_has_is_the_next_above(city):
    """A place without a subdistrict is answered for by its district."""
    a_charge("NOISE", **STREET)
    no_rules()
    person = a_person((Role.CLERK, city["cx"]))
    with writing():
        db.session.get(Category, "NOISE").class_code = "P4"
    catalogue.forget()
    assert fresh(an_unplaced_order(city)).assignee_id == person.account_id
