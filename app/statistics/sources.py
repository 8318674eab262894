"""Where the rows that count come from, each narrowed to a period by an index.

Whatever happened to an order at some moment, the order has changed since: so what happened in a period is found among
the orders that changed after it began. A part of another order has no reporter of its own and is no request.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, and_, exists, or_, select, union
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.sql.elements import UnaryExpression
from sqlalchemy.sql.operators import custom_op

from app.db import table_of
from app.people.actor import Actor
from app.statistics.periods import Period
from app.statistics.places import Place
from app.territory.models import Level
from app.work_orders import scope
from app.work_orders.models import Rating, Reporter, WorkOrder
from app.work_orders.side_records import Kind, SideRecord
from app.work_orders.statuses import OPEN, Status
from app.work_orders.timeline import Event
from app.work_orders.workflow import Action

FINISHING = (Action.RESOLVE.value, Action.SETTLE.value)


@dataclass(frozen=True)
class Window:
    """What is counted, for whom: a place, a period of days, and only what the person may see."""

    actor: Actor
    place: Place
    period: Period

    @property
    def seen(self) -> ColumnElement[bool]:
        """The place, and of it what the person may count: nothing that is out of their sight."""
        return self._seen_by(WorkOrder)

    @property
    def seen_after(self) -> ColumnElement[bool]:
        """The same for rows that were found by another index."""
        return self._seen_by(_UNINDEXED)

    def _seen_by(self, placed: Any) -> ColumnElement[bool]:
        here = getattr(placed, self.place.column) == self.place.id
        return and_(here, scope.counted_by(self.actor, placed))


# By the place alone SQLite would read all that the place ever had; behind a sign it leaves that index alone.
_UNINDEXED = SimpleNamespace(
    **{
        name: UnaryExpression(table_of(WorkOrder).c[name], operator=custom_op("+"), type_=Integer())
        for name in (f"{level}_id" for level in Level)
    }
)


@dataclass(frozen=True)
class Source:
    """Rows around orders: what they are joined from, and which of them belong to a period."""

    name: str
    joined: FromClause
    near: Callable[[Window], ColumnElement[bool]]
    by_place: bool = True  # whether its index begins with the place

    def within(self, window: Window) -> ColumnElement[bool]:
        seen = window.seen if self.by_place else window.seen_after
        return and_(seen, self.near(window), WorkOrder.parent_id.is_(None))


def _in_period(moment: InstrumentedAttribute[Any], window: Window) -> ColumnElement[bool]:
    return and_(moment >= window.period.start_at, moment < window.period.until)


def _changed_since(window: Window) -> ColumnElement[bool]:
    return and_(WorkOrder.changed_at >= window.period.start_at, WorkOrder.created_at < window.period.end_at)


def _created(window: Window) -> ColumnElement[bool]:
    """By place, status and time of the report there is an index; so every status is named."""
    return and_(WorkOrder.status.in_([status.value for status in Status]), _in_period(WorkOrder.created_at, window))


def touched(window: Window) -> ColumnElement[bool]:
    """Orders of the place that are open or have changed since the period began: all others had ended before it."""
    open_now = select(WorkOrder.id).where(window.seen, WorkOrder.status.in_([status.value for status in OPEN]))
    changed = select(WorkOrder.id).where(window.seen, _changed_since(window))
    return WorkOrder.id.in_(union(open_now, changed).subquery().select())


def _then(moment: Any) -> Callable[[Window], ColumnElement[bool]]:
    return lambda window: and_(_changed_since(window), _in_period(moment, window))


def _before_the_end(moment: InstrumentedAttribute[Any]) -> Callable[[Window], ColumnElement[bool]]:
    return lambda window: and_(touched(window), moment < window.period.until)


_order = table_of(WorkOrder)
_of_order: dict[str, Any] = {
    "event": Event.work_order_id == WorkOrder.id,
    "record": SideRecord.work_order_id == WorkOrder.id,
    "reporter": Reporter.work_order_id == WorkOrder.id,
}
_later = aliased(Event)

IS_LAST_FINISH = and_(
    Event.action.in_(FINISHING),
    ~exists()
    .where(
        _later.work_order_id == Event.work_order_id,
        _later.id > Event.id,
        _later.round == Event.round,
        _later.action.in_((*FINISHING, Action.SEND_BACK.value)),
    )
    .correlate(Event),
)
"""The line of the timeline by which a round was finished for good: not sent back, and not settled again."""

_rated = and_(Rating.work_order_id == WorkOrder.id, Rating.round == Event.round, Rating.reporter_id == Reporter.id)
_asked = and_(Reporter.created_at <= Event.at, or_(Reporter.left_at.is_(None), Reporter.left_at > Event.at))

REPORTED = Source("reported", _order, _created)
"""Orders, by when they were reported."""

ACCEPTED = Source("accepted", _order, _then(WorkOrder.accepted_at))
"""Orders, by when they were accepted."""

CLAIMED = Source("claimed", _order, _then(WorkOrder.claimed_at))
"""Orders, by when somebody first took them."""

DUE = Source("due", _order, lambda window: _in_period(WorkOrder.original_due_at, window), by_place=False)
"""Orders, by when they were due at first, whenever they were reported."""

DUE_EXTENDED = Source("due_extended", _order, lambda window: _in_period(WorkOrder.due_at, window), by_place=False)
"""Orders, by when their present round was due after all that moved it."""

LINES = Source("lines", _order.join(table_of(Event), _of_order["event"]), _then(Event.at))
"""Lines of the timeline, by when they were written."""

ASKED = Source(
    "asked",
    _order.join(table_of(Event), _of_order["event"])
    .join(table_of(Reporter), and_(_of_order["reporter"], _asked))
    .outerjoin(table_of(Rating), _rated),
    lambda window: and_(_then(Event.at)(window), IS_LAST_FINISH),
)
"""Reporters who were asked for their word, by when their round was finished; with the word of those who gave it."""

RECORDS = Source("records", _order.join(table_of(SideRecord), _of_order["record"]), _then(SideRecord.opened_at))
"""Facts beside the status, by when they were opened."""


def _ledger(window: Window) -> ColumnElement[bool]:
    return and_(SideRecord.kind == Kind.LEDGER.value, _before_the_end(SideRecord.opened_at)(window))


LEDGER = Source("ledger", _order.join(table_of(SideRecord), _of_order["record"]), _ledger, by_place=False)
"""Stays on the ledger that began before the period ended."""
