"""The people with phones: made, found, and what they do with WeChat."""

import json
import sqlite3
from pathlib import Path
from typing import Any

from . import consents
from .answers import Refuse
from .clock import written
from .emulator import Emulator

ACTIVE_S = 7200.0


class NotKnown(Exception):
    """Somebody or something that is not there, as a sentence."""


def add(database: sqlite3.Connection, emulator: Emulator, wanted: dict[str, Any]) -> str:
    """Make a person, or change the one with this openid; return the openid."""
    openid = wanted.get("openid") or "o" + emulator.chance.word(27)
    known = database.execute("SELECT 1 FROM users WHERE openid = ?", (openid,)).fetchone()
    if known is None:
        insert(database, emulator, openid, wanted.get("appid") or emulator.settings.appid)
    for column in ("nickname", "phone", "country", "role", "unionid"):
        if wanted.get(column):
            database.execute(f"UPDATE users SET {column} = ? WHERE openid = ?", (wanted[column], openid))
    if wanted.get("location"):
        move(database, openid, wanted["location"])
    return str(openid)


def move(database: sqlite3.Connection, openid: str, place: dict[str, float]) -> None:
    """Put the person at a place in WGS-84."""
    database.execute("UPDATE users SET lat = ?, lng = ? WHERE openid = ?", (place["lat"], place["lng"], openid))


def insert(database: sqlite3.Connection, emulator: Emulator, openid: str, appid: str) -> None:
    """Make a person with an invented name and number."""
    phone = "138" + emulator.chance.digits(8)
    database.execute(
        "INSERT INTO users (openid, appid, nickname, phone, created_at) VALUES (?, ?, ?, ?, ?)",
        (openid, appid, f"微信用户{phone[-4:]}", phone, emulator.clock.now()),
    )


def find(database: sqlite3.Connection, openid: str) -> sqlite3.Row:
    """Return a person or raise NotKnown."""
    user: sqlite3.Row | None = database.execute("SELECT * FROM users WHERE openid = ?", (openid,)).fetchone()
    if user is None:
        raise NotKnown("模拟器里没有这部手机。请打开 /_emu/ 选择一部，或先用 POST /_emu/users 新建。")
    return user


def shown(database: sqlite3.Connection, user: sqlite3.Row) -> dict[str, Any]:
    """Return a person as the control calls show them."""
    location = {"lat": user["lat"], "lng": user["lng"]} if user["lat"] is not None else None
    return {
        "openid": user["openid"],
        "nickname": user["nickname"],
        "role": user["role"],
        "phone": user["phone"],
        "location": location,
        "closed": user["closed_at"] is not None,
        "consents": consents.of_person(database, user["openid"]),
    }


def touch(database: sqlite3.Connection, emulator: Emulator, openid: str) -> sqlite3.Row:
    """Note that the person uses the mini-program now, and return them."""
    if find(database, openid)["closed_at"]:
        raise NotKnown("这部手机的微信账号已注销，不能再使用小程序。请换一部手机。")
    database.execute("UPDATE users SET last_seen = ? WHERE openid = ?", (emulator.clock.now(), openid))
    return find(database, openid)


def require_active(database: sqlite3.Connection, emulator: Emulator, openid: str, appid: str, now: float) -> None:
    """Refuse an unknown or foreign person, and with `strict_activity` one not seen for two hours."""
    user = database.execute("SELECT * FROM users WHERE openid = ?", (openid,)).fetchone()
    if user is None or user["closed_at"]:
        raise Refuse(40003)
    if user["appid"] != appid:
        raise Refuse(43104)
    if emulator.options["strict_activity"] and now - user["last_seen"] > ACTIVE_S:
        raise Refuse(61010)


def close(database: sqlite3.Connection, emulator: Emulator, openid: str) -> None:
    """End the person's account at WeChat: what lay on the phone is gone, and nobody signs in with it again."""
    database.execute(
        "UPDATE users SET closed_at = ?, session_key = NULL WHERE openid = ?", (emulator.clock.now(), openid)
    )
    for table in ("grants", "messages", "codes"):
        database.execute(f"DELETE FROM {table} WHERE openid = ?", (openid,))


def messages_of(database: sqlite3.Connection, emulator: Emulator, openid: str) -> list[dict[str, Any]]:
    """Return the messages on a phone, newest first; the msgid as text, for JavaScript cannot hold it."""
    rows = database.execute("SELECT * FROM messages WHERE openid = ? ORDER BY at DESC, rowid DESC", (openid,))
    return [message(emulator, row) for row in rows]


def message(emulator: Emulator, row: sqlite3.Row) -> dict[str, Any]:
    template = emulator.message_templates.get(row["template_id"], {"title": row["template_id"], "fields": []})
    data = json.loads(row["data"])
    return {
        "msgid": str(row["msgid"]),
        "template_id": row["template_id"],
        "title": template["title"],
        "data": data,
        "lines": [{"label": line["label"], "value": data.get(line["key"], "")} for line in template["fields"]],
        "page": row["page"],
        "at": written(row["at"]),
    }


def masked_phone(phone: str) -> str:
    """Show the first three and the last two digits."""
    return f"{phone[:3]}{'*' * max(len(phone) - 5, 0)}{phone[-2:]}"


def load_file(emulator: Emulator, path: Path) -> None:
    """Make the people of a file `{residents, workers, partners}`, each a list with openid, name and perhaps phone."""
    if not path.is_file():
        return
    listed = json.loads(path.read_text(encoding="utf-8"))
    roles = {"residents": "居民", "workers": "网格员", "partners": "联动单位"}
    with emulator.state.changing() as database:
        for group, role in roles.items():
            for person in listed.get(group, ()):
                add(database, emulator, {**person, "nickname": person.get("name"), "role": person.get("role") or role})
