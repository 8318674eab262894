"""终止: what cannot be carried to an end is ended by an office above; it never counts as solved."""

from typing import Any

from app import clock, errors
from app.deadlines import timers
from app.deadlines.action_limits import due
from app.deadlines.timers import Timer
from app.errors import Conflict, NotAllowed
from app.people.actor import SYSTEM, Actor
from app.work_orders import custody, due_dates, policy, queries, resolution
from app.work_orders.facts import owe
from app.work_orders.kin import parts
from app.work_orders.models import WorkOrder
from app.work_orders.offices import deciding, ledger_parts, unfinished
from app.work_orders.side_records import Kind, SideRecord, find_open, put
from app.work_orders.timeline import words_of
from app.work_orders.workflow import Action, Status, next_status

CAUSES = {
    "refuses_cooperation": "反映人拒绝配合",
    "abusive_repeat": "恶意重复",
    "statutory_channel": "应走法定途径",
}
TO_REPORTERS = {
    "refuses_cooperation": "多次联系后仍缺少办理所需的配合",
    "abusive_repeat": "同一事项已有答复，没有新的情况",
    "statutory_channel": "应当通过诉讼、仲裁、复议等法定途径解决",
}
"""The same causes as those who reported it read them."""
TERMINATED, APPROVED, REFUSED, UNANSWERED = "terminated", "approved", "refused", "unanswered"


def propose(number: str, manager: Actor, cause: str, reason: str) -> WorkOrder:
    """申请终止: by the manager of the unit that answers, with what the resident will read if it is approved."""
    policy.ensure_may(manager, Action.PROPOSE_TERMINATION)
    order = queries.find(number, manager)
    if not policy.is_of_the_unit(manager, order):
        raise NotAllowed("只有首接单位的管理员可以申请终止，请联系他们。", action=Action.PROPOSE_TERMINATION)
    next_status(Status(order.status), Action.PROPOSE_TERMINATION)
    _ensure_may_propose(order)
    if cause not in CAUSES:
        raise errors.field("cause", "请选择终止的原因。")
    if not reason.strip():
        raise errors.field("reason", "请写明给反映人的说明：为什么不能继续办理，应当怎么办。")
    facts: dict[str, Any] = {"cause": cause, "cause_name": CAUSES[cause]}
    event = order.take(Action.PROPOSE_TERMINATION, by=manager, words=reason, visible="internal", **facts)
    unit_id, until = deciding.nearest_above(order, manager), due("termination", clock.now(), order.class_code)
    put(order, Kind.TERMINATION, event, unit_id=unit_id, due_at=until, cause=cause)
    timers.start(order.id, order.round, {"termination": until})
    owe("termination_proposed", order, unit_id=unit_id)
    return order


def _ensure_may_propose(order: WorkOrder) -> None:
    if order.has_open(Kind.TERMINATION):
        raise Conflict("已经有一份终止申请在等上级审批，请等审批后再看。", reason="proposed-already")
    if order.has_open(Kind.APPEAL):
        raise Conflict("居民的申诉还在复核，请等复核有结果后再申请终止。", reason="appealed")
    unfinished.ensure_none(order, Action.PROPOSE_TERMINATION)


def decide(number: str, manager: Actor, approved: bool, note: str) -> WorkOrder:
    """审批终止: a manager of the office above, or of one higher still, and never whoever proposed it."""
    policy.ensure_may(manager, Action.DECIDE_TERMINATION)
    order = queries.find(number, manager)
    policy.ensure_in_charge(manager, order, Action.DECIDE_TERMINATION)
    record = deciding.asked(deciding.TERMINATION, order, manager)
    if not note.strip():
        raise errors.field("note", "请写明审批的意见；批准后反映人也会看到。")
    if approved:
        _terminate(order, manager, record, note)
    else:
        _refuse(order, manager, record, note)
    return order


def _terminate(order: WorkOrder, manager: Actor, record: SideRecord, note: str) -> None:
    """Ended without a result: nothing is there to be rated, but whoever reported it may have it done after all."""
    unfinished.ensure_none(order, Action.DECIDE_TERMINATION)
    cause, told = record.facts["cause"], words_of(record.opened_event_id)
    order.take(
        Action.DECIDE_TERMINATION,
        by=manager,
        to=Status.CLOSED,
        words="\n".join(filter(None, (told, f"审批意见：{note}"))),
        answers={Kind.TERMINATION: APPROVED},
        approved=True,
        cause=cause,
        cause_name=TO_REPORTERS[cause],
        outcome=TERMINATED,
        outcome_name=resolution.OUTCOME_NAMES[TERMINATED],
    )
    if order.accepted_at is None:
        due_dates.set_first(order)  # An office has dealt with it, so it counts as taken in.
    former = custody.let_go(order)
    order.result, order.step_due_at = None, None
    order.outcome, order.closed_at = TERMINATED, clock.now()
    owe("terminated", order, former_id=former, waiting_id=record.by_id)
    ledger_parts.free_parent(order)
    parts.ended(order)


def _refuse(order: WorkOrder, manager: Actor, record: SideRecord, note: str) -> None:
    order.take(
        Action.DECIDE_TERMINATION,
        by=manager,
        to=Status(order.status),
        words=note,
        visible="internal",
        answers={Kind.TERMINATION: REFUSED},
        approved=False,
        cause=record.facts["cause"],
    )
    owe("termination_refused", order, waiting_id=record.by_id)


def unanswered(order: WorkOrder, timer: Timer) -> None:
    """Nobody decided in time: refused, and whoever proposed it is told."""
    record = find_open(order, Kind.TERMINATION)
    if record is None or record.due_at != timer.due_at:
        return
    answers = {Kind.TERMINATION: UNANSWERED}
    order.take(Action.EXPIRE, by=SYSTEM, visible="internal", answers=answers, kind=Kind.TERMINATION.value)
    owe("termination_refused", order, waiting_id=record.by_id)
