"""Sealing and looking as the house does, and hands that reach past it."""

from typing import Any

import sqlalchemy as sa

from app.commands.sealing import Sealer
from app.db import db, end_reading, walking
from app.seals import chain
from app.seals.verifying import Findings, verify

UNCHECKED = ("SET session_replication_role = replica", "SET session_replication_role = origin")


def seal(folder: Any) -> int:
    """Seal whatever is there to seal, as the sweep does; returns how many rows were sealed since the start."""
    end_reading()
    sealer = Sealer(folder)
    while sealer.seal():
        pass
    with walking() as connection:
        return chain.end_of(connection).no


def look(known: chain.Head | None = None) -> Findings:
    end_reading()
    with walking() as connection:
        return verify(connection, known)


def fault() -> tuple[str, str] | None:
    """Kind and place of the first thing that is wrong."""
    found = look().fault
    return (found.kind, found.where) if found else None


def by_hand(statement: str, **values: Any) -> None:
    """Change the database past the house, as somebody with its password could."""
    end_reading()
    is_sqlite = db.engine.dialect.name == "sqlite"
    off, on = ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON") if is_sqlite else UNCHECKED
    with db.engine.begin() as connection:
        connection.execute(sa.text(off))
        connection.execute(sa.text(statement), values)
        connection.execute(sa.text(on))


def rows_of(table: str) -> list[Any]:
    with walking() as connection:
        return list(connection.execute(sa.text(f"SELECT * FROM {table} ORDER BY 1")).all())


def make_room(table: str) -> None:
    """Leave numbers free below the rows there are, as transactions do that are undone or not through yet."""
    by_hand(f"UPDATE {table} SET id = id + 100")
    if db.engine.dialect.name == "postgresql":
        by_hand(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
