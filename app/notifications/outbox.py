"""What must be told: one row for each event, saved with the change that caused it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from app import clock, logs
from app.db import UTCDateTime, db, table_of
from app.notifications.backoff import pause
from app.notifications.messages import MESSAGES
from app.notifications.models import Outbox

LEASE = timedelta(seconds=30)
KEPT = timedelta(days=7)
BATCH = 500


@dataclass(frozen=True)
class Owed:
    """An outbox row that this process has leased."""

    id: int
    topic: str
    work_order_id: int | None
    facts: dict[str, Any]
    request_id: str
    created_at: datetime
    attempts: int


_OUTBOX = table_of(Outbox)
_OF = _OUTBOX.c
_COLUMNS = tuple(_OF[name] for name in Owed.__dataclass_fields__)
_NEW = insert(_OUTBOX)


def owe(topic: str, work_order_id: int | None, facts: Mapping[str, Any]) -> None:
    """Owe an event to the people it concerns, in the running transaction. `facts` hold nothing personal."""
    if topic not in MESSAGES:
        raise ValueError(f"no message is written for the event {topic}")
    now = clock.now()
    db.session.execute(
        _NEW,
        {
            "topic": topic,
            "work_order_id": work_order_id,
            "facts": dict(facts),
            "request_id": logs.request_id.get()[:36],
            "created_at": now,
            "due_at": now,
            "lease_until": now,
            "attempts": 0,
        },
    )


def is_anything_due(now: datetime) -> bool:
    """A look that takes no lock, so that an idle relay never holds up a writer."""
    return db.session.scalar(_any_due(), {"now": now}) is not None


def lease_due(owner: str, now: datetime, limit: int) -> list[Owed]:
    """Take up to `limit` due rows for 30 seconds, oldest first, in the running transaction."""
    asked = {"now": now, "limit": limit, "owner": owner, "until": now + LEASE}
    rows = db.session.execute(_leasing(), asked)
    return sorted((Owed(*row) for row in rows), key=lambda owed: owed.id)


_NOW, _UNTIL = bindparam("now", type_=UTCDateTime), bindparam("until", type_=UTCDateTime)

# Built once each: an idle relay asks twice in a second, and building takes longer than asking.


@cache
def _any_due() -> Any:
    return _due().limit(1)


@cache
def _leasing() -> Any:
    due = _due().order_by(_OF.due_at, _OF.id).limit(bindparam("limit")).with_for_update(skip_locked=True)
    # As a plain subquery PostgreSQL may run it once for each row, and then takes more than the limit.
    chosen = due.cte("chosen")
    mine = update(_OUTBOX).where(_OF.id.in_(select(chosen.c.id)))
    return mine.values(lease_owner=bindparam("owner"), lease_until=_UNTIL).returning(*_COLUMNS)


def _due() -> Any:
    """Rows that are due and free; an order's events come one after the other, unless one keeps failing."""
    earlier = _OUTBOX.alias().c
    waits = (
        select(earlier.id)
        .where(
            earlier.work_order_id == _OF.work_order_id,
            earlier.id < _OF.id,
            earlier.done_at.is_(None),
            or_(earlier.attempts == 0, earlier.lease_until > _NOW),
        )
        .exists()
    )
    return select(_OF.id).where(_OF.done_at.is_(None), _OF.due_at <= _NOW, _OF.lease_until <= _NOW, ~waits)


def done(row_ids: Collection[int], owner: str, now: datetime) -> set[int]:
    """Mark rows as told; returns those that were still this owner's: of the others nothing may be written."""
    told = {"rows": list(row_ids), "owner": owner, "now": now}
    return set(db.session.scalars(_DONE, told))


_MINE = update(_OUTBOX).where(
    _OF.id.in_(bindparam("rows", expanding=True)), _OF.lease_owner == bindparam("owner"), _OF.done_at.is_(None)
)
_DONE = _MINE.values(done_at=_NOW, lease_owner=None).returning(_OF.id)


def later(owed: Owed, owner: str, now: datetime) -> bool:
    """Give a row back for another try after a while."""
    tries = owed.attempts + 1
    return _change(owed.id, owner, attempts=tries, due_at=now + pause(tries), lease_owner=None, lease_until=now)


def give_back(owner: str, now: datetime) -> None:
    """Free every row this process has leased, so that others need not wait for the leases to end."""
    mine = update(_OUTBOX).where(_OF.lease_owner == owner, _OF.done_at.is_(None))
    db.session.execute(mine.values(lease_owner=None, lease_until=now))


def _change(row_id: int, owner: str, **values: Any) -> bool:
    mine = _MINE.values(**values)
    asked = {"rows": [row_id], "owner": owner}
    result = db.session.execute(mine, asked)
    return result.rowcount == 1  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Lag:
    """How many events are not told yet, and since how many seconds the oldest waits."""

    count: int
    oldest_s: float


def lag(now: datetime) -> Lag:
    """What the relay still has before it."""
    row = db.session.execute(select(func.count(), func.min(_OF.created_at)).where(_OF.done_at.is_(None))).one()
    return Lag(row[0], (now - row[1]).total_seconds() if row[1] else 0.0)


def forget_old(now: datetime) -> int:
    """Delete one batch of rows told more than seven days ago; returns how many."""
    old = select(_OF.id).where(_OF.done_at < now - KEPT).limit(BATCH)
    result = db.session.execute(delete(_OUTBOX).where(_OF.id.in_(old)))
    return result.rowcount  # type: ignore[attr-defined]
