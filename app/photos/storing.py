"""Taking a photo in, and forgetting what no order ever took."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from app import clock, secrets
from app.db import db, end_reading, in_transaction
from app.errors import TooMany
from app.people.actor import Actor
from app.photos.models import Photo, PhotoState
from app.photos.permits import SIZES
from app.photos.reencoding import reencode
from app.storage import storage

FOLDER = "photos"
WAITS = timedelta(hours=24)
MAX_WAITING = 60
BATCH = 200


@dataclass(frozen=True)
class Stored:
    """A photo whose files are written and whose row is not."""

    public_id: str
    sha256: str
    width: int
    height: int


def key(public_id: str, size: str) -> str:
    """Where a photo's file of this size lies; size is main or thumb."""
    return f"{FOLDER}/{public_id[:2]}/{public_id}{'.thumb' if size == 'thumb' else ''}.jpg"


def upload(data: bytes, owner: Actor) -> Stored:
    """Re-encode and write both files. Called before the transaction: it takes a core for some tenths of a second."""
    if in_transaction():
        raise RuntimeError("pictures are never decoded inside a transaction")
    _check_waiting(owner)
    pictures = reencode(data)
    public_id = secrets.public_id()
    storage().put(key(public_id, "main"), pictures.main)
    storage().put(key(public_id, "thumb"), pictures.thumb)
    return Stored(public_id, hashlib.sha256(data).hexdigest(), pictures.width, pictures.height)


def _check_waiting(owner: Actor) -> None:
    waiting = select(func.count()).where(Photo.owner_id == owner.account_id, Photo.work_order_id.is_(None))
    count = db.session.scalar(waiting) or 0
    end_reading()
    if count >= MAX_WAITING:
        raise TooMany("您已上传很多还没有提交的照片，请先提交诉求，或明天再上传。", retry_after=3600)


def add_photo(stored: Stored, owner: Actor) -> Photo:
    """Write the row of a stored photo, in the running transaction. What staff upload needs no review."""
    photo = Photo(
        public_id=stored.public_id,
        owner_id=owner.account_id,
        state=PhotoState.VISIBLE if owner.posts else PhotoState.PENDING,
        sha256=stored.sha256,
        width=stored.width,
        height=stored.height,
        created_at=clock.now(),
    )
    db.session.add(photo)
    return photo


def forget_orphans(now: datetime) -> int:
    """Delete one batch of rows that no order took for a day, in the running transaction; returns how many."""
    old = select(Photo.id).where(Photo.work_order_id.is_(None), Photo.created_at < now - WAITS).limit(BATCH)
    # The condition stands twice so that a photo taken between the two looks is left alone.
    taken = delete(Photo).where(Photo.id.in_(old.scalar_subquery()), Photo.work_order_id.is_(None))
    deleted = db.session.execute(taken.returning(Photo.id), execution_options={"synchronize_session": False})
    return len(deleted.all())


def forget_of(owner_id: int, work_order_id: int) -> list[str]:
    """Delete the rows of what a person added to an order; returns the photos whose files must go after the commit."""
    theirs = delete(Photo).where(Photo.work_order_id == work_order_id, Photo.owner_id == owner_id)
    deleted = db.session.scalars(theirs.returning(Photo.public_id), execution_options={"synchronize_session": False})
    return sorted(deleted.all())


def remove_files(public_ids: Iterable[str]) -> None:
    """Remove the files of photos that have no row any more. What a crash leaves here is found among the strays."""
    for public_id in public_ids:
        for size in SIZES:
            storage().delete(key(public_id, size))


def forget_strays(now: datetime) -> int:
    """Remove files older than a day that have no row; returns how many. Called outside a transaction.

    Rows go first and files here, so that a crash between the two leaves nothing behind for good. Each call looks
    at one letter of the alphabet, a different one every minute.
    """
    letter = secrets.ALPHABET[int(now.timestamp() // 60) % len(secrets.ALPHABET)]
    old = list(storage().older(f"{FOLDER}/{letter}", now - WAITS))
    removed = 0
    for start in range(0, len(old), BATCH):
        removed += _remove_unknown(old[start : start + BATCH])
    end_reading()
    return removed


def _remove_unknown(keys: list[str]) -> int:
    ids = {one: one.rsplit("/", 1)[1].partition(".")[0] for one in keys}
    known = set(db.session.scalars(select(Photo.public_id).where(Photo.public_id.in_(set(ids.values())))))
    strays = [one for one, public_id in ids.items() if public_id not in known]
    for stray in strays:
        storage().delete(stray)
    return len(strays)
