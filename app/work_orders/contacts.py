"""联系方式: how a reporter can be reached about an order, and the name that was given for somebody without a phone.

Kept for a year after the order has ended, as the privacy notice says, and of people who left only until it has ended.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, update
from sqlalchemy.orm import aliased

from app import parameters
from app.db import db
from app.people.models import Account, AccountState
from app.work_orders.models import FollowUp, Reporter, WorkOrder
from app.work_orders.workflow import ENDED

BATCH = 500


def keep(account_id: int, phone: str) -> None:
    """Before an account's number goes: orders that have not ended keep it, unless another one was given for them."""
    lacking = select(Reporter).join(WorkOrder, WorkOrder.id == Reporter.work_order_id)
    lacking = lacking.where(Reporter.account_id == account_id, Reporter.contact.is_(None), Reporter.left_at.is_(None))
    for reporter in db.session.scalars(lacking.where(is_needed())):
        reporter.contact = phone


def erase_of_closed(_now: datetime) -> int:
    """Erase one batch of contacts that closed accounts left on orders which have ended since; returns how many."""
    left = _given().join(Account, Account.id == Reporter.account_id)
    return _erase(left.where(Account.state == AccountState.CLOSED))


def erase_old(now: datetime) -> int:
    """Erase one batch of contacts on orders that ended a year ago, or as long as the city says; returns how many."""
    since = now - timedelta(days=parameters.number("contact_kept_days", 365))
    ended_at = func.coalesce(WorkOrder.closed_at, WorkOrder.changed_at)
    return _erase(_given().where(Reporter.created_at < since, ended_at < since))


def _given() -> Select[tuple[int]]:
    """Contacts on orders for which nobody needs them any more."""
    return (
        select(Reporter.id)
        .join(WorkOrder, WorkOrder.id == Reporter.work_order_id)
        .where(or_(Reporter.contact.is_not(None), Reporter.name.is_not(None)), ~is_needed())
    )


def _erase(reporters: Select[tuple[int]]) -> int:
    erased = update(Reporter).where(Reporter.id.in_(reporters.limit(BATCH))).values(contact=None, name=None)
    result = db.session.execute(erased, execution_options={"synchronize_session": False})
    return result.rowcount  # type: ignore[attr-defined]


def is_needed() -> ColumnElement[bool]:
    """Whether somebody may still have to speak with the reporters of an order."""
    followed_up = exists().where(FollowUp.work_order_id == WorkOrder.id, FollowUp.ended_at.is_(None))
    going_on = aliased(WorkOrder)
    ended = [status.value for status in ENDED]
    # What was merged may live again as long as the other order is not over.
    may_return = exists().where(going_on.id == WorkOrder.merged_into_id, going_on.status.not_in(ended))
    return or_(WorkOrder.status.not_in(ended), followed_up, may_return)
