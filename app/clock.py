"""The source of time. Everything that needs to know the time asks here."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
_played: ContextVar[datetime | None] = ContextVar("played", default=None)


def now() -> datetime:
    """This moment, aware, in UTC, to the microsecond."""
    return _played.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let it be this moment inside the block, for playing a past: the demo's weeks, a simulated month."""
    token = _played.set(moment)
    try:
        yield
    finally:
        _played.reset(token)


def local(moment: datetime) -> datetime:
    """The same moment as people in the city read it."""
    return moment.astimezone(LOCAL)


def today() -> date:
    """The date in the city."""
    return local(now()).date()


def iso(moment: datetime | None) -> str | None:
    """A moment as the edges show it: `2026-03-10T16:00:00+08:00`, whole seconds."""
    return None if moment is None else local(moment).replace(microsecond=0).isoformat()


def from_timestamp(seconds: float) -> datetime:
    """The moment of a Unix time, aware, in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def spoken(moment: datetime) -> str:
    """A moment in words for people: `3月10日（周二）16:00`."""
    there = local(moment)
    return f"{there.month}月{there.day}日（周{'一二三四五六日'[there.weekday()]}）{there:%H:%M}"
