"""The way through a JSON door: who → key → replay → shape → one transaction → answer kept → shown."""

import hashlib
import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial, wraps
from typing import Any, Protocol, TypeVar

import orjson
from flask import Response, g, request
from flask_smorest import Blueprint
from marshmallow import Schema
from psycopg.errors import LockNotAvailable
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import RequestEntityTooLarge

from app import clock, idempotency
from app.api import openapi, text_check
from app.api.problems import BadRequest, Stale, UnsupportedMedia
from app.db import db, end_reading, transaction
from app.errors import Conflict, Invalid, NotAllowed, NotSignedIn, Refusal, Unavailable
from app.people import sign_in
from app.people.actor import Actor
from app.people.models import Role

KEY = re.compile(r"[A-Za-z0-9-]{8,128}")
MOST_JSON = 256 * 1024
View = TypeVar("View", bound=Callable[..., Any])
Show = Callable[[Any], Any]


class Versioned(Protocol):
    """What If-Match is compared with."""

    version: int


class Running(Conflict):
    code = "still-running"
    message = "上一次提交还在处理，请稍等几秒再看结果。"


class NotKept(Conflict):
    code = "not-kept"
    message = "这次已经给您看过，内容没有留存；需要再看，请重新操作一次。"


def protect(blueprint: Blueprint, *roles: Role) -> None:
    """Every request of this blueprint comes from a signed-in person, holding one of the roles where any are named."""

    @blueprint.before_request
    def guard() -> None:
        given = request.headers.get("Idempotency-Key", "")
        key = given if KEY.fullmatch(given) else ""
        recognised = sign_in.recognise(bearer_token(), _operation(), key, clock.now())
        end_reading()
        g.actor, g.openid, g.known = recognised.actor, recognised.openid, recognised.known
        if roles and not g.actor.has(*roles):
            raise NotAllowed("这里是工作人员的入口，您的账号没有相应岗位。")

    blueprint.guarded = True
    openapi.tell_who_may(blueprint, signed_in=True, roles=bool(roles))


def open_to_all(blueprint: Any) -> None:
    """Say on purpose that a blueprint needs no sign-in."""
    blueprint.guarded = False
    openapi.tell_who_may(blueprint, signed_in=False)


def actor() -> Actor:
    return g.actor


def bearer_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > 100:
        raise NotSignedIn
    return token


def _operation() -> str:
    return f"{request.endpoint}"[:64]


