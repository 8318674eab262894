"""The limit: what a request needs and nothing more. A WSGI callable over the driver, without any framework.

It gives the same answers, writes the same rows and keeps the same promises as the service: token and key are looked
up, a repeat gets its first answer, one transaction holds everything, the answer and the contact are encrypted, each
event carries its digest, of many claims one wins. It shares only what is plain arithmetic: the working calendar.
"""

import hashlib
import os
import sqlite3
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg
from cryptography.fernet import Fernet

from bench import statements
from bench.asked import Asked, Given, Kept, Person, Refused
from bench.reading import Reading
from bench.store import store_of
from bench.writing import Writing

REASONS = {200: "OK", 201: "Created", 304: "Not Modified"}
Command = Callable[[Asked, Person, dict[str, Any]], dict[str, Any]]


class Bare:
    """The five doors over one database."""

    def __init__(self, database_url: str, field_key: str, seal_key: str) -> None:
        self.kept = Kept(store_of(database_url), Fernet(field_key))
        self.writing, self.reading = Writing(self.kept), Reading(self.kept, seal_key)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        asked_id = uuid.uuid4().hex
        try:
            given = self._answer(self._asked(environ, asked_id), environ["REQUEST_METHOD"])
        except (Refused, psycopg.IntegrityError, sqlite3.IntegrityError) as error:
            start_response(str(error) if isinstance(error, Refused) else "409 Conflict", [("Content-Length", "0")])
            return [b""]
        headers = [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(given.body))),
            ("X-Request-Id", asked_id),
            ("X-Content-Type-Options", "nosniff"),
            ("Cache-Control", "private, no-cache" if given.etag else "no-store"),
        ]
        if given.etag:
            headers.append(("ETag", f'"{given.etag}"'))
        start_response(f"{given.status} {REASONS[given.status]}", headers)
        return [given.body]

    def _asked(self, environ: dict[str, Any], request_id: str) -> Asked:
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme != "Bearer" or not token:
            raise Refused("401 Unauthorized")
        return Asked(
            path=environ["PATH_INFO"],
            query=environ.get("QUERY_STRING", ""),
            token=token,
            key=environ.get("HTTP_IDEMPOTENCY_KEY", ""),
            body=environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)),
            etag=environ.get("HTTP_IF_NONE_MATCH", "").strip('"'),
            request_id=request_id,
            now=datetime.now(UTC),
        )

    def _answer(self, asked: Asked, method: str) -> Given:
        if not self.kept.categories:
            self.kept.read()
        match method, asked.path.removeprefix("/api/").split("/"):
            case "POST", ["resident", "work-orders"]:
                return self._once(asked, "resident_work_orders.submit", 201, self.writing.submit)
            case "POST", ["worker", "work-orders", _, "claim"]:
                return self._once(asked, "worker_work_orders.claim", 200, self.writing.claim)
            case "GET", ["worker", "pool"]:
                return self.reading.pool(asked, self._person(asked))
            case "GET", ["resident", "work-orders"]:
                return self.reading.own(asked, self._person(asked))
            case "GET", ["resident", "work-orders", _]:
                return self.reading.detail(asked, self._person(asked))
        raise Refused("404 Not Found")

    def _person(self, asked: Asked, operation: str = "") -> Person:
        """Who carries the token, with grid, duty and the key's first answer, by one statement."""
        hashed, now = hashlib.sha256(asked.token.encode()).hexdigest(), self.kept.store.moment(asked.now)
        rows = self.kept.store.run(statements.PERSON, operation, asked.key, hashed, now)
        if not rows:
            raise Refused("401 Unauthorized")
        account_id, on_duty, _, _, _, _, fingerprint, status, answer = rows[0]
        grids = [row[4:6] for row in rows if row[2:4] == ("grid_worker", "grid")]
        grid_id, community_id = grids[0] if grids else (None, None)
        known = (fingerprint, status, answer) if fingerprint else None
        return Person(account_id, bool(on_duty), grid_id, community_id, known)

    def _once(self, asked: Asked, operation: str, status: int, act: Command) -> Given:
        if not 8 <= len(asked.key) <= 128:
            raise Refused("400 Bad Request")
        person = self._person(asked, operation)
        body = orjson.loads(asked.body or b"{}")
        canonical = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
        mark = hashlib.sha256(b"\0".join((b"POST", asked.path.encode(), canonical))).hexdigest()
        if person.known is not None:
            if person.known[0] != mark:
                raise Refused("422 Unprocessable Content")
            return Given(person.known[1], self.kept.fernet.decrypt(bytes(person.known[2])))
        store = self.kept.store
        with store.writing():
            answer = orjson.dumps(act(asked, person, body))
            cipher, at = self.kept.fernet.encrypt(answer), store.moment(asked.now)
            store.run(statements.NEW_KEY, person.id, operation, asked.key, mark, status, cipher, at)
        return Given(status, answer)


def from_environment() -> Bare:
    """What gunicorn serves: `gunicorn "bench.bare:from_environment()"`, with the environment of the service."""
    return Bare(os.environ["DATABASE_URL"], os.environ["FIELD_KEYS"].split(",")[0], os.environ["SEAL_KEY"])
