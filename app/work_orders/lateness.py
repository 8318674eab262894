"""The holder's clock 承办计时: every overdue minute counts to whoever had the order then."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

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


def _rounds(order: WorkOrder) -> list[Late]:
    active, approvers, holders = _active(order), _approvers(order), _holders(order)
    office, count = Holder(To.UNIT, order.lead_unit_id), _count_of(order)
    return [
        Late(one, active.get(one, ()), due_at, [*approvers.get(one, ()), *holders], office, count)
        for one, due_at in _due_of_rounds(order)
    ]


def _count_of(order: WorkOrder) -> Count:
    if due_dates.counted(order)[1].unit.is_clock:
        return lambda start, end: end - start
    return calendar().working_time_between


def _active(order: WorkOrder) -> dict[int, list[tuple[datetime, datetime]]]:
    """By round, when the resident's time ran: neither paused nor settled."""
    lines = db.session.execute(
        select(Event.at, Event.to_status, Event.round).where(Event.work_order_id == order.id).order_by(Event.id)
    ).all()
    ends = [line.at for line in lines[1:]] + [clock.now()]
    found: dict[int, list[tuple[datetime, datetime]]] = {}
    for line, end in zip(lines, ends, strict=True):
        if line.to_status in ACTIVE and end > line.at:
            found.setdefault(line.round, []).append((line.at, end))
    return found


def _due_of_rounds(order: WorkOrder) -> list[tuple[int, datetime]]:
    """The last due date of each round: of earlier ones the last timer tells it, of this one the order."""
    rows = db.session.execute(
        select(Timer.round, Timer.due_at)
        .where(Timer.work_order_id == order.id, Timer.kind == "due")
        .order_by(Timer.round, Timer.id)
    )
    found = {row.round: row.due_at for row in rows}
    if order.due_at is not None:
        found[order.round] = order.due_at
    return sorted(found.items())


def _holders(order: WorkOrder) -> list[Stretch]:
    rows = db.session.execute(
        select(Assignment.account_id, Assignment.started_at, Assignment.ended_at)
        .where(Assignment.work_order_id == order.id)
        .order_by(Assignment.id)
    )
    return [Stretch(row.started_at, row.ended_at, Holder(To.PERSON, row.account_id)) for row in rows]


def _approvers(order: WorkOrder) -> dict[int, list[Stretch]]:
    """By round: from an extension that nobody answered until the next one was asked for."""
    asked = db.session.execute(
        select(SideRecord.opened_at, SideRecord.outcome, SideRecord.unit_id, SideRecord.round)
        .where(SideRecord.work_order_id == order.id, SideRecord.kind == Kind.EXTENSION.value)
        .order_by(SideRecord.id)
    ).all()
    ends = [*(row.opened_at for row in asked[1:]), None]
    found: dict[int, list[Stretch]] = {}
    for row, end in zip(asked, ends, strict=False):
        if row.outcome == UNANSWERED:
            stretch = Stretch(row.opened_at, end, Holder(To.APPROVER, row.unit_id))
            found.setdefault(row.round, []).append(stretch)
    return found
