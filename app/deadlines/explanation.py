"""Why a deadline falls where it falls, part by part and in words."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from app.clock import LOCAL, local, spoken
from app.deadlines.limits import Limit, Unit

if TYPE_CHECKING:
    from app.deadlines.calendar import WorkingCalendar

CLOCK = "连续计时"
WORK = "工作时间"
MAKE_UP = "调休上班"
CLOSED = "非工作时间"
WEEKEND = "周末"
NATURAL = "自然日"
START_DAY = "起算当日不计"
MOVED = "末日休息，顺延"
WHOLE_DAY = timedelta(days=1)
NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Interval:
    """A part of the way from a start to its deadline: aware moments in UTC, what of it counted, and why."""

    start: datetime
    end: datetime
    counted: timedelta
    why: str

    @property
    def minutes(self) -> float:
        """The minutes that counted; a natural day is 1440 even where it ends at the close of business."""
        return self.counted / timedelta(minutes=1)


def intervals(calendar: "WorkingCalendar", start: datetime, due: datetime, limit: Limit) -> list[Interval]:
    """Parts without gaps from `start` to `due` whose counted time is the limit."""
    if limit.unit.is_clock:
        return [Interval(start.astimezone(UTC), due.astimezone(UTC), due - start, CLOCK)]
    parts = _natural(start, due, limit) if limit.unit is Unit.NATURAL_DAYS else _working(calendar, start, due, limit)
    return _joined(_within(start, due, part) for part in parts if part.start < due and part.end > start)


def wording(parts: list[Interval], limit: Limit, provisional: bool) -> str:
    """One sentence: the limit, from when, until when, and which days did not or did count."""
    clauses = [f"自{spoken(parts[0].start)}起{limit.text}，{spoken(parts[-1].end)}到期"]
    closed = dict.fromkeys(part.why.split("（")[0] for part in parts if not part.counted)
    if skipped := [why for why in closed if why not in (START_DAY, CLOSED, MOVED)]:
        clauses.append(f"其间{'、'.join(skipped)}不计")
    if made_up := dict.fromkeys(_day_in_words(part.start) for part in parts if part.why == MAKE_UP):
        clauses.append(f"{'、'.join(made_up)}调休上班，照常计入")
    if provisional:
        clauses.append("部分放假安排尚未公布，日期为暂定")
    return "；".join(clauses) + "。"


def _working(calendar: "WorkingCalendar", start: datetime, due: datetime, limit: Limit) -> Iterator[Interval]:
    for day in _days(start, due):
        if limit.unit is Unit.WORKING_DAYS and day == local(start).date():
            yield _closed(day, START_DAY)
        elif calendar.is_working_day(day):
            yield from _day_at_work(day, calendar.hours.spans, MAKE_UP if day.weekday() >= 5 else WORK)
        else:
            yield _closed(day, calendar.name_of(day) or WEEKEND)


def _natural(start: datetime, due: datetime, limit: Limit) -> Iterator[Interval]:
    for passed, day in enumerate(_days(start, due)):
        if 0 < passed < limit.amount + 1:
            yield replace(_closed(day, NATURAL), counted=WHOLE_DAY)
        else:
            yield _closed(day, MOVED if passed else START_DAY)


def _day_at_work(day: date, spans: Iterable[tuple[int, int]], why: str) -> Iterator[Interval]:
    midnight = _midnight(day)
    closed_since = midnight
    for opens, closes in spans:
        opening, closing = midnight + timedelta(microseconds=opens), midnight + timedelta(microseconds=closes)
        yield Interval(closed_since, opening, NOTHING, CLOSED)
        yield Interval(opening, closing, closing - opening, why)
        closed_since = closing
    yield Interval(closed_since, midnight + WHOLE_DAY, NOTHING, CLOSED)


def _within(start: datetime, due: datetime, part: Interval) -> Interval:
    begin, end = max(start, part.start), min(due, part.end)
    # A natural day counts as a whole, though it ends with the offices' closing.
    counted = part.counted if part.why == NATURAL else min(part.counted, end - begin)
    return Interval(begin.astimezone(UTC), end.astimezone(UTC), counted, part.why)


def _joined(parts: Iterable[Interval]) -> list[Interval]:
    """Neighbours that did not count for the same reason become one."""
    joined: list[Interval] = []
    for part in parts:
        if joined and not part.counted and joined[-1].why == part.why:
            joined[-1] = replace(joined[-1], end=part.end)
        else:
            joined.append(part)
    return joined


def _closed(day: date, why: str) -> Interval:
    return Interval(_midnight(day), _midnight(day) + WHOLE_DAY, NOTHING, why)


def _days(start: datetime, due: datetime) -> Iterator[date]:
    day, last = local(start).date(), local(due).date()
    while day <= last:
        yield day
        day += timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LOCAL)


def _day_in_words(moment: datetime) -> str:
    there = local(moment)
    return f"{there.month}月{there.day}日"
