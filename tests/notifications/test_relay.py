"""The relay at work: nobody waits for a slow answer, everybody hears in order and once, and nothing stops it."""

import threading
import time
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from app import clock
from app.db import db, end_reading, transaction
from app.notifications import deliveries as sending
from app.notifications import outbox, recipients, relay, relay_jobs, telling
from app.notifications.models import Delivery, Outbox
from app.notifications.relay import Relay
from tests.factories import a_city, a_resident, a_worker, an_order
from tests.notifications.scripted import (
    ScriptedWeChat,
    allow,
    deliveries,
    entries,
    failing,
    know_templates,
    owe,
    rows,
    running,
    states,
    undone,
    units_left,
    until,
)
from wechat.client import errors


@pytest.fixture(autouse=True)
def templates_known(app):
    know_templates()


def people(count, units=9):
    """People who allow messages, with their openids."""
    made = [a_resident(openid=f"openid-{number}").account_id for number in range(count)]
    for account_id in made:
        allow(account_id, units=units)
    return made


def all_sent():
    found = deliveries()
    return bool(found) and not undone() and all(delivery.state == "sent" for delivery in found)


def test_an_order_submitted_in_a_pool_is_told_to_its_reporter_and_to_the_workers_of_the_grid(app, wechat):
    city = a_city()
    worker, resident = a_worker(city["g1"], openid="worker"), a_resident(openid="resident")
    allow(worker.account_id, "tpl-new-order")
    allow(resident.account_id, "tpl-accepted")
    order = an_order(city, resident)
    with running(app, wechat):
        until(lambda: len(wechat.sent) == 2)
        until(all_sent)
    by_template = {sent.template_id: sent for sent in wechat.sent}
    assert by_template["tpl-accepted"].openid == "resident"
    assert by_template["tpl-accepted"].number == order.number
    assert by_template["tpl-accepted"].page == f"pages/order/order?number={order.number}"
    assert by_template["tpl-new-order"].openid == "worker"
    assert {entry.account_id for entry in entries(number=order.number)} == {worker.account_id, resident.account_id}


def test_one_slow_answer_holds_up_nobody_else(app):
    first, *others = people(6)
    slow = threading.Event()
    wechat = ScriptedWeChat(lambda sent: sent.openid == "openid-0" and slow.wait(10))
    for account_id in (first, *others):
        owe(account_id)
    with running(app, wechat, workers=3):
        until(lambda: len(wechat.sent) == 6)
        until(lambda: [state for state, _ in states()].count("sent") == 5)
        assert not slow.is_set()
        slow.set()
        until(all_sent)


def test_each_person_hears_in_order_and_one_at_a_time(app):
    made = people(3)
    for number in range(6):
        for account_id in made:
            owe(account_id, number=f"XN{number}")
    wechat = ScriptedWeChat(lambda _sent: time.sleep(0.03))
    with running(app, wechat, relays=2, workers=3):
        until(all_sent, 30)
    for number in range(3):
        assert wechat.numbers(f"openid-{number}") == [f"XN{one}" for one in range(6)]
    assert wechat.most_at_once_for_one == 1
    assert wechat.most_at_once > 1


def test_relays_side_by_side_send_each_message_once(app):
    made = people(8)
    for round_of in range(5):
        for account_id in made:
            owe(account_id, number=f"XN{round_of}", work_order_id=account_id)
    wechat = ScriptedWeChat(lambda _sent: time.sleep(0.005))
    with running(app, wechat, relays=3, workers=2):
        until(all_sent, 40)
    assert len(wechat.sent) == len(entries()) == 40
    assert len({(sent.openid, sent.number) for sent in wechat.sent}) == 40
    assert {units_left(account_id) for account_id in made} == {4}


def test_what_is_owed_while_the_relay_runs_is_sent_soon(app, wechat):
    (person,) = people(1)
    with running(app, wechat):
        started = time.monotonic()
        owe(person)
        until(all_sent)
        assert time.monotonic() - started < 5


