"""消息 at the console: what a manager was told, read in order, marked as read once."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock, secrets
from app.console import messages as page_of
from app.db import db, end_reading, transaction
from app.notifications.models import Notification, Outbox
from tests.factories import a_manager, a_resident, an_order

HERE = "/console/messages"


def tell(person, title, *, number=None, minutes_ago=0):
    at = clock.now() - timedelta(minutes=minutes_ago)
    with transaction():
        owed = Outbox(topic="digest", facts={}, created_at=at, due_at=at, lease_until=at, done_at=at)
        db.session.add(owed)
        db.session.flush()
        db.session.add(
            Notification(
                outbox_id=owed.id,
                public_id=secrets.public_id(),
                account_id=person.account_id,
                topic="warned",
                number=number,
                title=title,
                text=f"{title}的内容。",
                created_at=at,
            )
        )


def unread_titles(person):
    found = db.session.scalars(
        select(Notification.title)
        .where(Notification.account_id == person.account_id, Notification.read_at.is_(None))
        .order_by(Notification.id)
    ).all()
    end_reading()
    return found


def mark(desk):
    action, hidden = desk.form(f"{HERE}/read")
    return desk.post(action, hidden)


def test_whoever_was_told_nothing_reads_what_would_stand_here(desk):
    page = desk.get(HERE).text
    assert "还没有消息" in page
    assert "全部标为已读" not in page
    assert "消息</a>" in page


def test_the_newest_comes_first_and_leads_to_an_order_the_person_sees(city, desk, manager):
    order, foreign = an_order(city), an_order(city, compound=city.far_compound)
    tell(manager, "较早的消息", number=foreign.number, minutes_ago=5)
    tell(manager, "工单已超期", number=order.number)
    page = desk.get(HERE).text
    assert page.index("工单已超期") < page.index("较早的消息")
    assert page.count(f"/console/work-orders/{order.number}") == 1
    assert foreign.number not in page


def test_what_one_reported_oneself_is_told_but_not_opened_at_work(city, desk, manager):
    order = an_order(city, manager)
    tell(manager, "诉求已受理", number=order.number)
    page = desk.get(HERE).text
    assert "诉求已受理" in page
    assert f"/console/work-orders/{order.number}" not in page


def test_others_messages_are_not_there(city, desk):
    tell(a_manager(city["hyx"]), "别人的消息")
    tell(a_resident(), "居民的消息")
    page = desk.get(HERE).text
    assert "别人的消息" not in page
    assert "居民的消息" not in page


def test_the_bar_counts_what_is_unread_and_marking_reads_what_was_on_the_page(desk, manager):
    tell(manager, "第一条", minutes_ago=2)
    tell(manager, "第二条", minutes_ago=1)
    page = desk.get(HERE).text
    assert '<span class="count">2<' in page
    tell(manager, "后来的")
    answer = mark(desk)
    assert (answer.status_code, answer.location) == (303, HERE)
    assert unread_titles(manager) == ["后来的"]
    assert "已将2条消息标为已读" in desk.get(HERE).text


def test_the_second_click_marks_nothing_more(desk, manager):
    tell(manager, "第一条")
    desk.get(HERE)
    action, hidden = desk.form(f"{HERE}/read")
    desk.post(action, hidden)
    tell(manager, "后来的")
    desk.post(action, hidden)
    assert unread_titles(manager) == ["后来的"]


def test_older_messages_are_a_page_further(desk, manager, monkeypatch):
    monkeypatch.setattr(page_of, "PER_PAGE", 2)
    for minutes in range(5):
        tell(manager, f"第{minutes}条", minutes_ago=minutes)
    seen, page = [], desk.get(HERE).text
    for _ in range(3):
        seen += [f"第{minutes}条" for minutes in range(5) if f"<strong>第{minutes}条</strong>" in page]
        if "更早的消息</a>" in page:
            page = desk.get(re.search(rf'href="({HERE}[^"]+)">更早的消息', page)[1]).text
    assert seen == [f"第{minutes}条" for minutes in range(5)]
    assert "回到最新" in page


@pytest.mark.parametrize("before", ["x", "1_", "_1", "1e999_1", "nan_1", "9e15_1", "1_9999999999999999999999"])
def test_an_odd_address_shows_a_page(desk, manager, before):
    tell(manager, "第一条")
    assert desk.get(f"{HERE}?before={before}").status_code == 200


def test_without_a_session_one_is_led_to_the_sign_in_page(browser, app):
    assert browser.get(HERE).location == "/console/sign-in?next=/console/messages"
