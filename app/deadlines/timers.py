"""Timers: everything that falls due with time. Each fires once; the sweep takes them in batches."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, insert, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model, UTCDateTime, db, table_of

BATCH = 200


class Timer(Model):
    """One moment at which something must be looked at. Whether it still matters is decided when it fires."""

    __tablename__ = "timer"
    __table_args__ = (
        Index(
            "ix_timer_due",
            "due_at",
            "id",
            postgresql_where=text("fired_at IS NULL"),
            sqlite_where=text("fired_at IS NULL"),
        ),
        Index(None, "work_order_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    kind: Mapped[str] = mapped_column(String(24))
    round: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    fired_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


_NEW = insert(table_of(Timer))


def start(work_order_id: int, round: int, moments: Mapping[str, datetime] | Iterable[tuple[str, datetime]]) -> None:
    """Set timers by kind, in one statement for all of them."""
    rows = [
        {"work_order_id": work_order_id, "kind": kind, "round": round, "due_at": due_at}
        for kind, due_at in dict(moments).items()
    ]
    if rows:
        db.session.execute(_NEW, rows)


def due(now: datetime, limit: int = BATCH, without: Collection[int] = ()) -> list[int]:
    """Ids of timers that fell due and have not fired, the oldest first, `without` those that are left for later."""
    waiting = select(Timer.id).where(Timer.fired_at.is_(None), Timer.due_at <= now, Timer.id.not_in(without))
    return list(db.session.scalars(waiting.order_by(Timer.due_at, Timer.id).limit(limit)))


def fire(timer_id: int, now: datetime) -> Timer | None:
    """Mark a timer as fired in the running transaction; None when another sweep was first."""
    won = db.session.execute(
        update(Timer)
        .where(Timer.id == timer_id, Timer.fired_at.is_(None), Timer.due_at <= now)
        .values(fired_at=now)
        .returning(Timer.work_order_id, Timer.kind, Timer.round, Timer.due_at)
    ).one_or_none()
    if won is None:
        return None
    return Timer(id=timer_id, work_order_id=won[0], kind=won[1], round=won[2], due_at=won[3], fired_at=now)


def again(work_order_id: int, round: int, kinds: Iterable[str], since: datetime) -> None:
    """Set timers of these kinds anew that fired since that moment, when nothing could come of them."""
    of_order = (Timer.work_order_id == work_order_id, Timer.round == round, Timer.kind.in_(tuple(kinds)))
    fired = db.session.execute(select(Timer.kind, Timer.due_at).where(*of_order, Timer.fired_at > since))
    start(work_order_id, round, {row.kind: row.due_at for row in fired})


def end(work_order_id: int, kinds: Iterable[str], now: datetime) -> list[str]:
    """Let timers of these kinds lapse without firing; returns the kinds of which there was one, in order."""
    ended = db.session.execute(
        update(Timer)
        .where(Timer.work_order_id == work_order_id, Timer.fired_at.is_(None), Timer.kind.in_(tuple(kinds)))
        .values(fired_at=now)
        .returning(Timer.kind),
        execution_options={"synchronize_session": False},
    )
    return sorted(set(ended.scalars()))
