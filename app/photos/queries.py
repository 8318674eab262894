"""Photos of orders, as they are shown."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, or_, select

from app.db import db
from app.people.actor import Actor
from app.photos import permits
from app.photos.models import STATE_NAMES, Photo, PhotoState, Purpose
from app.photos.review import UNDECIDED


@dataclass(frozen=True)
class Shown:
    """A photo with signed addresses of both sizes; make anew for every answer. A refused one has no address."""

    id: str
    url: str | None
    thumb_url: str | None
    state: PhotoState
    purpose: Purpose | None
    round: int | None

    @property
    def state_name(self) -> str:
        return STATE_NAMES[self.state]


@dataclass(frozen=True)
class Pictures:
    """Signed addresses of both sizes of a photo, for a reviewer, whatever its state."""

    url: str
    thumb_url: str


def pictures(public_id: str) -> Pictures:
    """The addresses under which a photo is seen in the next minutes."""
    return Pictures(permits.url_for(public_id, "main"), permits.url_for(public_id, "thumb"))


def shown(photo: Photo) -> Shown:
    """A photo row as it is shown."""
    return _shown(photo.public_id, photo.state, photo.purpose, photo.round)


_OF_ORDERS = (
    select(Photo.work_order_id, Photo.public_id, Photo.state, Photo.purpose, Photo.round)
    .where(
        Photo.work_order_id.in_(bindparam("order_ids", expanding=True)),
        or_(
            Photo.state.in_(bindparam("states", expanding=True)),
            Photo.owner_id == bindparam("owner_id"),
        ),
    )
    .order_by(Photo.id)
)


def of_orders(work_order_ids: Collection[int], viewer: Actor, *, at_work: bool) -> dict[int, list[Shown]]:
    """The photos of these orders that the viewer may see, oldest first; every order asked for has an entry.

    That the viewer may see the orders, and whether they handle them, is for the caller to know. What nobody has
    passed yet is shown to its owner, and to staff at work so that handling is not held up; of a refused photo its
    owner alone learns that it is there.
    """
    found: dict[int, list[Shown]] = {one: [] for one in work_order_ids}
    states = (PhotoState.VISIBLE, *UNDECIDED) if at_work else (PhotoState.VISIBLE,)
    asked = {"order_ids": list(found), "states": states, "owner_id": viewer.account_id}
    for work_order_id, *values in db.session.execute(_OF_ORDERS, asked) if found else ():
        found[work_order_id].append(_shown(*values))
    return found


def _shown(public_id: str, state: str, purpose: str | None, round: int | None) -> Shown:
    seen = None if state == PhotoState.REFUSED else pictures(public_id)
    return Shown(
        id=public_id,
        url=seen.url if seen else None,
        thumb_url=seen.thumb_url if seen else None,
        state=PhotoState(state),
        purpose=Purpose(purpose) if purpose else None,
        round=round,
    )
