"""Asking the reporter for more: ask 请补充 · answer 补充, or going on without. The time pauses, within a limit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from app import clock, errors, parameters
from app.db import db
from app.deadlines import timers
from app.deadlines.action_limits import action_limit, due
from app.deadlines.queries import calendar
from app.deadlines.timers import Timer
from app.errors import Conflict
from app.people.actor import SYSTEM, Actor, System
from app.photos.attaching import attach
from app.photos.models import Purpose
from app.work_orders import joining, pausing, policy, queries
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.side_records import Kind, SideRecord, find_open, put
from app.work_orders.workflow import Action, Status, next_status, refusal

MOST = ("questions_per_order", 2)
NO_MORE = "请直接联系反映人了解情况，再继续办理。"


def ask(number: str, asker: Actor, question: str) -> WorkOrder:
    """请补充: the reporter is asked for what is missing, and the order's time stands still until they answer."""
    policy.ensure_may(asker, Action.ASK)
    order = queries.find(number, asker)
    back = Status(order.status)
    next_status(back, Action.ASK)
    policy.ensure_in_charge(asker, order, Action.ASK)
    policy.ensure_may_decide_appeal(asker, order, Action.ASK)
    if order.parent_id is not None:
        raise Conflict("拆分件没有反映人；需要补充情况，请联系原工单的承办人询问。")
    if not question.strip():
        raise errors.field("question", "请写明需要反映人补充什么。")
    until = _until(order)
    running = pausing.stop(order, back)
    event = order.take(Action.ASK, by=asker, words=question)
    put(order, Kind.QUESTION, event, due_at=until, running=running)
    order.step_due_at = until
    timers.start(order.id, order.round, {"answer": until})
    owe("asked", order)
    return order


def _until(order: WorkOrder) -> datetime:
    """Until when the reporter may answer: one limit for all questions, so that a later one has what is left of it."""
    asked = db.session.scalars(
        select(SideRecord)
        .where(SideRecord.work_order_id == order.id, SideRecord.kind == Kind.QUESTION.value)
        .order_by(SideRecord.id)
    ).all()
    most = parameters.number(*MOST)
    if len(asked) >= most:
        raise Conflict(f"这件工单已请反映人补充过{most}次，不能再暂停。{NO_MORE}", reason="asked-enough")
    now = clock.now()
    if not asked:
        return due("answer", now)
    unit, last = action_limit("answer").unit, asked[-1]
    if last.due_at is None or last.ended_at is None or last.ended_at >= last.due_at:
        raise Conflict(f"等待反映人补充的时间已经用完，不能再暂停。{NO_MORE}", reason="no-pause-left")
    return calendar().shift(last.due_at, unit, last.ended_at, now)


def answer(number: str, reporter: Actor, text: str, photo_ids: Sequence[str]) -> WorkOrder:
    """补充: a reporter answers, and the order goes back to where it was."""
    policy.ensure_may(reporter, Action.ANSWER)
    order, _own = joining.find_as_first(number, reporter, Action.ANSWER)
    question = _question(order, Action.ANSWER)
    if not text.strip():
        raise errors.field("text", "请写下要补充的情况。")
    _end(order, question, Action.ANSWER, reporter, "answered", words=text, photos=list(photo_ids))
    attach(photo_ids, reporter.account_id, order.id, Purpose.ANSWER, order.round)
    return order


def go_on(order: WorkOrder, actor: Actor, note: str) -> None:
    """恢复办理: the answer came another way, as by telephone."""
    question = _question(order, Action.RESUME)
    if not note.strip():
        raise errors.field("note", "请写明反映人补充了什么，或者为什么不再等待。")
    _end(order, question, Action.RESUME, actor, "resumed", words=note, visible="act")


def unanswered(order: WorkOrder, timer: Timer) -> None:
    """The limit has passed without an answer: the order goes on with what is known."""
    question = find_open(order, Kind.QUESTION)
    if question is not None and question.due_at == timer.due_at:
        _end(order, question, Action.RESUME, SYSTEM, "unanswered", unanswered=True)


def _question(order: WorkOrder, action: Action) -> SideRecord:
    question = find_open(order, Kind.QUESTION) if order.status == Status.AWAITING_RESIDENT else None
    if question is None:
        raise refusal(Status(order.status), action)
    return question


def _end(
    order: WorkOrder, question: SideRecord, action: Action, by: Actor | System, outcome: str, **more: object
) -> None:
    topic = "answered" if action is Action.ANSWER else "resumed"
    pausing.go_on(order, question, action, by, topic, answers={Kind.QUESTION: outcome}, **more)
