"""催办: a reporter or a superior asks that an order move on; each time it is heard one level higher."""

from datetime import datetime

from sqlalchemy import Select, select

from app import clock
from app.db import db
from app.deadlines import timers
from app.deadlines.action_limits import due
from app.errors import Conflict, NotAllowed
from app.people.actor import Actor
from app.work_orders import policy, queries
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.offices import supervision
from app.work_orders.side_records import Kind, put
from app.work_orders.timeline import Event
from app.work_orders.workflow import OPEN, PAUSED, Action


def urge(number: str, reporter: Actor, note: str) -> WorkOrder:
    """催办: by whoever reported the order or joined it."""
    policy.ensure_may(reporter, Action.URGE)
    order, _own = queries.find_as_reporter(number, reporter)
    return _urge(order, reporter, note, visible="reporter")


def urge_from_above(number: str, manager: Actor, note: str) -> WorkOrder:
    """催办: by a manager above the unit that answers for the order; what they say is for the unit."""
    policy.ensure_may(manager, Action.URGE)
    order = queries.find(number, manager)
    if not policy.is_superior(manager, order):
        raise NotAllowed("只有上一级单位的管理员可以催办；本辖区的工单，请直接联系承办人或派单。", action=Action.URGE)
    return _urge(order, manager, note, visible="act" if note else "reporter")


def _urge(order: WorkOrder, by: Actor, note: str, *, visible: str) -> WorkOrder:
    if order.status in OPEN:
        _ensure_not_too_soon(order, by)
    if order.status in PAUSED:
        order.take(Action.URGE, by=by, words=note, visible=visible, paused=True)
        return order
    times = _times(order) + 1
    event = order.take(Action.URGE, by=by, words=note, visible=visible, times=times)
    _await_reply(order, event)
    owe("urged" if times == 1 and order.assignee_id is not None else "urged_again", order)
    if times >= 3:
        supervision.open_by_house(order, "urged")
    return order


def _await_reply(order: WorkOrder, event: Event) -> None:
    """Whoever has it owes a reply, once for all that urge before it comes."""
    if order.has_open(Kind.URGE):
        return
    due_at = due("urge", clock.now())
    put(order, Kind.URGE, event, to_id=order.assignee_id, due_at=due_at)
    timers.start(order.id, order.round, {"urge": due_at})


def _ensure_not_too_soon(order: WorkOrder, by: Actor) -> None:
    own = _urges(order).where(Event.actor_id == by.account_id)
    last: datetime | None = db.session.scalar(own.with_only_columns(Event.at).order_by(Event.id.desc()).limit(1))
    if last is not None and clock.now() < due("urge.again", last):
        again_at = clock.spoken(due("urge.again", last))
        raise Conflict(f"24小时内只能催办一次，请在{again_at}之后再催；情况紧急请直接拨打社区电话。", reason="too-soon")


def _times(order: WorkOrder) -> int:
    """How often this round was urged on so far; what was said during a pause does not count."""
    of_round = _urges(order).where(Event.round == order.round)
    return sum(not facts.get("paused") for facts in db.session.scalars(of_round.with_only_columns(Event.facts)))


def _urges(order: WorkOrder) -> Select[tuple[Event]]:
    return select(Event).where(Event.work_order_id == order.id, Event.action == Action.URGE.value)
