"""The holder's clock 承办计时: every overdue minute counts to whoever had the order then."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, bindparam, select

from app import clock
from app.db import db
from app.deadlines.queries import calendar
from app.deadlines.timers import Timer
from app.work_orders import due_dates
from app.work_orders.extensions import UNANSWERED
from app.work_orders.models import Assignment, WorkOrder
from app.work_orders.side_records import Kind, SideRecord
from app.work_orders.timeline import Event
from app.work_orders.workflow import ACTIVE

MINUTE = timedelta(minutes=1)
Count = Callable[[datetime, datetime], timedelta]
"""How much of the time between two moments counts."""


class To(StrEnum):
    """To whom overdue time counts."""

    PERSON = "person"
    UNIT = "unit"
    APPROVER = "approver"


@dataclass(frozen=True)
class Holder:
    """A person by account, or the office of a place: with nobody assigned, or by an extension left unanswered."""

    to: To
    id: int | None


@dataclass(frozen=True)
class Stretch:
    """From when to when somebody answers for the time; without an end it lasts."""

    start: datetime
    end: datetime | None
    holder: Holder

    def covers(self, moment: datetime) -> bool:
        return self.start <= moment and (self.end is None or moment < self.end)


@dataclass(frozen=True)
class Share:
    """How much overdue time counts to one holder, in one round; whole minutes that add up to the whole."""

    round: int
    holder: Holder
    counted: timedelta
    minutes: int


@dataclass(frozen=True)
class Late:
    """The overdue time of one round: while the order was active after it was due, with who answered for it when."""

    round: int
    running: Sequence[tuple[datetime, datetime]]
    due_at: datetime
    stretches: Sequence[Stretch]  # the first that covers a moment answers for it
    otherwise: Holder
    count: Count


def by_holder(order: WorkOrder) -> list[Share]:
    """Whose the overdue minutes of the order are, round by round, until now."""
    return [share for late in _rounds(order) for share in shares(late)]


def between(orders: Sequence[WorkOrder], start: datetime, end: datetime) -> dict[int, list[Share]]:
    """The same of many orders, by their ids, and only what fell between two moments: four statements for all."""
    kept = _kept(orders)
    return {
        order.id: [share for late in _rounds_of(order, kept) for share in shares(_cut_to(late, start, end))]
        for order in orders
    }


def _cut_to(late: Late, start: datetime, end: datetime) -> Late:
    pieces = [(max(start, begin), min(end, until)) for begin, until in late.running]
    return replace(late, running=[piece for piece in pieces if piece[0] < piece[1]])


def total(order: WorkOrder) -> int:
    """All overdue minutes of the order until now."""
    return sum(overdue(late) for late in _rounds(order))


def overdue(late: Late) -> int:
    """All overdue minutes of one round, whoever answers for them."""
    return int(sum((late.count(*piece) for piece in _after_due(late)), timedelta()) / MINUTE)


def shares(late: Late) -> list[Share]:
    """Cut the overdue time wherever somebody else begins to answer for it, and give each piece to them."""
    spent: dict[Holder, tuple[timedelta, int]] = {}
    passed = timedelta()
    for start, end in _after_due(late):
        for piece_start, piece_end in _cut(start, end, late.stretches):
            counted = late.count(piece_start, piece_end)
            # Minutes are taken from the running sum, so that what is cut off here is not lost there.
            minutes = int((passed + counted) / MINUTE) - int(passed / MINUTE)
            passed += counted
            holder = next((one.holder for one in late.stretches if one.covers(piece_start)), late.otherwise)
            before = spent.get(holder, (timedelta(), 0))
            spent[holder] = (before[0] + counted, before[1] + minutes)
    return [Share(late.round, holder, *found) for holder, found in spent.items() if found[0]]


def _after_due(late: Late) -> Iterator[tuple[datetime, datetime]]:
    for start, end in late.running:
        if end > late.due_at:
            yield max(start, late.due_at), end


def _cut(start: datetime, end: datetime, stretches: Iterable[Stretch]) -> Iterator[tuple[datetime, datetime]]:
    edges = {moment for one in stretches for moment in (one.start, one.end) if moment and start < moment < end}
    at = [start, *sorted(edges), end]
    yield from zip(at, at[1:], strict=False)


Rows = dict[int, list[Any]]
"""Rows of some orders, by order."""


@dataclass(frozen=True)
class Kept:
    """What was written down about some orders: their lines, timers, holders and the extensions asked for."""

    lines: Rows
    timers: Rows
    holders: Rows
    asked: Rows


def _kept(orders: Sequence[WorkOrder]) -> Kept:
    ids = [order.id for order in orders]
    return Kept(*(_by_order(statement, ids) for statement in (_LINES, _TIMERS, _HOLDERS, _ASKED)))


def _by_order(statement: Select[Any], ids: Sequence[int]) -> Rows:
    found: Rows = {order_id: [] for order_id in ids}
    for row in db.session.execute(statement, {"ids": ids}):
        found[row.work_order_id].append(row)
    return found


_LINES = (
    select(Event.work_order_id, Event.at, Event.to_status, Event.round)
    .where(Event.work_order_id.in_(bindparam("ids", expanding=True)))
    .order_by(Event.work_order_id, Event.id)
)
_TIMERS = (
    select(Timer.work_order_id, Timer.round, Timer.due_at)
    .where(Timer.work_order_id.in_(bindparam("ids", expanding=True)), Timer.kind == "due")
    .order_by(Timer.round, Timer.id)
)
_HOLDERS = (
    select(Assignment.work_order_id, Assignment.account_id, Assignment.started_at, Assignment.ended_at)
    .where(Assignment.work_order_id.in_(bindparam("ids", expanding=True)))
    .order_by(Assignment.id)
)
_ASKED = (
    select(SideRecord.work_order_id, SideRecord.opened_at, SideRecord.outcome, SideRecord.unit_id, SideRecord.round)
    .where(SideRecord.work_order_id.in_(bindparam("ids", expanding=True)), SideRecord.kind == Kind.EXTENSION.value)
    .order_by(SideRecord.id)
)


def _rounds(order: WorkOrder) -> list[Late]:
    return _rounds_of(order, _kept([order]))


def _rounds_of(order: WorkOrder, kept: Kept) -> list[Late]:
    active, approvers = _active(kept.lines[order.id]), _approvers(kept.asked[order.id])
    holders = [
        Stretch(row.started_at, row.ended_at, Holder(To.PERSON, row.account_id)) for row in kept.holders[order.id]
    ]
    office, count = Holder(To.UNIT, order.lead_unit_id), _count_of(order)
    return [
        Late(one, active.get(one, ()), due_at, [*approvers.get(one, ()), *holders], office, count)
        for one, due_at in _due_of_rounds(order, kept.timers[order.id])
    ]


def _count_of(order: WorkOrder) -> Count:
    if due_dates.counted(order)[1].unit.is_clock:
        return lambda start, end: end - start
    return calendar().working_time_between


def _active(lines: Sequence[Any]) -> dict[int, list[tuple[datetime, datetime]]]:
    """By round, when the resident's time ran: neither paused nor settled."""
    ends = [line.at for line in lines[1:]] + [clock.now()]
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    for line, end in zip(lines, ends, strict=True):
        if line.to_status in ACTIVE and end > line.at:
            found.setdefault(line.round, []).append((line.at, end))
    return found


def _due_of_rounds(order: WorkOrder, rows: Sequence[Any]) -> list[tuple[int, datetime]]:
    """The last due date of each round: of earlier ones the last timer tells it, of this one the order."""
    found: dict[int, datetime] = {row.round: row.due_at for row in rows}
    if order.due_at is not None:
        found[order.round] = order.due_at
    return sorted(found.items())


def _approvers(asked: Sequence[Any]) -> dict[int, list[Stretch]]:
    """By round: from an extension that nobody answered until the next one was asked for."""
    ends = [*(row.opened_at for row in asked[1:]), None]
    found: dict[int, list[Stretch]] = {}
    for row, end in zip(asked, ends, strict=False):
        if row.outcome == UNANSWERED:
            stretch = Stretch(row.opened_at, end, Holder(To.APPROVER, row.unit_id))
            found.setdefault(row.round, []).append(stretch)
    return found
