"""拆分: parts of an order become orders of their own, with the time it has left; it is rated as a whole."""

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app import clock
from app.db import db, end_reading
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.parameters import Parameter
from app.people.models import Account, Role
from app.territory.placing import place_by_building
from app.work_orders import (
    assignment,
    confidential,
    corrections,
    due_reasons,
    intake,
    joining,
    leaving,
    lists,
    on_behalf,
    queries,
    questions,
    recounting,
    recusal,
    reopening,
    resolution,
    reveal,
    side_records,
)
from app.work_orders.detail import detail
from app.work_orders.intake import Request
from app.work_orders.kin import kinship, merging, splitting
from app.work_orders.kin.splitting import Part
from app.work_orders.models import Reporter, WorkOrder
from app.work_orders.on_behalf import Person, Settled
from app.work_orders.side_records import Kind
from app.work_orders.workflow import Action, WrongStatus
from tests.factories import a_manager, a_person, a_resident, a_worker, an_order, claimed, fresh, resolved, writing
from tests.work_orders.record import events, last, public_id, refused, run, story, sweep, timers, told, topics
from tests.work_orders.waiting import answered, asked, extended, spoken

NOISE, LIGHT = Part("NOISE", "夜里施工的噪声"), Part("LIGHT", "单元门口的灯")


def split(order, manager, *parts):
    run(splitting.split, order.number, manager, parts or (NOISE, LIGHT), "两家各管一段")
    return parts_of(order)


def parts_of(order):
    rows = db.session.execute(
        select(*WorkOrder.__table__.columns).where(WorkOrder.parent_id == order.id).order_by(WorkOrder.id)
    ).all()
    end_reading()
    return [SimpleNamespace(**row._mapping) for row in rows]


def wont(kind, order, manager, *parts):
    return refused(kind, splitting.split, order.number, manager, parts or (NOISE,), "两家各管一段")


def settle(part, worker):
    claimed(part, worker)
    run(resolution.resolve, part.number, worker, "solved", "办好了", ["p"] if part.category_code == "LIGHT" else [])


@pytest.fixture
def order(city, resident, worker):
    """Of Tuesday at ten, in hand: due 03-19 18:00."""
    return claimed(an_order(city, resident), worker)


# what happens


def test_each_part_is_an_order_of_its_own_and_routed_at_once(city, order, manager, worker):
    noise, light = split(order, manager)
    assert (noise.status, light.status) == ("pooled", "pooled")
    assert (noise.description, noise.category_code, light.class_code) == ("夜里施工的噪声", "NOISE", "P2")
    assert (noise.place_text, noise.grid_id, noise.compound_id) == (order.place_text, order.grid_id, order.compound_id)
    assert (noise.channel, noise.taken_in_by_id) == (order.channel, None)
    assert story(noise) == ["submit", "accept"]
    first = events(noise)[0]
    assert (first.actor_id, first.facts) == (manager.account_id, {"part_of": order.number})
    row = fresh(order)
    assert (row.open_parts, row.status, row.assignee_id) == (2, "in_progress", worker.account_id)
    assert last(order).facts == {"count": 2, "parts": [noise.number, light.number]}
    assert (last(order).action, last(order).words, last(order).visible) == ("split", "两家各管一段", "act")
    assert told(order, "split")["assignee_id"] == worker.account_id
    assert topics(noise) == ["accepted"]


def test_what_nobody_had_accepted_is_accepted_by_it(city, manager):
    order = an_order(city, category="ODD")
    (noise,) = split(order, manager, NOISE)
    row = fresh(order)
    assert (row.status, row.accepted_at) == ("submitted", clock.now())
    assert spoken(noise.due_at) == spoken(row.due_at) == "03-19 18:00"
    assert spoken(timers(order)["due"]) == "03-19 18:00"


def test_an_urgent_part_goes_to_whoever_is_on_duty(city, order, manager, worker):
    (lift,) = split(order, manager, Part("LIFT", "电梯里有人"))
    assert (lift.class_code, lift.emergency, lift.status, lift.assignee_id) == (
        "P0", True, "assigned", worker.account_id
    )  # fmt: skip
    assert spoken(lift.due_at) == "03-11 10:00"
    assert lift.sign_due_at is not None


def test_nothing_confidential_is_lost(city, resident, manager):
    order = an_order(city, resident, confidential=True)
    assert all(part.confidential for part in split(order, manager))


def test_made_confidential_later_its_parts_are_too(order, manager):
    split(order, manager)
    run(confidential.confide, order.number, manager, as_reporter=False)
    assert all(part.confidential and story(part)[-1] == "confide" for part in parts_of(order))


