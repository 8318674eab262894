"""One order in full, for whoever may see it: four statements, whatever its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, select

from app.db import db
from app.errors import NotFound
from app.people import phones
from app.people.actor import Actor
from app.people.models import Account
from app.photos import queries as photos
from app.photos.models import Purpose
from app.photos.queries import Shown
from app.work_orders import calls, policy, scope
from app.work_orders.calls import Call
from app.work_orders.handling import CONTACT_KINDS
from app.work_orders.models import Rating, Reporter, WorkOrder
from app.work_orders.queries import ABSENT
from app.work_orders.timeline import Event, EventText
from app.work_orders.workflow import ACTION_NAMES, Action

BY_REPORTER = (Action.SUBMIT, Action.RATE, Action.WITHDRAW)
BY_OFFICE = (Action.ACCEPT, Action.DECLINE, Action.DISPATCH)
BY_OFFICER = (Action.FOLLOW_UP, Action.REWORK, Action.CLOSE)


@dataclass(frozen=True)
class Line:
    """One line of the timeline as a person reads it."""

    at: Any
    action: str
    action_name: str
    text: str
    by: str
    photos: Sequence[Shown]
    visible: str


@dataclass(frozen=True)
class ReporterShown:
    name: str
    phone_masked: str | None
    is_first: bool


@dataclass(frozen=True)
class Detail:
    order: WorkOrder
    assignee_name: str | None
    lines: Sequence[Line]
    photos: Sequence[Shown]
    reporters: Sequence[ReporterShown]
    rating: Row[Any] | None
    actions: Sequence[str]
    calls: Sequence[Call]


def detail(number: str, actor: Actor, *, as_reporter: bool = False) -> Detail:
    """The order with all that this person may see of it; raises NotFound for foreign and absent alike."""
    condition = scope.reported_by(actor) if as_reporter else scope.handled_by(actor)
    row = db.session.execute(
        select(WorkOrder, Account.name)
        .outerjoin(Account, Account.id == WorkOrder.assignee_id)
        .where(WorkOrder.number == number, condition)
    ).one_or_none()
    if row is None:
        raise NotFound(ABSENT)
    order, assignee_name = row
    reporters = _reporters(order)
    own = next((one for one in reporters if one.account_id == actor.account_id), None)
    pictures = photos.of_orders([order.id], actor, at_work=not as_reporter)[order.id]
    events = _events(order)
    return Detail(
        order=order,
        assignee_name=assignee_name,
        lines=_lines(events, pictures, as_reporter),
        photos=[one for one in pictures if one.purpose is Purpose.REPORT],
        reporters=[] if as_reporter else [_shown(order, one, actor) for one in reporters],
        rating=own if own is not None and own.solved else None,
        actions=_actions(order, actor, own, as_reporter),
        calls=calls.calls(events),
    )


def _reporters(order: WorkOrder) -> Sequence[Row[Any]]:
    """Reporters with what they said of this round."""
    return db.session.execute(
        select(
            Reporter.account_id,
            Reporter.contact,
            Reporter.is_first,
            Account.name,
            Account.phone,
            Rating.answered,
            Rating.solved,
            Rating.satisfied,
            Rating.comment,
            Rating.created_at,
        )
        .outerjoin(Account, Account.id == Reporter.account_id)
        .outerjoin(Rating, and_(Rating.reporter_id == Reporter.id, Rating.round == order.round))
        .where(Reporter.work_order_id == order.id, Reporter.left_at.is_(None))
        .order_by(Reporter.id)
    ).all()


def _shown(order: WorkOrder, reporter: Row[Any], actor: Actor) -> ReporterShown:
    """Whoever has the order reads the name; others its first character; phones are always masked."""
    name = reporter.name or "居民"
    if order.assignee_id != actor.account_id or order.confidential:
        name = f"{name[0]}**" if reporter.name else name
    return ReporterShown(name, phones.masked(reporter.contact or reporter.phone), reporter.is_first)


def _actions(order: WorkOrder, actor: Actor, own: Row[Any] | None, as_reporter: bool) -> list[str]:
    found = policy.actions(order, actor, reporter=own is not None)
    if own is not None and own.solved is not None:
        found = [action for action in found if action != Action.RATE]
    return [one for one in found if (Action(one) in BY_REPORTER) == as_reporter]


def _events(order: WorkOrder) -> Sequence[Row[Any]]:
    statement = (
        select(
            Event.at,
            Event.action,
            Event.actor_id,
            Event.round,
            Event.facts,
            Event.visible,
            EventText.text,
            Account.name,
        )
        .outerjoin(EventText, EventText.event_id == Event.id)
        .outerjoin(Account, Account.id == Event.actor_id)
        .where(Event.work_order_id == order.id)
        .order_by(Event.id)
    )
    return db.session.execute(statement).all()


def _lines(events: Sequence[Row[Any]], pictures: Sequence[Shown], as_reporter: bool) -> list[Line]:
    """The lines this person may read: a reporter none of the internal ones."""
    shown = (row for row in events if not (as_reporter and row.visible == "internal"))
    return [_line(row, pictures, as_reporter) for row in shown]


def _line(row: Row[Any], pictures: Sequence[Shown], as_reporter: bool) -> Line:
    action = Action(row.action)
    return Line(
        at=row.at,
        action=row.action,
        action_name=ACTION_NAMES[action],
        text=words(action, row.facts, None if as_reporter and row.visible == "act" else row.text),
        by=_by(action, row, as_reporter),
        photos=_pictures_of(action, row.round, pictures),
        visible=row.visible,
    )


def _pictures_of(action: Action, round_: int, pictures: Sequence[Shown]) -> list[Shown]:
    purpose = {Action.SUBMIT: Purpose.REPORT, Action.RESOLVE: Purpose.RESOLVE}.get(action)
    return [one for one in pictures if one.purpose is purpose and one.round == round_] if purpose else []


def _by(action: Action, row: Row[Any], as_reporter: bool) -> str:
    if row.actor_id is None:
        return "系统"
    if action in BY_REPORTER:
        return "您" if as_reporter else "反映人"
    title = "管理员" if action in BY_OFFICE else "回访员" if action in BY_OFFICER else "承办人"
    return f"{title} {row.name or ''}".strip()


STEPS = {
    "contact": "联系时限已到",
    "warn_50": "办理时限已过半",
    "warn_80": "办理时限已过八成",
    "ladder_ended": "值班链已全部呼叫，仍无人签收",
    "line_ended": "各级负责人均未签收",
}
FOLLOW_UP_STEPS = {
    "attempt": "未联系上",
    "risen": "未按时回访，转上一级回访",
    "given_up": "逾期未回访",
}
CAUSES = {"rated_no": "居民评价未解决或不满意，需要回访", "drawn": "抽中回访"}
SOLVED = {"yes": "已解决", "partly": "部分解决", "no": "未解决"}
SATISFIED = {"yes": "满意", "mostly": "基本满意", "no": "不满意"}


def words(action: Action, facts: dict[str, Any], text: str | None) -> str:
    """What a line says: the fact in words, then the free text."""
    fact = {
        Action.SUBMIT: lambda: f"涉及“{facts['danger_name']}”，按紧急事项办理" if facts.get("danger") else "",
        Action.ACCEPT: lambda: f"按规则“{facts['rule_name']}”受理" if facts.get("rule_name") else "",
        Action.CONTACT: lambda: CONTACT_KINDS[facts["kind"]],
        Action.RESOLVE: lambda: facts["result_name"],
        Action.DECLINE: lambda: facts["reason_name"],
        Action.REFUSE: lambda: facts["reason_name"],
        Action.CLOSE: lambda: facts["outcome_name"],
        Action.RATE: lambda: _rating_words(facts),
        Action.WARN: lambda: STEPS.get(facts.get("step", ""), ""),
        Action.FOLLOW_UP: lambda: _follow_up_words(facts),
    }.get(action, lambda: "")()
    facts_told = "，".join(filter(None, (fact, calls.words(facts))))
    return "：".join(part for part in (facts_told, text or "") if part)


def _rating_words(facts: dict[str, Any]) -> str:
    contacted = "有人联系" if facts["answered"] else "无人联系"
    return f"{contacted}，{SOLVED[facts['solved']]}，{SATISFIED[facts['satisfied']]}"


def _follow_up_words(facts: dict[str, Any]) -> str:
    if facts["step"] == "owed":
        return CAUSES[facts["cause"]]
    if facts["step"] == "concluded":
        return "回访通过" if facts["outcome"] == "passed" else "回访未通过，转返工"
    return FOLLOW_UP_STEPS[facts["step"]]
