"""How the rows of the two trails are read for a walk, each with its seal and its text as it lies there."""

from typing import Any

from sqlalchemy import LargeBinary, Row, and_, case, select, type_coerce

from app import secrets, trail
from app.db import table_of
from app.seals.chain import SEALS as _SEALS
from app.seals.chain import TRAILS
from app.work_orders import timeline
from app.work_orders.models import WorkOrder

_EVENTS, _AUDIT = TRAILS["event"], TRAILS["audit"]
_EVENT_TEXTS, _AUDIT_TEXTS = table_of(timeline.EventText), table_of(trail.AuditText)
_ORDERS = table_of(WorkOrder)

NAMES = {"event": "时间线", "audit": "审计"}


def _of(name: str) -> Any:
    return and_(_SEALS.c.trail == name, _SEALS.c.row_id == TRAILS[name].c.id)


SEALS = (
    select(_SEALS, case((_SEALS.c.trail == "event", _EVENTS.c.id), else_=_AUDIT.c.id).label("row"))
    .outerjoin(_EVENTS, _of("event"))
    .outerjoin(_AUDIT, _of("audit"))
)

ROWS = {
    "event": select(
        _EVENTS,
        _ORDERS.c.number,
        _EVENT_TEXTS.c.salt,
        type_coerce(_EVENT_TEXTS.c.text, LargeBinary).label("cipher"),
        _SEALS.c.digest.label("sealed"),
    )
    .outerjoin(_ORDERS, _ORDERS.c.id == _EVENTS.c.work_order_id)
    .outerjoin(_EVENT_TEXTS, _EVENT_TEXTS.c.event_id == _EVENTS.c.id)
    .outerjoin(_SEALS, _of("event")),
    "audit": select(
        _AUDIT,
        _AUDIT_TEXTS.c.salt,
        type_coerce(_AUDIT_TEXTS.c.text, LargeBinary).label("cipher"),
        _SEALS.c.digest.label("sealed"),
    )
    .outerjoin(_AUDIT_TEXTS, _AUDIT_TEXTS.c.audit_id == _AUDIT.c.id)
    .outerjoin(_SEALS, _of("audit")),
}


def lasting(name: str, row: Row[Any]) -> dict[str, Any]:
    """What the digest of a row covers."""
    told = row._mapping
    if name == "audit":
        return {column: told[column] for column in trail.LASTING}
    return {"number": row.number, **{column: told[column] for column in timeline.LASTING}}


def where(name: str, row: Row[Any]) -> str:
    """A row as an operator finds it."""
    if name == "audit":
        return f"审计第 {row.id} 行（{row.action}）"
    return f"工单 {row.number} 的时间线 {row.public_id}（{row.action}）"


def opened(cipher: bytes) -> str | None:
    """The text behind a stored cipher; None when it cannot be opened."""
    try:
        return secrets.decrypt(bytes(cipher))
    except RuntimeError:
        return None
