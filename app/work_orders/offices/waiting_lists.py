"""待办: what waits for the offices that a person manages, by kind, what is due first at the top."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, and_, func, select
from sqlalchemy.orm import aliased

from app.db import db
from app.organisations.models import Organisation
from app.people.actor import Actor
from app.people.models import Account
from app.territory.models import Territory
from app.work_orders import scope
from app.work_orders.lists import SUMMARY
from app.work_orders.models import WorkOrder
from app.work_orders.offices.task_records import Task
from app.work_orders.side_records import Kind, SideRecord
from app.work_orders.timeline import Event

COUNTED_TO = 100
TASKS = "tasks"
KINDS: dict[str, tuple[Kind, ...]] = {
    "approvals": (
        Kind.EXTENSION,
        Kind.CATEGORY,
        Kind.LEDGER_PROPOSAL,
        Kind.TERMINATION,
        Kind.ESCALATION_PROPOSAL,
    ),
    "disputes": (Kind.DISPUTE,),
    "escalations": (Kind.ESCALATION,),
    "supervisions": (Kind.SUPERVISION,),
    "ledger": (Kind.LEDGER,),
}
TABS = (*KINDS, TASKS)

_office, _lead = aliased(Territory), aliased(Territory)


def may_read(actor: Actor) -> bool:
    """Whether the person manages a community or what is above it."""
    return bool(scope.review_area(actor))


def waiting(actor: Actor, tab: str, everywhere: bool, page: int, per_page: int) -> Sequence[Row[Any]]:
    """One page and one row more of what is put to the person's own offices; `everywhere` to any in their area."""
    asked = _tasks(actor, everywhere) if tab == TASKS else _records(actor, KINDS[tab], everywhere)
    row = Task if tab == TASKS else SideRecord
    statement = asked.order_by(row.due_at.is_(None), row.due_at, row.id)
    return db.session.execute(statement.offset((page - 1) * per_page).limit(per_page + 1)).all()


def counts(actor: Actor) -> dict[str, int]:
    """How much is put to the person's own offices under each tab, counted to a hundred, in one statement."""
    columns = [_few(_ids(actor, tab)).label(tab) for tab in TABS]
    return dict(db.session.execute(select(*columns)).one()._mapping)


def _few(ids: Select[Any]) -> ScalarSelect[int]:
    return select(func.count()).select_from(ids.limit(COUNTED_TO).subquery()).scalar_subquery()


def _ids(actor: Actor, tab: str) -> Select[Any]:
    if tab == TASKS:
        of_task = WorkOrder.id == Task.work_order_id
        return select(Task.id).join(WorkOrder, of_task).where(_open_task(actor, everywhere=False))
    of_record = WorkOrder.id == SideRecord.work_order_id
    return select(SideRecord.id).join(WorkOrder, of_record).where(_open(actor, KINDS[tab], everywhere=False))


def _offices(actor: Actor) -> list[int]:
    return sorted(area.territory_id for area in scope.review_area(actor).areas)


def _open(actor: Actor, kinds: Sequence[Kind], everywhere: bool) -> ColumnElement[bool]:
    is_open = and_(SideRecord.ended_at.is_(None), SideRecord.kind.in_([kind.value for kind in kinds]))
    put_to = is_open if everywhere else and_(is_open, SideRecord.unit_id.in_(_offices(actor)))
    return and_(put_to, scope.managed_by(actor))


def _open_task(actor: Actor, everywhere: bool) -> ColumnElement[bool]:
    is_open = Task.ended_at.is_(None)
    put_to = is_open if everywhere else and_(is_open, Task.unit_id.in_(_offices(actor)))
    return and_(put_to, scope.managed_by(actor))


def _records(actor: Actor, kinds: Sequence[Kind], everywhere: bool) -> Select[Any]:
    return (
        select(
            *SUMMARY,
            SideRecord.kind,
            SideRecord.opened_at,
            SideRecord.due_at.label("waits_until"),
            Event.action,
            Event.facts,
            _office.name.label("office"),
            _lead.name.label("lead"),
            Account.name.label("asker"),
        )
        .join(WorkOrder, WorkOrder.id == SideRecord.work_order_id)
        .join(Event, Event.id == SideRecord.opened_event_id)
        .outerjoin(_office, _office.id == SideRecord.unit_id)
        .outerjoin(_lead, _lead.id == WorkOrder.lead_unit_id)
        .outerjoin(Account, Account.id == SideRecord.by_id)
        .where(_open(actor, kinds, everywhere))
    )


def _tasks(actor: Actor, everywhere: bool) -> Select[Any]:
    return (
        select(
            *SUMMARY,
            Task.cause.label("kind"),
            Task.opened_at,
            Task.due_at.label("waits_until"),
            Event.action,
            Event.facts,
            func.coalesce(Organisation.name, _office.name).label("office"),
            _lead.name.label("lead"),
            Account.name.label("asker"),
        )
        .join(WorkOrder, WorkOrder.id == Task.work_order_id)
        .join(Event, Event.id == Task.opened_event_id)
        .outerjoin(Organisation, Organisation.id == Task.organisation_id)
        .outerjoin(_office, _office.id == Task.unit_id)
        .outerjoin(_lead, _lead.id == WorkOrder.lead_unit_id)
        .outerjoin(Account, Account.id == Event.actor_id)
        .where(_open_task(actor, everywhere))
    )


def between_offices(order: WorkOrder) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]]]:
    """Of one order, what offices ever put to each other, and what other units were asked to do; the oldest first.

    Called with an order that the person sees. Two statements, by the order's own index.
    """
    records = (
        select(SideRecord, _office.name.label("office"))
        .outerjoin(_office, _office.id == SideRecord.unit_id)
        .where(SideRecord.work_order_id == order.id, SideRecord.kind.in_([kind.value for kind in SHOWN]))
        .order_by(SideRecord.id)
    )
    name = func.coalesce(Organisation.name, _office.name).label("office")
    tasks = (
        select(Task.cause, Task.opened_at, Task.due_at, Task.ended_at, Task.outcome, name)
        .outerjoin(Organisation, Organisation.id == Task.organisation_id)
        .outerjoin(_office, _office.id == Task.unit_id)
        .where(Task.work_order_id == order.id)
        .order_by(Task.id)
    )
    return db.session.execute(records).all(), db.session.execute(tasks).all()


SHOWN = tuple(kind for kinds in KINDS.values() for kind in kinds)
"""The kinds that offices put to each other."""
