"""The ledger 挂账: propose 申请挂账 by the unit, decide 审批挂账 by a level above. What follows: `ledger_reviews`."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app import clock, errors
from app.db import db
from app.deadlines import timers
from app.deadlines.action_limits import due
from app.deadlines.timers import Timer
from app.errors import Conflict
from app.people.actor import SYSTEM, Actor
from app.people.models import Role
from app.work_orders import policy, queries
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.offices import deciding, ledger_entries, ledger_parts, ledger_terms, units
from app.work_orders.offices.ledger_terms import CAUSES
from app.work_orders.side_records import Kind, SideRecord, find_open, put
from app.work_orders.timeline import EventText
from app.work_orders.workflow import Action, Status, next_status

LIMIT, TIMER = "ledger.proposal", "ledger_proposal"
UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Said:
    """The words of a proposal. Only the plan may take several lines, so that it can be told apart again."""

    leader: str
    reason: str
    plan: str

    @property
    def text(self) -> str:
        """All of it as the office reads it."""
        leader, reason = (" ".join(one.split()) for one in (self.leader, self.reason))
        return f"责任领导：{leader}\n理由：{reason}\n计划：{self.plan.strip()}"

    @staticmethod
    def plan_in(text: str) -> str:
        """The plan alone, which the reporters may read; they are told of no leader."""
        return "".join(text.split("\n", 2)[2:]).removeprefix("计划：")


def propose(
    number: str, actor: Actor, cause: str, plan: str, leader: str, review_on: date | None, reason: str
) -> WorkOrder:
    """申请挂账: with the cause, a plan, who answers for it, and the day on which it is looked at again."""
    policy.ensure_may(actor, Action.PROPOSE_LEDGER)
    order = queries.find(number, actor)
    policy.ensure_in_charge(actor, order, Action.PROPOSE_LEDGER)
    next_status(Status(order.status), Action.PROPOSE_LEDGER)
    if order.has_open(Kind.LEDGER_PROPOSAL):
        raise Conflict("已经有一份挂账申请在等上级审批，请等审批后再申请。", reason="asked-already")
    ledger_terms.ensure_may_wait(order)
    said = Said(leader, reason, plan)
    day = _ensure_complete(cause, said, review_on)
    facts: dict[str, Any] = {"cause": cause, "cause_name": CAUSES[cause]}
    facts["review_at"] = clock.iso(ledger_terms.review_at(day))
    event = order.take(Action.PROPOSE_LEDGER, by=actor, words=said.text, visible="internal", **facts)
    unit_id, until = decider(order, actor), due(LIMIT, clock.now(), order.class_code)
    put(order, Kind.LEDGER_PROPOSAL, event, unit_id=unit_id, due_at=until, cause=cause, review_on=day.isoformat())
    timers.start(order.id, order.round, {TIMER: until})
    owe("ledger_proposed", order, unit_id=unit_id)
    return order


def _ensure_complete(cause: str, said: Said, review_on: date | None) -> date:
    """All that is missing is told at once; gives the day of the review."""
    faults = {
        "cause": "" if cause in CAUSES else "请从列表中选择挂账的原因。",
        "plan": "" if said.plan.strip() else "请写明挂账期间的推进计划，批准后反映人会看到。",
        "leader": "" if said.leader.strip() else "请写明由哪位领导负责。",
        "review_on": ledger_terms.fault_of_day(review_on),
        "reason": "" if said.reason.strip() else "请写明为什么一时办不成，审批的管理员会看到。",
    }
    found = {name: [sentence] for name, sentence in faults.items() if sentence}
    if found or review_on is None:
        raise errors.Invalid(fields=found)
    return review_on


def decider(order: WorkOrder, proposer: Actor) -> int | None:
    """The first office above the lead unit and above the proposer's own; at the city the city itself."""
    line = units.superiors(order)
    own = {post.territory_id for post in proposer.posts if post.role is Role.MANAGER}
    beyond = max((place for place, unit in enumerate(line) if unit in own), default=-1) + 1
    return next(iter(line[beyond:] or line[-1:]), None)


