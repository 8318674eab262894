"""代为上报 and 现场办结: for people without a phone, by whoever may handle it and learns no more than was told."""

import pytest

from app.db import db, end_reading
from app.errors import Invalid, NotAllowed, NotFound
from app.people import phones
from app.people.models import Account
from app.territory.models import Compound
from app.territory.placing import place_by_building
from app.work_orders import assignment, custody, intake, joining, lists, on_behalf, second_look
from app.work_orders.detail import detail
from app.work_orders.intake import Request
from app.work_orders.models import Reporter
from app.work_orders.on_behalf import Person, Settled
from app.work_orders.workflow import WrongStatus
from tests.factories import a_photo, a_resident, a_worker, an_order, claimed, fresh, writing
from tests.work_orders.record import (
    events,
    follow_ups,
    holders,
    last,
    public_id,
    refused,
    run,
    story,
    sweep,
    timers,
    told,
    topics,
)

PHONE = "13912345678"
DONE = Settled("solved", "当场换好了灯泡")


def request(city, **changes):
    values = {
        "category": "NOISE",
        "description": "楼上半夜拖椅子",
        "channel": "door",
        "compound": city.compound,
    } | changes
    compound = values.pop("compound")
    with writing():
        place = place_by_building(compound, "3号楼", "2单元")
    return Request(place=place, **values)


def take_in(city, worker, person=None, settled=None, **changes):
    given = person or Person("马奶奶")
    return run(on_behalf.take_in, request(city, **changes), given, worker, agreed=True, settled=settled)


def reporters(order):
    found = db.session.query(Reporter).filter_by(work_order_id=order.id).all()
    told_of = [(row.account_id, row.name, row.contact, row.is_first) for row in found]
    end_reading()
    return told_of


def neighbour(city, phone=PHONE, compound=None):
    home = db.session.query(Compound.id).filter_by(public_id=compound or city.compound).scalar()
    end_reading()
    return a_resident(name="欧阳秀英", phone=phone, phone_hash=phones.index(phone), home_compound_id=home)


def test_it_runs_like_any_other_with_a_reporter_who_has_no_account(city, worker):
    order = take_in(city, worker, Person("马奶奶", PHONE))
    row = fresh(order)
    assert (row.status, row.channel, row.taken_in_by_id) == ("pooled", "door", worker.account_id)
    assert reporters(order) == [(None, "马奶奶", PHONE, True)]
    submitted = events(order)[0]
    assert submitted.actor_id == worker.account_id
    assert submitted.facts == {"on_behalf": True, "channel": "door", "agreed": True}
    assert topics(order) == ["accepted"]


def test_whoever_took_it_in_is_not_the_reporter_and_handles_it(city, worker):
    order = take_in(city, worker, Person("马奶奶", PHONE))
    claimed(order, worker)
    seen = detail(order.number, worker)
    assert (seen.reporters[0].name, seen.reporters[0].phone_masked) == ("马奶奶", "139****5678")
    assert (seen.lines[0].by, seen.lines[0].text) == ("工作人员 李建国", "上门走访，代居民上报")
    assert lists.reported(worker, "all", None, 20) == []
    end_reading()


def test_others_read_the_first_character_of_the_name(city, worker, manager):
    order = take_in(city, worker, Person("马奶奶"))
    assert detail(order.number, manager).reporters[0].name == "马**"


def test_a_neighbour_known_by_number_follows_it_on_their_own_phone_and_the_worker_learns_nothing(city, worker):
    person = neighbour(city)
    order = take_in(city, worker, Person("马奶奶", PHONE))
    unknown = take_in(city, worker, Person("马奶奶", "13900009999"))
    assert reporters(order)[0][0] == person.account_id
    assert detail(order.number, person, as_reporter=True).order.number == order.number
    seen, other = (detail(one.number, worker) for one in (order, unknown))
    assert [line.by for line in seen.lines] == [line.by for line in other.lines]
    assert seen.reporters[0].name == other.reporters[0].name == "马**"
    assert seen.actions == other.actions


@pytest.mark.parametrize("who", ["elsewhere", "twice", "closed"])
def test_a_number_alone_tells_no_stranger(city, worker, who):
    if who == "elsewhere":
        neighbour(city, compound=city.far_compound)
    else:
        person = neighbour(city)
        if who == "twice":
            neighbour(city)
        else:
            with writing():
                db.session.get(Account, person.account_id).state = "closed"
    assert reporters(take_in(city, worker, Person("马奶奶", PHONE)))[0][0] is None


def test_ones_own_number_is_for_ones_own_phone(city):
    worker = a_worker(city["g1"], phone=PHONE, phone_hash=phones.index(PHONE))
    refusal = refused(Invalid, on_behalf.take_in, request(city), Person("我", PHONE), worker, agreed=True)
    assert list(refusal.fields) == ["reporter/phone"]


