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
from app.work_orders import policy, scope
from app.work_orders.line_words import words
from app.work_orders.models import Rating, Reporter, WorkOrder
from app.work_orders.queries import ABSENT
from app.work_orders.timeline import Event, EventText
from app.work_orders.workflow import ACTION_NAMES, Action

BY_REPORTER = (Action.SUBMIT, Action.APPEAL, Action.ANSWER, Action.JOIN, Action.LEAVE, Action.RATE, Action.WITHDRAW)
BY_OFFICE = (
    Action.ACCEPT,
    Action.DECLINE,
    Action.DISPATCH,
    Action.DECIDE_EXTENSION,
    Action.DECIDE_CATEGORY,
    Action.RECUSE,
    Action.SEND_BACK,
)
BY_ASSIGNEE = (
    Action.CLAIM,
    Action.SIGN,
    Action.REFUSE,
    Action.CONTACT,
    Action.ARRIVE,
    Action.NOTE,
    Action.RELEASE,
    Action.EXTEND,
    Action.REPLY,
    Action.RESOLVE,
    Action.AMEND,
)
PURPOSES = {Action.SUBMIT: Purpose.REPORT, Action.ANSWER: Purpose.ANSWER, Action.RESOLVE: Purpose.RESOLVE}
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
    return Detail(
        order=order,
        assignee_name=assignee_name,
        lines=_lines(order, pictures, {one.account_id for one in reporters}, actor if as_reporter else None),
        photos=[one for one in pictures if one.purpose is Purpose.REPORT],
        reporters=[] if as_reporter else [_shown(order, one, actor) for one in reporters],
        rating=own if own is not None and own.solved else None,
        actions=_actions(order, actor, own, as_reporter),
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
    found = policy.actions(order, actor, reporter=as_reporter)
    if own is not None and own.solved is not None:
        found = [action for action in found if action != Action.RATE]
    return found


def _lines(
    order: WorkOrder, pictures: Sequence[Shown], reporter_ids: set[int | None], reader: Actor | None
) -> list[Line]:
    """The timeline; for a reader who is a reporter, without what is internal."""
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
    if reader is not None:
        statement = statement.where(Event.visible != "internal")
    return [_line(row, pictures, reporter_ids, reader) for row in db.session.execute(statement)]


def _line(row: Row[Any], pictures: Sequence[Shown], reporter_ids: set[int | None], reader: Actor | None) -> Line:
    action = Action(row.action)
    return Line(
        at=row.at,
        action=row.action,
        action_name=ACTION_NAMES[action],
        text=words(action, row.facts, None if reader is not None and row.visible == "act" else row.text),
        by=_by(action, row, reporter_ids, reader),
        photos=_pictures_of(action, row.round, pictures),
        visible=row.visible,
    )


def _pictures_of(action: Action, round_: int, pictures: Sequence[Shown]) -> list[Shown]:
    purpose = PURPOSES.get(action)
    return [one for one in pictures if one.purpose is purpose and one.round == round_] if purpose else []


def _by(action: Action, row: Row[Any], reporter_ids: set[int | None], reader: Actor | None) -> str:
    if row.actor_id is None:
        return "系统"
    if action in BY_REPORTER or row.actor_id in reporter_ids:
        if reader is None:
            return "反映人"
        return "您" if row.actor_id == reader.account_id else "另一位反映人"
    return f"{_title(action)} {row.name or ''}".strip()


def _title(action: Action) -> str:
    if action in BY_OFFICE:
        return "管理员"
    if action in BY_OFFICER:
        return "回访员"
    return "承办人" if action in BY_ASSIGNEE else "工作人员"
