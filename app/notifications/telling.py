"""Owed events become an entry in each inbox they concern, and a delivery where WeChat may carry it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from app import logs, secrets
from app.db import db, table_of
from app.notifications import outbox, recipients, wording
from app.notifications.message import Message
from app.notifications.messages import MESSAGES
from app.notifications.models import Delivery, DeliveryState, Notification
from app.notifications.outbox import Owed
from app.people import queries

WECHAT = "wechat"
Told = tuple[Owed, int, Message]
"""What is told to one account."""


def tell(events: Sequence[Owed], owner: str, now: datetime) -> int:
    """Write entries and deliveries in the running transaction; returns how many are told of how much.

    The rows are marked as told first: of one that another process has taken over meanwhile nothing is written.
    """
    mine = outbox.done([owed.id for owed in events], owner, now)
    told = [one for owed in events if owed.id in mine for one in _all_told(owed)]
    if not told:
        return 0
    openids = queries.openids({account_id for _, account_id, _ in told})
    entries = _enter(told)
    letters = [
        _delivery(owed, entries[owed.id, account_id], account_id, message, now)
        for owed, account_id, message in told
        if message.template and account_id in openids
    ]
    if letters:
        db.session.execute(_NEW_DELIVERY, letters)
    return len(told)


_entry_of = table_of(Notification).c
_NEW_ENTRY = insert(table_of(Notification)).returning(_entry_of.outbox_id, _entry_of.account_id, _entry_of.id)
_NEW_DELIVERY = insert(table_of(Delivery))


def _enter(told: Iterable[Told]) -> dict[tuple[int, int], int]:
    """Write an entry into each inbox; returns its number for each event and account."""
    rows = [_entry(owed, account_id, message) for owed, account_id, message in told]
    return {(row.outbox_id, row.account_id): row.id for row in db.session.execute(_NEW_ENTRY, rows)}


def _all_told(owed: Owed) -> list[Told]:
    logs.request_id.set(owed.request_id)
    return [(owed, account_id, message) for account_id, message in _who_hears_what(owed).items()]


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
