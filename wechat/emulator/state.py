"""What the emulator remembers: one SQLite file, or memory, behind one lock."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

SCHEMA = """
CREATE TABLE IF NOT EXISTS kept (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS apps (
    appid TEXT PRIMARY KEY, secret TEXT NOT NULL, frozen INTEGER NOT NULL DEFAULT 0,
    secret_frozen INTEGER NOT NULL DEFAULT 0, released INTEGER NOT NULL DEFAULT 1,
    ip_whitelist TEXT NOT NULL DEFAULT '[]', pages TEXT);
CREATE TABLE IF NOT EXISTS users (
    openid TEXT PRIMARY KEY, unionid TEXT, nickname TEXT NOT NULL, role TEXT NOT NULL DEFAULT '',
    phone TEXT NOT NULL, country TEXT NOT NULL DEFAULT '86', lat REAL, lng REAL,
    session_key TEXT, last_seen REAL NOT NULL DEFAULT 0, banned INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL,
    appid TEXT, session_key_at REAL NOT NULL DEFAULT 0, closed_at REAL);
CREATE TABLE IF NOT EXISTS codes (
    value TEXT PRIMARY KEY, kind TEXT NOT NULL, appid TEXT NOT NULL, openid TEXT NOT NULL,
    issued_at REAL NOT NULL, used_at REAL);
CREATE TABLE IF NOT EXISTS tokens (
    value TEXT PRIMARY KEY, appid TEXT NOT NULL, kind TEXT NOT NULL, issued_at REAL NOT NULL,
    expires_at REAL NOT NULL, dead_at REAL);
CREATE TABLE IF NOT EXISTS forces (appid TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS grants (
    openid TEXT NOT NULL, template_id TEXT NOT NULL, units INTEGER NOT NULL DEFAULT 0,
    accepted INTEGER NOT NULL DEFAULT 0, blocked INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (openid, template_id));
CREATE TABLE IF NOT EXISTS messages (
    msgid INTEGER PRIMARY KEY, openid TEXT NOT NULL, template_id TEXT NOT NULL, data TEXT NOT NULL,
    page TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS messages_by_phone ON messages (openid, at);
CREATE TABLE IF NOT EXISTS banned_templates (template_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS content_rules (word TEXT PRIMARY KEY, suggest TEXT NOT NULL, label INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS media_rules (
    kind TEXT NOT NULL, mark TEXT NOT NULL, suggest TEXT NOT NULL, label INTEGER NOT NULL, PRIMARY KEY (kind, mark));
CREATE TABLE IF NOT EXISTS media_jobs (
    trace_id TEXT PRIMARY KEY, appid TEXT NOT NULL, openid TEXT NOT NULL, url TEXT NOT NULL, type INTEGER NOT NULL,
    version INTEGER NOT NULL, asked_at REAL NOT NULL, due_at REAL, done_at REAL, errcode INTEGER,
    suggest TEXT, label INTEGER);
CREATE INDEX IF NOT EXISTS media_jobs_due ON media_jobs (due_at) WHERE done_at IS NULL;
CREATE TABLE IF NOT EXISTS pushes (
    id INTEGER PRIMARY KEY AUTOINCREMENT, due_at REAL NOT NULL, message TEXT NOT NULL, state TEXT NOT NULL,
    copies INTEGER NOT NULL DEFAULT 1, parcel TEXT, attempts TEXT NOT NULL DEFAULT '[]');
CREATE INDEX IF NOT EXISTS pushes_waiting ON pushes (due_at, id) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS tickets (
    ticket TEXT PRIMARY KEY, kind TEXT NOT NULL, appid TEXT NOT NULL, path TEXT NOT NULL, query TEXT NOT NULL,
    env_version TEXT NOT NULL, created_at REAL NOT NULL, expires_at REAL, opened INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS counters (
    appid TEXT NOT NULL, name TEXT NOT NULL, period TEXT NOT NULL, used INTEGER NOT NULL,
    PRIMARY KEY (appid, name, period));
"""

# Columns that a file of an older version may lack.
LATER_COLUMNS = {"users": ("appid TEXT", "session_key_at REAL NOT NULL DEFAULT 0", "closed_at REAL")}


class State:
    """The database; one change at a time, so that exactly one of two simultaneous calls wins."""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._prepare()

    def _prepare(self) -> None:
        self._database.executescript(SCHEMA)
        for table, columns in LATER_COLUMNS.items():
            there = {row["name"] for row in self._database.execute(f"PRAGMA table_info({table})")}
            for column in columns:
                if column.split()[0] not in there:
                    self._database.execute(f"ALTER TABLE {table} ADD COLUMN {column}")

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """Give the database to one caller; what it wrote is undone when it raises."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def kept(self, name: str, default: str) -> str:
        """Return a remembered value."""
        with self._lock:
            row = self._database.execute("SELECT value FROM kept WHERE name = ?", (name,)).fetchone()
        return row["value"] if row else default

    def keep(self, name: str, value: str) -> None:
        """Remember a value across restarts."""
        with self.changing() as database:
            database.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value))

    def clear(self) -> None:
        """Forget everything."""
        with self.changing() as database:
            tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
            for table in tables.fetchall():
                database.execute(f"DELETE FROM {table['name']}")

    def copy(self) -> sqlite3.Connection:
        """Return a copy of everything remembered, in memory."""
        copy = sqlite3.connect(":memory:", check_same_thread=False)
        with self._lock:
            self._database.backup(copy)
        return copy

    def become(self, copy: sqlite3.Connection) -> None:
        """Remember what a copy holds, and nothing else."""
        with self._lock:
            copy.backup(self._database)
