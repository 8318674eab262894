"""What is read from the database and kept in the process: a change is seen everywhere within a minute."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from app import clock
from app.db import db, end_reading, in_transaction

KEPT_FOR = timedelta(seconds=60)
T = TypeVar("T")
_alone: ContextVar[bool] = ContextVar("alone", default=False)


@contextmanager
def alone() -> Iterator[None]:
    """Nobody else changes what is kept: a played month, whose clock leaps, need not read it anew at each leap."""
    token = _alone.set(True)
    try:
        yield
    finally:
        _alone.reset(token)


class Kept(Generic[T]):
    """The answer of `read`, asked again when it is a minute old or was forgotten."""

    def __init__(self, read: Callable[[], T]) -> None:
        self._read = read
        self._found: tuple[datetime, T] | None = None

    def __call__(self) -> T:
        found = self._found
        # A clock that was set back must not keep an answer for ever.
        if found is None or (abs(clock.now() - found[0]) >= KEPT_FOR and not _alone.get()):
            found = self._found = (clock.now(), self._asked())
        return found[1]

    def forget(self) -> None:
        """Read anew at the next use: after a change, and between tests."""
        self._found = None

    def _asked(self) -> T:
        """Ask and leave no reading open, or a caller could begin a transaction only while the answer was kept."""
        was_open = in_transaction() or db.session().in_transaction()
        answer = self._read()
        if not was_open:
            end_reading()
        return answer
