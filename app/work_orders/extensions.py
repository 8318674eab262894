"""More time: extend 申请延期 by the assignee, decide 审批延期 by a manager, the second one a level higher."""

from sqlalchemy import func, select

from app import clock, errors, parameters
from app.db import db
from app.deadlines import timers
from app.deadlines.action_limits import due
from app.deadlines.limits import Limit, ServiceClass, Unit
from app.deadlines.queries import calendar
from app.deadlines.timers import Timer
from app.errors import Conflict
from app.people.actor import SYSTEM, Actor
from app.people.models import Role
from app.work_orders import due_dates, moves, policy, queries
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.offices import deciding, units
from app.work_orders.side_records import Kind, SideRecord, find_open, put
from app.work_orders.workflow import ACTIVE, Action

PERCENT = ("extension_percent", 50)
UNANSWERED = "unanswered"


def ask(number: str, worker: Actor, amount: int, reason: str) -> WorkOrder:
    """申请延期: before it is due, by half of the span at most, all extensions of the round together."""
    order = queries.find(number, worker)
    policy.ensure_has(worker, order, Action.EXTEND)
    if order.status in ACTIVE:
        _ensure_in_time(order)
    if not reason.strip():
        raise errors.field("reason", "请写明需要延期的理由，审批的管理员会看到。")
    wanted = _ensure_within(order, amount)
    unit_id, until = _decider(order, worker), due("extension", clock.now(), order.class_code)
    event = order.take(Action.EXTEND, by=worker, words=reason, visible="internal", text=wanted.text)
    put(order, Kind.EXTENSION, event, unit_id=unit_id, due_at=until, span=wanted.code)
    timers.start(order.id, order.round, {"extension": until})
    owe("extension_asked", order, unit_id=unit_id)
    return order


def _ensure_in_time(order: WorkOrder) -> None:
    if order.class_code == ServiceClass.P0:
        raise Conflict("紧急工单不能延期，请立即办理；确有困难，请联系值班负责人协助。")
    if order.has_open(Kind.EXTENSION):
        raise Conflict("已经有一份延期申请在等管理员审批，请等审批后再申请。", reason="asked-already")
    if order.due_at is None or clock.now() >= order.due_at:
        raise Conflict("办结时限已过，不能再申请延期。请尽快办结，并请社区管理员协助。", reason="too-late")


def _ensure_within(order: WorkOrder, amount: int) -> Limit:
    if amount < 1:
        raise errors.field("amount", "请填写要延长多少，至少为1。")
    left, unit = room_left(order)
    if amount > left:
        most = f"最多还能延期{int(left)}{unit.label}" if left >= 1 else "已经不能再延期"
        raise errors.field("amount", f"延期合计不能超过办理时限的一半，{most}。")
    return Limit(amount, unit)


def room_left(order: WorkOrder) -> tuple[float, Unit]:
    """By how much, in its own unit, this round's time may still be extended: by half of its span in all."""
    _, limit = due_dates.counted(order)
    given = sum(move.limit.amount for move in moves.of_round(order) if isinstance(move, moves.Extension))
    return limit.amount * parameters.number(*PERCENT) / 100 - given, limit.unit


def _decider(order: WorkOrder, asker: Actor) -> int | None:
    """The unit that answers for the order; after an extension was given, and for its own manager, one level higher."""
    line = units.lead_and_above(order)
    own = {post.territory_id for post in asker.posts if post.role is Role.MANAGER}
    rest = line[_given_before(order) > 0 :] or line[-1:]
    return next((unit for unit in rest if unit not in own), rest[-1] if rest else None)


def _given_before(order: WorkOrder) -> int:
    given = select(func.count()).select_from(SideRecord)
    return (
        db.session.scalar(
            given.where(
                SideRecord.work_order_id == order.id,
                SideRecord.kind == Kind.EXTENSION.value,
                SideRecord.outcome == moves.APPROVED,
            )
        )
        or 0
    )


def decide(number: str, manager: Actor, approved: bool, note: str) -> WorkOrder:
    """审批延期: a manager of the unit it was put to, or above, and never whoever asked."""
    policy.ensure_may(manager, Action.DECIDE_EXTENSION)
    order = queries.find(number, manager)
    policy.ensure_here(manager, order, Action.DECIDE_EXTENSION)
    record = deciding.asked(deciding.EXTENSION, order, manager)
    if not note.strip():
        raise errors.field("note", "请写明审批的意见，承办人会看到。")
    limit, outcome = moves.limit_of(record.facts), moves.APPROVED if approved else "refused"
    if approved:
        _ensure_still_within(order, limit)
        timers.hold(order.id)
    order.take(
        Action.DECIDE_EXTENSION,
        by=manager,
        words=note,
        visible="act" if approved else "internal",
        answers={Kind.EXTENSION: outcome},
        approved=approved,
        text=limit.text,
    )
    if approved and order.due_at is not None:
        order.moved = True
        due_dates.set_due(order, calendar().due(order.due_at, limit))
        order.due_provisional = due_dates.rests_on_provisional(order)
    owe("extended" if approved else "extension_refused", order)
    return order


def _ensure_still_within(order: WorkOrder, limit: Limit) -> None:
    """Since it was asked for the order may have come into another class, which has less room or none."""
    left, unit = room_left(order)
    if order.class_code == ServiceClass.P0 or limit.unit is not unit or limit.amount > left:
        raise Conflict(
            "申请以后工单改了类别，按现在的时限不能延长这么多。请不同意，由承办人按现在的时限重新申请。",
            reason="class-changed",
        )


def unanswered(order: WorkOrder, timer: Timer) -> None:
    """Nobody decided in time: refused, and what is late from now on counts to whoever should have answered."""
    record = find_open(order, Kind.EXTENSION)
    if record is None or record.due_at != timer.due_at:
        return
    answers = {Kind.EXTENSION: UNANSWERED}
    order.take(Action.EXPIRE, by=SYSTEM, visible="internal", answers=answers, kind=Kind.EXTENSION.value)
    owe("extension_refused", order)
