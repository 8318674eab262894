"""审核退回: a manager looks at what was settled and sends it back when the evidence is missing."""

from app import clock, errors
from app.deadlines import timers
from app.errors import Conflict, NotAllowed
from app.people.actor import SYSTEM, Actor
from app.work_orders import custody, follow_up, policy, queries
from app.work_orders.assignment import give_back
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.workflow import Action, Status

OVERDUE = ("due", "due_subdistrict", "due_supervision")


def send_back(number: str, manager: Actor, reason: str) -> WorkOrder:
    """In the same round and for the same date; what was rated stays, for each rates a round once."""
    policy.ensure_may(manager, Action.SEND_BACK)
    order = queries.find(number, manager)
    policy.ensure_here(manager, order, Action.SEND_BACK)
    if not reason.strip():
        raise errors.field("reason", "请写明缺少什么，承办人会据此补充。")
    if order.status == Status.RESOLVED:
        _ensure_may_send_back(order, manager)
    former, resolved_at = order.assignee_id, order.resolved_at or clock.now()
    order.take(Action.SEND_BACK, by=manager, words=reason, assignee=former)
    order.resolved_at = order.result = None
    timers.end(order.id, ("rate",), clock.now())
    timers.again(order.id, order.round, OVERDUE, since=resolved_at)
    _return(order, former)
    owe("sent_back", order)
    return order


def _ensure_may_send_back(order: WorkOrder, manager: Actor) -> None:
    if custody.ever_held(order, manager.account_id):
        raise NotAllowed("您承办过这件工单，请由其他管理员审核。", action=Action.SEND_BACK)
    if Action.SEND_BACK in policy.used_up(queries.actions_of(order)):
        raise Conflict("这件工单已经退回过两次，请等居民评价，或由回访决定是否返工。", reason="sent-back-twice")
    if follow_up.is_open(order):
        raise Conflict("居民的评价需要回访，请由回访员联系后决定是否返工。", reason="follow-up-owed")


def _return(order: WorkOrder, former: int | None) -> None:
    """To whoever settled it; when they are gone, to the pool or its unit, and what is urgent to the ladder."""
    if former is not None and queries.still_works(former, order):
        custody.hand_over(order, former, Action.SEND_BACK)
    elif not give_back(order, Action.RECALL, SYSTEM, told="released"):
        raise Conflict("承办人已离岗，值班链上或负责的单位现在没有人可以接手，请先安排人员。")
