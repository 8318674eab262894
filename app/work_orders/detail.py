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
from app.work_orders.joining import Standing, stands
from app.work_orders.line_words import words
from app.work_orders.models import Rating, Reporter, WorkOrder
from app.work_orders.queries import ABSENT
from app.work_orders.timeline import Event, EventText
from app.work_orders.workflow import ACTION_NAMES, Action

BY_REPORTER = (
    Action.SUBMIT,
    Action.APPEAL,
    Action.ANSWER,
    Action.JOIN,
    Action.LEAVE,
    Action.RATE,
    Action.WITHDRAW,
)
BY_OFFICE = (
    Action.ACCEPT,
    Action.DECLINE,
    Action.DISPATCH,
    Action.DECIDE_EXTENSION,
    Action.DECIDE_CATEGORY,
    Action.RECUSE,
    Action.SEND_BACK,
    Action.REOPEN,
    Action.URGE,
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
    Action.SETTLE,
    Action.AMEND,
)
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
    standing: Standing | None = None  # of a reader who is a reporter


@dataclass(frozen=True)
class _Reader:
    """A reporter who reads: what they are to the order, who else reported it, and from which line on it was told them.

    What one reporter wrote is for the office, so no other reads it; a neighbour reads no free text at all, and whoever
    follows the first reporter only what was written since.
    """

    account_id: int
    standing: Standing
    since: int

    def may_read(self, row: Row[Any], by_reporter: bool) -> bool:
        if row.visible == "act" or (by_reporter and row.actor_id != self.account_id):
            return False
        return self.standing is Standing.AUTHOR or row.actor_id == self.account_id or row.id > self.since


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
    standing = stands(own.is_first, own.id != min(one.id for one in reporters)) if own and as_reporter else None
    pictures = _pictures(order, actor, standing)
    events = _events(order)
    return Detail(
        order=order,
        assignee_name=assignee_name,
        lines=_lines(events, pictures, {one.account_id for one in reporters if one.account_id}, actor, standing),
        photos=[one for one in pictures if one.purpose is Purpose.REPORT and (standing is None or one.round == 1)],
        reporters=[] if as_reporter else [_shown(order, one, actor) for one in reporters if one.left_at is None],
        rating=own if own is not None and own.solved else None,
        actions=_actions(order, actor, own, standing, [row.action for row in events]),
        standing=standing,
    )


def _pictures(order: WorkOrder, actor: Actor, standing: Standing | None) -> list[Shown]:
    """Neighbours see no photos; whoever follows the first reporter sees those of the work."""
    if standing is Standing.JOINED:
        return []
    found = photos.of_orders([order.id], actor, at_work=standing is None)[order.id]
    return [one for one in found if standing is not Standing.HEIR or one.purpose is not Purpose.REPORT]


def _reporters(order: WorkOrder) -> Sequence[Row[Any]]:
    """Everyone who reported it or joined, with what they said of this round; the first one first."""
    return db.session.execute(
        select(
            Reporter.id,
            Reporter.account_id,
            Reporter.left_at,
            Reporter.name.label("given_name"),
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
        .where(Reporter.work_order_id == order.id)
        .order_by(Reporter.is_first.desc(), Reporter.id)
    ).all()


def _shown(order: WorkOrder, reporter: Row[Any], actor: Actor) -> ReporterShown:
    """Whoever has the order reads the name; others its first character; phones are always masked."""
    known = reporter.given_name or reporter.name
    name = known or "居民"
    if known and (order.assignee_id != actor.account_id or order.confidential):
        name = f"{known[0]}**"
    return ReporterShown(name, phones.masked(reporter.contact or reporter.phone), reporter.is_first)


def _actions(
    order: WorkOrder, actor: Actor, own: Row[Any] | None, standing: Standing | None, done: Sequence[str]
) -> list[str]:
    """What the order's row allows, without what was done as often as it may be."""
    found = policy.actions(order, actor, reporter=standing is not None, joined=standing is Standing.JOINED)
    over = policy.used_up(done)
    if standing is None:
        over.discard(Action.REOPEN)  # a manager may always
    if own is not None and own.solved is not None:
        over.add(Action.RATE)
    return [action for action in found if action not in over]


def _events(order: WorkOrder) -> Sequence[Row[Any]]:
    statement = (
        select(
            Event.id,
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


def _lines(
    events: Sequence[Row[Any]],
    pictures: Sequence[Shown],
    reporter_ids: set[int],
    actor: Actor,
    standing: Standing | None,
) -> list[Line]:
    """The timeline; for a reader who is a reporter, without what is internal."""
    if standing is None:
        return [_line(row, pictures, reporter_ids, None) for row in events]
    reader = _Reader(actor.account_id, standing, _told_since(events, standing))
    return [_line(row, pictures, reporter_ids, reader) for row in events if row.visible != "internal"]


def _told_since(events: Sequence[Row[Any]], standing: Standing) -> int:
    """The line after which words are written to this reader: when the order came to them, for a neighbour none."""
    came = [row.id for row in events if standing is Standing.JOINED or row.facts.get("handed_on")]
    return max(came, default=0)


def _line(row: Row[Any], pictures: Sequence[Shown], reporter_ids: set[int], reader: _Reader | None) -> Line:
    action = Action(row.action)
    by_reporter = action in BY_REPORTER or row.actor_id in reporter_ids
    readable = reader is None or reader.may_read(row, by_reporter)
    # What another reporter rated or showed is between them and the office.
    is_anothers = reader is not None and by_reporter and row.actor_id != reader.account_id
    return Line(
        at=row.at,
        action=row.action,
        action_name=ACTION_NAMES[action],
        text="" if is_anothers and action is Action.RATE else words(action, row.facts, row.text if readable else None),
        by=_by(action, row, reporter_ids, reader),
        photos=[] if is_anothers else _pictures_of(action, row.round, pictures),
        visible=row.visible,
    )


def _pictures_of(action: Action, round_: int, pictures: Sequence[Shown]) -> list[Shown]:
    purpose = {
        Action.SUBMIT: Purpose.REPORT,
        Action.REOPEN: Purpose.REPORT,
        Action.RESOLVE: Purpose.RESOLVE,
        Action.SETTLE: Purpose.RESOLVE,
    }.get(action)
    return [one for one in pictures if one.purpose is purpose and one.round == round_] if purpose else []


def _by(action: Action, row: Row[Any], reporter_ids: set[int], reader: _Reader | None) -> str:
    if row.actor_id is None:
        return "系统"
    if row.actor_id in reporter_ids or (action in BY_REPORTER and not row.facts.get("on_behalf")):
        if reader is None:
            return "反映人"
        return "您" if row.actor_id == reader.account_id else "另一位反映人"
    if reader is not None and reader.standing is Standing.JOINED:
        return _title(action)
    return f"{_title(action)} {row.name or ''}".strip()


def _title(action: Action) -> str:
    if action in BY_OFFICE:
        return "管理员"
    if action in BY_OFFICER:
        return "回访员"
    return "承办人" if action in BY_ASSIGNEE else "工作人员"
