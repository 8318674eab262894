"""The ground: transactions, types, trail, idempotency."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from app import clock, idempotency, trail
from app.db import db, end_reading, transaction
from app.errors import Overtaken
from app.people.models import Account


def an_account(**values):
    return Account(public_id=values.pop("public_id", "a" * 22), created_at=clock.now(), **values)


def test_a_change_outside_a_transaction_is_refused(app):
    db.session.add(an_account())
    with pytest.raises(RuntimeError, match="outside"):
        db.session.flush()
    db.session.rollback()


def test_what_a_transaction_did_is_gone_when_it_fails(app):
    def breaks():
        with transaction():
            db.session.add(an_account())
            db.session.flush()
            raise ZeroDivisionError

    pytest.raises(ZeroDivisionError, breaks)
    assert db.session.scalars(select(Account)).all() == []


def test_transactions_do_not_nest_and_do_not_begin_over_an_open_reading(app):
    with transaction(), pytest.raises(RuntimeError, match="already open"), transaction():
        pass
    db.session.scalars(select(Account)).all()
    with pytest.raises(RuntimeError, match="already open"), transaction():
        pass
    end_reading()
    with transaction():
        db.session.add(an_account())


def test_moments_come_back_aware_and_equal(app):
    moment = datetime(2026, 3, 10, 2, 0, 0, 123456, tzinfo=UTC)
    with transaction():
        db.session.add(Account(public_id="b" * 22, created_at=moment))
    assert db.session.scalar(select(Account.created_at)) == moment


def test_names_and_phones_are_unreadable_in_the_database(app):
    with transaction():
        db.session.add(an_account(name="马秀英", phone="13800000000"))
    raw = db.session.execute(text("SELECT name, phone FROM account")).one()
    assert "马秀英".encode() not in bytes(raw.name)
    assert b"13800000000" not in bytes(raw.phone)
    assert db.session.scalar(select(Account.name)) == "马秀英"


def test_the_digest_of_an_audit_row_survives_the_erasure_of_its_text(app):
    with transaction():
        trail.audit("account.linked", "account:1", actor_id=None, text="马秀英", how="phone")
    row = db.session.scalars(select(trail.AuditRow)).one()
    side = db.session.scalars(select(trail.AuditText)).one()
    lasting = {name: getattr(row, name) for name in ("at", "actor_id", "action", "subject", "facts", "commitment")}
    assert trail.digest(lasting) == row.digest
    assert trail.commitment(side.salt, side.text) == row.commitment
    assert trail.digest(lasting | {"action": "account.closed"}) != row.digest


def test_an_answer_is_kept_under_its_key_and_forgotten_after_seven_days(app):
    with transaction():
        idempotency.remember(1, "submit", "k" * 8, fingerprint="f", status=201, answer='{"number": 1}')
    assert idempotency.find(1, "submit", "k" * 8) == idempotency.Known("f", 201, '{"number": 1}')
    assert idempotency.find(2, "submit", "k" * 8) is None
    end_reading()
    with transaction():
        assert idempotency.forget_old(clock.now()) == 0
        assert idempotency.forget_old(clock.now() + idempotency.KEPT * 2) == 1


def test_a_stale_version_reads_as_overtaken(app):
    from sqlalchemy.orm.exc import StaleDataError

    with pytest.raises(Overtaken), transaction():
        raise StaleDataError("UPDATE matched 0 rows")
