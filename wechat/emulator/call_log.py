"""The calls that came in, without any secret."""

import threading
from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

SECRET_PARAMETERS = frozenset({"secret", "access_token", "js_code", "appsecret", "code"})


@dataclass(frozen=True)
class LoggedCall:
    """One call: ISO time, method, path, masked query, errcode, HTTP status, milliseconds, a warning, a trace id."""

    at: str
    method: str
    path: str
    query: dict[str, str]
    errcode: int | str | None
    status: int
    ms: int
    fault: bool
    warning: str
    rid: str = ""


def masked(query: dict[str, str]) -> dict[str, str]:
    """Return a query whose secrets are stars."""
    return {name: "***" if name in SECRET_PARAMETERS else value for name, value in query.items()}


class CallLog:
    """The last thousand calls."""

    def __init__(self) -> None:
        self._calls: deque[LoggedCall] = deque(maxlen=1000)
        self._lock = threading.Lock()

    def add(self, call: LoggedCall) -> None:
        with self._lock:
            self._calls.append(call)

    def newest_last(self, path: str = "") -> list[dict[str, Any]]:
        with self._lock:
            return [asdict(call) for call in self._calls if not path or call.path == path]

    def traced(self, rid: str) -> LoggedCall | None:
        """Return the call that was answered under this trace id."""
        with self._lock:
            return next((call for call in self._calls if call.rid == rid), None)

    def clear(self) -> None:
        with self._lock:
            self._calls.clear()
