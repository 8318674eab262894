"""The emulator as a Flask app."""

from flask import Flask, Response, jsonify, redirect
from werkzeug.wrappers import Response as AnyResponse

from . import (
    content_check,
    links,
    media_check,
    people,
    phone_number,
    qr_codes,
    quota_calls,
    sign_in,
    subscribe_message,
    token_calls,
    wire,
)
from .control import control
from .emulator import Emulator
from .openings import openings
from .phone_host import host
from .phones import phones
from .settings import Settings

CALLS = (
    token_calls,
    sign_in,
    phone_number,
    subscribe_message,
    content_check,
    media_check,
    qr_codes,
    links,
    quota_calls,
)


def create_emulator(settings: Settings) -> Flask:
    """Build the app around its state."""
    app = Flask(__name__, static_url_path="/_emu/static")
    # A foreign page must not reach the control calls through a name that points at this machine.
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost", "[::1]"]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    emulator = Emulator.start(settings)
    app.extensions["emulator"] = emulator
    if settings.people:
        people.load_file(emulator, settings.people)
    for part in CALLS:
        app.register_blueprint(part.calls)
    for page in (control, host, openings, phones):
        app.register_blueprint(page)
    wire.connect(app)
    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/", view_func=front)
    return app


def healthz() -> Response:
    """Say that the emulator answers."""
    return jsonify(ok=True)


def front() -> AnyResponse:
    """Lead to the phones."""
    return redirect("/_emu/")
