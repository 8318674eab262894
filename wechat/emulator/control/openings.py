"""QR codes and links made so far, and what a phone does with them."""

from flask import Response, jsonify
from marshmallow import Schema, fields

from .. import people, tickets
from ..emulator import here
from .door import asked, control


class Link(Schema):
    """A link of WeChat's, its address on this machine, or a ticket."""

    link = fields.String(required=True)


@control.get("/tickets")
def list_tickets() -> Response:
    with here().state.changing() as database:
        rows = tickets.newest_first(database)
    return jsonify(items=[tickets.shown(here(), row) for row in rows])


@control.post("/users/<openid>/open")
@control.post("/users/<openid>/scan")
def open_link(openid: str) -> Response:
    """Tap a link or scan a code with this phone; say which page opens."""
    link = asked(Link())["link"]
    with here().state.changing() as database:
        people.touch(database, here(), openid)
        page = tickets.opened(database, here(), link)
    return jsonify(page=page, url=f"/m/?as={openid}#/{page}")
