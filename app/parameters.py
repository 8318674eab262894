"""Numbers of the field that a city may change without a new release: kept in a table, defaults in the rooms."""

from datetime import timedelta

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Model, db, end_reading, in_transaction

KEPT_FOR = timedelta(seconds=60)


class Parameter(Model):
    __tablename__ = "parameter"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


_kept: tuple[float, dict[str, str]] | None = None


def value(name: str, default: str) -> str:
    """The city's value, else the default. A change is seen by every process within a minute."""
    global _kept
    now = clock.now().timestamp()
    if _kept is None or abs(now - _kept[0]) > KEPT_FOR.total_seconds():
        was_open = in_transaction() or db.session().in_transaction()
        _kept = (now, {row.name: row.value for row in db.session.execute(select(Parameter.name, Parameter.value))})
        if not was_open:
            end_reading()
    return _kept[1].get(name, default)


def number(name: str, default: int) -> int:
    return int(value(name, str(default)))


def forget() -> None:
    global _kept
    _kept = None
