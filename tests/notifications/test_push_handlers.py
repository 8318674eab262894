"""From what WeChat pushed to what it does here: each event reaches its room, once."""

from datetime import timedelta

import pytest
import structlog
from sqlalchemy import select

from app import clock
from app.commands import wechat_pushes
from app.db import db, end_reading, transaction
from app.notifications import push_handlers, pushes
from app.notifications.models import WechatPush
from app.people.models import Account
from app.trail import AuditRow, AuditText
from tests.factories import a_resident
from tests.notifications.scripted import rows
from tests.wechat.push.pushing import event
from wechat.push.event import event_of

PHONE = "13900000017"


def told(name, times=1, **values):
    """WeChat pushes this, perhaps more than once, and the relay works it off."""
    for _ in range(times):
        with transaction():
            pushes.keep(event_of(event(name, FromUserName="oPLATFORM", **values)), clock.now())
        wechat_pushes.work_off()


def account_of(person):
    found = db.session.scalars(select(Account).where(Account.id == person.account_id)).one()
    end_reading()
    return found


@pytest.fixture
def person(app):
    return a_resident(openid="oTEST01", phone=PHONE)


def test_a_revoked_phone_number_is_erased_once(person):
    told("user_authorization_revoke", times=3, OpenID="oTEST01", AppID="wx1", RevokeInfo=8)
    assert account_of(person).phone is None
    assert [row.facts["kinds"] for row in rows(AuditRow, action="authorisation.revoked")] == [["8"]]


def test_two_who_revoke_in_one_second_are_both_heard(person):
    other = a_resident(openid="oTEST02", phone=PHONE)
    for openid in ("oTEST01", "oTEST02"):
        told("user_authorization_revoke", OpenID=openid, RevokeInfo="8")
    assert (account_of(person).phone, account_of(other).phone) == (None, None)


def test_an_account_cancelled_at_wechat_is_closed_once(person):
    told("user_authorization_cancellation", times=3, OpenID="oTEST01")
    assert (account_of(person).state, account_of(person).openid) == ("closed", None)
    assert len(rows(AuditRow, action="account.closed")) == 1


def test_a_modified_profile_is_noted(person):
    told("user_info_modified", OpenID="oTEST01", RevokeInfo="5")
    assert len(rows(AuditRow, action="profile.modified")) == 1
    assert account_of(person).phone == PHONE


def test_a_punishment_raises_the_alarm_and_is_kept_in_the_trail(app):
    with structlog.testing.capture_logs() as lines:
        told("wxa_punish_event", reason="违规内容 oTEST01")
    assert [line["log_level"] for line in lines if line["event"] == "wechat_punished"] == ["error"]
    assert "oTEST01" not in str(lines)
    (row,) = rows(AuditRow, action="wechat.punished")
    assert (row.facts, bool(row.commitment)) == ({}, True)
    (words,) = db.session.scalars(select(AuditText.text))
    end_reading()
    assert "违规内容" in words


def test_every_handler_is_for_an_event_that_can_be_kept(app):
    longest = WechatPush.__table__.c.name.type.length
    assert all(len(name) <= longest for name in push_handlers.HANDLERS)
    told("an_event_nobody_knows")
    assert [row.outcome for row in rows(WechatPush)] == ["ignored"]


def test_what_was_worked_off_leaves_no_name_of_a_person(person):
    told("user_authorization_cancellation", OpenID="oTEST01")
    (row,) = rows(WechatPush)
    assert (row.openid, row.body) == (None, None)
    assert clock.now() - row.done_at < timedelta(minutes=1)
