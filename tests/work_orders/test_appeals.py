"""申诉: once, in seven days, decided by the unit above, and accepted when that unit stays silent."""

import pytest

from app.db import db, end_reading
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.territory.placing import Place
from app.work_orders import appeals, assignment, corrections, custody, intake, joining, questions
from app.work_orders.detail import detail
from app.work_orders.models import WorkOrder
from app.work_orders.side_records import SideRecord
from app.work_orders.workflow import WrongStatus
from tests.factories import (
    a_clerk,
    a_duty_officer,
    a_manager,
    a_resident,
    an_order,
    an_unplaced_order,
    fresh,
    writing,
)
from tests.work_orders.record import holders, last, public_id, refused, run, story, sweep, timers, told, topics

WHY = "就是社区的路灯，请再看看"
A_PLACE = Place(1, 1, 1, 1, 1, text="新宁路西社区第二网格")


@pytest.fixture
def declined(city, resident, clerk):
    order = an_order(city, resident)
    run(intake.decline, order.number, clerk, "out_of_remit", "请找物业")
    return order


@pytest.fixture
def superior(city):
    return a_manager(city["ht"])


def records(order):
    found = [(row.kind, row.outcome, row.unit_id) for row in db.session.query(SideRecord).order_by(SideRecord.id)]
    end_reading()
    return found


def test_an_appeal_goes_to_the_unit_above_whoever_declined(city, declined, resident, at):
    run(appeals.appeal, declined.number, resident, WHY)
    row = fresh(declined)
    assert (row.status, row.closed_at, row.beside) == ("submitted", None, "appeal")
    assert (last(declined).action, last(declined).words) == ("appeal", WHY)
    assert records(declined) == [("appeal", None, city["ht"])]
    assert topics(declined)[-1] == "appealed"
    assert told(declined, "appealed")["unit_id"] == city["ht"]
    assert timers(declined)["appeal"] == row.step_due_at == at("03-12 18:00")


def test_what_a_higher_office_declined_goes_above_that_office(city, resident):
    order = an_order(city, resident)
    run(intake.decline, order.number, a_clerk(city["cx"]), "out_of_remit", "请找物业")
    run(appeals.appeal, order.number, resident, WHY)
    assert records(order) == [("appeal", None, city["xn"])]


@pytest.mark.parametrize("verb", ["accept", "decline", "dispatch", "ask", "recategorise", "relocate"])
def test_the_office_that_declined_decides_no_more(declined, resident, manager, worker, verb):
    run(appeals.appeal, declined.number, resident, WHY)
    act = {
        "accept": lambda: intake.accept(declined.number, manager),
        "decline": lambda: intake.decline(declined.number, manager, "out_of_remit", "请找物业"),
        "dispatch": lambda: assignment.dispatch(declined.number, manager, worker.public_id, "请办理"),
        "ask": lambda: questions.ask(declined.number, manager, "在哪里？"),
        "recategorise": lambda: corrections.recategorise(declined.number, manager, "LIGHT", "是路灯"),
        "relocate": lambda: corrections.relocate(declined.number, manager, A_PLACE, "门牌写错了"),
    }[verb]
    assert "上一级单位" in refused(NotAllowed, act).message
    assert verb not in detail(declined.number, manager).actions


def test_the_superior_accepts(declined, resident, superior):
    run(appeals.appeal, declined.number, resident, WHY)
    assert {"accept", "decline", "dispatch"} <= set(detail(declined.number, superior).actions)
    run(intake.accept, declined.number, superior)
    assert (fresh(declined).status, fresh(declined).beside) == ("pooled", "")
    assert records(declined)[0][1] == "accepted"


@pytest.mark.parametrize("office", ["community", "superior"])
def test_what_was_accepted_upon_an_appeal_is_declined_by_nobody(declined, resident, superior, manager, office):
    run(appeals.appeal, declined.number, resident, WHY)
    run(intake.accept, declined.number, superior)
    who = {"community": manager, "superior": superior}[office]
    assert "decline" not in detail(declined.number, who).actions
    again = refused(Conflict, intake.decline, declined.number, who, "out_of_remit", "请找物业")
    assert "申诉后已经受理" in again.message


def test_the_superior_dispatches_and_the_appeal_is_answered_by_it(declined, resident, superior, worker):
    run(appeals.appeal, declined.number, resident, WHY)
    run(assignment.dispatch, declined.number, superior, public_id(worker), "请办理")
    assert (fresh(declined).status, fresh(declined).assignee_id) == ("assigned", worker.account_id)
    assert records(declined)[0][1] == "accepted"
    assert "lapsed" not in topics(declined)


