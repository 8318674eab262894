"""What QR codes and links lead to: a page of the mini-program with a query, open for a while or for good."""

import sqlite3
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from . import limits
from .clock import written
from .emulator import Emulator

KIND_NAMES = {
    "unlimited": "小程序码（不限量）",
    "limited": "小程序码（总量有限）",
    "square": "二维码（总量有限）",
    "url_link": "URL Link",
    "scheme": "URL Scheme",
}
URL_LINK, SCHEME = "https://wxaurl.cn/", "weixin://dl/business/?t="
VISITS_A_DAY = 3_000_000


class NotOpened(Exception):
    """Why a code or link leads nowhere, as a sentence."""


def add(
    database: sqlite3.Connection,
    emulator: Emulator,
    appid: str,
    kind: str,
    page: tuple[str, str],
    env_version: str,
    expires_at: float | None = None,
) -> str:
    """Make a ticket for a page (path, query) and return it."""
    ticket = emulator.chance.word(12)
    database.execute(
        "INSERT INTO tickets VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
        (ticket, kind, appid, *page, env_version, emulator.clock.now(), expires_at),
    )
    return ticket


def address(emulator: Emulator, ticket: str) -> str:
    """Return where a ticket opens on this machine."""
    return f"http://127.0.0.1:{emulator.settings.port}/_emu/open/{ticket}"


def written_as(row: sqlite3.Row) -> str:
    """Return the link as WeChat gives it; a code has none."""
    return {"url_link": URL_LINK, "scheme": SCHEME}[row["kind"]] + row["ticket"] if is_link(row) else ""


def is_link(row: sqlite3.Row) -> bool:
    return row["kind"] in ("url_link", "scheme")


def read(link: str) -> tuple[str, str]:
    """Return the ticket in a link of WeChat's or of this machine, or in a bare ticket, and what `?cq=` adds."""
    if link.startswith(SCHEME):
        return link.removeprefix(SCHEME), ""
    parts = urlsplit(link)
    return parts.path.rpartition("/")[2], parse_qs(parts.query).get("cq", [""])[0]


def find(database: sqlite3.Connection, ticket: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = database.execute("SELECT * FROM tickets WHERE ticket = ?", (ticket,)).fetchone()
    return row


def required(database: sqlite3.Connection, emulator: Emulator, ticket: str) -> sqlite3.Row:
    """Return a ticket that can be opened now, or NotOpened."""
    row, now = find(database, ticket), emulator.clock.now()
    if row is None:
        raise NotOpened("没有这个二维码或链接。它可能在模拟器重置前生成，请重新生成一个。")
    if row["expires_at"] is not None and row["expires_at"] <= now:
        raise NotOpened(f"这个链接已在 {written(row['expires_at'])} 过期，请让对方重新发送。")
    if is_link(row) and visits(database, row["appid"], now) >= VISITS_A_DAY:
        raise NotOpened("今天打开链接的次数已用完，请明天再试。")
    return row


def opened(database: sqlite3.Connection, emulator: Emulator, link: str) -> str:
    """Count an opening and return the page with its query, or NotOpened."""
    ticket, more = read(link)
    row, now = required(database, emulator, ticket), emulator.clock.now()
    database.execute("UPDATE tickets SET opened = opened + 1 WHERE ticket = ?", (ticket,))
    if is_link(row):
        limits.put(database, row["appid"], "visits", limits.day_of(now), visits(database, row["appid"], now) + 1)
    query = "&".join(filter(None, (query_of(row), more)))
    return f"{row['path']}?{query}" if query else str(row["path"])


def query_of(row: sqlite3.Row) -> str:
    """Return the query as the page receives it: a scene is escaped once more."""
    return f"scene={quote(row['query'], safe='')}" if row["kind"] == "unlimited" else str(row["query"])


def visits(database: sqlite3.Connection, appid: str, now: float) -> int:
    return limits.used(database, appid, "visits", limits.day_of(now))


def newest_first(database: sqlite3.Connection, most: int = 100) -> list[sqlite3.Row]:
    return database.execute("SELECT * FROM tickets ORDER BY created_at DESC, rowid DESC LIMIT ?", (most,)).fetchall()


def shown(emulator: Emulator, row: sqlite3.Row) -> dict[str, Any]:
    """Return a ticket as the control calls and the page show it."""
    return {
        "ticket": row["ticket"],
        "kind": row["kind"],
        "name": KIND_NAMES[row["kind"]],
        "path": row["path"],
        "query": row["query"],
        "link": written_as(row),
        "address": address(emulator, row["ticket"]),
        "at": written(row["created_at"]),
        "expires_at": written(row["expires_at"]) if row["expires_at"] is not None else None,
        "opened": row["opened"],
    }
