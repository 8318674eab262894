"""超期归属: how many overdue minutes of a period each holder answers for, and in which orders."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, or_, select

from app.db import db
from app.people import queries as people
from app.statistics.sources import Window, touched
from app.territory.queries import names as place_names
from app.work_orders import lateness
from app.work_orders.lateness import Holder, To
from app.work_orders.models import WorkOrder

BATCH = 500
MOST = 5000
"""So many late orders at once are worked out while somebody waits; of more, a smaller place or period is asked for."""

OF_WHOM = {To.PERSON: "承办人", To.UNIT: "无人承办", To.APPROVER: "延期未审批"}


@dataclass
class Minutes:
    """One holder's overdue minutes, by order."""

    holder: Holder
    of_orders: dict[int, int] = field(default_factory=dict)
    name: str = ""

    @property
    def total(self) -> int:
        return sum(self.of_orders.values())

    @property
    def code(self) -> str:
        return f"{self.holder.to}-{self.holder.id or 0}"


def by_holder(window: Window) -> list[Minutes] | None:
    """Whose the overdue minutes of the period are, the most first; None when there are too many orders to work out."""
    found: dict[Holder, Minutes] = {}
    ids = list(db.session.scalars(select(WorkOrder.id).where(_may_be_late(window)).limit(MOST + 1)))
    if len(ids) > MOST:
        return None
    for order_id, shares in _shares(ids, window):
        for share in shares:
            mine = found.setdefault(share.holder, Minutes(share.holder)).of_orders
            mine[order_id] = mine.get(order_id, 0) + share.minutes
    late = [one for one in found.values() if one.total]
    _name(late)
    return sorted(late, key=lambda one: (-one.total, one.code))


def orders(window: Window, code: str) -> Mapping[int, int]:
    """Minutes by order of one holder, or of all with an empty code."""
    minutes: dict[int, int] = {}
    for one in by_holder(window) or ():
        if code in ("", one.code):
            for order_id, count in one.of_orders.items():
                minutes[order_id] = minutes.get(order_id, 0) + count
    return {order_id: count for order_id, count in minutes.items() if count}


def _may_be_late(window: Window) -> ColumnElement[bool]:
    """Orders that were there in the period and can have been late in it; which of them were is worked out then."""
    until = window.period.until
    not_in_time = or_(WorkOrder.resolved_at.is_(None), WorkOrder.resolved_at > WorkOrder.due_at)
    this_round = and_(WorkOrder.due_at < until, not_in_time)
    return and_(
        touched(window),
        WorkOrder.created_at < until,
        WorkOrder.due_at.is_not(None),
        or_(this_round, WorkOrder.round > 1),
    )


def _shares(ids: Sequence[int], window: Window) -> Iterator[tuple[int, list[lateness.Share]]]:
    start, until = window.period.start_at, window.period.until
    for first in range(0, len(ids), BATCH):
        some = db.session.scalars(select(WorkOrder).where(WorkOrder.id.in_(ids[first : first + BATCH]))).all()
        yield from lateness.between(some, start, until).items()


def _name(late: Sequence[Minutes]) -> None:
    persons = people.names(one.holder.id for one in late if one.holder.to is To.PERSON)
    places = place_names(one.holder.id for one in late if one.holder.to is not To.PERSON)
    for one in late:
        known = persons if one.holder.to is To.PERSON else places
        one.name = known.get(one.holder.id or 0) or ("工作人员" if one.holder.to is To.PERSON else "未定单位")
