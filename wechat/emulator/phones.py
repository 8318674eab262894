"""`/_emu/`: the phones as a person would see them, and what happens beside them."""

import sqlite3
import time
from typing import Any

from flask import Blueprint, render_template

from . import consents, overview, people
from .assumptions import ASSUMED
from .emulator import Emulator, here
from .presets import PRESET_NAMES

phones = Blueprint("phones", __name__)

SHOWN_MESSAGES = 20
REASONS = {
    "errcode": "错误码 {}",
    "http": "HTTP {}",
    "latency_s": "慢 {:g} 秒",
    "spread": "时快时慢",
    "hang": "不答复",
    "reset": "断开连接",
    "truncate": "答复残缺",
    "body": "答复网页",
    "lost": "推送丢失",
}


@phones.get("/_emu/")
def show() -> str:
    """Show every phone with its messages and consents, pushes, codes, faults and the clock."""
    emulator = here()
    with emulator.state.changing() as database:
        users = database.execute("SELECT * FROM users ORDER BY created_at, rowid").fetchall()
        names = {user["openid"]: user["nickname"] for user in users}
        seen = {
            "cards": [card(database, emulator, user) for user in users],
            "pushes": overview.pushes(database, names),
            "codes": overview.codes(database, emulator),
        }
    return render_template(
        "phones.html",
        **seen,
        push=overview.push_settings(emulator),
        presets=PRESET_NAMES,
        faults=[fault_words(fault) for fault in emulator.faults.listed()],
        assumed=ASSUMED,
        now=time.strftime("%Y-%m-%d %H:%M", time.gmtime(emulator.clock.now() + 8 * 3600)),
        shifted=emulator.clock.offset_s > 0,
        service=f"http://127.0.0.1:{emulator.settings.service_port}/",
    )


def card(database: sqlite3.Connection, emulator: Emulator, user: sqlite3.Row) -> dict[str, Any]:
    """Return what one phone shows."""
    messages = people.messages_of(database, emulator, user["openid"])
    return {
        "openid": user["openid"],
        "openid_short": short(user["openid"]),
        "nickname": user["nickname"],
        "role": user["role"],
        "phone": people.masked_phone(user["phone"]),
        "closed": user["closed_at"] is not None,
        "hue": sum(user["openid"].encode()) * 47 % 360,
        "consents": consent_chips(database, emulator, user["openid"]),
        "messages": messages[:SHOWN_MESSAGES],
        "count": len(messages),
    }


def short(openid: str) -> str:
    return openid if len(openid) <= 14 else f"{openid[:6]}…{openid[-4:]}"


def consent_chips(database: sqlite3.Connection, emulator: Emulator, openid: str) -> list[dict[str, Any]]:
    """Return the consents with the titles of their templates."""
    return [
        {"template_id": template_id, "title": emulator.message_templates[template_id]["title"], **left}
        for template_id, left in consents.of_person(database, openid).items()
        if template_id in emulator.message_templates
    ]


def fault_words(fault: dict[str, Any]) -> str:
    """Say in words what goes wrong where."""
    told = [words.format(fault[name]) for name, words in REASONS.items() if fault[name]]
    if fault["copies"] > 1:
        told.append(f"推送 {fault['copies']} 次")
    where = {"*": "所有接口", "push:*": "所有推送"}.get(fault["path"], fault["path"])
    return f"{where}：{'、'.join(told)}"
