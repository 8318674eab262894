"""Signing in at the console: a name and a password, a lock after failures, sessions that end by themselves."""

import threading
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import and_, delete, func, select, update

from app import clock, errors, secrets, trail
from app.db import db
from app.people.models import Account, AccountState, ConsoleLogin, ConsoleSession, Posting, Role
from app.trail import AuditRow

ENTRANTS = (
    Role.MANAGER,
    Role.CLERK,
    Role.FOLLOW_UP_OFFICER,
    Role.DUTY_OFFICER,
    Role.ADMINISTRATOR,
    Role.AUDITOR,
)
FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
LASTS = timedelta(hours=10)
IDLE = timedelta(minutes=60)
TOUCHED_EVERY = timedelta(minutes=1)
PASSWORD_LENGTH = range(10, 129)
BATCH = 500

WRONG = "用户名或密码不正确。连续5次不正确，账号会锁定15分钟。"
LOCKED = "登录失败次数过多，账号已锁定15分钟，请稍后再试，或联系系统管理员。"
NO_POST = "您的岗位不能进入管理端，请联系系统管理员。"

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Each check takes 19 MiB; a flood of sign-ins waits here instead of eating the machine.
_at_once = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Checked:
    """A name and a password that were compared, outside of any transaction because comparing takes its time."""

    username: str
    account_id: int | None
    right: bool
    better_hash: str | None = None


@dataclass(frozen=True)
class Entered:
    """A session that was begun; the token is told once and only its hash is kept."""

    token: str
    account_id: int


@dataclass(frozen=True)
class Turned:
    """A sign-in that was turned away, with the sentence to show."""

    sentence: str


@dataclass(frozen=True)
class Present:
    """A session that is still good."""

    session_id: int
    account_id: int
    name: str
    last_acted_at: datetime


def give_login(account_id: int, username: str, password: str) -> None:
    """Let an account sign in at the console with this name and password (10 to 128 characters)."""
    if len(password) not in PASSWORD_LENGTH:
        raise errors.field("password", "密码请用10到128个字符。")
    name = _plain(username)
    if not 2 <= len(name) <= 40:
        raise errors.field("username", "用户名请用2到40个字符。")
    holder = db.session.scalar(select(ConsoleLogin.account_id).where(ConsoleLogin.username == name))
    if holder not in (None, account_id):
        raise errors.field("username", "这个用户名已有人使用，请换一个。")
    login = db.session.get(ConsoleLogin, account_id) or ConsoleLogin(account_id=account_id, failures=0)
    login.username, login.password_hash, login.changed_at = name, _hasher.hash(password), clock.now()
    db.session.add(login)
    end_all(account_id)


def check(username: str, password: str) -> Checked:
    """Compare. An unknown name is compared with a hash of nobody, so that it takes as long as a known one."""
    name = _plain(username)
    login = db.session.execute(
        select(ConsoleLogin.account_id, ConsoleLogin.password_hash).where(ConsoleLogin.username == name)
    ).one_or_none()
    if _locked(name, login.account_id if login else None, clock.now()):
        return Checked(name, login.account_id if login else None, right=False)
    stored = login.password_hash if login else _nobody()
    right = _matches(stored, password) and login is not None
    better = _hasher.hash(password) if right and _hasher.check_needs_rehash(stored) else None
    return Checked(name, login.account_id if login else None, right, better)


def settle(checked: Checked, former_token: str | None = None) -> Entered | Turned:
    """Write down what came of a sign-in and begin a session, always a new one.

    The answer is a value, not a refusal, because the count of failures must be kept when it is "no".
    """
    now = clock.now()
    login = _held(checked.account_id)
    if _locked(checked.username, checked.account_id, now):
        return Turned(LOCKED)
    if login is None or not checked.right:
        return Turned(_count_failure(checked.username, login, now))
    if not _may_enter(login.account_id):
        trail.audit("console.no_post", _subject(checked.username), actor_id=login.account_id)
        return Turned(NO_POST)
    login.failures, login.locked_until = 0, None
    login.password_hash = checked.better_hash or login.password_hash
    if former_token:
        _end(secrets.token_hash(former_token), now)
    trail.audit("console.signed_in", _subject(checked.username), actor_id=login.account_id)
    return _begin(login.account_id, now)


def present(token: str) -> Present | None:
    """The session behind a token, if it has neither ended nor expired nor been left alone for too long."""
    now = clock.now()
    row = db.session.execute(
        select(ConsoleSession.id, ConsoleSession.account_id, Account.name, ConsoleSession.last_acted_at)
        .join(Account, and_(Account.id == ConsoleSession.account_id, Account.state == AccountState.ACTIVE))
        .where(
            ConsoleSession.hash == secrets.token_hash(token),
            ConsoleSession.ended_at.is_(None),
            ConsoleSession.expires_at > now,
            ConsoleSession.last_acted_at > now - IDLE,
        )
    ).one_or_none()
    return Present(row.id, row.account_id, row.name or "", row.last_acted_at) if row else None


