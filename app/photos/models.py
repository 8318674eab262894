"""Photos and the state of their review."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model, UTCDateTime

WAITING = text("work_order_id IS NULL")


class PhotoState(StrEnum):
    PENDING = "pending"  # waits for WeChat
    IN_REVIEW = "in_review"  # waits for a person, since WeChat was unsure or could not look
    VISIBLE = "visible"
    REFUSED = "refused"


STATE_NAMES = {
    PhotoState.PENDING: "待审核",
    PhotoState.IN_REVIEW: "待人工审核",
    PhotoState.VISIBLE: "已通过",
    PhotoState.REFUSED: "未通过审核，不予展示",
}


class Verdict(StrEnum):
    """What WeChat said about a photo."""

    PASS = "pass"
    REVIEW = "review"
    RISKY = "risky"
    FAILED = "failed"  # it could not fetch or read it


class Purpose(StrEnum):
    """What an order took the photo for."""

    REPORT = "report"
    RESOLVE = "resolve"
    ANSWER = "answer"


class Photo(Model):
    """A re-encoded picture. Until an order takes it, it belongs to its uploader alone."""

    __tablename__ = "photo"
    __table_args__ = (
        Index(None, "work_order_id"),
        Index(None, "state", "created_at"),
        Index("ix_photo_waiting_owner", "owner_id", postgresql_where=WAITING, sqlite_where=WAITING),
        Index("ix_photo_waiting_created", "created_at", postgresql_where=WAITING, sqlite_where=WAITING),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    work_order_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"))
    purpose: Mapped[str | None] = mapped_column(String(12))
    round: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(10))
    sha256: Mapped[str] = mapped_column(String(64))  # of what was uploaded
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    asked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when WeChat was last asked to look
    # By this WeChat names its verdict. Not unique: WeChat alone knows whether it ever gives one twice.
    trace_id: Mapped[str | None] = mapped_column(String(128), index=True)
    verdict: Mapped[str | None] = mapped_column(String(8))
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when a person decided
    decider_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str | None] = mapped_column(Text)