def decide(number: str, manager: Actor, approved: bool, note: str) -> WorkOrder:
    """审批挂账: a manager of the office it was put to, or above, and never whoever proposed it."""
    policy.ensure_may(manager, Action.DECIDE_LEDGER)
    order = queries.find(number, manager)
    record = deciding.asked(deciding.LEDGER, order, manager)
    if not note.strip():
        raise errors.field("note", "请写明审批的意见。")
    if approved:
        _put_on(order, record, manager, note)
    else:
        _refuse(order, record, manager, note)
    return order


def _put_on(order: WorkOrder, record: SideRecord, manager: Actor, note: str) -> None:
    """The reporters read why their order waits, what is planned, and what the approver says of it."""
    next_status(Status(order.status), Action.DECIDE_LEDGER, Status.ON_LEDGER)
    ledger_terms.ensure_may_wait(order)
    day = date.fromisoformat(record.facts["review_on"])
    if day <= clock.today():
        raise Conflict("申请的复核日期已经到了，不能再批准。请不同意，由承办人重新申请。", reason="too-late")
    review_at, words = ledger_terms.review_at(day), "\n".join(filter(None, (plan_of(record), f"审批意见：{note}")))
    facts = {"cause": record.facts["cause"], "period": ledger_terms.periods(order) + 1}
    waiting_id = record.by_id
    ledger_entries.enter(order, manager, words, review_at, record.unit_id, **facts)
    owe("put_on_ledger", order, review_at=clock.iso(review_at), waiting_id=waiting_id)
    ledger_parts.hold_parent(order, manager, words)


def plan_of(record: SideRecord) -> str:
    """The plan in the words of a proposal; empty when they were erased."""
    text = db.session.scalar(select(EventText.text).where(EventText.event_id == record.opened_event_id))
    return Said.plan_in(text or "")


def _refuse(order: WorkOrder, record: SideRecord, manager: Actor, note: str) -> None:
    order.take(
        Action.DECIDE_LEDGER,
        by=manager,
        to=Status(order.status),
        words=note,
        visible="internal",
        answers={Kind.LEDGER_PROPOSAL: "refused"},
        approved=False,
    )
    owe("ledger_refused", order, waiting_id=record.by_id)


def unanswered(order: WorkOrder, timer: Timer) -> None:
    """Nobody decided in time: refused. While the reporter is asked nobody can decide, so the time begins anew."""
    record = find_open(order, Kind.LEDGER_PROPOSAL)
    if record is None or record.due_at != timer.due_at:
        return
    if order.status != Status.IN_PROGRESS:
        record.due_at = due(LIMIT, clock.now(), order.class_code)
        timers.start(order.id, order.round, {TIMER: record.due_at})
        return
    answers = {Kind.LEDGER_PROPOSAL: UNANSWERED}
    order.take(Action.EXPIRE, by=SYSTEM, visible="internal", answers=answers, kind=Kind.LEDGER_PROPOSAL.value)
    owe("ledger_refused", order, waiting_id=record.by_id)


@dataclass(frozen=True)
class Terms:
    """What somebody who proposes must know: the latest day, who will decide, what is given up, why it cannot be."""

    causes: dict[str, str]
    latest: date
    decider: str
    is_escalated: bool
    why_not: str


def terms(order: WorkOrder, actor: Actor) -> Terms:
    """For the form of a proposal."""
    try:
        ledger_terms.ensure_may_wait(order)
        why_not = ""
    except Conflict as refusal:
        why_not = refusal.message
    decides = deciding.name_of(decider(order, actor))
    return Terms(CAUSES, ledger_terms.latest_day(), decides, order.has_open(Kind.ESCALATION), why_not)


@dataclass(frozen=True)
class Asked:
    """A proposal that waits: for what, until when it is decided, and why not by this person."""

    cause_name: str
    review_on: date
    plan: str
    until: datetime | None
    why_not: str


def asked(order: WorkOrder, manager: Actor) -> Asked | None:
    """For the form of the decision."""
    record = find_open(order, Kind.LEDGER_PROPOSAL)
    if record is None:
        return None
    why_not = deciding.why_not(deciding.LEDGER, record.unit_id, record.by_id, manager)
    day = date.fromisoformat(record.facts["review_on"])
    return Asked(CAUSES[record.facts["cause"]], day, plan_of(record), record.due_at, why_not)
