"""Refusals and mishaps as pages: a sentence, what to do next, and the request id to quote."""

from http import HTTPStatus
from typing import Any

from flask import Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from app import logs
from app.console import headers
from app.db import end_reading, unavailable
from app.errors import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Overtaken, Refusal, TooMany, Unavailable


class Stale(Overtaken):
    """The page the person filled in shows a version that is no longer the newest (412)."""

    code = "stale-version"
    message = "您打开页面后，工单已有新的变化。您填写的内容还在，请核对最新情况后再提交。"


STATUS_OF: dict[type[Refusal], int] = {
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    Conflict: 409,
    Stale: 412,
    Invalid: 422,
    TooMany: 429,
    Unavailable: 503,
}
HEADINGS = {
    400: "页面已过期",
    401: "登录已失效",
    403: "没有权限",
    404: "没有找到",
    405: "不支持这种操作",
    409: "情况有变化",
    413: "提交的内容太大",
    422: "请修改后再提交",
    429: "操作太频繁",
    503: "系统正忙",
}
EXPIRED = "这个页面打开太久，或者您已在别处退出。请返回上一页刷新后再提交。"
SENTENCES = {
    400: "请求内容无法识别，请返回上一页刷新后再试。",
    404: "没有找到您要的页面，请核对地址或编号。",
    405: "请从页面上的按钮进行操作。",
    413: "提交的内容太大，请减少后再试。",
}
MISHAP = "系统出了点问题，我们已经记录下来。请稍后再试；如果仍不行，请把下面的编号告诉系统管理员。"
_log = logs.logger("console")


def page_for(error: Exception) -> Response:
    """The page for anything that went wrong."""
    if isinstance(error, Refusal):
        return _page(status_of(error), error.message, retry_after=getattr(error, "retry_after", None))
    if isinstance(error, HTTPException):
        return _of_http(error)
    away = unavailable(error)
    if away is not None:
        return page_for(away)
    _log.error("unexpected_error", path=request.path, exc_info=error)
    return _page(500, MISHAP)


def status_of(error: Refusal) -> int:
    """The HTTP status of a refusal, by the nearest class that has one."""
    return next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)


def _of_http(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    if isinstance(error, CSRFError):
        return _page(400, EXPIRED)
    return _page(error.code, SENTENCES.get(error.code, "操作没有成功，请稍后再试。"))


def _page(status: int, sentence: str, *, retry_after: Any = None) -> Response:
    end_reading()
    values = {
        "status": status,
        "heading": HEADINGS.get(status, HEADINGS[400] if status < 500 else "系统出了点问题"),
        "sentence": sentence,
        "request_id": logs.request_id.get(),
        "phrase": HTTPStatus(status).phrase,
    }
    response = make_response(render_template("console/error.html", **values), status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return headers.protect(response)
