"""`/_emu/open/<ticket>`: where QR codes and links lead; `/_emu/codes/<ticket>`: the pictures."""

from flask import Blueprint, Response, abort, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from . import people, pictures, tickets
from .emulator import here

openings = Blueprint("openings", __name__)

SHOWN_WIDTH = 280


@openings.get("/_emu/open/<ticket>")
def open_ticket(ticket: str) -> str | AnyResponse | tuple[str, int]:
    """Open the page on the phone `as`; without one, ask which phone scans the code or taps the link."""
    emulator, openid = here(), request.args.get("as", "")
    try:
        with emulator.state.changing() as database:
            if openid:
                people.touch(database, emulator, openid)
                page = tickets.opened(database, emulator, request.url)
                return redirect(f"/m/?as={openid}#/{page}")
            row = tickets.required(database, emulator, ticket)
            users = database.execute(
                "SELECT * FROM users WHERE closed_at IS NULL ORDER BY created_at, rowid"
            ).fetchall()
    except (people.NotKnown, tickets.NotOpened) as problem:
        return render_template("not_opened.html", sentence=str(problem)), 410
    return render_template(
        "open.html", ticket=tickets.shown(emulator, row), users=users, more=request.args.get("cq", "")
    )


@openings.get("/_emu/codes/<ticket>")
def code(ticket: str) -> Response:
    """Show a code or link as a picture to scan."""
    emulator = here()
    with emulator.state.changing() as database:
        row = tickets.find(database, ticket)
    if row is None:
        abort(404)
    return Response(pictures.qr(tickets.address(emulator, ticket), SHOWN_WIDTH), mimetype="image/jpeg")
