"""One HTTP exchange with WeChat: time limits, no redirects, no hidden repeats, no secret in any log or error."""

import json
import logging
import re
import ssl
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import TypeVar

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Timeout
from urllib3.exceptions import HTTPError, MaxRetryError, NewConnectionError

from .answers import Answer, Reader, Reply
from .base import ensure_allowed_base, is_loopback
from .budget import Budget
from .circuit import Circuits
from .errors import Busy, FieldInvalid, Misconfigured, Unclear, Unreachable, WeChatError

log = logging.getLogger("wechat.client")

T = TypeVar("T")
OnCall = Callable[[str, str, int], object]

LARGEST = 4 * 1024 * 1024
CHUNK = 64 * 1024
QUERY = re.compile(r"\?[^\s'\"]*")
# Those of urllib3's loggers that write addresses.
TALKATIVE = ("urllib3.connection", "urllib3.connectionpool", "urllib3.poolmanager", "urllib3.util.retry")


class QueryMask(logging.Filter):
    """Cuts the query from what urllib3 writes, since it holds the secret and the token."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = QUERY.sub("", record.getMessage()), ()
        return True


QUERY_MASK = QueryMask()


@dataclass(frozen=True)
class Question:
    """One call: what it carries is never shown."""

    method: str
    path: str
    query: dict[str, str] = field(repr=False)
    body: Answer | None = field(default=None, repr=False)

    def payload(self) -> bytes | None:
        """Return the body as raw UTF-8, since WeChat's text check overlooks escaped Chinese."""
        try:
            return None if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()
        except UnicodeError:
            failure = FieldInvalid(path=self.path)
        # Raised out here because the other error holds the whole body.
        raise failure


class Transport:
    """Sends requests to one base address; safe to share between threads."""

    def __init__(self, api_base: str, connect_s: float, read_s: float, on_call: OnCall | None = None) -> None:
        ensure_allowed_base(api_base, production=False)
        self._base = api_base.rstrip("/")
        self._connect_s = connect_s
        self._read_s = read_s
        self._on_call = on_call
        self._session = open_session(api_base)
        self._circuits = Circuits()

    def get(self, path: str, query: dict[str, str], read: Reader[T], budget: Budget) -> T:
        """Return what `read` makes of the answer of a GET; errors by class of `errors`."""
        return self._told(Question("GET", path, query), read, budget)

    def post(self, path: str, body: Answer, query: dict[str, str], read: Reader[T], budget: Budget) -> T:
        """Return what `read` makes of the answer of a POST."""
        return self._told(Question("POST", path, query, body), read, budget)

    def _told(self, question: Question, read: Reader[T], budget: Budget) -> T:
        """Ask, and tell log and listener how it ended."""
        started = time.monotonic()
        try:
            result = self._asked(question, read, budget)
        except WeChatError as problem:
            self._tell(question.path, problem, started)
            raise
        self._tell(question.path, None, started)
        return result

    def _asked(self, question: Question, read: Reader[T], budget: Budget) -> T:
        circuit, payload = self._circuits.of(question.path), question.payload()
        timeout = self._timeout(question.path, budget)
        circuit.admit()
        try:
            result = read(received(self._send(question, payload, timeout), question.path, budget))
        except WeChatError as problem:
            circuit.note(succeeded=not isinstance(problem, (Busy, Unclear, Unreachable)))
            raise
        circuit.note(succeeded=True)
        return result

    def _timeout(self, path: str, budget: Budget) -> Timeout:
        left = budget.left()
        if left <= 0:
            raise Unreachable(path=path)
        return Timeout(connect=min(self._connect_s, left), read=min(self._read_s, left), total=left)

    def _send(self, question: Question, payload: bytes | None, timeout: Timeout) -> requests.Response:
        failure: WeChatError
        try:
            return self._session.request(
                question.method,
                self._base + question.path,
                params=question.query,
                data=payload,
                headers={"Content-Type": "application/json; charset=utf-8"} if payload is not None else {},
                timeout=timeout,  # type: ignore[arg-type]
                allow_redirects=False,
                stream=True,
            )
        except UnicodeError:
            failure = FieldInvalid(path=question.path)
        except requests.RequestException as problem:
            failure = failure_of(problem, question.path)
        # Raised out here so that no chained exception carries the address with its query.
        raise failure

    def _tell(self, path: str, problem: WeChatError | None, started: float) -> None:
        """Log one call by path, outcome, errcode, rid and milliseconds, and pass it to the listener."""
        outcome, ms = problem.kind if problem else "ok", round((time.monotonic() - started) * 1000)
        facts = {
            "wechat_path": path,
            "outcome": outcome,
            "errcode": problem.errcode if problem else 0,
            "rid": problem.rid if problem else "",
            "ms": ms,
        }
        log.log(logging.WARNING if problem else logging.INFO, "wechat_call", extra=facts)
        if self._on_call is None:
            return
        try:
            self._on_call(path, outcome, ms)
        except Exception:
            # A message that went out must not look unsent because somebody miscounted.
            log.exception("wechat_on_call_broke")


def open_session(api_base: str) -> requests.Session:
    """Return a session without cookies and repeats, and without proxies towards this machine."""
    session = requests.Session()
    session.trust_env = not is_loopback(api_base)
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(pool_connections=4, pool_maxsize=32, max_retries=0))
    for name in TALKATIVE:
        logging.getLogger(name).addFilter(QUERY_MASK)
    return session


def failure_of(problem: requests.RequestException, path: str) -> WeChatError:
    """Return Unreachable when no connection was made, else Unclear."""
    if isinstance(problem, (requests.ConnectTimeout, requests.exceptions.ProxyError)):
        return Unreachable(path=path)
    inner = problem.args[0] if problem.args else None
    reason = inner.reason if isinstance(inner, MaxRetryError) else None
    if isinstance(reason, NewConnectionError):
        return Unreachable(path=path)
    if reason is not None and any(isinstance(part, ssl.SSLCertVerificationError) for part in reason.args):
        return Unreachable(path=path)
    return Unclear(path=path)


def received(response: requests.Response, path: str, budget: Budget) -> Reply:
    """Return the answer's bytes, or raise by its status."""
    with closing(response):
        if response.status_code >= 500:
            raise Unclear(path=path)
        if response.status_code != 200:
            raise Misconfigured(path=path)
        content = content_of(response, budget)
    if content is None:
        raise Unclear(path=path)
    return Reply(path, content, response.headers)


def content_of(response: requests.Response, budget: Budget) -> bytes | None:
    """Return the whole body, or None when it is cut, spoiled, endless or trickles past the budget."""
    content = bytearray()
    try:
        while chunk := response.raw.read1(CHUNK, decode_content=True):
            content += chunk
            if len(content) > LARGEST or not hurried(response, budget):
                return None
    except HTTPError:
        return None
    return bytes(content)


def hurried(response: requests.Response, budget: Budget) -> bool:
    """Let the next read wait no longer than what is left of the budget; False when nothing is."""
    left = budget.left()
    connection = response.raw.connection
    if left > 0 and connection is not None and connection.sock is not None:
        connection.sock.settimeout(left)
    return left > 0
