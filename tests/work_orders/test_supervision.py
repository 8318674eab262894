"""督办: opened by an office above or by the house, answered, cleared by the supervising office alone, else it rises."""

from datetime import date

import pytest
from sqlalchemy import select

from app.db import db, end_reading
from app.deadlines.timers import Timer
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.people.models import Posting, Role
from app.territory.placing import place_by_building
from app.work_orders import (
    assignment,
    corrections,
    intake,
    joining,
    limits_passed,
    questions,
    rating,
    recusal,
    reopening,
    resolution,
    urging,
)
from app.work_orders.detail import detail
from app.work_orders.offices import supervision
from app.work_orders.side_records import SideRecord
from app.work_orders.workflow import WrongStatus
from tests.factories import (
    a_manager,
    a_person,
    a_resident,
    an_order,
    an_unplaced_order,
    claimed,
    fresh,
    writing,
)
from tests.work_orders.record import (
    events,
    last,
    lost,
    public_id,
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

YES = {"answered": True, "solved": "yes", "satisfied": "yes", "comment": None}
FRIDAY, SATURDAY = date(2026, 3, 13), date(2026, 3, 14)


@pytest.fixture
def order(city, resident, worker):
    return claimed(an_order(city, resident), worker)


@pytest.fixture
def above(city):
    return a_manager(city["ht"], name="铁占林")


def supervise(order, manager, level="listed", due_on=FRIDAY):
    return run(supervision.supervise, order.number, manager, level, due_on, "三天内办好并报结果")


def clear(order, manager):
    return run(supervision.clear, order.number, manager, "已到现场核实")


def by_the_house(order, cause="overdue"):
    with writing():
        row = db.session.get(type(order), order.id)
        supervision.open_by_house(row, cause)
        return row


def record(order):
    """The newest supervision of the order, as plain values."""
    of_order = select(SideRecord).where(SideRecord.work_order_id == order.id, SideRecord.kind == "supervision")
    row = db.session.scalars(of_order.order_by(SideRecord.id.desc())).first()
    found = {"unit_id": row.unit_id, "due": spoken(row.due_at), "outcome": row.outcome, **row.facts}
    end_reading()
    return found


# by an office above


def test_an_office_above_supervises_until_the_end_of_a_working_day(city, order, worker, above):
    supervise(order, above)
    assert record(order) == {
        "unit_id": city["ht"], "due": "03-13 18:00", "outcome": None, "level": "listed", "causes": [], "replies": 0
    }  # fmt: skip
    assert (last(order).action, last(order).words, last(order).visible) == (
        "supervise",
        "三天内办好并报结果",
        "internal",
    )
    facts = told(order, "supervised")
    assert (facts["unit_id"], facts["assignee_id"]) == (None, worker.account_id)
    assert facts["supervision_due_at"] == "2026-03-13T18:00:00+08:00"
    assert spoken(timers(order)["supervision"]) == "03-13 18:00"
    assert detail(order.number, above).lines[-1].text == "挂牌督办，期限3月13日（周五）18:00：三天内办好并报结果"
    assert (fresh(order).status, fresh(order).assignee_id) == ("in_progress", worker.account_id)


def test_the_reporter_reads_nothing_of_it(order, resident, above):
    before = detail(order.number, resident, as_reporter=True).lines
    supervise(order, above)
    assert detail(order.number, resident, as_reporter=True).lines == before


def test_a_manager_of_several_offices_supervises_for_the_highest(city, order):
    both = a_person((Role.MANAGER, city["ht"]), (Role.MANAGER, city["cx"]))
    supervise(order, both)
    assert record(order)["unit_id"] == city["cx"]


def test_a_day_off_means_the_next_day_on_which_the_offices_are_open(order, above):
    supervise(order, above, due_on=SATURDAY)
    assert record(order)["due"] == "03-16 18:00"


def test_today_is_soon_enough_until_the_offices_close(order, above, at):
    at("03-10 18:00")
    fault = refused(Invalid, supervision.supervise, order.number, above, "listed", date(2026, 3, 10), "快办")
    assert "已经过去" in fault.fields["due_on"][0]
    at("03-10 17:59")
    supervise(order, above, due_on=date(2026, 3, 10))
    assert record(order)["due"] == "03-10 18:00"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        (("severe", FRIDAY, "快办"), "level"),
        (("listed", FRIDAY, " "), "reason"),
        (("listed", date(2026, 3, 9), "快办"), "due_on"),
        (("listed", date(1, 1, 1), "快办"), "due_on"),
        (("listed", date(2026, 6, 9), "快办"), "due_on"),
    ],
    ids=["level", "reason", "yesterday", "long ago", "later than 90 days"],
)
def test_what_is_missing_or_wrong_is_told_at_its_field(order, above, values, field):
    assert list(refused(Invalid, supervision.supervise, order.number, above, *values).fields) == [field]


