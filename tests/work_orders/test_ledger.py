"""Putting an order on the ledger: what must be said, who decides, what happens when nobody does."""

from datetime import date, timedelta

import pytest

from app import clock, parameters
from app.db import db, end_reading
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.parameters import Parameter
from app.work_orders import assignment, catalogue, confidential, handling, intake, joining, resolution, transfer
from app.work_orders.catalogue import Category
from app.work_orders.detail import detail
from app.work_orders.models import WorkOrder
from app.work_orders.offices import ledger
from app.work_orders.side_records import Kind, put
from app.work_orders.timeline import Event, EventText
from app.work_orders.workflow import Action, WrongStatus
from tests.factories import a_clerk, a_manager, a_resident, a_worker, an_order, claimed, fresh, resolved, writing
from tests.work_orders.on_ledger import (
    LEADER,
    PLAN,
    REASON,
    REVIEW_ON,
    approved,
    kept,
    proposed,
    put_on,
    renewed,
    resumed,
    supervised,
)
from tests.work_orders.record import events, last, owed, public_id, refused, run, sweep, timers, told, topics
from tests.work_orders.waiting import answered, asked, records, spoken


@pytest.fixture
def order(city, resident, worker):
    """Seven working days: due 03-19 18:00."""
    return claimed(an_order(city, resident), worker)


@pytest.fixture
def above(city):
    return a_manager(city["ht"], name="铁占林")


def propose(order, person, **changes):
    values = {"cause": "engineering", "plan": PLAN, "leader": LEADER, "review_on": REVIEW_ON, "reason": REASON}
    return ledger.propose(order.number, person, **(values | changes))


# asking


def test_proposing_puts_it_to_the_office_above_the_lead_and_stops_nothing(city, order, worker):
    proposed(order, worker)
    row = fresh(order)
    assert (row.status, row.beside, spoken(row.due_at)) == ("in_progress", "ledger_proposal", "03-19 18:00")
    assert told(order, "ledger_proposed")["unit_id"] == city["ht"]
    running = timers(order)
    assert spoken(running["ledger_proposal"]) == "03-12 18:00"
    assert "due" in running


def test_plan_and_leader_are_words_of_an_internal_line_and_no_facts(order, worker):
    proposed(order, worker)
    line = last(order)
    assert (line.action, line.visible) == ("propose_ledger", "internal")
    assert line.words == f"责任领导：{LEADER}\n理由：{REASON}\n计划：{PLAN}"
    with writing():
        facts = [line.facts, *(facts for _, facts in owed(order))]
    assert not any(secret in str(facts) for secret in (PLAN, LEADER, REASON))


def test_a_manager_of_the_place_may_propose_too(city, order, manager):
    proposed(order, manager)
    assert told(order, "ledger_proposed")["unit_id"] == city["ht"]


@pytest.mark.parametrize(("office", "decides"), [("ht", "cx"), ("cx", "xn"), ("xn", "xn")])
def test_what_an_office_above_proposes_is_decided_above_that(city, order, office, decides):
    proposed(order, a_manager(city[office]))
    assert told(order, "ledger_proposed")["unit_id"] == city[decides]


def test_only_who_has_it_and_managers_of_the_place_propose(city, order, resident, colleague):
    for stranger in (colleague, resident, a_clerk(city["xnlx"])):
        refused(NotAllowed, propose, order, stranger)
    refused(NotFound, propose, order, a_worker(city["h1"]))
    refused(NotFound, propose, order, a_manager(city["hyx"]))


def test_nobody_proposes_for_what_they_reported(city, manager, worker):
    order = claimed(an_order(city, manager), worker)
    refused(NotFound, propose, order, manager)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"cause": "laziness"}, "cause"),
        ({"plan": " \n"}, "plan"),
        ({"leader": ""}, "leader"),
        ({"reason": " "}, "reason"),
        ({"review_on": None}, "review_on"),
        ({"review_on": date(2026, 3, 10)}, "review_on"),
        ({"review_on": date(2026, 3, 9)}, "review_on"),
        ({"review_on": date(2026, 6, 9)}, "review_on"),
    ],
)
def test_what_is_missing_is_told_at_its_field(order, worker, changes, field):
    fault = refused(Invalid, propose, order, worker, **changes)
    assert list(fault.fields) == [field]
    assert all(sentence.endswith("。") for sentence in fault.fields[field])


def test_all_that_is_missing_is_told_at_once(order, worker):
    fault = refused(Invalid, propose, order, worker, cause="", plan="", leader="", review_on=None, reason="")
    assert set(fault.fields) == {"cause", "plan", "leader", "review_on", "reason"}
    assert fault.fields["review_on"] == ["请选择复核日期，没有复核日期不能挂账。"]


