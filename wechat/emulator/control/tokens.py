"""Access tokens from outside: how many there are, and what ends them."""

from flask import Response, jsonify
from marshmallow import Schema, fields, validate

from .. import tokens
from ..clock import written
from ..emulator import here
from .door import asked, control


class End(Schema):
    """How living tokens end: `expire` gives 42001, `kill` 40001."""

    how = fields.String(required=True, validate=validate.OneOf(["expire", "kill"]))
    kind = fields.String(load_default="stable", validate=validate.OneOf(["stable", "legacy"]))


@control.get("/tokens")
def list_tokens() -> Response:
    """Show all tokens issued, without their values."""
    now = here().clock.now()
    with here().state.changing() as database:
        rows = database.execute("SELECT * FROM tokens ORDER BY issued_at, rowid").fetchall()
    items = [
        {
            "appid": row["appid"],
            "kind": row["kind"],
            "issued_at": written(row["issued_at"]),
            "expires_at": written(row["expires_at"]),
            "alive": row["dead_at"] is None and row["expires_at"] > now,
        }
        for row in rows
    ]
    return jsonify(items=items)


@control.post("/tokens/end")
def end_tokens() -> Response:
    wanted = asked(End())
    with here().state.changing() as database:
        return jsonify(ended=tokens.end(database, wanted["how"], wanted["kind"], here().clock.now()))
