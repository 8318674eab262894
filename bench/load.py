"""A small client: a few kept connections, each with one request on its way, all in one thread."""

import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

CONNECTIONS = 8
PATIENCE_S = 10
END_OF_HEAD = b"\r\n\r\n"


@dataclass
class Tally:
    """What a slice of time brought. `refused` counts answers of another status than was expected."""

    seconds: float = 0.0
    answered: int = 0
    refused: int = 0
    sample: bytes = b""


class Line:
    """One kept connection."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def send(self, request: bytes) -> None:
        self.received = b""
        self.socket.sendall(request)

    def take(self) -> bytes | None:
        """The whole answer once it is there."""
        part = self.socket.recv(65536)
        if not part:
            raise ConnectionError("the server closed the connection")
        self.received += part
        head, found, body = self.received.partition(END_OF_HEAD)
        if not found:
            return None
        at = head.lower().find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        return self.received if len(body) >= length else None


def slice_of(port: int, requests: Iterator[bytes], seconds: float, expected: int) -> Tally:
    """Send requests for so long, or until there are none left; answers on their way are waited for."""
    tally, good = Tally(), f"HTTP/1.1 {expected} ".encode()
    with selectors.DefaultSelector() as selector:
        lines = [Line(port) for _ in range(CONNECTIONS)]
        begun = time.perf_counter()
        waiting = sum(_next(line, requests, selector) for line in lines)
        while waiting:
            ready = selector.select(PATIENCE_S)
            if not ready:
                raise TimeoutError("a server did not answer")
            for key, _ in ready:
                answer = key.data.take()
                if answer is None:
                    continue
                _count(tally, answer, good)
                selector.unregister(key.data.socket)
                in_time = time.perf_counter() - begun < seconds
                waiting -= not (in_time and _next(key.data, requests, selector))
        tally.seconds = time.perf_counter() - begun
        for line in lines:
            line.socket.close()
    return tally


def _next(line: Line, requests: Iterator[bytes], selector: selectors.BaseSelector) -> bool:
    request = next(requests, None)
    if request is None:
        return False
    line.send(request)
    selector.register(line.socket, selectors.EVENT_READ, line)
    return True


def _count(tally: Tally, answer: bytes, good: bytes) -> None:
    tally.answered += 1
    if not answer.startswith(good):
        tally.refused += 1
        tally.sample = answer[:600]
