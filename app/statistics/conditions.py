"""What orders and their records must be to count, as conditions; each judged as things stand now."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from app import clock
from app.db import UTCDateTime, db
from app.deadlines.timers import Timer
from app.statistics.sources import FINISHING, Window
from app.work_orders import moves
from app.work_orders.models import Rating, Reporter, WorkOrder
from app.work_orders.side_records import Kind, SideRecord
from app.work_orders.statuses import PAUSED, Status
from app.work_orders.timeline import Event
from app.work_orders.workflow import Action

Condition = Callable[[Window], ColumnElement[bool]]
ENDED_OTHERWISE = (Status.DECLINED.value, Status.WITHDRAWN.value, Status.MERGED.value)
REPEATED_WITHIN = timedelta(days=90)
GIVEN_BACK = (Action.REFUSE.value, Action.RELEASE.value, Action.DISPUTE.value)
HANDED_OUT = (Action.CLAIM.value, Action.DISPATCH.value, Action.ASSIGN.value)


def _happened(*actions: Action) -> ColumnElement[bool]:
    """Whether the order ever saw one of these actions."""
    seen = aliased(Event)
    of_order = (seen.work_order_id == WorkOrder.id, seen.action.in_([action.value for action in actions]))
    return exists().where(*of_order).correlate(WorkOrder)


# Only what somebody reported on behalf can be settled on the spot, so the timeline of others is not looked at.
IS_SPOT = and_(WorkOrder.taken_in_by_id.is_not(None), _happened(Action.SETTLE))
IS_NOT_SPOT = or_(WorkOrder.taken_in_by_id.is_(None), ~_happened(Action.SETTLE))
IS_REWORKED = _happened(Action.REWORK)
IS_REOPENED = _happened(Action.REOPEN)
IS_SENT_BACK = _happened(Action.SEND_BACK)
IS_EXTENDED = (
    exists()
    .where(
        SideRecord.work_order_id == WorkOrder.id,
        SideRecord.kind == Kind.EXTENSION.value,
        SideRecord.outcome == moves.APPROVED,
    )
    .correlate(WorkOrder)
)


def _of_first_round(now: Any, then: Any) -> ColumnElement[Any]:
    """The order's own column while it is in its first round; what the first round left behind afterwards."""
    return case((WorkOrder.round == 1, now), else_=then)


def _first_line(earliest: bool, *actions: str) -> ColumnElement[Any]:
    line = aliased(Event)
    pick = func.min(line.at) if earliest else func.max(line.at)
    of_round = (line.work_order_id == WorkOrder.id, line.round == 1, line.action.in_(actions))
    return select(pick).where(*of_round).correlate(WorkOrder).scalar_subquery()


_first_contact_timer = (
    select(Timer.due_at)
    .where(Timer.work_order_id == WorkOrder.id, Timer.kind == "contact", Timer.round == 1)
    .order_by(Timer.id.desc())
    .limit(1)
    .correlate(WorkOrder)
    .scalar_subquery()
)
CONTACTED_AT = _of_first_round(WorkOrder.contacted_at, _first_line(True, Action.CONTACT.value))
CONTACT_DUE_AT = _of_first_round(WorkOrder.contact_due_at, _first_contact_timer)
FINISHED_AT = _of_first_round(WorkOrder.resolved_at, _first_line(False, *FINISHING))
"""When the first round was finished; what was sent back is not finished until it is settled again."""


def _stood(moment: Any) -> ColumnElement[bool]:
    """Whether the limit of this moment was reached: not ended in another way before it, and not paused before it."""
    ended_at = func.coalesce(WorkOrder.closed_at, WorkOrder.changed_at, type_=UTCDateTime)
    still_there = or_(WorkOrder.status.not_in(ENDED_OTHERWISE), ended_at >= moment)
    running = or_(WorkOrder.status.not_in([status.value for status in PAUSED]), WorkOrder.paused_at > moment)
    return and_(still_there, running)


def had_to_be_contacted(_window: Window) -> ColumnElement[bool]:
    """Accepted, and contacted already or with a contact limit that has passed."""
    limit_passed = and_(CONTACTED_AT.is_(None), clock.now() > CONTACT_DUE_AT, _stood(CONTACT_DUE_AT))
    return and_(WorkOrder.accepted_at.is_not(None), IS_NOT_SPOT, or_(CONTACTED_AT.is_not(None), limit_passed))


def contacted_in_time(window: Window) -> ColumnElement[bool]:
    return and_(had_to_be_contacted(window), CONTACTED_AT <= CONTACT_DUE_AT)


def should_have_finished(_window: Window) -> ColumnElement[bool]:
    return and_(IS_NOT_SPOT, _stood(WorkOrder.original_due_at))


def should_have_finished_extended(_window: Window) -> ColumnElement[bool]:
    return and_(IS_NOT_SPOT, _stood(WorkOrder.due_at))


