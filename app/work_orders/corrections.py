"""改类别 · 改地点: what was reported under the wrong category or at the wrong place is put right."""

from typing import Any

from app import errors
from app.deadlines import timers
from app.deadlines.limits import ServiceClass
from app.errors import Conflict, NotAllowed
from app.people.actor import SYSTEM, Actor
from app.people.models import Role
from app.territory.models import Level
from app.territory.placing import Place
from app.work_orders import catalogue, custody, intake, policy, queries, respan, routing, side_records
from app.work_orders.assignment import assign, to_ladder
from app.work_orders.catalogue import Kind as Category
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.offices import another_unit, supervision
from app.work_orders.side_records import Kind
from app.work_orders.timeline import Event
from app.work_orders.workflow import Action, Status, next_status

NO_DESK = "这类事项由上级单位负责，但那里现在没有人可以接手，请先请上级安排人员，再改类别。"
NOBODY = "值班链上现在没有人可以接手这件紧急工单，请先安排值班人员，或者直接派单，再改类别。"


def recategorise(number: str, actor: Actor, category: str, reason: str) -> WorkOrder:
    """改类别: at once by a manager, and where the time gets no longer; else a proposal that a manager decides."""
    order = _in_charge(number, actor, Action.RECATEGORISE)
    next_status(Status(order.status), Action.RECATEGORISE)
    kind = catalogue.leaf(category)
    if kind.code == order.category_code:
        raise errors.field("category", "工单现在就是这个类别，请选择别的类别。")
    if not reason.strip():
        raise errors.field("reason", "请写明为什么要改类别。")
    if order.has_open(Kind.CATEGORY):
        raise Conflict("已有一个改类别的申请在等审批，请等管理员审批后再改。")
    if _decides(actor, order) or not respan.is_longer(order, str(kind.class_code)):
        timers.hold(order.id)
        event = order.take(Action.RECATEGORISE, by=actor, words=reason, visible="act", **_facts(order, kind))
        _apply(order, kind, event)
    else:
        _propose(order, actor, kind, reason)
    return order


def _decides(actor: Actor, order: WorkOrder) -> bool:
    """A manager of the place, unless they have the order themselves: nobody approves their own request."""
    return order.assignee_id != actor.account_id and actor.scope(Role.MANAGER).covers(order)


def _facts(order: WorkOrder, kind: Category, step: str = "applied") -> dict[str, Any]:
    former = catalogue.name_of(order.category_code)
    return {"category": kind.code, "category_name": kind.name, "former_name": former, "step": step}


def _propose(order: WorkOrder, actor: Actor, kind: Category, reason: str) -> None:
    facts = _facts(order, kind, "proposed")
    event = order.take(Action.RECATEGORISE, by=actor, words=reason, visible="internal", **facts)
    side_records.put(order, Kind.CATEGORY, event, unit_id=order.lead_unit_id, category=kind.code)
    owe("category_proposed", order, unit_id=order.lead_unit_id)


def decide_category(number: str, manager: Actor, approved: bool, note: str) -> WorkOrder:
    """审批改类别: by a manager who did not propose it."""
    policy.ensure_may(manager, Action.DECIDE_CATEGORY)
    order = queries.find(number, manager)
    policy.ensure_here(manager, order, Action.DECIDE_CATEGORY)
    record = side_records.find_open(order, Kind.CATEGORY)
    if record is None:
        raise Conflict("这件工单现在没有待审批的改类别申请，请刷新后再看。")
    if record.by_id == manager.account_id:
        raise NotAllowed("不能审批自己提出的申请，请由其他管理员或上级管理员审批。", action=Action.DECIDE_CATEGORY)
    if not approved and not note.strip():
        raise errors.field("note", "请写明不同意的理由。")
    kind = catalogue.leaf(record.facts["category"])
    outcome = "approved" if approved else "refused"
    facts = _facts(order, kind, outcome)
    visible = "act" if approved else "internal"
    if approved:
        timers.hold(order.id)
    event = order.take(
        Action.DECIDE_CATEGORY, by=manager, words=note, visible=visible, answers={Kind.CATEGORY: outcome}, **facts
    )
    if approved:
        _apply(order, kind, event)
    else:
        owe("category_refused", order)
    return order