# its time


def test_it_has_the_time_that_is_left_and_no_more(order, manager, at):
    at("03-16 10:00")
    (noise,) = split(order, manager, NOISE)
    row = fresh(order)
    assert (noise.due_at, noise.original_due_at, noise.counted_from, noise.span) == (
        row.due_at, row.original_due_at, row.counted_from, row.span
    )  # fmt: skip
    assert noise.class_code == "P3"
    assert noise.contact_due_at is None
    assert spoken(timers(noise)["due"]) == "03-19 18:00"
    assert "contact" not in timers(noise)


def test_the_class_of_its_own_counts_from_now_where_it_ends_earlier(order, manager, at):
    at("03-11 10:00")
    (light,) = split(order, manager, LIGHT)
    assert (light.class_code, spoken(light.due_at), light.counted_from) == ("P2", "03-16 18:00", clock.now())
    at("03-18 10:00")
    late = split(order, manager, LIGHT)[-1]
    assert (late.class_code, spoken(late.due_at)) == ("P2", "03-19 18:00")


def test_a_slower_class_makes_no_more_time(city, manager, worker, resident, at):
    order = an_order(city, resident, "LIGHT")
    at("03-12 10:00")
    (noise,) = split(order, manager, NOISE)
    assert (noise.class_code, spoken(noise.due_at)) == ("P2", "03-13 18:00")


def test_what_moved_the_time_of_the_order_moved_that_of_its_parts(order, manager, worker, resident, at):
    asked(order, worker)
    at("03-11 10:00")
    answered(order, resident)
    extended(order, worker, manager, 2)
    (noise,) = split(order, manager, NOISE)
    assert noise.due_at == fresh(order).due_at
    (reason,) = due_reasons.reasons(db.session.get(WorkOrder, noise.id))
    end_reading()
    assert (reason.kind, reason.end) == ("inherited", noise.due_at)
    assert "与拆分前的工单同一时限" in reason.text
    run(recounting.recount)
    assert fresh(noise).due_at == noise.due_at


def test_another_category_gives_a_part_no_more_time(order, manager, at):
    at("03-18 10:00")
    (light,) = split(order, manager, LIGHT)
    run(corrections.recategorise, light.number, manager, "ODD", "是别的事")
    assert spoken(fresh(light).due_at) == "03-19 18:00"
    assert "contact" not in timers(light)


def test_a_part_of_what_is_late_is_late_and_told_once(order, manager, at):
    at("03-20 10:00")
    sweep()
    (noise,) = split(order, manager, NOISE)
    sweep()
    assert fresh(noise).overdue_at == noise.due_at
    assert topics(noise).count("overdue") == 1
    assert "warn_50" not in [event.facts.get("step") for event in events(noise)]


# how many, and of what


def test_at_most_ten_in_its_life(order, manager, worker, at):
    split(order, manager, *[NOISE] * 9)
    assert "最多还能拆分1个" in wont(Conflict, order, manager, NOISE, NOISE).message
    split(order, manager, NOISE)
    assert "不能再拆分" in wont(Conflict, order, manager).message


def test_the_city_says_how_many(order, manager):
    from app import parameters

    with writing():
        db.session.add(Parameter(name="parts_per_order", value="1"))
    parameters.forget()
    assert "最多拆分1个" in wont(Conflict, order, manager, NOISE, NOISE).message


def test_a_part_is_not_split_nor_merged_again(order, city, manager):
    (noise,) = split(order, manager, NOISE)
    assert "本身是拆分件" in wont(Conflict, noise, manager).message
    other = an_order(city)
    assert "拆分件" in refused(Conflict, merging.merge, noise.number, manager, other.number, "同一处").message
    fault = refused(Invalid, merging.merge, other.number, manager, noise.number, "同一处")
    assert "拆分件" in fault.fields["target"][0]
    assert "拆分件" in refused(Conflict, merging.merge, order.number, manager, other.number, "同一处").message
    assert not {"split", "merge", "ask", "reveal", "reopen"} & set(detail(noise.number, manager).actions)
    end_reading()


@pytest.mark.parametrize(
    ("parts", "field"),
    [([], "parts"), ([Part("NOISE", " ")], "parts/0/description"), ([Part("NOTHING", "灯")], "category")],
    ids=["none", "no words", "no category"],
)
def test_what_is_missing_is_told(order, manager, parts, field):
    fault = refused(Invalid, splitting.split, order.number, manager, parts, "两家各管一段")
    assert field in fault.fields


