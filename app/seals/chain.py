"""The chain itself: how a head follows from the one before, and below which row a trail takes no more."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from app import secrets, trail
from app.db import table_of
from app.parameters import Parameter
from app.seals.models import Seal
from app.work_orders.timeline import Event

BATCH = 500
LATE_MINUTES = 60
TRAILS = {"event": table_of(Event), "audit": table_of(trail.AuditRow)}
SEALS = table_of(Seal)

# What reads here reads the live database through its session, or a restored copy through a connection.
Source = Session | Connection


@dataclass(frozen=True)
class Head:
    """The end of a chain: the number of its last seal and what covers all of it. An empty chain ends at 0."""

    no: int = 0
    head: str = ""


def next_head(previous: str, *, no: int, trail_name: str, row_id: int, digest: str, at: datetime) -> str:
    """What covers this seal and all before it."""
    told = {"previous": previous, "no": no, "trail": trail_name, "row": row_id, "digest": digest, "at": at}
    return secrets.seal(f"seal\0{trail.digest(told)}".encode())


def fits(seal: Any, previous: str) -> bool:
    """Whether a seal follows upon this head."""
    made = next_head(previous, no=seal.no, trail_name=seal.trail, row_id=seal.row_id, digest=seal.digest, at=seal.at)
    return secrets.same(made, seal.head)


def end_of(source: Source) -> Head:
    """Where the chain ends now."""
    row = source.execute(select(SEALS.c.no, SEALS.c.head).order_by(SEALS.c.no.desc()).limit(1)).one_or_none()
    return Head(*row) if row else Head()


def holds(source: Source, known: Head) -> bool:
    """Whether the chain still runs through a head that was known before."""
    found = source.execute(select(SEALS.c.head).where(SEALS.c.no == known.no)).scalar()
    return known.no == 0 or found == known.head


def late(source: Source) -> timedelta:
    """How long after its neighbours a row may still be committed and be taken for honest."""
    stated = source.execute(select(Parameter.value).where(Parameter.name == "seal_late_minutes")).scalar()
    return timedelta(minutes=int(stated or LATE_MINUTES))


def floor(source: Source, name: str) -> int:
    """The row of this trail up to which the chain is closed.

    Numbers are given when a row is written and rows are seen when their transaction commits, so a row may come into
    sight after others with higher numbers. It is sealed all the same, as long as those were not sealed long before
    the newest seal. What turns up later than that was put in from outside.
    """
    of_trail = select(SEALS.c.at).where(SEALS.c.trail == name)
    newest = source.execute(of_trail.order_by(SEALS.c.no.desc()).limit(1)).scalar()
    if newest is None:
        return 0
    old = select(SEALS.c.row_id).where(SEALS.c.trail == name, SEALS.c.at < newest - late(source))
    last = old.order_by(SEALS.c.no.desc()).limit(BATCH).subquery()
    return source.execute(select(func.max(last.c.row_id))).scalar() or 0
