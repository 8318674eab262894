"""What happens to a call on the wire: faults, cut connections, the call log."""

import socket
import time
from typing import Any
from urllib.parse import unquote

from flask import Flask, Response, g, request
from werkzeug.exceptions import MethodNotAllowed

from .answers import Refuse, answer, error, rid
from .call_log import LoggedCall, masked
from .clock import written
from .emulator import here
from .faults import Fault

WECHAT_PATHS = ("/cgi-bin/", "/sns/", "/wxa/", "/wxaapi/")


def connect(app: Flask) -> None:
    """Let faults and the log take part in every call to WeChat's paths."""
    app.before_request(receive)
    app.after_request(send_off)
    app.register_error_handler(Refuse, refused)
    app.register_error_handler(405, not_there)


def is_wechat() -> bool:
    return request.path.startswith(WECHAT_PATHS)


def receive() -> Response | None:
    """Return an answer instead of the real one where a fault wants it so."""
    g.started = time.monotonic()
    g.fault = None
    if not is_wechat():
        return None
    if request.headers.get("Transfer-Encoding", "").lower() == "chunked":
        return Response(status=412)
    holds = unquote(request.query_string.decode("latin-1")) + request.get_data().decode("utf-8", "replace")
    g.fault = here().faults.pick(request.path, holds)
    return struck(g.fault) if g.fault else None


def struck(fault: Fault) -> Response | None:
    time.sleep(fault.wait_s())
    if "before" in (fault.hang, fault.reset):
        return cut(hanging=fault.hang == "before")
    if fault.errcode is not None:
        return faulty_answer(fault.errcode)
    if fault.http is not None or fault.body is not None:
        return Response(page_of(fault), status=fault.http or 200, mimetype="text/html")
    return None


def page_of(fault: Fault) -> str:
    """Return what stands where an answer should: a gateway's page, or nothing with 412."""
    if fault.body is not None:
        return fault.body
    return "" if fault.http == 412 else f"<html><body>{fault.http}</body></html>"


def cut(hanging: bool) -> Response:
    """End the connection without an answer, at once or when the faults are cleared."""
    if hanging:
        here().faults.hang()
    connection: Any = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    return Response(status=502)


def refused(problem: Refuse) -> Response:
    return told(problem.errcode, problem.text, g.get("mimetype", "application/json"))


def not_there(problem: MethodNotAllowed) -> Response:
    """Hide a path from a method that nobody uses there, as WeChat's front does."""
    return Response(status=404) if is_wechat() else Response(problem.description, status=405)


def faulty_answer(errcode: int | str) -> Response:
    """Answer with an error number, as text where the fault has it as text."""
    return told(errcode, Refuse(int(errcode)).text, "application/json")


def told(errcode: int | str, text: str, mimetype: str) -> Response:
    """Answer with an error under a trace id, which the call log keeps."""
    g.errcode, g.rid = errcode, rid(here().clock.now(), here().chance)
    return answer(error(errcode, text, g.rid), mimetype)


def send_off(response: Response) -> Response:
    """Spoil the finished answer where a fault wants it so, and log the call."""
    if not is_wechat():
        return response
    write_log(response)
    fault: Fault | None = g.fault
    if fault and "after" in (fault.hang, fault.reset):
        return cut(hanging=fault.hang == "after")
    if fault and fault.truncate:
        response.set_data(response.get_data()[: len(response.get_data()) // 2])
    return response


def write_log(response: Response) -> None:
    here().calls.add(
        LoggedCall(
            at=written(here().clock.now()),
            method=request.method,
            path=request.path,
            query=masked(request.args.to_dict()),
            errcode=g.get("errcode", 0 if response.status_code == 200 else None),
            status=response.status_code,
            ms=round((time.monotonic() - g.started) * 1000),
            fault=g.fault is not None,
            warning=g.get("warning", ""),
            rid=g.get("rid", ""),
        )
    )