@pytest.mark.parametrize("day", [date(2026, 3, 11), date(2026, 6, 8)])
def test_from_tomorrow_to_ninety_days_ahead_is_right(order, worker, day):
    assert proposed(order, worker, day).beside == "ledger_proposal"


def test_the_days_are_a_setting(order, worker):
    with writing():
        db.session.add(Parameter(name="ledger_review_days", value="5"))
    parameters.forget()
    assert "2026-03-15" in str(refused(Invalid, propose, order, worker, review_on=date(2026, 3, 16)).fields)
    assert proposed(order, worker, date(2026, 3, 15)).beside == "ledger_proposal"


@pytest.mark.parametrize("code", ["P0", "P1"])
def test_what_is_urgent_does_not_wait(city, resident, worker, code):
    with writing():
        Category.query.filter_by(code="LIFT").one().class_code = code
    catalogue.forget()
    order = an_order(city, resident, "LIFT")
    run(assignment.sign, order.number, worker)
    assert "紧急工单不能挂账" in refused(Conflict, propose, order, worker).message
    assert "propose_ledger" not in detail(order.number, worker).actions
    end_reading()


def test_what_is_supervised_does_not_wait(city, order, worker, above):
    supervised(order, above, city["ht"])
    assert "正在被督办" in refused(Conflict, propose, order, worker).message
    assert "propose_ledger" not in detail(order.number, worker).actions
    end_reading()


def test_a_second_while_one_waits_and_out_of_turn_is_refused(city, order, resident, worker):
    proposed(order, worker)
    assert refused(Conflict, propose, order, worker).context["reason"] == "asked-already"
    asked(order, worker)
    refused(WrongStatus, propose, order, worker)
    done = resolved(an_order(city, resident), worker)
    refused(WrongStatus, propose, done, worker)


# deciding


def test_approved_the_time_stands_still_until_the_day_of_the_review(city, order, worker, above):
    put_on(order, worker, above)
    row = fresh(order)
    assert (row.status, row.beside, row.paused_from) == ("on_ledger", "ledger", "in_progress")
    assert (row.assignee_id, row.paused_at) == (worker.account_id, clock.now())
    assert spoken(row.step_due_at) == "03-20 18:00"
    assert set(timers(order)) & {"contact", "warn_50", "warn_80", "due", "due_subdistrict"} == set()
    assert spoken(timers(order)["ledger_review"]) == "03-20 18:00"
    assert records(order) == [("ledger_proposal", "approved"), ("ledger", None)]
    ((_, _, _, _, facts),) = kept(order)
    assert (facts["cause"], facts["period"]) == ("engineering", 1)
    assert set(facts["running"]) >= {"contact", "due", "warn_80"}


def test_a_review_on_a_day_off_is_due_when_the_next_working_day_closes(order, worker, above):
    put_on(order, worker, above, date(2026, 3, 21))
    assert spoken(fresh(order).step_due_at) == "03-23 18:00"


def test_the_reporter_reads_cause_plan_and_day_and_never_the_leader(order, resident, worker, above):
    put_on(order, worker, above)
    lines = detail(order.number, resident, as_reporter=True).lines
    assert [line.action for line in lines][-1] == "decide_ledger"
    assert "propose_ledger" not in [line.action for line in lines]
    assert lines[-1].text.startswith("同意挂账，原因：工程周期，第1期，3月20日（周五）18:00前复核：")
    assert PLAN in lines[-1].text
    assert "审批意见：同意，按计划推进" in lines[-1].text
    assert not any(LEADER in line.text or REASON in line.text for line in lines)
    end_reading()


def test_a_neighbour_who_joined_reads_the_cause_and_no_words_of_anybody(city, order, worker, above):
    home = fresh(order).compound_id
    neighbour = a_resident(home_compound_id=home)
    run(joining.join, order.number, neighbour)
    put_on(order, worker, above)
    text = detail(order.number, neighbour, as_reporter=True).lines[-1].text
    assert text == "同意挂账，原因：工程周期，第1期，3月20日（周五）18:00前复核"
    end_reading()


def test_whoever_proposed_and_the_reporters_are_told(order, manager, worker, above):
    proposed(order, manager)
    approved(order, above)
    facts = told(order, "put_on_ledger")
    assert (facts["waiting_id"], facts["assignee_id"]) == (manager.account_id, worker.account_id)
    assert facts["review_at"] == "2026-03-20T18:00:00+08:00"


def test_refused_it_stays_where_it_was_and_the_reporter_reads_nothing(order, resident, worker, above):
    proposed(order, worker)
    run(ledger.decide, order.number, above, False, "可以先修")
    row = fresh(order)
    assert (row.status, row.beside, row.paused_at) == ("in_progress", "", None)
    assert (last(order).visible, last(order).words) == ("internal", "可以先修")
    assert told(order, "ledger_refused")["waiting_id"] == worker.account_id
    assert records(order) == [("ledger_proposal", "refused")]
    assert "due" in timers(order)
    assert "decide_ledger" not in [line.action for line in detail(order.number, resident, as_reporter=True).lines]
    end_reading()
    assert proposed(order, worker).beside == "ledger_proposal"


