"""What happens when a limit passes and nobody acted. The sweep fires one timer in one transaction."""

import hashlib
from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import bindparam, select

from app import clock, parameters
from app.db import db
from app.deadlines import timers
from app.deadlines.action_limits import due
from app.deadlines.limits import ServiceClass
from app.deadlines.timers import Timer
from app.people.actor import SYSTEM
from app.work_orders import custody, extensions, follow_up, intake, questions, replies, resolution, routing, transfer
from app.work_orders.assignment import assign, to_ladder, to_pool
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.offices import (
    disputes,
    escalations,
    helping,
    ledger,
    ledger_reviews,
    ledger_terms,
    supervision,
    termination,
)
from app.work_orders.side_records import Kind, find_open
from app.work_orders.workflow import ACTIVE, Action, Status

Handler = Callable[[WorkOrder, Timer], None]
OF_ALL_ROUNDS = ("supervision",)
"""What is watched until it is cleared, whatever becomes of the order meanwhile."""
DRAWN_PERCENT = ("follow_up_drawn_percent", 10)


def fire(timer_id: int, now: datetime) -> str | None:
    """Fire one timer in the running transaction; returns its kind, or None when another sweep was first."""
    timer = timers.fire(timer_id, now)
    if timer is None:
        return None
    order = db.session.scalars(_ORDER, {"order": timer.work_order_id}).one()
    if timer.round == order.round or timer.kind in OF_ALL_ROUNDS:
        HANDLERS[timer.kind](order, timer)
    return timer.kind


_ORDER = select(WorkOrder).where(WorkOrder.id == bindparam("order"))


def _waits(order: WorkOrder, timer: Timer, status: Status) -> bool:
    """Whether the order still waits for the very step this timer was set for."""
    return order.status == status and order.step_due_at == timer.due_at


def _not_accepted(order: WorkOrder, timer: Timer) -> None:
    """To the community's duty officer or manager, else to those above."""
    # What is appealed waits for the unit above, whoever else is on duty.
    if not _waits(order, timer, Status.SUBMITTED) or order.has_open(Kind.APPEAL):
        return
    officer = routing.step_of_ladder(order, routing.rung(order))
    if officer is None:
        custody.await_step(order, "accept")  # Nobody is posted anywhere above; looked for again.
        return
    order.misses = officer[0] if ServiceClass(order.class_code).is_urgent else 0
    assign(order, officer[1], Action.ASSIGN, SYSTEM)
    owe("not_accepted", order)


def _not_claimed(order: WorkOrder, timer: Timer) -> None:
    """To the grid's own worker, skipping who is off duty, recused or full; else to the community's manager."""
    if not _waits(order, timer, Status.POOLED):
        return
    account_id = routing.own_worker(order) or next(iter((routing.manager_from(order, 1) or ())[1:]), None)
    if account_id is None:
        custody.await_step(order, "claim")
        return
    assign(order, account_id, Action.ASSIGN, SYSTEM)
    owe("not_claimed", order)


def _not_signed(order: WorkOrder, timer: Timer) -> None:
    """First time back to the pool, second time up the line; P0 and P1 climb their ladder at once."""
    if not _waits(order, timer, Status.ASSIGNED):
        return
    if ServiceClass(order.class_code).is_urgent:
        _climb(order)
    elif order.misses == 0 and routing.may_pool(order):
        former = order.assignee_id
        to_pool(order, Action.LAPSE, SYSTEM)
        order.misses = 1
        owe("returned_to_pool", order, former_id=former)
    else:
        _up_the_line(order)


def _climb(order: WorkOrder) -> None:
    if not to_ladder(order, order.misses + 1, Action.ASSIGN, SYSTEM):
        order.step_due_at = None
        order.take(Action.WARN, by=SYSTEM, visible="internal", step="ladder_ended")
        supervision.open_by_house(order, "ladder_ended")


def _up_the_line(order: WorkOrder) -> None:
    """Second miss: the manager of its unit; then those of the offices above, with supervision.

    What no pool may have climbs at the first miss.
    """
    own = routing.rung(order)
    level = max(order.misses, own)
    following = routing.manager_from(order, level)
    if following is None:
        order.step_due_at = None
        order.take(Action.WARN, by=SYSTEM, visible="internal", step="line_ended")
    else:
        order.misses = following[0] + 1
        assign(order, following[1], Action.ASSIGN, SYSTEM)
    if level == own:
        owe("not_signed", order)
    else:
        supervision.open_by_house(order, "not_signed")


