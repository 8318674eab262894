"""What happens when a limit passes and nobody acts: each once, at its moment, and only where it still matters."""

import threading

import pytest
from sqlalchemy import func, select, update

from app import clock, parameters
from app.commands import sweep as command
from app.db import db, end_reading
from app.deadlines.timers import Timer
from app.errors import Overtaken
from app.parameters import Parameter
from app.people.models import Duty, Role
from app.work_orders import (
    appeals,
    assignment,
    extensions,
    follow_up,
    handling,
    intake,
    limits_passed,
    questions,
    rating,
    resolution,
    transfer,
)
from app.work_orders.offices import disputes, supervision
from app.work_orders.workflow import Action
from tests.factories import (
    a_duty_officer,
    a_manager,
    a_person,
    a_worker,
    an_officer,
    an_order,
    an_unplaced_order,
    claimed,
    fresh,
    resolved,
    writing,
)
from tests.work_orders.calling import called, proposed, to_be_ended
from tests.work_orders.record import (
    events,
    everything,
    follow_ups,
    holders,
    last,
    owed,
    public_id,
    run,
    story,
    sweep,
    timers,
    told,
    topics,
)

NO = {"answered": True, "solved": "no", "satisfied": "no", "comment": None}
REASON = "请尽快处理"


def spoken(moment):
    return f"{clock.local(moment):%m-%d %H:%M}"


def dispatched(order, manager, worker):
    return run(assignment.dispatch, order.number, manager, public_id(worker), REASON)


def has(order, person, status="assigned"):
    row = fresh(order)
    return (row.status, row.assignee_id) == (status, person and person.account_id)


def rest(worker):
    with writing():
        db.session.execute(update(Duty).where(Duty.account_id == worker.account_id).values(on_duty=False))


# accept


def test_nothing_fires_before_its_moment(city, worker, at):
    order = an_order(city, category="ODD")
    at("03-10 11:59")
    before = everything()
    sweep()
    assert everything() == before
    assert story(order) == ["submit"]


@pytest.mark.parametrize("post", [a_duty_officer, a_manager])
def test_what_nobody_accepts_in_two_working_hours_goes_to_the_communitys_office(city, post, at):
    above, person = a_duty_officer(city["ht"]), post(city["xnlx"])
    order = an_order(city, category="ODD")
    at("03-10 12:00")
    sweep()
    assert has(order, person)
    row = fresh(order)
    # By going to somebody it is accepted; its time counts from the submission all the same.
    assert (spoken(row.accepted_at), spoken(row.due_at)) == ("03-10 12:00", "03-19 18:00")
    assert {"due", "contact", "warn_50", "sign"} <= set(timers(order))
    assert topics(order) == ["submitted", "accepted", "not_accepted"]
    assert told(order, "accepted")["assignee_id"] == person.account_id
    assert above.account_id != row.assignee_id


def test_an_urgent_order_looks_for_somebody_every_five_minutes(city, at):
    order = an_order(city, category="LIFT")
    at("03-10 10:05")
    sweep()
    assert (fresh(order).status, spoken(fresh(order).step_due_at)) == ("submitted", "03-10 10:10")
    officer = a_duty_officer(city["ht"])
    at("03-10 10:10")
    sweep()
    assert has(order, officer)
    assert fresh(order).misses == 2
    assert spoken(timers(order)["sign"]) == "03-10 10:15"


def test_the_office_that_reported_it_itself_is_skipped(city, at):
    manager, above = a_manager(city["xnlx"]), a_manager(city["ht"])
    order = an_order(city, manager, "ODD")
    at("03-10 12:00")
    sweep()
    assert has(order, above)


# claim


