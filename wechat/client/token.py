"""The access token: one for all processes, renewed by whoever the store picks."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from marshmallow import EXCLUDE, Schema, fields, validate

from .answers import shaped
from .budget import Budget
from .errors import Busy, LimitReached, Misconfigured, TokenRejected, Unclear, Unreachable, WeChatError
from .transport import Transport

log = logging.getLogger("wechat.client")

PATH = "/cgi-bin/stable_token"
RENEW_BELOW_S = 280.0
REMEMBER_S = 60.0
FORCE_GAP_S = 30.0
FORCES_A_DAY = 20
SHANGHAI_OFFSET_S = 8 * 3600


@dataclass(frozen=True)
class Token:
    """An access token and the Unix time at which it ends."""

    value: str = field(repr=False)
    expires_at: float

    def fresh(self, now: float) -> bool:
        """Say whether asking again is useless: above 280 s WeChat returns the same token."""
        return self.expires_at - now >= RENEW_BELOW_S


Fetch = Callable[[bool], Token]


@dataclass(frozen=True)
class Forced:
    """When and how often a new token was forced; WeChat allows 20 a day, 30 s apart."""

    at: float = 0.0
    today: int = 0

    def allows(self, now: float) -> bool:
        return now - self.at >= FORCE_GAP_S and self._today(now) < FORCES_A_DAY

    def again(self, now: float) -> "Forced":
        return Forced(at=now, today=self._today(now) + 1)

    def _today(self, now: float) -> int:
        return self.today if _day(self.at) == _day(now) else 0


def _day(moment: float) -> int:
    return int((moment + SHANGHAI_OFFSET_S) // 86400)


class TokenStore(Protocol):
    """Holds one token per appid for every process; a database row with a lease can be one.

    `refresh` returns the stored token when it is fresh and not `bad`. Otherwise one caller takes the lease, calls
    `renew` outside of any transaction and stores token and Forced; the others wait briefly for its token and raise
    Busy when none appears.
    """

    def get(self, appid: str) -> Token | None: ...

    def refresh(self, appid: str, fetch: Fetch, *, bad: str | None) -> Token: ...


def renew(fetch: Fetch, bad: str | None, forced: Forced, now: float) -> tuple[Token, Forced]:
    """Fetch a token, by force only when the normal way returns the bad one again and the limits allow it."""
    token = fetch(False)
    if token.value != bad or not forced.allows(now):
        return token, forced
    try:
        token = fetch(True)
    except WeChatError:
        # A try that got no answer may have had its effect, so it counts and the next one keeps its distance.
        log.warning("wechat_token_not_forced")
    return token, forced.again(now)


class MemoryTokenStore:
    """A TokenStore for one process: the lock is the lease."""

    def __init__(self, wait_s: float = 3.0) -> None:
        self._wait_s = wait_s
        self._kept: dict[str, tuple[Token, Forced]] = {}
        self._lock = threading.Lock()

    def get(self, appid: str) -> Token | None:
        kept = self._kept.get(appid)
        return kept[0] if kept else None

    def refresh(self, appid: str, fetch: Fetch, *, bad: str | None) -> Token:
        if not self._lock.acquire(timeout=self._wait_s):
            raise Busy(path="token lease")
        try:
            return self._refreshed(appid, fetch, bad)
        finally:
            self._lock.release()

    def _refreshed(self, appid: str, fetch: Fetch, bad: str | None) -> Token:
        now = time.time()
        token, forced = self._kept.get(appid, (None, Forced()))
        if token is not None and token.value != bad and token.fresh(now):
            return token
        self._kept[appid] = renew(fetch, bad, forced, now)
        return self._kept[appid][0]


class StableToken(Schema):
    """The answer of stable_token."""

    class Meta:
        unknown = EXCLUDE

    access_token = fields.String(required=True, validate=validate.Length(1, 512))
    expires_in = fields.Integer(required=True, validate=validate.Range(1, 7200))


STABLE_TOKEN = shaped(StableToken())


class TokenHolder:
    """Gives this process the shared token and remembers it for a minute."""

    def __init__(self, transport: Transport, appid: str, secret: str, store: TokenStore) -> None:
        self._transport = transport
        self._appid = appid
        self._secret = secret
        self._store = store
        self._remembered: tuple[Token, float] | None = None

    def current(self, budget: Budget) -> Token:
        """Return a token that should work; asks the store at most once a minute."""
        remembered = self._remembered
        if remembered and time.monotonic() < remembered[1] and remembered[0].fresh(time.time()):
            return remembered[0]
        token = self._store.get(self._appid)
        if token is not None and token.fresh(time.time()):
            return self._remember(token)
        try:
            return self._refresh(None, budget)
        except (Busy, LimitReached, Unreachable):
            # WeChat still takes the old token in its last minutes.
            if token is None or token.expires_at <= time.time():
                raise
            return token

    def report_bad(self, value: str, budget: Budget) -> Token:
        """Return the token to use instead of one that WeChat refused; it may be the same."""
        return self._refresh(value, budget)

    def _refresh(self, bad: str | None, budget: Budget) -> Token:
        return self._remember(self._store.refresh(self._appid, lambda force: self._fetch(force, budget), bad=bad))

    def _remember(self, token: Token) -> Token:
        self._remembered = (token, time.monotonic() + REMEMBER_S)
        return token

    def _fetch(self, force: bool, budget: Budget) -> Token:
        asked_at = time.time()
        try:
            loaded = self._transport.post(PATH, self._question(force), {}, STABLE_TOKEN, budget)
        except TokenRejected as problem:
            # On this call 40001 means a wrong secret, which no other token mends.
            raise Misconfigured(problem.errcode, problem.rid, PATH) from None
        except Unclear:
            # For the business call behind it nothing is unclear: without a token it was never made.
            raise Unreachable(path=PATH) from None
        return Token(loaded["access_token"], asked_at + loaded["expires_in"])

    def _question(self, force: bool) -> dict[str, object]:
        return {
            "grant_type": "client_credential",
            "appid": self._appid,
            "secret": self._secret,
            "force_refresh": force,
        }
