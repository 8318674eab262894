"""Sealing what was written since the last seal, a batch at a time, by whichever sweep comes first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, insert, select

from app.db import db
from app.seals import chain
from app.seals.chain import SEALS, TRAILS, Head


class BrokenChain(Exception):
    """The last seal does not follow from the one before: another SEAL_KEY, or a seal that was changed."""


def seal_batch(now: datetime, *, look_back: bool) -> tuple[Head, int]:
    """Seal one batch of rows; returns where the chain ends now and how many rows were sealed.

    With `look_back` rows come first that came into sight after others with higher numbers. Whoever seals again within
    the minute leaves that out: it costs a look at each row of the last hour. In the running transaction; raises
    BrokenChain rather than lengthen a chain that does not hold, and IntegrityError when another sweep was faster.
    """
    end = _end_that_holds()
    made: list[dict[str, Any]] = []
    for name in TRAILS:
        for row in _waiting(name, chain.BATCH - len(made), look_back):
            told: dict[str, Any] = {"no": end.no + 1, "row_id": row.id, "digest": row.digest, "at": now}
            end = Head(end.no + 1, chain.next_head(end.head, trail_name=name, **told))
            made.append({**told, "trail": name, "head": end.head})
    if made:
        db.session.execute(insert(SEALS), made)
    return end, len(made)


def _end_that_holds() -> Head:
    last = db.session.execute(select(SEALS).order_by(SEALS.c.no.desc()).limit(2)).all()
    if not last:
        return Head()
    if not chain.fits(last[0], last[1].head if len(last) > 1 else ""):
        raise BrokenChain(f"seal {last[0].no}")
    return Head(last[0].no, last[0].head)


def _waiting(name: str, most: int, look_back: bool) -> list[Row[Any]]:
    """What came late, then what is new."""
    rows = TRAILS[name]
    highest = db.session.scalar(select(func.max(SEALS.c.row_id)).where(SEALS.c.trail == name)) or 0
    found = list(_late(name, highest, most)) if look_back else []
    written = select(rows.c.id, rows.c.digest).where(rows.c.id > highest).order_by(rows.c.id)
    return [*found, *db.session.execute(written.limit(most - len(found)))]


def _late(name: str, highest: int, most: int) -> Sequence[Row[Any]]:
    rows, floor = TRAILS[name], chain.floor(db.session(), name)
    is_sealed = exists().where(SEALS.c.trail == name, SEALS.c.row_id == rows.c.id)
    between = select(rows.c.id, rows.c.digest).where(rows.c.id > floor, rows.c.id < highest, ~is_sealed)
    return db.session.execute(between.order_by(rows.c.id).limit(most)).all()