def finished_in_time(window: Window) -> ColumnElement[bool]:
    return and_(should_have_finished(window), WorkOrder.original_due_at >= FINISHED_AT)


def finished_in_extended_time(window: Window) -> ColumnElement[bool]:
    return and_(should_have_finished_extended(window), WorkOrder.resolved_at <= WorkOrder.due_at)


def of_those_due(also: ColumnElement[bool]) -> Condition:
    return lambda window: and_(should_have_finished(window), also)


def line_of(*actions: str) -> ColumnElement[bool]:
    return Event.action.in_(actions)


WAS_ACCEPTED_FOR_SOMEBODY = and_(Event.action == Action.ACCEPT.value, Event.to_status == Status.ASSIGNED.value)

_unheard = aliased(Event)
GAVE_UP = (
    exists()
    .where(
        _unheard.work_order_id == Rating.work_order_id,
        _unheard.round == Rating.round,
        _unheard.action == Action.FOLLOW_UP.value,
        _unheard.facts["step"].as_string() == "given_up",
    )
    .correlate(Rating)
)
"""Whether nobody followed up a round that somebody was unhappy with: then it counts as not satisfied."""


_opened_by = select(Event.action).where(Event.id == SideRecord.opened_event_id).correlate(SideRecord).scalar_subquery()


def opened(kind: Kind) -> ColumnElement[bool]:
    """Opened by somebody; what the house handed on to the next office when a limit passed is no new one."""
    return and_(SideRecord.kind == kind.value, _opened_by != Action.EXPIRE.value)


def _limit_passed() -> ColumnElement[bool]:
    """Whether a limit passed while the record was open; some are moved on then, so their date alone does not tell."""
    line = aliased(Event)
    between = (
        line.work_order_id == SideRecord.work_order_id,
        line.id > SideRecord.opened_event_id,
        or_(SideRecord.ended_event_id.is_(None), line.id < SideRecord.ended_event_id),
        line.action == Action.EXPIRE.value,
        line.facts["kind"].as_string() == SideRecord.kind,
    )
    return or_(
        SideRecord.due_at < func.coalesce(SideRecord.ended_at, clock.now(), type_=UTCDateTime),
        exists().where(*between).correlate(SideRecord),
    )


def had_to_be_answered(kind: Kind, *outcomes: str) -> Condition:
    """Opened, and answered in one of these ways or left until its limit passed."""
    return lambda _window: and_(opened(kind), or_(SideRecord.outcome.in_(outcomes), _limit_passed()))


def answered_in_time(kind: Kind, *outcomes: str) -> Condition:
    return lambda _window: and_(opened(kind), SideRecord.outcome.in_(outcomes), ~_limit_passed())


def ended_as(kind: Kind, *outcomes: str) -> ColumnElement[bool]:
    """Ended in one of these ways, by whichever office had it in the end."""
    return and_(SideRecord.kind == kind.value, SideRecord.outcome.in_(outcomes))


_former = aliased(SideRecord)
RENEWS = (
    exists()
    .where(
        _former.work_order_id == SideRecord.work_order_id,
        _former.kind == SideRecord.kind,
        _former.ended_event_id == SideRecord.opened_event_id,
        _former.outcome == "renewed",
    )
    .correlate(SideRecord)
)
"""Whether a stay on the ledger goes on where another one ended: the same stay, looked at again."""


def repeated(window: Window) -> ColumnElement[bool]:
    """Reported by somebody who had reported the same kind of thing in the same compound not long before."""
    rows = db.session.execute(_pairs(window))
    return WorkOrder.id.in_({row.id for row in rows if row.created_at - row.before <= REPEATED_WITHIN})


def _pairs(window: Window) -> Any:
    """(id, when, when the earlier one) of orders of the same person, compound and category; days are counted here."""
    own, theirs, earlier = aliased(Reporter), aliased(Reporter), aliased(WorkOrder)
    start: datetime = window.period.start_at
    return (
        select(WorkOrder.id, WorkOrder.created_at, earlier.created_at.label("before"))
        .join(own, and_(own.work_order_id == WorkOrder.id, own.account_id.is_not(None)))
        .join(theirs, and_(theirs.account_id == own.account_id, theirs.work_order_id != own.work_order_id))
        .join(earlier, earlier.id == theirs.work_order_id)
        .where(
            window.seen,
            WorkOrder.status.in_([status.value for status in Status]),
            WorkOrder.created_at >= start,
            WorkOrder.created_at < window.period.until,
            own.is_first,
            theirs.is_first,
            own.came_from_id.is_(None),
            theirs.came_from_id.is_(None),
            earlier.compound_id == WorkOrder.compound_id,
            earlier.category_code == WorkOrder.category_code,
            earlier.created_at < WorkOrder.created_at,
            earlier.created_at >= start - REPEATED_WITHIN,
        )
    )