def _apply(order: WorkOrder, kind: Category, event: Event) -> None:
    """What was answered and photographed stays; who must act now follows from the new class."""
    was_urgent, unit = ServiceClass(order.class_code).is_urgent, _unit(order)
    order.category_code = kind.code
    respan.change_class(order, str(kind.class_code))
    owe("recategorised", order)
    if order.status == Status.SUBMITTED:
        _send(order)
    elif ServiceClass(order.class_code).is_urgent != was_urgent:
        _change_pace(order)
    elif order.status == Status.POOLED and not order.designated:
        _leave_the_pool(order)
    if _unit(order) != unit:
        another_unit.took_over(order, event)


def _unit(order: WorkOrder) -> tuple[int | None, int | None]:
    return order.lead_unit_id, order.lead_organisation_id


def _send(order: WorkOrder) -> None:
    """What nobody has accepted goes where the tables say; what a superior left with its unit stays within that."""
    if routing.decide(order).mode is None:
        return
    if order.designated:
        intake.route_within(order, SYSTEM)
    else:
        intake.route(order)


def _leave_the_pool(order: WorkOrder) -> None:
    """What turns out to be outside the community's list goes to the desk of the office that answers for it."""
    decision = routing.decide(order)
    if not decision.is_above:
        return
    order.lead_unit_id = decision.lead_unit_id
    desk = routing.desk_of(order)
    if desk is None:
        raise Conflict(NO_DESK)
    assign(order, desk, Action.ASSIGN, SYSTEM)


def _change_pace(order: WorkOrder) -> None:
    """What became urgent and nobody has signed goes up the ladder; what no longer is waits as others do."""
    if ServiceClass(order.class_code).is_urgent:
        if order.status not in (Status.POOLED, Status.ASSIGNED) or to_ladder(order, 0, Action.ASSIGN, SYSTEM):
            return
        if order.status == Status.POOLED:
            raise Conflict(NOBODY)
        custody.await_step(order, "sign", "ladder")
    elif order.status == Status.ASSIGNED:
        order.misses = 0
        custody.await_step(order, "sign")


def relocate(number: str, actor: Actor, place: Place, reason: str) -> WorkOrder:
    """改地点: in the same community it stays with whoever has it; in another one it is routed anew at once."""
    order = _in_charge(number, actor, Action.RELOCATE)
    if not reason.strip():
        raise errors.field("reason", "请写明为什么要改地点。")
    if place.unplaced or place.community_id is None:
        raise errors.field("address", "这个地点还不能确定属于哪个社区，请重新选点或选择小区。")
    if _is_same(order, place):
        raise errors.field("compound_id", "工单现在就在这个地点，请选择别的地点。")
    stays = order.community_id == place.community_id
    if stays:
        next_status(Status(order.status), Action.RELOCATE, Status(order.status))
        order.take(Action.RELOCATE, by=actor, to=Status(order.status), words=reason, visible="act")
        _put_at(order, place)
        owe("relocated", order)
    else:
        _move_away(order, actor, place, reason)
    return order


def _is_same(order: WorkOrder, place: Place) -> bool:
    here = (order.compound_id, order.building, order.unit, order.lat, order.lng)
    return here == (place.compound_id, place.building, place.unit, place.lat, place.lng)


def _move_away(order: WorkOrder, actor: Actor, place: Place, reason: str) -> None:
    """Deadlines stay; requests to the former unit end; whoever had it is told and free of it."""
    former = another_unit.pass_on(order, Action.RELOCATE, actor, words=reason, visible="act")
    _put_at(order, place)
    supervision.follow(order)
    owe("relocated", order, former_id=former)
    intake.route(order)


def _put_at(order: WorkOrder, place: Place) -> None:
    for level in Level:
        setattr(order, f"{level}_id", getattr(place, f"{level}_id"))
    for name in ("compound_id", "building", "unit", "lat", "lng", "given_lat", "given_lng", "coordinate_system"):
        setattr(order, name, getattr(place, name))
    order.address, order.place_text, order.unplaced = place.address, place.text, place.unplaced


def _in_charge(number: str, actor: Actor, action: Action) -> WorkOrder:
    policy.ensure_may(actor, action)
    order = queries.find(number, actor)
    policy.ensure_in_charge(actor, order, action)
    policy.ensure_may_decide_appeal(actor, order, action)
    return order