def test_a_reason_is_needed(order, manager):
    assert "reason" in refused(Invalid, splitting.split, order.number, manager, [NOISE], " ").fields


def test_only_while_it_is_under_way(city, manager, colleague, resident, worker):
    wont(WrongStatus, resolved(an_order(city), colleague), manager)
    waiting = claimed(an_order(city, resident), worker)
    asked(waiting, worker)
    wont(WrongStatus, waiting, manager)


@pytest.mark.parametrize("role", [Role.CLERK, Role.GRID_WORKER])
def test_it_takes_a_manager_of_the_place(city, order, role):
    wont(NotAllowed, order, a_person((role, city["g1" if role is Role.GRID_WORKER else "xnlx"])))
    wont(NotFound, order, a_manager(city["hyx"]))


# how parts end


def test_a_part_is_closed_when_it_is_resolved_and_nobody_is_asked_to_rate_it(order, manager, colleague, worker):
    noise, _ = split(order, manager)
    settle(noise, colleague)
    row = fresh(noise)
    assert (row.status, row.outcome, row.result) == ("closed", "part", "solved")
    assert last(noise).facts["outcome_name"] == "拆分件办结"
    assert "rate" not in timers(noise)
    assert fresh(order).open_parts == 1
    assert (last(order).action, last(order).actor_id, last(order).visible) == ("part", None, "internal")
    assert last(order).facts == {"part": noise.number, "status_name": "已归档"}
    assert told(order, "part_ended")["assignee_id"] == worker.account_id


def test_the_order_is_resolved_when_its_parts_are_done_and_rated_alone(order, manager, colleague, worker, resident):
    (noise,) = split(order, manager, NOISE)
    why = refused(Conflict, resolution.resolve, order.number, worker, "solved", "好了", [])
    assert why.message.startswith("拆分出去的1件还没有办完")
    assert "resolve" not in detail(order.number, worker).actions
    end_reading()
    settle(noise, colleague)
    run(resolution.resolve, order.number, worker, "solved", "都好了", [])
    assert fresh(order).status == "resolved"
    assert "rate" in detail(order.number, resident, as_reporter=True).actions
    end_reading()


def test_a_declined_part_counts_as_ended(city, order, manager, clerk):
    (noise,) = split(order, manager, NOISE)
    run(intake.decline, noise.number, clerk, "out_of_remit", "请找物业。")
    assert fresh(order).open_parts == 0
    assert last(order).facts["status_name"] == "不予受理"


def test_the_order_is_not_declined_while_parts_go_on(city, manager, clerk):
    order = an_order(city, category="ODD")
    split(order, manager, NOISE)
    assert "拆分件在办" in refused(Conflict, intake.decline, order.number, clerk, "out_of_remit", "找物业").message
    assert "decline" not in detail(order.number, clerk).actions
    end_reading()


def test_nor_settled_on_the_spot(city, worker, manager):
    request = Request("ODD", "楼上漏水", place_by_building(city.compound, "3号楼", "2单元"), channel="visit")
    order = run(on_behalf.take_in, request, Person("老杨"), worker, agreed=True)
    split(order, manager, NOISE)
    assert (
        "拆分出去的1件" in refused(Conflict, on_behalf.settle, order.number, worker, Settled("solved", "好了")).message
    )


def test_withdrawn_with_its_parts(order, manager, colleague, resident):
    noise, light = split(order, manager)
    claimed(noise, colleague)
    run(intake.withdraw, order.number, resident, "好了")
    assert [part.status for part in parts_of(order)] == ["withdrawn", "withdrawn"]
    assert (fresh(order).status, fresh(order).open_parts) == ("withdrawn", 0)
    assert told(noise, "withdrawn")["assignee_id"] == colleague.account_id
    assert last(light).facts == {"with_order": order.number}
    assert "part_ended" not in topics(order)


def test_handed_on_to_a_neighbour_its_parts_go_on(order, manager, resident):
    (noise,) = split(order, manager, NOISE)
    with writing():
        db.session.add(
            Reporter(work_order_id=order.id, account_id=a_resident_id(), is_first=False, created_at=clock.now())
        )
    run(intake.withdraw, order.number, resident, "好了")
    assert (fresh(order).status, fresh(noise).status) == ("in_progress", "pooled")


def a_resident_id():
    account = Account(
        public_id="r" * 22, openid="o", name="韩梅", is_staff=False, created_at=clock.now(), home_changes=[]
    )
    db.session.add(account)
    db.session.flush()
    return account.id


