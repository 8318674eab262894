"""Taking an order in: submit 上报 · accept 受理 · decline 不予受理 · withdraw 撤回."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app import clock, errors
from app.db import db
from app.deadlines import timers
from app.deadlines.limits import Limit, ServiceClass
from app.errors import Conflict
from app.people.actor import SYSTEM, Actor, System
from app.photos.attaching import attach
from app.photos.models import Purpose
from app.territory.placing import Place
from app.work_orders import (
    accepting,
    catalogue,
    custody,
    due_dates,
    joining,
    moves,
    numbers,
    policy,
    queries,
    routing,
    text_review,
)
from app.work_orders.accepting import start_time
from app.work_orders.catalogue import Mode
from app.work_orders.facts import owe
from app.work_orders.kin import parts
from app.work_orders.models import Reporter, WorkOrder
from app.work_orders.offices import helping
from app.work_orders.routing import Decision
from app.work_orders.screening import emergencies
from app.work_orders.screening.words import DangerKnown
from app.work_orders.side_records import Kind
from app.work_orders.workflow import OPEN, Action

__all__ = [
    "DECLINE_REASONS",
    "Request",
    "accept",
    "accept_by_the_house",
    "begin",
    "decline",
    "draft",
    "keep_with",
    "route",
    "route_within",
    "start_time",
    "submit",
    "watch",
    "withdraw",
]

NOBODY_ON_DUTY = "值班链上现在没有人可以接这件紧急工单，请先安排值班人员，或者直接派单。"
NOBODY = "现在没有人可以接这件工单，请先安排人员，或者直接派单。"
after_ending: list[Callable[[WorkOrder], None]] = []
"""What follows in the same transaction when an order is declined or withdrawn; the list of connections fills it."""
DECLINE_REASONS = {
    "emergency_line": "属于紧急求助，请直接拨打110、119或120",
    "statutory_channel": "应当通过诉讼、仲裁、复议等法定途径解决",
    "repeat_without_new_facts": "同一事项已有答复，没有新的情况",
    "private_or_secret": "涉及个人隐私或秘密",
    "out_of_remit": "不在社区职责范围内",
    "unlawful": "诉求内容不合法",
    "no_answer_after_asking": "多次询问后没有补充必要信息",
}


@dataclass(frozen=True)
class Request:
    """What a resident tells, after the door has read it."""

    category: str
    description: str
    place: Place
    photo_ids: Sequence[str] = ()
    answers: dict[str, str] = field(default_factory=dict)
    confidential: bool = False
    contact: str | None = None
    verdict: str = "pass"  # of the text check: pass, review, unchecked
    channel: str = "phone"


def submit(request: Request, reporter: Actor) -> WorkOrder:
    """上报: keep what a resident tells, and accept it at once where a rule says how."""
    policy.ensure_may(reporter, Action.SUBMIT)
    order = begin(request, reporter, Reporter(account_id=reporter.account_id, contact=request.contact))
    route(order)
    keep_with(order, request, reporter)
    return order


def begin(request: Request, by: Actor, reporter: Reporter, **facts: Any) -> WorkOrder:
    """A new order with whoever reports it; not yet accepted, not yet written."""
    kind = catalogue.leaf(request.category)
    _check_answers(kind, request.answers)
    danger = emergencies.found(request.description, *request.answers.values(), category=kind.code)
    order = draft(request, kind, danger)
    order.take(Action.SUBMIT, by=by, **emergencies.facts(danger), **facts)
    reporter.work_order, reporter.is_first, reporter.created_at = order, True, order.created_at
    db.session.add(reporter)
    return order


def keep_with(order: WorkOrder, request: Request, by: Actor) -> None:
    """Give a written order its photos, and its text to a person where WeChat was unsure."""
    attach(request.photo_ids, by.account_id, order.id, Purpose.REPORT, order.round)
    if request.verdict == "review":
        text_review.open_for(order)


def route(order: WorkOrder) -> None:
    """Send what nobody has accepted on its way, as the tables decide; what they say nothing of waits for an office."""
    _send(order, routing.decide(order), SYSTEM)


def route_within(order: WorkOrder, by: Actor | System) -> None:
    """Send an order on its way inside the unit that was told to answer for it; it was submitted, and has nobody."""
    _send(order, routing.within(order), by)


def _send(order: WorkOrder, decision: Decision, by: Actor | System) -> None:
    order.lead_unit_id = decision.lead_unit_id
    if not accepting.accept(order, decision, by):
        accepting.write(order, custody.begin_step(order, "accept"))
        owe("submitted", order)


def _check_answers(kind: catalogue.Kind, answers: dict[str, str]) -> None:
    known = {question["code"]: question for question in kind.questions}
    faults = {
        f"answers/{code}": ["请回答这个问题。"]
        for code, question in known.items()
        if question.get("required") and not answers.get(code)
    }
    faults |= {f"answers/{code}": ["这个类别没有这个问题。"] for code in answers if code not in known}
    if faults:
        raise errors.Invalid(fields=faults)


def draft(request: Request, kind: catalogue.Kind, danger: DangerKnown | None) -> WorkOrder:
    """A new order as it was told, with nothing done about it yet."""
    now = clock.now()
    place = request.place
    class_code = emergencies.class_of(kind, danger)
    return WorkOrder(
        number=numbers.new(now),
        status=None,
        round=1,
        category_code=kind.code,
        class_code=class_code,
        channel=request.channel,
        city_id=place.city_id,
        district_id=place.district_id,
        subdistrict_id=place.subdistrict_id,
        community_id=place.community_id,
        grid_id=place.grid_id,
        lead_unit_id=place.community_id or place.subdistrict_id or place.district_id or place.city_id,
        compound_id=place.compound_id,
        building=place.building,
        unit=place.unit,
        lat=place.lat,
        lng=place.lng,
        given_lat=place.given_lat,
        given_lng=place.given_lng,
        coordinate_system=place.coordinate_system,
        address=place.address,
        place_text=place.text,
        unplaced=place.unplaced,
        description=request.description,
        answers=request.answers,
        confidential=request.confidential,
        emergency=danger is not None or class_code == ServiceClass.P0,
        unchecked=request.verdict == "unchecked",
        hidden=request.verdict != "pass",
        misses=0,
        open_tasks=0,
        created_at=now,
    )


def accept(number: str, actor: Actor, mode: Mode = Mode.POOL) -> WorkOrder:
    """受理: a clerk or manager takes in what no rule took in."""
    policy.ensure_may(actor, Action.ACCEPT)
    order = queries.find(number, actor)
    policy.ensure_here(actor, order, Action.ACCEPT)
    policy.ensure_may_decide_appeal(actor, order, Action.ACCEPT)
    if not _accept(order, actor, mode):
        raise Conflict(NOBODY_ON_DUTY if ServiceClass(order.class_code).is_urgent else NOBODY)
    return order


def accept_by_the_house(order: WorkOrder) -> bool:
    """Accept what nobody decided on: by the tables, else for the pool of the place, or its desk where it has none."""
    return _accept(order, SYSTEM, Mode.POOL)


def _accept(order: WorkOrder, by: Actor | System, usual: Mode) -> bool:
    # What a superior left with its unit stays within that, whatever the tables say by now.
    decision = routing.within(order) if order.designated else routing.decide(order)
    decision = replace(decision, mode=decision.mode or usual)
    order.lead_unit_id = decision.lead_unit_id
    return accepting.accept(order, decision, by)


def watch(order: WorkOrder, start: datetime, limit: Limit) -> None:
    """Count this round's time from `start`, and set the timers: warnings, the due date, and who hears of it later."""
    due_dates.count_from(order, start, limit)
    earlier = moves.of_round(order) if order.moved else ()
    timers.start(order.id, order.round, due_dates.moments(order, earlier))


