"""Messages on their way out of the house: who may be sent what now, and how it ended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, literal_column, select, update

from app import clock
from app.db import UTCDateTime, db, table_of
from app.notifications import consents, templates
from app.notifications.models import Delivery, DeliveryState
from app.people import queries

LEASE = timedelta(seconds=30)
KEEP_TRYING = timedelta(hours=24)
LOST_FOR = timedelta(hours=1)
HELD = "template_held"  # waits for a person to mend the template; others of the same person need not wait for it
WECHAT_AWAY = ("Unreachable", "Busy", "CircuitOpen")

_DELIVERY = table_of(Delivery)
_OF = _DELIVERY.c


def _is_owed(delivery: Any = _OF) -> ColumnElement[bool]:
    return _is(DeliveryState.OWED, delivery)


def _is(state: DeliveryState, delivery: Any = _OF) -> ColumnElement[bool]:
    # Written out, since a database takes an index of a part of the rows only for a condition that it can read.
    return delivery.state == literal_column(f"'{state.value}'")


@dataclass(frozen=True)
class Letter:
    """A delivery that this process has leased. `unclear` counts tries whose end nobody knows."""

    id: int
    account_id: int
    template_key: str
    data: dict[str, str]
    page: str
    attempts: int
    unclear: int
    reason: str | None
    created_at: datetime


_COLUMNS = tuple(_OF[name] for name in Letter.__dataclass_fields__)


def is_anything_due(now: datetime) -> bool:
    """A look that takes no lock, so that an idle relay never holds up a writer."""
    return db.session.scalar(_any_due(), {"now": now}) is not None


def lease_due(owner: str, now: datetime, limit: int) -> list[Letter]:
    """Take up to `limit` due rows for 30 seconds, at most one of each person, in the running transaction."""
    asked = {"now": now, "limit": limit, "owner": owner, "until": now + LEASE}
    rows = db.session.execute(_leasing(), asked)
    return sorted((Letter(*row) for row in rows), key=lambda letter: letter.id)


_NOW, _UNTIL = bindparam("now", type_=UTCDateTime), bindparam("until", type_=UTCDateTime)

# Built once each: an idle relay asks twice in a second, and building takes longer than asking.


@cache
def _any_due() -> Any:
    return _due().limit(1)


@cache
def _leasing() -> Any:
    due = _due().order_by(_OF.due_at, _OF.id).limit(bindparam("limit")).with_for_update(skip_locked=True)
    # As a plain subquery PostgreSQL may run it once for each row, and then takes more than the limit.
    chosen = due.cte("chosen")
    # A lease that ended by itself belonged to a process that died: its message may or may not have gone.
    interrupted = case((_OF.lease_owner.is_not(None), 1), else_=0)
    taken = {"lease_owner": bindparam("owner"), "lease_until": _UNTIL, "unclear": _OF.unclear + interrupted}
    return update(_DELIVERY).where(_OF.id.in_(select(chosen.c.id))).values(**taken).returning(*_COLUMNS)


def _due() -> Any:
    """Rows that are due and free, each person's one after the other, so that news arrives in order."""
    earlier = _DELIVERY.alias().c
    is_held_back = and_(earlier.reason.is_not(None), earlier.reason == HELD, earlier.due_at > _NOW)
    waits = (
        select(earlier.id)
        .where(
            earlier.account_id == _OF.account_id,
            earlier.id < _OF.id,
            _is_owed(earlier),
            ~is_held_back,
        )
        .exists()
    )
    return select(_OF.id).where(_is_owed(), _OF.due_at <= _NOW, _OF.lease_until <= _NOW, ~waits)


def keep(owner: str, ids: Iterable[int], now: datetime) -> None:
    """Hold the leases of messages that are still on the wire."""
    mine = update(_DELIVERY).where(_OF.id.in_(tuple(ids)), _OF.lease_owner == owner)
    db.session.execute(mine.values(lease_until=now + LEASE))


def sent(letter: Letter, msgid: int | None, at: datetime) -> bool:
    """Note that WeChat took it at this moment, whoever holds the lease by now. False when that was known already."""
    values = {"state": DeliveryState.SENT.value, "msgid": msgid, "sent_at": at, "reason": None, "lease_owner": None}
    # An answer may come after another process gave the try up as one whose end nobody knows.
    mine = update(_DELIVERY).where(_OF.id == letter.id, _is_owed() | _is(DeliveryState.UNCLEAR))
    return _changed(mine.values(**values))


def end(letter: Letter, owner: str, state: DeliveryState, reason: str, at: datetime | None = None) -> bool:
    """Give up on it for this reason, a short word; `at` when it was handed to WeChat, if it was."""
    told = {"letter": letter.id, "owner": owner, "state": state.value, "reason": reason, "at": at}
    return _changed(_END, told)


