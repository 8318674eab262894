"""回访: after a "no" or by lot, an officer who never held the order asks the residents; it passes or goes back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import exists, select

from app import clock, errors
from app.db import db
from app.deadlines import timers
from app.deadlines.action_limits import due
from app.errors import Conflict, NotAllowed
from app.people.actor import SYSTEM, Actor
from app.people.models import Role
from app.work_orders import custody, lists, policy, queries, resolution
from app.work_orders.facts import owe
from app.work_orders.models import FollowUp, WorkOrder
from app.work_orders.rework import rework
from app.work_orders.workflow import Action, Status

OUTCOMES = ("passed", "rework")


def open_for(order: WorkOrder, cause: str) -> None:
    """Owe a follow-up of this round, unless one is owed already."""
    if is_open(order):
        return
    now = clock.now()
    unit = order.community_id or order.lead_unit_id
    owed = FollowUp(work_order=order, round=order.round, territory_id=unit, cause=cause, opened_at=now, attempts=0)
    owed.due_at = due("follow_up", now)
    order.take(Action.FOLLOW_UP, by=SYSTEM, visible="internal", step="owed", cause=cause)
    db.session.add(owed)
    timers.start(order.id, order.round, {"follow_up": owed.due_at, "follow_up_end": due("follow_up.end", now)})
    owe("follow_up_owed", order, territory_id=unit)


def is_open(order: WorkOrder) -> bool:
    return bool(
        db.session.scalar(select(exists().where(FollowUp.work_order_id == order.id, FollowUp.ended_at.is_(None))))
    )


def find_open(order: WorkOrder) -> FollowUp | None:
    return db.session.scalar(select(FollowUp).where(FollowUp.work_order_id == order.id, FollowUp.ended_at.is_(None)))


def worklist(actor: Actor, page: int = 1, per_page: int = 30) -> Sequence[Any]:
    """Open follow-ups in the officer's area, due first; never of orders that the officer held or reported."""
    actor.must_have(Role.FOLLOW_UP_OFFICER)
    return lists.follow_ups(actor, page, per_page)


def attempt(number: str, officer: Actor, note: str) -> WorkOrder:
    """Note an attempt that reached nobody."""
    order, owed = _take_up(number, officer)
    if not note.strip():
        raise errors.field("note", "请写明怎样联系的、结果如何。")
    order.take(Action.FOLLOW_UP, by=officer, words=note, visible="internal", step="attempt")
    owed.attempts += 1
    return order


def conclude(number: str, officer: Actor, outcome: str, note: str) -> WorkOrder:
    """Pass, or send the order back as rework with a new round. `outcome` is passed or rework."""
    order, owed = _take_up(number, officer)
    if outcome not in OUTCOMES:
        raise errors.field("outcome", "请选择回访结果。")
    if not note.strip():
        raise errors.field("note", "请写明居民的意见。")
    order.take(Action.FOLLOW_UP, by=officer, words=note, visible="internal", step="concluded", outcome=outcome)
    owed.attempts += 1
    _end(owed, outcome, officer)
    if outcome == "rework":
        rework(order, officer, note)
    elif order.status == Status.RESOLVED:
        resolution.close(order, "followed_up", officer)
    return order


def _take_up(number: str, officer: Actor) -> tuple[WorkOrder, FollowUp]:
    policy.ensure_may(officer, Action.FOLLOW_UP)
    order = queries.find(number, officer)
    policy.ensure_here(officer, order, Action.FOLLOW_UP)
    owed = find_open(order)
    if owed is None:
        raise Conflict("这件工单现在没有待回访的任务。")
    if custody.ever_held(order, officer.account_id):
        raise NotAllowed("您承办过这件工单，请由其他回访员回访。")
    return order, owed


def drop(order: WorkOrder) -> None:
    """The order begins again without it: nobody need ask about the round that is over."""
    owed = find_open(order)
    if owed is not None:
        _end(owed, "reopened")


def _end(owed: FollowUp, outcome: str, officer: Actor | None = None) -> None:
    owed.outcome, owed.ended_at = outcome, clock.now()
    owed.officer_id = officer.account_id if officer else None


def rise(order: WorkOrder, owed: FollowUp) -> None:
    """Not followed up in time: the unit one level up owes it now."""
    above = queries.unit_above(owed.territory_id)
    if above is None:
        return
    owed.territory_id = above
    owed.due_at = due("follow_up", clock.now())
    order.take(Action.FOLLOW_UP, by=SYSTEM, visible="internal", step="risen")
    timers.start(order.id, order.round, {"follow_up": owed.due_at})
    owe("follow_up_owed", order, territory_id=above)


def give_up(order: WorkOrder, owed: FollowUp) -> None:
    """Ten working days without a follow-up: closed, and counted as not satisfied."""
    order.take(Action.FOLLOW_UP, by=SYSTEM, visible="internal", step="given_up")
    _end(owed, "not_followed_up")
    if order.status == Status.RESOLVED:
        resolution.close(order, "not_followed_up")