@pytest.mark.parametrize(("category", "moment"), [("LIGHT", "03-10 16:00"), ("NOISE", "03-11 18:00")])
def test_what_nobody_claims_goes_to_the_grids_own_worker(city, manager, at, category, moment):
    worker = a_worker(city["g1"])
    order = an_order(city, category=category)
    at(moment)
    sweep()
    assert has(order, worker)
    assert (last(order).action, last(order).actor_id) == ("assign", None)
    assert [topic for topic in topics(order) if topic != "warned"] == ["accepted", "assigned", "not_claimed"]
    sweep()
    assert topics(order).count("not_claimed") == 1


def test_who_is_off_duty_full_or_reported_it_is_skipped(city, at):
    _resting, reporter, ready = a_worker(city["g1"], on_duty=False), a_worker(city["g1"]), a_worker(city["g1"])
    order = an_order(city, reporter, "LIGHT")
    at("03-10 16:00")
    sweep()
    assert has(order, ready)


def test_who_gave_it_back_does_not_get_it_again_by_itself(city, manager, at):
    worker = a_worker(city["g1"])
    order = an_order(city, category="LIGHT")
    dispatched(order, manager, worker)
    run(assignment.refuse, order.number, worker, "wrong_skill", "")
    at("03-10 16:00")
    sweep()
    assert has(order, manager)


def test_with_no_worker_left_it_goes_to_the_nearest_manager_else_it_waits_on(city, at):
    order = an_order(city, category="LIGHT")
    at("03-10 16:00")
    sweep()
    assert (fresh(order).status, spoken(fresh(order).step_due_at)) == ("pooled", "03-11 11:00")
    manager = a_manager(city["cx"])
    at("03-11 11:00")
    sweep()
    assert has(order, manager)


def test_everybody_full_means_the_manager(city, manager, worker, at):
    with writing():
        db.session.add(Parameter(name="open_orders_per_worker", value="1"))
    parameters.forget()
    claimed(an_order(city), worker)
    order = an_order(city, category="LIGHT")
    at("03-10 16:00")
    sweep()
    assert has(order, manager)


# sign


def test_the_first_missed_sign_limit_gives_it_back_to_the_pool(city, manager, worker, at):
    order = an_order(city)
    dispatched(order, manager, worker)
    at("03-10 16:00")
    sweep()
    assert has(order, None, "pooled")
    assert fresh(order).misses == 1
    assert (story(order)[-1], topics(order)[-1]) == ("lapse", "returned_to_pool")
    assert owed(order)[-1][1]["former_id"] == worker.account_id
    assert holders(order) == [(worker.account_id, "dispatch", True)]
    assert spoken(timers(order)["claim"]) == "03-11 18:00"


def test_the_second_goes_to_the_community_manager_then_up_with_supervision(city, manager, worker, at):
    above, top = a_manager(city["ht"]), a_manager(city["xn"])
    order = an_order(city)
    dispatched(order, manager, worker)
    at("03-10 16:00")
    sweep()
    at("03-11 18:00")
    sweep()
    assert has(order, worker)
    for moment, person, told_of in (
        ("03-12 15:00", manager, ["assigned", "not_signed"]),
        ("03-13 12:00", above, ["assigned", "supervised"]),
        ("03-16 09:00", top, ["assigned"]),  # It is under supervision already.
    ):
        at(moment)
        before = len(topics(order))
        sweep()
        assert has(order, person), moment
        assert topics(order, before)[-len(told_of) :] == told_of
    at("03-16 15:00")
    sweep()
    # Nobody is above the city: it stays with the last one and the end of the line is told once.
    assert has(order, top)
    assert fresh(order).step_due_at is None
    assert [event.facts.get("step") for event in events(order)].count("line_ended") == 1


def test_signing_in_between_forgives_the_first_miss(city, manager, worker, at):
    order = an_order(city)
    dispatched(order, manager, worker)
    at("03-10 16:00")
    sweep()
    dispatched(order, manager, worker)
    run(assignment.sign, order.number, worker)
    run(assignment.release, order.number, worker, "需要电工")
    colleague = a_worker(city["g1"])
    dispatched(order, manager, colleague)
    at("03-11 15:00")
    sweep()
    assert has(order, None, "pooled")


