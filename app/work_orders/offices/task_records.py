"""任务: what another unit was asked to do for an order; joint handling asks its parties by the same rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import secrets
from app.db import Encrypted, Model, UTCDateTime, db
from app.work_orders.models import WorkOrder
from app.work_orders.timeline import Event

IS_OPEN = text("ended_at IS NULL")


class Task(Model):
    """One thing that one unit was asked to do. `unit_id` is its place; `organisation_id` where it is no office."""

    __tablename__ = "task"
    __table_args__ = (
        Index(None, "work_order_id"),
        Index("ix_task_organisation", "organisation_id", "due_at", postgresql_where=IS_OPEN, sqlite_where=IS_OPEN),
        Index("ix_task_unit", "unit_id", "due_at", postgresql_where=IS_OPEN, sqlite_where=IS_OPEN),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    cause: Mapped[str] = mapped_column(String(20))  # routing, asked, escalation
    what: Mapped[str | None] = mapped_column(Encrypted)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # nothing personal
    opened_event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    ended_event_id: Mapped[int | None] = mapped_column(ForeignKey("event.id"))
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None] = mapped_column(String(20))  # done, not_done, cancelled

    # Written after the order and its events, as an assignment is.
    work_order: Mapped[WorkOrder] = relationship(lazy="raise")
    opened_event: Mapped[Event] = relationship(lazy="raise", foreign_keys=[opened_event_id])
    ended_event: Mapped[Event | None] = relationship(lazy="raise", foreign_keys=[ended_event_id])


def put(
    order: WorkOrder,
    event: Event,
    *,
    unit_id: int,
    organisation_id: int | None = None,
    cause: str,
    what: str = "",
    due_at: datetime | None = None,
    **facts: Any,
) -> Task:
    """Ask a unit by this event; the order counts what it waits for, so that settling it need not ask."""
    task = Task(
        public_id=secrets.public_id(),
        work_order=order,
        unit_id=unit_id,
        organisation_id=organisation_id,
        cause=cause,
        what=what or None,
        facts=facts,
        opened_event=event,
        opened_at=event.at,
        due_at=due_at,
    )
    db.session.add(task)
    order.open_tasks += 1
    return task


def open_ones(order: WorkOrder) -> list[Task]:
    """What other units were asked to do for the order and have not reported."""
    if order.open_tasks == 0:
        return []
    of_order = select(Task).where(Task.work_order_id == order.id, Task.ended_at.is_(None))
    return list(db.session.scalars(of_order.order_by(Task.id)))


def end(order: WorkOrder, task: Task, event: Event, outcome: str) -> None:
    """The unit is done with it, or need not do it any more: `done`, `not_done` or `cancelled`."""
    task.ended_event, task.ended_at, task.outcome = event, event.at, outcome
    order.open_tasks -= 1


def cancel(order: WorkOrder, event: Event) -> list[Task]:
    """End all that is open when the order itself ends; returns what was ended, so that its units can be told."""
    found = open_ones(order)
    for task in found:
        end(order, task, event, "cancelled")
    return found
