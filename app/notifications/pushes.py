"""What WeChat told us: kept at the door, once; worked off afterwards, each in the transaction of its effect."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import orjson
from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app import secrets
from app.db import db
from app.notifications.backoff import pause
from app.notifications.models import WechatPush

KEPT = timedelta(hours=24)
# The waits between so many tries add up to somewhat less than an hour.
MOST_TRIES = 10
BATCH = 500


class Outcome(StrEnum):
    """How a push ended."""

    DONE = "done"
    IGNORED = "ignored"
    GIVEN_UP = "given_up"


class Told(Protocol):
    """An event as the door opened it; `dedup_key` is the same however often WeChat repeats it."""

    @property
    def name(self) -> str: ...
    @property
    def openid(self) -> str: ...
    @property
    def created_at(self) -> int: ...
    @property
    def dedup_key(self) -> str: ...
    @property
    def facts(self) -> Mapping[str, str]: ...
    @property
    def entries(self) -> tuple[Mapping[str, str], ...]: ...


@dataclass(frozen=True)
class Push:
    """An event to be worked off. `openid` is empty where the event names nobody."""

    name: str
    openid: str = field(repr=False)
    created_at: datetime
    facts: dict[str, str] = field(repr=False)
    entries: tuple[dict[str, str], ...] = field(repr=False)


Handler = Callable[[Push], bool]
"""Lets an event take effect in the running transaction; False means that its time has not come yet."""


def keep(event: Told, now: datetime) -> bool:
    """Keep an event, in the running transaction; False when it is known already."""
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    body = {"at": event.created_at, "facts": event.facts, "entries": event.entries}
    row = insert(WechatPush).values(
        key=secrets.blind_index(event.dedup_key),
        name=event.name,
        openid=event.openid or None,
        body=orjson.dumps(body).decode(),
        received_at=now,
        due_at=now,
        attempts=0,
    )
    # Two copies may come at once: the unique index lets one of them in.
    kept = db.session.scalar(row.on_conflict_do_nothing(index_elements=["key"]).returning(WechatPush.id))
    return kept is not None


def due(now: datetime) -> list[int]:
    """Pushes to be worked off, in the order in which they came. A look that takes no lock."""
    waiting = select(WechatPush.id).where(WechatPush.done_at.is_(None), WechatPush.due_at <= now)
    return list(db.session.scalars(waiting.order_by(WechatPush.id).limit(BATCH)))


def work_off(push_id: int, handlers: Mapping[str, Handler], now: datetime) -> Outcome | None:
    """Let a push take effect and mark it, in the running transaction; None when it stays or somebody else had it."""
    held = _held(push_id, now)
    if held is None:
        return None
    handler = handlers.get(held.name)
    if handler is None:
        return _end(push_id, Outcome.IGNORED, now)
    return _end(push_id, Outcome.DONE, now) if handler(_push(push_id)) else _later(push_id, held.attempts + 1, now)


def put_off(push_id: int, now: datetime) -> Outcome | None:
    """Have a push whose handler failed tried again after a while; GIVEN_UP after the last try."""
    held = _held(push_id, now)
    return None if held is None else _later(push_id, held.attempts + 1, now)


def _held(push_id: int, now: datetime) -> Row[Any] | None:
    """The row, kept from other relays until the transaction ends; what is encrypted may be beyond reading."""
    wanted = select(WechatPush.name, WechatPush.attempts).where(
        WechatPush.id == push_id, WechatPush.done_at.is_(None), WechatPush.due_at <= now
    )
    return db.session.execute(wanted.with_for_update()).one_or_none()


def _push(push_id: int) -> Push:
    columns = select(WechatPush.name, WechatPush.openid, WechatPush.body)
    row = db.session.execute(columns.where(WechatPush.id == push_id)).one()
    body = orjson.loads(row.body)
    at = datetime.fromtimestamp(body["at"], UTC)
    return Push(row.name, row.openid or "", at, body["facts"], tuple(body["entries"]))


def _end(push_id: int, outcome: Outcome, now: datetime) -> Outcome:
    """Only the key is needed any longer; of what was given up a person may want to see more for a day."""
    personal = {} if outcome is Outcome.GIVEN_UP else {"openid": None, "body": None}
    _change(push_id, done_at=now, outcome=outcome.value, **personal)
    return outcome


def _later(push_id: int, tries: int, now: datetime) -> Outcome | None:
    _change(push_id, attempts=tries, due_at=now + pause(tries))
    return _end(push_id, Outcome.GIVEN_UP, now) if tries >= MOST_TRIES else None


def _change(push_id: int, **values: Any) -> None:
    this = update(WechatPush).where(WechatPush.id == push_id)
    db.session.execute(this.values(**values), execution_options={"synchronize_session": False})


def forget_old(now: datetime) -> int:
    """Delete one batch of pushes that ended over a day ago; returns how many."""
    old = select(WechatPush.id).where(WechatPush.done_at < now - KEPT).limit(BATCH)
    result = db.session.execute(
        delete(WechatPush).where(WechatPush.id.in_(old)), execution_options={"synchronize_session": False}
    )
    return result.rowcount  # type: ignore[attr-defined]