def test_one_manager_of_two_levels_is_not_asked_twice(city, worker, at):
    both = a_person((Role.MANAGER, city["xnlx"]), (Role.MANAGER, city["ht"]))
    top = a_manager(city["cx"])
    order = an_order(city)
    dispatched(order, both, worker)
    with writing():
        row = follow_up.queries.find(order.number, both)
        row.misses = 1
    at("03-10 16:00")
    sweep()
    assert has(order, both)
    at("03-11 12:00")
    sweep()
    assert has(order, top)


def test_what_has_no_place_has_no_pool_to_go_back_to(city, at):
    district, top = a_manager(city["cx"]), a_manager(city["xn"])
    order = an_unplaced_order(city)
    assert has(order, district)
    at("03-10 16:00")
    sweep()
    assert has(order, top)
    assert "pooled" not in [event.to_status for event in events(order)]


# the ladder of P0 and P1


def test_an_emergency_climbs_five_minutes_at_each_step_and_never_into_the_pool(city, worker, at):
    above = [a_duty_officer(city[place]) for place in ("cx", "xn")]
    steps = [a_duty_officer(city["xnlx"]), a_manager(city["ht"]), *above]
    order = an_order(city, category="LIFT")
    assert has(order, worker)
    for minutes, person in zip((5, 10, 15, 20), steps, strict=True):
        at(f"03-10 10:{minutes - 1:02}")
        sweep()
        assert not has(order, person)
        at(f"03-10 10:{minutes:02}")
        sweep()
        assert has(order, person)
        assert spoken(fresh(order).step_due_at) == f"03-10 10:{minutes + 5:02}"
    assert topics(order) == ["accepted", *["ladder"] * 4]
    assert told(order, "ladder")["former_id"] == steps[2].account_id
    at("03-10 10:25")
    sweep()
    at("03-10 11:00")
    sweep()
    assert has(order, steps[3])
    assert [event.facts.get("step") for event in events(order)].count("ladder_ended") == 1
    assert topics(order).count("supervised") == 1
    assert "pooled" not in [event.to_status for event in events(order)]


def test_signing_stops_the_climb(city, worker, at):
    a_duty_officer(city["xnlx"])
    order = an_order(city, category="LIFT")
    at("03-10 10:04")
    run(assignment.sign, order.number, worker)
    at("03-10 10:30")
    sweep()
    assert has(order, worker, "in_progress")


# contact, warnings, due


def test_a_missed_contact_is_told_to_the_assignee_once(city, worker, at):
    order = claimed(an_order(city), worker)
    at("03-11 18:00")
    sweep()
    sweep()
    assert (last(order).action, last(order).facts, last(order).visible) == ("warn", {"step": "contact"}, "internal")
    assert topics(order).count("warned") == 1
    assert told(order, "warned")["step"] == "contact"


def test_a_contact_in_time_stops_its_timer(city, worker, at):
    order = claimed(an_order(city), worker)
    run(handling.contact, order.number, worker, "call", "")
    at("03-11 18:00")
    sweep()
    assert "warned" not in topics(order)


def test_the_warnings_and_what_follows_the_due_date_come_in_order_once_each(city, worker, at):
    order = claimed(an_order(city, category="LIGHT"), worker)
    run(handling.contact, order.number, worker, "call", "")
    since = len(topics(order))
    for moment, topic in (
        ("03-12 14:30", "warned"),
        ("03-13 11:48", "warned"),
        ("03-13 18:00", "overdue"),
        ("03-16 18:00", "overdue_subdistrict"),
        ("03-18 18:00", "supervised"),
    ):
        at(moment)
        sweep()
        sweep()
        assert topics(order, since) == [topic], moment
        since += 1
    row = fresh(order)
    assert (row.status, spoken(row.overdue_at), row.due_at) == ("in_progress", "03-13 18:00", row.original_due_at)
    overdue = next(event for event in events(order) if event.action == "overdue")
    assert overdue.facts == {"assignee": worker.account_id}
    assert [event.facts.get("step") for event in events(order) if event.action == "warn"] == ["warn_50", "warn_80"]