def test_ninety_days_are_the_most(order, above):
    supervise(order, above, due_on=date(2026, 6, 8))
    assert record(order)["due"] == "06-08 18:00"


def test_the_units_own_manager_and_strangers_supervise_nothing(city, order, worker, manager, resident):
    values = ("listed", FRIDAY, "快办")
    assert "上级单位" in refused(NotAllowed, supervision.supervise, order.number, manager, *values).message
    for stranger in (worker, resident):
        refused(NotAllowed, supervision.supervise, order.number, stranger, *values)
    refused(NotFound, supervision.supervise, order.number, a_manager(city["hyx"]), *values)


def test_one_at_a_time_and_only_while_the_order_is_open(city, order, resident, above):
    supervise(order, above)
    error = refused(Conflict, supervision.supervise, order.number, a_manager(city["cx"]), "general", FRIDAY, "也督办")
    assert error.context["reason"] == "supervised-already"
    gone = an_order(city, resident)
    run(intake.withdraw, gone.number, resident, "好了")
    refused(WrongStatus, supervision.supervise, gone.number, above, "general", FRIDAY, "督办")


def test_an_order_that_waits_for_the_resident_can_be_supervised(order, worker, above):
    asked(order, worker)
    supervise(order, above)
    assert (fresh(order).status, fresh(order).beside) == ("awaiting_resident", "question,supervision")


# by the house


def test_the_house_supervises_at_the_district_within_its_own_limit(city, order):
    by_the_house(order)
    assert record(order) == {
        "unit_id": city["cx"], "due": "03-13 18:00", "outcome": None, "level": "general", "causes": ["overdue"],
        "replies": 0,
    }  # fmt: skip
    assert (last(order).actor_id, told(order, "supervised")["unit_id"]) == (None, city["cx"])
    assert detail(order.number, a_manager(city["cx"])).lines[-1].text == (
        "系统督办，因为超期后仍未办结，期限3月13日（周五）18:00"
    )


def test_what_the_district_leads_is_supervised_by_the_city(city):
    order = an_unplaced_order(city)
    by_the_house(order)
    assert record(order)["unit_id"] == city["xn"]


def test_while_it_is_supervised_each_further_cause_is_one_line_and_nobody_is_told_again(city, order):
    by_the_house(order)
    before = topics(order)
    for cause in ("urged", "urged", "overdue"):
        by_the_house(order, cause)
    assert (record(order)["causes"], topics(order)) == (["overdue", "urged"], before)
    assert [event.facts["cause"] for event in events(order) if event.action == "supervise"] == ["overdue", "urged"]
    assert detail(order.number, a_manager(city["cx"])).lines[-1].text == "督办期间又有新情况：多次催办"


def test_once_cleared_the_same_cause_supervises_anew(city, order):
    by_the_house(order)
    clear(order, a_manager(city["cx"]))
    by_the_house(order)
    assert records(order) == [("supervision", "cleared"), ("supervision", None)]


def test_the_third_urge_supervises_and_the_fourth_adds_nothing(order, resident, at):
    for day in (10, 11, 12, 13):
        at(f"03-{day} 10:00")
        run(urging.urge, order.number, resident, "")
        assert ("supervised" in topics(order)) == (day >= 12)
    assert (topics(order).count("supervised"), story(order).count("supervise")) == (1, 1)
    assert topics(order)[-1] == "urged_again"


def test_three_working_days_after_the_due_date_the_district_supervises_once(city, order, at):
    at("03-24 18:00")
    sweep()
    sweep()
    assert (record(order)["unit_id"], record(order)["causes"]) == (city["cx"], ["overdue"])
    assert topics(order).count("supervised") == 1


def test_what_was_settled_meanwhile_is_not_supervised(order, worker, at):
    run(resolution.resolve, order.number, worker, "solved", "好了", [])
    at("03-24 18:00")
    sweep()
    assert "supervised" not in topics(order)


# reply


def test_the_assignee_answers_and_the_supervising_office_hears_it(city, order, worker, above):
    supervise(order, above)
    run(supervision.reply, order.number, worker, "明天换灯")
    assert (last(order).action, last(order).words, last(order).facts) == (
        "reply_supervision",
        "明天换灯",
        {"in_time": True},
    )
    assert told(order, "supervision_answered")["unit_id"] == city["ht"]
    assert (record(order)["replies"], record(order)["first_in_time"], fresh(order).beside) == (1, True, "supervision")


