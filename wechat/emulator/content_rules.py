"""Keyword rules that stand in for WeChat's moderation."""

import json
import sqlite3
from dataclasses import dataclass
from functools import cache

from .settings import DATA_FOLDER

WORST_LAST = ("pass", "review", "risky")


@dataclass(frozen=True)
class Rule:
    """A word, what WeChat would suggest, and its label."""

    word: str
    suggest: str
    label: int


PASSED = Rule("", "pass", 100)


@cache
def standing_rules() -> tuple[Rule, ...]:
    """Return the rules that are always there."""
    entries = json.loads((DATA_FOLDER / "content_rules.json").read_text(encoding="utf-8"))
    return tuple(Rule(**entry) for entry in entries)


def verdict_on(database: sqlite3.Connection, text: str) -> Rule:
    """Return the worst rule whose word is in the text, or the passing one."""
    added = [Rule(**dict(row)) for row in database.execute("SELECT word, suggest, label FROM content_rules")]
    found = [rule for rule in (*standing_rules(), *added) if rule.word in text]
    return max(found, key=lambda rule: WORST_LAST.index(rule.suggest), default=PASSED)
