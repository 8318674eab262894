"""What each of WeChat's answers means: sent, later, or never."""

import traceback
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update
from structlog.testing import capture_logs

from app import clock
from app.db import db, transaction
from app.errors import Unavailable
from app.notifications import deliveries as sending
from app.notifications import outbox, telling, templates
from app.notifications.models import Delivery
from app.notifications.relay import Relay
from app.people.models import Account
from tests.factories import a_person, a_resident
from tests.notifications.scripted import (
    ScriptedWeChat,
    account_templates,
    allow,
    deliveries,
    entries,
    failing,
    know_templates,
    owe,
    rows,
    states,
    units_left,
)
from wechat.client import errors

MONDAY = "2026-03-09T02:00:00Z"


@pytest.fixture
def said():
    """What the log was told."""
    with capture_logs() as lines:
        yield lines


def words(lines):
    """All of it as text, with the traces of errors as a log shows them."""
    traces = [traceback.format_exception(line["exc_info"]) for line in lines if line.get("exc_info")]
    return repr([{key: value for key, value in line.items() if key != "exc_info"} for line in lines]) + repr(traces)


@pytest.fixture
def travel(app):
    with time_machine.travel(MONDAY, tick=False) as travel:
        know_templates()
        yield travel


def a_told_person(units=1):
    """Somebody who is owed a message and allows it."""
    account_id = a_resident().account_id
    if units:
        allow(account_id, units=units)
    owe(account_id)
    return account_id


def relay(app, error=None, times=10**6):
    """A relay whose WeChat refuses with this error so many times, then takes everything."""
    wechat = ScriptedWeChat(failing(error, times)) if error else ScriptedWeChat()
    made = Relay(app, wechat, workers=2)
    made.run_once()
    return made, wechat


def test_a_taken_message_is_sent_and_spends_a_unit(app, travel):
    person = a_told_person(units=2)
    _, wechat = relay(app)
    (delivery,) = deliveries()
    assert (delivery.state, delivery.reason, delivery.sent_at) == ("sent", None, clock.now())
    assert delivery.msgid > 2**53
    assert units_left(person) == 1
    (sent,) = wechat.sent
    assert sent.template_id == "tpl-dispatched"
    assert sent.data["time4"] == "2026年3月9日 14:00"


def test_without_a_unit_wechat_is_not_even_asked(app, travel):
    a_told_person(units=0)
    _, wechat = relay(app)
    assert wechat.sent == []
    assert states() == [("no_permission_left", "no_units")]
    assert len(entries()) == 1


def tell_by_another():
    """Another relay told the event and died before it sent anything."""
    with transaction():
        (owed,) = outbox.lease_due("dies", clock.now(), 5)
    with transaction():
        telling.tell([owed], "dies", clock.now())


def test_a_person_who_left_wechat_meanwhile_is_not_written_to(app, travel):
    person = a_told_person()
    tell_by_another()
    with transaction():
        db.session.execute(update(Account).where(Account.id == person).values(openid=None))
    _, wechat = relay(app)
    assert wechat.sent == []
    assert states() == [("failed", "no_wechat")]


@pytest.mark.parametrize("error", [errors.Unreachable(), errors.Busy(-1), errors.TokenRejected(40001)])
def test_what_was_surely_not_done_is_tried_again_later(app, travel, error):
    person = a_told_person()
    made, wechat = relay(app, error, times=1)
    (delivery,) = deliveries()
    assert (delivery.state, delivery.attempts, delivery.unclear) == ("owed", 1, 0)
    assert timedelta(seconds=5) <= delivery.due_at - clock.now() <= timedelta(seconds=7)
    travel.shift(8)
    made.run_once()
    assert states() == [("sent", None)]
    assert len(wechat.sent) == 2
    assert units_left(person) == 0


def test_an_error_nobody_knows_is_tried_again_later(app, travel):
    a_told_person()
    relay(app, errors.WeChatError(99999))
    assert states() == [("owed", "WeChatError")]


def test_the_waits_grow_and_after_a_day_it_has_failed(app, travel):
    a_told_person()
    made, wechat = relay(app, errors.Busy(-1))
    waits = []
    while (delivery := deliveries()[0]).state == "owed":
        waits.append((delivery.due_at - clock.now()).total_seconds())
        travel.move_to(delivery.due_at)
        made.run_once()
    assert states() == [("failed", "Busy")]
    assert waits[0] <= 7
    assert max(waits) <= 1800
    assert sum(waits) <= 24 * 3600
    assert 40 <= len(wechat.sent) <= 90


def test_a_message_without_answer_is_unclear_and_not_sent_again(app, travel):
    person = a_told_person()
    made, wechat = relay(app, errors.Unclear())
    assert states() == [("unclear", "no_answer")]
    travel.shift(86_000)
    made.run_once()
    assert len(wechat.sent) == 1
    assert units_left(person) == 1


