"""What the forms between the lead unit and the offices above it show: a call 吹哨, and a request to end 终止."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app import clock
from app.deadlines.action_limits import action_limit
from app.organisations.models import Organisation
from app.people.actor import Actor
from app.territory.queries import names as place_names
from app.work_orders.models import WorkOrder
from app.work_orders.offices import deciding, escalations, termination, units
from app.work_orders.side_records import Kind, SideRecord, find_open
from app.work_orders.timeline import words_of


@dataclass(frozen=True)
class ToCall:
    """Which office would be called, for which reasons, how soon it must come, and what the assignee proposed."""

    office: str
    within: str
    within_in_emergency: str
    kinds: dict[str, str]
    is_proposed: bool
    proposed_kind: str
    proposed_reason: str
    proposed_tried: str


def to_call(order: WorkOrder, _actor: Actor) -> ToCall:
    record = find_open(order, Kind.ESCALATION_PROPOSAL)
    reason, tried = escalations.told_apart(words_of(record.opened_event_id)) if record else ("", "")
    nearest = units.superiors(order)[:1]
    return ToCall(
        office="".join(place_names(nearest).values()) or "上级",
        within=action_limit("escalation", order.class_code).text,
        within_in_emergency=action_limit("escalation.emergency", order.class_code).text,
        kinds=escalations.KINDS,
        is_proposed=record is not None,
        proposed_kind=record.facts["kind"] if record else "",
        proposed_reason=reason,
        proposed_tried=tried,
    )


@dataclass(frozen=True)
class Called:
    """A call that waits: for which office, why, until when, whom that office may send, and why not by this person."""

    office: str
    kind: str
    asked: str
    until: datetime | None
    helpers: Sequence[Organisation]
    earliest: date
    why_not: str


def called(order: WorkOrder, actor: Actor) -> Called | None:
    record = find_open(order, Kind.ESCALATION)
    if record is None:
        return None
    return Called(
        office=_office(record),
        kind=escalations.KINDS[record.facts["kind"]],
        asked=words_of(record.opened_event_id),
        until=record.due_at,
        helpers=escalations.helpers(record),
        earliest=clock.today(),
        why_not=escalations.why_not_answer(record, actor),
    )


def proposal(order: WorkOrder, _actor: Actor) -> str:
    """What the assignee wrote, for whoever does not call the office above."""
    record = find_open(order, Kind.ESCALATION_PROPOSAL)
    return words_of(record.opened_event_id) if record else ""


@dataclass(frozen=True)
class ToEnd:
    """Why an order may be ended, and how soon that must be decided."""

    causes: dict[str, str]
    within: str


def to_end(order: WorkOrder, _actor: Actor) -> ToEnd:
    return ToEnd(termination.CAUSES, action_limit("termination", order.class_code).text)


@dataclass(frozen=True)
class Ending:
    """A request to end an order: why, what its reporters would read, until when, and why not by this person."""

    cause: str
    told: str
    until: datetime | None
    why_not: str


def ending(order: WorkOrder, actor: Actor) -> Ending | None:
    record = find_open(order, Kind.TERMINATION)
    if record is None:
        return None
    why_not = deciding.why_not(deciding.TERMINATION, record.unit_id, record.by_id, actor)
    told = words_of(record.opened_event_id)
    return Ending(termination.CAUSES[record.facts["cause"]], told, record.due_at, why_not)


def _office(record: SideRecord) -> str:
    return "".join(place_names([record.unit_id]).values())
