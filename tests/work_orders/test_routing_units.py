"""What a unit answers for stays in it: who can be given it, who gives it back to whom, and who sees it."""

import pytest

from app import clock
from app.db import db, end_reading
from app.errors import Conflict, NotFound
from app.people.actor import SYSTEM
from app.people.models import Account, Posting
from app.people.sign_in import deactivate
from app.work_orders import (
    assignment,
    custody,
    follow_up,
    intake,
    leaving,
    queries,
    questions,
    rating,
    resolution,
    scope,
    second_look,
    transfer,
)
from app.work_orders.models import WorkOrder
from app.work_orders.offices import helping
from app.work_orders.workflow import Action
from tests.factories import (
    a_charge,
    a_clerk,
    a_duty_officer,
    a_manager,
    a_partner,
    a_rule,
    a_unit_worker,
    a_worker,
    an_order,
    an_organisation,
    claimed,
    fresh,
    writing,
)
from tests.work_orders.record import public_id, refused, run, story, sweep, told, topics

COMPANY = {"unit_kind": "property_company", "mode": "unit"}
STREET = {"level": "subdistrict", "mode": "desk"}


@pytest.fixture
def company(city):
    a_charge("ODD", **COMPANY)
    return an_organisation(city)


@pytest.fixture
def unit_worker(company):
    return a_unit_worker(company)


@pytest.fixture
def led(city, company, unit_worker, resident):
    """An order that an organisation leads, signed by its worker."""
    order = an_order(city, resident, "ODD")
    run(assignment.sign, order.number, unit_worker)
    return order


@pytest.fixture
def street_clerk(city):
    a_charge("NOISE", **STREET)
    return a_clerk(city["ht"])


@pytest.fixture
def beyond(city, street_clerk, resident):
    """An order outside the community's list, before the clerk of the subdistrict."""
    return an_order(city, resident)


# never down to the community


def test_a_community_manager_sees_it_and_can_give_it_to_nobody(city, beyond, worker, manager):
    why_not = {one.name: one.why_not for one in run(assignment.candidates, row(beyond), manager)}
    assert why_not == {"李建国": "不在社区职责清单内，不能派给社区"}
    error = refused(Conflict, assignment.dispatch, beyond.number, manager, public_id(worker), "请办理")
    assert error.message == "不能派给李建国：不在社区职责清单内，不能派给社区。"


def row(order):
    found = WorkOrder.query.filter_by(id=order.id).one()
    end_reading()
    return found


def test_the_manager_of_the_office_gives_it_to_its_own_people_and_to_no_grid_worker(city, beyond, worker, street_clerk):
    boss, officer = a_manager(city["ht"], name="许志远"), a_duty_officer(city["ht"])
    offered = {one.name: one.why_not for one in run(assignment.candidates, row(beyond), boss)}
    assert offered == {
        "铁占林": None, "许志远": None, "马丽娟": "已是承办人", "李建国": "不在社区职责清单内，不能派给社区",
    }  # fmt: skip
    refused(Conflict, assignment.dispatch, beyond.number, boss, public_id(worker), "请办理")
    run(assignment.dispatch, beyond.number, boss, public_id(officer), "请办理")
    assert fresh(beyond).assignee_id == officer.account_id


def test_it_is_handed_over_inside_the_office_alone(city, beyond, worker, street_clerk):
    officer = a_duty_officer(city["ht"])
    run(assignment.sign, beyond.number, street_clerk)
    error = refused(Conflict, transfer.offer, beyond.number, street_clerk, public_id(worker), "看过了")
    assert "不在社区职责清单内" in error.message
    run(transfer.offer, beyond.number, street_clerk, public_id(officer), "看过了")
    run(transfer.accept, beyond.number, officer)
    assert fresh(beyond).assignee_id == officer.account_id


def test_nobody_claims_it_even_if_it_stood_in_a_pool(city, worker):
    """A ruling may take an order from the community while a phone still shows it in the pool."""
    order = an_order(city)
    with writing():
        WorkOrder.query.filter_by(id=order.id).one().lead_unit_id = city["ht"]
    error = refused(Conflict, assignment.claim, order.number, worker)
    assert error.context["reason"] == "not-ours"


# giving back


def test_refused_it_goes_to_the_next_of_the_desk_and_the_last_one_keeps_it(city, beyond, street_clerk, worker):
    boss = a_manager(city["ht"])
    run(assignment.refuse, beyond.number, street_clerk, "overloaded", "")
    assert (fresh(beyond).status, fresh(beyond).assignee_id) == ("assigned", boss.account_id)
    assert {"assigned", "refused"} <= set(topics(beyond))
    error = refused(Conflict, assignment.refuse, beyond.number, boss, "overloaded", "")
    assert "没有别人可以接手" in error.message
    assert fresh(beyond).assignee_id == boss.account_id


def test_released_and_recalled_it_stays_in_the_organisation(city, led, company, unit_worker, worker):
    second = a_unit_worker(company, name="何春生")
    run(assignment.release, led.number, unit_worker, "配件不在")
    assert (fresh(led).status, fresh(led).assignee_id) == ("assigned", second.account_id)
    third = a_unit_worker(company, name="贾云峰")
    with writing():
        deactivate(db.session.get(Account, second.account_id), SYSTEM)
    assert fresh(led).assignee_id == third.account_id
    assert story(led)[-1] == "recall"


def test_when_the_whole_organisation_is_gone_the_communitys_desk_has_it_else_it_stays(city, led, unit_worker):
    run(leave, unit_worker)
    assert fresh(led).assignee_id == unit_worker.account_id
    clerk = a_clerk(city["xnlx"])
    with writing():
        assert leaving.recall_strays(None) == 1
    assert fresh(led).assignee_id == clerk.account_id


