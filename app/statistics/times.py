"""用时: how long it took until orders were claimed, contacted and finished, by the clock, from the report."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import aliased

from app.db import db
from app.statistics import conditions as is_
from app.statistics import sources
from app.statistics.definitions import Part
from app.statistics.rates import nearest_rank
from app.statistics.sources import Window
from app.work_orders.models import WorkOrder
from app.work_orders.timeline import Event
from app.work_orders.workflow import Action

_earlier = aliased(Event)
_IS_FIRST_CONTACT = and_(
    Event.action == Action.CONTACT.value,
    ~exists()
    .where(
        _earlier.work_order_id == Event.work_order_id,
        _earlier.id < Event.id,
        _earlier.action == Action.CONTACT.value,
    )
    .correlate(Event),
)
_IS_FIRST_FINISH = and_(sources.IS_LAST_FINISH, Event.round == 1)


@dataclass(frozen=True)
class Time:
    """One span from the report: what ends it, and the rows that have it."""

    code: str
    name: str
    words: str
    part: Part


TIMES = {
    time.code: time
    for time in (
        Time(
            "claim_time",
            "认领用时",
            "期内首次有人认领或签收",
            Part(sources.CLAIMED, lambda _window: is_.IS_NOT_SPOT),
        ),
        Time(
            "contact_time",
            "联系用时",
            "期内首次联系反映人",
            Part(sources.LINES, lambda _window: and_(_IS_FIRST_CONTACT, is_.IS_NOT_SPOT)),
        ),
        Time(
            "resolve_time",
            "办结用时",
            "期内首轮办结，含暂停的时间",
            Part(sources.LINES, lambda _window: and_(_IS_FIRST_FINISH, is_.IS_NOT_SPOT)),
        ),
    )
}


@dataclass(frozen=True)
class Spans:
    """How many there were, and what half and nine tenths of them did not exceed."""

    count: int
    p50: timedelta | None
    p90: timedelta | None


def of(window: Window, time: Time) -> Spans:
    """The spans of a place and period, by nearest rank."""
    spans = _spans(window, time)
    return Spans(len(spans), nearest_rank(spans, 50), nearest_rank(spans, 90))


def _spans(window: Window, time: Time) -> Sequence[timedelta]:
    end = WorkOrder.claimed_at if time.part.source is sources.CLAIMED else Event.at
    rows = db.session.execute(
        select(WorkOrder.created_at, end.label("end"))
        .select_from(time.part.source.joined)
        .where(time.part.source.within(window), time.part.condition(window))
    )
    return sorted(row.end - row.created_at for row in rows)
