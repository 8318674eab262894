"""What moves a due date within a round: pauses 暂停 and approved extensions 延期, as they took effect one by one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.db import db
from app.deadlines.limits import Limit, Unit
from app.deadlines.queries import calendar
from app.work_orders.side_records import LAPSED, Kind, SideRecord

if TYPE_CHECKING:
    from app.work_orders.models import WorkOrder

APPROVED = "approved"


@dataclass(frozen=True)
class Pause:
    """While it lasts the resident's time stands still."""

    start: datetime
    end: datetime

    def moved(self, due: datetime, unit: Unit) -> datetime:
        """Where a limit ends that was running when the pause began; what had passed by then stays."""
        return calendar().shift(due, unit, self.start, self.end) if due > self.start else due


@dataclass(frozen=True)
class Extension:
    """More time, as it was approved."""

    at: datetime
    limit: Limit

    def moved(self, due: datetime, _unit: Unit) -> datetime:
        """Counted from the due date as any limit is from its start."""
        return calendar().due(due, self.limit)


Move = Pause | Extension


def of_round(order: "WorkOrder") -> list[Move]:
    """What moved the due date of this round so far; a pause that still lasts has moved nothing yet."""
    rows = db.session.execute(
        select(SideRecord.kind, SideRecord.ended_at, SideRecord.outcome, SideRecord.facts)
        .where(
            SideRecord.work_order_id == order.id,
            SideRecord.round == order.round,
            SideRecord.kind.in_([Kind.QUESTION.value, Kind.EXTENSION.value]),
            SideRecord.ended_at.is_not(None),
        )
        .order_by(SideRecord.ended_at, SideRecord.id)
    )
    found: list[Move] = []
    for row in rows:
        if row.kind == Kind.QUESTION.value and row.outcome != LAPSED:
            found.append(pause_of(row.facts))
        elif row.kind == Kind.EXTENSION.value and row.outcome == APPROVED:
            found.append(Extension(row.ended_at, limit_of(row.facts)))
    return found


def kept(pause: Pause) -> dict[str, str]:
    """A pause as the facts of a question's record keep it."""
    return {"from": pause.start.isoformat(), "to": pause.end.isoformat()}


def pause_of(facts: dict[str, str]) -> Pause:
    """The pause that the facts of a question's record keep."""
    return Pause(datetime.fromisoformat(facts["from"]), datetime.fromisoformat(facts["to"]))


def limit_of(facts: dict[str, str]) -> Limit:
    """How much was asked for, from the facts of an extension's record."""
    return Limit.read(facts["span"])


def reached(start: datetime, limit: Limit, moves: Iterable[Move]) -> datetime:
    """When a limit ends after all that moved it."""
    due = calendar().due(start, limit)
    for move in moves:
        due = move.moved(due, limit.unit)
    return due


def share_reached(start: datetime, limit: Limit, moves: Sequence[Move], share: float) -> datetime:
    """When a share of it has passed, extensions included."""
    more = sum(move.limit.amount for move in moves if isinstance(move, Extension))
    moment = calendar().moment_at(start, Limit(limit.amount + more, limit.unit), share)
    for move in moves:
        if isinstance(move, Pause):
            moment = move.moved(moment, limit.unit)
    return moment
