"""Whether an order's text may be shown to neighbours: WeChat looks first, a person where it is unsure or away.

A text that nobody has passed is hidden from neighbours and from nobody else: handling goes on, nothing is deleted,
and no message is owed, whatever a person decides. So a decision stands in the audit and not on the timeline.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, Row, String, Text, and_, exists, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Model, UTCDateTime, db
from app.errors import Conflict
from app.people.actor import Actor
from app.people.models import Account
from app.photos.review import mark
from app.trail import audit
from app.work_orders.models import Reporter, WorkOrder

WITHIN = timedelta(hours=2)
BATCH = 50
_BULK = {"synchronize_session": False}


class TextReview(Model):
    """A text that a person must look at, or has looked at; there is none while WeChat may still pass it."""

    __tablename__ = "text_review"
    __table_args__ = (Index(None, "decided_at", "opened_at"),)

    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"), primary_key=True)
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    verdict: Mapped[str | None] = mapped_column(String(8))  # of WeChat: review or risky; None when it could not look
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str | None] = mapped_column(Text)


_UNCHECKED = and_(WorkOrder.unchecked, ~exists().where(TextReview.work_order_id == WorkOrder.id))


@dataclass(frozen=True)
class Unchecked:
    """All that a reporter wrote on an order, with WeChat's name of them."""

    order_id: int
    text: str
    openid: str


def waiting() -> list[Unchecked]:
    """Orders whose text nobody has looked at and WeChat still may."""
    rows = db.session.execute(
        select(WorkOrder.id, WorkOrder.description, WorkOrder.address, WorkOrder.answers, Account.openid)
        .join(Reporter, Reporter.work_order_id == WorkOrder.id)
        .join(Account, Account.id == Reporter.account_id)
        .where(
            _UNCHECKED,
            Reporter.is_first,
            Account.openid.is_not(None),
            WorkOrder.created_at > clock.now() - WITHIN,
        )
        .order_by(WorkOrder.created_at, WorkOrder.id)
        .limit(BATCH)
    )
    return [Unchecked(row.id, _whole_text(row), row.openid) for row in rows]


def _whole_text(row: Row[Any]) -> str:
    """The same fields together that are looked at when they are sent."""
    return "\n".join(filter(None, (row.description, row.address, *row.answers.values())))


def overdue() -> Sequence[int]:
    """Orders whose text WeChat will not look at any more: the two hours are over, or it does not know the reporter."""
    late = or_(WorkOrder.created_at <= clock.now() - WITHIN, Account.openid.is_(None))
    return db.session.scalars(
        select(WorkOrder.id)
        .join(Reporter, and_(Reporter.work_order_id == WorkOrder.id, Reporter.is_first))
        .outerjoin(Account, Account.id == Reporter.account_id)
        .where(_UNCHECKED, late)
        .order_by(WorkOrder.created_at, WorkOrder.id)
        .limit(BATCH)
    ).all()


def settle(order_id: int, suggest: str) -> None:
    """Pass shows the order to neighbours; review and risky keep it hidden until a person looks."""
    for number in _update(WorkOrder.id == order_id, _UNCHECKED, unchecked=False, hidden=suggest != "pass"):
        audit("text.checked", f"work_order:{number}", verdict=suggest)
        if suggest != "pass":
            db.session.add(TextReview(work_order_id=order_id, opened_at=clock.now(), verdict=suggest))


def hand_over(order_id: int, cause: str) -> None:
    """Let a person look at a text that WeChat did not look at, for this cause."""
    number = db.session.scalar(select(WorkOrder.number).where(WorkOrder.id == order_id, _UNCHECKED))
    if number is not None:
        db.session.add(TextReview(work_order_id=order_id, opened_at=clock.now()))
        audit("text.handed_over", f"work_order:{number}", cause=cause)


def open_for(order: WorkOrder) -> None:
    """Let a person look at a text about which WeChat was unsure when it was sent."""
    db.session.add(TextReview(work_order_id=order.id, opened_at=clock.now(), verdict="review"))


def decide(number: str, by: Actor, *, passes: bool, reason: str, seen: str) -> None:
    """A person's word on the text of an order that they may decide about; it stands.

    `seen` says which decision they saw on the page; raises Conflict when a colleague was faster.
    """
    order_id, decided_at, hidden = db.session.execute(
        select(WorkOrder.id, TextReview.decided_at, WorkOrder.hidden)
        .join(TextReview, TextReview.work_order_id == WorkOrder.id)
        .where(WorkOrder.number == number)
    ).one()
    as_seen = TextReview.decided_at.is_(None) if decided_at is None else TextReview.decided_at == decided_at
    deciding = (
        update(TextReview)
        .where(TextReview.work_order_id == order_id, as_seen)
        .values(decided_at=clock.now(), decider_id=by.account_id, reason=reason or None)
        .returning(TextReview.work_order_id)
    )
    written = mark(decided_at) == seen and db.session.scalar(deciding, execution_options=_BULK)
    if not written:
        raise Conflict("这段文字刚刚已由其他同事处理，不用再处理。")
    _update(WorkOrder.id == order_id, unchecked=False, hidden=not passes)
    decision = {"before": "hidden" if hidden else "shown", "after": "shown" if passes else "hidden"}
    audit("text.reviewed", f"work_order:{number}", actor_id=by.account_id, text=reason, **decision)


def _update(*where: Any, **values: Any) -> Sequence[str]:
    """Change what is shown without a new version: whoever handles the order meanwhile is not disturbed."""
    changing = update(WorkOrder).where(*where).values(**values).returning(WorkOrder.number)
    return db.session.scalars(changing, execution_options=_BULK).all()
