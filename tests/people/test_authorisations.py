"""What people take back at WeChat takes effect here; nobody else is touched, and the trail knows."""

import pytest
from sqlalchemy import select

from app.db import db, end_reading
from app.people import authorisations
from app.people.models import Account, AccountState
from app.trail import AuditRow
from tests.factories import a_city, a_resident, a_worker, writing

PHONE = "13900000017"


@pytest.fixture
def city(app):
    return a_city()


def run(news, *facts):
    with writing():
        news(*facts)


def account_of(person):
    found = db.session.scalars(select(Account).where(Account.id == person.account_id)).one()
    end_reading()
    return found


def audited():
    found = [(row.action, row.facts) for row in db.session.scalars(select(AuditRow).order_by(AuditRow.id))]
    end_reading()
    return found


@pytest.mark.parametrize(("kinds", "left"), [("8", None), ("8,13", None), ("13", PHONE), ("18", PHONE), ("", PHONE)])
def test_the_phone_number_goes_when_it_is_what_was_taken_back(city, kinds, left):
    person, other = (a_resident(openid=openid, phone=PHONE, phone_hash=openid) for openid in ("oTEST01", "oTEST02"))
    run(authorisations.revoked, "oTEST01", kinds)
    assert (account_of(person).phone, account_of(other).phone) == (left, PHONE)
    assert account_of(person).state == AccountState.ACTIVE
    named = [kind for kind in kinds.split(",") if kind]
    facts = {"by": "wechat", "kinds": named, "phone_erased": left is None}
    assert audited() == [("authorisation.revoked", facts)]


def test_a_staff_member_keeps_the_number_by_which_the_house_knows_them(city):
    worker = a_worker(city["g1"], openid="oTEST01", phone=PHONE)
    run(authorisations.revoked, "oTEST01", "8")
    assert account_of(worker).phone == PHONE
    assert audited()[0][1]["phone_erased"] is False


def test_an_account_that_ended_at_wechat_ends_here(city):
    person, other = (a_resident(openid=openid) for openid in ("oTEST01", "oTEST02"))
    run(authorisations.cancelled, "oTEST01")
    assert (account_of(person).state, account_of(other).state) == (AccountState.CLOSED, AccountState.ACTIVE)
    assert audited() == [("account.closed", {"why": "cancelled_at_wechat", "staff": False})]


def test_a_changed_profile_is_only_noted(city):
    a_resident(openid="oTEST01")
    run(authorisations.modified, "oTEST01")
    assert audited() == [("profile.modified", {"by": "wechat"})]


@pytest.mark.parametrize("openid", ["", "oSTRANGER"])
def test_news_of_somebody_the_house_does_not_know_changes_nothing(city, openid):
    nobody = a_resident(openid=None, phone=PHONE)
    run(authorisations.revoked, openid, "8")
    run(authorisations.cancelled, openid)
    run(authorisations.modified, openid)
    assert audited() == []
    assert account_of(nobody).phone == PHONE
