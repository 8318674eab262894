"""Work beside the calls: a thread that takes one step after the other and sleeps between them."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("wechat.emulator")

LONGEST_SLEEP_S = 60.0
AFTER_FAILURE_S = 1.0


class Background:
    """Repeats a step that returns after how many seconds the next makes sense, or None for nothing in sight."""

    def __init__(self, name: str, step: Callable[[], float | None]) -> None:
        self._step = step
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Let it look again now: something was added, or the time was moved."""
        self._wake.set()

    def stop(self, longest_s: float = 1.0) -> None:
        """End after the step that is running; one that takes longer is left behind."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(longest_s)

    def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            self._wake.wait(self._wait_s())

    def _wait_s(self) -> float:
        try:
            wait = self._step()
        except Exception as problem:
            # The text of an error may hold an address or an openid; its kind does not.
            log.warning("background step failed: %s", type(problem).__name__)
            return AFTER_FAILURE_S
        return LONGEST_SLEEP_S if wait is None else min(wait, LONGEST_SLEEP_S)