def test_what_a_killed_relay_had_leased_is_sent_by_the_next_within_a_minute(app, wechat, monkeypatch):
    first, second = people(2)
    owe(first)
    owe(second)
    with transaction():
        telling.tell(outbox.lease_due("killed", clock.now(), 1), "killed", clock.now())
    with transaction():
        outbox.lease_due("killed", clock.now(), 5)
        sending.lease_due("killed", clock.now(), 5)
    longest = max(row.lease_until for row in [*rows(Outbox), *rows(Delivery)]) - clock.now()
    assert longest <= timedelta(seconds=30)
    with running(app, wechat):
        time.sleep(0.3)
        assert wechat.sent == []
        with transaction():
            for table in (Outbox, Delivery):
                db.session.execute(db.update(table).values(lease_until=clock.now()))
        until(all_sent)
    assert len(wechat.sent) == 2


def test_a_relay_that_stops_waits_for_what_is_on_the_wire(app):
    (person,) = people(1)
    owe(person)
    wechat = ScriptedWeChat(lambda _sent: time.sleep(1))
    with running(app, wechat):
        until(lambda: wechat.sent)
    assert states() == [("sent", None)]


def test_a_relay_that_stops_leaves_what_does_not_come_back_in_time(app, monkeypatch):
    monkeypatch.setattr(relay, "LAST_WORDS_S", 0.3)
    (person,) = people(1)
    owe(person)
    stuck = threading.Event()
    wechat = ScriptedWeChat(lambda _sent: stuck.wait(20))
    with running(app, wechat):
        until(lambda: wechat.sent)
        started = time.monotonic()
    assert time.monotonic() - started < 5
    stuck.set()
    (left,) = deliveries()
    assert (left.state, left.lease_owner is None) == ("owed", False)


def test_a_relay_that_stops_returns_the_events_it_had_not_told(app, wechat):
    (person,) = people(1)
    stopping = Relay(app, wechat)
    owe(person)
    owe(person)
    with transaction():
        outbox.lease_due(stopping._owner, clock.now(), 5)
    stopping.stop()
    stopping.run()
    assert {row.lease_owner for row in undone()} == {None}
    assert outbox.is_anything_due(clock.now())
    end_reading()


def test_an_event_that_cannot_be_told_is_put_off_and_the_others_go_on(app, wechat, monkeypatch):
    first, second = people(2)

    def find(_order_id, facts):
        if facts["assignee_id"] == first:
            raise LookupError("an order that is gone")
        return [facts["assignee_id"]]

    monkeypatch.setitem(recipients._find, "assignee", find)
    with capture_logs() as said:
        owe(first)
        owe(second)
        with running(app, wechat):
            until(lambda: len(wechat.sent) == 1)
            until(lambda: [row.attempts for row in undone()] == [1])
    assert [line for line in said if line["event"] == "event_not_told"]


def test_of_events_told_together_only_the_one_that_cannot_be_told_is_put_off(app, wechat, monkeypatch):
    made = people(3)
    enter = telling._enter

    def breaking(told):
        entered = enter(told)
        if made[1] in [account_id for _, account_id, _ in told]:
            raise LookupError("an order that is gone")
        return entered

    monkeypatch.setattr(telling, "_enter", breaking)
    for account_id in made:
        owe(account_id)
    Relay(app, wechat).run_once()
    assert [row.attempts for row in undone()] == [1]
    assert sorted(entry.account_id for entry in entries()) == [made[0], made[2]]
    assert sorted(sent.openid for sent in wechat.sent) == ["openid-0", "openid-2"]


def test_many_events_are_told_in_few_transactions(app, wechat, monkeypatch):
    begun = []
    real = relay.transaction
    monkeypatch.setattr(relay, "transaction", lambda: (begun.append(1), real())[1])
    for account_id in people(20, units=0):
        owe(account_id)
    Relay(app, wechat).run_once()
    assert len(entries()) == 20
    assert len(begun) < 10