@pytest.mark.parametrize("end", ["resolved", "withdrawn", "declined"])
def test_once_it_is_out_of_hand_no_limit_has_an_effect(city, resident, worker, clerk, at, end):
    order = an_order(city, resident)
    if end == "resolved":
        resolved(order, worker)
    elif end == "withdrawn":
        run(intake.withdraw, order.number, resident, "好了")
    else:
        run(intake.decline, order.number, clerk, "out_of_remit", "请找物业。")
    before = len(story(order))
    at("03-16 09:00")
    sweep()
    assert len(story(order)) == before


def test_the_timers_of_an_earlier_round_are_stale(city, resident, worker, officer, at):
    order = resolved(an_order(city, resident), worker)
    run(rating.rate, order.number, resident, **NO)
    at("03-19 09:00")
    run(follow_up.conclude, order.number, officer, "rework", "又坏了")
    since = len(story(order))
    at("03-19 18:00")  # the due date of the first round
    sweep()
    assert story(order)[since:] == []
    assert fresh(order).overdue_at is None


def test_a_timer_of_a_step_that_was_taken_anew_is_stale(city, manager, worker, colleague, at):
    order = an_order(city)
    dispatched(order, manager, worker)
    at("03-10 11:00")
    dispatched(order, manager, colleague)
    at("03-10 16:00")  # the first worker's limit
    sweep()
    assert has(order, colleague)
    at("03-10 17:00")
    sweep()
    assert has(order, None, "pooled")


def test_two_timers_of_the_same_moment_act_once(city, manager, worker, colleague, at):
    """Both dispatched at night, so both have until the same moment of the morning."""
    at("03-10 20:00")
    order = an_order(city)
    dispatched(order, manager, worker)
    at("03-10 21:00")
    dispatched(order, manager, colleague)
    at("03-11 15:00")
    sweep()
    assert has(order, None, "pooled")
    assert story(order).count("lapse") == 1


# rating and follow-up


def draw(percent):
    with writing():
        db.session.merge(Parameter(name="follow_up_drawn_percent", value=str(percent)))
    parameters.forget()


@pytest.mark.parametrize(("percent", "owes"), [(0, 0), (100, 1)])
def test_after_seven_days_it_closes_as_unrated_and_a_drawn_share_is_followed_up(city, worker, at, percent, owes):
    draw(percent)
    order = resolved(an_order(city), worker)
    at("03-17 18:00")
    sweep()
    assert (fresh(order).status, fresh(order).outcome) == ("closed", "unrated")
    assert [one.cause for one in follow_ups(order)] == ["drawn"] * owes
    assert topics(order)[-1 - owes :] == ["closed", "follow_up_owed"][: owes + 1]


def test_the_lot_is_drawn_by_the_number_and_is_the_same_for_everybody(app):
    draw(10)
    numbers = [f"XN260310{number:06}0" for number in range(4000)]
    drawn = [number for number in numbers if limits_passed.is_drawn(number)]
    assert 300 < len(drawn) < 500
    assert drawn == [number for number in numbers if limits_passed.is_drawn(number)]
    end_reading()


def test_an_open_follow_up_decides_instead_of_the_seventh_day(city, resident, worker, at):
    order = resolved(an_order(city, resident), worker)
    run(rating.rate, order.number, resident, **NO)
    at("03-17 18:00")
    sweep()
    assert fresh(order).status == "resolved"