def test_when_wechat_says_no_permission_the_ledger_is_emptied(app, travel):
    person = a_told_person(units=3)
    made, wechat = relay(app, errors.NoPermissionLeft(43101))
    assert states() == [("no_permission_left", "43101")]
    assert units_left(person) == 0
    travel.shift(3600)
    made.run_once()
    assert len(wechat.sent) == 1


def test_a_yes_that_is_given_while_wechat_refuses_a_message_is_kept(app, travel):
    person = a_told_person(units=3)

    def agree_meanwhile(_sent):
        travel.shift(1)
        with app.app_context():
            allow(person)
        raise errors.NoPermissionLeft(43101)

    Relay(app, ScriptedWeChat(agree_meanwhile), workers=1).run_once()
    assert states() == [("no_permission_left", "43101")]
    assert units_left(person) == 1


def test_a_lost_answer_that_wechat_makes_up_for_is_delivered_and_spends_its_unit(app, travel):
    person = a_told_person()
    wechat = ScriptedWeChat(failing(errors.Unclear()))
    Relay(app, wechat, workers=1).run_once()
    (sent,) = wechat.sent
    travel.shift(3)
    with transaction():
        assert sending.confirmed(2**53 + 1, sent.openid, sent.template_id, True, clock.now())
    (delivery,) = deliveries()
    assert (delivery.state, delivery.msgid, delivery.sent_at) == (
        "delivered",
        2**53 + 1,
        clock.now() - timedelta(seconds=3),
    )
    assert units_left(person) == 0


def test_no_permission_after_an_interrupted_try_means_it_was_probably_delivered(app, travel):
    a_told_person()
    tell_by_another()
    with transaction():
        sending.lease_due("dies", clock.now(), 5)
    travel.shift(31)
    relay(app, errors.NoPermissionLeft(43101))
    assert states() == [("unclear", "probably_delivered")]


def test_a_message_that_ends_three_processes_is_left_alone(app, travel):
    a_told_person()
    made, wechat = relay(app, errors.Busy(-1), times=1)
    for _ in range(3):
        travel.shift(60)
        with transaction():
            assert len(sending.lease_due("dies", clock.now(), 5)) == 1
    travel.shift(60)
    made.run_once()
    assert states() == [("unclear", "interrupted")]
    assert len(wechat.sent) == 1


@pytest.mark.parametrize("error", [errors.UserUnknown(40003), errors.FieldInvalid(47003)])
def test_what_can_never_pass_is_refused_and_raises_the_alarm(app, travel, error, said):
    a_told_person()
    made, wechat = relay(app, error)
    assert states() == [("refused", type(error).__name__)]
    assert "message_not_sent" in words(said)
    travel.shift(86_000)
    made.run_once()
    assert len(wechat.sent) == 1


def test_a_message_whose_words_are_refused_goes_once_more_with_general_words(app, travel):
    a_told_person()
    made, wechat = relay(app, errors.ContentRefused(45168), times=1)
    travel.shift(6)
    made.run_once()
    assert states() == [("sent", None)]
    first, second = wechat.sent
    assert first.data["thing3"] == "湟岸巷28号院3号楼2单元"
    assert second.data["thing3"] == "详情请在小程序内查看"
    assert second.number == first.number


def test_a_message_whose_general_words_are_refused_too_is_refused(app, travel):
    a_told_person()
    made, wechat = relay(app, errors.ContentRefused(45168))
    travel.shift(6)
    made.run_once()
    travel.shift(3600)
    made.run_once()
    assert states() == [("refused", "ContentRefused")]
    assert len(wechat.sent) == 2


def test_a_template_with_a_fault_is_held_and_the_others_go_on(app, travel, said):
    person = a_told_person()
    allow(person, "tpl-deadline")
    owe(person, topic="warned", number="XN2")
    made, wechat = relay(app, errors.Misconfigured(40037), times=1)
    assert states() == [("owed", "template_held"), ("sent", None)]
    assert "message_not_sent" in words(said)
    a_told_person()
    made.run_once()
    assert len(wechat.sent) == 2, "the held template was tried although it waits"
    travel.shift(301)
    made.run_once()
    assert [state for state, _ in states()] == ["sent", "sent", "sent"]


def test_a_held_template_fails_its_messages_after_a_day(app, travel):
    a_told_person()
    made, wechat = relay(app, errors.Misconfigured(40037))
    travel.shift(timedelta(hours=23, minutes=50))
    made.run_once()
    assert states() == [("owed", "template_held")]
    travel.shift(301)
    made.run_once()
    assert len(wechat.sent) == 3
    assert states() == [("failed", "template_held")]


