"""Whole copies of the database: taken while the service writes, and restored into a scratch place to be looked at."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

from app import logs, secrets
from app.db import ANY_ENGINE, Base, table_of
from app.photos.models import Photo
from app.seals import chain
from app.seals.chain import Head

UNLIMITED = "-c timezone=UTC -c statement_timeout=0 -c idle_in_transaction_session_timeout=0"
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


class CopyFailed(Exception):
    """A copy that could not be made or restored, with a sentence for operators."""


@dataclass(frozen=True)
class Figures:
    """What one state of the database holds."""

    revision: str | None
    rows: dict[str, int]
    head: Head
    photos: Sequence[str]


class Copies(Protocol):
    """How copies of one kind of database are made."""

    file: str

    def take(self, folder: Path) -> Figures:
        """Write a copy of one moment into the folder; the figures are of the same moment."""
        ...

    def restored(self, folder: Path) -> Any:
        """A context with a connection to a scratch database that holds the copy, gone afterwards."""
        ...


def copies_of(url: sa.URL, pg_bin: str | None = None) -> Copies:
    """`pg_bin` is the folder of pg_dump and pg_restore, where they are not on the PATH."""
    return SqliteCopies(url) if url.get_backend_name() == "sqlite" else PostgresqlCopies(url, pg_bin)


def figures(connection: sa.Connection) -> Figures:
    """Count everything through this connection."""
    is_migrated = sa.inspect(connection).has_table("alembic_version")
    revision = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar() if is_migrated else None
    count = sa.select(sa.func.count())
    rows = {
        table.name: connection.execute(count.select_from(table)).scalar_one() for table in Base.metadata.sorted_tables
    }
    photo = table_of(Photo)
    photos = connection.execute(sa.select(photo.c.public_id).order_by(photo.c.id)).scalars().all()
    return Figures(revision, rows, chain.end_of(connection), photos)


def _engine(url: str | sa.URL, **options: Any) -> sa.Engine:
    """For long looks: without a pool and without the time limits of requests."""
    return sa.create_engine(url, poolclass=sa.NullPool, **ANY_ENGINE, **options)


class SqliteCopies:
    """By SQLite's own online copy, which sees one moment whoever writes meanwhile."""

    file = "database.sqlite"

    def __init__(self, url: sa.URL) -> None:
        self._path = Path(url.database or "")

    def take(self, folder: Path) -> Figures:
        copy = folder / self.file
        try:
            with (
                closing(sqlite3.connect(f"{self._path.resolve().as_uri()}?mode=ro", uri=True)) as source,
                closing(sqlite3.connect(copy)) as target,
            ):
                source.backup(target)
                target.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.Error as error:
            why = "磁盘空间不够" if error.sqlite_errorcode == sqlite3.SQLITE_FULL else error
            raise CopyFailed(f"数据库没有复制成：{why}") from error
        with _engine(f"sqlite:///{copy}").connect() as connection:
            return figures(connection)

    @contextmanager
    def restored(self, folder: Path) -> Iterator[sa.Connection]:
        with tempfile.TemporaryDirectory(prefix="restore-check-") as scratch:
            copy = shutil.copy(folder / self.file, scratch)
            with _engine(f"sqlite:///{copy}").connect() as connection:
                self._check(connection)
                yield connection

    def _check(self, connection: sa.Connection) -> None:
        try:
            found = connection.execute(sa.text("PRAGMA integrity_check")).scalars().all()
            loose = connection.execute(sa.text("PRAGMA foreign_key_check")).all()
        except sa.exc.DatabaseError as error:
            raise CopyFailed(f"数据库文件已损坏：{error.orig}") from error
        if list(found) != ["ok"]:
            raise CopyFailed(f"数据库没有通过完整性检查：{found[0]}")
        if loose:
            raise CopyFailed(f"数据库里有 {len(loose)} 处引用落空，第一处在表 {loose[0][0]}")


class PostgresqlCopies:
    """By pg_dump of a snapshot in which everything is counted too; restored as a database of its own."""

    file = "database.dump"

    def __init__(self, url: sa.URL, pg_bin: str | None) -> None:
        self._url, self._pg_bin = url, pg_bin

    def take(self, folder: Path) -> Figures:
        engine = _engine(self._url, isolation_level="REPEATABLE READ", connect_args={"options": UNLIMITED})
        with engine.connect() as connection:
            snapshot = connection.execute(sa.text("SELECT pg_export_snapshot()")).scalar_one()
            found = figures(connection)
            target = f"--file={folder / self.file}"
            self._run("pg_dump", self._url, "--format=custom", f"--snapshot={snapshot}", target)
        return found

    @contextmanager
    def restored(self, folder: Path) -> Iterator[sa.Connection]:
        name = f"restore_check_{secrets.random_digits(12)}"
        scratch = self._url.set(database=name)
        with _engine(self._url, isolation_level="AUTOCOMMIT").connect() as connection:
            self._create(connection, name)
            try:
                self._run("pg_restore", scratch, "--no-owner", "--no-privileges", "--exit-on-error", folder / self.file)
                with _engine(scratch, connect_args={"options": UNLIMITED}).connect() as restored:
                    yield restored
            finally:
                connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))

    def _create(self, connection: sa.Connection, name: str) -> None:
        try:
            connection.execute(sa.text(f"CREATE DATABASE {name} TEMPLATE template0"))
        except sa.exc.DBAPIError as error:
            raise CopyFailed(
                f"不能新建临时数据库：{error.orig}。请用有建库权限（CREATEDB）的账号，写在 DATABASE_URL 里再检查"
            ) from error

    def _run(self, name: str, url: sa.URL, *options: str | Path) -> None:
        """Run one of PostgreSQL's tools; the password goes by the environment, where no list of processes shows it."""
        tool = shutil.which(name, path=self._pg_bin)
        if tool is None:
            where = self._pg_bin or "PATH"
            advice = "请安装不低于服务器版本的 PostgreSQL 客户端工具，或用 PG_BIN 指出它所在的文件夹"
            raise CopyFailed(f"在 {where} 里找不到 {name}：{advice}")
        given = {key: value for key, value in os.environ.items() if key in PASSED_ON or key.startswith("PG")}
        if url.password is not None:
            given["PGPASSWORD"] = str(url.password)
        address = sa.URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
        ran = subprocess.run(
            [tool, "--no-password", f"--dbname={address.render_as_string()}", *options],
            env=given,
            capture_output=True,
            text=True,
        )
        if ran.returncode != 0:
            said = logs.mask(ran.stderr.strip().splitlines()[0] if ran.stderr.strip() else f"退出码 {ran.returncode}")
            raise CopyFailed(f"{name} 没有成功：{said}")
