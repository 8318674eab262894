"""Why an order is due when it is due: the way from where its time began to its due date, part by part.

The parts follow each other without a gap, and what counted of them adds up to the span, the pauses and the extensions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.clock import spoken
from app.deadlines.calendar import WorkingCalendar
from app.deadlines.explanation import Interval, intervals, wording
from app.deadlines.limits import Limit, Unit
from app.deadlines.queries import calendar
from app.work_orders import due_dates, moves
from app.work_orders.models import WorkOrder
from app.work_orders.moves import Absorbed, Extension, Inherited, Pause
from app.work_orders.side_records import Kind

SPAN, PAUSE, EXTENSION, SET, ABSORBED, INHERITED = "span", "pause", "extension", "set", "absorbed", "inherited"
WAITS = {Kind.QUESTION: "等待反映人补充", Kind.LEDGER: "挂账"}


@dataclass(frozen=True)
class Reason:
    """One part of the way: what it is for, what of it counted, and the days of which it is made."""

    kind: str
    start: datetime
    end: datetime
    counted: timedelta
    text: str
    parts: Sequence[Interval] = field(default=())

    @property
    def minutes(self) -> float:
        return self.counted / timedelta(minutes=1)


def is_told(order: WorkOrder) -> bool:
    """Whether there is more to tell than how the limit was counted, seen from the order's own row."""
    return order.due_at is not None and (order.moved or order.round > 1)


def reasons(order: WorkOrder) -> list[Reason]:
    """The parts from the beginning of this round's time to its due date; none before there is one."""
    if order.due_at is None:
        return []
    start, limit = due_dates.counted(order)
    found = [_span(order, start, limit)]
    for move in moves.of_round(order) if order.moved else ():
        if isinstance(move, Absorbed | Inherited):
            found = _brought(found, start, limit.unit, move)
        else:
            found.append(_moved(found[-1].end, limit.unit, move))
    if found[-1].end == order.due_at:
        return found
    # Set by something else as well, such as days off that were published later: told without making up a reason.
    if found[-1].end > order.due_at:
        return [_set_anew(start, order.due_at, limit.unit, f"自{spoken(start)}起，{spoken(order.due_at)}到期。")]
    text = f"放假安排或诉求类别变化后重新确定，{spoken(order.due_at)}到期。"
    return [*found, _set_anew(found[-1].end, order.due_at, limit.unit, text)]


def _span(order: WorkOrder, start: datetime, limit: Limit) -> Reason:
    parts = calendar().explain(start, limit)
    text = wording(parts, limit, calendar().rests_on_provisional(start, limit))
    if order.round > 1:
        text = f"第{order.round}轮办理，" + text
    return Reason(SPAN, parts[0].start, parts[-1].end, _counted(parts), text, parts)


def _brought(found: list[Reason], start: datetime, unit: Unit, move: Absorbed | Inherited) -> list[Reason]:
    """A date that came from another order stands instead of all that was counted before it."""
    to = move.moved(found[-1].end, unit)
    if to == found[-1].end:
        return found
    kind = ABSORBED if isinstance(move, Absorbed) else INHERITED
    text = "并入了先到期的工单，时限提前，" if kind == ABSORBED else "与拆分前的工单同一时限，"
    parts = _between(calendar(), start, to, unit)
    return [Reason(kind, min(start, to), to, _counted(parts), f"{text}{spoken(to)}到期。", parts)]


def _moved(due: datetime, unit: Unit, move: Pause | Extension) -> Reason:
    to = move.moved(due, unit)
    if isinstance(move, Extension):
        parts = intervals(calendar(), due, to, move.limit)
        text = f"{spoken(move.at)}批准延期{move.limit.text}，延至{spoken(to)}。"
        return Reason(EXTENSION, due, to, _counted(parts), text, parts)
    parts = _between(calendar(), due, to, unit)
    return Reason(PAUSE, due, to, _counted(parts), _pause_in_words(move, due, to), parts)


def _pause_in_words(pause: Pause, due: datetime, to: datetime) -> str:
    waited = f"{spoken(pause.start)}至{spoken(pause.end)}{WAITS[pause.kind]}，不计时"
    if due <= pause.start:
        return f"{waited}；当时已过时限，时限不变。"
    return f"{waited}，顺延至{spoken(to)}。" if to > due else f"{waited}；其间不是工作时间，时限不变。"


def _set_anew(start: datetime, end: datetime, unit: Unit, text: str) -> Reason:
    parts = _between(calendar(), start, end, unit)
    return Reason(SET, start, end, _counted(parts), text, parts)


def _between(working: WorkingCalendar, start: datetime, end: datetime, unit: Unit) -> list[Interval]:
    """The parts between two moments as they are counted: by the clock, or by working time."""
    by = Limit(1, Unit.CLOCK_MINUTES if unit.is_clock else Unit.WORKING_HOURS)
    return intervals(working, start, end, by) if end > start else []


def _counted(parts: Sequence[Interval]) -> timedelta:
    return sum((part.counted for part in parts), timedelta())
