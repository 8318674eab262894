"""回避: for somebody whom an order concerns it is no longer there, and what they had of it goes to others."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from app import clock, errors
from app.db import db
from app.errors import Conflict
from app.notifications import inbox
from app.people import queries as people
from app.people.actor import Actor
from app.people.models import Role
from app.territory.models import Level
from app.work_orders import custody, leaving, policy, queries, side_records
from app.work_orders.facts import owe, owe_lapsed
from app.work_orders.kin import concerns, merged, parts
from app.work_orders.models import Recusal, WorkOrder
from app.work_orders.scope import OFFICE
from app.work_orders.side_records import LAPSED, Kind, SideRecord
from app.work_orders.workflow import PAUSED, Action

ROLES = (Role.GRID_WORKER, Role.UNIT_WORKER, *OFFICE)


def choosable(order: WorkOrder) -> Sequence[Row[Any]]:
    """Staff who could come across the order: posted in its community or above, or having it; each with a posting."""
    line = [place for level in Level if (place := getattr(order, f"{level}_id")) is not None]
    rows = people.posted_near(ROLES, line, order.community_id, besides=(order.assignee_id, order.offered_to_id))
    known = custody.barred(order)
    return [row for row in rows if row.account_id not in known]


def recuse(number: str, manager: Actor, person_public_id: str, reason: str) -> WorkOrder:
    """A manager says whom the order concerns; from then on it is out of that person's sight at work."""
    policy.ensure_may(manager, Action.RECUSE)
    order = queries.find(number, manager)
    policy.ensure_here(manager, order, Action.RECUSE)
    if not reason.strip():
        raise errors.field("reason", "请写明为什么要回避。")
    account_id = _chosen(order, manager, person_public_id)
    matter = merged.with_others(order)
    if len(matter) > 1:
        queries.lock(*matter)
    db.session.add(Recusal(work_order=order, account_id=account_id, created_at=clock.now()))
    others = [one for one, who in concerns.share(matter) if who == account_id] if len(matter) > 1 else []
    for one in (order, *others):
        for hidden in (*parts.open_ones(one), one):
            _put_out_of_sight(hidden, account_id, manager, reason)
    return order


def _put_out_of_sight(order: WorkOrder, account_id: int, manager: Actor, reason: str) -> None:
    """The order or one of its parts is not there for the person any more, and goes on without them."""
    offer = _offer_to(order, account_id)
    answers = {Kind.TRANSFER: LAPSED} if offer else {}
    order.take(Action.RECUSE, by=manager, words=reason, visible="internal", answers=answers, person=account_id)
    if offer:
        owe_lapsed(order, offer)
    if order.assignee_id == account_id:
        _take_away(order, account_id)
    inbox.take_away(account_id, order.number)


def _chosen(order: WorkOrder, manager: Actor, public_id: str) -> int:
    account_id = next((row.account_id for row in choosable(order) if row.public_id == public_id), None)
    if account_id is None:
        raise errors.field("person", "请从名单中选择要回避的人员。")
    if account_id == manager.account_id:
        raise Conflict("涉及您本人的工单，请由同级的其他管理员或上级管理员登记回避。")
    return int(account_id)


def _offer_to(order: WorkOrder, account_id: int) -> SideRecord | None:
    return side_records.find_open(order, Kind.TRANSFER) if order.offered_to_id == account_id else None


def _take_away(order: WorkOrder, account_id: int) -> None:
    """What was settled keeps its history; what is paused waits for somebody else to go on with it."""
    if order.status in leaving.HELD:
        if not leaving.recall(order):
            raise Conflict("值班链上现在没有别人可以接手这件紧急工单，请先安排值班人员，或者改派，再登记回避。")
    elif order.status in PAUSED:
        custody.let_go(order)
    else:
        return
    owe("recused", order, former_id=account_id)