def test_leases_are_held_while_an_answer_takes_long(app, monkeypatch):
    monkeypatch.setattr(relay, "KEEP_EVERY", timedelta(seconds=0.1))
    (person,) = people(1)
    owe(person)
    answer = threading.Event()
    wechat = ScriptedWeChat(lambda _sent: answer.wait(10))
    with running(app, wechat):
        until(lambda: wechat.sent)
        first = deliveries()[0].lease_until
        until(lambda: deliveries()[0].lease_until > first)
        answer.set()
        until(all_sent)


class Outage:
    """Every statement of the engine fails while this lasts."""

    def __enter__(self):
        self.failed = 0
        event.listen(db.engine, "before_cursor_execute", self._fail)
        return self

    def _fail(self, *_):
        self.failed += 1
        raise OperationalError("", {}, Exception("the database went away"))

    def end(self):
        event.remove(db.engine, "before_cursor_execute", self._fail)

    def __exit__(self, *_):
        if event.contains(db.engine, "before_cursor_execute", self._fail):
            self.end()


def test_a_database_that_goes_away_and_comes_back_loses_and_doubles_nothing(app):
    made = people(4)
    wechat = ScriptedWeChat(lambda _sent: time.sleep(0.05))
    for number in range(3):
        for account_id in made:
            owe(account_id, number=f"XN{number}")
    with running(app, wechat, workers=3):
        until(lambda: len(wechat.sent) >= 3)
        with Outage() as outage:
            until(lambda: outage.failed > 5)
        until(all_sent, 30)
    assert len(wechat.sent) == 12
    assert len({(sent.openid, sent.number) for sent in wechat.sent}) == 12


def test_an_answer_that_came_while_the_database_was_away_is_written_down_when_it_is_back(app):
    (person,) = people(1)
    owe(person)
    answer = threading.Event()
    wechat = ScriptedWeChat(lambda _sent: answer.wait(10))
    with running(app, wechat):
        until(lambda: wechat.sent)
        with Outage() as outage:
            answer.set()
            until(lambda: outage.failed > 3)
        until(all_sent)
    assert len(wechat.sent) == 1


def test_a_server_that_throws_everybody_out_and_lets_nobody_in_is_outlived(app, database_kind, request):
    if database_kind != "postgresql":
        pytest.skip("needs a server")
    made = people(3)
    name = db.engine.url.database
    wechat = ScriptedWeChat(lambda _sent: time.sleep(0.05))
    for number in range(4):
        for account_id in made:
            owe(account_id, number=f"XN{number}")
    server = request.getfixturevalue("postgresql_server")
    with running(app, wechat, workers=2), psycopg.connect(server, autocommit=True) as admin:
        until(lambda: len(wechat.sent) >= 2)
        end_reading()
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            for _ in range(10):
                admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
                time.sleep(0.1)
        finally:
            admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        db.engine.dispose()
        until(all_sent, 30)
    assert len({(sent.openid, sent.number) for sent in wechat.sent}) == 12
    assert len(wechat.sent) == 12


def test_a_fault_of_our_own_in_a_step_is_logged_and_the_relay_goes_on(app, wechat, monkeypatch):
    (person,) = people(1)
    lag, calls = outbox.lag, []

    def broken(now):
        calls.append(now)
        if len(calls) == 1:
            raise ZeroDivisionError
        return lag(now)

    monkeypatch.setattr(outbox, "lag", broken)
    monkeypatch.setattr(relay, "PULSE_EVERY", timedelta(0))
    with capture_logs() as said, running(app, wechat):
        until(lambda: len(calls) > 1)
        owe(person)
        until(all_sent)
    assert [line for line in said if line["event"] == "relay_step_broke"]


def test_an_answer_that_cannot_be_settled_does_not_block_the_next(app, wechat, monkeypatch):
    first, second = people(2)
    settle, calls = relay.settle, []

    def broken(*given):
        calls.append(given)
        if len(calls) == 1:
            raise ZeroDivisionError
        return settle(*given)

    monkeypatch.setattr(relay, "settle", broken)
    owe(first)
    owe(second)
    with capture_logs() as said, running(app, wechat, workers=1):
        until(lambda: sorted(state for state, _ in states()) == ["owed", "sent"])
    assert [line["event"] for line in said].count("answer_not_settled") == 1


