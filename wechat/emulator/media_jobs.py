"""The pictures still to be looked at; like pushes they survive a restart."""

import sqlite3
from typing import Any

from . import media_rules
from .emulator import Emulator
from .endpoint import Call
from .media_fetch import NotFetched, fetched
from .push import events, sender
from .push.queue import owe

NOT_FETCHED = -1008


def add(call: Call, trace: str, url: str, openid: str, kind: int, version: int) -> None:
    """Note a question; with `never` and `before_reply` nothing is due."""
    due_at = None if call.emulator.options["media_check"] in ("never", "before_reply") else call.now + delay_s(call)
    call.database.execute(
        "INSERT INTO media_jobs (trace_id, appid, openid, url, type, version, asked_at, due_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (trace, call.appid, openid, url, kind, version, call.now, due_at),
    )
    call.afterwards(call.emulator.wake)


def delay_s(call: Call) -> float:
    """Return after how long the answer comes; `reversed` lets whoever asked last be answered first."""
    wait = float(call.emulator.options["media_check_s"])
    if call.emulator.options["media_check"] != "reversed":
        return wait
    pending = call.database.execute("SELECT count(*) FROM media_jobs WHERE done_at IS NULL").fetchone()[0]
    return wait / (pending + 1)


def step(emulator: Emulator) -> float | None:
    """Look at what is due next; return after how many seconds the next is due, None for nothing waiting."""
    with emulator.state.changing() as database:
        job = database.execute(
            "SELECT * FROM media_jobs WHERE done_at IS NULL AND due_at IS NOT NULL ORDER BY due_at, rowid LIMIT 1"
        ).fetchone()
    if job is None:
        return None
    wait = job["due_at"] - emulator.clock.now()
    if wait > 0:
        return float(wait)
    look(emulator, job)
    return 0.0


def tell_at_once(emulator: Emulator, trace: str) -> None:
    """Look now and push the verdict before anything else happens."""
    with emulator.state.changing() as database:
        job = database.execute("SELECT * FROM media_jobs WHERE trace_id = ?", (trace,)).fetchone()
    for number in look(emulator, job):
        sender.send(emulator, number)


def look(emulator: Emulator, job: sqlite3.Row) -> list[int]:
    """Fetch, judge and owe the event; return the numbers of what is owed."""
    verdict = judged(emulator, job)
    times = 2 if emulator.options["media_check"] == "twice" else 1
    with emulator.state.changing() as database:
        won = database.execute(
            "UPDATE media_jobs SET done_at = ?, errcode = ?, suggest = ?, label = ?"
            " WHERE trace_id = ? AND done_at IS NULL",
            (emulator.clock.now(), verdict["errcode"], verdict["suggest"], verdict["label"], job["trace_id"]),
        ).rowcount
        message = told(emulator, job, verdict)
        owed = [owe(database, emulator, message) for _ in range(times)] if won else []
    return [number for number in owed if number is not None]


def judged(emulator: Emulator, job: sqlite3.Row) -> dict[str, Any]:
    """Return errcode, errmsg, suggest and label."""
    try:
        content = fetched(job["url"], job["type"])
    except NotFetched:
        return {"errcode": NOT_FETCHED, "errmsg": "download failed", "suggest": "pass", "label": 100}
    with emulator.state.changing() as database:
        rules = media_rules.rules(database)
    rule = media_rules.verdict_on(rules, job["url"], content)
    return {"errcode": 0, "errmsg": "ok", "suggest": rule.suggest, "label": rule.label}


def told(emulator: Emulator, job: sqlite3.Row, verdict: dict[str, Any]) -> events.Message:
    """Return the event, in the form of the version that was asked for."""
    facts = second_version(job, verdict) if job["version"] == 2 else first_version(verdict)
    message = events.event(emulator, "wxa_media_check", appid=job["appid"], trace_id=job["trace_id"], **facts)
    at = emulator.options["media_create_time"]
    return {**message, "CreateTime": at} if at else message


def second_version(job: sqlite3.Row, verdict: dict[str, Any]) -> dict[str, Any]:
    result = {"suggest": verdict["suggest"], "label": verdict["label"]}
    detail = {"strategy": "content_model", "errcode": verdict["errcode"], **result, "prob": 90}
    facts = {"version": 2, "errcode": verdict["errcode"], "errmsg": verdict["errmsg"]}
    if verdict["errcode"]:
        return facts
    return {**facts, "result": result, "detail": [detail]}


def first_version(verdict: dict[str, Any]) -> dict[str, Any]:
    return {
        "isrisky": int(verdict["suggest"] == "risky"),
        "extra_info_json": "",
        "status_code": verdict["errcode"],
    }
