"""A small HTTP server on this machine that keeps what it is sent and answers as told."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, bytes]


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes
    content_type: str


@dataclass
class Door:
    """What came, oldest first, and what is answered."""

    url: str = ""
    came: list[Request] = field(default_factory=list)
    answer: Callable[[Request], Answer] = lambda request: (200, b"success")
    headers: dict[str, str] = field(default_factory=dict)

    def wait_for(self, number: int, seconds: float = 5.0) -> list[Request]:
        """Return what came once it is so many."""
        until = time.monotonic() + seconds
        while len(self.came) < number and time.monotonic() < until:
            time.sleep(0.01)
        assert len(self.came) >= number, f"{len(self.came)} of {number} came within {seconds} s"
        return list(self.came)


def handler_for(door: Door) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.take(b"")

        def do_POST(self) -> None:
            self.take(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def take(self, body: bytes) -> None:
            address = urlsplit(self.path)
            query = dict(parse_qsl(address.query, keep_blank_values=True))
            request = Request(self.command, address.path, query, body, self.headers.get("Content-Type", ""))
            door.came.append(request)
            status, content = door.answer(request)
            with contextlib.suppress(OSError):
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **door.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """A test needs no log."""

    return Handler


@contextlib.contextmanager
def open_door() -> Iterator[Door]:
    """A door that is open until the end of the block."""
    door = Door()
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_for(door))
    server.daemon_threads = True
    door.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield door
    server.shutdown()
    thread.join()
    server.server_close()
