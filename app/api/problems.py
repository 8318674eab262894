"""Refusals and bad input as problem documents (RFC 9457), each with a sentence in Chinese and the request id."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import orjson
from flask import Flask, Response, request
from flask_smorest import Api
from flask_smorest.utils import prepare_response
from marshmallow import Schema, ValidationError, fields
from sqlalchemy.exc import DataError, IntegrityError
from werkzeug.exceptions import HTTPException

from app import logs
from app.db import unavailable
from app.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Overtaken,
    Refusal,
    TooMany,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"
INSIDE_A_MAPPING = ("key", "value", "_schema")
UNSTORABLE = "内容里有无法保存的字符或数字，请更正后再提交。"
STATUS_OF: dict[type[Refusal], int] = {
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    Invalid: 422,
    TooMany: 429,
    Unavailable: 503,
}
SENTENCES: dict[int, str] = {
    400: "请求内容无法识别，请更新到最新版本后再试。",
    404: "没有找到您要的内容，请核对编号。",
    405: "这个地址不支持这种操作。",
    408: "网络太慢，请稍后再试。",
    411: "请求缺少长度说明，请更新到最新版本后再试。",
    413: "内容太大了：单张照片请不要超过10MB，文字请缩短后再提交。",
    415: "请以规定的格式提交内容，或更新到最新版本后再试。",
}
_log = logs.logger("api")


class BadRequest(Refusal):
    """A request that does not even have the form of one (400)."""

    code = "bad-request"
    message = SENTENCES[400]


class Stale(Refusal):
    """If-Match names a version that is no longer the newest (412)."""

    code = "stale-version"
    message = "内容已有更新，请刷新后再改。"


class UnsupportedMedia(Refusal):
    code = "unsupported-media-type"
    message = SENTENCES[415]


STATUS_OF |= {BadRequest: 400, Stale: 412, UnsupportedMedia: 415}


class FieldFault(Schema):
    """What is wrong with one field."""

    pointer = fields.String(required=True, metadata={"examples": ["#/description"]})
    detail = fields.String(required=True, metadata={"examples": ["请填写1到5000个字。"]})


class ProblemSchema(Schema):
    """A problem document (RFC 9457). Some kinds carry further facts."""

    class Meta:
        unknown = "include"

    type = fields.String(required=True, metadata={"description": "Constant for each kind of problem."})
    title = fields.String(required=True, metadata={"description": "A sentence in Chinese to show to the person."})
    status = fields.Integer(required=True)
    detail = fields.String()
    errors = fields.List(fields.Nested(FieldFault))
    request_id = fields.String(required=True, metadata={"description": "To quote when asking for help."})


def problem(status: int, code: str, title: str, **extra: Any) -> Response:
    """The document, and one line in the log under the same request id."""
    _log.info("refused", status=status, code=code, method=request.method, endpoint=request.endpoint)
    body = {"type": f"/problems/{code}", "title": title, "status": status, "request_id": logs.request_id.get()} | extra
    return Response(orjson.dumps(body), status, mimetype=MEDIA_TYPE)


def of_refusal(error: Refusal) -> Response:
    """The document for a refusal; the only place that knows a refusal's HTTP status."""
    status = next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)
    extra: dict[str, Any] = {key: value for key, value in error.context.items() if key not in ("status", "title")}
    if isinstance(error, Invalid) and error.fields:
        extra["errors"] = list(pointers(error.fields))
    response = problem(status, error.code, error.message, **extra)
    wait_s = getattr(error, "retry_after", None) or error.context.get("retry_after")
    if wait_s:
        response.headers["Retry-After"] = str(wait_s)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def pointers(messages: Any, at: str = "#") -> Iterator[dict[str, str]]:
    """Marshmallow's nested messages as a flat list of JSON pointers with a sentence each."""
    for key, found in messages.items():
        # Of a set of answers marshmallow says whether the name or the value is wrong, of an object that it is none at
        # all; a pointer has no words for these.
        here = at if key in INSIDE_A_MAPPING and at != "#" else f"{at}/{key}"
        if isinstance(found, dict):
            yield from pointers(found, here)
        else:
            yield from ({"pointer": here, "detail": str(detail)} for detail in found)


def of_validation(error: ValidationError) -> Response:
    return of_refusal(Invalid(fields=_escaped(error.normalized_messages())))


def _escaped(messages: Any) -> Any:
    """Names of unknown fields are the caller's: in a JSON pointer ~ and / are written ~0 and ~1 (RFC 6901)."""
    if not isinstance(messages, dict):
        return messages
    return {str(key).replace("~", "~0").replace("/", "~1"): _escaped(found) for key, found in messages.items()}


def of_http(error: HTTPException) -> Response:
    status = error.code or 500
    code = HTTPStatus(status).phrase.lower().replace(" ", "-")
    response = problem(status, code, SENTENCES.get(status, "操作没有成功，请稍后再试。"))
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after", "www-authenticate"):
            response.headers[name] = value
    return response


def of_anything(error: Exception) -> Response:
    """Last resort: a database that is away is 503; what nobody foresaw is logged once and told as 500."""
    away = unavailable(error)
    if away is not None:
        _log.warning("database_away", kind=type(error).__name__)
        return of_refusal(away)
    if isinstance(error, IntegrityError | DataError):
        # Two people at once, or a value that a shape should have refused: told as what it is, and logged to be mended.
        _log.warning("database_refused", kind=type(error.orig).__name__, endpoint=request.endpoint)
        return of_refusal(Overtaken() if isinstance(error, IntegrityError) else Invalid(UNSTORABLE))
    _log.error("unexpected_error", path=request.path, exc_info=error)
    return problem(500, "internal-error", "系统出了点问题，我们已经记录下来。您的内容没有提交，请稍后再试。")


def register(app: Flask) -> None:
    """Speak problem documents below /api; other doors have their own pages."""

    @app.errorhandler(Exception)
    def any_error(error: Exception) -> Any:
        if not request.path.startswith("/api/"):
            return app.extensions["html_errors"](error)
        if isinstance(error, Refusal):
            return of_refusal(error)
        if isinstance(error, ValidationError):
            return of_validation(error)
        return of_http(error) if isinstance(error, HTTPException) else of_anything(error)


HEADERS_OF: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"description": "Always `Bearer`.", "schema": {"type": "string"}}},
    409: {"Retry-After": {"description": "Seconds, while an earlier request runs.", "schema": {"type": "integer"}}},
    429: {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}},
    503: {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}},
}
REQUEST_ID = {"X-Request-Id": {"description": "Of this request.", "schema": {"type": "string"}}}


class ProblemApi(Api):
    """Flask-smorest's Api, with problem documents as its error bodies."""

    ERROR_SCHEMA = ProblemSchema
    # Every door lists its own refusals, so that one that is not listed is found.
    DEFAULT_ERROR_RESPONSE_NAME = None

    def _register_responses(self) -> None:
        for status in [*HTTPStatus, None]:
            described: dict[str, Any] = {"description": status.phrase if status else "Default error response"}
            if status is None or status >= 400:
                described["schema"] = self.ERROR_SCHEMA
                described["headers"] = REQUEST_ID | HEADERS_OF.get(status or 0, {})
            prepare_response(described, self.spec, MEDIA_TYPE)
            self.spec.components.response(status.name if status else "DEFAULT_ERROR", described, lazy=True)

    def _register_pagination_header(self) -> None:
        """Pages are told in the body."""

    def _register_error_handlers(self) -> None:
        """The house has its own, in `register`."""
