"""Going onto the ledger, staying for another period, leaving it: what happens to the order, its time and its record.

Each period is a record of its own. A renewal ends one as `renewed` and opens the next at the same moment, while the
pause goes on; the record by which the order leaves keeps the whole of the pause. So of any span of time, from the
records alone: opening (opened before it, not ended before it) + added (opened in it, less renewed in it) − cleared
(ended in it otherwise than as renewed) = closing.
"""

from datetime import datetime
from typing import Any

from app import clock
from app.db import db
from app.deadlines import timers
from app.people.actor import Actor, System
from app.work_orders import pausing
from app.work_orders.models import WorkOrder
from app.work_orders.offices.ledger_terms import CAUSES, PART
from app.work_orders.side_records import Kind, SideRecord, put
from app.work_orders.timeline import Event
from app.work_orders.workflow import Action, Status, next_status

RENEWED, RESUMED, UNREVIEWED = "renewed", "resumed", "unreviewed"
TIMER = "ledger_review"


def enter(
    order: WorkOrder, by: Actor | System, words: str, review_at: datetime, unit_id: int | None, **facts: Any
) -> None:
    """Let the order's time stand still until it is looked at again."""
    next_status(Status(order.status), Action.DECIDE_LEDGER, Status.ON_LEDGER)
    running = pausing.stop(order, Status.IN_PROGRESS)
    event = order.take(
        Action.DECIDE_LEDGER,
        by=by,
        to=Status.ON_LEDGER,
        words=words,
        answers={Kind.LEDGER_PROPOSAL: "approved"} if PART not in facts else {},
        approved=True,
        **_told(facts, review_at),
    )
    _keep(order, event, review_at, unit_id, running=running, **facts)


def renew(
    order: WorkOrder, record: SideRecord, by: Actor | System, words: str, review_at: datetime, **facts: Any
) -> None:
    """Let it wait for another period; the pause that began with the first one goes on."""
    # Before anything is written: who ends the waiting takes hold of the timer first too, so that neither holds the
    # other up.
    timers.end(order.id, (TIMER,), clock.now())
    facts = record.facts | facts
    told = _told({name: value for name, value in facts.items() if name != "running"}, review_at)
    event = order.take(Action.REVIEW_LEDGER, by=by, words=words, answers={Kind.LEDGER: RENEWED}, **told)
    # At most one record of a kind is open, so the former one ends in the database before the next one is written.
    db.session.flush()
    _keep(order, event, review_at, record.unit_id, **facts)


def leave(order: WorkOrder, record: SideRecord, by: Actor | System, outcome: str, **more: Any) -> None:
    """Go on with the order; its due date moves by the working time of the whole pause."""
    timers.end(order.id, (TIMER,), clock.now())
    pausing.go_on(order, record, Action.RESUME, by, "resumed", answers={Kind.LEDGER: outcome}, **more)


def _told(facts: dict[str, Any], review_at: datetime) -> dict[str, Any]:
    return facts | {"cause_name": CAUSES[facts["cause"]], "review_at": clock.iso(review_at)}


def _keep(order: WorkOrder, event: Event, review_at: datetime, unit_id: int | None, **facts: Any) -> None:
    put(order, Kind.LEDGER, event, unit_id=unit_id, due_at=review_at, **facts)
    order.step_due_at = review_at
    timers.start(order.id, order.round, {TIMER: review_at})
