"""Messages on their way: each person's in order and one at a time, none forgotten, none for ever."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import event

from app import clock, secrets
from app.db import db, end_reading, transaction
from app.notifications import deliveries
from app.notifications.models import Delivery, DeliveryState, Notification
from tests.factories import a_resident
from tests.notifications.scripted import allow, know_templates, units_left
from tests.notifications.scripted import deliveries as all_of_them

S = timedelta(seconds=1)


@pytest.fixture
def person(app):
    return a_resident().account_id


def a_letter(account_id, key="progress"):
    now = clock.now()
    with transaction():
        entry = Notification(
            public_id=secrets.public_id(),
            outbox_id=int(secrets.random_digits(9)),
            account_id=account_id,
            topic="noted",
            title="",
            text="",
            created_at=now,
        )
        db.session.add(entry)
        db.session.flush()
        row = Delivery(
            notification_id=entry.id,
            account_id=account_id,
            channel="wechat",
            template_key=key,
            data={},
            state=DeliveryState.OWED.value,
            due_at=now,
            lease_until=now,
            created_at=now,
        )
        db.session.add(row)
    return row.id


def lease(owner="me", now=None, limit=20):
    with transaction():
        return deliveries.lease_due(owner, now or clock.now(), limit)


def ids(letters):
    return [letter.id for letter in letters]


def test_each_person_has_one_message_on_the_wire_and_the_next_when_it_ended(person):
    first, second = a_letter(person), a_letter(person)
    other = a_letter(a_resident().account_id)
    letters = lease()
    assert ids(letters) == [first, other]
    assert lease() == []
    with transaction():
        assert deliveries.sent(letters[0], 5, clock.now())
    assert ids(lease()) == [second]


def test_a_message_put_off_keeps_the_later_ones_of_the_person_back(person):
    first, second = a_letter(person), a_letter(person)
    now = clock.now()
    with transaction():
        deliveries.later(deliveries.lease_due("me", now, 5)[0], "me", now + 60 * S, "Busy")
    assert lease(now=now + 59 * S) == []
    assert ids(lease(now=now + 61 * S)) == [first]
    assert second not in ids(lease(now=now + 61 * S))


def test_a_message_that_waits_for_its_template_holds_nobody_up_until_it_is_due_again(person):
    first, second, third = a_letter(person), a_letter(person), a_letter(person)
    now = clock.now()
    with transaction():
        (letter,) = deliveries.lease_due("me", now, 5)
        deliveries.later(letter, "me", now + 300 * S, deliveries.HELD, counted=False)
    (letter,) = lease(now=now + S)
    assert letter.id == second
    with transaction():
        deliveries.sent(letter, None, now)
    assert ids(lease(now=now + 301 * S)) == [first]
    assert third not in ids(lease(now=now + 301 * S))


def test_templates_that_came_let_their_messages_go_but_not_those_on_the_wire(person):
    waiting, on_wire = a_letter(person), a_letter(a_resident().account_id)
    now = clock.now()
    with transaction():
        for letter in deliveries.lease_due("me", now, 5):
            deliveries.later(letter, "me", now + 300 * S, deliveries.HELD, counted=False)
    with transaction():
        due = db.update(Delivery).where(Delivery.id == on_wire)
        db.session.execute(due.values(due_at=now, lease_until=now))
    assert ids(lease("other", now + S)) == [on_wire]
    with transaction():
        deliveries.let_go(now + S)
    assert ids(lease(now=now + 2 * S)) == [waiting]


def test_a_lease_that_ended_by_itself_leaves_a_try_whose_end_nobody_knows(person):
    a_letter(person)
    now = clock.now()
    assert [letter.unclear for letter in lease("dies", now)] == [0]
    assert lease("next", now + 29 * S) == []
    assert [letter.unclear for letter in lease("next", now + 31 * S)] == [1]


def test_a_message_put_off_leaves_no_unknown_try(person):
    a_letter(person)
    now = clock.now()
    with transaction():
        deliveries.later(deliveries.lease_due("me", now, 5)[0], "me", now + 5 * S, "Busy")
    assert [letter.unclear for letter in lease(now=now + 60 * S)] == [0]


def test_leases_of_what_is_on_the_wire_are_held(person):
    letter = a_letter(person)
    now = clock.now()
    lease("slow", now)
    with transaction():
        deliveries.keep("slow", [letter], now + 20 * S)
        deliveries.keep("somebody else", [letter], now + 3600 * S)
    assert lease("other", now + 40 * S) == []
    assert ids(lease("other", now + 51 * S)) == [letter]


def test_tries_are_counted_unless_they_were_none(person):
    a_letter(person)
    now = clock.now()
    for counted in (True, False, True):
        (letter,) = lease(now=now)
        with transaction():
            deliveries.later(letter, "me", now + 5 * S, "Busy", counted=counted)
        now += 6 * S
    assert [(row.attempts, row.reason, row.state) for row in all_of_them()] == [(2, "Busy", "owed")]


def test_after_a_day_of_tries_it_has_failed_with_the_last_reason(person):
    a_letter(person)
    (letter,) = lease()
    with transaction():
        deliveries.later(letter, "me", letter.created_at + timedelta(hours=23, minutes=59), "Busy")
    assert [row.state for row in all_of_them()] == ["owed"]
    (letter,) = lease(now=letter.created_at + timedelta(hours=23, minutes=59))
    with transaction():
        deliveries.later(letter, "me", letter.created_at + timedelta(hours=24), "Unreachable")
    assert [(row.state, row.reason) for row in all_of_them()] == [("failed", "Unreachable")]
    assert lease(now=clock.now() + timedelta(days=2)) == []


def test_sent_is_sent_whoever_holds_the_lease_and_nothing_undoes_it(person):
    a_letter(person)
    now = clock.now()
    (mine,) = lease("slow", now)
    (theirs,) = lease("quick", now + 31 * S)
    with transaction():
        assert deliveries.sent(mine, 2**53 + 1, now)
        assert not deliveries.sent(theirs, 7, now)
        assert not deliveries.end(theirs, "quick", DeliveryState.REFUSED, "no")
        assert not deliveries.later(theirs, "quick", now + 60 * S, "no")
    assert [(row.state, row.msgid) for row in all_of_them()] == [("sent", 2**53 + 1)]


def test_only_the_holder_of_the_lease_may_put_off_or_give_up(person):
    a_letter(person)
    now = clock.now()
    (mine,) = lease("slow", now)
    lease("quick", now + 31 * S)
    with transaction():
        assert not deliveries.end(mine, "slow", DeliveryState.REFUSED, "no")
        assert not deliveries.later(mine, "slow", now + 60 * S, "no")
    assert [row.state for row in all_of_them()] == ["owed"]


def test_processes_that_ask_together_never_get_the_same_message(app, house):
    wanted = {a_letter(a_resident().account_id) for _ in range(24)}
    got, ready = [], threading.Barrier(4)

    def take(owner):
        with house.app_context():
            ready.wait()
            while taken := lease(owner, limit=3):
                got.extend(ids(taken))

    threads = [threading.Thread(target=take, args=(f"relay-{number}",)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(got) == len(wanted)
    assert set(got) == wanted


def test_what_waits_is_counted(person):
    a_letter(person)
    a_letter(person)
    assert deliveries.count_owed() == 2


def test_looking_for_messages_reads_only_what_still_matters(app, database_kind):
    if database_kind != "sqlite":
        pytest.skip("a plan is easy to read on SQLite alone")
    know_templates()
    a_resident(openid="openid-person")
    statements = []
    event.listen(db.engine, "before_cursor_execute", note := lambda *given: statements.append((given[2], given[3])))
    try:
        lease()
        deliveries.count_owed()
        end_reading()
        confirmed(5)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    end_reading()
    about = [(text, values) for text, values in statements if "delivery" in text]
    for statement, values in about:
        plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        for step in [row[-1] for row in plan if "delivery" in row[-1]]:
            assert "ix_delivery_" in step or "PRIMARY KEY" in step, step
    assert len(about) == 6


# what WeChat confirms


@pytest.fixture
def known(app):
    know_templates()
    return a_resident(openid="openid-person").account_id


def confirmed(msgid, arrived=True, at=None, openid="openid-person", template_id="tpl-progress", **more):
    with transaction():
        return deliveries.confirmed(msgid, openid, template_id, arrived, at or clock.now(), **more)


def settle(letter, write, owner="me"):
    """A letter leased now and settled so."""
    (leased,) = [one for one in lease(owner) if one.id == letter]
    with transaction():
        write(leased)
    return leased


def sent_as(msgid):
    return lambda letter: deliveries.sent(letter, msgid, clock.now())


def unanswered(at=None):
    return lambda letter: deliveries.end(letter, "me", DeliveryState.UNCLEAR, "no_answer", at or clock.now())


def stories():
    return [(row.state, row.reason, row.msgid) for row in all_of_them()]


BIG = 2**53 + 7


def test_a_message_that_wechat_confirms_is_delivered_however_often_it_says_so(known):
    settle(a_letter(known), sent_as(BIG))
    assert [confirmed(BIG) for _ in range(3)] == [True] * 3
    assert confirmed(BIG, arrived=False)
    assert stories() == [("delivered", None, BIG)]


def test_a_message_that_failed_at_wechat_is_refused_with_the_reason_unless_it_arrived(known):
    settle(a_letter(known), sent_as(BIG))
    assert confirmed(BIG, arrived=False, reason="user block")
    assert stories() == [("refused", "user block", BIG)]
    assert confirmed(BIG)
    assert stories() == [("delivered", None, BIG)]


def test_a_confirmation_that_overtakes_our_own_note_is_asked_for_again(known):
    letter = a_letter(known)
    (leased,) = lease()
    assert not confirmed(BIG)
    with transaction():
        deliveries.sent(leased, BIG, clock.now())
    assert confirmed(BIG)
    assert [row.state for row in all_of_them(id=letter)] == ["delivered"]


def test_while_a_message_is_on_the_wire_its_confirmation_is_given_to_no_other(known):
    settle(a_letter(known), unanswered())
    a_letter(known)
    (on_wire,) = lease()
    assert not confirmed(BIG)
    with transaction():
        deliveries.sent(on_wire, BIG, clock.now())
    assert confirmed(BIG)
    assert stories() == [("unclear", "no_answer", None), ("delivered", None, BIG)]


def test_a_send_whose_answer_was_lost_is_delivered_when_wechat_says_so_and_spends_its_unit(known):
    allow(known, "tpl-progress", 2)
    settle(a_letter(known), unanswered())
    assert units_left(known, "tpl-progress") == 2
    assert [confirmed(BIG), confirmed(BIG)] == [True, True]
    assert stories() == [("delivered", None, BIG)]
    assert units_left(known, "tpl-progress") == 1


def test_of_several_without_answer_the_nearest_in_time_is_meant(known):
    now = clock.now()
    early, late = a_letter(known), a_letter(known)
    settle(early, unanswered(now - 300 * S))
    settle(late, unanswered(now))
    assert confirmed(BIG, at=now - 298 * S)
    assert [row.state for row in all_of_them()] == ["delivered", "unclear"]
    assert confirmed(BIG + 1, arrived=False, at=now + 2 * S, reason="system failed")
    assert stories() == [("delivered", None, BIG), ("refused", "system failed", BIG + 1)]


@pytest.mark.parametrize(
    "other", [{"openid": "openid-of-nobody"}, {"template_id": "tpl-rate"}, {"template_id": "tpl-of-nobody"}]
)
def test_a_confirmation_for_somebody_or_something_else_is_not_ours(known, other):
    settle(a_letter(known), unanswered())
    assert not confirmed(BIG, **other)
    assert not confirmed(BIG, at=clock.now() + timedelta(hours=2))
    assert [row.state for row in all_of_them()] == ["unclear"]


def test_a_try_that_a_dead_process_left_is_not_sent_again_once_wechat_confirms_it(known):
    a_letter(known)
    now = clock.now() - 60 * S
    with transaction():
        db.session.execute(db.update(Delivery).values(due_at=now, lease_until=now))
    assert len(lease("dies", now)) == 1
    assert confirmed(BIG, at=now + S)
    assert lease("next") == []
    assert stories() == [("delivered", None, BIG)]


def test_an_answer_that_comes_after_the_try_was_given_up_still_counts(known):
    letter = a_letter(known)
    leased = settle(letter, unanswered())
    with transaction():
        assert deliveries.sent(leased, BIG, clock.now())
        assert not deliveries.sent(leased, BIG, clock.now())
    assert stories() == [("sent", None, BIG)]


def test_an_answer_that_comes_after_its_confirmation_changes_nothing(known):
    letter = a_letter(known)
    leased = settle(letter, unanswered())
    assert confirmed(BIG)
    with transaction():
        assert not deliveries.sent(leased, BIG, clock.now())
    assert stories() == [("delivered", None, BIG)]


def test_confirmations_that_come_together_spend_one_unit(known, house):
    allow(known, "tpl-progress", 3)
    settle(a_letter(known), unanswered())
    ready = threading.Barrier(4)

    def confirm():
        with house.app_context():
            ready.wait()
            confirmed(BIG)

    threads = [threading.Thread(target=confirm) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert stories() == [("delivered", None, BIG)]
    assert units_left(known, "tpl-progress") == 2


def test_what_waited_because_wechat_was_away_goes_when_it_is_back_and_nothing_else(known):
    now = clock.now()
    for reason in ("Unreachable", "Busy", "CircuitOpen", "LimitReached", deliveries.HELD):
        letter = a_letter(a_resident().account_id)
        settle(letter, lambda leased, reason=reason: deliveries.later(leased, "me", now + 1800 * S, reason))
    with transaction():
        deliveries.wechat_is_back(now)
    assert [letter.reason for letter in lease(now=now)] == ["Unreachable", "Busy", "CircuitOpen"]
