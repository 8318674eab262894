"""Who may come in: a session of the console, a role that works here, and a form that this house handed out."""

from typing import Any
from urllib.parse import SplitResult, urlsplit

from flask import Flask, Response, current_app, g, redirect, request, url_for

from app.console import cookie
from app.db import end_reading, transaction
from app.errors import NotAllowed
from app.people import console_access
from app.people.actor import Actor
from app.people.console_access import Present
from app.people.queries import actor_of

POLLS = {"console_board.live"}


def add(app: Flask) -> None:
    """Let templates show who is signed in."""

    @app.context_processor
    def person() -> dict[str, Any]:
        return {"person": g.get("person")}


def enter() -> Any:
    """Let the person in, or send them to the sign-in page; polls do not count as being active."""
    session = present_session()
    if session is None:
        return _to_sign_in()
    g.person, g.actor = session, actor_of(session.account_id)
    end_reading()
    check_form()
    if not g.actor.has(*console_access.ENTRANTS):
        raise NotAllowed(console_access.NO_POST)
    if request.endpoint not in POLLS and console_access.wants_touch(session):
        with transaction():
            console_access.touch(session)
    return None


def actor() -> Actor:
    acting: Actor = g.actor
    return acting


def check_form() -> None:
    """Refuse a change that does not come from a form of ours."""
    current_app.extensions["csrf"].protect()


def local_path(given: str | None) -> str:
    """A path below /console/ to go to after signing in; anything else becomes the board."""
    path = given or ""
    parts = _parts(path)
    is_ours = parts.path.startswith("/console/") and not parts.scheme and not parts.netloc
    return path if is_ours and path.isprintable() and "\\" not in path else url_for("console_board.board")


def _parts(address: str) -> SplitResult:
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def present_session() -> Present | None:
    """The browser's session, if it is still good."""
    token = cookie.read()
    try:
        return console_access.present(token) if token else None
    finally:
        end_reading()


def _to_sign_in() -> Response:
    """A poll is told to leave the page; a form that came too late leads back to the page it was on."""
    came_from = _parts(request.referrer or "")
    page = request.full_path.rstrip("?") if request.method == "GET" else came_from.path
    if request.endpoint in POLLS:
        page = f"{came_from.path}?{came_from.query}".rstrip("?")
    address = url_for("console_entrance.sign_in", next=local_path(page))
    if request.headers.get("HX-Request"):
        return Response(status=401, headers={"HX-Redirect": address})
    return redirect(address, 303)  # type: ignore[return-value]
