"""Signing in on the phone: an opaque token for seven days; only its hash is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, delete, select, update

from app import clock, secrets, trail
from app.db import db
from app.errors import NotAllowed, NotSignedIn
from app.idempotency import IdempotencyKey, Known
from app.people import console_access
from app.people.actor import Actor, Post
from app.people.models import AccessToken, Account, AccountState, Duty, Posting, Role
from app.territory.models import Level, Territory

# Called in the same transaction with the account of somebody who no longer works here.
after_leaving: list[Callable[[int], None]] = []

LASTS = timedelta(days=7)
BATCH = 500


@dataclass(frozen=True)
class Recognised:
    """The person behind a token, and what an earlier request under the same idempotency key got."""

    actor: Actor
    openid: str | None
    known: Known | None


def sign_in(openid: str) -> tuple[Account, str, datetime]:
    """Give a token to the person WeChat vouches for; a first visit makes the account.

    Returns the account, the token (told once) and when it expires.
    """
    now = clock.now()
    account = db.session.scalar(select(Account).where(Account.openid == openid))
    if account is None:
        account = Account(public_id=secrets.public_id(), openid=openid, created_at=now, home_changes=[])
        db.session.add(account)
        db.session.flush()
    if account.state != AccountState.ACTIVE:
        raise NotAllowed("这个账号已停用，如有疑问请联系所在社区。")
    token = secrets.opaque_token()
    expires_at = now + LASTS
    db.session.add(
        AccessToken(account_id=account.id, hash=secrets.token_hash(token), created_at=now, expires_at=expires_at)
    )
    return account, token, expires_at


def sign_out(token: str) -> None:
    """End this token at once, on every process."""
    db.session.execute(
        update(AccessToken)
        .where(AccessToken.hash == secrets.token_hash(token), AccessToken.revoked_at.is_(None))
        .values(revoked_at=clock.now())
    )


def end_all(account_id: int) -> None:
    """End every token and every console session of an account at once."""
    tokens = update(AccessToken).where(AccessToken.account_id == account_id, AccessToken.revoked_at.is_(None))
    db.session.execute(tokens.values(revoked_at=clock.now()))
    console_access.end_all(account_id)


_PERSON = (
    Account.id,
    Account.public_id,
    Account.openid,
    Duty.on_duty,
    Posting.role,
    Territory.level,
    Territory.id.label("territory_id"),
    Territory.community_id,
    Posting.organisation_id,
)
_KNOWN = (IdempotencyKey.fingerprint, IdempotencyKey.status, IdempotencyKey.answer)


def _of_person(statement):  # type: ignore[no-untyped-def]
    return (
        statement.outerjoin(Duty, Duty.account_id == Account.id)
        .outerjoin(Posting, and_(Posting.account_id == Account.id, Posting.ended_at.is_(None)))
        .outerjoin(Territory, Territory.id == Posting.territory_id)
        .where(Account.state == AccountState.ACTIVE)
        .order_by(Posting.id)
    )


_BY_TOKEN = _of_person(
    select(*_PERSON, *_KNOWN)
    .select_from(AccessToken)
    .join(Account, Account.id == AccessToken.account_id)
    .outerjoin(
        IdempotencyKey,
        and_(
            IdempotencyKey.account_id == Account.id,
            IdempotencyKey.operation == bindparam("operation"),
            IdempotencyKey.key == bindparam("key"),
        ),
    )
).where(
    AccessToken.hash == bindparam("hash"), AccessToken.revoked_at.is_(None), AccessToken.expires_at > bindparam("now")
)
# Built once, since every request asks it and building takes longer than asking.
_BY_ACCOUNT = _of_person(select(*_PERSON).select_from(Account)).where(Account.id == bindparam("account_id"))


def recognise(token: str, operation: str, key: str, now: datetime) -> Recognised:
    """Who carries this token: one statement for token, account, postings, duty and the command's key."""
    asked = {"operation": operation, "key": key, "hash": secrets.token_hash(token), "now": now}
    rows = db.session.execute(_BY_TOKEN, asked).all()
    if not rows:
        raise NotSignedIn
    first = rows[0]
    known = Known(first.fingerprint, first.status, first.answer) if first.fingerprint else None
    return Recognised(_actor(rows), first.openid, known)


def actor_of(account_id: int) -> Actor:
    """The actor behind an account, for doors that know people otherwise."""
    rows = db.session.execute(_BY_ACCOUNT, {"account_id": account_id}).all()
    if not rows:
        raise NotSignedIn
    return _actor(rows)


def _actor(rows) -> Actor:  # type: ignore[no-untyped-def]
    posts = tuple(
        Post(Role(row.role), Level(row.level), row.territory_id, row.community_id, row.organisation_id)
        for row in rows
        if row.role
    )
    return Actor(rows[0].id, rows[0].public_id, posts, bool(posts and rows[0].on_duty))


def forget_old(now: datetime) -> int:
    """Delete one batch of tokens that ended over a day ago; returns how many."""
    old = select(AccessToken.id).where(AccessToken.expires_at < now - timedelta(days=1)).limit(BATCH)
    return db.session.execute(delete(AccessToken).where(AccessToken.id.in_(old))).rowcount  # type: ignore[attr-defined]


def deactivate(account: Account, by: Actor) -> None:
    """Close every way in at once; the account's rows stay, what the person had to do goes to others."""
    account.state = AccountState.DEACTIVATED
    db.session.flush()
    end_all(account.id)
    for take_back in after_leaving:
        take_back(account.id)
    trail.audit("account.deactivated", f"account:{account.public_id}", actor_id=by.account_id)
