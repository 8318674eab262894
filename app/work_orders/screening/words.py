"""The words a city reads its texts by, from the database, ready to use and kept a while."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from app.db import db
from app.kept import Kept
from app.work_orders.screening import patterns
from app.work_orders.screening.models import Danger, Keyword, Sign, Spelling
from app.work_orders.screening.patterns import Denial, Pattern

EVERY = "*"
"""Stands for all dangers in the table of signs."""


class Meaning(StrEnum):
    SHOWS = "shows"
    DENIES = "denies"


MEANING_NAMES = {Meaning.SHOWS: "表示危险", Meaning.DENIES: "排除危险"}


class Spellings:
    """Ways of writing a word, each with the word that is meant."""

    def __init__(self, meant: dict[str, str]) -> None:
        self.meant = {patterns.plain(written): patterns.plain(word) for written, word in meant.items()}
        longest_first = sorted(self.meant, key=len, reverse=True)
        self.written = re.compile("|".join(map(re.escape, longest_first))) if self.meant else None

    def understood(self, text: str) -> str:
        """The text in one form, and every known way of writing a word as the word that is meant."""
        text = patterns.plain(text)
        return self.written.sub(lambda found: self.meant[found.group()], text) if self.written else text


@dataclass(frozen=True)
class DangerKnown:
    """A danger with all that shows and denies it."""

    code: str
    name: str
    sentence: str
    numbers: list[dict[str, Any]]
    class_code: str
    category_code: str | None
    shown_by: tuple[Pattern, ...]
    denied_by: tuple[Denial, ...]


@dataclass(frozen=True)
class Words:
    dangers: tuple[DangerKnown, ...]
    keywords: tuple[tuple[str, Pattern, int], ...]
    """(category, words, weight)"""
    spellings: Spellings


def _read() -> Words:
    spellings = Spellings({row.written: row.meant for row in db.session.execute(_SPELLINGS)})
    # What the tables say is read as people's texts are, so that either way of writing serves in them.
    signs = [(row.danger_code, row.meaning, spellings.understood(row.words)) for row in db.session.execute(_SIGNS)]
    return Words(
        dangers=tuple(_danger(row, signs) for row in db.session.execute(_DANGERS)),
        keywords=tuple(
            (row.category_code, patterns.pattern(spellings.understood(row.words)), row.weight)
            for row in db.session.execute(_KEYWORDS)
        ),
        spellings=spellings,
    )


words = Kept(_read)
"""All words in use."""
forget = words.forget


def _danger(row: Any, signs: list[tuple[str, str, str]]) -> DangerKnown:
    shows = [text for code, meaning, text in signs if meaning == Meaning.SHOWS and code == row.code]
    denies = [text for code, meaning, text in signs if meaning == Meaning.DENIES and code in (EVERY, row.code)]
    return DangerKnown(
        **row._mapping, shown_by=tuple(map(patterns.pattern, shows)), denied_by=tuple(map(patterns.denial, denies))
    )


_DANGERS = (
    select(Danger.code, Danger.name, Danger.sentence, Danger.numbers, Danger.class_code, Danger.category_code)
    .where(~Danger.retired)
    .order_by(Danger.position, Danger.code)
)
_SIGNS = select(Sign.danger_code, Sign.meaning, Sign.words).where(~Sign.retired).order_by(Sign.id)
_KEYWORDS = select(Keyword.category_code, Keyword.words, Keyword.weight).where(~Keyword.retired).order_by(Keyword.id)
_SPELLINGS = select(Spelling.written, Spelling.meant).where(~Spelling.retired).order_by(Spelling.written)