def leave(person):
    Posting.query.filter_by(account_id=person.account_id).delete()
    leaving.recall_all(person.account_id)


def test_unsigned_by_an_organisation_it_goes_to_the_manager_and_to_no_pool(city, company, unit_worker, manager, at):
    order = an_order(city, category="ODD")
    at("03-10 16:00")
    sweep()
    assert (fresh(order).status, fresh(order).assignee_id) == ("assigned", manager.account_id)
    assert "returned_to_pool" not in topics(order)


def test_paused_while_its_worker_left_it_goes_on_with_another_of_the_unit(city, led, company, unit_worker, resident):
    second = a_unit_worker(company, name="何春生")
    run(questions.ask, led.number, unit_worker, "哪一层？")
    run(end_posting, unit_worker)
    run(questions.answer, led.number, resident, "三层", [])
    assert (fresh(led).status, fresh(led).assignee_id) == ("assigned", second.account_id)


def end_posting(person):
    Posting.query.filter_by(account_id=person.account_id).one().ended_at = clock.now()


def settle(order, worker):
    run(resolution.resolve, order.number, worker, "solved", "已修好", [])


def test_a_later_round_and_a_second_look_stay_in_the_unit_too(
    city, led, company, unit_worker, resident, officer, manager
):
    settle(led, unit_worker)
    second = a_unit_worker(company, name="何春生")
    run(end_posting, unit_worker)
    run(second_look.send_back, led.number, manager, "缺照片")
    assert (fresh(led).status, fresh(led).assignee_id) == ("assigned", second.account_id)
    run(assignment.sign, led.number, second)
    settle(led, second)
    run(end_posting, second)
    third = a_unit_worker(company, name="贾云峰")
    run(rating.rate, led.number, resident, answered=True, solved="no", satisfied="no", comment=None)
    run(follow_up.conclude, led.number, officer, "rework", "没有解决")
    assert (fresh(led).status, fresh(led).assignee_id, fresh(led).round) == ("assigned", third.account_id, 2)
    assert fresh(led).open_tasks == 0


def test_what_the_community_answers_for_still_goes_back_to_its_pool(city, worker):
    order = claimed(an_order(city), worker)
    run(assignment.release, order.number, worker, "需要电工")
    assert fresh(order).status == "pooled"


# who sees it


def test_an_organisations_workers_see_what_it_leads_and_what_it_helps_with_and_nothing_else(city, led, company):
    colleague, stranger = a_unit_worker(company), a_unit_worker(an_organisation(city, "ht", name="别家"))
    partner = a_partner(company)
    assert run(queries.find, led.number, colleague).id == led.id
    for other in (stranger, partner):
        refused(NotFound, queries.find, led.number, other)
    a_charge("NOISE", **COMPANY, leads=False)
    helped = an_order(city)
    assert run(queries.find, helped.number, colleague).id == helped.id
    refused(NotFound, queries.find, an_order(city, category="LIGHT").number, colleague)
    with writing():
        run_cancel(helped)
    refused(NotFound, queries.find, helped.number, colleague)


def run_cancel(order):
    found = WorkOrder.query.filter_by(id=order.id).one()
    helping.cancel(found, found.take(Action.WARN, by=SYSTEM, visible="internal"))


def test_whoever_works_for_no_organisation_is_asked_for_by_the_same_words_as_before(city, worker, manager):
    for person in (worker, manager):
        assert "organisation" not in str(scope.handled_by(person))
        assert "task" not in str(scope.handled_by(person))


# inside a unit that was told to answer


def upheld(order, city, place=None, organisation=None):
    """As a ruling does: with nobody, submitted again, and answered for by another unit."""
    found = WorkOrder.query.filter_by(id=order.id).one()
    found.take(Action.RELOCATE, by=SYSTEM, to="submitted")
    found.lead_unit_id, found.lead_organisation_id = city[place or "xnlx"], organisation and organisation.id
    intake.route_within(found, SYSTEM)


def test_a_community_has_it_by_its_own_rules_even_where_the_list_says_otherwise(city, worker):
    a_charge("NOISE", **STREET)
    boss = a_manager(city["ht"])
    order = an_order(city)
    assert fresh(order).assignee_id == boss.account_id
    with writing():
        custody.let_go(WorkOrder.query.filter_by(id=order.id).one())
    run(upheld, order, city)
    assert (fresh(order).status, fresh(order).rule_code) == ("pooled", "noise")


def test_a_higher_office_has_it_at_its_desk_and_an_organisation_with_its_workers(city, company, unit_worker):
    boss = a_manager(city["ht"])
    order = an_order(city)
    run(upheld, order, city, "ht")
    assert (fresh(order).assignee_id, fresh(order).lead_unit_id) == (boss.account_id, city["ht"])
    order = an_order(city)
    run(upheld, order, city, organisation=company)
    assert (fresh(order).assignee_id, fresh(order).lead_organisation_id) == (unit_worker.account_id, company.id)


def test_without_anybody_in_that_unit_it_waits(city):
    order = an_order(city)
    run(upheld, order, city, "ht")
    assert (fresh(order).status, fresh(order).lead_unit_id) == ("submitted", city["ht"])
    assert told(order, "submitted")["lead_unit_id"] == city["ht"]


def test_an_urgent_one_goes_to_whoever_is_on_duty_there(city):
    a_rule("ODD", "desk")
    worker = a_worker(city["g1"])
    order = an_order(city, category="LIFT")
    assert fresh(order).assignee_id == worker.account_id
