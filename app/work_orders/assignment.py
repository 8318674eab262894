"""Getting an order into somebody's hands: claim 抢单 · dispatch 派单 · sign 签收 · refuse 拒签 · release 退回."""

from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from app import clock, errors
from app.db import db
from app.deadlines.limits import ServiceClass
from app.errors import Conflict
from app.people.actor import Actor, System
from app.work_orders import custody, intake, policy, queries, routing, takers
from app.work_orders.candidates import Candidate, candidates
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.side_records import Kind
from app.work_orders.workflow import Action, Status, next_status

__all__ = [
    "Candidate",
    "assign",
    "candidates",
    "claim",
    "dispatch",
    "give_back",
    "refuse",
    "release",
    "sign",
    "to_ladder",
    "to_pool",
]

LAST_OF_THE_LADDER = "您是值班链上的最后一位，请先签收，再联系上级协助。"
NOBODY_ELSE = "负责这件工单的单位现在没有别人可以接手，请先办理，再与管理员商量改派。"

REFUSE_REASONS = {
    "off_duty": "不在岗",
    custody.CONFLICT: "与事项有利害关系",
    "overloaded": "手上工单过多",
    "wrong_skill": "不属于本岗位能处理的事项",
}


def claim(number: str, worker: Actor) -> WorkOrder:
    """抢单: of any number of workers exactly one gets the order; to its holder it is simply theirs."""
    policy.ensure_may(worker, Action.CLAIM)
    order, held = queries.find_for_claim(number, worker)
    if order.assignee_id == worker.account_id:
        return _already_theirs(order)
    policy.ensure_here(worker, order, Action.CLAIM)
    most = custody.cap()
    order.take(Action.CLAIM, by=worker)
    if not routing.may_pool(order):
        raise Conflict(f"这件工单{routing.NOT_OURS}，不能认领，请看看别的工单。", reason="not-ours")
    if not worker.on_duty:
        raise Conflict("您现在不在岗，请先上岗再认领。", reason="off-duty")
    if held >= most:
        raise Conflict(f"您手上已有{held}件未办结的工单，请先办结几件再认领。", reason="over-cap")
    _respond(order)
    custody.hand_over(order, worker.account_id, Action.CLAIM)
    _be_first()
    owe("claimed", order)
    return order


def _already_theirs(order: WorkOrder) -> WorkOrder:
    if order.status == Status.ASSIGNED:
        raise Conflict("这件工单已经派给您，请签收。", reason="sign-instead")
    if order.status != Status.IN_PROGRESS:
        raise Conflict("这件工单您已经办结，不用再认领。")
    return order


def _be_first() -> None:
    """Write at once, before anything else is read, so that whoever was too late hears it in the words of a claim."""
    try:
        db.session.flush()
    except (StaleDataError, IntegrityError) as error:
        raise errors.Overtaken("这件工单刚刚已被认领或有了变化，请看看别的工单。") from error


def _respond(order: WorkOrder) -> None:
    order.responded_at = order.responded_at or clock.now()
    order.claimed_at = order.claimed_at or clock.now()
    order.misses, order.step_due_at = 0, None


def dispatch(number: str, manager: Actor, worker_public_id: str, reason: str, version: int | None = None) -> WorkOrder:
    """派单: a manager gives the order to a worker, also away from one who has it."""
    policy.ensure_may(manager, Action.DISPATCH)
    order = queries.find(number, manager)
    policy.ensure_here(manager, order, Action.DISPATCH)
    policy.ensure_may_decide_appeal(manager, order, Action.DISPATCH)
    if version is not None and order.version != version:
        raise errors.Overtaken("您打开页面后工单已有新的变化，请核对后再派单。")
    if not reason.strip():
        raise errors.field("reason", "请写明派单的理由，承办人和上级都会看到。")
    chosen = next((one for one in candidates(order, manager) if one.public_id == worker_public_id), None)
    if chosen is None:
        raise errors.field("worker", "请从名单中选择承办人。")
    if chosen.why_not:
        raise Conflict(f"不能派给{chosen.name}：{chosen.why_not}。")
    # The manager's choice begins a new climb: from this worker up, should nobody sign.
    order.misses = 0 if _is_urgent(order) else order.misses
    return assign(order, chosen.account_id, Action.DISPATCH, manager, reason)


