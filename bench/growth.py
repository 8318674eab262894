"""`make bench-growth`: what lists cost over a million orders against ten thousand, made by the simulation's bulk mode.

Both databases grow out of the same played month, so that as much is open in both and as much lies on everybody's desk;
what differs is the years behind it. Each list is asked through the rooms, in turns over both; what counts is the CPU
of this process and of its PostgreSQL backend. A list may be dearer by 1.3 at most.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import median
from typing import Any

from flask import Flask
from sqlalchemy import func, select, text

from bench.house import ROOT, Maker, environment, houses
from bench.servers import cpu_s

MOST = 1.3
TURNS, ASKED = 15, 40
SEED = "1"


@dataclass(frozen=True)
class Sized:
    """The service over one of the two databases, and who asks there."""

    app: Flask
    backend: int | None
    asks: dict[str, Callable[[], Any]]


def made(maker: Maker, kind: str, orders: int, common: dict[str, str]) -> dict[str, str]:
    """Fill a database; returns the environment in which the service finds it, with the keys of both."""
    settings = common | {"DATABASE_URL": maker.url(kind, orders)}
    flask = [sys.executable, "-m", "flask", "--app", "wsgi"]
    subprocess.run([*flask, "db", "upgrade"], cwd=ROOT, env=settings, check=True, capture_output=True)
    subprocess.run([*flask, "simulate", "--bulk", str(orders), "--seed", SEED], cwd=ROOT, env=settings, check=True)
    return settings


@contextmanager
def opened(settings: dict[str, str]) -> Iterator[Sized]:
    """The service over a filled database, in this process."""
    from app import create_app
    from app.db import db, end_reading
    from config import Settings

    os.environ.update(settings)
    app = create_app(Settings.from_environment())
    with app.app_context():
        backend = (
            db.session.scalar(text("SELECT pg_backend_pid()")) if "postgresql" in settings["DATABASE_URL"] else None
        )
        asks = _asks()
        end_reading()
    yield Sized(app, backend, asks)


def _asks() -> dict[str, Callable[[], Any]]:
    """Every list that people look at all day, as somebody who has much to look at asks it."""
    from app.db import db
    from app.people.models import Account, Posting
    from app.people.queries import actor_of
    from app.work_orders import board, detail, lists
    from app.work_orders.board import BoardFilters
    from app.work_orders.models import Reporter, WorkOrder

    def busiest(*roles: str) -> Any:
        held = select(Posting.account_id).where(Posting.role.in_(roles), Posting.ended_at.is_(None))
        return actor_of(db.session.scalar(held.order_by(Posting.id.desc()).limit(1)) or 0)

    pooled = select(WorkOrder.grid_id).where(WorkOrder.status == "pooled").group_by(WorkOrder.grid_id)
    grid = db.session.scalar(pooled.order_by(func.count().desc()).limit(1))
    worker = actor_of(db.session.scalar(select(Posting.account_id).where(Posting.territory_id == grid).limit(1)) or 0)
    manager = busiest("manager")
    of_own = select(Reporter.account_id).join(Account, Account.id == Reporter.account_id)
    resident = actor_of(db.session.scalar(of_own.order_by(Reporter.work_order_id).limit(1)) or 0)
    number = lists.reported(resident, "all", None, 1)[0].number
    return {
        "pool": lambda: lists.pool(worker, None, 20),
        "own work": lambda: lists.mine(worker, False, None, 20),
        "own ended": lambda: lists.mine(worker, True, None, 20),
        "board": lambda: board.page(manager, BoardFilters()),
        "board open": lambda: board.page(manager, BoardFilters(status="in_progress")),
        "board overdue": lambda: board.page(manager, BoardFilters(overdue=True)),
        "board counts": lambda: board.counts(manager),
        "reported": lambda: lists.reported(resident, "all", None, 20),
        "detail": lambda: detail.detail(number, resident, as_reporter=True),
    }


def spent(sized: Sized, name: str) -> float:
    """CPU seconds of one request of the list."""
    from app.db import end_reading

    with sized.app.app_context():
        backends = [sized.backend] if sized.backend else []
        before = time.process_time() + cpu_s(backends)
        for _ in range(ASKED):
            sized.asks[name]()
            end_reading()
        return (time.process_time() + cpu_s(backends) - before) / ASKED


def compared(small: Sized, large: Sized) -> bool:
    """Print a line for each list; whether all of them are within the limit."""
    fine = True
    for name in small.asks:
        pairs = [(spent(small, name), spent(large, name)) for _ in range(TURNS + 1)][1:]
        ratio = median(one[1] / one[0] for one in pairs)
        fine &= ratio <= MOST
        costs = [median(one[place] for one in pairs) * 1e6 for place in (0, 1)]
        print(f"{name:<15}{costs[0]:>10,.0f} µs{costs[1]:>10,.0f} µs{ratio:>8.2f}  {'ok' if ratio <= MOST else 'not'}")
    return fine


def main() -> int:
    """Make both databases, compare, and say whether the lists keep their price; 1 when not."""
    parser = argparse.ArgumentParser(prog="bench.growth", description="What lists cost when the years go by.")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--small", type=int, default=10_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    options = parser.parse_args()
    with houses([options.database]) as maker:
        common = environment("", maker.folder)
        small, large = (made(maker, options.database, orders, common) for orders in (options.small, options.large))
        print(f"{options.database}: {options.small:,} and {options.large:,} orders; at most {MOST}")
        with opened(small) as one, opened(large) as other:
            return 0 if compared(one, other) else 1


if __name__ == "__main__":
    sys.exit(main())
