"""All that the database holds, opened as far as the house's own keys open it."""

from typing import Any

from sqlalchemy import LargeBinary, MetaData, select, type_coerce

from app import secrets
from app.db import Base, walking


def everything_stored() -> dict[str, str]:
    """Every table as one text, with what is encrypted in the clear."""
    with walking() as connection:
        found = MetaData()
        found.reflect(connection)
        assert set(found.tables) >= set(Base.metadata.tables)
        tables = Base.metadata.tables.values()
        return {table.name: "\n".join(map(_opened, connection.execute(_plain(table)))) for table in tables}


def _plain(table: Any) -> Any:
    """The columns as they lie there, so that none is opened or shortened on the way."""
    encrypted = [column for column in table.columns if column.type.__class__.__name__ == "Encrypted"]
    others = [column for column in table.columns if column not in set(encrypted)]
    return select(*others, *(type_coerce(column, LargeBinary) for column in encrypted))


def _opened(row: Any) -> str:
    return " ".join(
        secrets.decrypt(bytes(value)) if isinstance(value, bytes | memoryview) else str(value) for value in row
    )


def tables_with(*needles: str) -> dict[str, list[str]]:
    """In which tables any of these words still stands."""
    stored = everything_stored()
    return {needle: hits for needle in needles if (hits := [name for name, text in stored.items() if needle in text])}
