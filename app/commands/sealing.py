"""The sweep's work on the trails: sealing a batch, and keeping the newest head outside of the database."""

import time
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from app import clock, logs
from app.db import db, end_reading, transaction
from app.seals import chain, outside, sealing
from app.seals.chain import Head

LOOK_BACK_EVERY_S = 50.0

_log = logs.logger("sweep")


class Sealer:
    """Seals a batch a call. `folder` is where the newest head is kept outside of the database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._looked_back_at = -LOOK_BACK_EVERY_S

    def seal(self) -> int:
        """How many rows were sealed when there may be more, else 0."""
        now = time.monotonic()
        look_back = now - self._looked_back_at >= LOOK_BACK_EVERY_S
        try:
            with transaction():
                end, count = sealing.seal_batch(clock.now(), look_back=look_back)
        except sealing.BrokenChain as error:
            _log.error("seal_chain_broken", at=str(error))
            return 0
        except IntegrityError:
            _log.info("sealed_by_another")
            return 0
        self._looked_back_at = now if look_back else self._looked_back_at
        if count:
            _log.info("trails_sealed", rows=count, no=end.no, head=end.head)
            _keep_outside(self._folder, end)
        return count if count == chain.BATCH else 0


def _keep_outside(folder: Path, end: Head) -> None:
    """What was kept before stays where the chain no longer runs through it: it is what tells of the cut."""
    known = outside.known(folder)
    if known is not None and not chain.holds(db.session(), known):
        _log.error("seal_head_differs", known=known.no)
    elif known is None or known.no < end.no:
        outside.keep(folder, end)
    end_reading()
