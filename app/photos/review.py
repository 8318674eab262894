"""Whether a photo may be shown: WeChat looks at it first, a person where WeChat is unsure, and a person's word stands.

A photo without a verdict half an hour after WeChat took it to look, or after its upload where WeChat could not be
asked, waits for a person. It is not asked about any more then, but a verdict that still comes before a person has
decided counts.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select, true, update

from app import clock
from app.db import db
from app.errors import Conflict
from app.people.actor import Actor
from app.people.models import Account
from app.photos import permits
from app.photos.models import STATE_NAMES, Photo, PhotoState, Verdict
from app.trail import audit

WITHIN = timedelta(minutes=30)
AGAIN_AFTER = timedelta(minutes=2)
FETCHED_WITHIN_S = 3600 + permits.STEP_S
BATCH = 50

UNDECIDED = (PhotoState.PENDING, PhotoState.IN_REVIEW)
STATES = {
    Verdict.PASS: PhotoState.VISIBLE,
    Verdict.REVIEW: PhotoState.IN_REVIEW,
    Verdict.RISKY: PhotoState.REFUSED,
    Verdict.FAILED: PhotoState.IN_REVIEW,
}


def waiting(now: datetime) -> Sequence[Row[Any]]:
    """Photos that WeChat is to be asked about now, the oldest first: (id, public_id, openid of the owner)."""
    return db.session.execute(
        select(Photo.id, Photo.public_id, Account.openid)
        .join(Account, Account.id == Photo.owner_id)
        .where(
            Photo.state == PhotoState.PENDING,
            Photo.created_at > now - WITHIN,
            _may_be_asked(now),
            Account.openid.is_not(None),
        )
        .order_by(Photo.created_at, Photo.id)
        .limit(BATCH)
    ).all()


def _may_be_asked(now: datetime) -> ColumnElement[bool]:
    """Not asked yet, or asked without ever hearing under which name WeChat took it."""
    unheard = or_(Photo.asked_at.is_(None), Photo.asked_at <= now - AGAIN_AFTER)
    return and_(Photo.trace_id.is_(None), unheard)


def address(public_id: str) -> str:
    """The path by which WeChat fetches the photo: good for an hour, since it may take half of that to look."""
    return permits.url_for(public_id, "main", FETCHED_WITHIN_S)


def begin(photo_id: int, now: datetime) -> bool:
    """Mark the photo as asked about, before WeChat is called; False when another relay was faster."""
    return bool(_update(Photo.id == photo_id, Photo.state == PhotoState.PENDING, _may_be_asked(now), asked_at=now))


def took(photo_id: int, trace_id: str) -> None:
    """Note under which name WeChat took the photo."""
    _update(Photo.id == photo_id, trace_id=trace_id)


def overdue(now: datetime, *, asked: bool = True) -> Sequence[int]:
    """Pending photos that WeChat will not settle any more; all of them where it is not asked at all."""
    limit = now - WITHIN
    late = or_(
        and_(Photo.trace_id.is_(None), Photo.created_at <= limit),
        and_(Photo.trace_id.is_not(None), Photo.asked_at <= limit),
        Account.openid.is_(None),
    )
    return db.session.scalars(
        select(Photo.id)
        .join(Account, Account.id == Photo.owner_id)
        .where(Photo.state == PhotoState.PENDING, late if asked else true())
        .order_by(Photo.created_at, Photo.id)
        .limit(BATCH)
    ).all()


def hand_over(photo_id: int, cause: str) -> None:
    """Let a person look at a photo that WeChat did not settle, for this cause; one that is settled stays."""
    for public_id in _update(Photo.id == photo_id, Photo.state == PhotoState.PENDING, state=PhotoState.IN_REVIEW):
        audit("photo.handed_over", f"photo:{public_id}", cause=cause)


def settle(trace_id: str, suggest: str | None) -> bool:
    """Write down WeChat's verdict, None where it could not look; False when nothing is known under this name yet.

    The first verdict counts, and none after a person has decided.
    """
    photo_id = db.session.scalar(select(Photo.id).where(Photo.trace_id == trace_id).order_by(Photo.id.desc()).limit(1))
    if photo_id is None:
        return False
    verdict = Verdict(suggest) if suggest in list(Verdict) else Verdict.FAILED
    unsettled = (Photo.id == photo_id, Photo.state.in_(UNDECIDED), Photo.verdict.is_(None), Photo.decided_at.is_(None))
    for public_id in _update(*unsettled, state=STATES[verdict], verdict=verdict):
        audit("photo.checked", f"photo:{public_id}", verdict=verdict.value)
    return True


def decide(public_id: str, by: Actor, *, passes: bool, reason: str, seen: str) -> None:
    """A person's word on a photo of an order that they may decide about: it overrides WeChat's, now and later.

    `seen` says which decision they saw on the page, as `mark` puts it; raises Conflict when a colleague was faster.
    """
    state, decided_at = db.session.execute(
        select(Photo.state, Photo.decided_at).where(Photo.public_id == public_id)
    ).one()
    as_seen = Photo.decided_at.is_(None) if decided_at is None else Photo.decided_at == decided_at
    after = PhotoState.VISIBLE if passes else PhotoState.REFUSED
    values = {"state": after, "decided_at": clock.now(), "decider_id": by.account_id, "reason": reason or None}
    if mark(decided_at) != seen or not _update(Photo.public_id == public_id, as_seen, **values):
        now_is = db.session.scalars(select(Photo.state).where(Photo.public_id == public_id)).one()
        raise Conflict(f"这张照片刚刚已由其他同事处理，现在是“{STATE_NAMES[PhotoState(now_is)]}”，不用再处理。")
    audit("photo.reviewed", f"photo:{public_id}", actor_id=by.account_id, text=reason, before=state, after=after.value)


def mark(decided_at: datetime | None) -> str:
    """A person's decision as a form carries it; empty while there is none."""
    return "" if decided_at is None else f"{decided_at.timestamp()}"


def _update(*where: ColumnElement[bool], **values: Any) -> Sequence[str]:
    """Change photos in one statement, so that of two at once the slower finds its condition gone."""
    changing = update(Photo).where(*where).values(**values).returning(Photo.public_id)
    return db.session.scalars(changing, execution_options={"synchronize_session": False}).all()
