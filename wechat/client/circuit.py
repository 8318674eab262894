"""A circuit breaker: after repeated failures answer at once instead of letting every thread wait."""

import threading
import time
from collections.abc import Callable

from .errors import CircuitOpen


class Circuit:
    """Opens after `threshold` failures in a row; then one try per `cool_s` seconds is let through."""

    def __init__(
        self, path: str, threshold: int = 5, cool_s: float = 30.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path = path
        self._threshold = threshold
        self._cool_s = cool_s
        self._clock = clock
        self._failures = 0
        self._shut_until = 0.0
        self._lock = threading.Lock()

    def admit(self) -> None:
        """Let a call pass or raise CircuitOpen."""
        with self._lock:
            if self._failures < self._threshold:
                return
            wait_s = self._shut_until - self._clock()
            if wait_s > 0:
                raise CircuitOpen(self._path, wait_s)
            self._shut_until = self._clock() + self._cool_s

    def note(self, succeeded: bool) -> None:
        """Count how an admitted call ended; a success closes the circuit."""
        with self._lock:
            self._failures = 0 if succeeded else self._failures + 1
            if self._failures >= self._threshold:
                self._shut_until = self._clock() + self._cool_s


class Circuits:
    """One circuit per path, so that a slow content check does not stop the messages."""

    def __init__(self) -> None:
        self._by_path: dict[str, Circuit] = {}
        self._lock = threading.Lock()

    def of(self, path: str) -> Circuit:
        with self._lock:
            if path not in self._by_path:
                self._by_path[path] = Circuit(path)
            return self._by_path[path]