def test_bad_input_keeps_nothing(city, worker, resident):
    asked = request(city)
    assert "agreed" in refused(Invalid, on_behalf.take_in, asked, Person("马奶奶"), worker, agreed=False).fields
    assert "reporter/name" in refused(Invalid, on_behalf.take_in, asked, Person(" "), worker, agreed=True).fields
    own = request(city, channel="phone")
    assert "channel" in refused(Invalid, on_behalf.take_in, own, Person("马奶奶"), worker, agreed=True).fields
    refused(NotAllowed, on_behalf.take_in, asked, Person("马奶奶"), resident, agreed=True)
    bad = Settled("magic", "当场换好了灯泡")
    refused(Invalid, on_behalf.take_in, asked, Person("马奶奶"), worker, agreed=True, settled=bad)
    lacking = request(city, category="LIGHT")
    refused(Invalid, on_behalf.take_in, lacking, Person("马奶奶"), worker, agreed=True, settled=DONE)


def test_settled_on_the_spot_within_the_same_call(city, worker):
    photo = a_photo(worker)
    settled = Settled("solved", "当场换好了灯泡", [photo])
    order = take_in(city, worker, settled=settled, category="LIGHT")
    row = fresh(order)
    assert (row.status, row.result, row.assignee_id) == ("resolved", "solved", worker.account_id)
    assert story(order) == ["submit", "settle"]
    assert (last(order).words, last(order).facts["result_name"]) == ("当场换好了灯泡", "已解决")
    assert holders(order) == [(worker.account_id, "settle", True)]
    assert topics(order) == ["resolved"]
    assert None not in (row.accepted_at, row.due_at, row.responded_at, row.contacted_at)
    assert run(custody.ever_held, order, worker.account_id)


def test_settled_later_and_whoever_had_it_before_is_told(city, worker, manager, colleague):
    order = take_in(city, worker)
    run(assignment.dispatch, order.number, manager, public_id(colleague), "请你去")
    assert "settle" in detail(order.number, worker).actions
    run(on_behalf.settle, order.number, worker, DONE)
    assert (fresh(order).status, fresh(order).assignee_id) == ("resolved", worker.account_id)
    assert told(order, "resolved")["former_id"] == colleague.account_id
    assert [ended for _, _, ended in holders(order)] == [True, True]


def test_only_whoever_took_it_in_and_only_before_anybody_began(city, worker, colleague):
    order = take_in(city, worker)
    assert "代为上报" in refused(NotAllowed, on_behalf.settle, order.number, colleague, DONE).message
    refused(NotAllowed, on_behalf.settle, an_order(city).number, worker, DONE)
    refused(NotFound, on_behalf.settle, order.number, a_worker(city["h1"]), DONE)
    refused(Invalid, on_behalf.settle, order.number, worker, Settled("solved", " "))
    claimed(order, colleague)
    refused(WrongStatus, on_behalf.settle, order.number, worker, DONE)


def test_without_a_rating_it_closes_after_seven_days(city, worker, at):
    order = take_in(city, worker, settled=DONE)
    at("03-17 18:00")
    sweep()
    assert (fresh(order).status, fresh(order).outcome) == ("closed", "unrated")
    assert "rate" not in timers(order)
    assert all(owed.cause == "drawn" for owed in follow_ups(order))


def test_what_was_settled_on_the_spot_can_be_sent_back(city, worker, manager):
    order = take_in(city, worker, settled=DONE)
    run(second_look.send_back, order.number, manager, "没有照片")
    assert (fresh(order).status, fresh(order).assignee_id) == ("in_progress", worker.account_id)


def test_a_clerk_takes_in_a_call_and_the_order_of_another_district_goes_there(city, clerk):
    order = take_in(city, clerk, Person("张大爷", PHONE), channel="phone_call", compound=city.far_compound)
    assert (fresh(order).community_id, fresh(order).channel) == (city["hyx"], "phone_call")
    with pytest.raises(NotFound):
        detail(order.number, clerk)


def test_a_withdrawn_or_declined_one_leaves_as_any_other(city, worker, clerk):
    order = take_in(city, worker)
    run(intake.decline, order.number, clerk, "out_of_remit", "请找物业")
    assert fresh(order).status == "declined"


def test_a_neighbour_may_join_what_was_reported_for_somebody(city, worker):
    order = take_in(city, worker)
    other = neighbour(city)
    run(joining.join, order.number, other)
    seen = detail(order.number, other, as_reporter=True)
    assert [(line.by, line.text) for line in seen.lines] == [
        ("工作人员", "上门走访，代居民上报"),
        ("系统", "按规则“规则noise”受理"),
        ("您", ""),
    ]
    assert detail(order.number, worker).reporters[0].name == "马**"
