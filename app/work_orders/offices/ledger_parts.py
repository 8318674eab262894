"""A part that was split off waits on the ledger: so does the whole, until no part of it does any more."""

from sqlalchemy import select

from app import clock
from app.db import db
from app.deadlines import timers
from app.people.actor import SYSTEM, Actor
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.offices import ledger_entries
from app.work_orders.offices.ledger_terms import PART
from app.work_orders.side_records import Kind, SideRecord, find_open
from app.work_orders.workflow import Status


def hold_parent(child: WorkOrder, by: Actor, words: str) -> None:
    """Put the whole on the ledger with a part that has just come there; not what a superior presses for."""
    parent, record = _parent(child), find_open(child, Kind.LEDGER)
    if parent is None or record is None or record.due_at is None:
        return
    if parent.status != Status.IN_PROGRESS or parent.has_open(Kind.SUPERVISION):
        return
    facts = {"cause": record.facts["cause"], "period": record.facts["period"], PART: child.number}
    ledger_entries.enter(parent, by, words, record.due_at, record.unit_id, **facts)
    owe("put_on_ledger", parent, review_at=clock.iso(record.due_at))


def renew_parent(child: WorkOrder, by: Actor, words: str) -> None:
    """Let the whole wait on with the part that holds it there."""
    parent, record = _held_by(child)
    part = find_open(child, Kind.LEDGER)
    if parent is None or record is None or part is None or part.due_at is None:
        return
    ledger_entries.renew(parent, record, by, words, part.due_at, period=part.facts["period"])
    owe("ledger_renewed", parent, review_at=clock.iso(part.due_at))


def free_parent(child: WorkOrder) -> None:
    """Let the whole go on when the part that held it left the ledger, in whatever way, unless another one waits."""
    parent, record = _held_by(child)
    if parent is None or record is None:
        return
    other = _waiting_besides(parent, child)
    held = find_open(other, Kind.LEDGER) if other else None
    if other is None or held is None or held.due_at is None:
        ledger_entries.leave(parent, record, SYSTEM, ledger_entries.RESUMED, part_resumed=True)
    else:
        facts = {"cause": held.facts["cause"], "period": held.facts["period"], PART: other.number}
        ledger_entries.renew(parent, record, SYSTEM, "", held.due_at, **facts)


def _held_by(child: WorkOrder) -> tuple[WorkOrder | None, SideRecord | None]:
    """The whole and its record, where it is this part that holds it on the ledger."""
    parent = _parent(child)
    record = find_open(parent, Kind.LEDGER) if parent else None
    if record is None or record.facts.get(PART) != child.number:
        return None, None
    return parent, record


def _parent(child: WorkOrder) -> WorkOrder | None:
    """The whole, held until all is written: of parts that leave at once each must see what the other one did."""
    if child.parent_id is None:
        return None
    timers.hold(child.parent_id)
    # Rows that point to it, as its parts do, may be written meanwhile.
    return db.session.get(WorkOrder, child.parent_id, with_for_update={"key_share": True})


def _waiting_besides(parent: WorkOrder, child: WorkOrder) -> WorkOrder | None:
    parts = select(WorkOrder).where(WorkOrder.parent_id == parent.id, WorkOrder.id != child.id)
    waiting = parts.where(WorkOrder.status == Status.ON_LEDGER.value)
    return db.session.scalars(waiting.order_by(WorkOrder.step_due_at.desc(), WorkOrder.id).limit(1)).first()
