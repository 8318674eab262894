"""Signing in on the phone, being recognised, and being shut out."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock, idempotency, secrets
from app.db import db, end_reading
from app.errors import NotAllowed, NotSignedIn
from app.people import duty, sign_in
from app.people.models import AccessToken, Account, AccountState, Posting, Role
from app.trail import AuditRow
from tests.factories import a_city, a_manager, a_person, a_resident, a_worker, act, writing


@pytest.fixture
def city(app):
    return a_city()


def signed_in(openid="openid-new"):
    with writing():
        account, token, expires_at = sign_in.sign_in(openid)
        return account.id, token, expires_at


def recognised(token, operation="submit", key="", now=None):
    found = sign_in.recognise(token, operation, key, now or clock.now())
    end_reading()
    return found


def test_a_first_visit_makes_the_account_and_a_second_one_finds_it(app):
    first, _, _ = signed_in()
    second, _, _ = signed_in()
    assert first == second
    assert act(first).posts == ()


def test_the_database_keeps_only_a_hash_of_the_token(app):
    _, token, expires_at = signed_in()
    row = db.session.scalars(select(AccessToken)).one()
    end_reading()
    assert row.hash == secrets.token_hash(token) != token
    assert row.expires_at == expires_at
    assert timedelta(days=6, hours=23) < expires_at - clock.now() <= timedelta(days=7)


def test_a_token_tells_who_comes_with_postings_and_duty(city):
    actor = a_person((Role.GRID_WORKER, city["g1"]), (Role.MANAGER, city["hyx"]), openid="openid-1")
    _, token, _ = signed_in("openid-1")
    found = recognised(token)
    assert (found.actor, found.openid, found.known) == (actor, "openid-1", None)
    assert found.actor.roles == {Role.GRID_WORKER, Role.MANAGER}
    assert found.actor.posts[0].community_id == city["xnlx"]
    assert found.actor.on_duty


def test_the_same_look_up_finds_what_the_command_got_before(app):
    account_id, token, _ = signed_in()
    with writing():
        idempotency.remember(account_id, "submit", "k" * 8, fingerprint="f", status=201, answer="{}")
    assert recognised(token, "submit", "k" * 8).known == idempotency.Known("f", 201, "{}")
    assert recognised(token, "claim", "k" * 8).known is None
    assert recognised(token, "submit", "j" * 8).known is None


def test_expired_revoked_and_invented_tokens_are_all_the_same(app):
    _, token, expires_at = signed_in()
    with pytest.raises(NotSignedIn):
        recognised(token, now=expires_at)
    recognised(token, now=expires_at - timedelta(seconds=1))
    with pytest.raises(NotSignedIn):
        recognised("invented")
    end_reading()
    with writing():
        sign_in.sign_out(token)
    with pytest.raises(NotSignedIn):
        recognised(token)


def test_signing_out_ends_this_phone_alone(app):
    _, first, _ = signed_in()
    _, second, _ = signed_in()
    with writing():
        sign_in.sign_out(first)
    assert recognised(second).openid == "openid-new"


@pytest.mark.parametrize("state", [AccountState.DEACTIVATED, AccountState.CLOSED])
def test_an_account_that_is_not_active_neither_comes_in_nor_stays(app, state):
    account_id, token, _ = signed_in()
    with writing():
        db.session.get(Account, account_id).state = state
    with pytest.raises(NotSignedIn):
        recognised(token)
    end_reading()
    with pytest.raises(NotAllowed):
        signed_in()
    with pytest.raises(NotSignedIn):
        act(account_id)
    end_reading()


def test_deactivating_shuts_every_way_and_is_audited(city):
    manager, worker = a_manager(city["xnlx"]), a_worker(city["g1"], openid="openid-w")
    _, token, _ = signed_in("openid-w")
    with writing():
        sign_in.deactivate(db.session.get(Account, worker.account_id), manager)
    with pytest.raises(NotSignedIn):
        recognised(token)
    row = db.session.scalars(select(AuditRow).where(AuditRow.action == "account.deactivated")).one()
    end_reading()
    assert row.actor_id == manager.account_id


def test_a_posting_that_ended_no_longer_counts(city):
    worker = a_worker(city["g1"])
    with writing():
        db.session.query(Posting).filter_by(account_id=worker.account_id).update({"ended_at": clock.now()})
    later = act(worker.account_id)
    assert (later.posts, later.on_duty) == ((), False)


def test_old_tokens_are_forgotten_a_day_after_their_end(app):
    _, _, expires_at = signed_in()
    with writing():
        assert sign_in.forget_old(expires_at + timedelta(hours=23)) == 0
        assert sign_in.forget_old(expires_at + timedelta(hours=25)) == 1


def test_duty_is_said_once_and_keeps_its_since(city):
    worker = a_worker(city["g1"], on_duty=False)
    with time_machine.travel("2026-03-10T02:00:00Z", tick=False), writing():
        since = duty.say(worker, True).since
    with time_machine.travel("2026-03-10T03:00:00Z", tick=False), writing():
        again = duty.say(worker, True)
        assert (again.on_duty, again.since) == (True, since)
        assert duty.say(worker, False).since > since


def test_only_staff_go_on_duty_and_who_never_said_so_is_off(city):
    with pytest.raises(NotAllowed), writing():
        duty.say(a_resident_before(), True)
    resident = a_resident()
    assert not duty.of(resident).on_duty
    end_reading()


def a_resident_before():
    from app.people.actor import Actor

    return Actor(1)
