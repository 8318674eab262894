"""What people allowed the mini-program to tell them, and what WeChat reports of it."""

import sqlite3
from typing import Any

from .emulator import Emulator
from .push import events
from .push.queue import owe

ANSWERS = ("accept", "reject", "ban")

CHANGES = {
    "accept": "units = units + 1, accepted = 1, blocked = 0",
    "reject": "accepted = 0",
    "ban": "units = 0, accepted = 0, blocked = 1",
}


def of_person(database: sqlite3.Connection, openid: str) -> dict[str, dict[str, Any]]:
    """Return units and blocked by template."""
    rows = database.execute("SELECT * FROM grants WHERE openid = ? ORDER BY template_id", (openid,))
    return {row["template_id"]: {"units": row["units"], "blocked": bool(row["blocked"])} for row in rows}


def answer(
    database: sqlite3.Connection, emulator: Emulator, openid: str, answers: dict[str, str]
) -> list[dict[str, Any]]:
    """Note the answers by template to one request of the phone; accepts and rejects are reported in one event."""
    for template_id, choice in answers.items():
        note(database, openid, template_id, choice)
    reported = {template_id: choice for template_id, choice in answers.items() if choice != "ban"}
    if reported:
        owe(database, emulator, events.popup(emulator, openid, reported))
    left = of_person(database, openid)
    return [{"template_id": template_id, **left[template_id]} for template_id in answers]


def note(database: sqlite3.Connection, openid: str, template_id: str, choice: str) -> None:
    """An accept adds a unit, a reject leaves earlier ones, a ban blocks the template."""
    database.execute("INSERT OR IGNORE INTO grants (openid, template_id) VALUES (?, ?)", (openid, template_id))
    database.execute(f"UPDATE grants SET {CHANGES[choice]} WHERE openid = ? AND template_id = ?", (openid, template_id))


def block(database: sqlite3.Connection, emulator: Emulator, openid: str, template_id: str) -> dict[str, Any]:
    """Note that the person switched a template off in the settings of WeChat, which is reported too."""
    note(database, openid, template_id, "ban")
    owe(database, emulator, events.switched_off(emulator, openid, template_id))
    return {"template_id": template_id, **of_person(database, openid)[template_id]}
