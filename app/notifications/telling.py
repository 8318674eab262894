"""One owed event becomes an entry in each inbox it concerns, and a delivery where WeChat may carry it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from app import secrets
from app.db import db, table_of
from app.notifications import outbox, recipients, wording
from app.notifications.message import Message
from app.notifications.messages import MESSAGES
from app.notifications.models import Delivery, DeliveryState, Notification
from app.notifications.outbox import Owed
from app.people import queries

WECHAT = "wechat"


def tell(owed: Owed, owner: str, now: datetime) -> int:
    """Write entries and deliveries in the running transaction; returns how many people were told.

    The row is marked as told first: where another process has taken it over meanwhile, nothing is written.
    """
    if not outbox.done(owed.id, owner, now):
        return 0
    told = _who_hears_what(owed)
    openids = queries.openids(told) if told else {}
    entries = _enter(owed, told)
    letters = [
        _delivery(owed, entries[account_id], account_id, message, now)
        for account_id, message in told.items()
        if message.template and account_id in openids
    ]
    if letters:
        db.session.execute(_NEW_DELIVERY, letters)
    return len(told)


_NEW_ENTRY = insert(table_of(Notification)).returning(table_of(Notification).c.account_id, table_of(Notification).c.id)
_NEW_DELIVERY = insert(table_of(Delivery))


def _enter(owed: Owed, told: Mapping[int, Message]) -> dict[int, int]:
    """Write an entry into each inbox; returns its number for each account."""
    rows = [_entry(owed, account_id, message) for account_id, message in told.items()]
    return {row.account_id: row.id for row in db.session.execute(_NEW_ENTRY, rows)} if rows else {}


def _who_hears_what(owed: Owed) -> dict[int, Message]:
    told: dict[int, Message] = {}
    facts = recipients.without_barred(owed.work_order_id, owed.facts)
    for message in MESSAGES[owed.topic]:
        if message.only_in in (None, owed.facts.get("status")):
            for account_id in recipients.of(message.audience, owed.work_order_id, facts):
                told.setdefault(account_id, message)
    return told


def _entry(owed: Owed, account_id: int, message: Message) -> dict[str, Any]:
    return {
        "public_id": secrets.public_id(),
        "outbox_id": owed.id,
        "account_id": account_id,
        "topic": owed.topic,
        "number": owed.facts.get("number"),
        "title": message.title,
        "text": wording.sentence(message, owed.facts, owed.created_at),
        "created_at": owed.created_at,
    }


def _delivery(owed: Owed, entry_id: int, account_id: int, message: Message, now: datetime) -> dict[str, Any]:
    return {
        "notification_id": entry_id,
        "account_id": account_id,
        "channel": WECHAT,
        "template_key": message.template,
        "data": wording.values(message, owed.facts, owed.created_at),
        "page": wording.page(message, owed.facts),
        "state": DeliveryState.OWED.value,
        "due_at": now,
        "lease_until": now,
        "attempts": 0,
        "unclear": 0,
        "created_at": now,
    }
