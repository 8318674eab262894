"""What moves a due date within a round, as it took effect one by one.

Pauses 暂停, approved extensions 延期, the earlier date of what was merged 并案 into it, that of what it was split off.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from app.db import db
from app.deadlines.limits import Limit, Unit
from app.deadlines.queries import calendar
from app.work_orders.side_records import Kind, SideRecord

if TYPE_CHECKING:
    from app.work_orders.models import WorkOrder

APPROVED = "approved"
ABSORBED, INHERITED, UNDONE = "absorbed", "inherited", "undone"
PAUSING = (Kind.QUESTION, Kind.LEDGER)
"""Records while one of which is open the time stands still."""
MOVING = (*PAUSING, Kind.EXTENSION, Kind.ABSORPTION)


@dataclass(frozen=True)
class Pause:
    """While it lasts the resident's time stands still."""

    start: datetime
    end: datetime
    kind: Kind = Kind.QUESTION

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


@dataclass(frozen=True)
class Absorbed:
    """The due date of an order that was merged into this one, where it is the earlier."""

    at: datetime
    due: datetime
    until: datetime | None = None  # the end of the pause in which it was merged

    def moved(self, due: datetime, unit: Unit) -> datetime:
        """Its time stood still with this order's for what was left of the pause."""
        own = self.due if self.until is None else calendar().shift(self.due, unit, self.at, self.until)
        return min(due, own)


@dataclass(frozen=True)
class Inherited:
    """The due date of the order that this one was split off."""

    at: datetime
    due: datetime

    def moved(self, _due: datetime, _unit: Unit) -> datetime:
        """Whatever had moved that one counts here too."""
        return self.due


Move = Pause | Extension | Absorbed | Inherited


def of_round(order: "WorkOrder") -> list[Move]:
    """What moved the due date of this round so far: not yet a pause that still lasts, nor what was merged within it."""
    rows = db.session.execute(
        select(SideRecord.kind, SideRecord.ended_at, SideRecord.outcome, SideRecord.facts)
        .where(
            SideRecord.work_order_id == order.id,
            SideRecord.round == order.round,
            SideRecord.kind.in_([kind.value for kind in MOVING]),
            SideRecord.ended_at.is_not(None),
        )
        .order_by(SideRecord.ended_at, SideRecord.id)
    )
    found: list[Move] = []
    for row in rows:
        if row.kind == Kind.EXTENSION.value:
            found += [Extension(row.ended_at, limit_of(row.facts))] if row.outcome == APPROVED else []
        elif row.kind == Kind.ABSORPTION.value:
            found += _came_with(order, row)
        elif "to" in row.facts:
            found.append(pause_of(Kind(row.kind), row.facts))
    return in_effect(found)


def _came_with(order: "WorkOrder", row: Any) -> list[Move]:
    """The due date that came with another order, unless that was undone or happened in the pause that still lasts."""
    if row.outcome == ABSORBED and not _is_within(order, row.ended_at):
        return [Absorbed(row.ended_at, due_of(row.facts))]
    return [Inherited(row.ended_at, due_of(row.facts))] if row.outcome == INHERITED else []


def _is_within(order: "WorkOrder", moment: datetime) -> bool:
    """Whether it was in the pause that still lasts."""
    return order.paused_at is not None and moment >= order.paused_at


def in_effect(found: Sequence[Move]) -> list[Move]:
    """In the order in which they took effect: what was merged during a pause did when the pause was over."""
    pauses = [move for move in found if isinstance(move, Pause)]
    placed = [_after_its_pause(move, pauses) if isinstance(move, Absorbed) else move for move in found]
    return sorted(placed, key=_took_effect)


def _after_its_pause(move: Absorbed, pauses: Sequence[Pause]) -> Absorbed:
    pause = next((one for one in pauses if one.start <= move.at < one.end), None)
    return replace(move, until=pause.end) if pause else move


def _took_effect(move: Move) -> tuple[datetime, bool]:
    """When, and of one moment what was merged during a pause after the pause itself."""
    if isinstance(move, Pause):
        return move.end, False
    waited = move.until if isinstance(move, Absorbed) else None
    return waited or move.at, waited is not None


def absorbed_during(order: "WorkOrder", pause: Pause) -> list[Absorbed]:
    """What was merged into the order while this pause lasted."""
    rows = db.session.scalars(
        select(SideRecord).where(
            SideRecord.work_order_id == order.id,
            SideRecord.round == order.round,
            SideRecord.kind == Kind.ABSORPTION.value,
            SideRecord.outcome == ABSORBED,
            SideRecord.ended_at >= pause.start,
        )
    )
    return [Absorbed(row.opened_at, due_of(row.facts), pause.end) for row in rows]


def ended(facts: Mapping[str, Any], pause: Pause) -> dict[str, Any]:
    """The facts of the record by which a pause ended: it alone keeps the whole of it, however often it was renewed."""
    lasting = {name: value for name, value in facts.items() if name != "running"}
    return lasting | {"from": pause.start.isoformat(), "to": pause.end.isoformat()}


def pause_of(kind: Kind, facts: Mapping[str, Any]) -> Pause:
    """The pause that such a record keeps."""
    return Pause(datetime.fromisoformat(facts["from"]), datetime.fromisoformat(facts["to"]), kind)


def due_of(facts: dict[str, str]) -> datetime:
    """The due date that came with another order, from the facts of its record."""
    return datetime.fromisoformat(facts["due"])


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
    """When a share of it has passed, extensions included; of a date that came from another order, of the way to it."""
    if any(isinstance(move, Absorbed | Inherited) for move in moves):
        return _share_between(start, reached(start, limit, moves), limit.unit, share)
    more = sum(move.limit.amount for move in moves if isinstance(move, Extension))
    moment = calendar().moment_at(start, Limit(limit.amount + more, limit.unit), share)
    for move in moves:
        if isinstance(move, Pause):
            moment = move.moved(moment, limit.unit)
    return moment


def _share_between(start: datetime, end: datetime, unit: Unit, share: float) -> datetime:
    if end <= start:
        return end
    if unit.is_clock:
        return start + (end - start) * share
    return calendar().add_working_minutes(start, calendar().working_minutes_between(start, end) * share)
