"""Faults on order: wrong answers, slowness, cut connections, lost or repeated pushes."""

import fnmatch
import math
import random
import threading
from dataclasses import asdict, dataclass, field
from typing import Any

from .chance import Chance

LONGEST_S = 120.0
# The 95th percentile of the normal distribution.
P95 = 1.6449


@dataclass(frozen=True)
class Spread:
    """Latency as it is met in life: half of the calls are quicker than the median, one in twenty slower than p95."""

    median_s: float
    p95_s: float

    def seconds(self, dice: random.Random) -> float:
        width = math.log(max(self.p95_s, self.median_s) / self.median_s) / P95
        return min(self.median_s * math.exp(dice.gauss(0, width)), LONGEST_S)


@dataclass
class Fault:
    """What goes wrong on the paths that match; `push:<event>` names pushes, `count` None means until cleared."""

    path: str
    match: str = ""
    errcode: int | str | None = None
    http: int | None = None
    latency_s: float = 0.0
    spread: Spread | None = None
    hang: str | None = None
    reset: str | None = None
    truncate: bool = False
    body: str | None = None
    lost: bool = False
    copies: int = 1
    probability: float = 1.0
    count: int | None = None
    seed: int | None = None
    dice: random.Random = field(default_factory=random.Random, repr=False, compare=False)

    def wait_s(self) -> float:
        """Return how long this call is delayed."""
        return self.latency_s + (self.spread.seconds(self.dice) if self.spread else 0.0)

    def shown(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "dice"}


class Faults:
    """The faults in force, first match wins."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._cleared = threading.Event()

    def add(self, fault: Fault) -> None:
        with self._lock:
            # Without a seed of its own a fault still takes its dice from the one of the run.
            fault.dice = random.Random(self._chance.word(8) if fault.seed is None else fault.seed)
            self._faults.append(fault)

    def pick(self, path: str, holds: str = "") -> Fault | None:
        """Return the fault that strikes a call to this path with this query and body, and count it."""
        with self._lock:
            for fault in self._faults:
                if strikes(fault, path, holds):
                    return self._struck(fault)
        return None

    def copies_of(self, event: str) -> int:
        """Return how often a push is to be delivered: none when it is lost."""
        fault = self.pick(f"push:{event}")
        if fault is None:
            return 1
        return 0 if fault.lost else fault.copies

    def exhausted(self, path: str, errcode: int) -> bool:
        """Say whether a fault answers this path with this number, without counting it."""
        with self._lock:
            return any(fault.errcode == errcode and fnmatch.fnmatchcase(path, fault.path) for fault in self._faults)

    def lift(self, errcode: int) -> None:
        """End the faults that answer with this number."""
        with self._lock:
            self._faults = [fault for fault in self._faults if fault.errcode != errcode]

    def _struck(self, fault: Fault) -> Fault:
        if fault.count is not None:
            fault.count -= 1
            if fault.count <= 0:
                self._faults.remove(fault)
        return fault

    def listed(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.shown() for fault in self._faults]

    def clear(self) -> None:
        """Lift all faults and let go of every call that hangs."""
        with self._lock:
            self._faults.clear()
            self._cleared.set()
            self._cleared = threading.Event()

    def hang(self, longest_s: float = LONGEST_S) -> None:
        """Wait until the faults are cleared."""
        self._cleared.wait(longest_s)


def strikes(fault: Fault, path: str, holds: str) -> bool:
    """Say whether a fault strikes; one for all paths leaves pushes alone."""
    if path.startswith("push:") and not fault.path.startswith("push:"):
        return False
    if not fnmatch.fnmatchcase(path, fault.path) or fault.match not in holds:
        return False
    return fault.dice.random() < fault.probability