def test_the_lead_units_manager_answers_too_and_late_is_written_down(city, order, manager, at):
    by_the_house(order)
    at("03-16 09:00")
    sweep()
    run(supervision.reply, order.number, manager, "正在办理")
    assert last(order).facts == {"in_time": True}  # It rose, and the next office gave new time.
    at("03-23 09:00")
    run(supervision.reply, order.number, manager, "还在办理")
    assert last(order).facts == {"in_time": False}
    assert detail(order.number, manager).lines[-1].text == "超过督办期限后回复：还在办理"
    assert (record(order)["replies"], record(order)["first_in_time"]) == (2, True)


def test_others_answer_nothing_and_without_words_or_supervision_there_is_no_answer(
    city, order, worker, colleague, above
):
    assert "没有督办" in refused(Conflict, supervision.reply, order.number, worker, "好").message
    supervise(order, above)
    for stranger in (colleague, above):
        refused(NotAllowed, supervision.reply, order.number, stranger, "好")
    assert list(refused(Invalid, supervision.reply, order.number, worker, " ").fields) == ["note"]


# clear


def test_the_supervising_office_clears_it_and_the_unit_hears_it(city, order, worker, above):
    supervise(order, above)
    assert "clear_supervision" in detail(order.number, above).actions
    clear(order, above)
    assert (records(order), fresh(order).beside) == ([("supervision", "cleared")], "")
    assert (last(order).action, last(order).words, topics(order)[-1]) == (
        "clear_supervision",
        "已到现场核实",
        "supervision_cleared",
    )


def test_no_other_office_clears_it_not_even_the_one_above(city, order, manager, above):
    supervise(order, above)
    district = a_manager(city["cx"])
    assert "只能由虎台街道的管理员解除" in refused(NotAllowed, supervision.clear, order.number, district, "好").message
    assert "虎台街道" in refused(NotAllowed, supervision.clear, order.number, manager, "好").message
    assert list(refused(Invalid, supervision.clear, order.number, above, " ").fields) == ["note"]


def test_where_the_supervising_office_has_no_manager_the_one_above_clears_it(city, order, above):
    by_the_house(order)
    assert "城西区的上级管理员" in refused(NotAllowed, supervision.clear, order.number, above, "好").message
    clear(order, a_manager(city["xn"]))
    assert records(order) == [("supervision", "cleared")]


def test_nobody_clears_what_they_have_themselves(city, order, above):
    supervise(order, above)
    with writing():
        db.session.get(type(order), order.id).assignee_id = above.account_id
    assert "自己承办" in refused(NotAllowed, supervision.clear, order.number, above, "好").message
    clear(order, a_manager(city["ht"], name="韩玉兰"))


def test_somebody_whom_it_concerns_does_not_stand_for_the_office(city, order, above):
    supervise(order, above)
    run(recusal.recuse, order.number, a_manager(city["xnlx"]), public_id(above), "是当事人")
    refused(NotFound, supervision.clear, order.number, above, "好")
    clear(order, a_manager(city["cx"]))


def test_cleared_twice_is_told_so(order, above):
    supervise(order, above)
    clear(order, above)
    assert refused(Conflict, supervision.clear, order.number, above, "好").context["reason"] == "not-supervised"


# due


def test_due_and_not_cleared_it_rises_one_level_until_the_city_heard_twice(city, order, above, at):
    supervise(order, above)
    at("03-13 18:00")
    for unit, due, further in (("cx", "03-18 18:00", "03-18 18:00"), ("xn", "03-23 18:00", "03-23 18:00")):
        sweep()
        sweep()
        assert (record(order)["unit_id"], record(order)["due"]) == (city[unit], due)
        assert told(order, "supervision_risen")["unit_id"] == city[unit]
        at(further)
    sweep()
    assert [topic for topic in topics(order) if topic == "supervision_risen"] == ["supervision_risen"] * 3
    assert (told(order, "supervision_risen")["unit_id"], record(order)["unit_id"]) == (city["xn"], city["xn"])
    assert "supervision" not in timers(order)
    texts = [line.text for line in detail(order.number, above).lines if line.action == "expire"]
    assert texts == [
        "督办到期没有解除，升级由城西区督办，期限3月18日（周三）18:00",
        "督办到期没有解除，升级由西宁市督办，期限3月23日（周一）18:00",
        "督办到期没有解除，已报告市级",
    ]
    clear(order, a_manager(city["xn"]))


def test_cleared_in_time_nothing_rises(order, above, at):
    supervise(order, above)
    clear(order, above)
    at("03-13 18:00")
    sweep()
    assert "supervision_risen" not in topics(order)


def test_after_a_downtime_each_office_still_gets_its_time(city, order, above, at):
    supervise(order, above)
    at("03-20 09:00")
    sweep()
    assert (record(order)["unit_id"], record(order)["due"]) == (city["cx"], "03-25 18:00")
    assert topics(order).count("supervision_risen") == 1


# beside other things


