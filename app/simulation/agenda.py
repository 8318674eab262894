"""What is going to happen, in the order of time; of two things at one moment the one that was planned first."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count


@dataclass(order=True, frozen=True)
class Entry:
    """Something that will be done at a moment."""

    at: datetime
    turn: int
    do: Callable[[], None] = field(compare=False)


class Agenda:
    """A heap of entries."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._turns = count()

    def put(self, at: datetime, do: Callable[[], None]) -> None:
        """Plan something."""
        heapq.heappush(self._entries, Entry(at, next(self._turns), do))

    def next(self, before: datetime) -> Entry | None:
        """Take out what comes first, if that is before this moment."""
        if not self._entries or self._entries[0].at >= before:
            return None
        return heapq.heappop(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
