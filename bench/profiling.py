"""Where the service spends its time: samples of the stack while requests run through it in this process."""

import gc
import io
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from types import FrameType
from typing import Any
from unittest import mock

from flask import Flask
from werkzeug.test import EnvironBuilder

from bench.doors import Door, Request
from bench.house import ROOT, House

EVERY_S = 0.001
WARM_UP = 50
MOST = 3
OUTSIDE = "Flask, smorest, werkzeug"
APP = str(ROOT / "app") + "/"
NAMES = {
    "sqlalchemy": "SQLAlchemy", "psycopg": "psycopg", "psycopg_binary": "psycopg", "sqlite3": "sqlite3",
    "cryptography": "encryption", "marshmallow": "marshmallow", "flask": "Flask", "werkzeug": "werkzeug",
    "flask_smorest": "smorest", "flask_sqlalchemy": "SQLAlchemy", "webargs": "smorest",
}  # fmt: skip


@dataclass
class Samples:
    """How often which line of the house, and which library, was at work."""

    ours: Counter[str] = field(default_factory=Counter)
    libraries: Counter[str] = field(default_factory=Counter)
    taken: int = 0

    def take(self, _signal: int, frame: FrameType | None) -> None:
        """Note the innermost function of the house with all that it called, and whose code the innermost frame is."""
        self.taken += 1
        if frame is not None:
            self.libraries[_library(frame)] += 1
            self.ours[_ours(frame)] += 1


def _library(frame: FrameType) -> str:
    path = Path(frame.f_code.co_filename)
    parts = path.parts
    if "site-packages" in parts:
        name = parts[parts.index("site-packages") + 1]
        return NAMES.get(name, name)
    return "the house" if str(path).startswith(str(ROOT)) else "Python's library"


def _ours(frame: FrameType | None) -> str:
    while frame is not None:
        path = frame.f_code.co_filename
        if path.startswith(APP):
            return f"{path.removeprefix(APP).removesuffix('.py')}.{frame.f_code.co_qualname}"
        frame = frame.f_back
    return OUTSIDE


@dataclass(frozen=True)
class Hot:
    """One door: microseconds of the process for a request, and what takes most of them as (name, share)."""

    kind: str
    orders: int
    door: str
    cpu_us: float
    ours: list[tuple[str, float]]
    libraries: list[tuple[str, float]]


def profile(house: House, doors: Iterable[Door], requests: int) -> list[Hot]:
    """The most expensive things of each door, in the service as it is configured for the bench."""
    with application(house) as app:
        return [_profile(house, door, requests, app.wsgi_app) for door in doors]


@contextmanager
def application(house: House) -> Iterator[Flask]:
    """The service over this house, in this process."""
    # The bare version and the client need nothing of this, so it is loaded when a profile is asked for.
    from app import connections, create_app
    from app.db import db
    from config import Settings

    connections.forget()
    with mock.patch.dict(os.environ, house.environment, clear=True):
        app = create_app(Settings.from_environment())
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _status(wsgi_app: Callable[..., Any], environ: dict[str, Any]) -> int:
    told: list[str] = []
    body = wsgi_app(environ, lambda status, _headers, _trouble=None: told.append(status))
    b"".join(body)
    body.close()
    return int(told[0].split()[0])


def _profile(house: House, door: Door, requests: int, wsgi_app: Callable[..., Any]) -> Hot:
    environs = [_environ(one) for one in islice(door.requests(house), requests + WARM_UP)]
    warm_up = min(WARM_UP, len(environs) // 2)
    for environ in environs[:warm_up]:
        _status(wsgi_app, environ)
    samples = Samples()
    before = time.process_time()
    with _sampling(samples):
        answers = [_status(wsgi_app, environ) for environ in environs[warm_up:]]
    spent = time.process_time() - before
    if door.writes:
        house.baseline.restore()
    if answers.count(door.expected) < len(answers) * 0.99:
        raise RuntimeError(f"{door.name} answered {sorted(set(answers))} instead of {door.expected}")
    return Hot(
        house.kind, house.orders, door.name, spent / len(answers) * 1e6, _most(samples.ours, samples.taken),
        _most(samples.libraries, samples.taken),
    )  # fmt: skip


def _environ(request: Request) -> dict[str, Any]:
    builder = EnvironBuilder(path=request.path, method=request.method, headers=request.headers.items())
    environ = builder.get_environ()
    return environ | {"wsgi.input": io.BytesIO(request.body), "CONTENT_LENGTH": str(len(request.body))}


@contextmanager
def _sampling(samples: Samples) -> Iterator[None]:
    gc.collect()
    former = signal.signal(signal.SIGPROF, samples.take)
    signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, former)


def _most(counted: Counter[str], taken: int) -> list[tuple[str, float]]:
    return [(name, round(count / max(taken, 1), 3)) for name, count in counted.most_common(MOST)]


def table(found: list[Hot]) -> str:
    """A line for each door with the three most expensive things, by the house's functions and by libraries."""
    lines = ["", "The most expensive things (share of the process's own CPU; the database's is not in it)"]
    for one in found:
        lines.append(f"{one.kind}, {one.orders:,} orders, {one.door}: {one.cpu_us:,.0f} µs")
        for label, things in (("from", one.ours), ("in", one.libraries)):
            lines.append(f"  {label:<5}" + ", ".join(f"{name} {share:.0%}" for name, share in things))
    return "\n".join(lines)
