"""The ledger of permissions: one yes, one message; never below nothing; WeChat's word counts."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from app import clock, parameters
from app.db import db, end_reading, transaction
from app.errors import Invalid
from app.notifications import consents, templates
from app.notifications.consents import NONE, Answer, Held
from app.notifications.models import Consent
from app.parameters import Parameter
from tests.factories import a_resident
from tests.notifications.consent_story import Story, deeds
from tests.notifications.scripted import account_templates, allow, know_templates, units_left

PROGRESS = "tpl-progress"


@pytest.fixture
def person(app):
    know_templates()
    return a_resident(openid="openid-person").account_id


def report(account_id, answer, template_id=PROGRESS):
    with transaction():
        return consents.report(account_id, template_id, answer)


def test_every_yes_allows_one_more_message(person):
    assert [report(person, Answer.ACCEPT).units for _ in range(3)] == [1, 2, 3]
    assert units_left(person, PROGRESS) == 3


def test_a_no_changes_nothing(person):
    assert report(person, Answer.REJECT).units == 0
    report(person, Answer.ACCEPT)
    assert report(person, Answer.REJECT).units == 1


def test_a_ban_takes_everything_until_the_next_yes(person):
    report(person, Answer.ACCEPT)
    banned = report(person, Answer.BAN)
    assert (banned.units, banned.blocked) == (0, True)
    again = report(person, Answer.ACCEPT)
    assert (again.units, again.blocked) == (1, False)


def test_a_ban_as_first_word_is_kept(person):
    assert report(person, Answer.BAN).blocked
    assert not consents.of(person)[PROGRESS].allows


def test_permissions_of_people_and_templates_are_apart(person):
    other = a_resident().account_id
    report(person, Answer.ACCEPT)
    report(other, Answer.ACCEPT, "tpl-rate")
    assert units_left(other, PROGRESS) == units_left(person, "tpl-rate") == 0
    assert set(consents.of_all([person, other])) == {(person, PROGRESS), (other, "tpl-rate")}


def test_a_template_the_account_does_not_have_is_refused(person):
    with pytest.raises(Invalid) as refused:
        report(person, Answer.ACCEPT, "tpl-of-somebody-else")
    assert "template_id" in refused.value.fields


def test_spending_takes_one_unit_and_stops_at_nothing(person):
    allow(person, PROGRESS, 2)
    with transaction():
        assert [consents.spend(person, PROGRESS, clock.now()) for _ in range(3)] == [True, True, False]
    assert units_left(person, PROGRESS) == 0


def test_of_many_that_spend_the_last_unit_one_gets_it(person, house):
    allow(person, PROGRESS, 1)
    got, ready = [], threading.Barrier(4)

    def spend():
        with house.app_context():
            ready.wait()
            with transaction():
                got.append(consents.spend(person, PROGRESS, clock.now()))

    threads = [threading.Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(got) == [False, False, False, True]


def test_answers_that_arrive_together_all_count(person, house):
    ready = threading.Barrier(4)

    def accept():
        with house.app_context():
            ready.wait()
            report(person, Answer.ACCEPT)

    threads = [threading.Thread(target=accept) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert units_left(person, PROGRESS) == 4


def test_when_wechat_says_there_is_none_left_there_is_none_left(person):
    allow(person, PROGRESS, 5)
    with transaction():
        consents.empty(person, PROGRESS, clock.now())
    assert units_left(person, PROGRESS) == 0


# what WeChat tells


def entry(answer, template_id=PROGRESS):
    return {"TemplateId": template_id, "SubscribeStatusString": answer, "PopupScene": "0"}


def told(openid, *answers, at=None, by=consents.popup):
    with transaction():
        by(openid, [entry(*answer) for answer in answers], at or clock.now())


def test_report_and_event_of_one_yes_make_one_unit_in_either_order(person):
    report(person, Answer.ACCEPT)
    told("openid-person", ["accept"])
    assert units_left(person, PROGRESS) == 1
    told("openid-person", ["accept", "tpl-rate"])
    report(person, Answer.ACCEPT, "tpl-rate")
    assert units_left(person, "tpl-rate") == 1


def test_an_event_alone_counts_and_so_does_a_report_of_another_time(person):
    told("openid-person", ["accept"], at=clock.now() - timedelta(minutes=11))
    assert units_left(person, PROGRESS) == 1
    report(person, Answer.ACCEPT)
    assert units_left(person, PROGRESS) == 2


def test_how_long_a_report_and_its_event_may_lie_apart_is_a_setting(person):
    with transaction():
        db.session.add(Parameter(name="consent_paired_minutes", value="30"))
    parameters.forget()
    told("openid-person", ["accept"], at=clock.now() - timedelta(minutes=20))
    report(person, Answer.ACCEPT)
    assert units_left(person, PROGRESS) == 1


def test_a_no_in_the_popup_changes_nothing_and_each_template_counts_for_itself(person):
    told("openid-person", ["accept"], ["reject", "tpl-rate"], ["accept", "tpl-accepted"])
    assert [units_left(person, one) for one in (PROGRESS, "tpl-rate", "tpl-accepted")] == [1, 0, 1]
    told("openid-person", ["reject"])
    assert units_left(person, PROGRESS) == 1


def test_a_template_taken_back_is_blocked_until_the_next_yes(person):
    told("openid-person", ["accept"])
    told("openid-person", ["reject"], by=consents.withdrawn)
    assert consents.of(person)[PROGRESS] == Held(0, True)
    end_reading()
    told("openid-person", ["accept"])
    assert consents.of(person)[PROGRESS] == Held(1, False)


def test_a_withdrawal_that_comes_late_takes_nothing_of_what_was_given_after_it(person):
    told("openid-person", ["accept"])
    told("openid-person", ["reject"], by=consents.withdrawn, at=clock.now() - timedelta(minutes=1))
    assert consents.of(person)[PROGRESS] == Held(1, False)


@pytest.mark.parametrize(
    ("openid", "template_id"), [("openid-of-nobody", PROGRESS), ("openid-person", "tpl-of-somebody-else")]
)
def test_of_somebody_or_something_unknown_nothing_is_kept(person, openid, template_id):
    told(openid, ["accept", template_id])
    told(openid, ["reject", template_id], by=consents.withdrawn)
    assert consents.of(person) == {}


def test_an_event_of_another_day_is_too_late(person):
    told("openid-person", ["accept"], at=clock.now() - timedelta(hours=25))
    assert consents.of(person) == {}


def test_wechats_clock_may_be_ahead_of_ours(person):
    told("openid-person", ["accept"], at=clock.now() + timedelta(minutes=2))
    with transaction():
        assert consents.spend(person, PROGRESS, clock.now())
    assert units_left(person, PROGRESS) == 0


def test_a_yes_given_while_a_refused_message_was_on_its_way_is_kept(person):
    report(person, Answer.ACCEPT)
    began = clock.now()
    report(person, Answer.ACCEPT)
    with transaction():
        consents.empty(person, PROGRESS, began)
    assert units_left(person, PROGRESS) == 1


def test_a_ledger_from_before_moves_were_kept_goes_on_from_what_it_held(person):
    with transaction():
        db.session.add(Consent(account_id=person, template_id=PROGRESS, units=3, blocked=False, changed_at=clock.now()))
    report(person, Answer.ACCEPT)
    with transaction():
        consents.spend(person, PROGRESS, clock.now())
    assert units_left(person, PROGRESS) == 3


def test_moves_of_past_days_are_added_up_and_not_kept(person):
    with time_machine.travel("2026-03-09T02:00:00Z", tick=False) as travel:
        for _ in range(20):
            report(person, Answer.ACCEPT)
            travel.shift(timedelta(hours=20))
    (row,) = rows_of_consent()
    assert (row.units, len(row.history["moves"])) == (20, 2)


def rows_of_consent():
    try:
        return list(db.session.scalars(select(Consent)))
    finally:
        end_reading()


class Book:
    """The ledger of one person in the database, as WeChat and the phone write it."""

    def __init__(self, account_id):
        self.account_id = account_id

    def at(self, now, write):
        with clock.at(moment(now)), transaction():
            write()

    def reported(self, now):
        self.at(now, lambda: consents.report(self.account_id, PROGRESS, Answer.ACCEPT))

    def told(self, now, at):
        self.at(now, lambda: consents.popup("openid-person", [entry("accept")], moment(at)))

    def withdrawn(self, now, at):
        self.at(now, lambda: consents.withdrawn("openid-person", [entry("reject")], moment(at)))

    def spent(self, now, at):
        self.at(now, lambda: consents.spend(self.account_id, PROGRESS, moment(at)))

    def refused(self, now, at):
        self.at(now, lambda: consents.empty(self.account_id, PROGRESS, moment(at)))

    @property
    def held(self):
        try:
            return consents.of(self.account_id).get(PROGRESS, NONE)
        finally:
            end_reading()

    @property
    def units(self):
        return self.held.units

    @property
    def blocked(self):
        return self.held.blocked


def moment(seconds):
    return datetime(2026, 3, 9, 2, 0, tzinfo=UTC) + timedelta(seconds=seconds)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(played=deeds, order=st.lists(st.integers(0, 5)))
def test_the_ledger_holds_what_wechat_counts_once_all_events_have_come(person, played, order):
    with transaction():
        db.session.execute(delete(Consent))
    story = Story(Book(person))
    story.play(played)
    story.all_events_arrive(order)
    assert story.ledger.held == Held(story.units, story.blocked)


def test_words_of_many_yeses_that_arrive_together_pair_up_exactly(person, house):
    ready = threading.Barrier(6)

    def arrive(write):
        with house.app_context():
            ready.wait()
            write()

    writes = [lambda: report(person, Answer.ACCEPT), lambda: told("openid-person", ["accept"])] * 3
    threads = [threading.Thread(target=arrive, args=(write,)) for write in writes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert units_left(person, PROGRESS) == 3


def test_a_resident_is_asked_for_a_residents_messages(person):
    report(person, Answer.ACCEPT)
    shown = {one.template_id: one for one in consents.list_for(person, staff=False)}
    assert set(shown) == {"tpl-accepted", "tpl-progress", "tpl-rate", "tpl-follow-up"}
    assert (shown[PROGRESS].title, shown[PROGRESS].units, shown[PROGRESS].blocked) == ("办理进度通知", 1, False)
    assert shown["tpl-rate"].events == ("诉求已办结，请您评价",)


def test_staff_are_asked_for_the_messages_of_their_work_first(person):
    shown = [one.template_id for one in consents.list_for(person, staff=True)]
    assert shown[:3] == ["tpl-new-order", "tpl-dispatched", "tpl-deadline"]
    assert len(shown) == 7


def test_before_the_templates_are_known_nothing_is_asked(app):
    assert consents.list_for(a_resident().account_id, staff=True) == []


def keep(found):
    with transaction():
        return templates.keep(found, clock.now())


def test_templates_are_found_by_their_exact_title_and_the_missing_are_named(app):
    found = [one for one in account_templates() if one.title != "派单通知"]
    assert keep(found) == {"dispatched"}
    assert "dispatched" not in templates.known()
    end_reading()
    assert keep(account_templates()) == set()
    known = templates.known()["dispatched"]
    assert (known.template_id, known.one_time, known.fields[0]["label"]) == ("tpl-dispatched", True, "工单编号")


def test_reading_the_same_templates_again_writes_nothing(app):
    keep(account_templates())
    before = templates.known()
    end_reading()
    keep(account_templates())
    assert templates.known() == before


def test_a_long_term_permission_is_one_unit_that_stays(person):
    lasting = [one.__class__(one.id, one.title, 3, one.fields) for one in account_templates()]
    keep(lasting)
    assert [report(person, Answer.ACCEPT).units for _ in range(3)] == [1, 1, 1]