def test_an_owed_follow_up_rises_a_level_every_two_days_and_ends_after_ten(city, resident, worker, at):
    order = resolved(an_order(city, resident), worker)
    run(rating.rate, order.number, resident, **NO)
    for moment, place in (("03-12 18:00", "ht"), ("03-16 18:00", "cx"), ("03-18 18:00", "xn"), ("03-20 18:00", "xn")):
        at(moment)
        sweep()
        assert follow_ups(order)[0].territory_id == city[place], moment
    assert topics(order).count("follow_up_owed") == 4
    at("03-24 18:00")
    sweep()
    (lapsed,) = follow_ups(order)
    assert (lapsed.outcome, lapsed.officer_id) == ("not_followed_up", None)
    assert (fresh(order).status, fresh(order).outcome) == ("closed", "not_followed_up")
    assert [event.facts["step"] for event in events(order) if event.action == "follow_up"] == [
        "owed", "risen", "risen", "risen", "given_up",
    ]  # fmt: skip


def test_a_drawn_follow_up_that_nobody_takes_ends_too(city, worker, at):
    draw(100)
    order = resolved(an_order(city), worker)
    at("03-17 18:00")
    sweep()
    at("03-31 18:00")
    sweep()
    (lapsed,) = follow_ups(order)
    assert lapsed.outcome == "not_followed_up"
    assert fresh(order).outcome == "unrated"


def test_a_finished_follow_up_neither_rises_nor_ends_again(city, resident, worker, officer, at):
    order = resolved(an_order(city, resident), worker)
    run(rating.rate, order.number, resident, **NO)
    run(follow_up.conclude, order.number, officer, "passed", "好了")
    since = len(story(order))
    at("03-31 18:00")
    sweep()
    assert story(order)[since:] == []


def test_the_next_rounds_follow_up_has_its_own_limits(city, resident, worker, officer, at):
    order = resolved(an_order(city, resident), worker)
    run(rating.rate, order.number, resident, **NO)
    at("03-11 10:00")
    run(follow_up.conclude, order.number, officer, "rework", "又坏了")
    with writing():
        resolution.resolve(order.number, worker, "solved", "再次沟通", [])
    run(rating.rate, order.number, resident, **NO)
    at("03-12 18:00")  # the first follow-up's limit
    sweep()
    assert follow_ups(order)[1].territory_id == city["xnlx"]
    at("03-13 18:00")
    sweep()
    assert follow_ups(order)[1].territory_id == city["ht"]
    assert an_officer(city["ht"]).roles == {Role.FOLLOW_UP_OFFICER}


# the sweep itself


def test_after_a_downtime_everything_is_caught_up_in_order(city, worker, manager, at):
    order = claimed(an_order(city, category="LIGHT"), worker)
    at("03-20 09:00")
    sweep()
    assert story(order)[3:] == ["warn", "warn", "warn", "overdue", "overdue", "supervise"]
    steps = [event.facts.get("step") or event.facts.get("told", "due") for event in events(order)[3:8]]
    assert steps == ["contact", "warn_50", "warn_80", "due", "overdue_subdistrict"]
    assert last(order).facts["cause"] == "overdue"


def test_a_ladder_after_a_downtime_still_gives_everybody_their_five_minutes(city, worker, at):
    officer = a_duty_officer(city["xnlx"])
    order = an_order(city, category="LIFT")
    at("03-10 12:00")
    sweep()
    assert has(order, officer)
    assert spoken(fresh(order).step_due_at) == "03-10 12:05"


def test_two_sweeps_at_once_fire_each_timer_once(city, house, worker, at):
    orders = [claimed(an_order(city), worker) for _ in range(4)]
    at("03-11 18:00")
    started = threading.Barrier(2)
    failures = []

    def one_sweep():
        with house.app_context():
            try:
                started.wait()
                while command.fire_due():
                    pass
            except Exception as error:  # noqa: BLE001
                failures.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one_sweep) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    for order in orders:
        assert topics(order).count("warned") == 1
        assert story(order).count("warn") == 1


