"""Signing in and out of the console."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, session, url_for

from app import limits
from app.console import cookie, doorway, guard
from app.db import end_reading, transaction
from app.people import console_access
from app.people.console_access import Entered

blueprint = doorway.open_pages("console_entrance", "/console")


@blueprint.get("/sign-in")
def sign_in() -> Any:
    if guard.present_session() is not None:
        return redirect(guard.local_path(request.args.get("next")), 303)
    return _page()


@blueprint.post("/sign-in")
def enter() -> Any:
    """Check outside of the transaction, since comparing passwords is slow by design; settle inside of it."""
    limits.count("console sign-in", request.remote_addr or "", limits.CONSOLE_SIGN_IN)
    checked = console_access.check(request.form.get("username", "")[:200], request.form.get("password", "")[:200])
    end_reading()
    with transaction():
        outcome = console_access.settle(checked, cookie.read())
    if not isinstance(outcome, Entered):
        return _page(outcome.sentence), 401
    # Nothing of the browser's former visit lives on: neither its form token nor its session.
    session.clear()
    response = redirect(guard.local_path(request.form.get("next")), 303)
    cookie.write(response, outcome.token)  # type: ignore[arg-type]
    return response


@blueprint.post("/sign-out")
def sign_out() -> Response:
    present, token = guard.present_session(), cookie.read()
    if present is not None and token is not None:
        with transaction():
            console_access.sign_out(token, present.account_id)
    session.clear()
    flash("您已退出。", "success")
    response = redirect(url_for("console_entrance.sign_in"), 303)
    cookie.clear(response)  # type: ignore[arg-type]
    return response  # type: ignore[return-value]


def _page(sentence: str = "") -> str:
    values = request.form if request.method == "POST" else request.args
    return render_template(
        "console/sign_in.html",
        sentence=sentence,
        username=values.get("username", "")[:40],
        next=guard.local_path(values.get("next")),
    )