def assign(order: WorkOrder, account_id: int, action: Action, by: Actor | System, words: str = "") -> WorkOrder:
    """Put the order before somebody to sign; whoever had it is told. What nobody had accepted is accepted by it."""
    is_new = intake.start_time(order)
    visible = "act" if words else "reporter"
    _put_before(order, account_id, action, by, words=words, visible=visible, topic="accepted" if is_new else None)
    return order


def to_ladder(order: WorkOrder, step: int, action: Action, by: Actor | System, **more: Any) -> bool:
    """Put an urgent order before the next person from this step of the ladder; False when there is nobody left."""
    following = routing.step_of_ladder(order, step)
    if following is None:
        return False
    order.misses, account_id = following
    _put_before(order, account_id, action, by, **more)
    return True


def _put_before(
    order: WorkOrder, account_id: int, action: Action, by: Actor | System, *, topic: str | None = None, **more: Any
) -> None:
    answers = {Kind.APPEAL: "accepted"} | more.pop("answers", {})
    more |= {"called": order.misses} if _is_urgent(order) else {}
    order.take(action, by=by, to=Status.ASSIGNED, assignee=account_id, answers=answers, **more)
    former = custody.hand_over(order, account_id, action)
    custody.await_step(order, "sign", "ladder" if _is_urgent(order) else "sign")
    usual = "ladder" if _is_urgent(order) else "assigned"
    owe(topic or usual, order, former_id=former if former not in (account_id, by.account_id) else None)


def _is_urgent(order: WorkOrder) -> bool:
    return ServiceClass(order.class_code).is_urgent


def sign(number: str, worker: Actor) -> WorkOrder:
    """签收: the assignee says that they have it."""
    order = queries.find(number, worker)
    policy.ensure_has(worker, order, Action.SIGN)
    order.take(Action.SIGN, by=worker)
    _respond(order)
    owe("signed", order)
    return order


def refuse(number: str, worker: Actor, reason: str, note: str) -> WorkOrder:
    """拒签: back to the pool; what is urgent goes to the next on the ladder."""
    order = queries.find(number, worker)
    policy.ensure_has(worker, order, Action.REFUSE)
    if reason not in REFUSE_REASONS:
        raise errors.field("reason", "请选择拒签的原因。")
    facts = {"reason": reason, "reason_name": REFUSE_REASONS[reason], "words": note, "visible": "internal"}
    next_status(Status(order.status), Action.REFUSE, Status.POOLED)
    if not give_back(order, Action.REFUSE, worker, step=order.misses + 1, **facts):
        raise Conflict(LAST_OF_THE_LADDER if _is_urgent(order) else NOBODY_ELSE)
    owe("refused", order, reason=REFUSE_REASONS[reason])
    return order


def give_back(
    order: WorkOrder, action: Action, by: Actor | System, *, step: int = 0, told: str = "", **more: Any
) -> bool:
    """Whoever had the order no longer does: to the pool; what is urgent up the ladder, from this step.

    Where no pool may have it, it stays in its unit: with others of the organisation, or at the office's desk. Of a
    return to the pool `told` is owed. False when nobody else is there; then nothing has changed.
    """
    if _is_urgent(order):
        return to_ladder(order, step, action, by, **more)
    if routing.may_pool(order):
        to_pool(order, action, by, **more)
        if told:
            owe(told, order)
        return True
    account_id = takers.next_of_unit(order)
    if account_id is None:
        return False
    order.misses = 0
    _put_before(order, account_id, action, by, **more)
    return True


def to_pool(order: WorkOrder, action: Action, by: Actor | System, **more: Any) -> None:
    """Free whoever has the order and let it wait to be claimed."""
    order.take(action, by=by, to=Status.POOLED, **more)
    custody.let_go(order)
    custody.await_step(order, "claim")


def release(number: str, worker: Actor, reason: str) -> WorkOrder:
    """退回: once per person, twice per order, before half of the time; then a manager must help."""
    order = queries.find(number, worker)
    policy.ensure_has(worker, order, Action.RELEASE)
    if not reason.strip():
        raise errors.field("reason", "请写明退回的原因。")
    if _is_urgent(order):
        raise Conflict("紧急工单不能退回，请联系值班负责人改派。")
    queries.ensure_may_release(order, worker)
    if not give_back(order, Action.RELEASE, worker, told="released", words=reason, visible="internal"):
        raise Conflict(NOBODY_ELSE)
    return order
