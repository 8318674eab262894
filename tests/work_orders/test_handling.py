"""Working on an order: contact · arrive · note."""

import pytest

from app.errors import Invalid, NotAllowed, NotFound
from app.people import duty
from app.people.models import Role
from app.territory.coordinates import to_wgs84
from app.work_orders import handling
from app.work_orders.detail import detail
from app.work_orders.workflow import WrongStatus
from tests.factories import a_manager, a_person, an_order, claimed, fresh, resolved
from tests.work_orders.record import last, refused, run, topics


@pytest.fixture
def order(city, resident, worker):
    return claimed(an_order(city, resident), worker)


@pytest.mark.parametrize("kind", ["call", "visit", "message"])
def test_the_first_contact_meets_the_limit_and_the_reporter_is_told_once(order, worker, later, kind):
    first = later(hours=1)
    run(handling.contact, order.number, worker, kind, "约好下午去")
    later(hours=1)
    run(handling.contact, order.number, worker, "call", "")
    assert fresh(order).contacted_at == first
    assert topics(order).count("contacted") == 1


def test_what_was_said_stays_inside_while_the_contact_itself_is_shown(order, worker):
    run(handling.contact, order.number, worker, "call", "住户说晚上才在家")
    assert (last(order).visible, last(order).words) == ("act", "住户说晚上才在家")
    run(handling.contact, order.number, worker, "call", "")
    assert (last(order).visible, last(order).words) == ("reporter", None)


def test_a_contact_is_of_a_known_kind(order, worker):
    assert "kind" in refused(Invalid, handling.contact, order.number, worker, "pigeon", "").fields


def test_arriving_keeps_one_point_where_it_was_given(order, worker, later):
    moment = later(hours=1)
    run(handling.arrive, order.number, worker, (36.62, 101.77, "wgs84"))
    assert fresh(order).arrived_at == moment
    assert last(order).facts == {"lat": 36.62, "lng": 101.77}
    run(handling.arrive, order.number, worker, None)
    assert last(order).facts == {}
    assert fresh(order).arrived_at == moment
    assert topics(order).count("arrived") == 1


def test_a_phones_point_is_stored_in_the_worlds_coordinates(order, worker):
    run(handling.arrive, order.number, worker, (36.62, 101.77, "gcj02"))
    lat, lng = to_wgs84(36.62, 101.77)
    assert last(order).facts == {"lat": round(lat, 5), "lng": round(lng, 5)}
    assert last(order).facts["lng"] != 101.77


def test_a_note_is_internal_unless_marked(order, worker, resident):
    run(handling.note, order.number, worker, "需要联系物业", visible_to_resident=False)
    assert "noted" not in topics(order)
    run(handling.note, order.number, worker, "明天上午换灯", visible_to_resident=True)
    assert topics(order)[-1] == "noted"
    seen = [line.text for line in detail(order.number, resident, as_reporter=True).lines]
    assert "明天上午换灯" in seen
    assert "需要联系物业" not in seen
    assert "note" in refused(Invalid, handling.note, order.number, worker, " ", visible_to_resident=True).fields


def test_only_the_assignee_works_on_it_and_only_while_it_is_in_hand(city, order, worker, colleague):
    for act, values in ((handling.contact, ("call", "")), (handling.arrive, (None,))):
        refused(NotAllowed, act, order.number, colleague, *values)
        refused(NotAllowed, act, order.number, a_manager(city["xnlx"]), *values)
        refused(NotFound, act, order.number, a_person((Role.GRID_WORKER, city["h1"])), *values)
    done = resolved(an_order(city), worker)
    refused(WrongStatus, handling.contact, done.number, worker, "call", "")
    refused(WrongStatus, handling.arrive, done.number, worker, None)
    refused(WrongStatus, handling.note, done.number, worker, "后记", visible_to_resident=False)


def test_an_assignee_who_went_off_duty_may_still_finish(city, order, worker):
    run(duty.say, worker, False)
    run(handling.contact, order.number, worker, "call", "")
    assert fresh(order).contacted_at is not None