def _not_contacted(order: WorkOrder, _timer: Timer) -> None:
    if order.status in ACTIVE and order.contacted_at is None:
        order.take(Action.WARN, by=SYSTEM, visible="internal", step="contact")
        owe("warned", order, step="contact")


def _warn(order: WorkOrder, timer: Timer) -> None:
    if order.status in ACTIVE:
        is_hint = timer.kind == "warn_80" and ledger_terms.is_suggested(order)
        step = "warn_80_ledger" if is_hint else timer.kind
        order.take(Action.WARN, by=SYSTEM, visible="internal", step=step)
        owe("warned", order, step=step)


def _overdue(order: WorkOrder, timer: Timer) -> None:
    if order.status in ACTIVE and order.due_at == timer.due_at:
        order.take(Action.OVERDUE, by=SYSTEM, assignee=order.assignee_id)
        order.overdue_at = timer.due_at
        owe("overdue", order)


def _overdue_for_subdistrict(order: WorkOrder, timer: Timer) -> None:
    if order.status in ACTIVE and order.due_at is not None and order.due_at <= timer.due_at:
        order.take(Action.OVERDUE, by=SYSTEM, visible="internal", told="overdue_subdistrict")
        owe("overdue_subdistrict", order)


def _rating_ended(order: WorkOrder, _timer: Timer) -> None:
    """Seven days are over: closed; an open follow-up decides instead; a drawn share is followed up all the same."""
    if order.status != Status.RESOLVED or follow_up.is_open(order):
        return
    resolution.close(order, "unrated")
    if is_drawn(order.number):
        follow_up.open_for(order, "drawn")


def is_drawn(number: str) -> bool:
    """By lot, but the same for everybody who looks it up: a hash of the number decides."""
    lot = int.from_bytes(hashlib.sha256(number.encode()).digest()[:4], "big") % 100
    return lot < parameters.number(*DRAWN_PERCENT)


def _appeal_unanswered(order: WorkOrder, timer: Timer) -> None:
    """Nobody decided on the appeal: the house accepts; while the resident is asked, it waits for the answer."""
    appeal = find_open(order, Kind.APPEAL)
    if appeal is None or appeal.due_at != timer.due_at:
        return
    if order.status != Status.SUBMITTED:
        appeal.due_at = due("appeal", clock.now())
        timers.start(order.id, order.round, {"appeal": appeal.due_at})
        return
    order.take(Action.EXPIRE, by=SYSTEM, answers={Kind.APPEAL: "expired"}, kind=Kind.APPEAL.value)
    if not intake.accept_by_the_house(order):
        custody.await_step(order, "accept")


def _follow_up_late(order: WorkOrder, timer: Timer) -> None:
    owed = follow_up.find_open(order)
    if owed is not None and owed.due_at == timer.due_at:
        follow_up.rise(order, owed)


def _follow_up_ended(order: WorkOrder, _timer: Timer) -> None:
    owed = follow_up.find_open(order)
    if owed is not None:
        follow_up.give_up(order, owed)


def _transfer_unanswered(order: WorkOrder, timer: Timer) -> None:
    transfer.lapse(order, timer.due_at)


HANDLERS: dict[str, Handler] = {
    "accept": _not_accepted,
    "claim": _not_claimed,
    "sign": _not_signed,
    "contact": _not_contacted,
    "warn_50": _warn,
    "warn_80": _warn,
    "due": _overdue,
    "due_subdistrict": _overdue_for_subdistrict,
    "due_supervision": supervision.overdue,
    "supervision": supervision.risen,
    "transfer": _transfer_unanswered,
    "answer": questions.unanswered,
    "extension": extensions.unanswered,
    "task": helping.unanswered,
    "escalation_proposal": escalations.proposal_unanswered,
    "escalation": escalations.unanswered,
    "termination": termination.unanswered,
    "ledger_proposal": ledger.unanswered,
    "ledger_review": ledger_reviews.unreviewed,
    "urge": replies.unanswered,
    "dispute": disputes.unanswered,
    "rate": _rating_ended,
    "appeal": _appeal_unanswered,
    "follow_up": _follow_up_late,
    "follow_up_end": _follow_up_ended,
}


def due_now(limit: int = timers.BATCH, without: Collection[int] = ()) -> list[int]:
    """Ids of the timers to fire next, `without` those that are left for later."""
    return timers.due(clock.now(), limit, without)
