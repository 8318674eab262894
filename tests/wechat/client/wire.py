"""A server on this machine that answers byte for byte what a test wants, and clients that call it."""

import gzip
import json
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from wechat.client import MemoryTokenStore, WeChat

APPID, SECRET = "wx0000000000000001", "a-secret-that-must-never-be-seen"
TOKEN_PATH = "/cgi-bin/stable_token"
RID = "6b0461b4-ad458e8e-6fb53802"
OpenAnswer = Callable[["Handler"], None]


@dataclass(frozen=True)
class Asked:
    """One request as the server saw it."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    connection: Any


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wire: "Wire"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        raw = self.rfile.read(length)
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        body = json.loads(raw) if raw else None
        self.asked = Asked(self.command, parts.path, query, body, self.client_address)
        self.wire.asked.append(self.asked)
        self.wire.answer_for(parts.path)(self)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing: the test looks at every log line."""

    def write(self, raw: bytes) -> None:
        self.wfile.write(raw)
        self.wfile.flush()

    def hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing when a client has hung up."""


class Wire:
    """What is said on which path; `*` is every path that has nothing of its own, the token's apart."""

    appid, secret, rid = APPID, SECRET, RID

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.let_go = threading.Event()
        self._answers: dict[str, list[OpenAnswer]] = {TOKEN_PATH: [sent({"access_token": "T-1", "expires_in": 7200})]}
        handler = type("OneHandler", (Handler,), {"wire": self})
        self._server = Server(("127.0.0.1", 0), handler)
        self.base = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self.let_go.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def says(self, path: str, *answers: Any) -> None:
        """Give these answers one after the other, and the last one from then on."""
        self._answers[path] = [answer if callable(answer) else sent(answer) for answer in answers]

    def answer_for(self, path: str) -> OpenAnswer:
        waiting = self._answers.get(path) or self._answers["*"]
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def calls(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path == path]

    def wechat(self, **options: Any) -> WeChat:
        tokens = options.pop("tokens", None) or MemoryTokenStore()
        return WeChat(APPID, SECRET, options.pop("base", self.base), tokens, **options)


def sent(body: Any, status: int = 200, zipped: bool = False, **headers: str) -> OpenAnswer:
    """Answer with bytes, or with JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
    content = gzip.compress(raw) if zipped else raw
    extra = {"Content-Encoding": "gzip", **headers} if zipped else headers
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in extra.items()]
    head = "\r\n".join([f"HTTP/1.1 {status} X", f"Content-Length: {len(content)}", *lines])
    return lambda handler: handler.write(head.encode() + b"\r\n\r\n" + content)


def raw(content: bytes, then_hang_up: bool = True) -> OpenAnswer:
    """Answer with these bytes, head included."""

    def answer(handler: Handler) -> None:
        handler.write(content)
        if then_hang_up:
            handler.hang_up()

    return answer


def hang(handler: Handler) -> None:
    """Say nothing until the test is over."""
    handler.wire.let_go.wait(20)
    handler.close_connection = True


def trickle(handler: Handler) -> None:
    """Answer one byte at a time, without end."""
    handler.write(b"HTTP/1.1 200 X\r\nContent-Length: 100000\r\n\r\n{")
    try:
        while not handler.wire.let_go.wait(0.05):
            handler.write(b" ")
    except OSError:
        pass
    handler.close_connection = True


def stall(handler: Handler) -> None:
    """Begin to answer late and never go on."""
    handler.wire.let_go.wait(0.4)
    handler.write(b"HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\n{")
    hang(handler)


def refused(errcode: Any, errmsg: str = "no") -> dict[str, Any]:
    return {"errcode": errcode, "errmsg": f"{errmsg} rid: {RID}"}
