"""JSON doors for phones, by audience."""

import copy
import os
import uuid

from flask import Flask, Response, request

from app import limits, logs
from app.api import account, health, inbox, openapi, photos, problems, public
from app.api.partner import tasks
from app.api.resident import answers, confide, neighbourhood, say, screening
from app.api.resident import work_orders as resident
from app.api.text_check import TextCheck
from app.api.worker import corrections, disputes, duty, escalations, intake, ledger, transfer, waiting
from app.api.worker import work_orders as worker
from app.errors import NotFound
from app.wechat_access import wechat_for
from config import Settings

MOST_HEARD_OUT = 16 * 1024 * 1024
PIECE = 64 * 1024
DOORS = (
    account.sessions,
    account.bp,
    account.notice,
    public.bp,
    photos.bp,
    photos.sights,
    inbox.bp,
    screening.bp,
    resident.bp,
    say.bp,
    answers.bp,
    confide.bp,
    neighbourhood.bp,
    duty.bp,
    worker.bp,
    waiting.bp,
    intake.bp,
    transfer.bp,
    corrections.bp,
    escalations.bp,
    ledger.bp,
    disputes.bp,
    tasks.bp,
)


def open_door(app: Flask, settings: Settings) -> None:
    """Put the JSON doors in the house."""
    wechat = wechat_for(settings)
    app.extensions["wechat"] = wechat
    app.extensions["text_check"] = TextCheck(wechat, seats=max(1, _threads() // 4))
    limits.install(None if settings.app_env == "test" else settings.var_dir / "limits.sqlite")
    app.config.update(
        API_TITLE="移动办公桌 Mobile Desk",
        API_VERSION="1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS=copy.deepcopy(openapi.OPTIONS),
    )
    _name_requests(app)
    problems.register(app)
    api = problems.ProblemApi(app)
    app.extensions["openapi"] = api.spec
    for door in DOORS:
        api.register_blueprint(door)
    app.register_blueprint(health.bp)
    if settings.demo:
        _answer_the_phone_pages(app, settings)


def _threads() -> int:
    """How many requests this process serves at once, as gunicorn.conf.py reads it."""
    return int(os.environ.get("WEB_THREADS", "4"))


def _name_requests(app: Flask) -> None:
    @app.before_request
    def begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        known = 8 <= len(given) <= 36 and given.isascii() and given.replace("-", "").isalnum()
        logs.request_id.set(given if known else uuid.uuid4().hex)
        # No number or id holds a NUL, and PostgreSQL would not even look for one.
        if "\0" in request.path:
            raise NotFound

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = logs.request_id.get()
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        if response.status_code >= 400:
            _hear_out()
        return response


def _hear_out() -> None:
    """Read what a refused caller still sends: closing on it unread could take the answer from them.

    Gunicorn reads 64 KiB of its own accord and closes on more, which a phone may see as a broken connection.
    """
    if not request.environ.get("wsgi.input_terminated"):
        return
    left = MOST_HEARD_OUT
    try:
        while left > 0 and (piece := request.environ["wsgi.input"].read(PIECE)):
            left -= len(piece)
    except OSError:
        return


def _answer_the_phone_pages(app: Flask, settings: Settings) -> None:
    """In the demo the phone's pages come from the emulator's port, so exactly that origin may call."""
    allowed = {f"http://{host}:{settings.emulator_port}" for host in ("127.0.0.1", "localhost")}

    @app.before_request
    def preflight() -> Response | None:
        return Response(status=204) if request.method == "OPTIONS" and _shared(allowed) else None

    @app.after_request
    def share(response: Response) -> Response:
        if request.path.startswith("/api/"):
            response.vary.add("Origin")
        if _shared(allowed):
            response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, PUT, PATCH, DELETE"
            response.headers["Access-Control-Allow-Headers"] = (
                "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, X-Request-Id"
            )
            response.headers["Access-Control-Expose-Headers"] = "ETag, Idempotency-Replayed, Retry-After, X-Request-Id"
            response.headers["Access-Control-Max-Age"] = "600"
        return response


def _shared(allowed: set[str]) -> bool:
    return request.path.startswith("/api/") and request.headers.get("Origin") in allowed
