"""返工: a new round with half of the span; to whoever resolved it, later to others."""

from app import clock
from app.deadlines import schedule
from app.deadlines.limits import ServiceClass, Step
from app.deadlines.queries import calendar, limits
from app.errors import Conflict
from app.people.actor import Actor
from app.work_orders import custody, intake, queries
from app.work_orders.assignment import to_ladder
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.workflow import Action, Status


def rework(order: WorkOrder, officer: Actor, reason: str) -> None:
    """Send it back: the first time to its assignee, else to the pool; what is urgent to the ladder instead."""
    former = order.assignee_id
    order.round += 1
    if former is not None and order.round == 2 and queries.still_works(former, order):
        _new_span(order)
        order.take(Action.REWORK, by=officer, to=Status.IN_PROGRESS, words=reason, assignee=former)
        custody.hand_over(order, former, Action.REWORK)
    elif ServiceClass(order.class_code).is_urgent:
        _new_span(order)
        if not to_ladder(order, 0, Action.REWORK, officer, words=reason):
            raise Conflict("值班链上现在没有人可以接手，请先安排值班人员，再转返工。")
    else:
        _new_span(order)
        order.take(Action.REWORK, by=officer, to=Status.POOLED, words=reason)
        order.assignee_id = None
        custody.await_step(order, "claim")
    owe("rework", order)


def _new_span(order: WorkOrder) -> None:
    """Half of the class's span from now; the original due date stays, so that the gross age can be told."""
    now = clock.now()
    limit = schedule.half_span(order.class_code)
    order.due_at = calendar().due(now, limit)
    order.due_provisional = calendar().rests_on_provisional(now, limit)
    # Sign and contact keep the class's own limits, but nothing is due after the order itself.
    sign, contact = (
        calendar().due(now, limits()[ServiceClass(order.class_code), step]) for step in (Step.SIGN, Step.CONTACT)
    )
    order.sign_due_at, order.contact_due_at = min(sign, order.due_at), min(contact, order.due_at)
    order.resolved_at = order.closed_at = order.contacted_at = order.arrived_at = order.overdue_at = None
    order.result = order.outcome = None
    order.misses, order.moved = 0, False
    intake.watch(order, now, limit)
