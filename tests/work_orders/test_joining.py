"""附议: joining and leaving, what a neighbour may read, and who follows a reporter who withdraws."""

import pytest

from app.db import db, end_reading
from app.errors import Conflict, NotAllowed, NotFound
from app.notifications import recipients
from app.people.models import Role
from app.territory.models import Compound
from app.work_orders import assignment, handling, intake, joining, lists, rating, resolution
from app.work_orders.detail import detail
from app.work_orders.joining import Standing
from app.work_orders.models import Recusal, Reporter, WorkOrder
from app.work_orders.workflow import WrongStatus
from tests.factories import a_person, a_photo, a_resident, a_worker, an_order, claimed, fresh, writing
from tests.work_orders.record import last, public_id, refused, run, story, told, topics

YES = {"answered": True, "solved": "yes", "satisfied": "yes", "comment": "谢谢小李"}


def compound_id(of):
    found = db.session.query(Compound.id).filter_by(public_id=of).scalar()
    end_reading()
    return found


@pytest.fixture
def neighbour(city):
    return a_resident(name="陈芳", home_compound_id=compound_id(city.compound))


@pytest.fixture
def order(city, resident):
    return an_order(city, resident, description="402每晚打麻将")


def standing(order):
    """(account, is first, whether they left) of everyone who reported or joined."""
    rows = db.session.query(Reporter).filter_by(work_order_id=order.id).order_by(Reporter.id)
    found = [(row.account_id, row.is_first, row.left_at is not None) for row in rows]
    end_reading()
    return found


def change(order, **values):
    with writing():
        row = db.session.get(WorkOrder, order.id)
        for name, value in values.items():
            setattr(row, name, value)


def test_a_neighbour_joins_and_the_assignee_hears_of_it(order, resident, neighbour, worker):
    claimed(order, worker)
    run(joining.join, order.number, neighbour)
    assert standing(order) == [(resident.account_id, True, False), (neighbour.account_id, False, False)]
    assert (last(order).action, last(order).actor_id) == ("join", neighbour.account_id)
    assert told(order, "joined")["assignee_id"] == worker.account_id
    assert fresh(order).status == "in_progress"


def test_a_neighbour_reads_the_public_projection_and_nothing_else(city, order, neighbour, worker, manager):
    run(assignment.dispatch, order.number, manager, public_id(worker), "402的老住户")
    run(assignment.sign, order.number, worker)
    run(handling.note, order.number, worker, "已与402谈过", visible_to_resident=True)
    run(joining.join, order.number, neighbour)
    run(resolution.resolve, order.number, worker, "solved", "402答应十点后不打", [a_photo(worker)])
    seen = detail(order.number, neighbour, as_reporter=True)
    assert seen.standing is Standing.JOINED
    assert (seen.photos, seen.reporters) == ([], [])
    assert "402" not in "".join(line.text for line in seen.lines)
    assert not [line for line in seen.lines if line.photos]
    assert {line.by for line in seen.lines} == {"另一位反映人", "系统", "管理员", "承办人", "您"}
    assert [line.action for line in seen.lines] == ["submit", "accept", "dispatch", "sign", "note", "join", "resolve"]
    assert seen.lines[-1].text == "已解决"
    assert seen.actions == ["rate"]


def test_what_one_reporter_says_is_not_for_the_other(order, resident, neighbour, worker):
    run(joining.join, order.number, neighbour)
    claimed(order, worker)
    run(resolution.resolve, order.number, worker, "solved", "已经处理好了", [])
    run(rating.rate, order.number, neighbour, **YES)
    line = next(one for one in detail(order.number, resident, as_reporter=True).lines if one.action == "rate")
    assert (line.by, line.text) == ("另一位反映人", "")
    line = next(one for one in detail(order.number, worker).lines if one.action == "rate")
    assert "谢谢小李" in line.text


def test_it_closes_when_those_who_are_left_have_rated(order, resident, neighbour, worker):
    other = a_resident(home_compound_id=compound_id_of(order))
    for one in (neighbour, other):
        run(joining.join, order.number, one)
    run(joining.leave, order.number, other)
    claimed(order, worker)
    run(resolution.resolve, order.number, worker, "solved", "已经处理好了", [])
    run(rating.rate, order.number, neighbour, **YES)
    assert fresh(order).status == "resolved"
    run(rating.rate, order.number, resident, **YES)
    assert fresh(order).status == "closed"


def compound_id_of(order):
    return fresh(order).compound_id


def test_joining_is_for_neighbours_and_for_what_neighbours_may_know(city, order, neighbour):
    far = a_resident(home_compound_id=compound_id(city.far_compound))
    refused(NotFound, joining.join, order.number, far)
    assert "登记" in refused(Conflict, joining.join, order.number, a_resident()).message
    for veil in ("confidential", "hidden", "unchecked"):
        change(order, **{veil: True})
        refused(NotFound, joining.join, order.number, neighbour)
        change(order, **{veil: False})
    run(joining.join, order.number, neighbour)


def test_nobody_joins_twice_nor_their_own(city, order, neighbour, worker):
    run(joining.join, order.number, neighbour)
    assert "附议过" in refused(Conflict, joining.join, order.number, neighbour).message
    own = an_order(city, neighbour)
    assert "反映" in refused(Conflict, joining.join, own.number, neighbour).message


