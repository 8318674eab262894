"""The figures as a table for people and as JSON for machines."""

import os
import platform
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import orjson

from bench.measure import Result, Slice, Spread

AIM = 0.5
OUT = Path(__file__).resolve().parent / "out"
HEAD = (
    f"{'':<14}{'CPU µs per request':^22}{'share of the limit':^26}{'per second':^20}{'share':^22}\n"
    f"{'door':<14}{'service':>10}{'bare':>10}  {'min':>8}{'median':>8}{'max':>8}  {'service':>9}{'bare':>9}"
    f"  {'min':>6}{'median':>8}{'max':>6}"
)


def table(results: list[Result]) -> str:
    """A block for each database and size, a line for each door."""
    lines: list[str] = []
    for house in dict.fromkeys((one.kind, one.orders) for one in results):
        lines += ["", f"{house[0]}, {house[1]:,} orders", HEAD]
        lines += [_line(one) for one in results if (one.kind, one.orders) == house]
    worst = min(results, key=lambda one: one.share_of_limit().middle)
    reached = worst.share_of_limit().middle
    lines += ["", f"Aim: {AIM} of the limit. Lowest median: {reached:.2f} ({worst.door}, {worst.kind})."]
    refused = sum(one.refused() for one in results)
    return "\n".join([*lines, f"Refused requests in all slices: {refused}.", f"Load of the machine: {_load()}."])


def _line(result: Result) -> str:
    cpu, rate = result.share_of_limit(), result.share_of_throughput()
    return (
        f"{result.door:<14}{_middle(result.service, 'cpu_us'):>10,.0f}{_middle(result.bare, 'cpu_us'):>10,.0f}  "
        f"{cpu.least:>8.2f}{cpu.middle:>8.2f}{cpu.most:>8.2f}  "
        f"{_middle(result.service, 'per_second'):>9,.0f}{_middle(result.bare, 'per_second'):>9,.0f}  "
        f"{rate.least:>6.2f}{rate.middle:>8.2f}{rate.most:>6.2f}"
    )


def _middle(slices: list[Slice], name: str) -> float:
    return median(getattr(one, name) for one in slices)


def _load() -> str:
    return " ".join(f"{one:.1f}" for one in os.getloadavg()) + f" on {os.cpu_count()} cores"


def keep(results: list[Result], hot: list[dict[str, Any]], settings: dict[str, Any], at: datetime) -> Path:
    """Write everything, slice by slice, to a file named after the moment."""
    OUT.mkdir(exist_ok=True)
    path = OUT / f"{at:%Y-%m-%d-%H%M%S}.json"
    path.write_bytes(
        orjson.dumps(
            {
                "at": at.isoformat(timespec="seconds"),
                "machine": {"cores": os.cpu_count(), "load": os.getloadavg(), "python": platform.python_version()},
                "settings": settings,
                "aim": AIM,
                "results": [asdict(one) | _ratios(one) for one in results],
                "most_expensive": hot,
            },
            option=orjson.OPT_INDENT_2,
        )
    )
    return path


def _ratios(result: Result) -> dict[str, Spread]:
    return {"share_of_limit": result.share_of_limit(), "share_of_throughput": result.share_of_throughput()}
