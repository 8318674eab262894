"""并案: an order ends in favour of another about the same matter, and its reporters come along."""

from datetime import datetime

from sqlalchemy import select

from app import clock, errors
from app.db import db
from app.deadlines.limits import ServiceClass
from app.errors import Conflict, NotFound
from app.people.actor import Actor
from app.people.models import Role
from app.work_orders import custody, due_dates, moves, policy, queries, side_records
from app.work_orders.facts import owe
from app.work_orders.kin import concerns, merged
from app.work_orders.kin.merge_candidates import candidates
from app.work_orders.models import Reporter, WorkOrder
from app.work_orders.side_records import Kind
from app.work_orders.timeline import Event
from app.work_orders.workflow import ACTIVE, OPEN, STATUS_NAMES, Action, Status, next_status

__all__ = ["candidates", "merge"]


def merge(number: str, manager: Actor, target_number: str, reason: str) -> WorkOrder:
    """并案: by a manager of the place; the order ends here and goes on as a part of what the other one settles."""
    policy.ensure_may(manager, Action.MERGE)
    order = queries.find(number, manager)
    policy.ensure_here(manager, order, Action.MERGE)
    before = Status(order.status)
    next_status(before, Action.MERGE)
    if not reason.strip():
        raise errors.field("reason", "请写明为什么并案，上级和承办人会看到。")
    target = _target(target_number, manager)
    queries.lock(order, target)
    _ensure_may_end(order)
    _ensure_fit(order, target)
    _ensure_nobody_judges_themselves(order, target)
    due = due_dates.prospective(order)
    event = order.take(Action.MERGE, by=manager, words=reason, visible="act", target=target.number)
    former = custody.let_go(order)
    side_records.put(order, Kind.MERGE, event, to_id=former, target=target.number, back=before.value)
    order.merged_into_id, order.closed_at, order.step_due_at = target.id, event.at, None
    _absorb(target, order, manager, due)
    owe("merged", order, target=target.number, former_id=former if former != target.assignee_id else None)
    return order


def _target(number: str, manager: Actor) -> WorkOrder:
    """The order to merge into; one outside of what the person manages reads as absent."""
    try:
        target = queries.find(number.strip().upper(), manager)
    except NotFound:
        target = None
    if target is None or not manager.scope(Role.MANAGER).covers(target):
        raise errors.field("target", "没有找到要并入的工单，请核对编号。")
    return target


def _ensure_may_end(order: WorkOrder) -> None:
    if order.parent_id is not None:
        raise Conflict("拆分件不能并案，请在原工单上办理。")
    if order.open_parts:
        raise Conflict("这件工单还有拆分件在办，请等拆分件办完再并案。")
    if order.open_tasks:
        raise Conflict("这件工单还有协办任务在办，请等协办单位反馈后再并案。")
    if order.has_open(Kind.SUPERVISION):
        raise Conflict("这件工单正被上级督办，不能并案，请单独办好并解除督办。")
    if order.has_open(Kind.APPEAL):
        raise Conflict("居民对不予受理提出了申诉，请等上一级单位复核后再并案。")
    if merged.sources(order):
        raise Conflict("已有工单并入这件工单，它不能再并入别的工单；请把那一件并到这一件来。")


def _ensure_fit(order: WorkOrder, target: WorkOrder) -> None:
    """Whether the two can be settled as one."""
    if target.id == order.id:
        raise errors.field("target", "不能并入工单自己，请填写另一件工单的编号。")
    if target.status not in OPEN:
        raise errors.field("target", f"要并入的工单是“{STATUS_NAMES[Status(target.status)]}”，只能并入正在办理的工单。")
    if order.community_id is None or order.community_id != target.community_id:
        raise errors.field("target", "只能并入同一社区的工单；地点不对的，请先改地点。")
    if target.parent_id is not None:
        raise errors.field("target", "要并入的工单是拆分件，请填写原工单的编号。")
    if target.has_open(Kind.SUPERVISION):
        raise errors.field("target", "要并入的工单正被上级督办，不能再并入别的工单。")
    if order.confidential != target.confidential:
        raise errors.field("target", "保密的工单只能与保密的工单并案，请分别办理。")
    if ServiceClass(order.class_code).is_urgent and not ServiceClass(target.class_code).is_urgent:
        raise errors.field("target", "紧急工单不能并入一般工单；可以把一般工单并入紧急工单。")


def _ensure_nobody_judges_themselves(order: WorkOrder, target: WorkOrder) -> None:
    behind = custody.reporters(order)
    if behind & (custody.holders(target) | {target.offered_to_id}):
        raise Conflict("本件的反映人里有人在办或办过要并入的工单，不能自己办自己的诉求，请分别办理。")
    concerned = custody.concerned(order)
    if concerned & (custody.holders(target, now=True) | {target.assignee_id, target.offered_to_id}):
        raise Conflict("要并入的工单现在由本件的回避对象承办，请先改派那件工单，再并案。")
    if behind & custody.concerned(target) or concerned & custody.reporters(target):
        raise Conflict("一件工单的反映人是另一件的回避对象，不能并案，请分别办理。")


def _absorb(target: WorkOrder, order: WorkOrder, manager: Actor, due: datetime) -> None:
    """What the other order takes over: reporters, whom it concerns, and the earlier due date."""
    event = target.take(Action.ABSORB, by=manager, visible="internal", step="done", source=order.number)
    target.absorbed = True
    _bring_reporters(order, target)
    concerns.share([target, *merged.sources(target)])
    _hasten(target, event, due, order.number)
    owe("absorbed", target, source=order.number)


def _bring_reporters(order: WorkOrder, target: WorkOrder) -> None:
    """Whoever is behind the order is behind the other one too, as a neighbour who joined; each only once."""
    there = {one.account_id: one for one in _reporters(target)}
    for one in _reporters(order):
        known = there.get(one.account_id) if one.account_id is not None else None
        if one.left_at is not None or (known is not None and known.left_at is None):
            continue
        if known is None:
            known = Reporter(work_order=target, account_id=one.account_id, name=one.name, contact=one.contact)
            db.session.add(known)
        known.is_first, known.left_at, known.created_at = False, None, clock.now()
        known.came_from_id = order.id


def _reporters(order: WorkOrder) -> list[Reporter]:
    of_order = select(Reporter).where(Reporter.work_order_id == order.id).order_by(Reporter.id)
    return list(db.session.scalars(of_order))


def _hasten(target: WorkOrder, event: Event, due: datetime, source: str) -> None:
    """The earlier due date counts; while the other order is paused or not accepted, once its time goes on."""
    is_running = target.status in ACTIVE and target.due_at is not None
    if is_running and target.due_at is not None and due >= target.due_at:
        return
    facts = {"due": due.isoformat(), "source": source}
    side_records.write_down(target, Kind.ABSORPTION, event, moves.ABSORBED, **facts)
    target.moved = True
    if is_running:
        due_dates.set_due(target, due)
        target.due_provisional = due_dates.rests_on_provisional(target)
