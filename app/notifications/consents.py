"""The ledger of 订阅授权: how many messages of each template a person still lets us send.

WeChat cannot be asked, so the ledger adds up what happened: yeses as the phone reports them, WeChat's own events, and
what was sent. WeChat's word counts; a report is good for one message until WeChat says otherwise.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects import postgresql, sqlite

from app import clock, parameters
from app.db import db, table_of
from app.errors import field
from app.notifications import templates
from app.notifications.consent_moves import NONE, Held, History, Kind, Move, Rules
from app.notifications.message import TEMPLATES, Side
from app.notifications.models import Consent
from app.people import queries

__all__ = ["NONE", "Answer", "Held", "Permission"]

PAIRED_MINUTES = ("consent_paired_minutes", 10)
KEPT = timedelta(hours=24)


class Answer(StrEnum):
    """What a person said when WeChat asked."""

    ACCEPT = "accept"
    REJECT = "reject"
    BAN = "ban"


REPORTS = {Answer.ACCEPT: Kind.REPORTED, Answer.BAN: Kind.BANNED}


@dataclass(frozen=True)
class Permission:
    """What a person's phone shows about one template. `units` are messages that may still be sent."""

    template_id: str
    title: str
    events: tuple[str, ...]
    one_time: bool
    units: int
    blocked: bool


def report(account_id: int, template_id: str, answer: Answer) -> Permission:
    """Keep what the phone says: a yes allows one more message, provisionally; a no changes nothing, a ban blocks."""
    template = templates.with_id(template_id)
    if template is None:
        raise field("template_id", "没有这个消息模板，请重新打开小程序后再试。")
    if answer in REPORTS:
        _note(account_id, template_id, REPORTS[answer], clock.now())
    return _permission(template, of(account_id).get(template_id, NONE))


def popup(openid: str, entries: Iterable[Mapping[str, Any]], at: datetime) -> None:
    """WeChat tells what somebody answered when asked; `at` is the event's own time. In the open transaction."""
    _told(openid, entries, Answer.ACCEPT, Kind.TOLD, at)


def withdrawn(openid: str, entries: Iterable[Mapping[str, Any]], at: datetime) -> None:
    """WeChat tells that somebody took templates back; `at` is the event's own time. In the open transaction."""
    _told(openid, entries, Answer.REJECT, Kind.WITHDRAWN, at)


def _told(openid: str, entries: Iterable[Mapping[str, Any]], answer: Answer, kind: Kind, at: datetime) -> None:
    """Note a move for each template of ours with this answer; whoever or whatever is unknown is left out."""
    account_id = queries.account_of(openid)
    if account_id is None or at < clock.now() - KEPT:
        return
    chosen = {str(entry.get("TemplateId")) for entry in entries if entry.get("SubscribeStatusString") == answer}
    # Always in one order, so that two events of one person never wait for each other.
    for template_id in sorted(chosen):
        if templates.with_id(template_id):
            _note(account_id, template_id, kind, min(at, clock.now()))


def spend(account_id: int, template_id: str, at: datetime) -> bool:
    """WeChat took a message at this moment: one unit less, never below nothing; False when there was none."""
    return _note(account_id, template_id, Kind.SPENT, at).units > 0


def empty(account_id: int, template_id: str, at: datetime) -> None:
    """WeChat had no permission for a message handed over at this moment; a yes that came later counts all the same."""
    _note(account_id, template_id, Kind.EMPTY, at)


def _note(account_id: int, template_id: str, kind: Kind, at: datetime) -> Held:
    """Add a move to the person's page and add up; one at a time. Returns what was held before."""
    now, rules = clock.now(), _rules(template_id)
    page = _locked_page(account_id, template_id, now)
    history = _read(page)
    history = History(history.before, (*history.moves, Move(kind, at.timestamp())))
    held = history.held(rules)
    kept = history.since((now - KEPT).timestamp(), rules)
    own = {"account": account_id, "template": template_id}
    values = {"units": held.units, "blocked": held.blocked, "history": _written(kept), "changed_at": now}
    db.session.execute(_WRITE, own | values)
    return Held(page.units, page.blocked)


def _rules(template_id: str) -> Rules:
    template = templates.with_id(template_id)
    return Rules(template is None or template.one_time, 60.0 * parameters.number(*PAIRED_MINUTES))


def _locked_page(account_id: int, template_id: str, now: datetime) -> Any:
    """The row, made where it is missing, kept from everybody else until the transaction ends."""
    own = {"account": account_id, "template": template_id}
    if found := db.session.execute(_LOCKED, own).one_or_none():
        return found
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    row = insert(Consent).values(account_id=account_id, template_id=template_id, units=0, blocked=False, changed_at=now)
    db.session.execute(row.on_conflict_do_nothing())
    return db.session.execute(_LOCKED, own).one()


_OF = table_of(Consent).c
_OWN = (_OF.account_id == bindparam("account"), _OF.template_id == bindparam("template"))
_LOCKED = select(_OF.units, _OF.blocked, _OF.history).where(*_OWN).with_for_update()
_WRITE = update(table_of(Consent)).where(*_OWN)


def _read(page: Any) -> History:
    """The row's history; a row from before histories were kept begins with what it held then."""
    if page.history is None:
        return History(Held(page.units, page.blocked))
    units, blocked = page.history["before"]
    return History(Held(units, blocked), tuple(Move(Kind(kind), at) for kind, at in page.history["moves"]))


def _written(history: History) -> dict[str, Any]:
    # Of a yes as old as what is added up no word will come any more that could pay for a message.
    before = [max(0, history.before.units), history.before.blocked]
    return {"before": before, "moves": [[move.kind.value, move.at] for move in history.moves]}


def of(account_id: int) -> dict[str, Held]:
    """The person's page of the ledger by template."""
    return {template: held for (_, template), held in of_all([account_id]).items()}


def of_all(account_ids: Iterable[int]) -> dict[tuple[int, str], Held]:
    """The ledger of several people by account and template."""
    rows = db.session.execute(_OF_ALL, {"accounts": list(account_ids)})
    return {(row.account_id, row.template_id): Held(row.units, row.blocked) for row in rows}


_OF_ALL = select(_OF.account_id, _OF.template_id, _OF.units, _OF.blocked).where(
    _OF.account_id.in_(bindparam("accounts", expanding=True))
)


def list_for(account_id: int, *, staff: bool) -> list[Permission]:
    """The templates a person is asked about; staff see those of their work first."""
    held = of(account_id)
    known = templates.known()
    sides = [Side.STAFF, Side.RESIDENT] if staff else [Side.RESIDENT]
    keys = [key for side in sides for key, about in TEMPLATES.items() if about.side is side and key in known]
    return [_permission(known[key], held.get(known[key].template_id, NONE)) for key in keys]


def _permission(template: templates.Known, held: Held) -> Permission:
    about = TEMPLATES[template.key]
    return Permission(template.template_id, about.title, about.events, template.one_time, held.units, held.blocked)
