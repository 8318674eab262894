"""One owed event becomes entries and deliveries, all of it once or none of it."""

from datetime import timedelta

import pytest

from app import clock
from app.db import transaction
from app.notifications import outbox, recipients, telling
from app.notifications.models import DeliveryState
from tests.factories import a_city, a_clerk, a_person, a_resident, a_worker, an_order
from tests.notifications.scripted import NUMBER, deliveries, entries, facts, owe, undone


def tell(owner="me", now=None):
    now = now or clock.now()
    with transaction():
        leased = outbox.lease_due(owner, now, 20)
    with transaction():
        return [telling.tell([owed], owner, now) for owed in leased]


def test_the_person_gets_an_entry_and_a_delivery(app):
    worker = a_resident()
    owe(worker.account_id)
    assert tell() == [1]
    (entry,), (delivery,) = entries(), deliveries()
    assert (entry.account_id, entry.topic, entry.number, entry.read_at) == (worker.account_id, "assigned", NUMBER, None)
    assert entry.title == "有工单派给您"
    assert (delivery.notification_id, delivery.template_key) == (entry.id, "dispatched")
    assert (delivery.state, delivery.account_id) == (DeliveryState.OWED, worker.account_id)
    assert delivery.page == f"worker/pages/order/order?number={NUMBER}"
    assert undone() == []


def test_the_entry_bears_the_time_of_the_event_not_of_the_telling(app):
    owe(a_resident().account_id)
    (row,) = undone()
    tell(now=clock.now() + timedelta(minutes=5))
    assert entries()[0].created_at == row.created_at


def test_a_person_without_wechat_gets_the_entry_alone(app):
    owe(a_person(openid=None).account_id)
    tell()
    assert len(entries()) == 1
    assert deliveries() == []


def test_what_is_not_worth_a_message_stays_in_the_inbox(app):
    owe(a_resident().account_id, topic="rated")
    tell()
    assert entries()[0].title == "收到居民评价"
    assert deliveries() == []


def test_somebody_in_two_audiences_is_told_once(app, monkeypatch):
    worker = a_resident()
    monkeypatch.setitem(recipients._find, "reporters", lambda _order, _facts: [worker.account_id])
    owe(worker.account_id, topic="rework", status="in_progress")
    assert tell() == [1]
    assert entries()[0].title == "诉求重新办理"


def test_the_pool_is_told_only_while_the_order_is_in_it(app):
    city = a_city()
    worker, holder = a_worker(city["g1"]), a_resident()
    place = {"community_id": city["xnlx"], "grid_id": city["g1"]}
    owe(holder.account_id, topic="rework", status="in_progress", **place)
    tell()
    assert [entry.account_id for entry in entries()] == [holder.account_id]
    with transaction():
        outbox.owe("rework", None, facts(status="pooled", **place))
    tell()
    assert [entry.account_id for entry in entries()] == [holder.account_id, worker.account_id]


def test_an_event_for_nobody_is_told_to_nobody_and_done(app):
    with transaction():
        outbox.owe("assigned", None, facts())
    assert tell() == [0]
    assert undone() == []


def test_nothing_personal_travels_in_the_delivery(app):
    worker = a_resident(name="马秀英", openid="openid-secret")
    owe(worker.account_id)
    tell()
    (delivery,) = deliveries()
    assert "openid-secret" not in str(delivery.__dict__)
    assert "马秀英" not in str(delivery.__dict__)


def test_a_crash_in_between_leaves_nothing_and_the_next_process_tells_it_once(app, monkeypatch):
    worker = a_resident()
    owe(worker.account_id)
    with monkeypatch.context() as broken:
        broken.setattr(telling, "_delivery", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            tell("dies")
    assert entries() == []
    assert len(undone()) == 1
    assert tell("next", clock.now() + timedelta(seconds=31)) == [1]
    assert len(entries()) == len(deliveries()) == 1


def test_a_process_whose_lease_ended_writes_nothing(app):
    owe(a_resident().account_id)
    now = clock.now()
    with transaction():
        (slow,) = outbox.lease_due("slow", now, 20)
    assert tell("quick", now + timedelta(seconds=31)) == [1]
    with transaction():
        assert telling.tell([slow], "slow", now) == 0
    assert len(entries()) == 1


def test_whoever_did_not_sign_in_time_hears_that_the_order_is_in_the_pool_again(app):
    city = a_city()
    late, other = a_worker(city["g1"]), a_worker(city["g1"])
    place = {"community_id": city["xnlx"], "grid_id": city["g1"]}
    owe(0, topic="returned_to_pool", status="pooled", former_id=late.account_id, **place)
    tell()
    assert {entry.account_id: entry.title for entry in entries()} == {
        late.account_id: "工单未及时签收",
        other.account_id: "有新工单待认领",
    }


def test_a_request_that_no_rule_takes_in_is_told_to_the_clerk_of_the_place(app):
    city = a_city()
    clerk, reporter = a_clerk(city["xnlx"]), a_resident()
    order = an_order(city, reporter, "ODD")
    tell()
    assert {entry.account_id: entry.title for entry in entries(number=order.number)} == {
        reporter.account_id: "诉求已提交",
        clerk.account_id: "有新诉求待受理",
    }
