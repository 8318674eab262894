"""Single-use codes: of wx.login and of the phone-number button."""

import sqlite3

from .answers import Refuse
from .emulator import Emulator

LIFE_S = 300.0


def issue(database: sqlite3.Connection, emulator: Emulator, kind: str, user: sqlite3.Row, now: float) -> str:
    """Return a new code: 32 characters for login, 64 hexadecimal digits for phone."""
    value = emulator.chance.word(32) if kind == "login" else emulator.chance.hexadecimal(64)
    database.execute(
        "INSERT INTO codes VALUES (?, ?, ?, ?, ?, NULL)", (value, kind, user["appid"], user["openid"], now)
    )
    return value


def find(database: sqlite3.Connection, kind: str, value: str) -> sqlite3.Row:
    """Return a code of this kind, or refuse one that was never issued."""
    row: sqlite3.Row | None = database.execute(
        "SELECT * FROM codes WHERE value = ? AND kind = ?", (value, kind)
    ).fetchone()
    if row is None:
        raise Refuse(40029)
    return row


def spend(database: sqlite3.Connection, emulator: Emulator, code: sqlite3.Row, now: float) -> str:
    """Use a code up and return its openid; refuses what is used or expired."""
    if code["used_at"] is None and now - code["issued_at"] > LIFE_S:
        raise Refuse(40029)
    won = database.execute(
        "UPDATE codes SET used_at = ? WHERE value = ? AND used_at IS NULL", (now, code["value"])
    ).rowcount
    if not won:
        raise Refuse(used_before(emulator, code, now))
    return str(code["openid"])


def used_before(emulator: Emulator, code: sqlite3.Row, now: float) -> int:
    """Return the number for a second use: a login code's own one for some minutes, later the common one."""
    recent = now - (code["used_at"] or now) <= emulator.options["used_code_s"]
    return int(emulator.options["used_code"]) if code["kind"] == "login" and recent else 40029
