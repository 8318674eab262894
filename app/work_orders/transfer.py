"""转办: an order in hand is offered to a colleague, who accepts or declines; until then it stays where it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from app import clock, errors, parameters
from app.db import db
from app.deadlines import action_limits, timers
from app.errors import Conflict, NotAllowed
from app.people.actor import SYSTEM, Actor
from app.people.models import Account
from app.work_orders import candidates as choice
from app.work_orders import custody, policy, queries, side_records
from app.work_orders.candidates import Candidate
from app.work_orders.facts import owe, owe_lapsed
from app.work_orders.models import WorkOrder
from app.work_orders.side_records import Kind, SideRecord
from app.work_orders.workflow import Action, Status, next_status

MOST = ("transfers_per_order", 2)
GONE = "这件工单现在没有待答复的转办，可能已答复、撤销或逾期，请刷新后再看。"


def colleagues(number: str, actor: Actor) -> Sequence[Candidate]:
    """Whom the order can be offered to, for whoever may offer it."""
    return choice.colleagues(_in_charge(number, actor, Action.TRANSFER), actor)


def offer(number: str, actor: Actor, worker_public_id: str, note: str) -> WorkOrder:
    """转办: its assignee or a manager offers it to somebody who could take it now, with a handover note."""
    order = _in_charge(number, actor, Action.TRANSFER)
    next_status(Status(order.status), Action.TRANSFER)
    if not note.strip():
        raise errors.field("note", "请写明交接的情况：办到哪一步，接下来要做什么。")
    if order.has_open(Kind.TRANSFER):
        raise Conflict("这件工单已经转给一位同事，正在等答复；请先撤销，再转给别人。")
    if order.has_open(Kind.ESCALATION):
        raise Conflict("这件工单已向上级吹哨，报到之前不能转办；需要换人，请与管理员商量改派。", reason="escalated")
    _ensure_fewer(order)
    chosen = _chosen(order, actor, worker_public_id)
    event = order.take(Action.TRANSFER, by=actor, words=note, visible="internal", target=chosen.account_id)
    due_at = action_limits.due("transfer", clock.now(), order.class_code)
    side_records.put(order, Kind.TRANSFER, event, to_id=chosen.account_id, due_at=due_at)
    timers.start(order.id, order.round, {"transfer": due_at})
    owe("transfer_offered", order, target_id=chosen.account_id)
    return order


def _ensure_fewer(order: WorkOrder) -> None:
    accepted = (SideRecord.kind == Kind.TRANSFER.value, SideRecord.outcome == "accepted")
    count = select(func.count()).select_from(SideRecord).where(SideRecord.work_order_id == order.id, *accepted)
    most = parameters.number(*MOST)
    if (db.session.scalar(count) or 0) >= most:
        raise Conflict(f"这件工单已经转办过{most}次，不能再转，请与管理员商量改派。")


def _chosen(order: WorkOrder, actor: Actor, public_id: str) -> Candidate:
    chosen = next((one for one in choice.colleagues(order, actor) if one.public_id == public_id), None)
    if chosen is None:
        raise errors.field("worker_id", "请从名单中选择接手的同事。")
    if chosen.why_not:
        raise Conflict(f"不能转给{chosen.name}：{chosen.why_not}。")
    return chosen


@dataclass(frozen=True)
class Offer:
    """Who asks a colleague to take an order over, and until when."""

    by: str | None
    due_at: datetime | None


def offer_to(order: WorkOrder, actor: Actor) -> Offer | None:
    """The offer this person is to answer; for everybody else the order's own row says that there is none."""
    if order.offered_to_id != actor.account_id:
        return None
    asked = (SideRecord.kind == Kind.TRANSFER.value, SideRecord.ended_at.is_(None))
    statement = select(Account.name, SideRecord.due_at).outerjoin(Account, Account.id == SideRecord.by_id)
    return Offer(*db.session.execute(statement.where(SideRecord.work_order_id == order.id, *asked)).one())


def accept(number: str, worker: Actor) -> WorkOrder:
    """接受转办: whoever it is offered to takes it over, if they still can; time goes on."""
    order = _offered(number, worker, Action.ACCEPT_TRANSFER)
    why_not = choice.why_not(order, worker)
    if why_not:
        raise Conflict(f"您现在不能接手：{why_not}。请先解决，或者谢绝转办。")
    order.take(Action.ACCEPT_TRANSFER, by=worker, answers={Kind.TRANSFER: "accepted"}, assignee=worker.account_id)
    former = custody.hand_over(order, worker.account_id, Action.TRANSFER)
    owe("transferred", order, former_id=former)
    return order


def decline(number: str, worker: Actor, note: str) -> WorkOrder:
    """谢绝转办: it stays with its assignee."""
    order = _offered(number, worker, Action.DECLINE_TRANSFER)
    if not note.strip():
        raise errors.field("note", "请写明不能接手的原因。")
    record = _open(order)
    answers = {Kind.TRANSFER: "declined"}
    order.take(Action.DECLINE_TRANSFER, by=worker, words=note, visible="internal", answers=answers)
    owe("transfer_declined", order, waiting_id=record.by_id)
    return order


def take_back(number: str, actor: Actor) -> WorkOrder:
    """撤销转办: before it was answered."""
    order = _in_charge(number, actor, Action.TAKE_BACK_TRANSFER)
    record = _open(order)
    answers = {Kind.TRANSFER: "taken_back"}
    order.take(Action.TAKE_BACK_TRANSFER, by=actor, visible="internal", answers=answers)
    owe("transfer_taken_back", order, target_id=record.to_id)
    return order


def lapse(order: WorkOrder, due_at: datetime) -> None:
    """The offer that was due at this moment got no answer: both are told."""
    record = side_records.find_open(order, Kind.TRANSFER)
    if record is None or record.due_at != due_at:
        return
    _end(order, record)


def end_offers_to(account_id: int) -> None:
    """Whoever leaves answers no more: what is offered to them stays with its assignee, who is told."""
    for order in db.session.scalars(select(WorkOrder).where(WorkOrder.offered_to_id == account_id)):
        record = side_records.find_open(order, Kind.TRANSFER)
        if record is not None:
            _end(order, record)


def _end(order: WorkOrder, record: SideRecord) -> None:
    answers = {Kind.TRANSFER: side_records.LAPSED}
    order.take(Action.EXPIRE, by=SYSTEM, visible="internal", answers=answers, kind=Kind.TRANSFER.value)
    owe_lapsed(order, record)


def _in_charge(number: str, actor: Actor, action: Action) -> WorkOrder:
    policy.ensure_may(actor, action)
    order = queries.find(number, actor)
    policy.ensure_in_charge(actor, order, action)
    return order


def _offered(number: str, worker: Actor, action: Action) -> WorkOrder:
    policy.ensure_may(worker, action)
    order = queries.find(number, worker)
    if not order.has_open(Kind.TRANSFER):
        raise Conflict(GONE)
    if order.offered_to_id != worker.account_id:
        raise NotAllowed("这件工单是转给另一位同事的，请由他本人答复。", action=action)
    return order


def _open(order: WorkOrder) -> SideRecord:
    record = side_records.find_open(order, Kind.TRANSFER)
    if record is None:
        raise Conflict(GONE)
    return record
