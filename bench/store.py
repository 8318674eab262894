"""Either database as the driver gives it: one connection for each thread, with the guarantees of the service."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import orjson
import psycopg

LIMITS = "-c statement_timeout=5000 -c lock_timeout=3000"
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")
Rows = list[tuple[Any, ...]]


def packed(value: Any) -> str:
    """A value for a JSON column."""
    return orjson.dumps(value).decode()


class PostgreSQL:
    """Reads outside of `writing()` are committed by themselves. Each statement is prepared after a few uses."""

    def __init__(self, url: str) -> None:
        self.url = url.replace("postgresql+psycopg://", "postgresql://", 1)
        self._local = threading.local()

    def run(self, statement: str, *values: Any) -> Rows:
        """The rows of one statement; an empty list where it gives none."""
        cursor = self._cursor()
        cursor.execute(statement.encode(), values)
        return cursor.fetchall() if cursor.description else []

    def _cursor(self) -> "psycopg.Cursor[tuple[Any, ...]]":
        cursor = getattr(self._local, "cursor", None)
        if cursor is None:
            cursor = psycopg.connect(self.url, autocommit=True, options=LIMITS).cursor()
            self._local.cursor = cursor
        return cast("psycopg.Cursor[tuple[Any, ...]]", cursor)

    @contextmanager
    def writing(self) -> Iterator[None]:
        cursor = self._cursor()
        cursor.execute("BEGIN")
        try:
            yield
            cursor.execute("COMMIT")
        except BaseException:
            cursor.execute("ROLLBACK")
            raise

    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Many rows at once."""
        with self._cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def settle(self, tables: Iterable[str]) -> None:
        """After a bulk load: sequences behind the last ids, statistics, and nothing left to write."""
        for table in tables:
            self.run(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
        self.run("VACUUM ANALYZE")
        self.run("CHECKPOINT")

    def moment(self, value: datetime) -> datetime:
        """A moment as a parameter."""
        return value

    def read_moment(self, value: datetime) -> datetime:
        return value

    def read_json(self, value: Any) -> Any:
        return value


class SQLite:
    """Reads take no lock; `writing()` takes the write lock at once."""

    def __init__(self, url: str) -> None:
        self.path = url.removeprefix("sqlite:///")
        self._local = threading.local()

    def run(self, statement: str, *values: Any) -> Rows:
        return self._connection().execute(statement.replace("%s", "?"), values).fetchall()

    def _connection(self) -> sqlite3.Connection:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = sqlite3.connect(self.path, timeout=5, isolation_level=None)
            for pragma in PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            self._local.connection = connection
        return connection

    @contextmanager
    def writing(self) -> Iterator[None]:
        connection = self._connection()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise

    def fill(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        places = ", ".join("?" for _ in columns)
        statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
        with self.writing():
            self._connection().executemany(statement, (tuple(map(self._plain, row)) for row in rows))

    def _plain(self, value: Any) -> Any:
        return self.moment(value) if isinstance(value, datetime) else value

    def settle(self, _tables: Iterable[str]) -> None:
        self.run("ANALYZE")
        self.run("PRAGMA wal_checkpoint(TRUNCATE)")

    def moment(self, value: datetime) -> str:
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")

    def read_moment(self, value: str) -> datetime:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)

    def read_json(self, value: str) -> Any:
        return orjson.loads(value)


Store = PostgreSQL | SQLite


def store_of(url: str) -> Store:
    return SQLite(url) if url.startswith("sqlite") else PostgreSQL(url)
