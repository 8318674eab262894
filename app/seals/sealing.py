"""Sealing what was written since the last seal, a batch at a time, by whichever sweep comes first."""

from datetime import datetime
from typing import Any

from sqlalchemy import exists, insert, select

from app.db import db
from app.seals import chain
from app.seals.chain import BATCH, SEALS, TRAILS, Head


class BrokenChain(Exception):
    """The last seal does not follow from the one before: another SEAL_KEY, or a seal that was changed."""


def seal_batch(now: datetime) -> tuple[Head, int]:
    """Seal one batch of rows, in the running transaction; returns where the chain ends now and how many were sealed.

    Raises BrokenChain rather than lengthen a chain that does not hold, and IntegrityError when another sweep sealed
    at the same moment.
    """
    end = _end_that_holds()
    made: list[dict[str, Any]] = []
    for name in TRAILS:
        for row_id, digest in _unsealed(name, BATCH - len(made)):
            told: dict[str, Any] = {"no": end.no + 1, "row_id": row_id, "digest": digest, "at": now}
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


def _unsealed(name: str, most: int) -> list[tuple[int, str]]:
    rows = TRAILS[name]
    is_sealed = exists().where(SEALS.c.trail == name, SEALS.c.row_id == rows.c.id)
    floor = chain.floor(db.session(), name)
    waiting = select(rows.c.id, rows.c.digest).where(rows.c.id > floor, ~is_sealed).order_by(rows.c.id).limit(most)
    return [(row.id, row.digest) for row in db.session.execute(waiting)]
