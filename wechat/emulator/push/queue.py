"""What is still to be told; it lies in the state, so a restart forgets nothing."""

import json
import sqlite3
from typing import Any

from ..emulator import Emulator
from .events import Message

WAITING, DELIVERED, FAILED, LOST, MISUNDERSTOOD = "waiting", "delivered", "failed", "lost", "misunderstood"
KEPT = 2000


def is_configured(emulator: Emulator) -> bool:
    """Say whether anything can be pushed: a token and a key are set."""
    return bool(emulator.settings.push_token and emulator.settings.aes_key)


def owe(database: sqlite3.Connection, emulator: Emulator, message: Message, delay_s: float = 0) -> int | None:
    """Queue a message for the service, the one way in; return its number, or None where nothing is pushed."""
    if not is_configured(emulator) or is_of_another_app(database, emulator, message):
        return None
    due_at = emulator.clock.now() + delay_s
    number = database.execute(
        "INSERT INTO pushes (due_at, message, state) VALUES (?, ?, ?)",
        (due_at, json.dumps(message, ensure_ascii=False), WAITING),
    ).lastrowid
    forget_old(database)
    emulator.wake()
    return number


def forget_old(database: sqlite3.Connection) -> None:
    """Let go of what came to its end long ago, so that the state does not grow for ever."""
    database.execute("DELETE FROM pushes WHERE state != ? AND id <= (SELECT max(id) FROM pushes) - ?", (WAITING, KEPT))


def is_of_another_app(database: sqlite3.Connection, emulator: Emulator, message: Message) -> bool:
    """Say whether it is about another mini-program, whose server is not ours."""
    ours, openid = emulator.settings.appid, message.get("OpenID") or message["FromUserName"]
    if message.get("appid", ours) != ours:
        return True
    row = database.execute("SELECT appid FROM users WHERE openid = ?", (openid,)).fetchone()
    return row is not None and row["appid"] != ours


def next_waiting(database: sqlite3.Connection) -> sqlite3.Row | None:
    """Return what is to be sent next, due or not."""
    row: sqlite3.Row | None = database.execute(
        "SELECT * FROM pushes WHERE state = ? ORDER BY due_at, id LIMIT 1", (WAITING,)
    ).fetchone()
    return row


def find(database: sqlite3.Connection, number: int) -> sqlite3.Row | None:
    row: sqlite3.Row | None = database.execute("SELECT * FROM pushes WHERE id = ?", (number,)).fetchone()
    return row


def newest_first(database: sqlite3.Connection, most: int = 200) -> list[sqlite3.Row]:
    return database.execute("SELECT * FROM pushes ORDER BY id DESC LIMIT ?", (most,)).fetchall()


def named(message: Message) -> str:
    """Return the event's name, or the type of a message that is no event."""
    return str(message.get("Event") or message.get("MsgType") or "")


def attempts_of(row: sqlite3.Row) -> list[dict[str, Any]]:
    return list(json.loads(row["attempts"]))
