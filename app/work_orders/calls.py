"""Who was called to an urgent order, step by step up the ladder, as its reporter reads it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from app.work_orders.workflow import Action

LADDER_NAMES = ("值班网格员", "社区值班负责人", "街道值班负责人", "区值班负责人", "市值班负责人")
"""Who is called at each step; see routing.step_of_ladder."""


@dataclass(frozen=True)
class Call:
    """Somebody who was called, and when they said that they have it."""

    at: datetime
    step: int
    who: str
    answered_at: datetime | None = None


def calls(events: Iterable[Any]) -> list[Call]:
    """The calls among the events of an order, the oldest first; whoever signs answers the newest call."""
    found: list[Call] = []
    for event in events:
        if "called" in event.facts:
            step = event.facts["called"]
            found.append(Call(event.at, step, LADDER_NAMES[step]))
        elif event.action == Action.SIGN and found:
            found[-1] = replace(found[-1], answered_at=found[-1].answered_at or event.at)
    return found


def words(facts: Mapping[str, Any]) -> str:
    """What the line of a call says."""
    return f"已通知{LADDER_NAMES[facts['called']]}" if "called" in facts else ""
