"""Facts beside the status: offers, questions, urges, proposals. Each has a record; at most one of a kind is open.

`take()` ends them: by name when an action answers one, and as lapsed when the order moves to where a kind has no place
any more. Only where a category brings another unit, what the former one asked for lapses a moment after. Whoever waited
for an answer is told.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Model, UTCDateTime, db
from app.work_orders.timeline import Event
from app.work_orders.workflow import DISPUTABLE, ESCALATED, OPEN, Status

if TYPE_CHECKING:
    from app.work_orders.models import WorkOrder

LAPSED = "lapsed"


class Kind(StrEnum):
    """What an open record asks of somebody."""

    APPEAL = "appeal"
    QUESTION = "question"
    TRANSFER = "transfer"
    EXTENSION = "extension"
    CATEGORY = "category"
    URGE = "urge"
    DISPUTE = "dispute"
    ESCALATION_PROPOSAL = "escalation_proposal"
    ESCALATION = "escalation"
    SUPERVISION = "supervision"
    LEDGER_PROPOSAL = "ledger_proposal"
    LEDGER = "ledger"
    TERMINATION = "termination"
    MERGE = "merge"
    ABSORPTION = "absorption"


KIND_NAMES = {
    Kind.APPEAL: "申诉",
    Kind.QUESTION: "请补充",
    Kind.TRANSFER: "转办",
    Kind.EXTENSION: "延期申请",
    Kind.CATEGORY: "改类别申请",
    Kind.URGE: "催办",
    Kind.DISPUTE: "派单异议",
    Kind.ESCALATION_PROPOSAL: "提请吹哨",
    Kind.ESCALATION: "吹哨",
    Kind.SUPERVISION: "督办",
    Kind.LEDGER_PROPOSAL: "挂账申请",
    Kind.LEDGER: "挂账",
    Kind.TERMINATION: "终止申请",
    Kind.MERGE: "并案",
    Kind.ABSORPTION: "并入",
}

LIVES_IN: dict[Kind, tuple[Status, ...]] = {
    Kind.APPEAL: (Status.SUBMITTED, Status.AWAITING_RESIDENT),
    Kind.QUESTION: (Status.AWAITING_RESIDENT,),
    Kind.TRANSFER: (Status.IN_PROGRESS,),
    Kind.EXTENSION: OPEN,
    Kind.CATEGORY: OPEN,
    Kind.URGE: OPEN,
    Kind.DISPUTE: DISPUTABLE,
    Kind.ESCALATION_PROPOSAL: (Status.IN_PROGRESS, Status.AWAITING_RESIDENT),
    Kind.ESCALATION: ESCALATED,
    Kind.SUPERVISION: tuple(Status),
    Kind.LEDGER_PROPOSAL: (Status.IN_PROGRESS, Status.AWAITING_RESIDENT),
    Kind.LEDGER: (Status.ON_LEDGER,),
    Kind.TERMINATION: OPEN,
    Kind.MERGE: (Status.MERGED,),
    Kind.ABSORPTION: (),
}
"""In which statuses a record may stay open; in any other it lapses. What was absorbed is written down as ended."""


class SideRecord(Model):
    """One fact beside the status, from the event that opened it to the one that ended it."""

    __tablename__ = "side_record"
    __table_args__ = (
        Index(
            "uq_side_record_open",
            "work_order_id",
            "kind",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index(None, "work_order_id", "kind"),
        Index(
            "ix_side_record_unit",
            "unit_id",
            "kind",
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    kind: Mapped[str] = mapped_column(String(20))
    round: Mapped[int]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # whoever asked, and waits
    to_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # the person it is put to
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))  # the office that must decide
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # nothing personal
    opened_event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None] = mapped_column(String(20))

    # Written after the order and its events, as an assignment is.
    work_order: Mapped["WorkOrder"] = relationship(lazy="raise")
    opened_event: Mapped[Event] = relationship(lazy="raise", foreign_keys=[opened_event_id])
    ended_event: Mapped[Event | None] = relationship(lazy="raise", foreign_keys=[ended_event_id])


def put(
    order: "WorkOrder",
    kind: Kind,
    event: Event,
    /,
    *,
    to_id: int | None = None,
    unit_id: int | None = None,
    due_at: datetime | None = None,
    **facts: Any,
) -> SideRecord:
    """Open a record by this event; the order remembers which kinds are open, so that moving on need not ask."""
    record = SideRecord(
        work_order=order,
        kind=kind.value,
        round=order.round,
        by_id=event.actor_id,
        to_id=to_id,
        unit_id=unit_id,
        facts=facts,
        opened_event=event,
        opened_at=event.at,
        due_at=due_at,
    )
    db.session.add(record)
    order.beside = _with(order.beside, kind)
    if kind is Kind.TRANSFER:
        order.offered_to_id = to_id
    return record


def write_down(order: "WorkOrder", kind: Kind, event: Event, outcome: str, **facts: Any) -> SideRecord:
    """A record that is over as soon as it is made: nobody is asked anything."""
    record = SideRecord(
        work_order=order,
        kind=kind.value,
        round=order.round,
        by_id=event.actor_id,
        facts=facts,
        opened_event=event,
        opened_at=event.at,
        ended_event=event,
        ended_at=event.at,
        outcome=outcome,
    )
    db.session.add(record)
    return record


def find_open(order: "WorkOrder", kind: Kind) -> SideRecord | None:
    """The open record of this kind, if there is one."""
    if not order.has_open(kind):
        return None
    return db.session.scalar(
        select(SideRecord).where(
            SideRecord.work_order_id == order.id, SideRecord.kind == kind.value, SideRecord.ended_at.is_(None)
        )
    )


def move_on(order: "WorkOrder", event: Event, answered: Mapping[Kind, str]) -> list[SideRecord]:
    """End what this event answers, and as lapsed what has no place in the order's new status; returns the lapsed."""
    open_kinds = [Kind(kind) for kind in order.beside.split(",") if kind]
    leaving = {kind for kind in open_kinds if order.status not in LIVES_IN[kind]} - answered.keys()
    lapsed = []
    for kind in open_kinds:
        if kind in answered or kind in leaving:
            record = _end(order, kind, event, answered.get(kind, LAPSED))
            if kind in leaving:
                lapsed.append(record)
    return lapsed


def _end(order: "WorkOrder", kind: Kind, event: Event, outcome: str) -> SideRecord:
    record = find_open(order, kind)
    if record is None:
        raise RuntimeError(f"{order.number} says that a {kind} is open, but there is none")
    record.ended_event, record.ended_at, record.outcome = event, event.at, outcome
    order.beside = _without(order.beside, kind)
    if kind is Kind.TRANSFER:
        order.offered_to_id = None
    return record


def _with(kinds: str, kind: Kind) -> str:
    return ",".join(sorted({*filter(None, kinds.split(",")), kind.value}))


def _without(kinds: str, kind: Kind) -> str:
    return ",".join(one for one in kinds.split(",") if one != kind)
