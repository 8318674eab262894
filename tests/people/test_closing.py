"""Closing an account: every way is shut at once, nothing personal stays, and whoever comes again begins anew."""

import pytest
from sqlalchemy import select

from app.db import db, end_reading
from app.errors import NotSignedIn
from app.people import closing, console_access, sign_in
from app.people.models import AccessToken, Account, AccountState, ConsoleLogin, ConsoleSession, Posting, Role
from app.territory.models import Compound
from app.trail import AuditRow
from tests.factories import a_city, a_duty_officer, a_person, a_resident, a_worker, an_order, claimed, fresh, writing

PHONE = "13900000017"
EMPTIED = (
    "openid", "name", "phone", "phone_hash", "home_compound_id", "home_building", "home_unit", "privacy_version",
    "privacy_agreed_at", "linked_at",
)  # fmt: skip


@pytest.fixture
def city(app):
    return a_city()


def close(person, why="own_wish", by=None):
    with writing():
        closing.close(db.session.get(Account, person.account_id), why, by)


def account_of(person):
    found = db.session.scalars(select(Account).where(Account.id == person.account_id)).one()
    end_reading()
    return found


def enrolled(openid):
    with writing():
        account, token, _ = sign_in.sign_in(openid)
        return account.id, token


def audited(action="account.closed"):
    found = list(db.session.scalars(select(AuditRow).where(AuditRow.action == action)))
    end_reading()
    return found


def a_settled_resident():
    """A resident who told all that can be told."""
    compound_id = db.session.scalar(select(Compound.id))
    home = {
        "home_compound_id": compound_id,
        "home_building": "3号楼",
        "home_unit": "2单元",
        "privacy_version": "2026-11",
    }
    return a_resident(openid="openid-r", phone=PHONE, phone_hash="h" * 64, **home)


def test_nothing_personal_stays_and_the_row_of_what_was_done_does(city):
    person = a_settled_resident()
    close(person, by=person.account_id)
    account = account_of(person)
    assert [name for name in EMPTIED if getattr(account, name) is not None] == []
    assert (account.state, account.home_changes, account.public_id) == (AccountState.CLOSED, [], person.public_id)
    (row,) = audited()
    assert (row.actor_id, row.facts, row.subject) == (
        person.account_id,
        {"why": "own_wish", "staff": False},
        f"account:{person.public_id}",
    )


def test_every_phone_is_signed_out_at_once(city):
    person = a_settled_resident()
    tokens = [enrolled("openid-r")[1] for _ in range(2)]
    close(person)
    for token in tokens:
        with pytest.raises(NotSignedIn):
            sign_in.recognise(token, "o", "", account_of(person).created_at)
        end_reading()
    assert all(token.revoked_at for token in db.session.scalars(select(AccessToken)))
    end_reading()


def test_whoever_comes_again_gets_a_new_account(city):
    person = a_settled_resident()
    close(person)
    account_id, _ = enrolled("openid-r")
    assert account_id != person.account_id
    assert account_of(person).state == AccountState.CLOSED


def test_closing_twice_changes_nothing_more(city):
    person = a_settled_resident()
    close(person)
    close(person, "cancelled_at_wechat")
    assert [row.facts["why"] for row in audited()] == ["own_wish"]


def test_a_staff_member_loses_every_posting_and_what_they_had_goes_to_others(city):
    worker = a_worker(city["g1"], phone=PHONE)
    light, lift = claimed(an_order(city), worker), an_order(city, category="LIFT")
    officer = a_duty_officer(city["xnlx"])
    assert fresh(lift).assignee_id == worker.account_id
    close(worker)
    assert (fresh(light).status, fresh(light).assignee_id) == ("pooled", None)
    assert fresh(lift).assignee_id == officer.account_id
    postings = list(db.session.scalars(select(Posting).where(Posting.account_id == worker.account_id)))
    end_reading()
    assert [posting.ended_at is not None for posting in postings] == [True]
    assert not account_of(worker).is_staff
    assert audited()[0].facts["staff"] is True


def test_a_manager_is_shut_out_of_the_console_and_the_name_is_free_again(city):
    manager = a_person((Role.MANAGER, city["xnlx"]))
    with writing():
        console_access.give_login(manager.account_id, "wangjing", "correct horse battery")
    entered = enter("wangjing")
    assert isinstance(entered, console_access.Entered)
    close(manager)
    assert console_access.present(entered.token) is None
    assert db.session.get(ConsoleLogin, manager.account_id) is None
    assert [session.ended_at is not None for session in db.session.scalars(select(ConsoleSession))] == [True]
    end_reading()
    assert isinstance(enter("wangjing"), console_access.Turned)
    next_one = a_person((Role.MANAGER, city["xnlx"]))
    with writing():
        console_access.give_login(next_one.account_id, "wangjing", "correct horse battery")


def enter(username):
    checked = console_access.check(username, "correct horse battery")
    with writing():
        return console_access.settle(checked)


def test_a_phone_number_goes_once(city):
    person = a_settled_resident()
    for was_there in (True, False):
        with writing():
            assert closing.erase_phone(db.session.get(Account, person.account_id)) is was_there
    account = account_of(person)
    assert (account.phone, account.phone_hash, account.name) == (None, None, "马秀英")
