"""The sweep's work on the trails: sealing a batch, and keeping the newest head outside of the database."""

from pathlib import Path

from sqlalchemy.exc import IntegrityError

from app import clock, logs
from app.db import db, end_reading, transaction
from app.seals import chain, outside
from app.seals.chain import BATCH, Head
from app.seals.sealing import BrokenChain, seal_batch

_log = logs.logger("sweep")


def seal(folder: Path) -> int:
    """Seal one batch; returns how many rows were sealed when there may be more, else 0."""
    try:
        with transaction():
            end, count = seal_batch(clock.now())
    except BrokenChain as error:
        _log.error("seal_chain_broken", at=str(error))
        return 0
    except IntegrityError:
        _log.info("sealed_by_another")
        return 0
    if count:
        _log.info("trails_sealed", rows=count, no=end.no, head=end.head)
        _keep_outside(folder, end)
    return count if count == BATCH else 0


def _keep_outside(folder: Path, end: Head) -> None:
    """What was kept before stays where the chain no longer runs through it: it is what tells of the cut."""
    known = outside.known(folder)
    if known is not None and not chain.holds(db.session(), known):
        _log.error("seal_head_differs", known=known.no)
    elif known is None or known.no < end.no:
        outside.keep(folder, end)
    end_reading()
