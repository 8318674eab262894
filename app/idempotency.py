"""One command, one effect: answers kept under the key that the caller chose.

The row is written in the transaction of the command itself, so it exists exactly when the effect does. Two
requests with one key meet at the primary key: the second waits for the first and then finds its answer.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Index, String, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Encrypted, Model, UTCDateTime, db, table_of

KEPT = timedelta(days=7)
BATCH = 500


class IdempotencyKey(Model):
    __tablename__ = "idempotency_key"
    __table_args__ = (Index(None, "created_at"),)

    account_id: Mapped[int] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    answer: Mapped[str] = mapped_column(Encrypted)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


@dataclass(frozen=True)
class Known:
    """What an earlier request under the same key was and got."""

    fingerprint: str
    status: int
    answer: str


def fingerprint(method: str, path: str, body: bytes) -> str:
    """SHA-256 of method, path and canonical body."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).hexdigest()


def find(account_id: int, operation: str, key: str) -> Known | None:
    row = db.session.execute(
        select(IdempotencyKey.fingerprint, IdempotencyKey.status, IdempotencyKey.answer).where(
            IdempotencyKey.account_id == account_id,
            IdempotencyKey.operation == operation,
            IdempotencyKey.key == key,
        )
    ).one_or_none()
    return Known(*row) if row else None


_NEW = insert(table_of(IdempotencyKey))


def remember(account_id: int, operation: str, key: str, *, fingerprint: str, status: int, answer: str) -> None:
    """Keep the answer, in the running transaction."""
    values = {"account_id": account_id, "operation": operation, "key": key, "fingerprint": fingerprint}
    db.session.execute(_NEW, values | {"status": status, "answer": answer, "created_at": clock.now()})


def forget_old(now: datetime) -> int:
    """Delete one batch of keys older than seven days; returns how many."""
    old = select(IdempotencyKey.account_id, IdempotencyKey.operation, IdempotencyKey.key)
    rows = db.session.execute(old.where(IdempotencyKey.created_at < now - KEPT).limit(BATCH)).all()
    for row in rows:
        db.session.execute(
            delete(IdempotencyKey).where(
                IdempotencyKey.account_id == row.account_id,
                IdempotencyKey.operation == row.operation,
                IdempotencyKey.key == row.key,
            )
        )
    return len(rows)


def forget_of(account_id: int) -> None:
    """Delete every answer that was kept for an account."""
    db.session.execute(delete(IdempotencyKey).where(IdempotencyKey.account_id == account_id))
