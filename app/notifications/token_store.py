"""WeChat's access token in one row for all processes: whoever gets the lease renews it, the others take the result."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from app import clock, logs, secrets
from app.db import db, end_reading, in_transaction, transaction
from app.errors import Unavailable
from app.notifications.models import WechatToken
from wechat.client.errors import Busy
from wechat.client.token import Forced, Token, renew

LEASE = timedelta(seconds=30)
LOOK_AGAIN_S = 0.05
_NEVER = datetime(2000, 1, 1, tzinfo=UTC)
_COLUMNS = (WechatToken.token, WechatToken.expires_at, WechatToken.forced_at, WechatToken.forced_today)
_QUIETLY = {"synchronize_session": False}

_log = logs.logger("notifications.token")


@dataclass(frozen=True)
class Stored:
    """What the row holds."""

    token: Token | None
    forced: Forced

    def serves(self, bad: str | None) -> bool:
        return self.token is not None and self.token.value != bad and self.token.fresh(clock.now().timestamp())


class RowTokenStore:
    """A TokenStore over the `wechat_token` row. WeChat is called with no transaction open."""

    def __init__(self, wait_s: float = 1.0) -> None:
        self._wait_s = wait_s

    def get(self, appid: str) -> Token | None:
        """The stored token, however old."""
        return self._read(appid).token

    def refresh(self, appid: str, fetch: Callable[[bool], Token], *, bad: str | None) -> Token:
        """A token other than `bad`: stored, or fetched under the lease; Busy when another's does not appear in time."""
        if in_transaction():
            raise RuntimeError("WeChat must not be called inside a transaction")
        owner, give_up = secrets.public_id(), time.monotonic() + self._wait_s
        while True:
            stored = self._read(appid)
            if stored.serves(bad) and stored.token:
                return stored.token
            leased = self._lease(appid, owner)
            if leased is not None:
                return self._renew(appid, owner, leased, fetch, bad)
            if time.monotonic() >= give_up:
                raise Busy(path="token lease")
            time.sleep(LOOK_AGAIN_S)

    def _read(self, appid: str) -> Stored:
        try:
            return _stored(db.session.execute(select(*_COLUMNS).where(WechatToken.appid == appid)).one_or_none())
        finally:
            end_reading()

    def _lease(self, appid: str, owner: str) -> Stored | None:
        """Take the lease; None while another process has it."""
        now = clock.now()
        free = update(WechatToken).where(WechatToken.appid == appid, WechatToken.lease_until <= now)
        statement = free.values(lease_owner=owner, lease_until=now + LEASE).returning(*_COLUMNS)
        with transaction():
            row = db.session.execute(statement, execution_options=_QUIETLY).one_or_none()
        if row is None:
            self._make_row(appid)
        return _stored(row) if row else None

    def _make_row(self, appid: str) -> None:
        if db.session.scalar(select(WechatToken.appid).where(WechatToken.appid == appid)):
            end_reading()
            return
        end_reading()
        try:
            with transaction():
                db.session.add(WechatToken(appid=appid, lease_until=_NEVER))
        except IntegrityError:
            return

    def _renew(self, appid: str, owner: str, stored: Stored, fetch: Callable[[bool], Token], bad: str | None) -> Token:
        if stored.serves(bad) and stored.token:
            self._store(appid, owner)
            return stored.token
        try:
            token, forced = renew(fetch, bad, stored.forced, clock.now().timestamp())
        except BaseException:
            self._store(appid, owner)
            raise
        forced_at = datetime.fromtimestamp(forced.at, UTC) if forced.at else None
        expires_at = datetime.fromtimestamp(token.expires_at, UTC)
        self._store(
            appid, owner, token=token.value, expires_at=expires_at, forced_at=forced_at, forced_today=forced.today
        )
        return token

    def _store(self, appid: str, owner: str, **values: Any) -> None:
        """Write what was got and free the lease, unless the lease ended and another process has it."""
        mine = update(WechatToken).where(WechatToken.appid == appid, WechatToken.lease_owner == owner)
        try:
            with transaction():
                statement = mine.values(lease_owner=None, lease_until=_NEVER, **values)
                db.session.execute(statement, execution_options=_QUIETLY)
        except Unavailable:
            # The token in hand is good all the same; the lease ends by itself.
            _log.warning("wechat_token_not_stored")


def _stored(row: Any) -> Stored:
    if row is None:
        return Stored(None, Forced())
    token = Token(row.token, row.expires_at.timestamp()) if row.token and row.expires_at else None
    return Stored(token, Forced(row.forced_at.timestamp() if row.forced_at else 0.0, row.forced_today))
