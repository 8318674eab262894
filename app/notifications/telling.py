"""One owed event becomes an entry in each inbox it concerns, and a delivery where WeChat may carry it."""

from datetime import datetime

from app import secrets
from app.db import db
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
    for account_id, message in told.items():
        entry = _entry(owed, account_id, message)
        db.session.add(entry)
        if message.template and account_id in openids:
            db.session.flush()
            db.session.add(_delivery(owed, entry, message, now))
    return len(told)


def _who_hears_what(owed: Owed) -> dict[int, Message]:
    told: dict[int, Message] = {}
    facts = recipients.without_barred(owed.work_order_id, owed.facts)
    for message in MESSAGES[owed.topic]:
        if message.only_in in (None, owed.facts.get("status")):
            for account_id in recipients.of(message.audience, owed.work_order_id, facts):
                told.setdefault(account_id, message)
    return told


def _entry(owed: Owed, account_id: int, message: Message) -> Notification:
    return Notification(
        public_id=secrets.public_id(),
        outbox_id=owed.id,
        account_id=account_id,
        topic=owed.topic,
        number=owed.facts.get("number"),
        title=message.title,
        text=wording.sentence(message, owed.facts, owed.created_at),
        created_at=owed.created_at,
    )


def _delivery(owed: Owed, entry: Notification, message: Message, now: datetime) -> Delivery:
    return Delivery(
        notification_id=entry.id,
        account_id=entry.account_id,
        channel=WECHAT,
        template_key=message.template,
        data=wording.values(message, owed.facts, owed.created_at),
        page=wording.page(message, owed.facts),
        state=DeliveryState.OWED.value,
        due_at=now,
        lease_until=now,
        created_at=now,
    )