def test_a_timer_fires_once_and_not_before_its_moment(city, at):
    order = an_order(city, category="ODD")
    timer_id = db.session.scalar(select(Timer.id).where(Timer.work_order_id == order.id))
    assert run(limits_passed.fire, timer_id, clock.now()) is None
    moment = at("03-10 12:00")
    assert run(limits_passed.fire, timer_id, moment) == "accept"
    assert run(limits_passed.fire, timer_id, moment) is None


def test_every_kind_of_timer_that_is_set_has_a_handler(city, resident, worker, manager, at):
    draw(100)
    order = resolved(an_order(city, resident, "NOISE"), worker)
    run(rating.rate, order.number, resident, **NO)
    dispatched(an_order(city), manager, worker)
    run(transfer.offer, claimed(an_order(city), worker).number, worker, public_id(a_worker(city["g1"])), "请接手")
    turned_down = an_order(city, resident, category="ODD")
    run(intake.decline, turned_down.number, manager, "out_of_remit", "请找物业")
    run(appeals.appeal, turned_down.number, resident, "请再看看")
    mine = claimed(an_order(city), worker)
    run(extensions.ask, mine.number, worker, 1, "等配件")
    run(disputes.dispute, mine.number, manager, "不属于本社区")
    run(supervision.supervise, mine.number, a_manager(city["ht"]), "general", clock.today(), "请抓紧")
    run(questions.ask, mine.number, worker, "请说明楼层")
    beyond_us = claimed(an_order(city), worker)
    proposed(beyond_us, worker)
    called(beyond_us, manager)
    to_be_ended(beyond_us, manager)
    kinds = set(db.session.scalars(select(Timer.kind)))
    end_reading()
    waits = {"ledger_proposal", "ledger_review"}  # tried in test_ledger.py
    assert kinds | {"urge", "task"} | waits == set(limits_passed.HANDLERS)


def test_a_timer_stays_when_its_order_was_overtaken(city, worker, at, monkeypatch):
    order = claimed(an_order(city), worker)
    at("03-11 18:00")
    kept = dict(limits_passed.HANDLERS)

    def overtaken(*_):
        raise Overtaken

    monkeypatch.setitem(limits_passed.HANDLERS, "contact", overtaken)
    command.fire_due()
    assert "warned" not in topics(order)
    monkeypatch.setitem(limits_passed.HANDLERS, "contact", kept["contact"])
    sweep()
    assert topics(order).count("warned") == 1
    unfired = select(func.count()).where(Timer.kind == "contact", Timer.fired_at.is_(None))
    assert db.session.scalar(unfired) == 0
    end_reading()


def test_timers_that_always_break_hold_up_no_others_and_are_tried_again_later(city, worker, at, monkeypatch):
    orders = [claimed(an_order(city), worker) for _ in range(3)]
    at("03-11 18:00")
    kept = limits_passed.HANDLERS["contact"]

    def breaks_but_for_the_last(order, timer):
        if order.number != orders[-1].number:
            raise RuntimeError("broken")
        kept(order, timer)

    monkeypatch.setitem(limits_passed.HANDLERS, "contact", breaks_but_for_the_last)
    monkeypatch.setattr(command, "_broke_at", {})
    monkeypatch.setattr(limits_passed.due_now, "__defaults__", (2, ()))
    while command.fire_due():
        pass
    command.fire_due()
    assert [topics(order).count("warned") for order in orders] == [0, 0, 1]
    monkeypatch.setitem(limits_passed.HANDLERS, "contact", kept)
    command.fire_due()
    assert [topics(order).count("warned") for order in orders] == [0, 0, 1]
    monkeypatch.setattr(command, "LEAVE_BROKEN_S", -1.0)
    sweep()
    assert [topics(order).count("warned") for order in orders] == [1, 1, 1]


def test_alerts_name_who_had_it(city, worker, at):
    order = claimed(an_order(city), worker)
    at("03-19 18:00")
    sweep()
    assert {facts["assignee_id"] for topic, facts in owed(order) if topic in ("warned", "overdue")} == {
        worker.account_id
    }
    assert Action.OVERDUE in story(order)
