"""How long a waiting step may last before the house acts by itself (domain: "limit → then")."""

from datetime import datetime

from app import parameters
from app.deadlines.limits import Limit, ServiceClass
from app.deadlines.queries import calendar

DEFAULTS = {
    "accept": "2 working_hours",
    "accept.urgent": "5 clock_minutes",
    "claim.P2": "4 working_hours",
    "claim": "1 working_days",
    "ladder": "5 clock_minutes",
    "transfer": "2 working_hours",
    "answer": "3 working_days",
    "extension": "1 working_days",
    "rate": "7 natural_days",
    "appeal.window": "7 natural_days",
    "appeal": "2 working_days",
    "reopen.window": "30 natural_days",
    "assistance": "3 working_days",
    "assistance.urgent": "2 clock_hours",
    "dispute": "1 working_days",
    "escalation.proposal": "1 working_days",
    "escalation": "1 working_days",
    "escalation.emergency": "2 clock_hours",
    "supervision": "3 working_days",
    "ledger.proposal": "2 working_days",
    "termination": "2 working_days",
    "unmerge.window": "30 natural_days",
    "urge": "1 working_days",
    "urge.again": "24 clock_hours",
    "follow_up": "2 working_days",
    "follow_up.end": "10 working_days",
    "overdue.subdistrict": "1 working_days",
    "overdue.supervision": "3 working_days",
}


def action_limit(name: str, class_code: str = "") -> Limit:
    """The limit of a waiting step; the most particular name wins: `claim.P2`, `accept.urgent`, `claim`."""
    urgent = bool(class_code) and ServiceClass(class_code).is_urgent
    candidates = [f"{name}.{class_code}", *([f"{name}.urgent"] if urgent else []), name]
    for candidate in candidates:
        stated = parameters.value(f"limit.{candidate}", DEFAULTS.get(candidate, ""))
        if stated:
            return Limit.read(stated)
    raise KeyError(name)


def due(name: str, start: datetime, class_code: str = "") -> datetime:
    """When the waiting step that began at `start` has lasted too long."""
    return calendar().due(start, action_limit(name, class_code))