def decline(number: str, actor: Actor, reason: str, note: str) -> WorkOrder:
    """不予受理: with one of the reasons of the rules, and in words which channel is responsible."""
    policy.ensure_may(actor, Action.DECLINE)
    order = queries.find(number, actor)
    policy.ensure_here(actor, order, Action.DECLINE)
    policy.ensure_may_decide_appeal(actor, order, Action.DECLINE)
    if reason not in DECLINE_REASONS:
        raise errors.field("reason", "请选择不予受理的原因。")
    if not note.strip():
        raise errors.field("note", "请告诉居民应当找哪个部门、走什么渠道。")
    if order.claimed_at is not None:
        raise Conflict("工单已有人认领过，不能再不予受理。")
    if order.open_parts:
        raise Conflict(f"还有{order.open_parts}个拆分件在办，不能不予受理。")
    if not order.has_open(Kind.APPEAL) and Action.APPEAL in queries.actions_of(order):
        raise Conflict("这件诉求申诉后已经受理，不能再不予受理，请派人办理。", reason="appeal-upheld")
    queries.lock_family(order)
    facts: dict[str, Any] = {"reason": reason, "reason_name": DECLINE_REASONS[reason]}
    facts |= {"office": policy.office_of(actor, order), "answers": {Kind.APPEAL: "declined"}}
    helping.cancel(order, order.take(Action.DECLINE, by=actor, words=note, **facts))
    order.closed_at = clock.now()
    owe("declined", order, reason=DECLINE_REASONS[reason])
    _follow(order)
    return order


def _follow(order: WorkOrder) -> None:
    """What was a part of another order, or had others merged into it, has ended unsettled."""
    parts.ended(order)
    for act in after_ending:
        act(order)


def withdraw(number: str, reporter: Actor, reason: str) -> WorkOrder:
    """撤回: the reporter takes it back, and whoever has it is free; what neighbours joined goes on for them."""
    policy.ensure_may(reporter, Action.WITHDRAW)
    order, own = joining.find_as_first(number, reporter, Action.WITHDRAW)
    if order.emergency and order.status in OPEN:
        raise Conflict("这件诉求涉及人身安全，不能撤回；如果险情已经解除，请告诉联系您的工作人员。")
    if order.has_open(Kind.SUPERVISION) and order.status in OPEN:
        raise Conflict("这件诉求正由上级单位督办，不能撤回；不需要办理了，请告诉联系您的工作人员。")
    if order.status in OPEN and joining.hand_on(order, own, reporter, reason):
        return order
    queries.lock_family(order)
    if order.status in OPEN:
        parts.withdraw_with(order, reporter)
    helping.cancel(order, order.take(Action.WITHDRAW, by=reporter, words=reason))
    former = custody.let_go(order)
    order.closed_at = clock.now()
    owe("withdrawn", order, assignee_id=former)
    _follow(order)
    return order