def wants_touch(session: Present) -> bool:
    """Whether an action is worth a write: once a minute is often enough, and ends a session early at worst."""
    return clock.now() - session.last_acted_at >= TOUCHED_EVERY


def touch(session: Present) -> None:
    """Count an action of the person against the idle limit."""
    db.session.execute(
        update(ConsoleSession).where(ConsoleSession.id == session.session_id).values(last_acted_at=clock.now())
    )


def sign_out(token: str, account_id: int) -> None:
    """End this session at once, on every process."""
    _end(secrets.token_hash(token), clock.now())
    trail.audit("console.signed_out", f"account:{account_id}", actor_id=account_id)


def end_all(account_id: int) -> None:
    """End every session of an account, as when its password changed."""
    db.session.execute(
        update(ConsoleSession)
        .where(ConsoleSession.account_id == account_id, ConsoleSession.ended_at.is_(None))
        .values(ended_at=clock.now())
    )


def forget_old(now: datetime) -> int:
    """Delete one batch of sessions that expired over a day ago; returns how many."""
    old = select(ConsoleSession.id).where(ConsoleSession.expires_at < now - timedelta(days=1)).limit(BATCH)
    return db.session.execute(delete(ConsoleSession).where(ConsoleSession.id.in_(old))).rowcount  # type: ignore[attr-defined]


def _plain(username: str) -> str:
    """One form for a name however it was typed: full-width letters, capitals and blanks do not count."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.opaque_token())


def _matches(stored: str, password: str) -> bool:
    with _at_once:
        try:
            return _hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False


def _held(account_id: int | None) -> ConsoleLogin | None:
    """The login, kept from others until the transaction ends, so that failures at once are all counted."""
    return db.session.get(ConsoleLogin, account_id, with_for_update=True) if account_id else None


def _may_enter(account_id: int) -> bool:
    statement = (
        select(Posting.id)
        .join(Account, Account.id == Posting.account_id)
        .where(
            Account.id == account_id,
            Account.state == AccountState.ACTIVE,
            Posting.role.in_(ENTRANTS),
            Posting.ended_at.is_(None),
        )
        .limit(1)
    )
    return db.session.scalar(statement) is not None


def _begin(account_id: int, now: datetime) -> Entered:
    token = secrets.opaque_token()
    db.session.add(
        ConsoleSession(
            account_id=account_id,
            hash=secrets.token_hash(token),
            created_at=now,
            expires_at=now + LASTS,
            last_acted_at=now,
        )
    )
    return Entered(token, account_id)


def _end(token_hash: str, now: datetime) -> None:
    db.session.execute(
        update(ConsoleSession)
        .where(ConsoleSession.hash == token_hash, ConsoleSession.ended_at.is_(None))
        .values(ended_at=now)
    )


def _count_failure(username: str, login: ConsoleLogin | None, now: datetime) -> str:
    failures = (login.failures if login else _failures_of_nobody(username)) + 1
    locks = failures >= FAILURES
    if login is not None:
        login.failures = 0 if locks else failures
        login.locked_until = now + LOCKED_FOR if locks else None
    action = "console.locked" if locks else "console.failed"
    trail.audit(action, _subject(username), actor_id=None, known=login is not None)
    return LOCKED if locks else WRONG


def _locked(username: str, account_id: int | None, now: datetime) -> bool:
    if account_id is None:
        locked_at = _last_lock(username)
        return locked_at is not None and now < locked_at + LOCKED_FOR
    until = db.session.scalar(select(ConsoleLogin.locked_until).where(ConsoleLogin.account_id == account_id))
    return until is not None and now < until


# A name that nobody has is locked like any other, by what the audit trail tells of it: a name that never locks
# would tell strangers which names exist.
def _last_lock(username: str) -> datetime | None:
    return db.session.scalar(
        select(func.max(AuditRow.at)).where(AuditRow.subject == _subject(username), AuditRow.action == "console.locked")
    )


def _failures_of_nobody(username: str) -> int:
    failed = select(func.count()).where(AuditRow.subject == _subject(username), AuditRow.action == "console.failed")
    since = _last_lock(username)
    return db.session.scalar(failed.where(AuditRow.at > since) if since else failed) or 0


def _subject(username: str) -> str:
    """The name as the trail keeps it: strangers type their passwords into the wrong field."""
    return f"console:{secrets.blind_index(username)}"
