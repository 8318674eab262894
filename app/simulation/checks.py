"""Looking, at one moment, whether everything holds: the invariants, the messages, and a sample of the timeline."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import bindparam, func, select, text

from app import trail
from app.db import UTCDateTime, db, end_reading
from app.notifications.models import Delivery
from app.people.models import Account
from app.simulation.invariants import INVARIANTS
from app.work_orders.models import Recusal, WorkOrder
from app.work_orders.timeline import LASTING, Event

SAMPLE = 200
AFTER_OUTAGE = timedelta(hours=1)


@dataclass(frozen=True)
class Found:
    """A sentence that is not true, and the orders of which it is not."""

    sentence: str
    numbers: Sequence[str]


class WeChat(Protocol):
    """What the month's WeChat knows of itself."""

    taken: dict[int, str]  # by the number it gave to the message, to whom it went

    def is_away(self, at: datetime) -> bool: ...


_NOW = bindparam("now", type_=UTCDateTime)


def broken(now: datetime, wechat: WeChat, seed: int) -> Iterator[Found]:
    """Everything that does not hold at this moment, after the sweep and the relay have had their turn."""
    for one in INVARIANTS:
        statement = text(one.finds)
        if ":now" in one.finds:
            statement = statement.bindparams(_NOW)
        numbers = list(dict.fromkeys(db.session.scalars(statement, {"now": now} if ":now" in one.finds else {})))
        if numbers:
            yield Found(one.sentence, numbers)
    yield from _waiting_for_wechat(now, wechat)
    yield from _sent_once(wechat)
    yield from _changed_lines(random.Random(seed))
    end_reading()


def _waiting_for_wechat(now: datetime, wechat: WeChat) -> Iterator[Found]:
    """An hour after WeChat came back nothing waits that could go."""
    if wechat.is_away(now) or wechat.is_away(now - AFTER_OUTAGE):
        return
    waiting = select(func.count()).select_from(Delivery).where(Delivery.state == "owed", Delivery.due_at <= now)
    if count := db.session.scalar(waiting):
        yield Found("微信通着的时候没有积压", [f"{count} 条"])


def _sent_once(wechat: WeChat) -> Iterator[Found]:
    """Each message that WeChat took is that of one delivery; what somebody recused was told is taken back."""
    known = set(db.session.scalars(select(Delivery.msgid).where(Delivery.msgid.is_not(None))))
    strays = {openid for msgid, openid in wechat.taken.items() if msgid not in known}
    if strays:
        recused = select(Account.openid).join(Recusal, Recusal.account_id == Account.id)
        strays -= set(db.session.scalars(recused))
    if strays or not known <= wechat.taken.keys():
        yield Found("微信收下的每一条都记着一次发送", [f"微信收下 {len(wechat.taken)} 条，记着 {len(known)} 条"])


def _changed_lines(lots: random.Random) -> Iterator[Found]:
    """A sample of the timeline still says what was written."""
    last = db.session.scalar(select(func.max(Event.id))) or 0
    chosen = [lots.randint(1, last) for _ in range(SAMPLE)] if last else []
    rows = db.session.execute(
        select(WorkOrder.number, Event.digest, *(getattr(Event, name) for name in LASTING))
        .join(WorkOrder, WorkOrder.id == Event.work_order_id)
        .where(Event.id.in_(chosen))
    )
    changed = [
        row.number
        for row in rows
        if trail.digest({"number": row.number, **{name: getattr(row, name) for name in LASTING}}) != row.digest
    ]
    if changed:
        yield Found("办理记录写下以后没有被改过", changed)
