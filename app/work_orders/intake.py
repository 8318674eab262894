"""Taking an order in: submit 上报 · accept 受理 · decline 不予受理 · withdraw 撤回."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app import clock, errors
from app.db import db
from app.deadlines import timers
from app.deadlines.limits import Limit, ServiceClass
from app.people.actor import SYSTEM, Actor, System
from app.photos.attaching import attach
from app.photos.models import Purpose
from app.territory.placing import Place
from app.work_orders import (
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
from app.work_orders.catalogue import Rule
from app.work_orders.facts import owe
from app.work_orders.models import Reporter, WorkOrder
from app.work_orders.routing import Mode
from app.work_orders.screening import emergencies
from app.work_orders.screening.words import DangerKnown
from app.work_orders.side_records import Kind
from app.work_orders.workflow import OPEN, Action, Status

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
    order = _new_order(request, kind, danger)
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
    """Send what nobody has accepted on its way, by the rule that fits; without one it waits for an office."""
    rule = routing.rule_for(order)
    if rule is None or not _accept(order, rule.mode, SYSTEM, rule):
        _write(order, custody.begin_step(order, "accept"))
        owe("submitted", order)


def _write(order: WorkOrder, moments: dict[str, datetime]) -> None:
    """Write what was set so far and start the timers: an order that is new goes in whole, in one statement a table."""
    db.session.flush()
    timers.start(order.id, order.round, moments)


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


def _new_order(request: Request, kind: catalogue.Kind, danger: DangerKnown | None) -> WorkOrder:
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
        created_at=now,
    )


def accept(number: str, actor: Actor, mode: Mode = Mode.POOL) -> WorkOrder:
    """受理: a clerk or manager takes in what no rule took in."""
    policy.ensure_may(actor, Action.ACCEPT)
    order = queries.find(number, actor)
    policy.ensure_here(actor, order, Action.ACCEPT)
    policy.ensure_may_decide_appeal(actor, order, Action.ACCEPT)
    rule = routing.rule_for(order)
    if not _accept(order, rule.mode if rule else mode, actor, rule):
        raise errors.Conflict("值班链上现在没有人可以接这件紧急工单，请先安排值班人员，或者直接派单。")
    return order


def accept_by_the_house(order: WorkOrder) -> bool:
    """Accept what nobody decided on: by rule, else for the pool of the place, or for the desk where it has none."""
    rule = routing.rule_for(order)
    usual = Mode.POOL if order.community_id is not None else Mode.DESK
    return _accept(order, rule.mode if rule else usual, SYSTEM, rule)


def _accept(order: WorkOrder, mode: str, by: Actor | System, rule: Rule | None) -> bool:
    """Set the deadlines and send the order on its way; False when it is urgent and there is nobody to send it to."""
    person = _person_for(order, mode)
    is_urgent = ServiceClass(order.class_code).is_urgent
    if person is None and is_urgent:
        return False
    facts: dict[str, Any] = {"answers": {Kind.APPEAL: "accepted"}}
    if rule is not None:
        facts |= {"rule": rule.code, "rule_name": rule.name, "rule_version": rule.version}
        order.rule_code = rule.code
    moments = _set_deadlines(order)
    if person is None:
        order.take(Action.ACCEPT, by=by, to=Status.POOLED, **facts)
        moments |= custody.begin_step(order, "claim")
    else:
        step, account_id = person
        facts |= {"called": step} if is_urgent else {}
        order.take(Action.ACCEPT, by=by, to=Status.ASSIGNED, assignee=account_id, **facts)
        custody.hand_over(order, account_id, Action.ACCEPT)
        order.misses = step if is_urgent else 0
        moments |= custody.begin_step(order, "sign", "ladder" if is_urgent else "sign")
    _write(order, moments)
    owe("accepted", order, rule=rule.name if rule else None)
    return True


def _person_for(order: WorkOrder, mode: str) -> tuple[int, int] | None:
    """(step of the ladder, account) of the person an order goes to at once; None sends it to the pool."""
    if mode == Mode.POOL:
        return None
    db.session.flush()  # Whoever reported it is asked of the database.
    if mode == Mode.DUTY:
        return routing.step_of_ladder(order, 0)
    if mode == Mode.PRIMARY:
        worker = routing.own_worker(order)
        return (0, worker) if worker else None
    if mode == Mode.DESK:
        desk = routing.desk_of(order)
        return (0, desk) if desk else None
    return None


def start_time(order: WorkOrder) -> bool:
    """Set the deadlines, once, from the submission; says whether they were set now, which is the acceptance."""
    moments = _set_deadlines(order)
    timers.start(order.id, order.round, moments)
    return bool(moments)


def _set_deadlines(order: WorkOrder) -> dict[str, datetime]:
    """Returns the timers to start; none when the deadlines were set before."""
    if order.accepted_at is not None:
        return {}
    due_dates.set_first(order)
    return due_dates.moments(order, moves.of_round(order) if order.moved else ())


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
        raise errors.Conflict("工单已有人认领过，不能再不予受理。")
    if not order.has_open(Kind.APPEAL) and Action.APPEAL in queries.actions_of(order):
        raise errors.Conflict("这件诉求申诉后已经受理，不能再不予受理，请派人办理。", reason="appeal-upheld")
    facts: dict[str, Any] = {"reason": reason, "reason_name": DECLINE_REASONS[reason]}
    facts |= {"office": policy.office_of(actor, order), "answers": {Kind.APPEAL: "declined"}}
    order.take(Action.DECLINE, by=actor, words=note, **facts)
    order.closed_at = clock.now()
    owe("declined", order, reason=DECLINE_REASONS[reason])
    return order


def withdraw(number: str, reporter: Actor, reason: str) -> WorkOrder:
    """撤回: the reporter takes it back, and whoever has it is free; what neighbours joined goes on for them."""
    policy.ensure_may(reporter, Action.WITHDRAW)
    order, own = joining.find_as_first(number, reporter, Action.WITHDRAW)
    if order.emergency and order.status in OPEN:
        raise errors.Conflict("这件诉求涉及人身安全，不能撤回；如果险情已经解除，请告诉联系您的工作人员。")
    if order.status in OPEN and joining.hand_on(order, own, reporter, reason):
        return order
    order.take(Action.WITHDRAW, by=reporter, words=reason)
    former = custody.let_go(order)
    order.closed_at = clock.now()
    owe("withdrawn", order, assignee_id=former)
    return order
