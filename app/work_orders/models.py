"""What a work order is, who reported it, who had it, and the record it keeps of itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import flag_modified

from app import clock
from app.db import Encrypted, Model, UTCDateTime
from app.people.actor import Actor, System
from app.work_orders import indexes, side_records
from app.work_orders.facts import owe_lapsed
from app.work_orders.indexes import HAS_CONTACT
from app.work_orders.side_records import Kind
from app.work_orders.timeline import Event, record
from app.work_orders.workflow import PAUSED, Action, Status, next_status


class WorkOrder(Model):
    """诉求 / 工单. `status` is written by `take()` alone."""

    __tablename__ = "work_order"
    __table_args__ = (
        *indexes.of_levels(),
        Index(None, "assignee_id", "status", "created_at", "id"),
        Index(None, "original_due_at"),  # what should have been finished in a month, ended or not
        Index(None, "due_at"),
        indexes.where_set("parent_id"),
        indexes.where_set("merged_into_id"),
        indexes.where_set("lead_organisation_id"),
        indexes.where_set("offered_to_id"),
        Index(
            "ix_work_order_unchecked",
            "created_at",
            postgresql_where=text("unchecked"),
            sqlite_where=text("unchecked = 1"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    status: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column()
    round: Mapped[int] = mapped_column(default=1)
    paused_from: Mapped[str | None] = mapped_column(String(20))
    paused_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    beside: Mapped[str] = mapped_column(String(240), default="", server_default="")  # kinds of open side records
    open_tasks: Mapped[int] = mapped_column(default=0, server_default="0")  # asked of other units, not reported yet
    open_parts: Mapped[int] = mapped_column(default=0, server_default="0")  # orders split off it that have not ended
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"))  # what it was split off
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"))
    absorbed: Mapped[bool] = mapped_column(default=False, server_default=false())  # others were merged into it once
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    class_code: Mapped[str] = mapped_column(String(2))
    channel: Mapped[str] = mapped_column(String(12))
    taken_in_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # who reported it on behalf

    city_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
    district_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
    subdistrict_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
    lead_unit_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
    lead_organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))  # where one leads it
    designated: Mapped[bool] = mapped_column(default=False, server_default=false())  # by a ruling: no more disputes
    problem: Mapped[bool] = mapped_column(default=False, server_default=false())  # begun again too often
    compound_id: Mapped[int | None] = mapped_column(ForeignKey("compound.id"))
    building: Mapped[str | None] = mapped_column(String(40))
    unit: Mapped[str | None] = mapped_column(String(40))
    lat: Mapped[float | None]  # WGS-84
    lng: Mapped[float | None]
    given_lat: Mapped[float | None]  # the pair as received, in its own system
    given_lng: Mapped[float | None]
    coordinate_system: Mapped[str | None] = mapped_column(String(8))
    address: Mapped[str | None] = mapped_column(Encrypted)
    place_text: Mapped[str] = mapped_column(String(160))
    unplaced: Mapped[bool] = mapped_column(default=False)

    description: Mapped[str] = mapped_column(Text)
    answers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    confidential: Mapped[bool] = mapped_column(default=False)
    emergency: Mapped[bool] = mapped_column(default=False)
    unchecked: Mapped[bool] = mapped_column(default=False)  # WeChat was away when the text should have been checked
    hidden: Mapped[bool] = mapped_column(default=False)  # a person must look before neighbours may see it

    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    offered_to_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))  # by the open transfer offer
    rule_code: Mapped[str | None] = mapped_column(String(40))
    misses: Mapped[int] = mapped_column(default=0)  # sign limits missed since the order was last signed
    result: Mapped[str | None] = mapped_column(String(24))
    outcome: Mapped[str | None] = mapped_column(String(20))  # how it was closed: rated, unrated, followed_up …

    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    claimed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # the first claim
    responded_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    contacted_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    sign_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    contact_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    original_due_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    due_provisional: Mapped[bool] = mapped_column(default=False)
    counted_from: Mapped[datetime | None] = mapped_column(UTCDateTime)  # from when this round's time counts
    span: Mapped[str | None] = mapped_column(String(32))  # how long it is, such as "7 working_days"
    moved: Mapped[bool] = mapped_column(default=False, server_default=false())  # by a pause or an extension
    step_due_at: Mapped[datetime | None] = mapped_column(
        UTCDateTime
    )  # limit of the waiting step: accept, claim or sign
    overdue_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __mapper_args__ = {"version_id_col": version}

    def take(
        self,
        action: Action,
        *,
        by: Actor | System,
        to: Status | None = None,
        words: str = "",
        visible: str = "reporter",
        answers: Mapping[Kind, str] | None = None,
        **facts: Any,
    ) -> Event:
        """Move along the workflow and write it down. Nothing else sets `status`.

        `words` are free text and lie apart; `facts` hold nothing personal. `visible` is reporter, internal, or act:
        the reporter reads that it happened, but not the words. `answers` says how open side records end by this; those
        that have no place in the new status lapse, and whoever waited is told.
        """
        before = Status(self.status) if self.status else None
        self.status = next_status(before, action, to)
        if before in PAUSED and self.status not in PAUSED:
            self.paused_from = self.paused_at = None
        self.changed_at = clock.now()
        flag_modified(self, "changed_at")  # Two changes of one moment must still meet at the version.
        event = record(self, action, by, before, words=words, visible=visible, facts=facts)
        if self.beside:
            for lapsed in side_records.move_on(self, event, answers or {}):
                owe_lapsed(self, lapsed)
        return event

    def has_open(self, kind: Kind) -> bool:
        """Whether a side record of this kind is open."""
        return kind.value in self.beside.split(",")


class Reporter(Model):
    """反映人: whoever reported the order or joined it. The contact is what they gave for this order."""

    __tablename__ = "reporter"
    __table_args__ = (
        UniqueConstraint("work_order_id", "account_id"),
        Index(None, "account_id", "work_order_id"),
        Index("ix_reporter_contact", "created_at", postgresql_where=HAS_CONTACT, sqlite_where=HAS_CONTACT),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str | None] = mapped_column(Encrypted)  # as somebody without a phone of their own gave it
    contact: Mapped[str | None] = mapped_column(Encrypted)
    is_first: Mapped[bool] = mapped_column(default=True)
    came_from_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"))  # the order that was merged
    left_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UTCDateTime)  # when all that they wrote here was erased

    work_order: Mapped[WorkOrder] = relationship(lazy="raise", foreign_keys=[work_order_id])


class Assignment(Model):
    """承办: who had the order from when to when, and how it came to them. At most one has not ended."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index(
            "uq_assignment_current",
            "work_order_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index(None, "work_order_id", "account_id"),
        Index(
            "ix_assignment_held",
            "account_id",
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
    how: Mapped[str] = mapped_column(String(12))  # the action that brought it
    started_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    # Written after the order itself, so that of two at once the slower one fails at the order's version.
    work_order: Mapped[WorkOrder] = relationship(lazy="raise")


class Recusal(Model):
    """回避: somebody for whom the order does not exist at work, because it concerns them."""

    __tablename__ = "recusal"
    __table_args__ = (UniqueConstraint("account_id", "work_order_id"), Index(None, "work_order_id"))

    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    came_from_id: Mapped[int | None] = mapped_column(ForeignKey("work_order.id"))  # the order that was merged
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    work_order: Mapped[WorkOrder] = relationship(lazy="raise", foreign_keys=[work_order_id])


class Rating(Model):
    """评价: one reporter's word on one round."""

    __tablename__ = "rating"
    __table_args__ = (UniqueConstraint("work_order_id", "round", "reporter_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    round: Mapped[int]
    reporter_id: Mapped[int] = mapped_column(ForeignKey("reporter.id"))
    answered: Mapped[bool]
    solved: Mapped[str] = mapped_column(String(8))
    satisfied: Mapped[str] = mapped_column(String(8))
    comment: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    work_order: Mapped[WorkOrder] = relationship(lazy="raise")  # written after it, as an assignment is


class FollowUp(Model):
    """回访: owed after a "no" or by lot; at most one open per order."""

    __tablename__ = "follow_up"
    __table_args__ = (
        Index(
            "uq_follow_up_open",
            "work_order_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
            sqlite_where=text("ended_at IS NULL"),
        ),
        Index(None, "territory_id", "ended_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    work_order_id: Mapped[int] = mapped_column(ForeignKey("work_order.id"))
    round: Mapped[int]
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"))  # whose officer owes it: rises with time
    cause: Mapped[str] = mapped_column(String(12))  # rated_no or drawn
    opened_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[str | None] = mapped_column(String(16))  # passed, rework, not_followed_up, reopened
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    work_order: Mapped[WorkOrder] = relationship(lazy="raise")  # written after it, as an assignment is
