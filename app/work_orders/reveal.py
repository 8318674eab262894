"""查看电话: the reporter's number, shown once to whoever has a reason, and written down in both trails."""

from datetime import datetime, time, timedelta

from sqlalchemy import func, select

from app import clock, errors, parameters
from app.db import db
from app.errors import Conflict, NotAllowed, TooMany
from app.people.actor import Actor
from app.people.models import Account
from app.trail import AuditRow, audit
from app.work_orders import confidential, policy, queries
from app.work_orders.models import Reporter, WorkOrder
from app.work_orders.workflow import Action

MOST = ("reveals_per_day", 30)
AUDITED = "phone.revealed"


def reveal(number: str, actor: Actor, reason: str) -> str:
    """The number of the first reporter; of a confidential order only for those who work on it."""
    policy.ensure_may(actor, Action.REVEAL)
    order = queries.find(number, actor)
    policy.ensure_in_charge(actor, order, Action.REVEAL)
    if order.confidential and not confidential.works_on(order, actor):
        raise NotAllowed("这件工单要求保密，只有承办人和本社区管理员可以查看电话。", action=Action.REVEAL)
    if not reason.strip():
        raise errors.field("reason", "请写明为什么要查看电话。")
    _ensure_fewer(actor)
    phone = _phone(order)
    order.take(Action.REVEAL, by=actor, words=reason, visible="internal")
    audit(AUDITED, f"work_order:{order.number}", actor_id=actor.account_id, text=reason)
    return phone


def _ensure_fewer(actor: Actor) -> None:
    now = clock.local(clock.now())
    midnight = datetime.combine(now.date(), time.min, clock.LOCAL)
    mine = (AuditRow.actor_id == actor.account_id, AuditRow.action == AUDITED, AuditRow.at >= midnight)
    most = parameters.number(*MOST)
    if (db.session.scalar(select(func.count()).select_from(AuditRow).where(*mine)) or 0) >= most:
        left = midnight + timedelta(days=1) - now
        raise TooMany(
            f"今天查看电话已达{most}次，请明天再查看，急事请找管理员。", retry_after=int(left.total_seconds()) + 1
        )


def _phone(order: WorkOrder) -> str:
    """What was given for this order, else the account's own number."""
    rows = db.session.execute(
        select(Reporter.contact, Account.phone)
        .outerjoin(Account, Account.id == Reporter.account_id)
        .where(Reporter.work_order_id == order.id, Reporter.left_at.is_(None))
        .order_by(Reporter.is_first.desc(), Reporter.id)
    )
    phone = next((row.contact or row.phone for row in rows if row.contact or row.phone), None)
    if phone is None and order.parent_id is not None:
        raise Conflict("拆分件没有反映人，需要联系居民时请找原工单的承办人。")
    if phone is None:
        raise Conflict("反映人没有留下电话，请到现场联系，或者在工单里请他补充。")
    return str(phone)
