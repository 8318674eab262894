"""Danger to life: words alone make an order urgent, it climbs its ladder, its reporter reads who was called."""

import pytest

from app import clock
from app.db import end_reading
from app.people.models import Role
from app.work_orders import assignment, intake, policy
from app.work_orders.detail import detail
from app.work_orders.intake import Request
from app.work_orders.screening import emergencies
from app.work_orders.workflow import Action
from tests.factories import (
    a_duty_officer,
    a_manager,
    a_person,
    a_resident,
    a_worker,
    an_order,
    an_unplaced_order,
    fresh,
    writing,
)
from tests.work_orders.record import events, public_id, run, story, sweep, timers, told, topics
from tests.work_orders.screening.conftest import bring  # noqa: F401  a fixture

SMOKE, FLOOD = "楼上冒蓝烟，太吵了", "大水来了"


@pytest.fixture(autouse=True)
def _words(city, bring):  # noqa: F811
    """A city whose words know smoke (P0) and flood (P1)."""
    bring()


def spoken(moment):
    return f"{clock.local(moment):%H:%M}"


def read(order, reporter):
    found = detail(order.number, reporter, as_reporter=True)
    end_reading()
    return found


def calls(order, reporter):
    """What the reporter reads: (at, who, answered at)."""
    return [
        (spoken(one.at), one.who, one.answered_at and spoken(one.answered_at)) for one in read(order, reporter).calls
    ]


@pytest.mark.parametrize(
    ("words", "class_code", "due"), [(SMOKE, "P0", "03-11 10:00"), (FLOOD, "P1", "03-11 10:00")], ids=["P0", "P1"]
)
def test_words_of_danger_make_an_order_of_any_category_urgent(city, worker, words, class_code, due):
    row = fresh(an_order(city, category="NOISE", description=words))
    assert (row.class_code, row.emergency, row.category_code) == (class_code, True, "NOISE")
    assert (row.status, row.assignee_id) == ("assigned", worker.account_id)
    assert f"{clock.local(row.due_at):%m-%d %H:%M}" == due


def test_without_them_it_goes_its_usual_way(city, worker):
    row = fresh(an_order(city, category="NOISE", description="如果冒蓝烟怎么办"))
    assert (row.class_code, row.emergency, row.status) == ("P3", False, "pooled")


def test_what_is_answered_to_a_question_counts_as_well(city, worker):
    kind = intake.catalogue.leaf("NOISE")
    kind.questions.append({"code": "what", "text": "是什么声音？"})
    row = fresh(an_order(city, category="NOISE", answers={"what": SMOKE}))
    assert (row.class_code, row.status) == ("P0", "assigned")


def test_a_danger_never_makes_an_order_less_urgent(city, worker):
    assert fresh(an_order(city, category="LIFT", description=FLOOD)).class_code == "P0"


def test_the_flag_of_a_category_is_enough(city, worker):
    order = an_order(city, category="LIFT", description="快来")
    assert fresh(order).emergency
    assert events(order)[0].facts == {"danger": "stuck", "danger_name": "困住"}


def test_the_timeline_says_why_and_keeps_no_words(city, worker, resident):
    order = an_order(city, resident, description=SMOKE)
    submitted = events(order)[0]
    assert submitted.facts == {"danger": "smoke", "danger_name": "蓝烟"}
    assert submitted.words is None
    lines = [(line.action, line.text) for line in read(order, resident).lines]
    assert lines[:2] == [
        ("submit", "涉及“蓝烟”，按紧急事项办理"),
        ("accept", "按规则“紧急诉求直接交值班人员”受理，已通知值班网格员"),
    ]


def test_each_step_of_the_ladder_has_five_minutes_and_the_reporter_reads_who_was_called(city, worker, resident, at):
    line = [worker, *(a_duty_officer(city[place]) for place in ("xnlx", "ht", "cx", "xn"))]
    order = an_order(city, resident, description=SMOKE)
    expected = []
    names = ("值班网格员", "社区值班负责人", "街道值班负责人", "区值班负责人", "市值班负责人")
    for step, (person, name) in enumerate(zip(line, names, strict=True)):
        minute = 5 * step
        expected.append((f"10:{minute:02}", name, None))
        assert fresh(order).assignee_id == person.account_id
        assert fresh(order).status == "assigned"
        assert spoken(timers(order)["sign"]) == f"10:{minute + 5:02}"
        assert told(order, "ladder" if step else "accepted")["assignee_id"] == person.account_id
        assert calls(order, resident) == expected
        at(f"03-10 10:{minute + 5:02}")
        sweep()
    assert topics(order)[-1] == "supervised"
    assert "lapse" not in story(order)
    assert calls(order, resident) == expected


def test_a_step_nobody_holds_is_skipped_and_a_manager_stands_in_for_a_duty_officer(city, worker, resident, at):
    manager = a_manager(city["cx"])
    order = an_order(city, resident, description=SMOKE)
    at("03-10 10:05")
    sweep()
    assert fresh(order).assignee_id == manager.account_id
    assert calls(order, resident) == [("10:00", "值班网格员", None), ("10:05", "区值班负责人", None)]


