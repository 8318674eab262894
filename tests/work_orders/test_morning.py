"""Each working morning every manager hears once what waits in the own area, and nothing when nothing waits."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event, func, select

from app import clock, parameters
from app.commands import sweep
from app.db import db, end_reading, transaction
from app.notifications import digest, outbox, relay
from app.notifications.models import Digest, Notification, Outbox
from app.parameters import Parameter
from app.people.models import Role
from app.work_orders import morning, rating
from app.work_orders.morning import Waiting
from tests.factories import a_manager, a_person, a_resident, a_worker, an_officer, an_order, claimed, resolved
from tests.notifications.scripted import ScriptedWeChat, deliveries, entries

WEDNESDAY_9 = "03-11 09:00"


def waiting(manager):
    try:
        return morning.waiting(manager, clock.now())
    finally:
        end_reading()


def digests():
    """Whom a digest is owed, with its words."""
    rows = db.session.scalars(select(Outbox.facts).where(Outbox.topic == "digest").order_by(Outbox.id))
    found = [(facts["manager_id"], facts["summary"]) for facts in rows]
    end_reading()
    return found


@pytest.fixture
def busy(city, worker):
    """An order in the pool, one in hand, one with a follow-up owed; one in the pool of another community."""
    reporter = a_resident()
    an_order(city)
    claimed(an_order(city, category="LIGHT"), worker)
    unhappy = resolved(an_order(city, reporter), worker)
    with transaction():
        rating.rate(unhappy.number, reporter, answered=True, solved="no", satisfied="no", comment=None)
    an_order(city, compound=city.far_compound)


def test_a_manager_hears_of_the_own_area_in_one_sentence(city, busy, manager, at):
    at(WEDNESDAY_9)
    assert sweep.tell_digests() == 1
    assert digests() == [(manager.account_id, "您辖区现有：待认领1件、办理中1件；待回访1件。")]


@pytest.mark.parametrize(("place", "pooled"), [("xnlx", 1), ("hyx", 1), ("ht", 2), ("xn", 2), ("cz", 0)])
def test_every_level_counts_its_own_subtree(city, busy, place, pooled):
    assert waiting(a_manager(city[place])).by_status.get("pooled", 0) == pooled


def test_what_is_late_and_what_is_due_today_is_counted_apart(city, manager, at):
    an_order(city)
    at("03-12 10:00")
    an_order(city)
    at("03-19 09:00")
    assert waiting(manager) == Waiting({"pooled": 2}, overdue=0, due_today=1, follow_ups=0)
    at("03-19 18:01")
    assert waiting(manager) == Waiting({"pooled": 2}, overdue=1, due_today=0, follow_ups=0)
    assert waiting(manager).in_words() == "您辖区现有：待认领2件；已超期1件。"


def test_only_the_managers_own_postings_count(city, busy, at):
    both = a_person((Role.MANAGER, city["hyx"]), (Role.CLERK, city["xnlx"]), name="铁占林")
    an_officer(city["xnlx"])
    at(WEDNESDAY_9)
    sweep.tell_digests()
    assert digests() == [(both.account_id, "您辖区现有：待认领1件。")]


def test_what_a_manager_reported_is_not_in_the_own_count(city, manager):
    an_order(city, manager)
    assert not waiting(manager)


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("03-11 08:29", 0),
        ("03-11 08:30", 1),
        ("03-11 17:59", 1),
        ("03-11 18:00", 0),
        ("03-12 00:10", 0),
        ("03-14 09:00", 0),
        ("05-01 09:00", 0),
        ("05-09 09:00", 1),
    ],
    ids=["early", "on time", "late", "closed", "night", "Saturday", "holiday", "make-up day"],
)
def test_it_is_told_in_the_hours_of_working_days(city, busy, manager, at, moment, told):
    at(moment)
    assert sweep.tell_digests() == told


@pytest.mark.parametrize(("setting", "moment", "told"), [("07:00", "03-11 07:01", 1), ("early", "03-11 08:29", 0)])
def test_when_the_morning_begins_is_a_setting(city, busy, manager, at, setting, moment, told):
    with transaction():
        db.session.add(Parameter(name="digest_at", value=setting))
    parameters.forget()
    at(moment)
    assert sweep.tell_digests() == told


def test_it_is_told_once_a_day_and_again_the_next(city, busy, manager, at):
    at(WEDNESDAY_9)
    assert [sweep.tell_digests() for _ in range(3)] == [1, 0, 0]
    at("03-12 09:00")
    assert sweep.tell_digests() == 1
    assert len(digests()) == 2


def test_where_nothing_waits_nothing_is_told_that_day(city, manager, at):
    at(WEDNESDAY_9)
    assert sweep.tell_digests() == 0
    an_order(city)
    at("03-11 11:00")
    assert sweep.tell_digests() == 0
    assert digests() == []


def test_whoever_takes_up_the_post_later_begins_the_next_morning(city, busy, at):
    at(WEDNESDAY_9)
    a_manager(city["xnlx"])
    assert sweep.tell_digests() == 0
    at("03-12 09:00")
    assert sweep.tell_digests() == 1


def test_sweeps_side_by_side_tell_each_manager_once(city, busy, house, at):
    managers = [a_manager(city["xnlx"]).account_id for _ in range(5)]
    now, ready = at(WEDNESDAY_9), threading.Barrier(3)

    def run():
        with house.app_context(), clock.at(now):
            ready.wait()
            sweep.tell_digests()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(account_id for account_id, _ in digests()) == managers


def test_a_sweep_that_dies_in_between_leaves_it_to_the_next(city, busy, manager, at, monkeypatch):
    at(WEDNESDAY_9)
    with monkeypatch.context() as broken:
        broken.setattr(outbox, "owe", lambda *_: 1 / 0)
        assert sweep.tell_digests() == 0
    assert db.session.scalar(select(func.count()).select_from(Digest)) == 0
    end_reading()
    assert sweep.tell_digests() == 1


def test_the_manager_finds_one_entry_in_the_inbox_and_wechat_is_left_alone(app, city, busy, manager, at):
    at(WEDNESDAY_9)
    sweep.tell_digests()
    relay.run(app, ScriptedWeChat(), once=True, workers=1)
    (entry,) = entries(account_id=manager.account_id, topic="digest")
    assert (entry.title, entry.number) == ("今日待办", None)
    assert entry.text == "您辖区现有：待认领1件、办理中1件；待回访1件。请到管理台“工单看板”处理。"
    of_digests = select(Notification.id).where(Notification.topic == "digest")
    told = set(db.session.scalars(of_digests))
    end_reading()
    assert not told & {delivery.notification_id for delivery in deliveries()}


def test_one_manager_costs_six_statements_whatever_waits(city, busy, manager, at):
    at(WEDNESDAY_9)
    seen = []
    event.listen(db.engine, "before_cursor_execute", note := lambda *given: seen.append(given[2]))
    try:
        with transaction():
            morning.tell(manager.account_id, clock.now())
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len([one for one in seen if not one.startswith("BEGIN")]) == 6


def test_counting_takes_indexes(city, manager, database_kind):
    if database_kind != "sqlite":
        pytest.skip("a plan is easy to read on SQLite alone")
    seen = []
    event.listen(db.engine, "before_cursor_execute", note := lambda *given: seen.append((given[2], given[3])))
    try:
        waiting(manager)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    for statement, values in seen:
        plan = [row[-1] for row in db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        assert not [step for step in plan if step.startswith("SCAN work_order")], plan
    assert [statement for statement, _ in seen if "due_at" in statement]


def test_old_decisions_are_forgotten(city, manager, at):
    for day in ("02-05", "03-10"):
        with transaction():
            digest.take(manager.account_id, clock.local(at(f"{day} 09:00")).date(), clock.now())
    with transaction():
        digest.forget_old(clock.now() + timedelta(days=1))
    assert len(list(db.session.scalars(select(Digest)))) == 1
    end_reading()


def test_a_worker_has_no_digest(city, busy, at):
    a_worker(city["g1"])
    at(WEDNESDAY_9)
    assert sweep.tell_digests() == 0