def test_a_used_up_quota_stops_all_sending_and_counts_no_try(app, travel):
    for _ in range(3):
        a_told_person()
    made, wechat = relay(app, errors.LimitReached(45009), times=2)
    tried = len(wechat.sent)
    assert tried <= 2
    travel.shift(3000)
    made.run_once()
    assert len(wechat.sent) == tried
    assert {delivery.attempts for delivery in deliveries()} == {0}
    travel.shift(601)
    made.run_once()
    travel.shift(3601)
    made.run_once()
    assert [state for state, _ in states()] == ["sent"] * 3


def test_two_at_once_for_one_person_delays_that_person_alone(app, travel):
    for _ in range(3):
        a_told_person()
    made, wechat = relay(app, errors.LimitReached(43108), times=1)
    assert sorted(state for state, _ in states()) == ["owed", "sent", "sent"]
    travel.shift(3)
    made.run_once()
    assert [state for state, _ in states()] == ["sent"] * 3


def test_an_open_circuit_waits_for_its_next_try_and_counts_nothing(app, travel):
    a_told_person()
    made, wechat = relay(app, errors.CircuitOpen("/send", 30.0), times=1)
    assert [(row.attempts, row.due_at - clock.now()) for row in deliveries()] == [(0, timedelta(seconds=30))]
    a_told_person()
    made.run_once()
    assert len(wechat.sent) == 1
    travel.shift(31)
    made.run_once()
    assert [state for state, _ in states()] == ["sent", "sent"]


def test_a_database_that_fails_before_the_send_loses_nothing(app, travel):
    a_told_person()
    made, _ = relay(app, Unavailable(), times=1)
    assert [(row.state, row.attempts) for row in deliveries()] == [("owed", 0)]
    travel.shift(6)
    made.run_once()
    assert states() == [("sent", None)]


def test_a_fault_of_our_own_is_unclear_and_stops_nothing(app, travel, said):
    a_told_person()
    relay(app, KeyError("broken"), times=1)
    assert states() == [("unclear", "no_answer")]
    assert "send_broke" in words(said)


def test_a_value_that_cannot_be_made_to_fit_is_refused_before_the_call(app, travel):
    person = a_resident().account_id
    allow(person)
    owe(person, number="工单")
    _, wechat = relay(app)
    assert wechat.sent == []
    assert states() == [("refused", "FieldInvalid")]


def test_a_line_nobody_knows_holds_the_template(app, travel, said):
    strange = [
        one.__class__(one.id, one.title, one.kind, (one.fields[0].__class__("thing9", "thing", "天气"),))
        for one in account_templates()
    ]
    wechat = ScriptedWeChat()
    wechat.templates = lambda: strange
    a_told_person()
    Relay(app, wechat, workers=1).run_once()
    assert states() == [("owed", "template_held")]
    assert wechat.sent == []
    assert "天气" in words(said)


def test_messages_wait_for_templates_that_could_not_be_read_and_go_when_they_were(app):
    with time_machine.travel(MONDAY, tick=False):
        person = a_resident().account_id
        know_templates()
        allow(person)
        with transaction():
            templates.keep([], clock.now())
        owe(person)
        away = ScriptedWeChat()
        away.templates = lambda: (_ for _ in ()).throw(errors.Unreachable())
        Relay(app, away, workers=1).run_once()
        assert states() == [("owed", "template_held")]
        back = ScriptedWeChat()
        Relay(app, back, workers=1).run_once()
        assert states() == [("sent", None)]


def test_a_long_term_permission_is_not_spent(app, travel):
    with transaction():
        templates.keep([one.__class__(one.id, one.title, 3, one.fields) for one in account_templates()], clock.now())
    person = a_told_person()
    wechat = ScriptedWeChat()
    lasting = [one.__class__(one.id, one.title, 3, one.fields) for one in account_templates()]
    wechat.templates = lambda: lasting
    Relay(app, wechat, workers=1).run_once()
    assert states() == [("sent", None)]
    assert units_left(person) == 1


def test_no_openid_and_no_name_is_ever_logged(app, travel, said):
    person = a_person(name="马秀英", openid="openid-in-no-log").account_id
    allow(person)
    for error in (errors.UserUnknown(40003), errors.Misconfigured(40037), KeyError("x"), None):
        owe(person)
        relay(app, error)
    assert "message_not_sent" in words(said)
    assert "openid-in-no-log" not in words(said)
    assert "马秀英" not in words(said)


def test_the_answer_is_kept_when_the_lease_was_lost_meanwhile(app, travel):
    a_told_person()

    def lose_the_lease(_sent):
        with app.app_context(), transaction():
            db.session.execute(update(Delivery).values(lease_owner="another"))

    Relay(app, ScriptedWeChat(lose_the_lease), workers=1).run_once()
    assert states() == [("sent", None)]
    assert len(rows(Delivery)) == 1