def test_not_withdrawn_while_a_part_is_a_danger_or_supervised(order, manager, resident):
    _, lift = split(order, manager, NOISE, Part("LIFT", "电梯里有人"))
    assert "人身安全" in refused(Conflict, intake.withdraw, order.number, resident, "好了").message
    with writing():
        row = db.session.get(WorkOrder, lift.id)
        row.emergency = False
        side_records.put(row, Kind.SUPERVISION, row.take(Action.SUPERVISE, by=manager))
    assert "督办" in refused(Conflict, intake.withdraw, order.number, resident, "好了").message


def test_a_part_is_not_done_again_by_itself(order, manager, colleague):
    noise, _ = split(order, manager)
    settle(noise, colleague)
    assert "原工单" in refused(Conflict, reopening.reopen_by_office, noise.number, manager, "没办好").message


# who has to do with it


def test_nobody_reported_it_so_it_is_in_no_ones_list_and_no_neighbour_sees_it(city, order, manager, resident):
    (noise,) = split(order, manager, NOISE)
    neighbour = a_resident()
    with writing():
        db.session.get(Account, neighbour.account_id).home_compound_id = noise.compound_id
    assert {row.number for row in lists.reported(resident, "all", None, 9)} == {order.number}
    assert {row.number for row in lists.neighbourhood(neighbour, None, 9)} == {order.number}
    end_reading()
    refused(NotFound, joining.join, noise.number, neighbour)
    with pytest.raises(NotFound):
        detail(noise.number, resident, as_reporter=True)
    end_reading()


def test_whoever_reported_the_order_neither_sees_nor_gets_a_part(city, manager, worker):
    order = an_order(city, worker)
    (noise,) = split(order, manager, NOISE)
    refused(NotFound, assignment.claim, noise.number, worker)
    assert noise.number not in {row.number for row in lists.pool(worker, None, 9)}
    end_reading()
    fault = refused(Conflict, assignment.dispatch, noise.number, manager, public_id(worker), "请办理")
    assert "反映人" in fault.message


def test_whom_the_order_concerns_its_parts_are_taken_from_too(order, manager, colleague):
    noise, light = split(order, manager)
    claimed(noise, colleague)
    run(recusal.recuse, order.number, manager, public_id(colleague), "投诉的就是他")
    assert (fresh(noise).status, fresh(noise).assignee_id) == ("pooled", None)
    for one in (order, noise, light):
        with pytest.raises(NotFound):
            queries.find(one.number, colleague)
    end_reading()
    assert queries.recused_accounts(noise.id) == [colleague.account_id]
    end_reading()
    fault = refused(Conflict, assignment.dispatch, light.number, manager, public_id(colleague), "请办理")
    assert "利害关系" in fault.message


def test_whoever_had_a_part_joins_the_order_no_more(city, order, manager, colleague):
    (noise,) = split(order, manager, NOISE)
    settle(noise, colleague)
    with writing():
        db.session.get(Account, colleague.account_id).home_compound_id = noise.compound_id
    refused(NotAllowed, joining.join, order.number, colleague)


def test_a_worker_who_leaves_gives_a_part_back(order, manager, colleague):
    (noise,) = split(order, manager, NOISE)
    claimed(noise, colleague)
    run(leaving.recall_all, colleague.account_id)
    assert fresh(noise).status == "pooled"


def test_staff_read_who_split_it_and_find_the_way_both_ways(order, manager, colleague):
    noise, light = split(order, manager)
    shown = detail(noise.number, manager)
    end_reading()
    assert (shown.lines[0].by, shown.lines[0].text) == ("工作人员 王静", f"由工单{order.number}拆分")
    assert (shown.reporters, shown.rating, shown.merged_into) == ([], None, None)
    assert kinship.of(fresh(noise), manager).parent.number == order.number
    assert [one.number for one in kinship.of(fresh(order), manager).parts] == [noise.number, light.number]
    end_reading()
    assert kinship.of(fresh(order), a_worker(noise.grid_id + 1)).parts == []
    end_reading()


def test_nobody_can_be_asked_or_rung_about_a_part(order, manager, colleague):
    noise, _ = split(order, manager)
    claimed(noise, colleague)
    assert "没有反映人" in refused(Conflict, questions.ask, noise.number, colleague, "几层").message
    assert "没有反映人" in refused(Conflict, reveal.reveal, noise.number, colleague, "要联系").message


def test_the_reporter_reads_that_it_was_split_but_not_why(order, manager, resident):
    split(order, manager)
    shown = detail(order.number, resident, as_reporter=True)
    end_reading()
    assert shown.lines[-1].text == "拆分为2个部分分别办理，由承办人统一办结"
