"""What the doors of the bare version share: the request, the person, the answer, and what a process keeps."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.fernet import Fernet

from bench import statements
from bench.shown import ORDER_MOMENTS, Category, Order
from bench.store import Store


class Refused(Exception):
    """A request that is not served, with its status line."""


@dataclass(frozen=True)
class Asked:
    """A request as the doors need it."""

    path: str
    query: str
    token: str
    key: str
    body: bytes
    etag: str
    request_id: str
    now: datetime


@dataclass(frozen=True)
class Person:
    """Whose token it is, and what an earlier request under the same key got: fingerprint, status, answer."""

    id: int
    on_duty: bool
    grid_id: int | None
    community_id: int | None
    known: tuple[str, int, bytes] | None


@dataclass(frozen=True)
class Given:
    """An answer: its status, its body, and its mark where it is a list."""

    status: int
    body: bytes
    etag: str = ""


@dataclass
class Kept:
    """The database, the key, and the categories and rules, which are read once."""

    store: Store
    fernet: Fernet
    categories: dict[str, Category] = field(default_factory=dict)
    rules: dict[str, tuple[str, str, int]] = field(default_factory=dict)

    def read(self) -> None:
        """Read what is kept, at the first request, when the worker has been forked."""
        self.rules = {row[2]: (row[0], row[1], row[3]) for row in self.store.run(statements.RULES)}
        self.categories = {row[0]: Category(*row[1:]) for row in self.store.run(statements.CATEGORIES)}

    def order(self, row: tuple[Any, ...]) -> Order:
        """The columns of an order with their moments read."""
        order = Order(*row)
        for name in ORDER_MOMENTS:
            setattr(order, name, self.store.read_moment(getattr(order, name)))
        return order

    def decrypt(self, cipher: bytes | None) -> str:
        return self.fernet.decrypt(bytes(cipher)).decode() if cipher is not None else ""
