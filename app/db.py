"""The database, its column types, and the one place that commits."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import orjson
import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm.exc import StaleDataError

from app import secrets
from app.errors import Overtaken, Unavailable

IDLE_S = 30

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = sa.MetaData(naming_convention=NAMING)


@cache
def _reading(engine: Engine) -> Engine:
    return engine.execution_options(isolation_level="AUTOCOMMIT")


class HouseSession(FlaskSession):
    """Writes only inside `transaction()`; reads outside of it run in autocommit, which saves two round trips."""

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **kwargs: Any) -> Any:
        engine = super().get_bind(mapper=mapper, clause=clause, bind=bind, **kwargs)
        if self.info.get("writing") or engine.dialect.name == "sqlite":
            return engine
        return _reading(engine)


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "class_": HouseSession})

if TYPE_CHECKING:

    class Model(Base):
        __abstract__ = True
else:
    Model = db.Model


def table_of(model: type[Base]) -> sa.Table:
    """The plain table behind a model: statements of its columns cost a third of those of mapped attributes."""
    return cast(sa.Table, model.__table__)


class UTCDateTime(sa.types.TypeDecorator[datetime]):
    """Aware moments only. SQLite forgets the zone, so it is kept as UTC there."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Any:
        # Lists read hundreds of moments; from PostgreSQL, whose sessions run in UTC, they come as they should be.
        return None if dialect.name == "postgresql" else super().result_processor(dialect, coltype)


class Encrypted(sa.types.TypeDecorator[str]):
    """Text that is unreadable in the database and its backups. Never in a list query."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> bytes | None:
        return None if value is None else secrets.encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else secrets.decrypt(bytes(value))


def prepare(engine: Engine) -> None:
    """Set what every connection must have; called once for each engine."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "checkout", _ping_after_idling)
        event.listen(engine, "checkin", _note_use)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    # What was deleted is overwritten: an erasure leaves nothing to be read in free pages.
    lasting = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000", "secure_delete=ON")
    for pragma in lasting:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: sa.Connection) -> None:
    # A transaction that begins by reading and then writes fails at once when another writes; so the write lock
    # is taken at the start. Reads send no BEGIN at all and never wait for a writer.
    if db.session.info.get("writing"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _ping_after_idling(connection: Any, record: Any, _proxy: Any) -> None:
    # A ping before every use costs a round trip; a connection used a moment ago is taken as alive.
    if time.monotonic() - record.info.get("used", 0.0) < IDLE_S:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        raise sa.exc.DisconnectionError from error


def _note_use(_connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


# What statements carry is personal and stays out of errors and logs.
ANY_ENGINE = {"hide_parameters": True, "json_serializer": _json, "json_deserializer": orjson.loads}


def engine_options(url: str) -> dict[str, Any]:
    """Pool and time limits by database."""
    if url.startswith("sqlite"):
        return ANY_ENGINE | {"connect_args": {"timeout": 5, "check_same_thread": False}}
    return ANY_ENGINE | {
        "pool_size": 8,
        "max_overflow": 4,
        "pool_timeout": 5,
        "connect_args": {
            "connect_timeout": 3,
            "options": "-c statement_timeout=5000 -c lock_timeout=3000 -c idle_in_transaction_session_timeout=10000"
            " -c timezone=UTC",
        },
    }


@event.listens_for(HouseSession, "before_flush")
def _no_write_outside(session: Any, _context: Any, _instances: Any) -> None:
    if not session.info.get("writing"):
        raise RuntimeError("a change outside transaction()")


@contextmanager
def transaction() -> Iterator[None]:
    """Commit everything done inside the block, or none of it."""
    session = db.session()
    if session.info.get("writing") or session.in_transaction():
        raise RuntimeError("a transaction or a reading is already open")
    session.info["writing"] = True
    try:
        yield
        session.commit()
    except BaseException as error:
        session.rollback()
        raise _as_refusal(error) from error
    finally:
        session.info["writing"] = False
        session.close()


def _as_refusal(error: BaseException) -> BaseException:
    if isinstance(error, StaleDataError):
        return Overtaken()
    return unavailable(error) or error


def unavailable(error: BaseException) -> Unavailable | None:
    """The refusal for a database that is away, locked or too slow; None for any other error."""
    if isinstance(error, sa.exc.TimeoutError):
        return Unavailable()
    if isinstance(error, IntegrityError) or not isinstance(error, DBAPIError):
        return None
    if isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated:
        return Unavailable()
    return None


@contextmanager
def walking() -> Iterator[sa.Connection]:
    """A connection of its own for reading the whole house in batches, each statement by itself."""
    engine = db.engine if db.engine.dialect.name == "sqlite" else _reading(db.engine)
    with engine.connect() as connection:
        yield connection


def end_reading() -> None:
    """Give back what a read holds, so that a transaction can begin. Loaded rows stay readable."""
    db.session.close()


def in_transaction() -> bool:
    """Whether this thread is inside `transaction()`; the network must not be touched then."""
    return bool(db.session.info.get("writing"))
