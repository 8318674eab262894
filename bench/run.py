"""`make bench`: the service against hand-written SQL behind bare WSGI, on the same rows, in one run on one machine.

Both run under gunicorn with the repository's own settings (two workers of four threads) over the same PostgreSQL
(fsync, synchronous commit) or SQLite (WAL, FULL) database, filled from a seed with 10,000 and 100,000 orders. A client
with eight kept connections gives each of them a second in turn; CPU is user and system time of all its processes and
of the PostgreSQL backends that work for it. A ratio is made from each pair of neighbouring slices; what was written in
a slice is taken back after it. The share of the limit is the CPU of the bare version over that of the service.

WeChat's text check is not part of the comparison: the accounts of the bench have no openid, as people registered at a
counter have none, so that the service asks nothing and marks the order as unchecked, and so does the bare version.
Rate limits are off (APP_ENV=test). The bare version is described in bare.py; tests/bench holds both to the same answers
and rows. The profile runs the service in this process and samples its stack.
"""

import argparse
import contextlib
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from bench import measure, profiling, report
from bench.doors import DOORS, Door
from bench.house import House, houses
from bench.measure import Result
from bench.profiling import Hot
from bench.servers import serving

KINDS = ("postgresql", "sqlite")
FULL = {"orders": [10_000, 100_000], "pairs": 9, "seconds": 1.0, "profiled": 600}
QUICK = {"orders": [10_000], "pairs": 4, "seconds": 0.7, "profiled": 300}


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="The service's speed against its limit.")
    parser.add_argument("--quick", action="store_true", help="about two minutes: 10,000 orders and few slices")
    parser.add_argument("--profile", action="store_true", help="only the most expensive things of each door")
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--doors", nargs="+", choices=[door.name for door in DOORS], help="only these doors")
    parser.add_argument("--orders", nargs="+", type=int, help="how many orders the tables hold")
    parser.add_argument("--pairs", type=int, help="how many pairs of slices for each door")
    parser.add_argument("--seconds", type=float, help="the length of a slice")
    parser.add_argument("--profiled", type=int, help="how many requests of each door are profiled")
    found = parser.parse_args(given)
    for name, value in (QUICK if found.quick else FULL).items():
        if getattr(found, name) is None:
            setattr(found, name, value)
    return found


def main(given: Sequence[str] | None = None) -> int:
    """Measure, tell, keep; 1 when a server did not answer as it should."""
    options, begun = arguments(given), time.monotonic()
    doors = [door for door in DOORS if options.doors is None or door.name in options.doors]
    results: list[Result] = []
    hot: list[Hot] = []
    with houses(options.databases) as maker:
        for kind in options.databases:
            for orders in options.orders:
                _say(f"{kind}: filling a database with {orders:,} orders")
                house = maker.make(kind, orders)
                if not options.profile:
                    results += _compared(house, doors, options)
                if orders == min(options.orders):
                    _say(f"{kind}, {orders:,} orders: profiling")
                    hot += profiling.profile(house, doors, options.profiled)
    if results:
        print(report.table(results))
    print(profiling.table(hot))
    settings = {"pairs": options.pairs, "slice_s": options.seconds, "seconds_in_all": round(time.monotonic() - begun)}
    path = report.keep(results, [asdict(one) for one in hot], settings, datetime.now().astimezone())
    print(
        f"\n{settings['seconds_in_all']} s in all; every slice stands in {path.relative_to(report.OUT.parent.parent)}"
    )
    return 0


def _compared(house: House, doors: Sequence[Door], options: argparse.Namespace) -> list[Result]:
    with serving("service", house) as service, serving("bare", house) as bare:
        found = []
        for door in doors:
            _say(f"{house.kind}, {house.orders:,} orders: {door.name}")
            found.append(measure.compare(house, door, service, bare, options.pairs, options.seconds))
        return found


def _say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
