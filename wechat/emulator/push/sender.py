"""Sends what is owed to the service, one after the other, each up to three times."""

import json
import sqlite3
import time
from typing import Any

import requests
import urllib3

from ..clock import written
from ..emulator import Emulator
from ..options import is_loopback
from . import queue, replies
from .envelope import Parcel, packed

LONGEST_REPLY = 64 * 1024


def address(emulator: Emulator) -> str:
    """Return where pushes go."""
    return emulator.options["push_url"] or f"http://127.0.0.1:{emulator.settings.service_port}/wechat/push"


def step(emulator: Emulator) -> float | None:
    """Send what is due next; return after how many seconds the next is due, None for nothing waiting."""
    with emulator.state.changing() as database:
        row = queue.next_waiting(database)
    if row is None:
        return None
    wait = row["due_at"] - emulator.clock.now()
    if wait > 0:
        return float(wait)
    send(emulator, row["id"])
    return 0.0


def send(emulator: Emulator, number: int) -> None:
    """Bring one push to its end, unless another thread has done so."""
    with emulator.pushing:
        with emulator.state.changing() as database:
            row = queue.find(database, number)
            if row is None or row["state"] != queue.WAITING:
                return
            parcel, copies = prepared(database, emulator, row)
        if copies == 0:
            finish(emulator, number, queue.LOST)
            return
        finish(emulator, number, carried(emulator, number, parcel, copies))


def prepared(database: sqlite3.Connection, emulator: Emulator, row: sqlite3.Row) -> tuple[Parcel, int]:
    """Return the sealed push and in how many copies it goes, as decided before its first attempt."""
    if row["parcel"]:
        return Parcel.of(row["parcel"]), row["copies"]
    message = json.loads(row["message"])
    parcel, copies = packed(emulator, message), emulator.faults.copies_of(queue.named(message))
    database.execute("UPDATE pushes SET parcel = ?, copies = ? WHERE id = ?", (parcel.kept(), copies, row["id"]))
    return parcel, copies


def carried(emulator: Emulator, number: int, parcel: Parcel, copies: int) -> str:
    """Try until every copy is taken or one answer ends it; return the end."""
    taken = failures = 0
    for attempt in attempts_before(emulator, number):
        taken, failures = taken + attempt["understood"], failures + (not attempt["understood"])
    while taken < copies:
        attempt = attempted(emulator, parcel)
        note(emulator, number, attempt)
        taken, failures = taken + attempt["understood"], failures + (not attempt["understood"])
        if not attempt["understood"] and not is_worth_another(emulator, attempt):
            return queue.MISUNDERSTOOD
        if failures >= emulator.options["push_attempts"]:
            return queue.FAILED
        if not attempt["understood"]:
            time.sleep(emulator.options["push_pause_s"])
    return queue.DELIVERED


def is_worth_another(emulator: Emulator, attempt: dict[str, Any]) -> bool:
    """Say whether WeChat would try again: no answer always, an error where the option says so, 200 never."""
    return attempt["status"] is None or (attempt["status"] != 200 and emulator.options["push_retries_errors"])


def attempted(emulator: Emulator, parcel: Parcel) -> dict[str, Any]:
    """Make one attempt and return what is known of it."""
    started, at = time.monotonic(), written(emulator.clock.now())
    status, shown, understood = None, "", False
    try:
        status, content = posted(emulator, parcel)
        reply = replies.read(emulator, status, content)
        shown, understood = reply.shown, reply.understood
    except (requests.Timeout, urllib3.exceptions.TimeoutError):
        shown = f"{emulator.options['push_timeout_s']:g} 秒内没有答复"
    except (requests.RequestException, urllib3.exceptions.HTTPError):
        shown = "连接不上或连接中断"
    ms = round((time.monotonic() - started) * 1000)
    return {"at": at, "status": status, "reply": shown, "understood": understood, "ms": ms}


def posted(emulator: Emulator, parcel: Parcel) -> tuple[int, bytes]:
    """Post to the service on this machine; return status and body."""
    url = address(emulator)
    if not is_loopback(url):
        raise requests.exceptions.InvalidURL
    with (
        quiet_session() as session,
        session.post(
            url,
            params=parcel.query,
            data=parcel.body.encode(),
            headers={"Content-Type": parcel.content_type},
            timeout=emulator.options["push_timeout_s"],
            allow_redirects=False,
            stream=True,
        ) as response,
    ):
        return response.status_code, response.raw.read(LONGEST_REPLY, decode_content=True)


def quiet_session() -> requests.Session:
    """Return a session that takes no proxy from the environment."""
    session = requests.Session()
    session.trust_env = False
    return session


def attempts_before(emulator: Emulator, number: int) -> list[dict[str, Any]]:
    with emulator.state.changing() as database:
        row = queue.find(database, number)
    return queue.attempts_of(row) if row else []


def note(emulator: Emulator, number: int, attempt: dict[str, Any]) -> None:
    """Add an attempt to the push."""
    known = attempts_before(emulator, number)
    with emulator.state.changing() as database:
        database.execute(
            "UPDATE pushes SET attempts = ? WHERE id = ?",
            (json.dumps([*known, attempt], ensure_ascii=False), number),
        )


def finish(emulator: Emulator, number: int, state: str) -> None:
    with emulator.state.changing() as database:
        database.execute("UPDATE pushes SET state = ? WHERE id = ?", (state, number))
