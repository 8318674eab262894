"""The deadlines of an order."""

from dataclasses import dataclass
from datetime import datetime

from app.deadlines.calendar import WorkingCalendar
from app.deadlines.hours import HOUR
from app.deadlines.limits import Limit, ServiceClass, Step, Unit
from app.deadlines.queries import calendar, limits

# Rework has half of the span, but no more days than these; twelve hours are half a day.
REWORK_DAYS = 3.0
URGENT_REWORK_DAYS = 0.5


@dataclass(frozen=True, slots=True)
class Schedule:
    """When each step of an order is due; provisional while one of them may still move with the calendar."""

    sign_at: datetime
    contact_at: datetime
    resolve_at: datetime
    provisional: bool


def schedule(class_code: str, start: datetime) -> Schedule:
    """The deadlines of an order of this class whose time runs from `start`, the submission."""
    days = calendar()
    steps = [limits()[ServiceClass(class_code), step] for step in Step]
    sign_at, contact_at, resolve_at = (days.due(start, limit) for limit in steps)
    return Schedule(sign_at, contact_at, resolve_at, any(days.rests_on_provisional(start, limit) for limit in steps))


def half_span(class_code: str) -> Limit:
    """The limit of a rework: half of the class's span in its own unit, 3 days at most; 12 hours for P0 and P1."""
    service_class = ServiceClass(class_code)
    half = limits()[service_class, Step.RESOLVE].share(0.5)
    days = URGENT_REWORK_DAYS if service_class.is_urgent else REWORK_DAYS
    return Limit(min(half.amount, days * _per_day(half.unit, calendar())), half.unit)


def _per_day(unit: Unit, working: WorkingCalendar) -> float:
    match unit:
        case Unit.CLOCK_MINUTES:
            return 24 * 60
        case Unit.CLOCK_HOURS:
            return 24
        case Unit.WORKING_HOURS:
            return working.hours.total / HOUR
        case Unit.WORKING_DAYS | Unit.NATURAL_DAYS:
            return 1