def test_a_second_decline_ends_it_for_good(declined, resident, superior):
    run(appeals.appeal, declined.number, resident, WHY)
    run(intake.decline, declined.number, superior, "out_of_remit", "确属物业职责")
    assert (fresh(declined).status, records(declined)[0][1]) == ("declined", "declined")
    assert "最终决定" in refused(Conflict, appeals.appeal, declined.number, resident, WHY).message
    assert "appeal" not in detail(declined.number, resident, as_reporter=True).actions


def test_the_one_who_declined_at_the_city_is_not_the_one_who_decides(city, resident):
    order = an_order(city, resident)
    first, second = a_manager(city["xn"]), a_manager(city["xn"])
    run(intake.decline, order.number, first, "out_of_remit", "请找物业")
    run(appeals.appeal, order.number, resident, WHY)
    refused(NotAllowed, intake.accept, order.number, first)
    run(intake.accept, order.number, second)
    assert fresh(order).status == "pooled"


def test_silence_of_two_working_days_accepts_by_rule(declined, resident, at):
    run(appeals.appeal, declined.number, resident, WHY)
    at("03-12 17:59")
    sweep()
    assert fresh(declined).status == "submitted"
    at("03-12 18:00")
    sweep()
    assert (fresh(declined).status, records(declined)[0][1]) == ("pooled", "expired")
    assert "expire" in story(declined)
    assert "accepted" in topics(declined)
    assert story(declined).count("accept") == 2


def test_while_it_is_appealed_the_limit_for_accepting_hands_it_to_nobody(city, declined, resident, at):
    a_duty_officer(city["xnlx"])
    run(appeals.appeal, declined.number, resident, WHY)
    with writing():
        custody.await_step(db.session.get(WorkOrder, declined.id), "accept")
    at("03-10 16:00")
    sweep()
    assert (fresh(declined).status, fresh(declined).beside) == ("submitted", "appeal")


def test_without_a_rule_the_pool_of_the_place_takes_it_and_without_a_community_its_desk(city, resident, clerk, at):
    placed = an_order(city, resident, category="ODD")
    nowhere = an_unplaced_order(city, resident, category="ODD")
    desk = a_clerk(city["cx"])
    run(intake.decline, placed.number, clerk, "out_of_remit", "请找物业")
    run(intake.decline, nowhere.number, a_clerk(city["xn"]), "out_of_remit", "请找物业")
    for order in (placed, nowhere):
        run(appeals.appeal, order.number, resident, WHY)
    at("03-12 18:00")
    sweep()
    assert fresh(placed).status == "pooled"
    assert (fresh(nowhere).status, fresh(nowhere).assignee_id) == ("assigned", desk.account_id)


def test_an_emergency_that_nobody_could_take_is_looked_for_again(city, resident, at, later):
    order = an_order(city, resident, category="LIFT")
    run(intake.decline, order.number, a_clerk(city["xnlx"]), "emergency_line", "请拨打119")
    run(appeals.appeal, order.number, resident, WHY)
    at("03-12 18:00")
    sweep()
    assert (fresh(order).status, fresh(order).beside) == ("submitted", "")
    officer = a_duty_officer(city["ht"])
    later(minutes=5)
    sweep()
    assert (fresh(order).status, holders(order)[-1][0]) == ("assigned", officer.account_id)


def test_after_seven_days_it_is_too_late(declined, resident, at):
    at("03-17 18:01")
    assert "期限" in refused(Conflict, appeals.appeal, declined.number, resident, WHY).message
    assert "appeal" not in detail(declined.number, resident, as_reporter=True).actions


def test_only_what_was_declined_and_only_with_a_reason_and_only_ones_own(city, declined, resident):
    refused(Invalid, appeals.appeal, declined.number, resident, " ")
    refused(NotFound, appeals.appeal, declined.number, a_resident(), WHY)
    refused(WrongStatus, appeals.appeal, an_order(city, resident).number, resident, WHY)


def test_a_neighbour_who_joined_may_appeal_for_all(city, resident, clerk):
    order = an_order(city, resident)
    neighbour = a_resident(home_compound_id=fresh(order).compound_id)
    run(joining.join, order.number, neighbour)
    run(intake.decline, order.number, clerk, "out_of_remit", "请找物业")
    run(appeals.appeal, order.number, neighbour, WHY)
    line = detail(order.number, resident, as_reporter=True).lines[-1]
    assert (line.by, line.text) == ("另一位反映人", "")


def test_what_fell_due_while_it_was_declined_is_late_once_it_is_appealed(city, resident, clerk, at):
    order = an_order(city, resident)
    at("03-18 15:00")
    sweep()
    run(intake.decline, order.number, clerk, "out_of_remit", "请找物业")
    at("03-20 09:00")
    sweep()
    assert fresh(order).overdue_at is None
    run(appeals.appeal, order.number, resident, WHY)
    sweep()
    assert fresh(order).overdue_at == fresh(order).due_at
    assert [name for name in topics(order) if name == "overdue"] == ["overdue"]
