"""Access tokens: the stable one, the legacy one, and the check before every other call."""

import sqlite3

from .answers import Refuse
from .emulator import Emulator

LIFE_S = 7200.0
OVERLAP_S = 300.0
FORCE_GAP_S = 30.0
FORCES_A_DAY = 20
LENGTH = 136


def stable(database: sqlite3.Connection, emulator: Emulator, appid: str, now: float, force: bool) -> tuple[str, int]:
    """Return the stable token and its remaining seconds, never below 300."""
    if force and may_force(database, emulator, appid, now):
        kill_stable(database, appid, now)
    token = database.execute(
        "SELECT value, expires_at FROM tokens WHERE appid = ? AND kind = 'stable' AND dead_at IS NULL"
        " AND expires_at >= ? ORDER BY expires_at DESC LIMIT 1",
        (appid, now + OVERLAP_S),
    ).fetchone()
    if token is None:
        return mint(database, emulator, appid, "stable", now), int(LIFE_S)
    return token["value"], int(token["expires_at"] - now)


def legacy(database: sqlite3.Connection, emulator: Emulator, appid: str, now: float) -> tuple[str, int]:
    """Return a new legacy token; the one before it lives five minutes more."""
    database.execute(
        "UPDATE tokens SET expires_at = min(expires_at, ?) WHERE appid = ? AND kind = 'legacy'",
        (now + emulator.options["legacy_grace_s"], appid),
    )
    return mint(database, emulator, appid, "legacy", now), int(LIFE_S)


def mint(database: sqlite3.Connection, emulator: Emulator, appid: str, kind: str, now: float) -> str:
    value = emulator.chance.word(LENGTH)
    database.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, NULL)", (value, appid, kind, now, now + LIFE_S))
    return value


def may_force(database: sqlite3.Connection, emulator: Emulator, appid: str, now: float) -> bool:
    """Note a forced renewal if 30 s have passed and 20 a day are not used up."""
    row = database.execute(
        "SELECT count(*) AS today, max(at) AS latest FROM forces WHERE appid = ? AND at > ?", (appid, now - 86400)
    ).fetchone()
    if row["today"] >= FORCES_A_DAY and emulator.options["force_beyond_limit"]:
        raise Refuse(emulator.options["force_beyond_limit"])
    allowed = row["today"] < FORCES_A_DAY and (row["latest"] is None or now - row["latest"] >= FORCE_GAP_S)
    if allowed:
        database.execute("INSERT INTO forces VALUES (?, ?)", (appid, now))
    return allowed


def kill_stable(database: sqlite3.Connection, appid: str, now: float) -> None:
    database.execute(
        "UPDATE tokens SET dead_at = ? WHERE appid = ? AND kind = 'stable' AND dead_at IS NULL", (now, appid)
    )


def require(database: sqlite3.Connection, emulator: Emulator, value: str, now: float) -> str:
    """Return whose token this is; refuse one that is missing, malformed, unknown, killed or expired."""
    if not value:
        raise Refuse(41001)
    if len(value) != LENGTH or not value.isalnum():
        raise Refuse(emulator.options["malformed_token"])
    token = database.execute("SELECT * FROM tokens WHERE value = ?", (value,)).fetchone()
    if token is None or token["dead_at"] is not None:
        raise Refuse(40001)
    if token["expires_at"] <= now:
        raise Refuse(42001)
    return str(token["appid"])


def end(database: sqlite3.Connection, how: str, kind: str, now: float) -> int:
    """Let the living tokens of a kind expire, or kill them (`how` expire or kill); return how many."""
    column = {"expire": "expires_at", "kill": "dead_at"}[how]
    return database.execute(
        f"UPDATE tokens SET {column} = ? WHERE kind = ? AND dead_at IS NULL AND expires_at > ?", (now, kind, now)
    ).rowcount
