"""回避 of what is merged: whom one order of a matter concerns, the others are out of sight of too."""

from collections.abc import Sequence

from sqlalchemy import select

from app import clock
from app.db import db
from app.notifications import inbox
from app.work_orders.models import Recusal, WorkOrder


def share(matter: Sequence[WorkOrder]) -> list[tuple[WorkOrder, int]]:
    """Let whom one of these orders concerns be concerned by all; returns what is new, as (order, account)."""
    rows = _rows(matter)
    own, known = _own(rows), {(row.work_order_id, row.account_id) for row in rows}
    new = [(one, account_id) for one in matter for account_id in sorted(own) if (one.id, account_id) not in known]
    for one, account_id in new:
        row = Recusal(work_order=one, account_id=account_id, came_from_id=own[account_id], created_at=clock.now())
        db.session.add(row)
        inbox.take_away(account_id, one.number)
    return new


def part(order: WorkOrder, others: Sequence[WorkOrder]) -> None:
    """The order is a matter of its own again: neither side keeps what it had from the other alone."""
    for side in ([order], others):
        rows = _rows(side)
        own = _own(rows)
        for row in rows:
            if row.came_from_id is None:
                continue
            if row.account_id in own:
                row.came_from_id = own[row.account_id]
            else:
                db.session.delete(row)


def _rows(orders: Sequence[WorkOrder]) -> list[Recusal]:
    of_orders = select(Recusal).where(Recusal.work_order_id.in_([one.id for one in orders]))
    return list(db.session.scalars(of_orders.order_by(Recusal.id)))


def _own(rows: Sequence[Recusal]) -> dict[int, int]:
    """By account, the order of which it was said that it concerns them."""
    return {row.account_id: row.work_order_id for row in rows if row.came_from_id is None}
