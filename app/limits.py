"""Rate limits where abuse pays, counted in a small file of their own so that the city's data never waits for them."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.errors import Invalid, TooMany

_local = threading.local()
_path: Path | None = None


@dataclass(frozen=True)
class Limit:
    """At most `most` in any `window_s` seconds."""

    most: int
    window_s: int
    sentence: str


SIGN_IN = (Limit(60, 60, "登录太频繁了，请一分钟后再试。"),)
SUBMIT = (
    Limit(5, 600, "您提交得太快了，请过几分钟再提交；如有生命危险请直接拨打110、119或120。"),
    Limit(20, 86400, "今天提交的诉求已达上限，请明天再提交，或到社区当面反映。"),
)
PHOTOS = (Limit(60, 600, "照片上传太频繁了，请过几分钟再试。"),)
SCREENING = (
    Limit(30, 60, "查询太频繁了，请稍后再试；如有生命危险请直接拨打110、119或120。"),
    Limit(300, 3600, "查询太频繁了，请稍后再试；如有生命危险请直接拨打110、119或120。"),
)
CONSOLE_SIGN_IN = (Limit(20, 60, "登录太频繁了，请一分钟后再试。"),)


def install(path: Path | None) -> None:
    """Count in this file; None switches counting off."""
    global _path
    _path = path
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)


def _file() -> sqlite3.Connection:
    if getattr(_local, "path", None) != _path:
        connection = sqlite3.connect(str(_path), timeout=1, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("CREATE TABLE IF NOT EXISTS hit (what TEXT, who TEXT, at REAL)")
        connection.execute("CREATE INDEX IF NOT EXISTS hit_who ON hit (what, who, at)")
        _local.connection, _local.path = connection, _path
    return _local.connection


def count(what: str, who: str, limits: tuple[Limit, ...]) -> int | None:
    """Count one attempt; over a limit, refuse with the time to wait. A counter that is away lets people through.

    Returns the number of the hit, None when it was not counted.
    """
    if _path is None:
        return None
    try:
        file = _file()
        with _alone(file):
            return _hit(file, what, who, limits, time.time())
    except sqlite3.Error:
        return None


@contextmanager
def _alone(file: sqlite3.Connection) -> Iterator[None]:
    """Nobody else counts meanwhile, so that many requests at once cannot slip through together."""
    file.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        file.execute("COMMIT")


def _hit(file: sqlite3.Connection, what: str, who: str, limits: tuple[Limit, ...], now: float) -> int | None:
    for limit in limits:
        hits, first = file.execute(
            "SELECT count(*), min(at) FROM hit WHERE what = ? AND who = ? AND at > ?", (what, who, now - limit.window_s)
        ).fetchone()
        if hits >= limit.most:
            raise TooMany(limit.sentence, retry_after=max(1, round(first + limit.window_s - now)))
    return file.execute("INSERT INTO hit VALUES (?, ?, ?)", (what, who, now)).lastrowid


@contextmanager
def counted(what: str, who: str, limits: tuple[Limit, ...]) -> Iterator[None]:
    """Count what is done inside, unless it fails through no fault of the person: a repeat must stay possible."""
    hit = count(what, who, limits)
    try:
        yield
    except Exception as error:
        if not isinstance(error, Invalid):
            _take_back(hit)
        raise


def _take_back(hit: int | None) -> None:
    if hit is None:
        return
    try:
        _file().execute("DELETE FROM hit WHERE rowid = ?", (hit,))
    except sqlite3.Error:
        return


def forget_old() -> None:
    """Drop counts older than a day."""
    if _path is not None:
        _file().execute("DELETE FROM hit WHERE at < ?", (time.time() - 86400,))
