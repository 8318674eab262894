"""清除: what people who left for good wrote on orders goes once the order has ended; what was done stays.

Where nobody else stands behind an order any more, all free text on it goes, whoever wrote it: it tells of the person
who is gone. Else only their own words go. What staff did and wrote at work on other people's orders is the office's
record and stays. Statuses, facts, ratings and moments stay everywhere, and so do the digests.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from app import parameters, trail
from app.db import db
from app.notifications import inbox
from app.people import closing
from app.people.models import Account, AccountState
from app.photos import storing
from app.work_orders.contacts import is_needed
from app.work_orders.models import Rating, Reporter, WorkOrder
from app.work_orders.text_review import TextReview
from app.work_orders.timeline import Event, EventText
from app.work_orders.workflow import Action

BATCH = 50
INBOX_BATCH = 500
ERASED = "（反映人已注销账号，内容已按规定清除）"
_BULK = {"synchronize_session": False}


def orders_due(now: datetime) -> Sequence[int]:
    """Reporters, by id, whose account was closed and whose order needs nothing of them any more; one batch."""
    return db.session.scalars(_due(select(Reporter.id), now).order_by(Reporter.id).limit(BATCH)).all()


def _due(statement: Any, now: datetime) -> Any:
    """The order has ended, as long ago as the city wants, and no follow-up is owed."""
    ended = now - timedelta(days=parameters.number("erase_after_days", 0))
    return (
        statement.join(Account, Account.id == Reporter.account_id)
        .join(WorkOrder, WorkOrder.id == Reporter.work_order_id)
        .where(Account.closed_at.is_not(None), Account.erased_at.is_(None), Reporter.erased_at.is_(None))
        .where(~is_needed(), func.coalesce(WorkOrder.closed_at, WorkOrder.changed_at) <= ended)
    )


@dataclass(frozen=True)
class _Left:
    """A person who left, and one order of theirs."""

    reporter_id: int
    account_id: int
    order_id: int
    number: str
    by_point: bool  # the place is a point that somebody chose, not a building
    wrote_it: bool
    alone: bool  # nobody else who is still here stands behind the order


def erase_on_order(reporter_id: int, now: datetime) -> list[str]:
    """Erase what a reporter left on an order, in the running transaction; returns photos whose files must go then.

    An order that was taken up again since the look is left alone.
    """
    left = _find(reporter_id, now)
    if left is None:
        return []
    photos = storing.forget_of(left.account_id, left.order_id)
    texts = _erase_words(left) + trail.erase_texts(f"photo:{one}" for one in photos)
    _empty_order(left)
    _change(Rating, Rating.reporter_id == left.reporter_id, comment=None)
    _change(Reporter, Reporter.id == left.reporter_id, contact=None, name=None, erased_at=now)
    trail.audit(trail.ERASED, f"work_order:{left.number}", texts=texts, photos=len(photos))
    return photos


def _find(reporter_id: int, now: datetime) -> _Left | None:
    submitted = exists().where(
        Event.work_order_id == WorkOrder.id, Event.action == Action.SUBMIT, Event.actor_id == Reporter.account_id
    )
    columns = (Reporter.account_id, WorkOrder.id, WorkOrder.number, WorkOrder.given_lat.is_not(None))
    finding = _due(select(*columns, submitted, ~_others()), now).where(Reporter.id == reporter_id)
    row = db.session.execute(finding.with_for_update(of=[Reporter, WorkOrder])).one_or_none()
    return _Left(reporter_id, *row) if row else None


def _others() -> ColumnElement[bool]:
    """Whether somebody else who is still here reported the order or joined it."""
    other, account = aliased(Reporter), aliased(Account)
    is_here = or_(other.account_id.is_(None), account.state != AccountState.CLOSED)
    found = select(other.id).outerjoin(account, account.id == other.account_id)
    found = found.where(other.work_order_id == WorkOrder.id, other.id != Reporter.id, other.left_at.is_(None), is_here)
    return found.exists()


def _erase_words(left: _Left) -> int:
    """Erase free text of the timeline and of the audit about this order; returns how many."""
    lines = select(Event.id).where(Event.work_order_id == left.order_id)
    if not left.alone:
        lines = lines.where(Event.actor_id == left.account_id)
    erasing = delete(EventText).where(EventText.event_id.in_(lines))
    erased: int = db.session.execute(erasing, execution_options=_BULK).rowcount  # type: ignore[attr-defined]
    if left.alone:
        erased += trail.erase_texts([f"work_order:{left.number}"])
        _change(TextReview, TextReview.work_order_id == left.order_id, reason=None)
    return erased


def _empty_order(left: _Left) -> None:
    if not (left.alone or left.wrote_it):
        return
    values: dict[str, Any] = {"description": ERASED, "answers": {}, "address": None}
    if left.alone and left.by_point:
        values |= dict.fromkeys(("lat", "lng", "given_lat", "given_lng"))
    _change(WorkOrder, WorkOrder.id == left.order_id, **values)


def _change(model: Any, *where: ColumnElement[bool], **values: Any) -> None:
    """Change rows without a new version: nothing that anybody could act upon changes."""
    db.session.execute(update(model).where(*where).values(**values), execution_options=_BULK)


def people_due() -> Sequence[int]:
    """Accounts that were closed and of which no order holds anything any more; one batch."""
    waits = exists().where(Reporter.account_id == Account.id, Reporter.erased_at.is_(None))
    closed = and_(Account.closed_at.is_not(None), Account.erased_at.is_(None))
    return db.session.scalars(select(Account.id).where(closed, ~waits).order_by(Account.id).limit(BATCH)).all()


def erase_person(account_id: int, now: datetime) -> bool:
    """Erase a person's inbox and what the audit says of them in words; False while more of it waits."""
    if inbox.forget_of(account_id, INBOX_BATCH) == INBOX_BATCH:
        return False
    account = db.session.get_one(Account, account_id, with_for_update=True)
    if account.erased_at is not None:
        return True
    texts = trail.erase_texts([closing.subject(account)])
    account.erased_at = now
    trail.audit(trail.ERASED, closing.subject(account), texts=texts)
    return True
