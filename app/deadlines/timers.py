"""Timers: everything that falls due with time. Each fires once; the sweep takes them in batches."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, bindparam, insert, select, text, update
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
    won = db.session.execute(_FIRE, {"timer": timer_id, "now": now}).one_or_none()
    if won is None:
        return None
    return Timer(id=timer_id, work_order_id=won[0], kind=won[1], round=won[2], due_at=won[3], fired_at=now)


_NOW = bindparam("now", type_=UTCDateTime)
# Of the plain table: no row of a timer is kept in the session.
_OF = table_of(Timer).c
_FIRE = (
    update(table_of(Timer))
    .where(_OF.id == bindparam("timer"), _OF.fired_at.is_(None), _OF.due_at <= _NOW)
    .values(fired_at=_NOW)
    .returning(_OF.work_order_id, _OF.kind, _OF.round, _OF.due_at)
)


def hold(*work_order_ids: int) -> None:
    """Take hold of all that may still fire of these orders, before the orders themselves, as the sweep does.

    So of the two neither waits for what the other one has.
    """
    waiting = select(_OF.id).where(_OF.work_order_id.in_(work_order_ids), _OF.fired_at.is_(None))
    db.session.execute(waiting.order_by(_OF.id).with_for_update())


def again(work_order_id: int, round: int, kinds: Iterable[str], since: datetime) -> None:
    """Set the newest timers of these kinds anew that fired since that moment, when nothing could come of them."""
    of_order = (Timer.work_order_id == work_order_id, Timer.round == round, Timer.kind.in_(tuple(kinds)))
    fired = select(Timer.kind, Timer.due_at).where(*of_order, Timer.fired_at > since).order_by(Timer.id)
    start(work_order_id, round, {row.kind: row.due_at for row in db.session.execute(fired)})


def end(work_order_id: int, kinds: Iterable[str], now: datetime) -> list[str]:
    """Let timers of these kinds lapse without firing; returns the kinds of which there was one, in order."""
    ended = db.session.scalars(_END, {"order": work_order_id, "kinds": list(kinds), "now": now})
    return sorted(set(ended))


_END = (
    update(table_of(Timer))
    .where(
        _OF.work_order_id == bindparam("order"),
        _OF.fired_at.is_(None),
        _OF.kind.in_(bindparam("kinds", expanding=True)),
    )
    .values(fired_at=_NOW)
    .returning(_OF.kind)
)
