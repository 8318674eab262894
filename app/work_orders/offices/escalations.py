"""吹哨报到: a worker proposes it, the lead unit's manager calls the office above, which reports in or gives it back."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from app import clock, errors, parameters
from app.db import db
from app.deadlines import timers
from app.deadlines.action_limits import due
from app.deadlines.queries import calendar
from app.deadlines.timers import Timer
from app.errors import Conflict, NotAllowed
from app.organisations.models import Organisation
from app.people.actor import SYSTEM, Actor
from app.people.models import Role
from app.territory.models import Level, Territory
from app.work_orders import policy, queries
from app.work_orders.facts import owe, owe_lapsed
from app.work_orders.models import WorkOrder
from app.work_orders.offices import helping, supervision, units
from app.work_orders.routing import Helper
from app.work_orders.side_records import LAPSED, Kind, SideRecord, find_open, put
from app.work_orders.timeline import Event
from app.work_orders.workflow import Action, Status, next_status

KINDS = {"cannot_solve": "社区无法解决", "enforcement_power": "需要执法权", "emergency": "紧急"}
MOST_DAYS = ("escalation_plan_days", 90)
SENT, DECLINED, REPORTED_IN, RETURNED, UNANSWERED = "sent", "declined", "reported_in", "returned", "unanswered"
TRIED = "\n已采取的措施："


def propose(number: str, worker: Actor, kind: str, tried: str, reason: str) -> WorkOrder:
    """提请吹哨: the assignee asks the own manager to call the office above; the order stays where it is."""
    order = queries.find(number, worker)
    policy.ensure_has(worker, order, Action.PROPOSE_ESCALATION)
    next_status(Status(order.status), Action.PROPOSE_ESCALATION)
    _ensure_not_called(order)
    if order.has_open(Kind.ESCALATION_PROPOSAL):
        raise Conflict("已经提请过吹哨，正在等管理员决定，请等答复后再提。", reason="proposed-already")
    words = _told(kind, tried, reason)
    facts: dict[str, Any] = {"kind": kind, "kind_name": KINDS[kind]}
    event = order.take(Action.PROPOSE_ESCALATION, by=worker, words=words, visible="internal", **facts)
    until = due("escalation.proposal", clock.now(), order.class_code)
    put(order, Kind.ESCALATION_PROPOSAL, event, unit_id=order.lead_unit_id, due_at=until, kind=kind)
    timers.start(order.id, order.round, {"escalation_proposal": until})
    owe("escalation_proposed", order, unit_id=order.lead_unit_id)
    return order


def escalate(number: str, manager: Actor, kind: str, tried: str, reason: str) -> WorkOrder:
    """吹哨: the manager of the very unit that answers calls the office above; the unit goes on answering for it."""
    order = _of_the_unit(number, manager, Action.ESCALATE)
    next_status(Status(order.status), Action.ESCALATE)
    _ensure_free(order)
    words, office = _told(kind, tried, reason), _nearest_above(order)
    event = order.take(
        Action.ESCALATE,
        by=manager,
        words=words,
        visible="act",
        answers={Kind.ESCALATION_PROPOSAL: SENT},
        kind=kind,
        kind_name=KINDS[kind],
        unit_name=office.name,
    )
    record = _call(order, event, office, kind)
    owe("escalated", order, unit_id=office.id, report_due_at=clock.iso(record.due_at))
    return order


def decline(number: str, manager: Actor, note: str) -> WorkOrder:
    """不予吹哨: the manager does not call; whoever proposed it reads why."""
    order = _of_the_unit(number, manager, Action.DECLINE_ESCALATION)
    record = find_open(order, Kind.ESCALATION_PROPOSAL)
    if record is None:
        raise Conflict("这件工单现在没有等待决定的吹哨提请，请刷新后再看。", reason="nothing-proposed")
    if not note.strip():
        raise errors.field("note", "请写明为什么不吹哨、接下来怎样办，承办人会看到。")
    answers = {Kind.ESCALATION_PROPOSAL: DECLINED}
    order.take(Action.DECLINE_ESCALATION, by=manager, words=note, visible="internal", answers=answers)
    owe("escalation_declined", order, waiting_id=record.by_id)
    return order


def report_in(
    number: str, manager: Actor, note: str, person: str, until: date, organisation: str | None = None
) -> WorkOrder:
    """报到: the called office says what it does, who comes and by when; that is a task the order waits for.

    `organisation` is the public id of one that stands at the called office and is to do it.
    """
    order, record = _called(number, manager, Action.REPORT_IN)
    if not note.strip():
        raise errors.field("note", "请写明怎样协助办理。")
    if not person.strip():
        raise errors.field("person", "请写明由谁到场办理，方便社区对接。")
    planned, helper = _planned(until), _helper(record, organisation)
    in_time = record.due_at is None or clock.now() <= record.due_at
    event = order.take(
        Action.REPORT_IN,
        by=manager,
        words=f"{note}\n到场人员：{person}",
        visible="act",
        answers={Kind.ESCALATION: REPORTED_IN},
        unit_name=_office(record).name,
        planned=clock.iso(planned),
        in_time=in_time,
    )
    record.facts = record.facts | {"reported_at": clock.iso(event.at), "in_time": in_time}
    what = f"{note}（到场人员：{person}）"
    tasks = helping.ask(order, event, [helper], cause="escalation", what=what, due_at=planned)
    helping.start(order, tasks)
    if helper.organisation_id is not None:
        helping.tell(order, tasks)
    owe("reported_in", order, waiting_id=record.by_id)
    return order


def give_back(number: str, manager: Actor, reason: str) -> WorkOrder:
    """退回吹哨: the called office says why it is not for it, once for an order; then it reports in, or time decides."""
    order, record = _called(number, manager, Action.RETURN_ESCALATION)
    if Action.RETURN_ESCALATION in policy.used_up(queries.actions_of(order)):
        raise Conflict(
            "这件工单的吹哨已经退回过一次，不能再退回。请您报到；到期没有报到，会升级到上一级并列入督办。",
            reason="returned-already",
        )
    if not reason.strip():
        raise errors.field("reason", "请写明为什么退回、应当怎样办，吹哨的单位会看到。")
    answers = {Kind.ESCALATION: RETURNED}
    facts: dict[str, Any] = {
        "unit_name": _office(record).name,
        "in_time": record.due_at is None or clock.now() <= record.due_at,
    }
    order.take(Action.RETURN_ESCALATION, by=manager, words=reason, visible="internal", answers=answers, **facts)
    owe("escalation_returned", order, waiting_id=record.by_id)
    return order


def why_not_answer(record: SideRecord, manager: Actor) -> str:
    """Why this manager may not report in or give it back, in a sentence that says who can; empty when they may."""
    office = _office(record)
    if manager.scope(Role.MANAGER).covers(office):
        return ""
    return f"这次吹哨由{office.name}或上级的管理员报到，请联系他们。"


def helpers(record: SideRecord) -> Sequence[Organisation]:
    """The organisations that stand at the called office, which it may send."""
    at_office = select(Organisation).where(Organisation.territory_id == record.unit_id, Organisation.active.is_(True))
    return db.session.scalars(at_office.order_by(Organisation.name, Organisation.id)).all()


def proposal_unanswered(order: WorkOrder, timer: Timer) -> None:
    """The manager did not decide: the proposal lapses, and whoever made it is told."""
    record = find_open(order, Kind.ESCALATION_PROPOSAL)
    if record is None or record.due_at != timer.due_at:
        return
    kind = Kind.ESCALATION_PROPOSAL
    order.take(Action.EXPIRE, by=SYSTEM, visible="internal", answers={kind: LAPSED}, kind=kind.value)
    owe_lapsed(order, record)


def unanswered(order: WorkOrder, timer: Timer) -> None:
    """Nobody reported in: one level higher, and under supervision; at the city it stays, under supervision."""
    record = find_open(order, Kind.ESCALATION)
    if record is None or record.due_at != timer.due_at:
        return
    above = _next_above(order, record)
    answers = {Kind.ESCALATION: UNANSWERED} if above else {}
    facts: dict[str, Any] = {"kind": Kind.ESCALATION.value, "unit_name": above.name if above else None}
    event = order.take(Action.EXPIRE, by=SYSTEM, visible="internal", answers=answers, **facts)
    waits = _rise(order, event, record, above) if above else record
    until = clock.iso(waits.due_at) if above else None
    owe("escalation_unanswered", order, unit_id=waits.unit_id, waiting_id=record.by_id, report_due_at=until)
    supervision.open_by_house(order, "escalation_unanswered")


def _rise(order: WorkOrder, event: Event, record: SideRecord, above: Territory) -> SideRecord:
    """The next office is called for whoever called the first one."""
    db.session.flush()  # At most one is open: the former must be written as ended before the next.
    risen = _call(order, event, above, record.facts["kind"], risen_from=record.unit_id)
    risen.by_id = record.by_id
    return risen


def _call(order: WorkOrder, event: Event, office: Territory, kind: str, **facts: Any) -> SideRecord:
    limit = "escalation.emergency" if kind == "emergency" else "escalation"
    until = due(limit, clock.now(), order.class_code)
    timers.start(order.id, order.round, {"escalation": until})
    facts |= {"kind": kind, "level": office.level}
    return put(order, Kind.ESCALATION, event, unit_id=office.id, due_at=until, **facts)


def _told(kind: str, tried: str, reason: str) -> str:
    """What a proposal or a call says; nobody calls the office above without having tried."""
    if kind not in KINDS:
        raise errors.field("kind", "请选择吹哨的原因。")
    if not tried.strip():
        raise errors.field("tried", "请写明已经做过什么。")
    if not reason.strip():
        raise errors.field("reason", "请写明需要上级做什么。")
    return f"{reason}{TRIED}{tried}"


def told_apart(words: str) -> tuple[str, str]:
    """What the unit above is asked to do and what was tried, of the words of a call or a proposal."""
    reason, _, tried = words.rpartition(TRIED)
    return reason, tried


def _of_the_unit(number: str, manager: Actor, action: Action) -> WorkOrder:
    policy.ensure_may(manager, action)
    order = queries.find(number, manager)
    if not policy.is_of_the_unit(manager, order):
        raise NotAllowed("只有首接单位的管理员可以决定是否吹哨，请联系他们。", action=action)
    return order


def _called(number: str, manager: Actor, action: Action) -> tuple[WorkOrder, SideRecord]:
    policy.ensure_may(manager, action)
    order = queries.find(number, manager)
    policy.ensure_in_charge(manager, order, action)
    record = find_open(order, Kind.ESCALATION)
    if record is None:
        raise Conflict("这件工单现在没有等待报到的吹哨，请刷新后再看。", reason="not-escalated")
    why_not = why_not_answer(record, manager)
    if why_not:
        raise NotAllowed(why_not, action=action)
    return order, record


def _ensure_not_called(order: WorkOrder) -> None:
    if order.has_open(Kind.ESCALATION):
        raise Conflict("已经向上级吹哨，正在等待报到，不用再次吹哨。", reason="escalated-already")


def _ensure_free(order: WorkOrder) -> None:
    _ensure_not_called(order)
    if order.has_open(Kind.TRANSFER):
        raise Conflict("这件工单正在转办，等同事答复；请先等答复或撤销转办，再吹哨。", reason="transfer-offered")
    if order.has_open(Kind.DISPUTE):
        raise Conflict("派单异议还在等上级裁定，请等裁定后再吹哨。", reason="disputed")


def _nearest_above(order: WorkOrder) -> Territory:
    """Whom the unit that answers may call; above the city there is nobody."""
    nearest = next(iter(units.superiors(order)), None)
    if units.level_of_lead(order) is Level.CITY or nearest is None:
        raise Conflict("市级没有上级单位可以吹哨，请召集有关单位协办或联动会办。", reason="nobody-above")
    return db.session.get_one(Territory, nearest)


def _next_above(order: WorkOrder, record: SideRecord) -> Territory | None:
    """One level higher on the order's way to the city; where its place was moved meanwhile, the nearest above it."""
    line = units.superiors(order)
    above = units.next_above(order, record.unit_id) if record.unit_id in line else next(iter(line), None)
    return db.session.get_one(Territory, above) if above is not None else None


def _office(record: SideRecord) -> Territory:
    return db.session.get_one(Territory, record.unit_id)


def _planned(until: date) -> datetime:
    """The close of business of the planned day, or of the next on which the offices are open."""
    most = parameters.number(*MOST_DAYS)
    if until > clock.today() + timedelta(days=most):
        raise errors.field("until", f"计划办理的日期最晚在{most}天以内，请选择更早的日期。")
    planned = calendar().close_of_business(until)
    if planned <= clock.now():
        raise errors.field("until", "计划办理的日期已经过去，请选择以后的日期。")
    return planned


def _helper(record: SideRecord, public_id: str | None) -> Helper:
    """The called office itself, or the organisation it sends."""
    office = _office(record)
    if not public_id:
        return Helper(office.id)
    chosen = next((one for one in helpers(record) if one.public_id == public_id), None)
    if chosen is None:
        raise errors.field("organisation", "请从名单中选择承办的单位。")
    return Helper(office.id, chosen.id)
