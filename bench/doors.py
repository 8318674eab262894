"""The doors that are compared, and the requests that are sent to them."""

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import orjson

from bench.house import SEED, House
from bench.rows import BUILDING, DESCRIPTION, UNIT

PAGE = 50


@dataclass(frozen=True)
class Request:
    """One request as it goes to either server."""

    method: str
    path: str
    token: str
    key: str = ""
    body: bytes = b""

    @property
    def headers(self) -> dict[str, str]:
        found = {"Authorization": f"Bearer {self.token}"}
        if self.method == "POST":
            found |= {"Content-Type": "application/json", "Idempotency-Key": self.key}
        return found

    @property
    def raw(self) -> bytes:
        lines = [f"{self.method} {self.path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.body:
            lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join([*lines, "", ""]).encode() + self.body


@dataclass(frozen=True)
class Door:
    """A door with the status it answers and whether it writes; `requests` gives a stream for a house."""

    name: str
    expected: int
    writes: bool
    requests: Callable[[House], Iterator[Request]]


_keys = itertools.count(random.SystemRandom().randrange(10**12) * 10**6)


def _key() -> str:
    return f"bench-{next(_keys)}"


def submitting(house: House) -> Iterator[Request]:
    """Residents in turn report a broken light of some building."""
    places = itertools.cycle(house.city.compounds)
    for (_, token), compound in zip(itertools.cycle(house.city.residents), places, strict=False):
        body = {
            "category": "LIGHT", "description": DESCRIPTION, "compound_id": compound, "building": BUILDING,
            "unit": UNIT, "contact_phone": "13800000000",
        }  # fmt: skip
        yield Request("POST", "/api/resident/work-orders", token, _key(), orjson.dumps(body))


def claiming(house: House) -> Iterator[Request]:
    """Each order of the pools is claimed once, by a worker of its grid; workers take turns."""
    turns = {grid: itertools.cycle(workers) for grid, workers in house.city.workers.items()}
    orders = list(house.city.pooled)
    random.Random(SEED).shuffle(orders)
    for number, grid in orders:
        _, token = next(turns[grid])
        yield Request("POST", f"/api/worker/work-orders/{number}/claim", token, _key(), b"{}")


def looking_at_pools(house: House) -> Iterator[Request]:
    tokens = [token for workers in house.city.workers.values() for _, token in workers]
    return (Request("GET", f"/api/worker/pool?limit={PAGE}", token) for token in itertools.cycle(tokens))


def looking_at_own(house: House) -> Iterator[Request]:
    path = f"/api/resident/work-orders?status=all&limit={PAGE}"
    return (Request("GET", path, token) for _, token in itertools.cycle(house.city.residents))


def reading_one(house: House) -> Iterator[Request]:
    """Residents read orders of their own, of any age."""
    token_of = dict(house.city.residents)
    orders = list(house.city.reported)
    random.Random(SEED).shuffle(orders)
    found = (Request("GET", f"/api/resident/work-orders/{number}", token_of[who]) for number, who in orders)
    return itertools.cycle(found)


DOORS = (
    Door("detail", 200, False, reading_one),
    Door("list: pool", 200, False, looking_at_pools),
    Door("list: own", 200, False, looking_at_own),
    Door("claim", 200, True, claiming),
    Door("submit", 201, True, submitting),
)
"""Reads first, so that they meet the tables as they were filled."""
