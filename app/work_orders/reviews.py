"""内容审核: what managers look at before others may see it, texts and photos in one list; each word of theirs stands.

Photos that no order has taken are shown to nobody. Nobody decides about what they reported or uploaded themselves.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CompoundSelect, Row, Select, Subquery, func, literal, select, union_all

from app import clock, errors
from app.db import db
from app.errors import NotFound
from app.people.actor import Actor
from app.people.models import Account, Role
from app.photos import queries as photo_queries
from app.photos import review as photo_review
from app.photos.models import Photo, PhotoState, Verdict
from app.photos.queries import Pictures
from app.work_orders import scope, text_review
from app.work_orders.models import WorkOrder
from app.work_orders.text_review import TextReview

ABSENT = "没有找到要审核的内容，可能已不在您的范围内。"
COUNTED_TO = 100
REFUSED_FOR = timedelta(days=30)
SAID = {Verdict.REVIEW: "微信建议人工审核", Verdict.RISKY: "微信判定疑似违规"}
UNSAID = "微信未能检查"


@dataclass(frozen=True)
class Item:
    """A text or a photo with what a reviewer needs to know of it."""

    kind: str  # text or photo
    key: str  # the order's number, or the photo's public id
    seen: str  # which decision this shows
    number: str
    category_code: str
    place_text: str
    at: datetime
    said: str
    description: str
    answers: dict[str, str]
    pictures: Pictures | None
    decider: str | None
    decided_at: datetime | None
    reason: str | None


def is_reviewer(actor: Actor) -> bool:
    return bool(scope.review_area(actor))


def waiting(actor: Actor, page: int, per_page: int) -> list[Item]:
    """One page and one item more of what waits for a person, the oldest first."""
    return _items(_waiting(actor).order_by("at", "kind", "id"), page, per_page)


def refused(actor: Actor, page: int, per_page: int) -> list[Item]:
    """What WeChat or a colleague refused in the last 30 days, the newest first: all of it can be passed again."""
    since = clock.now() - REFUSED_FOR
    texts = _texts(actor, TextReview.decided_at >= since, at=TextReview.decided_at).where(WorkOrder.hidden)
    photos = _photos(actor, Photo.state == PhotoState.REFUSED, Photo.created_at >= since)
    found = union_all(texts, photos)
    return _items(found.order_by(found.selected_columns.at.desc(), "kind", "id"), page, per_page)


def count(actor: Actor) -> int:
    """How many wait, counted to a hundred, so that a long list costs no more than a short one."""
    found = _waiting(actor).limit(COUNTED_TO).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def _waiting(actor: Actor) -> CompoundSelect[Any]:
    return union_all(
        _texts(actor, TextReview.decided_at.is_(None), at=TextReview.opened_at),
        _photos(actor, Photo.state == PhotoState.IN_REVIEW),
    )


def _texts(actor: Actor, *conditions: Any, at: Any) -> Select[Any]:
    found = _first(select(TextReview.work_order_id.label("id"), at.label("at")).where(*conditions))
    return (
        select(literal("text").label("kind"), found.c.id.label("id"), found.c.at.label("at"))
        .join(WorkOrder, WorkOrder.id == found.c.id)
        .where(scope.reviewed_by(actor))
    )


def _photos(actor: Actor, *conditions: Any) -> Select[Any]:
    columns = (Photo.id, Photo.work_order_id, Photo.created_at.label("at"))
    found = _first(select(*columns).where(Photo.owner_id != actor.account_id, *conditions))
    return (
        select(literal("photo").label("kind"), found.c.id.label("id"), found.c.at.label("at"))
        .join(WorkOrder, WorkOrder.id == found.c.work_order_id)
        .where(scope.reviewed_by(actor))
    )


def _first(statement: Select[Any]) -> Subquery:
    """The few rows that wait, found before the many orders of a city: both databases keep such a part for itself."""
    return statement.offset(0).subquery()


OF_ORDER = (
    WorkOrder.number,
    WorkOrder.category_code,
    WorkOrder.place_text,
    WorkOrder.description,
    WorkOrder.answers,
)


def _items(statement: CompoundSelect[Any], page: int, per_page: int) -> list[Item]:
    """The items of one page: which ones in the first statement, and what they are in one for each kind."""
    rows = db.session.execute(statement.offset((page - 1) * per_page).limit(per_page + 1)).all()
    of_kind = {kind: [row.id for row in rows if row.kind == kind] for kind in ("text", "photo")}
    known = {("text", row.id): row for row in _read_texts(of_kind["text"])}
    known |= {("photo", row.id): row for row in _read_photos(of_kind["photo"])}
    return [_item(row, known[row.kind, row.id]) for row in rows if (row.kind, row.id) in known]


def _read_texts(ids: Collection[int]) -> Sequence[Row[Any]]:
    if not ids:
        return ()
    own = (WorkOrder.id, TextReview.verdict, TextReview.decided_at, TextReview.reason, Account.name)
    return db.session.execute(
        select(*own, *OF_ORDER)
        .join(TextReview, TextReview.work_order_id == WorkOrder.id)
        .outerjoin(Account, Account.id == TextReview.decider_id)
        .where(WorkOrder.id.in_(ids))
    ).all()


def _read_photos(ids: Collection[int]) -> Sequence[Row[Any]]:
    if not ids:
        return ()
    own = (Photo.id, Photo.public_id, Photo.verdict, Photo.decided_at, Photo.reason, Account.name)
    return db.session.execute(
        select(*own, *OF_ORDER)
        .join(WorkOrder, WorkOrder.id == Photo.work_order_id)
        .outerjoin(Account, Account.id == Photo.decider_id)
        .where(Photo.id.in_(ids))
    ).all()


def _item(row: Row[Any], known: Row[Any]) -> Item:
    is_photo = row.kind == "photo"
    return Item(
        kind=row.kind,
        key=known.public_id if is_photo else known.number,
        seen=photo_review.mark(known.decided_at),
        number=known.number,
        category_code=known.category_code,
        place_text=known.place_text,
        at=row.at,
        said=SAID.get(known.verdict, UNSAID),
        description=known.description,
        answers=known.answers,
        pictures=photo_queries.pictures(known.public_id) if is_photo else None,
        decider=known.name if known.decided_at else None,
        decided_at=known.decided_at,
        reason=known.reason,
    )


def decide_text(number: str, actor: Actor, *, passes: bool, reason: str, seen: str) -> None:
    """Show an order's text to neighbours or not; its handling goes on either way."""
    of_text = select(WorkOrder.id).join(TextReview, TextReview.work_order_id == WorkOrder.id)
    _decide(of_text.where(WorkOrder.number == number), text_review.decide, number, actor, passes, reason, seen)


def decide_photo(public_id: str, actor: Actor, *, passes: bool, reason: str, seen: str) -> None:
    """Show a photo or not; it is kept either way."""
    of_photo = select(WorkOrder.id).join(Photo, Photo.work_order_id == WorkOrder.id)
    mine_not = (Photo.public_id == public_id, Photo.owner_id != actor.account_id)
    _decide(of_photo.where(*mine_not), photo_review.decide, public_id, actor, passes, reason, seen)


def _decide(
    found: Select[Any], act: Callable[..., None], key: str, actor: Actor, passes: bool, reason: str, seen: str
) -> None:
    actor.must_have(Role.MANAGER)
    if not passes and not reason.strip():
        raise errors.field("reason", "请写明不予展示的理由。")
    if db.session.scalar(found.where(scope.reviewed_by(actor))) is None:
        raise NotFound(ABSENT)
    act(key, actor, passes=passes, reason=reason.strip(), seen=seen)