def test_whoever_handled_it_or_is_kept_from_it_does_not_join(city, order, colleague):
    home = compound_id(city.compound)
    handler = a_worker(city["g1"], home_compound_id=home)
    claimed(order, handler)
    assert "承办过" in refused(NotAllowed, joining.join, order.number, handler).message
    run(assignment.release, order.number, handler, "需要电工")
    assert "承办过" in refused(NotAllowed, joining.join, order.number, handler).message
    accused = a_resident(home_compound_id=home)
    with writing():
        db.session.add(
            Recusal(work_order_id=order.id, account_id=accused.account_id, created_at=fresh(order).created_at)
        )
    refused(NotFound, joining.join, order.number, accused)


def test_a_colleague_of_the_grid_who_joins_no_longer_sees_it_at_work(city, order):
    lives_here = a_worker(city["g1"], home_compound_id=compound_id(city.compound))
    run(joining.join, order.number, lives_here)
    refused(NotFound, assignment.claim, order.number, lives_here)


@pytest.mark.parametrize("ended", ["withdrawn", "declined", "resolved"])
def test_what_is_over_cannot_be_joined(order, resident, neighbour, clerk, worker, ended):
    if ended == "withdrawn":
        run(intake.withdraw, order.number, resident, "好了")
    elif ended == "declined":
        run(intake.decline, order.number, clerk, "out_of_remit", "请找物业")
    else:
        claimed(order, worker)
        run(resolution.resolve, order.number, worker, "solved", "已经处理好了", [])
    refused(WrongStatus, joining.join, order.number, neighbour)


def test_leaving_and_joining_again_uses_the_same_row(order, resident, neighbour):
    run(joining.join, order.number, neighbour)
    run(joining.leave, order.number, neighbour)
    assert topics(order)[-1] == "left"
    with pytest.raises(NotFound):
        detail(order.number, neighbour, as_reporter=True)
    refused(NotFound, joining.leave, order.number, neighbour)
    run(joining.join, order.number, neighbour)
    assert standing(order) == [(resident.account_id, True, False), (neighbour.account_id, False, False)]
    assert "撤回" in refused(Conflict, joining.leave, order.number, resident).message


def test_a_withdrawal_alone_ends_the_order(order, resident, neighbour, worker):
    run(joining.join, order.number, neighbour)
    run(joining.leave, order.number, neighbour)
    claimed(order, worker)
    run(intake.withdraw, order.number, resident, "好了")
    assert (fresh(order).status, fresh(order).assignee_id) == ("withdrawn", None)


def test_what_neighbours_joined_goes_on_for_the_earliest_of_them(order, resident, neighbour, worker):
    second = a_resident(home_compound_id=compound_id_of(order))
    for one in (neighbour, second):
        run(joining.join, order.number, one)
    claimed(order, worker)
    run(handling.note, order.number, worker, "已与402谈过", visible_to_resident=True)
    run(intake.withdraw, order.number, resident, "我搬走了")
    assert (fresh(order).status, fresh(order).assignee_id) == ("in_progress", worker.account_id)
    assert standing(order) == [
        (resident.account_id, False, True),
        (neighbour.account_id, True, False),
        (second.account_id, False, False),
    ]
    assert (last(order).action, last(order).words) == ("leave", "我搬走了")
    assert recipients.of("heir", order.id, told(order, "left")) == [neighbour.account_id]
    with pytest.raises(NotFound):
        detail(order.number, resident, as_reporter=True)


def test_whoever_follows_reads_what_is_written_from_then_on(order, resident, neighbour, worker):
    run(joining.join, order.number, neighbour)
    claimed(order, worker)
    run(handling.note, order.number, worker, "已与402谈过", visible_to_resident=True)
    run(intake.withdraw, order.number, resident, "我搬走了")
    run(handling.note, order.number, worker, "明晚再去一次", visible_to_resident=True)
    seen = detail(order.number, neighbour, as_reporter=True)
    assert seen.standing is Standing.HEIR
    assert "withdraw" in seen.actions
    words = "".join(line.text for line in seen.lines)
    assert "明晚再去一次" in words
    for private in ("402", "搬走"):
        assert private not in words
    assert detail(order.number, worker).reporters[0].name == "陈芳"


def test_a_neighbour_does_not_withdraw_for_the_others(order, neighbour):
    run(joining.join, order.number, neighbour)
    assert "退出附议" in refused(NotAllowed, intake.withdraw, order.number, neighbour, "不用了").message


def test_what_concerns_safety_is_neither_withdrawn_nor_left_by_its_reporter(city, resident, worker, neighbour):
    order = an_order(city, resident, category="LIFT")
    run(joining.join, order.number, neighbour)
    assert "人身安全" in refused(Conflict, intake.withdraw, order.number, resident, "好了").message


def test_first_and_joined_are_told_in_different_words(order, resident, neighbour):
    run(joining.join, order.number, neighbour)
    assert recipients.of("reporters", order.id, {}) == [resident.account_id]
    assert recipients.of("joined", order.id, {}) == [neighbour.account_id]
    assert told(order, "joined")["public_place"] == "湟岸巷28号院 3号楼"


def test_a_list_marks_what_was_joined(city, order, resident, neighbour):
    run(joining.join, order.number, neighbour)
    own = an_order(city, neighbour)
    found = {row.number: row.is_first for row in lists.reported(neighbour, "open", None, 20)}
    end_reading()
    assert found == {order.number: False, own.number: True}


def test_a_manager_who_lives_there_joins_like_anybody(city, order):
    manager = a_person((Role.MANAGER, city["xnlx"]), home_compound_id=compound_id(city.compound))
    run(joining.join, order.number, manager)
    assert story(order)[-1] == "join"
    with pytest.raises(NotFound):
        detail(order.number, manager)
