"""Numbers of the field that a city may change without a new release: kept in a table, defaults in the rooms."""

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Model, db
from app.kept import Kept


class Parameter(Model):
    __tablename__ = "parameter"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


def _read() -> dict[str, str]:
    return {row.name: row.value for row in db.session.execute(select(Parameter.name, Parameter.value))}


_values = Kept(_read)
forget = _values.forget


def value(name: str, default: str) -> str:
    """The city's value, else the default. A change is seen by every process within a minute."""
    return _values().get(name, default)


def number(name: str, default: int) -> int:
    return int(value(name, str(default)))
