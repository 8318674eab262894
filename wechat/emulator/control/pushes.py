"""What was told to the service, its replies, and the handshake of the push address."""

import json
import sqlite3
from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, fields

from ..clock import written
from ..emulator import here
from ..push import events, handshake, queue, sender
from .door import NotNow, asked, control


class RawMessage(Schema):
    """Any message, such as an event that nobody has thought of; head fields left out are filled in."""

    message = fields.Dict(keys=fields.String(), required=True)
    delay_s = fields.Float(load_default=0.0)


@control.get("/pushes")
def list_pushes() -> Response:
    """Show pushes newest first, each with its attempts and the replies to them."""
    with here().state.changing() as database:
        rows = queue.newest_first(database)
    return jsonify(items=[shown(row) for row in rows], address=sender.address(here()), on=queue.is_configured(here()))


def shown(row: sqlite3.Row) -> dict[str, Any]:
    message = json.loads(row["message"])
    return {
        "id": row["id"],
        "event": queue.named(message),
        "state": row["state"],
        "due_at": written(row["due_at"]),
        "attempts": queue.attempts_of(row),
        "message": message,
    }


@control.post("/pushes")
def push_raw() -> tuple[Response, int]:
    """Push a message that is given whole."""
    require_configured()
    wanted = asked(RawMessage())
    with here().state.changing() as database:
        message = {**events.head(here(), events.PLATFORM), **wanted["message"]}
        number = queue.owe(database, here(), message, wanted["delay_s"])
    return jsonify(id=number), 201


@control.post("/pushes/handshake")
def shake_hands() -> Response:
    """Ask the push address to prove that it is ours, as the console of WeChat does when it is saved."""
    require_configured()
    return jsonify(handshake.tried(here()))


def require_configured() -> None:
    if not queue.is_configured(here()):
        raise NotNow("没有设置 WECHAT_PUSH_TOKEN 和 WECHAT_AES_KEY，所以不推送。设置后重新启动即可。")
