"""What the city has set: its days, years, limits and working hours."""

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model


class Source(StrEnum):
    """Who named a day."""

    STATE = "state"
    LOCAL = "local"


class CalendarDay(Model):
    """A day that differs from the plain week: by the state's notice, or by the city's own order, which wins.

    Both may stand side by side, so that an order of the city can be withdrawn.
    """

    __tablename__ = "calendar_day"
    __table_args__ = (sa.CheckConstraint("source IN ('state', 'local')", name="source"),)

    date: Mapped[dt.date] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    working: Mapped[bool]
    name: Mapped[str] = mapped_column(sa.String(80), default="")


class CalendarYear(Model):
    """A year whose days were imported; provisional until its make-up days are published."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    provisional: Mapped[bool]


class TimeLimit(Model):
    """The city's own limit for a step of a class, in place of the default."""

    __tablename__ = "time_limit"
    __table_args__ = (sa.CheckConstraint("amount > 0", name="amount"),)

    class_code: Mapped[str] = mapped_column(sa.String(2), primary_key=True)
    step: Mapped[str] = mapped_column(sa.String(8), primary_key=True)
    amount: Mapped[int]
    unit: Mapped[str] = mapped_column(sa.String(16))


class WorkingHours(Model):
    """One span of the working day, by the city's clock. Without any row the default hours count."""

    __tablename__ = "working_hours"

    starts: Mapped[dt.time] = mapped_column(primary_key=True)
    ends: Mapped[dt.time]