def test_who_may_not_decide_hears_who_can(city, order, manager, worker, above):
    proposed(order, manager)
    error = refused(NotAllowed, ledger.decide, order.number, manager, True, "同意")
    assert "不能审批自己的挂账申请，请由虎台街道或上级" in error.message
    second = a_manager(city["xnlx"], name="王二")
    assert (
        "由虎台街道或上级的管理员审批" in refused(NotAllowed, ledger.decide, order.number, second, True, "好").message
    )
    for stranger in (worker, a_clerk(city["ht"])):
        refused(NotAllowed, ledger.decide, order.number, stranger, True, "同意")
    refused(NotFound, ledger.decide, order.number, a_manager(city["hyx"]), True, "同意")
    assert approved(order, a_manager(city["xn"])).status == "on_ledger"


def test_at_the_city_another_manager_of_the_city_decides(city, order):
    proposer, other = a_manager(city["xn"]), a_manager(city["xn"], name="李市")
    proposed(order, proposer)
    assert (
        "西宁市或上级的其他管理员" in refused(NotAllowed, ledger.decide, order.number, proposer, True, "同意").message
    )
    assert approved(order, other).status == "on_ledger"


def test_deciding_needs_a_word_and_is_done_once(order, worker, above):
    proposed(order, worker)
    for decision in (True, False):
        assert list(refused(Invalid, ledger.decide, order.number, above, decision, " ").fields) == ["note"]
    approved(order, above)
    assert refused(Conflict, ledger.decide, order.number, above, True, "同意").context["reason"] == "nothing-asked"


def test_what_came_to_be_supervised_meanwhile_can_only_be_refused(city, order, worker, above):
    proposed(order, worker)
    supervised(order, above, city["ht"])
    error = refused(Conflict, ledger.decide, order.number, above, True, "同意")
    assert error.context["reason"] == "supervised"
    run(ledger.decide, order.number, above, False, "先办督办")
    assert fresh(order).status == "in_progress"


def test_a_day_that_has_come_before_the_decision_is_not_approved(order, worker, above, at):
    proposed(order, worker, date(2026, 3, 11))
    at("03-11 09:00")
    assert refused(Conflict, ledger.decide, order.number, above, True, "同意").context["reason"] == "too-late"
    run(ledger.decide, order.number, above, False, "重新申请")


def test_unanswered_it_is_refused_once_and_whoever_asked_is_told(order, manager, above, at):
    proposed(order, manager)
    at("03-13 09:00")
    sweep()
    sweep()
    assert records(order) == [("ledger_proposal", "unanswered")]
    assert [event.facts for event in events(order) if event.action == "expire"] == [{"kind": "ledger_proposal"}]
    assert topics(order).count("ledger_refused") == 1
    assert told(order, "ledger_refused")["waiting_id"] == manager.account_id
    assert refused(Conflict, ledger.decide, order.number, above, True, "同意").context["reason"] == "nothing-asked"


def test_while_the_reporter_is_asked_nobody_decides_and_the_limit_begins_anew(order, resident, worker, above, at):
    proposed(order, worker)
    at("03-12 17:00")
    asked(order, worker)
    refused(WrongStatus, ledger.decide, order.number, above, True, "同意")
    at("03-12 18:00")
    sweep()
    assert records(order)[0] == ("ledger_proposal", None)
    assert spoken(timers(order)["ledger_proposal"]) == "03-16 18:00"
    at("03-13 10:00")
    answered(order, resident)
    assert approved(order, above).status == "on_ledger"


# what else happens meanwhile


def test_a_proposal_outlives_a_transfer_and_ends_with_a_dispatch(order, worker, colleague, manager, above):
    proposed(order, worker)
    run(transfer.offer, order.number, worker, public_id(colleague), "请接手")
    run(transfer.accept, order.number, colleague)
    assert fresh(order).beside == "ledger_proposal"
    run(assignment.dispatch, order.number, manager, public_id(worker), "请办理")
    assert records(order)[0] == ("ledger_proposal", "lapsed")
    assert told(order, "lapsed")["waiting_id"] == worker.account_id


@pytest.mark.parametrize("ending", ["resolve", "withdraw"])
def test_a_proposal_ends_with_the_order(order, resident, worker, ending):
    proposed(order, worker)
    if ending == "resolve":
        run(resolution.resolve, order.number, worker, "solved", "工程队提前到了", [])
    else:
        run(intake.withdraw, order.number, resident, "不用了")
    assert records(order) == [("ledger_proposal", "lapsed")]


