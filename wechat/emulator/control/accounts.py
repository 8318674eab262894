"""What happens to accounts, of people and of mini-programs, and what people write to customer service."""

import ipaddress
import json
import re
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, ValidationError, fields, validate

from .. import apps, people
from ..emulator import here
from ..push import events
from ..push.queue import owe
from .door import asked, control

WILDCARD = re.compile(r"(\d{1,3}\.){1,3}\*")


class Revocation(Schema):
    """Which permissions are taken back; 8 is the phone number."""

    info = fields.List(fields.String(validate=validate.Regexp(r"^\d{1,4}$")), load_default=lambda: ["8"])


class CustomerText(Schema):
    """What a person writes to customer service."""

    text = fields.String(required=True, validate=validate.Length(1, 2000))


class Punishment(Schema):
    """Why WeChat restricts the mini-program."""

    reason = fields.String(load_default="", validate=validate.Length(max=200))


def require_whitelist_entry(entry: str) -> None:
    if WILDCARD.fullmatch(entry):
        return
    try:
        ipaddress.ip_network(entry, strict=False)
    except ValueError:
        raise ValidationError("应是 IP 地址、1.2.3.* 或 CIDR 网段。") from None


class App(Schema):
    """A mini-program, or what changes of one; a whitelist left empty lets every address in."""

    appid = fields.String(required=True, validate=validate.Length(1, 64))
    secret = fields.String(validate=validate.Length(1, 128))
    frozen = fields.Boolean()
    secret_frozen = fields.Boolean()
    released = fields.Boolean()
    ip_whitelist = fields.List(fields.String(validate=require_whitelist_entry), validate=validate.Length(max=10))
    pages = fields.List(fields.String(), allow_none=True)


@control.post("/users/<openid>/revoke")
def revoke(openid: str) -> Response:
    """Take permissions back."""
    info = asked(Revocation())["info"]
    with here().state.changing() as database:
        user = people.find(database, openid)
        owe(database, here(), events.revoked(here(), openid, user["appid"], info))
    return jsonify(openid=openid, revoked=info)


@control.post("/users/<openid>/close")
def close(openid: str) -> Response:
    """Close the person's account at WeChat."""
    with here().state.changing() as database:
        user = people.find(database, openid)
        if not user["closed_at"]:
            people.close(database, here(), openid)
            owe(database, here(), events.closed(here(), openid, user["appid"]))
    return jsonify(openid=openid, closed=True)


@control.post("/users/<openid>/modify")
def modify(openid: str) -> Response:
    """Report that the person changed what they had given."""
    with here().state.changing() as database:
        user = people.find(database, openid)
        owe(database, here(), events.changed(here(), openid, user["appid"]))
    return jsonify(openid=openid, modified=True)


@control.post("/users/<openid>/customer-service")
def enter(openid: str) -> Response:
    """Open the conversation with customer service."""
    with here().state.changing() as database:
        people.touch(database, here(), openid)
        owe(database, here(), events.entered(here(), openid))
    return jsonify(openid=openid, entered=True)


@control.post("/users/<openid>/customer-messages")
def write(openid: str) -> tuple[Response, int]:
    """Write to customer service."""
    text = asked(CustomerText())["text"]
    with here().state.changing() as database:
        people.touch(database, here(), openid)
        message = events.customer_text(here(), openid, text)
        owe(database, here(), message)
    return jsonify(msgid=str(message["MsgId"])), 201


@control.post("/punishments")
def punish() -> tuple[Response, int]:
    """Let WeChat restrict the mini-program."""
    reason = asked(Punishment())["reason"]
    with here().state.changing() as database:
        owe(database, here(), events.punished(here(), reason))
    return jsonify(reason=reason), 201


@control.post("/apps")
def set_app() -> Response:
    """Make a mini-program, or change the one with this appid."""
    wanted = asked(App())
    with here().state.changing() as database:
        if apps.find(database, wanted["appid"]) is None and "secret" not in wanted:
            raise ValidationError("新的小程序要有 secret。", "secret")
        database.execute(
            "INSERT OR IGNORE INTO apps (appid, secret) VALUES (?, ?)", (wanted["appid"], wanted.get("secret", ""))
        )
        change(database, wanted)
        return jsonify(shown(apps.find(database, wanted["appid"])))


def change(database: Any, wanted: dict[str, Any]) -> None:
    for column in wanted.keys() - {"appid"}:
        value = json.dumps(wanted[column]) if isinstance(wanted[column], list) else wanted[column]
        database.execute(f"UPDATE apps SET {column} = ? WHERE appid = ?", (value, wanted["appid"]))


def shown(app: Any) -> dict[str, Any]:
    """Return a mini-program without its secret."""
    flags = {name: bool(app[name]) for name in ("frozen", "secret_frozen", "released")}
    pages = json.loads(app["pages"]) if app["pages"] is not None else None
    return {"appid": app["appid"], **flags, "ip_whitelist": json.loads(app["ip_whitelist"]), "pages": pages}