def later(letter: Letter, owner: str, due_at: datetime, reason: str, *, counted: bool = True, **changes: Any) -> bool:
    """Try again at `due_at`; after 24 hours it has failed."""
    if due_at >= letter.created_at + KEEP_TRYING:
        return end(letter, owner, DeliveryState.FAILED, reason)
    tries = letter.attempts + counted
    return _change(
        letter, owner, attempts=tries, due_at=due_at, reason=reason, lease_owner=None, lease_until=due_at, **changes
    )


def let_go(now: datetime) -> None:
    """Let every message go that waited for its template."""
    _hurry(now, _OF.reason == HELD)


def wechat_is_back(now: datetime) -> None:
    """Let every message go that waited only because WeChat was away."""
    _hurry(now, _OF.reason.in_(WECHAT_AWAY))


def _hurry(now: datetime, which: ColumnElement[bool]) -> None:
    held = update(_DELIVERY).where(_is_owed(), which, _OF.lease_owner.is_(None))
    db.session.execute(held.values(due_at=now, lease_until=now))


def confirmed(
    msgid: int, openid: str, template_id: str, arrived: bool, at: datetime, reason: str = "not_delivered"
) -> bool:
    """WeChat tells how a message ended: delivered, or refused for a reason; in the open transaction.

    A send whose answer was lost is known by its person, template and time. False while no message of ours fits:
    the event may overtake our own note of the send, so that asking again a little later makes sense.
    """
    found = _with_msgid(msgid) or _without_answer(openid, template_id, at)
    if found is None:
        return False
    state = DeliveryState.DELIVERED if arrived else DeliveryState.REFUSED
    told = {"state": state.value, "reason": None if arrived else reason[:60], "msgid": msgid, "lease_owner": None}
    now = clock.now()
    # Once delivered is delivered: a late or repeated event takes nothing back.
    still = update(_DELIVERY).where(_OF.id == found.id, _OF.state != DeliveryState.DELIVERED.value)
    if found.msgid is not None:
        _changed(still.values(**told))
        return True
    lost = still.where(_OF.msgid.is_(None), ~_on_wire(now))
    if not _changed(lost.values(sent_at=found.sent_at or at, **told)):
        return False
    consents.spend(found.account_id, template_id, found.sent_at or at)
    return True


_FOUND = (_OF.id, _OF.account_id, _OF.msgid, _OF.sent_at, _OF.lease_until)


def _with_msgid(msgid: int) -> Any:
    return db.session.execute(select(*_FOUND).where(_OF.msgid == msgid, _OF.msgid.is_not(None))).first()


def _without_answer(openid: str, template_id: str, at: datetime) -> Any:
    """The try without an answer, to this person and with this template, nearest to the moment; none while one runs."""
    template, account_id = templates.with_id(template_id), queries.account_of(openid)
    if template is None or account_id is None:
        return None
    own = select(*_FOUND).where(_OF.account_id == account_id, _OF.template_key == template.key)
    if db.session.execute(own.where(_is_owed(), _on_wire(clock.now()))).first():
        return None
    given_up = own.where(_is(DeliveryState.UNCLEAR), _OF.msgid.is_(None))
    interrupted = own.where(_is_owed(), _OF.lease_owner.is_not(None) | (_OF.unclear > 0))
    lost = [*db.session.execute(given_up), *db.session.execute(interrupted)]
    near = [row for row in lost if _apart(row, at) <= LOST_FOR]
    return min(near, key=lambda row: _apart(row, at), default=None)


def _on_wire(now: datetime) -> ColumnElement[bool]:
    return and_(_OF.lease_owner.is_not(None), _OF.lease_until > now)


def _apart(lost: Any, at: datetime) -> timedelta:
    return abs((lost.sent_at or lost.lease_until) - at)


def _change(letter: Letter, owner: str, **values: Any) -> bool:
    return _changed(_MINE.values(**values), {"letter": letter.id, "owner": owner})


_MINE = update(_DELIVERY).where(_OF.id == bindparam("letter"), _is_owed(), _OF.lease_owner == bindparam("owner"))
_END = _MINE.values(
    state=bindparam("state"),
    reason=bindparam("reason"),
    lease_owner=None,
    sent_at=bindparam("at", type_=UTCDateTime),
)


def _changed(statement: Any, values: Mapping[str, Any] | None = None) -> bool:
    result = db.session.execute(statement, values)
    return result.rowcount == 1  # type: ignore[attr-defined]


def count_owed() -> int:
    """How many messages still wait to be sent."""
    statement = select(func.count()).where(_is_owed())
    return db.session.scalar(statement) or 0
