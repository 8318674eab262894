"""返工 and 重办: a new round with half of the span; to whoever resolved it, later to others."""

from typing import Any

from app import clock, parameters
from app.deadlines import schedule
from app.deadlines.limits import ServiceClass, Step
from app.deadlines.queries import calendar, limits
from app.errors import Conflict
from app.people.actor import SYSTEM, Actor
from app.work_orders import custody, intake, queries
from app.work_orders.assignment import give_back
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.offices import supervision
from app.work_orders.workflow import Action, Status

PROBLEM_AFTER = ("rounds_before_problem", 3)


def rework(order: WorkOrder, officer: Actor, reason: str) -> None:
    """A follow-up that did not pass sends it back."""
    begin_again(order, Action.REWORK, officer, reason)
    owe("rework", order)
    watch(order)


def begin_again(order: WorkOrder, action: Action, by: Actor, reason: str, **more: Any) -> None:
    """A new round: the first time for its assignee, else for the pool or its unit; what is urgent for the ladder."""
    former = order.assignee_id
    order.round += 1
    _new_span(order)
    if former is not None and order.round == 2 and queries.still_works(former, order):
        order.take(action, by=by, to=Status.IN_PROGRESS, words=reason, assignee=former, **more)
        custody.hand_over(order, former, action)
    elif not give_back(order, action, by, words=reason, **more):
        raise Conflict("值班链上或负责的单位现在没有人可以接手，请联系社区安排人员后再试。")


def watch(order: WorkOrder) -> None:
    """What was begun again too often is a problem order under supervision, whatever its limits say."""
    if order.round > parameters.number(*PROBLEM_AFTER):
        order.take(Action.WARN, by=SYSTEM, visible="internal", step="begun_again_often", round=order.round)
        order.problem = True
        supervision.open_by_house(order, "begun_again_often")


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