def test_with_no_worker_on_duty_the_officer_is_called_at_once(city, resident):
    a_worker(city["g1"], on_duty=False)
    officer = a_duty_officer(city["xnlx"])
    order = an_order(city, resident, description=SMOKE)
    assert fresh(order).assignee_id == officer.account_id
    assert calls(order, resident) == [("10:00", "社区值班负责人", None)]


def test_with_nobody_at_all_it_waits_five_minutes_and_looks_again(city, resident, at):
    order = an_order(city, resident, description=SMOKE)
    assert (fresh(order).status, calls(order, resident)) == ("submitted", [])
    officer = a_duty_officer(city["ht"])
    at("03-10 10:05")
    sweep()
    assert fresh(order).assignee_id == officer.account_id
    assert calls(order, resident) == [("10:05", "街道值班负责人", None)]


def test_whoever_signs_is_read_as_having_answered_and_is_called_no_more(city, worker, resident, at):
    officer = a_duty_officer(city["xnlx"])
    order = an_order(city, resident, description=SMOKE)
    at("03-10 10:05")
    sweep()
    at("03-10 10:07")
    run(assignment.sign, order.number, officer)
    at("03-10 10:30")
    sweep()
    assert fresh(order).status == "in_progress"
    assert calls(order, resident) == [("10:00", "值班网格员", None), ("10:05", "社区值班负责人", "10:07")]


def test_a_refusal_calls_the_next_at_once_and_its_reason_stays_inside(city, worker, resident, at):
    officer = a_duty_officer(city["xnlx"])
    order = an_order(city, resident, description=SMOKE)
    at("03-10 10:01")
    run(assignment.refuse, order.number, worker, "conflict_of_interest", "是我亲戚")
    assert fresh(order).assignee_id == officer.account_id
    assert calls(order, resident) == [("10:00", "值班网格员", None), ("10:01", "社区值班负责人", None)]
    shown = read(order, resident)
    assert "是我亲戚" not in str([line.text for line in shown.lines])
    assert "refuse" not in [line.action for line in shown.lines]


def test_a_manager_who_sends_it_on_begins_the_calls_anew(city, worker, colleague, manager, resident, at):
    order = an_order(city, resident, description=SMOKE)
    other = colleague if fresh(order).assignee_id == worker.account_id else worker
    at("03-10 10:02")
    run(assignment.dispatch, order.number, manager, public_id(other), "离得近")
    assert calls(order, resident) == [("10:00", "值班网格员", None), ("10:02", "值班网格员", None)]


def test_the_reporter_is_never_called_to_the_own_emergency(city, at):
    reporter = a_person((Role.GRID_WORKER, city["g1"]), (Role.DUTY_OFFICER, city["xnlx"]))
    above = a_duty_officer(city["ht"])
    order = an_order(city, reporter, description=SMOKE)
    assert fresh(order).assignee_id == above.account_id


def test_what_nobody_could_place_is_called_up_from_the_district(city, resident):
    officer = a_duty_officer(city["cx"])
    order = an_unplaced_order(city, resident, "LIFT")
    assert fresh(order).assignee_id == officer.account_id
    assert calls(order, resident) == [("10:00", "区值班负责人", None)]


def test_an_order_that_is_no_emergency_calls_nobody(city, worker, resident):
    order = an_order(city, resident)
    run(assignment.claim, order.number, worker)
    assert calls(order, resident) == []


def test_neither_released_nor_withdrawn(city, worker, resident):
    order = an_order(city, resident, description=SMOKE)
    run(assignment.sign, order.number, worker)
    with writing():
        row = intake.queries.find_reported(order.number, resident)
        assert Action.WITHDRAW.value not in policy.actions(row, resident, reporter=True)
        assert Action.RELEASE.value not in policy.actions(row, worker, reporter=False)


def test_the_phone_has_no_say_in_it(city):
    assert not {"emergency", "danger", "class_code"} & set(Request.__dataclass_fields__)
    assert emergencies.found(SMOKE).class_code == "P0"


def test_somebody_else_reads_nothing_of_the_calls(city, worker, resident):
    order = an_order(city, resident, description=SMOKE)
    with pytest.raises(intake.errors.NotFound):
        read(order, a_resident())


def test_who_refused_for_a_conflict_of_interest_is_never_called_again_by_any_ladder(city, worker, resident, at):
    officer, above = a_duty_officer(city["xnlx"]), a_duty_officer(city["ht"])
    manager = a_manager(city["xnlx"])
    order = an_order(city, resident, description=SMOKE)
    run(assignment.refuse, order.number, worker, "off_duty", "")
    run(assignment.refuse, order.number, officer, "conflict_of_interest", "是我亲戚")
    assert fresh(order).assignee_id == above.account_id
    # A choice of the manager's begins a new climb, in which the officer is passed over.
    run(assignment.dispatch, order.number, manager, public_id(worker), "人已到岗")
    at("03-10 10:05")
    sweep()
    assert fresh(order).assignee_id == manager.account_id
    at("03-10 10:10")
    sweep()
    assert fresh(order).assignee_id == above.account_id
