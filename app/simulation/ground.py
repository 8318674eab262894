"""The database that a month is played in: empty or the simulation's own, and fast rather than lasting."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import event, func, select, text

from app import connections
from app.db import Base, db, end_reading, transaction
from app.parameters import Parameter
from app.people.models import Account
from app.territory.models import Territory
from app.work_orders.models import WorkOrder

MARK = "simulation"
OF_PEOPLE = (Account, Territory, WorkOrder)
FAST = {
    "sqlite": ("PRAGMA synchronous=OFF", "PRAGMA cache_size=-262144", "PRAGMA temp_store=MEMORY"),
    "postgresql": ("SET synchronous_commit = off",),
}
UNCHECKED = {
    "sqlite": ("PRAGMA foreign_keys=OFF",),
    # Refused to whoever is no superuser, for whom the copies are checked row by row.
    "postgresql": (
        "SELECT set_config('session_replication_role', 'replica', false) FROM pg_user"
        " WHERE usename = current_user AND usesuper",
    ),
}


class Foreign(Exception):
    """The database holds what no simulation put there."""


def take(about: str) -> None:
    """Make the database ready for a new month, and mark it; raises Foreign where it holds anything else.

    What an earlier simulation left is removed, so that the same seed gives the same month again.
    """
    is_ours = db.session.get(Parameter, MARK) is not None
    holds = any(db.session.scalar(select(func.count()).select_from(model)) for model in OF_PEOPLE)
    end_reading()
    if holds and not is_ours:
        raise Foreign
    with transaction():
        if is_ours:
            _empty()
        db.session.merge(Parameter(name=MARK, value=about[:200]))
    connections.forget()


def _empty() -> None:
    tables = [table.name for table in reversed(Base.metadata.sorted_tables)]
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("SET LOCAL statement_timeout = 0"))
        db.session.execute(text(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY"))
        return
    db.session.execute(text("PRAGMA defer_foreign_keys=ON"))
    for table in tables:
        db.session.execute(text(f"DELETE FROM {table}"))


def hurry(unchecked: bool = False) -> None:
    """Let the database answer before the disk has it: a month that breaks off is played again, not mended.

    `unchecked`, it does not look whether what a row points to is there either, which copies of true rows need not.
    """
    end_reading()
    engine = db.engine
    engine.dispose()
    for prepare in (_prepare, *([_uncheck] if unchecked else [])):
        if not event.contains(engine, "connect", prepare):
            event.listen(engine, "connect", prepare)


def last() -> None:
    """Go back to connections that keep and check what they acknowledge."""
    end_reading()
    engine = db.engine
    for prepare in (_prepare, _uncheck):
        if event.contains(engine, "connect", prepare):
            event.remove(engine, "connect", prepare)
    engine.dispose()


def _prepare(connection: Any, _record: Any) -> None:
    _say(connection, FAST)


def _uncheck(connection: Any, _record: Any) -> None:
    _say(connection, UNCHECKED)


def _say(connection: Any, statements: Mapping[str, tuple[str, ...]]) -> None:
    if hasattr(connection, "executescript"):
        for statement in statements["sqlite"]:
            connection.execute(statement)
        return
    # Said inside of a transaction it would be forgotten with the first one that is given up.
    connection.autocommit = True
    for statement in statements["postgresql"]:
        connection.execute(statement)
    connection.autocommit = False
