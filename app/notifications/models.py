"""What is owed, what was told, through which channel, and what people allowed."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Encrypted, Model, UTCDateTime


class DeliveryState(StrEnum):
    OWED = "owed"
    SENT = "sent"
    DELIVERED = "delivered"
    REFUSED = "refused"
    NO_PERMISSION_LEFT = "no_permission_left"
    UNCLEAR = "unclear"
    FAILED = "failed"


DELIVERY_STATE_NAMES = {
    DeliveryState.OWED: "待发送",
    DeliveryState.SENT: "微信已发送",
    DeliveryState.DELIVERED: "已送达",
    DeliveryState.REFUSED: "微信拒收",
    DeliveryState.NO_PERMISSION_LEFT: "授权次数已用完",
    DeliveryState.UNCLEAR: "是否送达不确定",
    DeliveryState.FAILED: "未能发送",
}


def _partly(name: str, *columns: str, where: str) -> Index:
    """An index on the few rows that still matter; the many that are through cost it nothing."""
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(where))


class Outbox(Model):
    """One row for each event that people must hear of, written with the change that caused it."""

    __tablename__ = "outbox"
    __table_args__ = (
        _partly("ix_outbox_due", "due_at", "id", where="done_at IS NULL"),
        _partly("ix_outbox_order", "work_order_id", "id", where="done_at IS NULL"),
        _partly("ix_outbox_done", "done_at", where="done_at IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(String(40))  # which event, see notifications/messages.py
    work_order_id: Mapped[int | None]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)  # ids and template fields; nothing personal
    request_id: Mapped[str] = mapped_column(String(36), default="")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    lease_owner: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class WechatPush(Model):
    """What WeChat told us, kept until it has taken effect and a day longer, so that it takes effect once."""

    __tablename__ = "wechat_push"
    __table_args__ = (
        _partly("ix_wechat_push_due", "id", "due_at", where="done_at IS NULL"),
        _partly("ix_wechat_push_done", "done_at", where="done_at IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)  # a keyed hash: what makes an event one names people
    name: Mapped[str] = mapped_column(String(64))
    openid: Mapped[str | None] = mapped_column(Encrypted)
    body: Mapped[str | None] = mapped_column(Encrypted)  # moment, facts and entries as JSON
    received_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    outcome: Mapped[str | None] = mapped_column(String(12))


class Notification(Model):
    """One entry in one person's inbox."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("outbox_id", "account_id"),
        Index(None, "account_id", "created_at", "id"),
        _partly("ix_notification_unread", "account_id", where="read_at IS NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    outbox_id: Mapped[int]  # no foreign key: outbox rows are cleaned up earlier
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    topic: Mapped[str] = mapped_column(String(40))
    number: Mapped[str | None] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(String(60))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Delivery(Model):
    """One attempt's story to bring a notification through a channel outside the inbox."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("notification_id", "channel"),
        _partly("ix_delivery_due", "due_at", "id", where="state = 'owed'"),
        _partly("ix_delivery_order", "account_id", "id", where="state = 'owed'"),
        _partly("ix_delivery_unclear", "account_id", where="state = 'unclear'"),
        _partly("ix_delivery_msgid", "msgid", where="msgid IS NOT NULL"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    notification_id: Mapped[int] = mapped_column(ForeignKey("notification.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    channel: Mapped[str] = mapped_column(String(10))
    template_key: Mapped[str] = mapped_column(String(20))  # our own name of the template, see messages.TEMPLATES
    data: Mapped[dict[str, str]] = mapped_column(JSON)  # values by our own names; nothing personal
    page: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(String(60))
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    lease_owner: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    unclear: Mapped[int] = mapped_column(default=0)
    msgid: Mapped[int | None] = mapped_column(BigInteger)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when it was handed to WeChat, as far as known


class Consent(Model):
    """订阅授权: how many messages of one template a person still lets us send; our own ledger."""

    __tablename__ = "consent"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    template_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    units: Mapped[int] = mapped_column(default=0)
    blocked: Mapped[bool] = mapped_column(default=False)
    history: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # what the two are the sum of, see consent_moves.py
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Digest(Model):
    """今日待办: whether the digest of a day was told to a person, or left out because there was nothing to tell."""

    __tablename__ = "digest"

    day: Mapped[date] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    decided_at: Mapped[datetime] = mapped_column(UTCDateTime)


class MessageTemplate(Model):
    """消息模板: what the account at WeChat has under one of our titles, as last read there."""

    __tablename__ = "message_template"

    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    template_id: Mapped[str] = mapped_column(String(64), unique=True)
    one_time: Mapped[bool]  # one consent, one message; otherwise a consent lasts until it is taken back
    fields: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # key, kind, label, values of each line
    read_at: Mapped[datetime] = mapped_column(UTCDateTime)


class WechatToken(Model):
    """WeChat's access token, shared by every process through this one row and its lease."""

    __tablename__ = "wechat_token"

    appid: Mapped[str] = mapped_column(String(40), primary_key=True)
    token: Mapped[str | None] = mapped_column(Encrypted)
    expires_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    lease_owner: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime] = mapped_column(UTCDateTime)
    forced_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    forced_today: Mapped[int] = mapped_column(default=0)
