"""The account's message templates at WeChat, kept in the database so that no request has to ask for them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import bindparam, delete, select

from app.db import db
from app.notifications.message import TEMPLATES
from app.notifications.models import MessageTemplate

ONE_TIME = 2
TITLES = frozenset(use.title for use in TEMPLATES.values())


class Line(Protocol):
    """One line of a template as WeChat's client reads it."""

    key: str
    kind: str
    label: str
    values: tuple[str, ...]


class AccountTemplate(Protocol):
    """A template as WeChat's client reads it; kind 2 is one-time."""

    id: str
    title: str
    kind: int
    fields: Sequence[Line]


@dataclass(frozen=True)
class Known:
    """A template of the account under our own key."""

    key: str
    template_id: str
    one_time: bool
    fields: tuple[dict[str, Any], ...]


def keep(found: Iterable[AccountTemplate], now: datetime) -> set[str]:
    """Keep what the account has under our titles, in the running transaction; returns the keys it lacks."""
    by_title = {template.title: template for template in found}
    present = {
        key: from_account(key, by_title[about.title]) for key, about in TEMPLATES.items() if about.title in by_title
    }
    if present != known():
        db.session.execute(delete(MessageTemplate), execution_options={"synchronize_session": False})
        db.session.add_all(
            MessageTemplate(
                key=key,
                template_id=template.template_id,
                one_time=template.one_time,
                fields=list(template.fields),
                read_at=now,
            )
            for key, template in present.items()
        )
    return TEMPLATES.keys() - present.keys()


def from_account(key: str, template: AccountTemplate) -> Known:
    lines = tuple(
        {"key": line.key, "kind": line.kind, "label": line.label, "values": list(line.values)}
        for line in template.fields
    )
    return Known(key, template.id, template.kind == ONE_TIME, lines)


_COLUMNS = (MessageTemplate.key, MessageTemplate.template_id, MessageTemplate.one_time, MessageTemplate.fields)


def known() -> dict[str, Known]:
    """The templates that can be used, by our key."""
    return {row.key: _known(row) for row in db.session.execute(select(*_COLUMNS))}


def with_id(template_id: str) -> Known | None:
    row = db.session.execute(_WITH_ID, {"template": template_id}).one_or_none()
    return _known(row) if row else None


_WITH_ID = select(*_COLUMNS).where(MessageTemplate.template_id == bindparam("template"))


def _known(row: Any) -> Known:
    return Known(row.key, row.template_id, row.one_time, tuple(row.fields))