def command(
    shape: Schema,
    show: Show,
    *,
    answer: type[Schema],
    status: int = 200,
    check: tuple[str, ...] = (),
    before: Callable[[dict[str, Any]], None] | None = None,
    around: Callable[[], AbstractContextManager[None]] = nullcontext,
    current: Callable[[str], Versioned] | None = None,
    also: tuple[str, ...] = (),
    kept: bool = True,
) -> Callable[[View], View]:
    """A POST that changes something: once per key, in one transaction, with the answer kept for a repeat.

    `shape` loads the body, `show` turns the room's result into plain data, `check` names fields of free text that
    WeChat looks at first, `before` is what else must happen with no transaction open, `around` counts attempts,
    `current` finds what If-Match is compared with, `also` names further refusals; what is not `kept` is
    answered once and refused to a repeat. The view gets values and path.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def door(**path: Any) -> Response:
            key, body = idempotency_key(), json_body()
            mark = fingerprint(body)
            replay = replayed(g.known, mark)
            if replay is not None:
                return replay
            values = shape.load(body)
            with around():
                _look_first(values, check, before)
                written = partial(_written, lambda: view(dict(values), **path), current, path)
                return once(key, mark, status, lambda: show(written()), kept=kept)

        openapi.describe(door, answer=answer, status=status, body=shape, keyed=True, versioned=bool(current), also=also)
        return door  # type: ignore[return-value]

    return wrap


def _look_first(
    values: dict[str, Any], check: tuple[str, ...], before: Callable[[dict[str, Any]], None] | None
) -> None:
    """What needs the network, while no transaction is open."""
    if check:
        values["text_verdict"] = text_check.look_at([values.get(name) for name in check], g.openid)
    if before is not None:
        before(values)


def _written(act: Callable[[], Any], current: Callable[[str], Versioned] | None, path: dict[str, Any]) -> Any:
    """What the room did, unless the caller saw another version. Versions and ids come with the writing."""
    # Held until the room has done its part, so that the room finds this very row and not a newer one.
    seen = current(path["number"]) if current and request.if_match else None
    if seen is not None and str(seen.version) not in request.if_match:
        raise Stale
    done = act()
    db.session.flush()
    return done


def fingerprint(body: Any) -> str:
    """What a repeat must be equal to: this door with this body."""
    try:
        return idempotency.fingerprint("POST", request.path, orjson.dumps(body, option=orjson.OPT_SORT_KEYS))
    except orjson.JSONEncodeError as error:
        # The reader follows deeper nesting than the writer; nothing that people send is nested so deep.
        raise BadRequest from error


def once(
    key: str, mark: str, status: int, act: Callable[[], Any], *, again: bool = True, kept: bool = True
) -> Response:
    """Act and keep the answer in one transaction; when that fails because a twin was first, answer as it did.

    Of an answer that must lie nowhere only the key is kept.
    """
    try:
        with transaction():
            text = orjson.dumps(act()).decode()
            idempotency.remember(
                g.actor.account_id, _operation(), key, fingerprint=mark, status=status, answer=text if kept else ""
            )
    except (Refusal, IntegrityError) as error:
        twin = _twin(key, mark)
        if twin is not None:
            return twin
        if isinstance(error, Unavailable) and _waited_for_a_lock(error):
            raise Running(retry_after=2) from error
        if isinstance(error, IntegrityError) and again:
            # Two orders drew one number, or two people were first at once: a second try meets the world as it is now.
            return once(key, mark, status, act, again=False, kept=kept)
        raise
    return Response(text, status, mimetype="application/json")


def _twin(key: str, mark: str) -> Response | None:
    try:
        known = idempotency.find(g.actor.account_id, _operation(), key)
    except Exception:  # noqa: BLE001  the database may be away; the first error tells it better
        return None
    finally:
        end_reading()
    return replayed(known, mark)


def _waited_for_a_lock(error: Unavailable) -> bool:
    cause = error.__cause__
    return isinstance(getattr(cause, "orig", None), LockNotAvailable)


def idempotency_key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise BadRequest("请求缺少防重复标记（Idempotency-Key），请更新到最新版本后再试。")
    return key


def replayed(known: idempotency.Known | None, mark: str) -> Response | None:
    """The answer of an earlier request under the same key; another body under it is refused."""
    if known is None:
        return None
    if known.fingerprint != mark:
        raise Invalid("同一次提交的内容前后不一致，请返回重新提交。", reason="key-reused")
    if not known.answer:
        raise NotKept
    response = Response(known.answer, known.status, mimetype="application/json")
    response.headers["Idempotency-Replayed"] = "true"
    return response


def json_body() -> Any:
    """The body as a JSON object; NUL and lone surrogates are left to the schemas."""
    if request.mimetype != "application/json":
        raise UnsupportedMedia
    request.max_content_length = MOST_JSON
    data = request.get_data()
    # What comes without a length is cut at the limit in silence.
    if len(data) >= MOST_JSON:
        raise RequestEntityTooLarge
    try:
        body = orjson.loads(data or b"{}")
    except orjson.JSONDecodeError as error:
        raise _unreadable(data) from error
    if not isinstance(body, dict):
        raise Invalid("请求内容应为一个对象。")
    return body


def _unreadable(data: bytes) -> Refusal:
    """JSON that only a lenient reader takes holds lone surrogates or NaN; anything else is no JSON at all."""
    try:
        json.loads(data)
    except (ValueError, RecursionError):
        return BadRequest()
    return Invalid("内容里有无法识别的字符，请删去表情或特殊符号后再提交。")


def reading(query: Schema | None = None, *, answer: type[Schema], etag: bool = False) -> Callable[[View], View]:
    """A GET: the query's shape, the view's plain data, JSON; with `etag` a phone that has this state gets 304."""

    def wrap(view: View) -> View:
        @wraps(view)
        def door(**path: Any) -> Response:
            if query is not None:
                path |= query.load(request.args.to_dict())
            try:
                data = view(**path)
            finally:
                end_reading()
            return _fresh(data) if etag else shown(data)

        openapi.describe(door, answer=answer, query=query, etag=etag)
        return door  # type: ignore[return-value]

    return wrap


def asking(
    shape: Schema,
    *,
    answer: type[Schema],
    around: Callable[[], AbstractContextManager[None]] = nullcontext,
    also: tuple[str, ...] = (),
) -> Callable[[View], View]:
    """A POST that changes nothing and keeps nothing: a question too long or too private for an address."""

    def wrap(view: View) -> View:
        @wraps(view)
        def door(**path: Any) -> Response:
            values = shape.load(json_body())
            with around():
                try:
                    data = view(values, **path)
                finally:
                    end_reading()
            return shown(data)

        openapi.describe(door, answer=answer, body=shape, also=also)
        return door  # type: ignore[return-value]

    return wrap


def change(shape: Schema, show: Show, *, answer: type[Schema]) -> Callable[[View], View]:
    """A PUT, PATCH or DELETE: repeating it changes nothing more, so it needs no key."""

    def wrap(view: View) -> View:
        @wraps(view)
        def door(**path: Any) -> Response:
            values = shape.load(json_body())
            with transaction():
                answered = show(view(values, **path))
            return shown(answered)

        openapi.describe(door, answer=answer, body=shape)
        return door  # type: ignore[return-value]

    return wrap


def shown(data: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(data), status, mimetype="application/json")


def _fresh(data: Any) -> Response:
    """304 when the phone already has this state; the mark is taken from what is shown, so it is never too old."""
    response = shown(data)
    mark = hashlib.sha256(response.get_data()).hexdigest()[:32]
    response.set_etag(mark)
    response.headers["Cache-Control"] = "private, no-cache"
    if mark in request.if_none_match:
        response.status_code = 304
        response.set_data(b"")
    return response
