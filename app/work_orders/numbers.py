"""Order numbers: XN + yymmdd (Shanghai) + six random digits + a check digit, the address of an order everywhere."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from app import clock, secrets

PREFIX = "XN"
PATTERN = re.compile(r"XN\d{13}")
_digits: ContextVar[Callable[[int], str]] = ContextVar("digits", default=secrets.random_digits)


@contextmanager
def drawn_by(digits: Callable[[int], str]) -> Iterator[None]:
    """Let the digits come from this source inside the block, so that a played month can be played again."""
    token = _digits.set(digits)
    try:
        yield
    finally:
        _digits.reset(token)


def new(at: datetime) -> str:
    body = f"{clock.local(at):%y%m%d}{_digits.get()(6)}"
    return f"{PREFIX}{body}{check_digit(body)}"


def check_digit(digits: str) -> int:
    """Luhn's: finds every single wrong digit and nearly every swap of neighbours when a number is read out."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return -total % 10


def is_number(text: str) -> bool:
    return bool(PATTERN.fullmatch(text)) and check_digit(text[2:-1]) == int(text[-1])
