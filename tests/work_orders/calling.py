"""Calls to the office above and what answers them, as they happen between offices."""

from datetime import date
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from app import secrets
from app.db import db, end_reading
from app.organisations.models import Organisation, OrganisationKind
from app.work_orders.offices import escalations, termination
from app.work_orders.offices.task_records import Task
from app.work_orders.side_records import Kind, SideRecord
from tests.factories import writing
from tests.work_orders.record import run

TRIED, REASON = "已三次上门劝阻", "请派人依法查处"
THURSDAY = date(2026, 3, 12)


def proposed(order: Any, worker: Any, kind: str = "enforcement_power") -> Any:
    return run(escalations.propose, order.number, worker, kind, TRIED, REASON)


def called(order: Any, manager: Any, kind: str = "enforcement_power") -> Any:
    return run(escalations.escalate, order.number, manager, kind, TRIED, REASON)


def reported_in(order: Any, manager: Any, until: date = THURSDAY, organisation: str | None = None) -> Any:
    return run(escalations.report_in, order.number, manager, "派执法中队来", "铁占林 中队长", until, organisation)


def returned(order: Any, manager: Any) -> Any:
    return run(escalations.give_back, order.number, manager, "社区有权处理")


def to_be_ended(order: Any, manager: Any, cause: str = "statutory_channel") -> Any:
    return run(termination.propose, order.number, manager, cause, "这件事法院正在审理，请等判决。")


def decided(order: Any, manager: Any, approved: bool = True) -> Any:
    return run(termination.decide, order.number, manager, approved, "情况属实" if approved else "请继续协调")


def record_of(order: Any, kind: Kind = Kind.ESCALATION) -> SimpleNamespace:
    """The newest record of this kind."""
    of_order = select(SideRecord).where(SideRecord.work_order_id == order.id, SideRecord.kind == kind.value)
    return _copied(db.session.scalars(of_order.order_by(SideRecord.id.desc()).limit(1)).one())


def tasks(order: Any) -> list[SimpleNamespace]:
    found = db.session.scalars(select(Task).where(Task.work_order_id == order.id).order_by(Task.id)).all()
    return [_copied(task) for task in found]


def _copied(row: Any) -> SimpleNamespace:
    values = SimpleNamespace(**{column.key: getattr(row, column.key) for column in row.__table__.columns})
    end_reading()
    return values


def an_organisation(territory_id: int, name: str = "虎台执法中队", *, active: bool = True) -> str:
    """A department that stands at this place; its public id."""
    public_id = secrets.public_id()
    with writing():
        db.session.add(
            Organisation(
                public_id=public_id,
                code=public_id,
                name=name,
                kind=OrganisationKind.DEPARTMENT.value,
                territory_id=territory_id,
                active=active,
            )
        )
    return public_id
