"""督办: an office above the lead unit, or the house where a limit says so, watches an order until it is content."""

from datetime import date, datetime, timedelta
from typing import Any

from app import clock, errors, parameters
from app.db import db
from app.deadlines import timers
from app.deadlines.action_limits import due
from app.deadlines.queries import calendar
from app.deadlines.timers import Timer
from app.errors import Conflict, NotAllowed
from app.people import queries as people
from app.people.actor import SYSTEM, Actor
from app.people.models import Role
from app.territory.models import Territory
from app.work_orders import custody, policy, queries
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.offices import units
from app.work_orders.side_records import Kind, SideRecord, find_open, put
from app.work_orders.timeline import Event
from app.work_orders.workflow import ACTIVE, Action, Status, next_status

LEVELS = {"general": "一般督办", "listed": "挂牌督办", "interview": "约谈督办"}
MOST_DAYS = ("supervision_days", 90)
CLEARED = "cleared"


def supervise(number: str, manager: Actor, level: str, due_on: date, reason: str) -> WorkOrder:
    """督办: by a manager of an office above the unit that answers; one at a time."""
    policy.ensure_may(manager, Action.SUPERVISE)
    order = queries.find(number, manager)
    next_status(Status(order.status), Action.SUPERVISE)
    if not policy.is_superior(manager, order):
        raise NotAllowed("只有上级单位的管理员可以督办；本单位的工单，请直接督促承办人。", action=Action.SUPERVISE)
    if order.has_open(Kind.SUPERVISION):
        raise Conflict("这件工单已在督办中，解除后才能再次督办；现在可以催办。", reason="supervised-already")
    if level not in LEVELS:
        raise errors.field("level", "请选择督办的方式。")
    until = _until(due_on)
    if not reason.strip():
        raise errors.field("reason", "请写明督办的理由和要求，承办单位会看到。")
    facts: dict[str, Any] = {"level": level, "level_name": LEVELS[level], "until": clock.iso(until)}
    event = order.take(Action.SUPERVISE, by=manager, words=reason, visible="internal", **facts)
    _open(order, event, _own_office(manager, order), until, level=level, causes=[])
    owe("supervised", order, unit_id=None, supervision_due_at=clock.iso(until))
    return order


def _until(due_on: date) -> datetime:
    """The end of business of that day, or of the next on which the offices are open."""
    most, today = parameters.number(*MOST_DAYS), clock.today()
    if due_on > today + timedelta(days=most):
        raise errors.field("due_on", f"督办期限最长{most}天，请选择更早的日期。")
    # A day long past is not asked of the calendar.
    until = calendar().close_of_business(max(due_on, today - timedelta(days=1)))
    if due_on < today or until <= clock.now():
        raise errors.field("due_on", "督办期限已经过去，请选择以后的日期。")
    return until


def _own_office(manager: Actor, order: WorkOrder) -> int:
    """The highest office above the lead unit that the person manages."""
    own = {post.territory_id for post in manager.posts if post.role is Role.MANAGER}
    return [place for place in units.superiors(order) if place in own][-1]


def _open(order: WorkOrder, event: Event, unit_id: int | None, until: datetime, **facts: Any) -> None:
    put(order, Kind.SUPERVISION, event, unit_id=unit_id, due_at=until, replies=0, **facts)
    timers.start(order.id, order.round, {"supervision": until})


def open_by_house(order: WorkOrder, cause: str) -> None:
    """督办 by the house, at the district or above; what is supervised already only gets the cause, each once."""
    record = find_open(order, Kind.SUPERVISION)
    if record is not None:
        _add_cause(order, record, cause)
        return
    until, unit_id = due("supervision", clock.now(), order.class_code), _of_the_house(order)
    facts: dict[str, Any] = {"cause": cause, "until": clock.iso(until)}
    event = order.take(Action.SUPERVISE, by=SYSTEM, visible="internal", **facts)
    _open(order, event, unit_id, until, level="general", causes=[cause])
    owe("supervised", order, unit_id=unit_id, supervision_due_at=clock.iso(until))


def _add_cause(order: WorkOrder, record: SideRecord, cause: str) -> None:
    if cause not in record.facts["causes"]:
        order.take(Action.SUPERVISE, by=SYSTEM, visible="internal", cause=cause, again=True)
        record.facts = record.facts | {"causes": [*record.facts["causes"], cause]}


