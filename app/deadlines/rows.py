"""Reading the rows of an imported table, cell by cell, and telling what is wrong with them."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

Row = Mapping[str, Any]
Word = TypeVar("Word", bound=StrEnum)

# The first line of a file holds the names of its columns.
FIRST_LINE = 2

_DATE = re.compile(r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?")
_YES = {"1", "true", "yes", "y", "是", "上班", "工作日"}
_NO = {"0", "false", "no", "n", "否", "休息", "放假", "休息日"}


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong in one cell, in a sentence for people."""

    line: int
    column: str
    message: str


@dataclass
class Report:
    """What an import did, or would do on a dry run. One error is enough for nothing to be written."""

    accepted: int = 0
    added: int = 0
    changed: int = 0
    written: bool = False
    errors: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def count(self, before: Mapping[Any, Any], given: Mapping[Any, Any]) -> None:
        """Count the rows that say something new, and those that say something else than what stands there."""
        self.added += sum(key not in before for key in given)
        self.changed += sum(key in before and before[key] != value for key, value in given.items())


class CellError(ValueError):
    """A cell that cannot be read; the message is for people."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


def text_in(row: Row, column: str) -> str:
    """The trimmed text of a cell; empty when the cell is absent."""
    value = row.get(column)
    return "" if value is None else str(value).strip()


def date_in(row: Row, column: str) -> date:
    """A date, or its text as `2027-02-06`, `2027/2/6` or `2027年2月6日`."""
    value = row.get(column)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if found := _DATE.fullmatch(text_in(row, column)):
        with suppress(ValueError):
            return date(*map(int, found.groups()))
    raise CellError(column, "日期看不懂，请写成 2027-02-06 这样的形式。")


def yes_in(row: Row, column: str) -> bool:
    """True for `是`, `上班`, `1` and the like; False for their contraries."""
    value = text_in(row, column).lower()
    if value not in _YES | _NO:
        raise CellError(column, "请填写“上班”或“休息”。")
    return value in _YES


def count_in(row: Row, column: str, most: int) -> int:
    """A whole number from 1 to `most`."""
    value = text_in(row, column)
    if not (value.isascii() and value.isdigit() and len(value) < 10 and 1 <= int(value) <= most):
        raise CellError(column, f"请填写 1 到 {most} 的整数。")
    return int(value)


def word_in(row: Row, column: str, words: type[Word], labels: Mapping[Word, str]) -> Word:
    """A member of a closed list, by its code or by its Chinese label."""
    value = text_in(row, column)
    for word in words:
        if value in (word.value, labels[word]):
            return word
    raise CellError(column, f"请填写 {'、'.join(words)} 其中之一。")
