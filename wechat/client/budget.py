"""How long a caller can wait, and the one repeat that a busy WeChat may get within that time."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from .errors import Busy

T = TypeVar("T")

PAUSE_S = 0.4


@dataclass(frozen=True)
class Budget:
    """A moment of the monotonic clock after which nothing may still be waited for."""

    ends: float

    @classmethod
    def of(cls, seconds: float) -> "Budget":
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        return self.ends - time.monotonic()


def patiently(call: Callable[[], T], budget: Budget, pause_s: float | None = None) -> T:
    """Make a call that may be repeated, and once more after a pause when WeChat is busy and the budget allows it."""
    wait_s = (PAUSE_S if pause_s is None else pause_s) * random.uniform(1.0, 1.5)
    try:
        return call()
    except Busy:
        if budget.left() <= wait_s:
            raise
    time.sleep(wait_s)
    return call()