def _of_the_house(order: WorkOrder) -> int | None:
    """The district; where it leads the order itself, or there is none, the first office above the lead unit."""
    above = units.superiors(order)
    return order.district_id if order.district_id in above else next(iter(above), None)


def overdue(order: WorkOrder, timer: Timer) -> None:
    """Three working days after its due date the order still is not settled."""
    if order.status in ACTIVE and order.due_at is not None and order.due_at <= timer.due_at:
        open_by_house(order, "overdue")


def follow(order: WorkOrder) -> None:
    """Keep the supervision above the unit that answers, after the order went to another one."""
    record = find_open(order, Kind.SUPERVISION)
    if record is not None and record.unit_id not in units.superiors(order):
        record.unit_id = _of_the_house(order)


def reply(number: str, actor: Actor, note: str) -> WorkOrder:
    """回复督办: by the assignee or the lead unit's manager; whether that was in time is written down."""
    policy.ensure_may(actor, Action.REPLY_SUPERVISION)
    order = queries.find(number, actor)
    record = _supervision(order)
    policy.ensure_in_charge(actor, order, Action.REPLY_SUPERVISION)
    if not note.strip():
        raise errors.field("note", "请写明办理到哪一步、接下来怎么办，督办单位会看到。")
    in_time = record.due_at is None or clock.now() <= record.due_at
    order.take(Action.REPLY_SUPERVISION, by=actor, words=note, visible="internal", in_time=in_time)
    record.facts = {"first_in_time": in_time} | record.facts | {"replies": record.facts["replies"] + 1}
    owe("supervision_answered", order, unit_id=record.unit_id)
    return order


def clear(number: str, manager: Actor, note: str) -> WorkOrder:
    """解除督办: by the supervising office and no other, also when the order has ended meanwhile."""
    policy.ensure_may(manager, Action.CLEAR_SUPERVISION)
    order = queries.find(number, manager)
    record = _supervision(order)
    why_not = why_not_clear(order, record, manager)
    if why_not:
        raise NotAllowed(why_not, action=Action.CLEAR_SUPERVISION)
    if not note.strip():
        raise errors.field("note", "请写明核实的情况，承办单位会看到。")
    answers = {Kind.SUPERVISION: CLEARED}
    order.take(Action.CLEAR_SUPERVISION, by=manager, words=note, visible="internal", answers=answers)
    owe("supervision_cleared", order)
    return order


def _supervision(order: WorkOrder) -> SideRecord:
    record = find_open(order, Kind.SUPERVISION)
    if record is None:
        raise Conflict("这件工单现在没有督办，请刷新后再看。", reason="not-supervised")
    return record


def why_not_clear(order: WorkOrder, record: SideRecord, manager: Actor) -> str:
    """Why this manager may not clear it, in a sentence that says who can; empty when they may."""
    unit = db.session.get(Territory, record.unit_id)
    name = unit.name if unit else "上级"
    if manager.account_id == order.assignee_id:
        return f"不能解除对自己承办的工单的督办，请由{name}或上级的其他管理员解除。"
    others = {order.assignee_id, *custody.barred(order)}
    staffed = [one for one in people.holders(Role.MANAGER, unit.id) if one not in others] if unit else []
    if unit is not None and not staffed:
        return "" if manager.scope(Role.MANAGER).covers(unit) else f"由{name}的上级管理员解除督办，请联系他们。"
    return "" if manager.account_id in staffed else f"这次督办只能由{name}的管理员解除，请联系他们。"


def risen(order: WorkOrder, timer: Timer) -> None:
    """Due and not cleared: one level higher; the city hears once more, and then there is nobody above it."""
    record = find_open(order, Kind.SUPERVISION)
    if record is None or record.due_at != timer.due_at:
        return
    line = units.superiors(order)
    above = units.next_above(order, record.unit_id) if record.unit_id in line else next(iter(line), None)
    if above is not None:
        record.unit_id, record.due_at = above, due("supervision", clock.now(), order.class_code)
        timers.start(order.id, order.round, {"supervision": record.due_at})
    until = clock.iso(record.due_at) if above is not None else None
    order.take(
        Action.EXPIRE, by=SYSTEM, visible="internal", kind=Kind.SUPERVISION.value, unit_name=_name(above), until=until
    )
    owe("supervision_risen", order, unit_id=record.unit_id, supervision_due_at=until)


def _name(unit_id: int | None) -> str | None:
    unit = db.session.get(Territory, unit_id) if unit_id is not None else None
    return unit.name if unit else None