def test_it_blocks_withdrawing_and_nothing_that_ends_the_order_well(order, resident, worker, above):
    supervise(order, above)
    assert "督办" in refused(Conflict, intake.withdraw, order.number, resident, "好了").message
    assert "withdraw" not in detail(order.number, resident, as_reporter=True).actions
    assert "propose_ledger" not in detail(order.number, worker).actions
    run(resolution.resolve, order.number, worker, "solved", "好了", [])
    run(rating.rate, order.number, resident, **YES)
    assert (fresh(order).status, fresh(order).beside) == ("closed", "supervision")


def test_it_outlives_the_order_rises_after_the_end_and_can_be_answered_and_cleared_then(
    city, order, resident, worker, above, at
):
    supervise(order, above)
    run(resolution.resolve, order.number, worker, "solved", "好了", [])
    run(rating.rate, order.number, resident, **YES)
    at("03-13 18:00")
    sweep()
    assert record(order)["unit_id"] == city["cx"]
    run(supervision.reply, order.number, worker, "已经办好")
    clear(order, a_manager(city["cx"]))
    assert (fresh(order).status, records(order)) == ("closed", [("supervision", "cleared")])


def test_a_new_round_changes_nothing_about_when_it_rises(city, order, resident, worker, above, at):
    supervise(order, above)
    run(resolution.resolve, order.number, worker, "solved", "好了", [])
    run(rating.rate, order.number, resident, **YES)
    run(reopening.reopen, order.number, resident, "又坏了", [])
    at("03-13 18:00")
    sweep()
    assert (fresh(order).round, record(order)["unit_id"]) == (2, city["cx"])


def test_moved_to_another_community_the_same_office_supervises_if_it_is_above_that_too(city, order, worker, above):
    supervise(order, above)
    with writing():
        place = place_by_building(city.far_compound, "3号楼", "2单元")
        corrections.relocate(order.number, worker, place, "报错了小区")
    assert record(order)["unit_id"] == city["ht"]
    with writing():
        row = db.session.get(type(order), order.id)
        row.lead_unit_id = city["ht"]
        supervision.follow(row)
    assert record(order)["unit_id"] == city["cx"]


def test_somebody_posted_later_clears_for_the_office(city, order, above):
    supervise(order, above)
    with writing():
        posting = db.session.scalars(select(Posting).where(Posting.account_id == above.account_id)).one()
        posting.ended_at = posting.started_at
    clear(order, a_manager(city["ht"], name="韩玉兰"))
    assert records(order) == [("supervision", "cleared")]


# at once


def test_two_offices_at_once_supervise_once(city, at_once, order, above):
    district = a_manager(city["cx"])
    outcomes = at_once(
        lambda: supervision.supervise(order.number, above, "listed", FRIDAY, "快办"),
        lambda: supervision.supervise(order.number, district, "general", FRIDAY, "快办"),
    )
    assert (len(won(outcomes)), len(lost(outcomes))) == (1, 1)
    assert (len(records(order)), topics(order).count("supervised")) == (1, 1)


def test_clearing_against_the_limit_does_one_of_them(city, at_once, order, above, at):
    supervise(order, above)
    moment = at("03-13 18:00")
    timer = db.session.scalar(select(Timer.id).where(Timer.work_order_id == order.id, Timer.kind == "supervision"))
    end_reading()

    def fire():
        limits_passed.fire(timer, moment)
        return order

    outcomes = at_once(lambda: supervision.clear(order.number, above, "已核实"), fire)
    cleared = records(order) == [("supervision", "cleared")]
    assert cleared != ("supervision_risen" in topics(order))
    assert len(won(outcomes)) >= 1


def test_an_urge_and_a_manager_at_once_supervise_once(city, at_once, order, resident, above, at):
    for day in (10, 11):
        at(f"03-{day} 10:00")
        run(urging.urge, order.number, resident, "")
    at("03-12 10:00")
    at_once(
        lambda: urging.urge(order.number, resident, ""),
        lambda: supervision.supervise(order.number, above, "listed", FRIDAY, "快办"),
    )
    assert [kind for kind, _ in records(order)].count("supervision") == 1
    assert topics(order).count("supervised") == 1


def test_a_neighbour_who_joined_does_not_make_it_withdrawable(city, order, resident, above):
    run(joining.join, order.number, a_resident(home_compound_id=fresh(order).compound_id))
    supervise(order, above)
    refused(Conflict, intake.withdraw, order.number, resident, "好了")


def test_dispatch_and_questions_go_on_under_supervision(city, order, worker, manager, resident, colleague, above):
    supervise(order, above)
    run(assignment.dispatch, order.number, manager, public_id(colleague), "请接手")
    run(assignment.sign, order.number, colleague)
    asked(order, colleague)
    run(questions.answer, order.number, resident, "三层", [])
    assert fresh(order).beside == "supervision"
