"""The emulator's own time, which can be moved forward."""

import time
from datetime import datetime, timedelta, timezone

from .state import State

SHANGHAI = timezone(timedelta(hours=8))


class Clock:
    """Real time plus an offset that survives a restart."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def offset_s(self) -> float:
        return float(self._state.kept("clock_offset", "0"))

    def now(self) -> float:
        """Return Unix seconds."""
        return time.time() + self.offset_s

    def advance(self, seconds: float) -> None:
        """Move the time forward for good."""
        self._state.keep("clock_offset", str(self.offset_s + seconds))


def written(moment: float) -> str:
    """Write Unix seconds as ISO time of Shanghai."""
    return datetime.fromtimestamp(moment, SHANGHAI).isoformat(timespec="seconds")