def test_the_pulse_tells_counts_and_lag_and_warns_when_events_wait_long(app, wechat, monkeypatch):
    monkeypatch.setattr(relay, "PULSE_EVERY", timedelta(0))
    (person,) = people(1)
    made = Relay(app, wechat)
    with capture_logs() as said:
        owe(person)
        made.run_once()
    pulses = [line for line in said if line["event"] == "relay_pulse"]
    assert pulses[0] == pulses[0] | {"outbox": 0, "deliveries": 1, "on_wire": 1, "told": 1, "log_level": "info"}
    assert any(pulse.get("sent") == 1 for pulse in pulses)
    owe(person)
    with transaction():
        late = clock.now() - timedelta(seconds=61)
        waits = {"created_at": late, "due_at": clock.now() + timedelta(hours=1)}
        db.session.execute(db.update(Outbox).where(Outbox.done_at.is_(None)).values(**waits))
    with capture_logs() as said:
        made.run_once()
    (pulse, *_) = [line for line in said if line["event"] == "relay_pulse"]
    assert (pulse["log_level"], pulse["outbox"]) == ("warning", 1)
    assert 61 <= pulse["oldest_s"] < 80


def test_the_request_that_caused_an_event_stands_in_the_log_of_its_telling(app, wechat, monkeypatch):
    from app import logs

    seen = []
    hears = telling._who_hears_what
    monkeypatch.setattr(telling, "_who_hears_what", lambda owed: (seen.append(logs.request_id.get()), hears(owed))[1])
    (person,) = people(1)
    token = logs.request_id.set("a-request-1")
    owe(person)
    logs.request_id.reset(token)
    Relay(app, wechat).run_once()
    assert seen == ["a-request-1"]
    assert logs.request_id.get() == ""


def test_once_means_until_nothing_is_due(app, wechat):
    made = people(5)
    for account_id in made:
        owe(account_id)
    relay.run(app, wechat, once=True, workers=2)
    assert all_sent()
    assert len(wechat.sent) == 5


def test_once_ends_also_when_wechat_is_away(app):
    (person,) = people(1)
    owe(person)
    relay.run(app, ScriptedWeChat(failing(errors.Unreachable())), once=True)
    assert states() == [("owed", "Unreachable")]


def test_a_relay_does_not_start_when_an_audience_is_unknown(app, wechat, monkeypatch):
    monkeypatch.setattr(recipients, "_find", {})
    with pytest.raises(LookupError):
        Relay(app, wechat)


@pytest.fixture
def jobs(monkeypatch):
    monkeypatch.setattr(relay_jobs, "_jobs", dict(relay_jobs._jobs))


def test_registered_jobs_run_at_the_start_and_by_the_clock(app, wechat, jobs):
    ran = []
    relay.register_job("check texts", 0.1, lambda given: ran.append(given))
    with running(app, wechat):
        until(lambda: len(ran) >= 3)
    assert ran[0] is wechat


def test_a_job_that_fails_is_tried_again_and_holds_up_no_message(app, wechat, jobs, monkeypatch):
    monkeypatch.setattr(relay_jobs, "AGAIN_AFTER_FAILURE_S", 0.05)
    ran = []

    def fails(_wechat):
        ran.append(1)
        raise errors.Busy(-1)

    relay.register_job("fails", 3600, fails)
    (person,) = people(1)
    with capture_logs() as said, running(app, wechat):
        until(lambda: len(ran) >= 3)
        owe(person)
        until(all_sent)
    assert {line["kind"] for line in said if line["event"] == "job_failed"} == {"Busy"}


def test_a_slow_job_runs_once_at_a_time_and_holds_up_no_message(app, wechat, jobs):
    go_on, ran = threading.Event(), []
    relay.register_job("slow", 0.01, lambda _wechat: (ran.append(1), go_on.wait(10)))
    (person,) = people(1)
    with running(app, wechat):
        owe(person)
        until(all_sent)
        assert ran == [1]
        go_on.set()
