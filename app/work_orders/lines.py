"""The timeline as people read it: staff all of it, a reporter what is theirs to know."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from app.db import db
from app.people.models import Account
from app.photos.models import Purpose
from app.photos.queries import Shown
from app.work_orders.joining import Standing
from app.work_orders.line_words import words
from app.work_orders.models import WorkOrder
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
    Action.ASSIST,
    Action.DISPUTE,
    Action.RULE,
    Action.ESCALATE,
    Action.DECLINE_ESCALATION,
    Action.REPORT_IN,
    Action.RETURN_ESCALATION,
    Action.DECIDE_LEDGER,
    Action.REVIEW_LEDGER,
    Action.SUPERVISE,
    Action.CLEAR_SUPERVISION,
    Action.PROPOSE_TERMINATION,
    Action.DECIDE_TERMINATION,
    Action.MERGE,
    Action.ABSORB,
    Action.UNMERGE,
    Action.SPLIT,
    Action.RECUSE,
    Action.SEND_BACK,
    Action.REOPEN,
    Action.URGE,
)
UNNAMED = (Action.ESCALATE, Action.REPORT_IN, Action.DECIDE_TERMINATION)
"""Where an office answers as such: those who reported it read no person's name."""
BY_ASSIGNEE = (
    Action.CLAIM,
    Action.SIGN,
    Action.REFUSE,
    Action.CONTACT,
    Action.ARRIVE,
    Action.NOTE,
    Action.RELEASE,
    Action.EXTEND,
    Action.PROPOSE_ESCALATION,
    Action.REPLY,
    Action.RESOLVE,
    Action.SETTLE,
    Action.AMEND,
)
BY_OFFICER = (Action.FOLLOW_UP, Action.REWORK, Action.CLOSE)
SHOWING = {
    Action.SUBMIT: Purpose.REPORT,
    Action.ANSWER: Purpose.ANSWER,
    Action.REOPEN: Purpose.REPORT,
    Action.RESOLVE: Purpose.RESOLVE,
    Action.SETTLE: Purpose.RESOLVE,
}
"""Actions whose line, where it does not name its photos, carries those of the round."""

TO_REPORTERS = {Action.RULE: "转由其他单位办理"}
"""What reporters read in place of an action's name: which unit it is for, not that units disagreed."""

ERASED_WORDS = "（文字已按规定清除）"


@dataclass(frozen=True)
class Line:
    """One line of the timeline as a person reads it."""

    at: datetime
    action: str
    action_name: str
    text: str
    by: str
    photos: Sequence[Shown]
    visible: str


@dataclass(frozen=True)
class Reader:
    """A reporter who reads: what they are to the order, and from which line on it was told them.

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


_EVENTS = (
    select(
        Event.id,
        Event.at,
        Event.action,
        Event.actor_id,
        Event.round,
        Event.facts,
        Event.visible,
        Event.commitment,
        EventText.text,
        Account.name,
    )
    .outerjoin(EventText, EventText.event_id == Event.id)
    .outerjoin(Account, Account.id == Event.actor_id)
    .where(Event.work_order_id == bindparam("order_id"))
    .order_by(Event.id)
)


def events(order: WorkOrder) -> Sequence[Row[Any]]:
    """All that happened, with its words and who did it, the oldest first."""
    return db.session.execute(_EVENTS, {"order_id": order.id}).all()


def reader(events: Iterable[Row[Any]], account_id: int, standing: Standing) -> Reader:
    """Whoever reads as a reporter. For a neighbour nothing is written; for an heir, what came after the handing on."""
    came = [row.id for row in events if standing is Standing.JOINED or row.facts.get("handed_on")]
    return Reader(account_id, standing, max(came, default=0))


def lines(
    events: Iterable[Row[Any]], pictures: Sequence[Shown], reporter_ids: set[int], reader: Reader | None
) -> list[Line]:
    """The timeline; for a reader who is a reporter, without what is internal."""
    shown = (row for row in events if reader is None or row.visible != "internal")
    return [_line(row, pictures, reporter_ids, reader) for row in shown]


def _line(row: Row[Any], pictures: Sequence[Shown], reporter_ids: set[int], reader: Reader | None) -> Line:
    action = Action(row.action)
    by_reporter = row.actor_id in reporter_ids or (action in BY_REPORTER and not _by_office(row.facts))
    readable = reader is None or reader.may_read(row, by_reporter)
    # What another reporter rated or showed is between them and the office.
    is_anothers = reader is not None and by_reporter and row.actor_id != reader.account_id
    return Line(
        at=row.at,
        action=row.action,
        action_name=ACTION_NAMES[action] if reader is None else TO_REPORTERS.get(action, ACTION_NAMES[action]),
        text=""
        if is_anothers and action is Action.RATE
        else words(action, row.facts, _said(row) if readable else None),
        by=_by(action, row, by_reporter, reader),
        photos=[] if is_anothers else _pictures_of(row, pictures),
        visible=row.visible,
    )


def _by_office(facts: Mapping[str, Any]) -> bool:
    """Whether staff wrote down what usually a reporter does: for somebody, or a part of what somebody reported."""
    return bool(facts.get("on_behalf") or facts.get("part_of"))


def _said(row: Row[Any]) -> str | None:
    """The free text of a line; one that was erased is not passed over in silence."""
    return ERASED_WORDS if row.text is None and row.commitment else row.text


def _pictures_of(row: Row[Any], pictures: Sequence[Shown]) -> list[Shown]:
    named = row.facts.get("photos")
    if named is not None:
        return [one for one in pictures if one.id in named]
    purpose = SHOWING.get(Action(row.action))
    return [one for one in pictures if one.purpose is purpose and one.round == row.round] if purpose else []


def _by(action: Action, row: Row[Any], by_reporter: bool, reader: Reader | None) -> str:
    if row.actor_id is None:
        return "系统"
    if by_reporter:
        return _reporter(row, reader)
    if reader is not None and (reader.standing is Standing.JOINED or action in UNNAMED):
        return _title(action)
    return f"{_title(action)} {row.name or ''}".strip()


def _reporter(row: Row[Any], reader: Reader | None) -> str:
    if reader is None:
        return "反映人"
    return "您" if row.actor_id == reader.account_id else "另一位反映人"


def _title(action: Action) -> str:
    if action in BY_OFFICE:
        return "管理员"
    if action in BY_OFFICER:
        return "回访员"
    return "承办人" if action in BY_ASSIGNEE else "工作人员"
