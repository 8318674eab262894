"""Signing in at the console: passwords, locks, sessions."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from argon2 import PasswordHasher
from sqlalchemy import func, select

from app import clock, secrets
from app.db import db, end_reading, transaction
from app.errors import Invalid
from app.people import console_access
from app.people import sign_in as phone_sign_in
from app.people.console_access import LOCKED, NO_POST, WRONG, Entered, Turned
from app.people.models import Account, AccountState, ConsoleLogin, ConsoleSession, Posting, Role
from app.territory import tree
from app.territory.models import Level
from app.trail import AuditRow

PASSWORD = "a long enough password"
START = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


def a_person(username: str | None = "manager", role: Role | None = Role.MANAGER) -> int:
    with transaction():
        account = Account(public_id=secrets.public_id(), name="马秀英", created_at=clock.now(), home_changes=[])
        db.session.add(account)
        db.session.flush()
        if role is not None:
            city = tree.find_by_code("C") or tree.add("C", Level.CITY, "西宁市")
            db.session.add(
                Posting(account_id=account.id, role=role, territory_id=city.id, primary=False, started_at=clock.now())
            )
        if username is not None:
            console_access.give_login(account.id, username, PASSWORD)
        return account.id


def sign_in(username: str = "manager", password: str = PASSWORD, former: str | None = None) -> Entered | Turned:
    checked = console_access.check(username, password)
    end_reading()
    with transaction():
        return console_access.settle(checked, former)


def present(token: str):
    found = console_access.present(token)
    end_reading()
    return found


def audited() -> list[str]:
    actions = list(db.session.scalars(select(AuditRow.action).order_by(AuditRow.id)))
    end_reading()
    return actions


def test_the_right_password_begins_a_session_of_which_only_the_hash_is_kept(app):
    account_id = a_person()
    entered = sign_in()
    assert isinstance(entered, Entered)
    assert present(entered.token).account_id == account_id
    row = db.session.scalars(select(ConsoleSession)).one()
    assert row.hash == secrets.token_hash(entered.token)
    assert entered.token not in row.hash


def test_a_name_is_the_same_in_capitals_full_width_and_with_blanks_around(app):
    a_person("huqu.manager")
    assert isinstance(sign_in(" ＨＵＱＵ.Manager "), Entered)


def test_passwords_are_kept_as_argon2id_with_nineteen_mebibytes(app):
    a_person()
    assert db.session.scalar(select(ConsoleLogin.password_hash)).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_a_hash_of_weaker_cost_is_replaced_at_the_next_sign_in(app):
    account_id = a_person()
    with transaction():
        weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
        db.session.get(ConsoleLogin, account_id).password_hash = weak
    assert isinstance(sign_in(), Entered)
    assert "m=19456,t=2,p=1" in db.session.scalar(select(ConsoleLogin.password_hash))


@pytest.mark.parametrize("username", ["manager", "nobody"])
def test_five_failures_lock_for_fifteen_minutes_whether_the_name_exists_or_not(app, username):
    a_person()
    with time_machine.travel(START, tick=False) as travel:
        answers = [sign_in(username, "wrong") for _ in range(7)]
        assert answers == [Turned(WRONG)] * 4 + [Turned(LOCKED)] * 3
        travel.move_to(START + timedelta(minutes=14, seconds=59))
        assert sign_in(username, "wrong") == Turned(LOCKED)
        travel.move_to(START + timedelta(minutes=15))
        assert sign_in(username, "wrong") == Turned(WRONG)


def test_the_right_password_does_not_open_a_locked_login_and_does_after_the_lock(app):
    a_person()
    with time_machine.travel(START, tick=False) as travel:
        for _ in range(5):
            sign_in(password="wrong")
        assert sign_in() == Turned(LOCKED)
        travel.shift(timedelta(minutes=15))
        assert isinstance(sign_in(), Entered)


def test_a_lock_set_while_a_right_password_was_being_compared_still_counts(app):
    a_person()
    checked = console_access.check("manager", PASSWORD)
    end_reading()
    for _ in range(5):
        sign_in(password="wrong")
    with transaction():
        assert console_access.settle(checked) == Turned(LOCKED)


def test_a_success_forgets_the_failures_before_it(app):
    a_person()
    for _ in range(4):
        sign_in(password="wrong")
    assert isinstance(sign_in(), Entered)
    assert [sign_in(password="wrong") for _ in range(4)] == [Turned(WRONG)] * 4


def test_an_unknown_name_costs_a_comparison_like_a_known_one(app, monkeypatch):
    a_person()
    compared = []
    matches = console_access._matches
    monkeypatch.setattr(
        console_access, "_matches", lambda stored, given: compared.append(stored) or matches(stored, given)
    )
    sign_in("manager", "wrong")
    sign_in("nobody", "wrong")
    assert len(compared) == 2
    assert all(stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for stored in compared)


def test_the_hash_of_nobody_opens_nothing(app, monkeypatch):
    monkeypatch.setattr(console_access, "_matches", lambda stored, given: True)
    assert sign_in("nobody") == Turned(WRONG)


def test_a_login_whose_stored_hash_is_broken_is_refused(app):
    account_id = a_person()
    with transaction():
        db.session.get(ConsoleLogin, account_id).password_hash = "not a hash"
    assert sign_in() == Turned(WRONG)


@pytest.mark.parametrize("role", [Role.GRID_WORKER, Role.UNIT_WORKER, Role.PARTNER, None])
def test_people_without_a_console_role_are_turned_away(app, role):
    a_person(role=role)
    assert sign_in() == Turned(NO_POST)


@pytest.mark.parametrize("role", console_access.ENTRANTS)
def test_people_with_a_console_role_come_in(app, role):
    a_person(role=role)
    assert isinstance(sign_in(), Entered)


def test_a_deactivated_account_neither_comes_in_nor_stays_in(app):
    account_id = a_person()
    entered = sign_in()
    with transaction():
        db.session.get(Account, account_id).state = AccountState.DEACTIVATED
    assert present(entered.token) is None
    assert sign_in() == Turned(NO_POST)


def test_every_sign_in_is_a_new_session_and_ends_the_one_the_browser_had(app):
    a_person()
    first = sign_in()
    second = sign_in(former=first.token)
    assert second.token != first.token
    assert present(first.token) is None
    assert present(second.token) is not None


def test_a_token_nobody_was_given_is_nobodys_session(app):
    a_person()
    assert present("planted-by-somebody") is None
    entered = sign_in(former="planted-by-somebody")
    assert entered.token != "planted-by-somebody"
    assert present("planted-by-somebody") is None


def test_a_session_ends_after_an_hour_without_an_action(app):
    a_person()
    with time_machine.travel(START, tick=False) as travel:
        token = sign_in().token
        travel.move_to(START + timedelta(minutes=59, seconds=59))
        assert present(token) is not None
        travel.move_to(START + timedelta(minutes=60))
        assert present(token) is None


def test_actions_keep_a_session_for_ten_hours_and_no_longer(app):
    a_person()
    with time_machine.travel(START, tick=False) as travel:
        token = sign_in().token
        for half_hours in range(1, 20):
            travel.move_to(START + timedelta(minutes=30 * half_hours))
            with transaction():
                console_access.touch(console_access.present(token))
        travel.move_to(START + timedelta(hours=10) - timedelta(seconds=1))
        assert present(token) is not None
        travel.move_to(START + timedelta(hours=10))
        assert present(token) is None


def test_actions_within_a_minute_are_written_down_once(app):
    a_person()
    with time_machine.travel(START, tick=False) as travel:
        token = sign_in().token
        travel.move_to(START + timedelta(seconds=59))
        assert not console_access.wants_touch(present(token))
        travel.move_to(START + timedelta(seconds=60))
        assert console_access.wants_touch(present(token))


def test_signing_out_ends_this_session_and_no_other(app):
    account_id = a_person()
    one, other = sign_in(), sign_in()
    with transaction():
        console_access.sign_out(one.token, account_id)
    assert present(one.token) is None
    assert present(other.token) is not None


def test_a_new_password_ends_every_session_and_shuts_out_the_old_one(app):
    account_id = a_person()
    token = sign_in().token
    with transaction():
        console_access.give_login(account_id, "manager", "another long password")
    assert present(token) is None
    assert sign_in() == Turned(WRONG)
    assert isinstance(sign_in(password="another long password"), Entered)


@pytest.mark.parametrize(
    ("username", "password", "field"),
    [
        ("manager", PASSWORD, "username"),
        ("x", PASSWORD, "username"),
        ("other", "short", "password"),
        ("other", "long" * 40, "password"),
    ],
)
def test_a_taken_name_and_unfit_words_are_refused_by_field(app, username, password, field):
    a_person("manager")
    other = a_person(None)
    with pytest.raises(Invalid) as refusal, transaction():
        console_access.give_login(other, username, password)
    assert list(refusal.value.fields) == [field]


def test_the_audit_trail_tells_failures_locks_success_and_sign_out_without_what_was_typed(app):
    account_id = a_person()
    with time_machine.travel(START, tick=False) as travel:
        for _ in range(6):
            sign_in(password="wrong")
        travel.shift(timedelta(minutes=15))
        token = sign_in().token
    with transaction():
        console_access.sign_out(token, account_id)
    assert audited() == ["console.failed"] * 4 + ["console.locked", "console.signed_in", "console.signed_out"]
    subjects = set(db.session.scalars(select(AuditRow.subject)))
    assert not any("manager" in subject for subject in subjects)


def test_sessions_long_over_are_forgotten(app):
    a_person()
    sign_in()
    with transaction():
        assert console_access.forget_old(clock.now() + timedelta(hours=33)) == 0
        assert console_access.forget_old(clock.now() + timedelta(hours=35)) == 1
    assert db.session.scalar(select(func.count()).select_from(ConsoleSession)) == 0


def test_a_deactivated_account_loses_its_console_sessions_for_good(app):
    account_id = a_person()
    entered = sign_in()
    assert isinstance(entered, Entered)
    with transaction():
        account = db.session.get(Account, account_id)
        phone_sign_in.deactivate(account, phone_sign_in.actor_of(account_id))
    with transaction():
        db.session.get(Account, account_id).state = AccountState.ACTIVE
    assert present(entered.token) is None
