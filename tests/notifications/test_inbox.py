"""A person's inbox: newest first, page by page, only one's own."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from app import clock, secrets
from app.db import db, end_reading, transaction
from app.errors import NotFound
from app.notifications import inbox
from app.notifications.models import DELIVERY_STATE_NAMES, Delivery, DeliveryState, Notification
from config import ROOT
from tests.factories import a_resident

START = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def person(app):
    return a_resident().account_id


def an_entry(account_id, at=START, state=None, read=False):
    with transaction():
        entry = Notification(
            public_id=secrets.public_id(),
            outbox_id=int(secrets.random_digits(9)),
            account_id=account_id,
            topic="noted",
            number="XN1",
            title="办理有新进展",
            text="请打开工单查看详情。",
            created_at=at,
            read_at=at if read else None,
        )
        db.session.add(entry)
        db.session.flush()
        if state:
            db.session.add(
                Delivery(
                    notification_id=entry.id,
                    account_id=account_id,
                    channel="wechat",
                    template_key="progress",
                    data={},
                    state=state.value,
                    due_at=at,
                    lease_until=at,
                    created_at=at,
                )
            )
    return entry.public_id


def page(account_id, after=None, limit=20):
    try:
        return inbox.entries(account_id, after, limit)
    finally:
        end_reading()


def unread(account_id):
    try:
        return inbox.unread(account_id)
    finally:
        end_reading()


def test_the_newest_come_first_and_of_the_same_moment_the_later_one(person):
    old, twin, other_twin = an_entry(person), *(an_entry(person, START + timedelta(hours=1)) for _ in range(2))
    assert [entry.public_id for entry in page(person)] == [other_twin, twin, old]


def test_pages_follow_each_other_without_gap_or_repeat(person):
    wanted = [an_entry(person, START + timedelta(minutes=number // 3)) for number in range(10)]
    seen, after = [], None
    while entries := page(person, after, 4):
        seen += [entry.public_id for entry in entries]
        after = (entries[-1].created_at, entries[-1].id)
    assert seen == wanted[::-1]


def test_nobody_sees_what_others_were_told(person):
    other = a_resident().account_id
    theirs = an_entry(other)
    assert page(person) == []
    assert unread(person) == 0
    with pytest.raises(NotFound), transaction():
        inbox.read(person, theirs, clock.now())
    assert unread(other) == 1


@pytest.mark.parametrize("state", list(DeliveryState))
def test_an_entry_says_how_far_wechat_brought_it(person, state):
    an_entry(person, state=state)
    (entry,) = page(person)
    assert entry.delivery is state
    assert entry.delivery_name == DELIVERY_STATE_NAMES[state]


@pytest.mark.parametrize("state", list(DeliveryState))
def test_every_state_of_a_message_stands_in_the_glossary(state):
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf8")
    assert f"| {DELIVERY_STATE_NAMES[state]} | `{state.value}` | " in glossary


def test_what_several_people_were_told_of_an_order_is_one_list_without_names(person):
    other = a_resident().account_id
    an_entry(person, state=DeliveryState.DELIVERED, read=True)
    an_entry(other, START + timedelta(minutes=1))
    told = inbox.told_about("XN1", {person, other})
    assert [(one.delivery_name, one.read, one.at) for one in told] == [
        (None, False, START + timedelta(minutes=1)),
        ("已送达", True, START),
    ]
    assert inbox.told_about("XN2", {person}) == inbox.told_about("XN1", set()) == []
    end_reading()


def test_an_entry_that_went_to_the_inbox_alone_says_nothing_of_wechat(person):
    an_entry(person)
    (entry,) = page(person)
    assert (entry.delivery, entry.delivery_name) == (None, None)


def test_reading_counts_once_and_keeps_the_first_time(person):
    mine = an_entry(person, state=DeliveryState.SENT)
    an_entry(person)
    with transaction():
        assert inbox.read(person, mine, START).read_at == START
    with transaction():
        again = inbox.read(person, mine, START + timedelta(hours=1))
    assert (again.read_at, again.delivery) == (START, DeliveryState.SENT)
    assert unread(person) == 1


@pytest.mark.parametrize("wrong", ["no-such-entry", "\x00", "消息", "a" * 500])
def test_an_entry_that_is_not_there_is_not_found(person, wrong):
    with pytest.raises(NotFound), transaction():
        inbox.read(person, wrong, clock.now())


def test_counting_the_unread_stops_at_a_hundred(person, monkeypatch):
    for _ in range(4):
        an_entry(person)
    an_entry(person, read=True)
    assert unread(person) == 4
    monkeypatch.setattr(inbox, "MOST_COUNTED", 3)
    assert unread(person) == 3


def test_a_page_and_its_count_take_two_statements(person):
    an_entry(person, state=DeliveryState.SENT)
    statements = []
    event.listen(db.engine, "before_cursor_execute", note := lambda *given: statements.append(given[2]))
    try:
        page(person)
        unread(person)
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(statements) == 2
