"""What a person was told, and which WeChat messages they allow."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields

from app import clock
from app.api import guard, pagination
from app.api.shapes import NOTHING, Page, Shape, Text, choice
from app.notifications import consents, inbox
from app.notifications.consents import Answer, Permission
from app.notifications.inbox import Entry

bp = Blueprint("inbox", __name__, url_prefix="/api")
guard.protect(bp)


class Said(Shape):
    template_id = Text(most=64, required=True)
    answer = choice(*[answer.value for answer in Answer], required=True)


class DeliveryAnswer(Schema):
    state = fields.String(required=True)
    state_name = fields.String(required=True)


class EntryAnswer(Schema):
    id = fields.String(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    text = fields.String(required=True)
    number = fields.String(allow_none=True)
    created_at = fields.String(required=True)
    read_at = fields.String(allow_none=True)
    delivery = fields.Nested(DeliveryAnswer, allow_none=True)


class InboxAnswer(Schema):
    items = fields.List(fields.Nested(EntryAnswer), required=True)
    next_cursor = fields.String(allow_none=True)
    unread = fields.Integer(required=True, metadata={"description": "Counted up to 100."})


class PermissionAnswer(Schema):
    template_id = fields.String(required=True)
    title = fields.String(required=True)
    events = fields.List(fields.String(), required=True)
    one_time = fields.Boolean(required=True, metadata={"description": "One yes, one message; else until taken back."})
    units = fields.Integer(required=True)
    blocked = fields.Boolean(required=True)


class SubscriptionsAnswer(Schema):
    items = fields.List(fields.Nested(PermissionAnswer), required=True)


class PermissionLeftAnswer(Schema):
    template_id = fields.String(required=True)
    units = fields.Integer(required=True)
    blocked = fields.Boolean(required=True)


PAGE, SAID = Page(), Said()


def show(entry: Entry) -> dict[str, Any]:
    """An entry as its reader sees it."""
    delivery = {"state": entry.delivery.value, "state_name": entry.delivery_name} if entry.delivery else None
    return {
        "id": entry.public_id,
        "kind": entry.kind,
        "title": entry.title,
        "text": entry.text,
        "number": entry.number,
        "created_at": clock.iso(entry.created_at),
        "read_at": clock.iso(entry.read_at),
        "delivery": delivery,
    }


def _left(permission: Permission) -> dict[str, Any]:
    return {
        "template_id": permission.template_id,
        "units": permission.units,
        "blocked": permission.blocked,
    }


@bp.route("/inbox", methods=["GET"])
@guard.reading(PAGE, answer=InboxAnswer, etag=True)
def read_inbox(cursor: str | None, limit: int) -> dict[str, Any]:
    """One's own messages, the newest first."""
    reader = guard.actor().account_id
    after: tuple[datetime, int] | None = pagination.unpack(cursor)
    page = pagination.page(inbox.entries(reader, after, limit + 1), limit, show)
    return page | {"unread": inbox.unread(reader)}


@bp.route("/inbox/<string:public_id>/read", methods=["POST"])
@guard.command(NOTHING, show, answer=EntryAnswer)
def mark_read(_values: dict[str, Any], public_id: str) -> Entry:
    """Note that one has read a message."""
    return inbox.read(guard.actor().account_id, public_id, clock.now())


@bp.route("/subscriptions", methods=["GET"])
@guard.reading(answer=SubscriptionsAnswer)
def read_subscriptions() -> dict[str, Any]:
    """The WeChat messages one may allow, and how many may still be sent."""
    actor = guard.actor()
    return {"items": [asdict(one) for one in consents.list_for(actor.account_id, staff=bool(actor.posts))]}


@bp.route("/subscriptions", methods=["POST"])
@guard.command(SAID, _left, answer=PermissionLeftAnswer)
def report_answer(values: dict[str, str]) -> Permission:
    """Report what one answered when WeChat asked for permission."""
    return consents.report(guard.actor().account_id, values["template_id"], Answer(values["answer"]))
