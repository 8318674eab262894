"""申诉: the reporter asks the unit above the one that declined; it accepts or declines for good."""

from sqlalchemy import select

from app import clock, errors
from app.db import db
from app.deadlines import timers
from app.deadlines.action_limits import due
from app.errors import Conflict
from app.people.actor import Actor
from app.territory.models import Level
from app.work_orders import due_dates, policy, queries
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.offices import units
from app.work_orders.side_records import Kind, put
from app.work_orders.timeline import Event
from app.work_orders.workflow import Action, Status


def appeal(number: str, reporter: Actor, reason: str) -> WorkOrder:
    """申诉: once, within the days for it; back to be accepted, but by the unit above."""
    policy.ensure_may(reporter, Action.APPEAL)
    order, _own = queries.find_as_reporter(number, reporter)
    if not reason.strip():
        raise errors.field("reason", "请写明为什么应当受理。")
    if order.status == Status.DECLINED:
        _ensure_may_appeal(order)
    decline = _last_decline(order)
    event = order.take(Action.APPEAL, by=reporter, words=reason)
    unit_id, due_at = _unit_above(order, decline), due("appeal", clock.now())
    put(order, Kind.APPEAL, event, unit_id=unit_id, due_at=due_at, decliner_id=decline.actor_id if decline else None)
    if order.closed_at is not None:
        # What fell due while it was declined, when nothing could come of it, is late now.
        timers.again(order.id, order.round, due_dates.OF_DUE, since=order.closed_at)
    order.closed_at, order.step_due_at = None, due_at
    timers.start(order.id, order.round, {"appeal": due_at})
    owe("appealed", order, unit_id=unit_id)
    return order


def _ensure_may_appeal(order: WorkOrder) -> None:
    if Action.APPEAL in policy.used_up(queries.actions_of(order)):
        raise Conflict("这件诉求已经申诉过，上一级单位的决定是最终决定；有新情况，请重新反映。", reason="appealed-once")
    if policy.is_appeal_over(order):
        raise Conflict("申诉的期限（7天）已过；有新情况，请重新反映。", reason="too-late")


def _last_decline(order: WorkOrder) -> Event | None:
    of_order = select(Event).where(Event.work_order_id == order.id, Event.action == Action.DECLINE.value)
    return db.session.scalars(of_order.order_by(Event.id.desc()).limit(1)).first()


def _unit_above(order: WorkOrder, decline: Event | None) -> int | None:
    """The nearest place above the office that declined; above the city there is only the city."""
    office = decline.facts.get("office") if decline else None
    own = next((level for level in units.OFFICES if getattr(order, f"{level}_id") is not None), Level.CITY)
    places = (getattr(order, f"{level}_id") for level in units.above(Level(office) if office else own))
    return next((place for place in places if place is not None), None)
