"""Orders that wait, and moments as people read them."""

from typing import Any

from sqlalchemy import select

from app import clock
from app.db import db, end_reading
from app.work_orders import extensions, questions
from app.work_orders.side_records import SideRecord
from tests.work_orders.record import run

QUESTION, ANSWER = "请说明是哪一层", "是三层东侧"


def spoken(moment: Any) -> str:
    return f"{clock.local(moment):%m-%d %H:%M}"


def asked(order: Any, person: Any) -> Any:
    return run(questions.ask, order.number, person, QUESTION)


def answered(order: Any, resident: Any) -> Any:
    return run(questions.answer, order.number, resident, ANSWER, [])


def extended(order: Any, worker: Any, manager: Any, amount: int = 1) -> Any:
    run(extensions.ask, order.number, worker, amount, "等配件")
    return run(extensions.decide, order.number, manager, True, "同意")


def records(order: Any) -> list[tuple[str, str | None]]:
    """(kind, outcome) of every record beside the status."""
    rows = db.session.execute(
        select(SideRecord.kind, SideRecord.outcome).where(SideRecord.work_order_id == order.id).order_by(SideRecord.id)
    ).all()
    end_reading()
    return [(row.kind, row.outcome) for row in rows]
