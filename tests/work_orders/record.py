"""What the house wrote down about an order, and two ways to act: a command that works, and one that is refused."""

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from app.commands import sweep as command
from app.db import db, end_reading
from app.deadlines.timers import Timer
from app.errors import Conflict, Refusal, Unavailable
from app.notifications.models import Outbox
from app.people.models import Account
from app.work_orders.models import Assignment, FollowUp, Rating, Recusal, Reporter, WorkOrder
from app.work_orders.offices.task_records import Task
from app.work_orders.side_records import SideRecord
from app.work_orders.timeline import Event, EventText
from tests.factories import writing


def run(act: Callable[..., Any], *args: Any, **values: Any) -> Any:
    """Act as a door does: in one transaction."""
    with writing():
        return act(*args, **values)


def refused(kind: type[Refusal], act: Callable[..., Any], *args: Any, **values: Any) -> Refusal:
    """The refusal with which the command was turned down; nothing at all may have changed."""
    before = everything()
    with pytest.raises(kind) as caught:
        run(act, *args, **values)
    assert everything() == before
    return caught.value


def everything() -> tuple[Any, ...]:
    """Enough of all rows to notice any change."""
    counts = [
        db.session.scalar(select(func.count()).select_from(model))
        for model in (WorkOrder, Event, EventText, Outbox, Timer, Rating, Recusal, Task)
    ]
    orders = db.session.execute(
        select(WorkOrder.id, WorkOrder.version, WorkOrder.status, WorkOrder.assignee_id).order_by(WorkOrder.id)
    ).all()
    held = db.session.execute(select(Assignment.id, Assignment.ended_at).order_by(Assignment.id)).all()
    owed = db.session.execute(select(FollowUp.id, FollowUp.attempts, FollowUp.ended_at).order_by(FollowUp.id)).all()
    beside = db.session.execute(
        select(SideRecord.id, SideRecord.due_at, SideRecord.ended_at, SideRecord.outcome).order_by(SideRecord.id)
    ).all()
    behind = db.session.execute(
        select(Reporter.id, Reporter.is_first, Reporter.left_at, Reporter.created_at).order_by(Reporter.id)
    ).all()
    end_reading()
    return counts, orders, held, owed, beside, behind


def sweep() -> None:
    """Fire whatever is due now, as the sweep does; none of it may break."""
    command._broke_at.clear()
    while command.fire_due():
        pass
    assert not command._broke_at


def events(order: Any) -> list[SimpleNamespace]:
    """The lines of the timeline with their words, the oldest first."""
    rows = db.session.execute(
        select(Event, EventText.text)
        .outerjoin(EventText, EventText.event_id == Event.id)
        .where(Event.work_order_id == order.id)
        .order_by(Event.id)
    ).all()
    end_reading()
    columns = [column.key for column in Event.__table__.columns]
    return [SimpleNamespace(**{name: getattr(row, name) for name in columns}, words=text) for row, text in rows]


def story(order: Any) -> list[str]:
    return [event.action for event in events(order)]


def last(order: Any) -> SimpleNamespace:
    return events(order)[-1]


def topics(order: Any, since: int = 0) -> list[str]:
    """What is owed to people about the order, in order."""
    return [topic for topic, _ in owed(order)][since:]


def owed(order: Any) -> list[tuple[str, dict[str, Any]]]:
    rows = db.session.execute(
        select(Outbox.topic, Outbox.facts).where(Outbox.work_order_id == order.id).order_by(Outbox.id)
    )
    found = [(row.topic, row.facts) for row in rows]
    end_reading()
    return found


def told(order: Any, topic: str) -> dict[str, Any]:
    """The facts of the newest event of this topic."""
    return [facts for name, facts in owed(order) if name == topic][-1]


def timers(order: Any) -> dict[str, Any]:
    """When each kind of timer is due that has not fired; the newest of a kind."""
    rows = db.session.execute(
        select(Timer.kind, Timer.due_at)
        .where(Timer.work_order_id == order.id, Timer.fired_at.is_(None))
        .order_by(Timer.id)
    ).all()
    end_reading()
    return {row.kind: row.due_at for row in rows}


def holders(order: Any) -> list[tuple[int, str, bool]]:
    """(account, how, whether it has ended) of every assignment."""
    rows = db.session.execute(
        select(Assignment.account_id, Assignment.how, Assignment.ended_at)
        .where(Assignment.work_order_id == order.id)
        .order_by(Assignment.id)
    ).all()
    end_reading()
    return [(row.account_id, row.how, row.ended_at is not None) for row in rows]


def tasks(order: Any) -> list[tuple[str, int, int | None, str | None]]:
    """(cause, unit, organisation, outcome) of everything that other units were asked to do."""
    rows = db.session.execute(
        select(Task.cause, Task.unit_id, Task.organisation_id, Task.outcome)
        .where(Task.work_order_id == order.id)
        .order_by(Task.id)
    ).all()
    end_reading()
    return [tuple(row) for row in rows]


def follow_ups(order: Any) -> list[SimpleNamespace]:
    rows = db.session.scalars(select(FollowUp).where(FollowUp.work_order_id == order.id).order_by(FollowUp.id)).all()
    end_reading()
    columns = [column.key for column in FollowUp.__table__.columns]
    return [SimpleNamespace(**{name: getattr(row, name) for name in columns}) for row in rows]


def public_id(actor: Any) -> str:
    found = db.session.scalar(select(Account.public_id).where(Account.id == actor.account_id))
    end_reading()
    return str(found)


def won(outcomes: list[Any]) -> list[int]:
    return [place for place, outcome in enumerate(outcomes) if not isinstance(outcome, Exception)]


def lost(outcomes: list[Any]) -> list[Exception]:
    """Whoever lost was refused as a conflict; a database that was busy for too long would be another matter."""
    errors = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert [error for error in errors if not isinstance(error, Refusal)] == []
    assert [error for error in errors if isinstance(error, Unavailable)] == []
    assert all(isinstance(error, Conflict) for error in errors)
    return errors


def slowly(handler):
    """The handler, after it has held its timer for a while."""

    def handle(*given):
        time.sleep(0.6)
        handler(*given)

    return handle
