"""What the forms of disputes 派单异议 and supervision 督办 show: what waits, until when, and who decides."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app import clock, parameters
from app.deadlines.action_limits import action_limit
from app.people.actor import Actor
from app.territory.queries import names as place_names
from app.work_orders.models import WorkOrder
from app.work_orders.offices import deciding, supervision, unit_choices
from app.work_orders.offices.office_words import SUPERVISION_CAUSES
from app.work_orders.offices.unit_choices import Choice
from app.work_orders.side_records import Kind, find_open


@dataclass(frozen=True)
class ToDispute:
    """Which office would rule, and within what time."""

    office: str
    within: str


def to_dispute(order: WorkOrder, actor: Actor) -> ToDispute:
    office = deciding.name_of(deciding.nearest_above(order, actor))
    return ToDispute(office, action_limit("dispute", order.class_code).text)


@dataclass(frozen=True)
class Disputed:
    """A dispute that waits: until when, to which units it may go, and why not by this person."""

    until: datetime | None
    groups: dict[str, list[Choice]]
    why_not: str


def disputed(order: WorkOrder, actor: Actor) -> Disputed | None:
    record = find_open(order, Kind.DISPUTE)
    if record is None:
        return None
    why_not = deciding.why_not(deciding.DISPUTE, record.unit_id, record.by_id, actor)
    groups: dict[str, list[Choice]] = {}
    for one in () if why_not else unit_choices.choices(order, actor):
        groups.setdefault(one.group, []).append(one)
    return Disputed(record.due_at, groups, why_not)


@dataclass(frozen=True)
class ToSupervise:
    """How one may supervise, and between which days it must be done."""

    levels: dict[str, str]
    first: date
    last: date


def to_supervise(_order: WorkOrder, _actor: Actor) -> ToSupervise:
    today = clock.today()
    return ToSupervise(supervision.LEVELS, today, today + timedelta(days=parameters.number(*supervision.MOST_DAYS)))


@dataclass(frozen=True)
class Supervised:
    """A supervision that is open: by whom, how, until when, for which causes, and why this person may not clear it."""

    office: str
    how: str
    until: datetime | None
    causes: list[str]
    why_not: str


def supervised(order: WorkOrder, actor: Actor) -> Supervised | None:
    record = find_open(order, Kind.SUPERVISION)
    if record is None:
        return None
    return Supervised(
        office="".join(place_names([record.unit_id]).values()) or "上级单位",
        how=supervision.LEVELS[record.facts["level"]],
        until=record.due_at,
        causes=[SUPERVISION_CAUSES.get(cause, "没有按时办理") for cause in record.facts["causes"]],
        why_not=supervision.why_not_clear(order, record, actor),
    )
