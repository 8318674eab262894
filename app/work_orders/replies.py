"""Answering whoever presses for an order: reply 回复催办, and what happens when nobody does."""

from app import clock, errors
from app.deadlines.timers import Timer
from app.errors import Conflict
from app.people.actor import SYSTEM, Actor
from app.work_orders import policy, queries
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.side_records import Kind, find_open
from app.work_orders.workflow import OPEN, Action


def reply(number: str, worker: Actor, note: str) -> WorkOrder:
    """回复催办: the assignee says how it stands; whether that was in time is written down."""
    order = queries.find(number, worker)
    policy.ensure_has(worker, order, Action.REPLY)
    urge = find_open(order, Kind.URGE)
    if urge is None and order.status in OPEN:
        raise Conflict("现在没有等您回复的催办，请刷新后再看。", reason="nothing-urged")
    if not note.strip():
        raise errors.field("note", "请写明办理到哪一步、接下来怎么办，催办的人会看到。")
    in_time = urge is not None and (urge.due_at is None or clock.now() <= urge.due_at)
    order.take(Action.REPLY, by=worker, words=note, answers={Kind.URGE: "answered"}, in_time=in_time)
    owe("urge_answered", order)
    return order


def unanswered(order: WorkOrder, timer: Timer) -> None:
    """No reply in time: it counts against the unit, and the managers hear of it. A reply is still owed."""
    urge = find_open(order, Kind.URGE)
    if urge is not None and urge.due_at == timer.due_at:
        order.take(Action.EXPIRE, by=SYSTEM, visible="internal", kind=Kind.URGE.value)
        owe("urge_unanswered", order)
