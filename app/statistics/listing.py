"""The orders behind a number, page by page, each with how often it counts in it."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, func, select

from app.db import db
from app.statistics.counting import worth_of
from app.statistics.definitions import Part
from app.statistics.sources import Window
from app.work_orders.lists import SUMMARY
from app.work_orders.models import WorkOrder


def orders(window: Window, part: Part, page: int, per_page: int) -> Sequence[Row[Any]]:
    """One page and one row more of the orders that count in this part, the newest first."""
    condition = part.condition(window)
    statement = (
        select(*SUMMARY, func.count().label("times"))
        .select_from(part.source.joined)
        .where(part.source.within(window), condition, worth_of(part, condition) > 0)
        .group_by(WorkOrder.id)
        .order_by(WorkOrder.created_at.desc(), WorkOrder.id.desc())
    )
    return db.session.execute(statement.offset((page - 1) * per_page).limit(per_page + 1)).all()


def by_ids(window: Window, ids: Collection[int], page: int, per_page: int) -> Sequence[Row[Any]]:
    """The same of orders that were found otherwise, as far as the person may see them."""
    first = (page - 1) * per_page
    wanted = sorted(ids, reverse=True)[first : first + per_page + 1]
    statement = select(*SUMMARY).where(WorkOrder.id.in_(wanted), window.seen)
    return db.session.execute(statement.order_by(WorkOrder.id.desc())).all()
