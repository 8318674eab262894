"""Two trails written with what they tell: the timeline of orders and the audit of everything else.

Each row keeps a digest. Names and free text lie in a side row with a random salt; the main row keeps only a
commitment to them, so that a lawful erasure removes text and salt while the digest stays true.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import JSON, ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock, secrets
from app.db import Encrypted, Model, UTCDateTime, db

LASTING = ("at", "actor_id", "action", "subject", "facts", "commitment")
"""The columns of an audit row that its digest covers."""

ERASED = "texts.erased"
"""The action under which an erasure of texts of either trail is written down, with how many in `facts["texts"]`."""


def commitment(salt: str, text: str) -> str:
    """A hash that proves the text without telling it."""
    return hashlib.sha256(f"{salt}\0{text}".encode()).hexdigest()


def digest(row: dict[str, Any]) -> str:
    """SHA-256 over the row's lasting columns in canonical JSON (times in microseconds of UTC)."""
    plain = {key: _stable(value) for key, value in row.items()}
    return hashlib.sha256(orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _stable(value: Any) -> Any:
    return round(value.timestamp() * 1_000_000) if isinstance(value, datetime) else value


class AuditRow(Model):
    """Who did what outside the life of an order: sign-ins, links, imports, reveals, settings."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    actor_id: Mapped[int | None] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(80), index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    commitment: Mapped[str | None] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class AuditText(Model):
    """The personal part of an audit row; erased alone."""

    __tablename__ = "audit_text"

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Encrypted)


def audit(action: str, subject: str, *, actor_id: int | None = None, text: str = "", **facts: Any) -> None:
    """Write an audit row in the running transaction. `facts` hold nothing personal; `text` may."""
    salt = secrets.salt()
    values = {
        "at": clock.now(),
        "actor_id": actor_id,
        "action": action,
        "subject": subject,
        "facts": facts,
        "commitment": commitment(salt, text) if text else None,
    }
    row = AuditRow(**values, digest=digest(values))
    db.session.add(row)
    if text:
        db.session.flush([row])
        db.session.add(AuditText(audit_id=row.id, salt=salt, text=text))


def erase_texts(subjects: Iterable[str]) -> int:
    """Erase the personal part of what was written about these subjects; returns how many. The rows stay true.

    Whoever calls this writes it down under ERASED: a text that is gone without that is a broken trail.
    """
    about = select(AuditRow.id).where(AuditRow.subject.in_(list(subjects)))
    erasing = delete(AuditText).where(AuditText.audit_id.in_(about))
    result = db.session.execute(erasing, execution_options={"synchronize_session": False})
    return result.rowcount  # type: ignore[attr-defined]
