"""The timeline: what happened to an order, line by line, each sealed by a digest."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock, secrets, trail
from app.db import Encrypted, Model, UTCDateTime, db
from app.people.actor import Actor, System
from app.work_orders.workflow import Action, Status

if TYPE_CHECKING:
    from app.work_orders.models import WorkOrder

LASTING = (
    "public_id", "at", "action", "actor_id", "from_status", "to_status", "round", "visible", "facts", "commitment",
)  # fmt: skip
"""The columns that a line's digest covers, together with the number of its order."""


class Event(Model):
    """One line of the timeline. Never changed once written; the digest covers every lasting column."""

    __tablename__ = "event"
    __table_args__ = (Index(None, "work_order_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    # By this value new lines are told apart, so that SQLite too can write several in one statement.
    public_id: Mapped[str] = mapped_column(String(22), unique=True, insert_sentinel=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    action: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    from_status: Mapped[str | None] = mapped_column(String(20))
    to_status: Mapped[str] = mapped_column(String(20))
    round: Mapped[int]
    visible: Mapped[str] = mapped_column(String(10))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    commitment: Mapped[str | None] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))

    work_order: Mapped["WorkOrder"] = relationship(lazy="raise")


class EventText(Model):
    """The free text of a timeline line, apart, so that it alone can be erased."""

    __tablename__ = "event_text"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    salt: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Encrypted)

    event: Mapped[Event] = relationship(lazy="raise")


def record(
    order: "WorkOrder",
    action: Action,
    by: Actor | System,
    before: Status | None,
    *,
    words: str,
    visible: str,
    facts: dict[str, Any],
) -> Event:
    """Append a line about an order whose new status is already set; called by `take()` alone."""
    salt = secrets.salt()
    lasting = {
        "public_id": secrets.public_id(),
        "at": clock.now(),
        "action": str(action),
        "actor_id": by.account_id,
        "from_status": before and str(before),
        "to_status": str(order.status),
        "round": order.round,
        "visible": visible,
        "facts": facts,
        "commitment": trail.commitment(salt, words) if words else None,
    }
    event = Event(**lasting, work_order=order, digest=trail.digest({"number": order.number, **lasting}))
    db.session.add(event)
    if words:
        db.session.add(EventText(event=event, salt=salt, text=words))
    return event


def words_of(event_id: int) -> str:
    """The free text of one line; empty where it has none, or has none any more."""
    return db.session.scalar(select(EventText.text).where(EventText.event_id == event_id)) or ""
