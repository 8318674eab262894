"""The console: HTML doors for managers."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from app.console import (
    assets,
    board,
    corrections,
    disputes,
    entrance,
    error_pages,
    escalations,
    follow_ups,
    guard,
    handling,
    intake,
    ledger,
    merging,
    messages,
    reviews,
    routing,
    second_look,
    splitting,
    statistics,
    supervision,
    tasks,
    termination,
    transfer,
    waiting,
    words,
    work_order,
    worklists,
)
from config import Settings


def open_door(app: Flask, settings: Settings) -> None:
    """Put the console in the house."""
    _configure(app, settings)
    for blueprint in (
        assets.blueprint,
        entrance.blueprint,
        board.blueprint,
        work_order.blueprint,
        corrections.blueprint,
        transfer.blueprint,
        handling.blueprint,
        second_look.blueprint,
        intake.blueprint,
        waiting.blueprint,
        follow_ups.blueprint,
        reviews.blueprint,
        messages.blueprint,
        disputes.blueprint,
        escalations.blueprint,
        ledger.blueprint,
        merging.blueprint,
        routing.blueprint,
        splitting.blueprint,
        statistics.blueprint,
        supervision.blueprint,
        tasks.blueprint,
        termination.blueprint,
        worklists.blueprint,
    ):
        app.register_blueprint(blueprint)
    app.extensions["html_errors"] = error_pages.page_for
    words.add(app)
    guard.add(app)


def _configure(app: Flask, settings: Settings) -> None:
    # The guard of each console blueprint checks the CSRF token itself, so that doors with bearer tokens need no
    # exemption and a console page cannot be without the check.
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    if settings.production:
        app.config["SESSION_COOKIE_NAME"] = "__Host-console-form"
        app.config["SESSION_COOKIE_PATH"] = "/"
    CSRFProtect(app)
