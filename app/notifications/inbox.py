"""A person's inbox: what they were told, what they have read, and whether WeChat brought it too."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, func, select, update

from app.db import db
from app.errors import NotFound
from app.notifications.models import DELIVERY_STATE_NAMES, Consent, Delivery, DeliveryState, Notification

MOST_COUNTED = 100
NO_SUCH_ENTRY = "没有找到这条消息，请刷新后再看。"

_COLUMNS = (
    Notification.id,
    Notification.public_id,
    Notification.topic.label("kind"),
    Notification.title,
    Notification.text,
    Notification.number,
    Notification.created_at,
    Notification.read_at,
    Delivery.state,
)


@dataclass(frozen=True)
class Entry:
    """One message as its reader sees it. `delivery` is None where it went to the inbox alone."""

    id: int
    public_id: str
    kind: str
    title: str
    text: str
    number: str | None
    created_at: datetime
    read_at: datetime | None
    delivery: DeliveryState | None

    @property
    def delivery_name(self) -> str | None:
        return DELIVERY_STATE_NAMES[self.delivery] if self.delivery else None


def _own(account_id: int) -> Select[Any]:
    statement = select(*_COLUMNS).outerjoin(Delivery, Delivery.notification_id == Notification.id)
    return statement.where(Notification.account_id == account_id)


def _entry(row: Row[Any]) -> Entry:
    shown = row._asdict()
    state = shown.pop("state")
    return Entry(**shown, delivery=DeliveryState(state) if state else None)


def entries(account_id: int, after: tuple[datetime, int] | None, limit: int) -> list[Entry]:
    """The newest entries first, those older than `after` (time, id) when it is given."""
    statement = _own(account_id).order_by(Notification.created_at.desc(), Notification.id.desc()).limit(limit)
    if after is not None:
        at, row_id = after
        # Said twice on purpose: the first condition is one that every database answers from the index.
        statement = statement.where(
            Notification.created_at <= at, (Notification.created_at < at) | (Notification.id < row_id)
        )
    return [_entry(row) for row in db.session.execute(statement)]


@dataclass(frozen=True)
class Told:
    """One message about an order, without the person it went to. `delivery_name` is None for the inbox alone."""

    title: str
    at: datetime
    delivery_name: str | None
    read: bool


def told_about(number: str, account_ids: Collection[int]) -> list[Told]:
    """What these people were told of an order and how far it came, the newest first."""
    columns = (Notification.title, Notification.created_at, Notification.read_at, Delivery.state)
    statement = select(*columns).outerjoin(Delivery, Delivery.notification_id == Notification.id)
    mine = (Notification.account_id.in_(account_ids), Notification.number == number)
    newest = statement.where(*mine).order_by(Notification.created_at.desc(), Notification.id.desc())
    return [
        Told(row.title, row.created_at, _name_of(row.state), row.read_at is not None)
        for row in db.session.execute(newest.limit(MOST_COUNTED))
    ]


def _name_of(state: str | None) -> str | None:
    return DELIVERY_STATE_NAMES[DeliveryState(state)] if state else None


def take_away(account_id: int, number: str) -> None:
    """Remove what a person was told of an order that is no longer there for them, in the running transaction."""
    told = select(Notification.id).where(Notification.account_id == account_id, Notification.number == number)
    for statement in (
        delete(Delivery).where(Delivery.notification_id.in_(told)),
        delete(Notification).where(Notification.account_id == account_id, Notification.number == number),
    ):
        db.session.execute(statement, execution_options={"synchronize_session": False})


def unread(account_id: int) -> int:
    """How many entries are unread; counting stops at a hundred."""
    some = select(Notification.id).where(Notification.account_id == account_id, Notification.read_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(some.limit(MOST_COUNTED).subquery())) or 0


def read_until(account_id: int, newest: str, now: datetime) -> int:
    """Mark everything up to this entry as read, in the running transaction; returns how many were not."""
    until = select(Notification.id).where(Notification.account_id == account_id, Notification.public_id == newest)
    marked = db.session.execute(
        update(Notification)
        .where(
            Notification.account_id == account_id,
            Notification.read_at.is_(None),
            Notification.id <= until.scalar_subquery(),
        )
        .values(read_at=now),
        execution_options={"synchronize_session": False},
    )
    return marked.rowcount  # type: ignore[attr-defined]


def read(account_id: int, public_id: str, now: datetime) -> Entry:
    """Mark one entry as read, in the running transaction; the first reading counts. NotFound for others' entries."""
    if not (public_id.isascii() and public_id.isalnum()):
        raise NotFound(NO_SUCH_ENTRY)
    own = (Notification.account_id == account_id, Notification.public_id == public_id)
    db.session.execute(
        update(Notification).where(*own, Notification.read_at.is_(None)).values(read_at=now),
        execution_options={"synchronize_session": False},
    )
    row = db.session.execute(_own(account_id).where(Notification.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound(NO_SUCH_ENTRY)
    return _entry(row)


def forget_of(account_id: int, most: int) -> int:
    """Delete so many entries of a person who left for good, with their deliveries and consents; returns how many."""
    theirs = select(Notification.id).where(Notification.account_id == account_id).order_by(Notification.id)
    ids = db.session.scalars(theirs.limit(most)).all()
    for gone in (
        delete(Delivery).where(Delivery.notification_id.in_(ids)),
        delete(Notification).where(Notification.id.in_(ids)),
        delete(Consent).where(Consent.account_id == account_id),
    ):
        db.session.execute(gone, execution_options={"synchronize_session": False})
    return len(ids)
