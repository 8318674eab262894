"""派单异议: the lead unit says that an order is not theirs; the office above rules, and the order goes on meanwhile."""

from sqlalchemy import select

from app import clock, errors
from app.db import db
from app.deadlines import timers
from app.deadlines.action_limits import due
from app.deadlines.timers import Timer
from app.errors import Conflict, NotAllowed
from app.people.actor import SYSTEM, Actor
from app.people.models import Role
from app.work_orders import due_dates, intake, pausing, policy, queries
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.offices import another_unit, deciding, supervision, unit_choices
from app.work_orders.offices.unit_choices import Choice
from app.work_orders.side_records import Kind, SideRecord, find_open, put
from app.work_orders.workflow import Action, Status, next_status

UPHELD, REJECTED, UNANSWERED = "upheld", "rejected", "unanswered"


def dispute(number: str, actor: Actor, reason: str, suggestion: str = "") -> WorkOrder:
    """派单异议: by the unit that answers for the order, once; `suggestion` says which unit should."""
    policy.ensure_may(actor, Action.DISPUTE)
    order = queries.find(number, actor)
    next_status(Status(order.status), Action.DISPUTE)
    if not policy.is_of_the_unit(actor, order, (Role.MANAGER, Role.UNIT_WORKER)):
        raise NotAllowed("只有首接单位可以提出派单异议，请联系首接单位的管理员。", action=Action.DISPUTE)
    _ensure_may_be_disputed(order)
    if not reason.strip():
        raise errors.field("reason", "请写明为什么不属于本单位职责，上级会据此裁定。")
    unit_id, until = deciding.nearest_above(order, actor), due("dispute", clock.now(), order.class_code)
    words = f"{reason}（建议由{suggestion.strip()}办理）" if suggestion.strip() else reason
    event = order.take(Action.DISPUTE, by=actor, words=words, visible="internal")
    unit = {"unit": order.lead_unit_id, "organisation": order.lead_organisation_id}
    put(order, Kind.DISPUTE, event, unit_id=unit_id, due_at=until, **unit)
    timers.start(order.id, order.round, {"dispute": until})
    owe("disputed", order, unit_id=unit_id)
    return order


def _ensure_may_be_disputed(order: WorkOrder) -> None:
    if order.designated:
        raise Conflict("上级已裁定由本单位办理，不能再提异议，请继续办理。", reason="designated")
    if order.has_open(Kind.DISPUTE):
        raise Conflict("派单异议已经提出，请等上级裁定，裁定前请继续办理。", reason="disputed-already")
    if order.has_open(Kind.ESCALATION):
        raise Conflict("这件工单已向上级吹哨，等报到以后再看；吹哨期间不能提异议。", reason="escalated")
    if order.has_open(Kind.APPEAL):
        raise Conflict("居民的申诉正由上级复核，复核以后再看；现在不能提异议。", reason="appealed")
    if _disputed_before(order):
        raise Conflict("本单位已经对这件工单提过一次异议，不能再提，请继续办理或与上级联系。", reason="disputed-before")


def _disputed_before(order: WorkOrder) -> bool:
    """Whether this very unit disputed the order already, however that ended."""
    of_order = select(SideRecord.facts).where(
        SideRecord.work_order_id == order.id, SideRecord.kind == Kind.DISPUTE.value
    )
    present = (order.lead_unit_id, order.lead_organisation_id)
    return any((facts["unit"], facts["organisation"]) == present for facts in db.session.scalars(of_order))


def rule(number: str, manager: Actor, upheld: bool, note: str, unit: str = "") -> WorkOrder:
    """裁定异议: upheld, the order goes to the chosen unit at once; rejected, it stays for good where it is."""
    policy.ensure_may(manager, Action.RULE)
    order = queries.find(number, manager)
    record = deciding.asked(deciding.DISPUTE, order, manager)
    if not note.strip():
        raise errors.field("note", "请写明裁定的理由，提出异议的单位会看到。")
    if upheld:
        _uphold(order, manager, record, note, _chosen(order, manager, unit))
        return order
    answers = {Kind.DISPUTE: REJECTED}
    stays = Status(order.status)
    order.take(Action.RULE, by=manager, to=stays, words=note, visible="internal", answers=answers, upheld=False)
    _designate(order, record)
    return order


def _chosen(order: WorkOrder, manager: Actor, unit: str) -> Choice:
    found = next((one for one in unit_choices.choices(order, manager) if one.value == unit), None)
    if found is None:
        raise errors.field("unit", "异议成立时，请从名单中选择由哪个单位办理。")
    return found


def _uphold(order: WorkOrder, manager: Actor, record: SideRecord, note: str, chosen: Choice) -> None:
    """The deadlines stay; whoever had it is told and free; what waited for the resident goes on waiting no more."""
    answers = {Kind.DISPUTE: UPHELD}
    question = find_open(order, Kind.QUESTION)
    running = pausing.end(order, question) if question is not None else []
    if question is not None:
        answers[Kind.QUESTION] = UPHELD
    line = {"words": note, "visible": "act", "upheld": True, "unit_name": chosen.name}
    former = another_unit.pass_on(order, Action.RULE, manager, answers=answers, **line)
    due_dates.watch(order, running)
    unit_choices.give(order, chosen)
    supervision.follow(order)
    owe("dispute_upheld", order, former_id=former, waiting_id=record.by_id)
    intake.route_within(order, manager)


def _designate(order: WorkOrder, record: SideRecord) -> None:
    order.designated = True
    owe("dispute_rejected", order, waiting_id=record.by_id)


def unanswered(order: WorkOrder, timer: Timer) -> None:
    """Nobody ruled in time: the order stays where it is, as if the dispute were rejected."""
    record = find_open(order, Kind.DISPUTE)
    if record is None or record.due_at != timer.due_at:
        return
    answers = {Kind.DISPUTE: UNANSWERED}
    order.take(Action.EXPIRE, by=SYSTEM, visible="internal", answers=answers, kind=Kind.DISPUTE.value)
    _designate(order, record)