def test_an_escalation_a_dispute_and_an_offer_lapse_when_the_order_begins_to_wait(order, worker, colleague, above):
    proposed(order, worker)
    run(transfer.offer, order.number, worker, public_id(colleague), "请接手")
    with writing():
        row = WorkOrder.query.filter_by(id=order.id).one()
        for kind in (Kind.ESCALATION, Kind.DISPUTE):
            put(row, kind, row.take(Action.CONTACT, by=worker, kind="call"))
    approved(order, above)
    assert fresh(order).offered_to_id is None
    assert {kind: outcome for kind, outcome in records(order) if outcome == "lapsed"} == {
        "transfer": "lapsed",
        "escalation": "lapsed",
        "dispute": "lapsed",
    }
    assert topics(order).count("lapsed") == 3


def test_withdrawn_on_the_ledger_it_leaves_it_and_nothing_fires_any_more(order, resident, worker, above, at):
    put_on(order, worker, above)
    run(intake.withdraw, order.number, resident, "不等了")
    row = fresh(order)
    assert (row.status, row.paused_at, row.beside, row.assignee_id) == ("withdrawn", None, "", None)
    assert records(order)[-1] == ("ledger", "lapsed")
    assert "lapsed" not in topics(order)  # nobody waited for an answer
    before = len(events(order))
    at("03-20 18:00")
    sweep()
    assert len(events(order)) == before


def test_nothing_is_done_to_it_while_it_waits(order, worker, manager, colleague, above):
    put_on(order, worker, above)
    refused(WrongStatus, resolution.resolve, order.number, worker, "solved", "办好了", [])
    refused(WrongStatus, handling.note, order.number, worker, "看过", visible_to_resident=False)
    refused(WrongStatus, assignment.dispatch, order.number, manager, public_id(colleague), "请办理")
    run(confidential.confide, order.number, manager, as_reporter=False)
    assert fresh(order).status == "on_ledger"


# how often


def test_three_periods_are_the_most_in_an_orders_life(order, worker, above):
    put_on(order, worker, above)
    resumed(order, worker)
    put_on(order, worker, above)
    renewed(order, above, REVIEW_ON + timedelta(days=7))
    assert [facts["period"] for *_, facts in kept(order)] == [1, 2, 3]
    resumed(order, worker)
    assert "已经挂账3期" in refused(Conflict, propose, order, worker).message


def test_the_periods_are_a_setting(order, worker, above):
    with writing():
        db.session.add(Parameter(name="ledger_periods_per_order", value="1"))
    parameters.forget()
    put_on(order, worker, above)
    resumed(order, worker)
    assert "已经挂账1期" in refused(Conflict, propose, order, worker).message


# the hint


@pytest.mark.parametrize(("code", "step"), [("P5", "warn_80_ledger"), ("P4", "warn_80")])
def test_at_eighty_percent_the_ledger_is_hinted_at_for_what_needs_a_vote_or_funds(
    city, resident, worker, at, code, step
):
    with writing():
        Category.query.filter_by(code="NOISE").one().class_code = code
    catalogue.forget()
    order = claimed(an_order(city, resident), worker)
    moment = timers(order)["warn_80"]
    at(f"{clock.local(moment):%m-%d %H:%M}")
    sweep()
    assert told(order, "warned")["step"] == step
    assert fresh(order).status == "in_progress"
    (line,) = [line for line in detail(order.number, worker).lines if line.text.startswith("办理时限已过八成")]
    assert ("可以申请挂账" in line.text) == (code == "P5")
    end_reading()


def test_nothing_is_hinted_where_somebody_asked_already(city, resident, worker, at):
    with writing():
        Category.query.filter_by(code="NOISE").one().class_code = "P5"
    catalogue.forget()
    order = claimed(an_order(city, resident), worker)
    moment = timers(order)["warn_80"]
    at(f"{clock.local(moment - timedelta(hours=1)):%m-%d %H:%M}")
    proposed(order, worker, date(2026, 4, 20))
    at(f"{clock.local(moment):%m-%d %H:%M}")
    sweep()
    assert told(order, "warned")["step"] == "warn_80"


def test_whatever_people_write_the_plan_is_told_apart_from_leader_and_reason():
    said = ledger.Said("马 书\n记", "一\n计划：假的\n二", "第一步\n计划：第二步")
    assert said.text.count("\n") == 3
    assert ledger.Said.plan_in(said.text) == "第一步\n计划：第二步"
    assert ledger.Said.plan_in("") == ""


def test_a_plan_that_was_erased_is_not_made_up(order, worker, above):
    proposed(order, worker)
    with writing():
        line = Event.query.filter_by(work_order_id=order.id, action="propose_ledger").one()
        db.session.delete(EventText.query.filter_by(event_id=line.id).one())
    approved(order, above)
    assert last(order).words == "审批意见：同意，按计划推进"
