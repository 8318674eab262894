"""How many calls WeChat takes per second, minute, day or in all; the figures it does not publish are assumed."""

import sqlite3
import threading
import time
from dataclasses import dataclass

from .answers import Refuse

SHANGHAI_OFFSET_S = 8 * 3600
EVER = "ever"


@dataclass(frozen=True)
class Limit:
    """Most calls by period with the number that refuses more; `together` is the counter shared with other paths."""

    day: int
    minute: int = 0
    minute_errcode: int = 45011
    second: int = 0
    day_errcode: int = 45009
    together: str = ""


LINKS = Limit(500_000, second=100, day_errcode=44993, together="links")

LIMITS = {
    "/cgi-bin/stable_token": Limit(500_000, minute=10_000),
    "/cgi-bin/token": Limit(2000),
    "/sns/jscode2session": Limit(10_000_000),
    "/wxa/checksession": Limit(10_000_000),
    "/wxa/resetusersessionkey": Limit(10_000_000, minute=60_000),
    "/wxa/business/getuserphonenumber": Limit(1_000_000),
    "/wxaapi/newtmpl/gettemplate": Limit(100_000),
    "/cgi-bin/message/subscribe/send": Limit(10_000_000),
    "/wxa/msg_sec_check": Limit(2_000_000, minute=4000, minute_errcode=44991),
    "/wxa/media_check_async": Limit(200_000, minute=2000, minute_errcode=44991),
    "/wxa/getwxacode": Limit(10_000_000),
    "/cgi-bin/wxaapp/createwxaqrcode": Limit(10_000_000),
    "/wxa/getwxacodeunlimit": Limit(10_000_000, minute=5000),
    "/wxa/generate_urllink": LINKS,
    "/wxa/generatescheme": LINKS,
    "/wxa/query_urllink": Limit(1_000_000),
    "/wxa/queryscheme": Limit(1_000_000),
    "/cgi-bin/openapi/quota/get": Limit(1_000_000),
    "/cgi-bin/openapi/rid/get": Limit(1_000_000),
}


class MinuteCounters:
    """Counters of the running second or minute; they need not survive a restart."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, int], tuple[int, int]] = {}
        self._lock = threading.Lock()

    def count(self, what: str, now: float, most: int, errcode: int, period_s: int = 60) -> None:
        """Count one call and refuse it when the period's limit is used up."""
        with self._lock:
            used = self._used(what, now, period_s)
            if used >= most:
                raise Refuse(errcode)
            self._counts[what, period_s] = (int(now // period_s), used + 1)

    def put(self, what: str, now: float, used: int, period_s: int = 60) -> None:
        """Set the counter of the running period."""
        with self._lock:
            self._counts[what, period_s] = (int(now // period_s), used)

    def clear(self) -> None:
        with self._lock:
            self._counts.clear()

    def _used(self, what: str, now: float, period_s: int) -> int:
        period, used = self._counts.get((what, period_s), (0, 0))
        return used if period == int(now // period_s) else 0


def day_of(now: float) -> str:
    """Return the day in Shanghai, when WeChat's daily counters begin anew."""
    return time.strftime("%Y-%m-%d", time.gmtime(now + SHANGHAI_OFFSET_S))


def used(database: sqlite3.Connection, appid: str, name: str, period: str) -> int:
    """Return how often something was counted in a period."""
    row = database.execute(
        "SELECT used FROM counters WHERE appid = ? AND name = ? AND period = ?", (appid, name, period)
    ).fetchone()
    return int(row["used"]) if row else 0


def put(database: sqlite3.Connection, appid: str, name: str, period: str, number: int) -> None:
    """Set a counter."""
    database.execute("INSERT OR REPLACE INTO counters VALUES (?, ?, ?, ?)", (appid, name, period, number))


def count(database: sqlite3.Connection, appid: str, name: str, period: str, most: int, errcode: int) -> int:
    """Count once and return the new number, or refuse when the most is reached."""
    number = used(database, appid, name, period) + 1
    if number > most:
        raise Refuse(errcode)
    put(database, appid, name, period, number)
    return number


def count_call(database: sqlite3.Connection, minutes: MinuteCounters, appid: str, path: str, now: float) -> None:
    """Count a call to one of WeChat's paths, or refuse it by second, minute or day."""
    limit = LIMITS.get(path)
    if limit is None:
        return
    name = limit.together or path
    if limit.second:
        minutes.count(f"{appid}{name}", now, limit.second, 44990, period_s=1)
    if limit.minute:
        minutes.count(f"{appid}{name}", now, limit.minute, limit.minute_errcode)
    count(database, appid, name, day_of(now), limit.day, limit.day_errcode)
