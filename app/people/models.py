"""People: accounts, what they are posted to, whether they are on duty, and how they are signed in."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Encrypted, Model, UTCDateTime

TO_ERASE = text("closed_at IS NOT NULL AND erased_at IS NULL")


class Role(StrEnum):
    """Roles of postings. Everybody is a resident besides."""

    GRID_WORKER = "grid_worker"
    UNIT_WORKER = "unit_worker"
    CLERK = "clerk"
    FOLLOW_UP_OFFICER = "follow_up_officer"
    DUTY_OFFICER = "duty_officer"
    MANAGER = "manager"
    PARTNER = "partner"
    ADMINISTRATOR = "administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"
    AUDITOR = "auditor"


ROLE_NAMES = {
    Role.GRID_WORKER: "网格员",
    Role.UNIT_WORKER: "单位经办人",
    Role.CLERK: "受理员",
    Role.FOLLOW_UP_OFFICER: "回访员",
    Role.DUTY_OFFICER: "值班负责人",
    Role.MANAGER: "管理员",
    Role.PARTNER: "联动单位",
    Role.ADMINISTRATOR: "系统管理员",
    Role.SECURITY_ADMINISTRATOR: "安全管理员",
    Role.AUDITOR: "审计员",
}


class AccountState(StrEnum):
    ACTIVE = "active"
    DEACTIVATED = "deactivated"
    CLOSED = "closed"


class Account(Model):
    """A person. `openid` is WeChat's name for them and leaves this room only towards WeChat."""

    __tablename__ = "account"
    __table_args__ = (Index("ix_account_to_erase", "closed_at", postgresql_where=TO_ERASE, sqlite_where=TO_ERASE),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    openid: Mapped[str | None] = mapped_column(String(64), unique=True)
    name: Mapped[str | None] = mapped_column(Encrypted)
    phone: Mapped[str | None] = mapped_column(Encrypted)
    phone_hash: Mapped[str | None] = mapped_column(String(64), index=True)
    home_compound_id: Mapped[int | None] = mapped_column(ForeignKey("compound.id"))
    home_building: Mapped[str | None] = mapped_column(String(40))
    home_unit: Mapped[str | None] = mapped_column(String(40))
    home_changes: Mapped[list[str]] = mapped_column(JSON, default=list)  # ISO times of the last changes
    privacy_version: Mapped[str | None] = mapped_column(String(20))
    privacy_agreed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    is_staff: Mapped[bool] = mapped_column(default=False)
    linked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    state: Mapped[str] = mapped_column(String(12), default=AccountState.ACTIVE)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when its owner left for good
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when the last of what it left was erased


class Posting(Model):
    """岗位: a role at a place for a time."""

    __tablename__ = "posting"
    __table_args__ = (
        Index(None, "territory_id", "role"),
        Index(None, "organisation_id"),
        Index("ix_posting_current", "account_id", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    role: Mapped[str] = mapped_column(String(24))
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))  # for whom, if not for the place
    primary: Mapped[bool] = mapped_column(default=False)  # the grid's own worker
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Duty(Model):
    """Whether a staff member is on duty now."""

    __tablename__ = "duty"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    on_duty: Mapped[bool]
    since: Mapped[datetime] = mapped_column(UTCDateTime)


class AccessToken(Model):
    """A phone's sign-in: the person carries 32 random bytes, the house keeps their hash."""

    __tablename__ = "access_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class ConsoleLogin(Model):
    """A manager's name and password (Argon2id), with the count of failures since the last success."""

    __tablename__ = "console_login"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ConsoleSession(Model):
    """A browser signed in at the console: 10 h at most, 60 min without an action of the person."""

    __tablename__ = "console_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    expires_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    last_acted_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
