"""An order's limits while they run: from when they count, where pauses and extensions move them, what watches them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

from app import clock
from app.deadlines import schedule, timers
from app.deadlines.action_limits import due
from app.deadlines.limits import Limit, ServiceClass, Step
from app.deadlines.queries import calendar, limits
from app.work_orders import moves
from app.work_orders.models import WorkOrder
from app.work_orders.moves import Absorbed, Move, Pause
from app.work_orders.side_records import find_open
from app.work_orders.workflow import ACTIVE, OPEN, PAUSED, Status

WARNINGS = {"warn_50": 0.5, "warn_80": 0.8}
OF_DUE = ("due", "due_subdistrict", "due_supervision")
WATCHED = ("contact", *WARNINGS, *OF_DUE)
"""The timers of an order's limits, which stand still while it is paused."""


def count_from(order: WorkOrder, start: datetime, limit: Limit) -> None:
    """Remember from when and for how long this round's time counts."""
    order.counted_from, order.span = start, limit.code


def counted(order: WorkOrder) -> tuple[datetime, Limit]:
    """From when and for how long this round's time counts; for older rounds, of which it was not kept, as by rule."""
    if order.counted_from is not None and order.span is not None:
        return order.counted_from, Limit.read(order.span)
    rule = limits()[ServiceClass(order.class_code), Step.RESOLVE]
    return order.created_at, rule if order.round == 1 else schedule.half_span(order.class_code)


def set_first(order: WorkOrder) -> None:
    """Set the limits at the first acceptance: from the submission, moved by the pauses there were until now."""
    planned = schedule.schedule(order.class_code, order.created_at)
    earlier = moves.of_round(order) if order.moved else []
    sign, contact, resolve = (limits()[ServiceClass(order.class_code), step] for step in Step)
    order.accepted_at = clock.now()
    order.sign_due_at = _moved(planned.sign_at, sign, earlier)
    order.contact_due_at = _moved(planned.contact_at, contact, earlier)
    order.due_at = _moved(planned.resolve_at, resolve, earlier)
    own = [move for move in earlier if not isinstance(move, Absorbed)]
    order.original_due_at = _moved(planned.resolve_at, resolve, own)
    order.due_provisional = planned.provisional
    count_from(order, order.created_at, resolve)


def _moved(moment: datetime, limit: Limit, earlier: Sequence[Move]) -> datetime:
    for move in earlier:
        moment = move.moved(moment, limit.unit)
    return moment


def moments(order: WorkOrder, earlier: Sequence[Move] = ()) -> dict[str, datetime]:
    """When each timer of the limits is due: warnings, contact, the date itself, and who hears of it later."""
    if order.due_at is None:
        raise RuntimeError("an order without deadlines cannot be watched")
    start, limit = counted(order)
    # Of a part that was split off nobody waits to be contacted.
    contact = {"contact": order.contact_due_at} if order.contact_due_at is not None else {}
    return {
        **{kind: moves.share_reached(start, limit, earlier, share) for kind, share in WARNINGS.items()},
        **contact,
        "due": order.due_at,
        "due_subdistrict": due("overdue.subdistrict", order.due_at, order.class_code),
        "due_supervision": due("overdue.supervision", order.due_at, order.class_code),
    }


def watch(order: WorkOrder, kinds: Collection[str]) -> None:
    """Start these of the timers, at the moments at which they are due now."""
    wanted = [kind for kind in WATCHED if kind in kinds]
    if wanted and order.due_at is not None:
        when = moments(order, moves.of_round(order) if order.moved else ())
        timers.start(order.id, order.round, {kind: when[kind] for kind in wanted if kind in when})


def prospective(order: WorkOrder) -> datetime:
    """When the order is due; of one that nobody has accepted yet, when it will be."""
    if order.due_at is not None:
        return order.due_at
    return moves.reached(*counted(order), moves.of_round(order) if order.moved else ())


def pass_pause(order: WorkOrder, pause: Pause) -> None:
    """Move each limit that was still running when the pause began by what the pause took of its own time."""
    absorbed = moves.absorbed_during(order, pause) if order.moved else []
    order.moved = True
    sign, contact, _ = (limits()[ServiceClass(order.class_code), step] for step in Step)
    if order.sign_due_at is not None and order.responded_at is None:
        order.sign_due_at = pause.moved(order.sign_due_at, sign.unit)
    if order.contact_due_at is not None and order.contacted_at is None:
        order.contact_due_at = pause.moved(order.contact_due_at, contact.unit)
    if order.due_at is not None:
        passing: list[Move] = [pause, *absorbed]
        for move in passing:
            order.due_at = move.moved(order.due_at, counted(order)[1].unit)
        order.due_provisional = rests_on_provisional(order)


def set_due(order: WorkOrder, due_at: datetime) -> None:
    """Let the order be due at another moment of the same round, and watch that one; while it is paused, later.

    What is settled is watched too, for it may be sent back.
    """
    order.due_at = due_at
    if order.overdue_at is not None and due_at > clock.now():
        order.overdue_at = None
    if order.status in (*ACTIVE, Status.RESOLVED):
        running = timers.end(order.id, WATCHED, clock.now())
        watch(order, {*running, *OF_DUE})
        return
    watch_later(order, OF_DUE)


def watch_later(order: WorkOrder, kinds: Collection[str]) -> None:
    """Let a paused order watch these besides what ran before, once it goes on."""
    waits_for = next(filter(None, (find_open(order, kind) for kind in moves.PAUSING)), None)
    if waits_for is not None:
        waits_for.facts = waits_for.facts | {"running": sorted({*waits_for.facts["running"], *kinds})}


def rests_on_provisional(order: WorkOrder) -> bool:
    """Whether the due date may still move when a year's make-up days are published."""
    start, limit = counted(order)
    if limit.unit.is_clock or order.due_at is None:
        return False
    years = range(clock.local(start).year, clock.local(order.due_at).year + 1)
    return any(calendar().is_provisional(year) for year in years)


def is_overdue(order: Any) -> bool:
    """Whether an order or a line of a list is late now; a pause keeps it as it was when the pause began."""
    if order.due_at is None or order.status not in OPEN:
        return False
    until = order.paused_at if order.status in PAUSED and order.paused_at is not None else clock.now()
    return bool(order.due_at < until)


def overdue(now: datetime) -> ColumnElement[bool]:
    """The same as a condition."""
    return and_(WorkOrder.status.in_([status.value for status in OPEN]), WorkOrder.due_at < now, counts())


def counts() -> ColumnElement[bool]:
    """Whether an open order's due date means something now: its time runs, or it had passed when it was paused."""
    return or_(WorkOrder.status.in_([status.value for status in ACTIVE]), WorkOrder.due_at < WorkOrder.paused_at)
