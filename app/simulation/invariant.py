"""Something that must be true of every order at any moment."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """`finds` gives the numbers of the orders for which the sentence does not hold."""

    sentence: str
    finds: str


def named(values: Sequence[str]) -> str:
    """The words as a statement lists them."""
    return ", ".join(f"'{value}'" for value in values)
