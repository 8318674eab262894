"""Tables that people bring as CSV files: reading them cell by cell, and telling what is wrong with which line."""

import csv
import io
import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any, TypeVar

HEADER_LINE = 1
LARGEST_FILE = 20 * 1024 * 1024
ENCODINGS = ("utf-8-sig", "gb18030")
YES = frozenset({"1", "yes", "true", "y", "是"})
NO = frozenset({"", "0", "no", "false", "n", "否"})

Word = TypeVar("Word", bound=str)


@dataclass(frozen=True)
class RowError:
    """What is wrong in one place of a file, in a sentence for people."""

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"{self.file} 第 {self.line} 行" + (f" {self.column}" if self.column else "")
        return f"{where}：{self.message}"


@dataclass
class Report:
    """What an import did, or would do on a dry run. One error is enough for nothing to be written."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)
    warnings: list[RowError] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def count(self, before: object | None, after: object) -> bool:
        """Count one row by what stood there before, None for nothing; says whether it has to be written."""
        if before is None:
            self.added += 1
        elif before == after:
            self.unchanged += 1
        else:
            self.changed += 1
        return before != after

    def join(self, other: "Report") -> None:
        """Add another report to this one."""
        self.added += other.added
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.errors += other.errors
        self.warnings += other.warnings
        self.notes += other.notes


class CellError(ValueError):
    """A cell that cannot be taken; the message is for people."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column, self.message = column, message


@dataclass(frozen=True)
class Row:
    """One line of a file, its cells by column, trimmed; a column the file does not have reads as empty."""

    file: str
    line: int
    cells: Mapping[str, str]

    def text(self, column: str, longest: int | None = None) -> str:
        value = self.cells.get(column, "")
        if longest is not None and len(value) > longest:
            raise CellError(column, f"最多 {longest} 个字，请缩短。")
        return value

    def filled(self, column: str, longest: int | None = None) -> str:
        """The text of a cell that may not be empty."""
        if not self.cells.get(column):
            raise CellError(column, "这一格不能为空。")
        return self.text(column, longest)

    def yes(self, column: str) -> bool:
        """True for 是, yes, 1; False for 否, no, 0 and for an empty cell."""
        value = self.text(column).lower()
        if value not in YES | NO:
            raise CellError(column, "请填写“是”或“否”。")
        return value in YES

    def whole(self, column: str, least: int = 0, most: int = 1_000_000) -> int:
        """A whole number from `least` to `most`."""
        value = self.filled(column)
        digits = value.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) < 16 and least <= int(value) <= most):
            raise CellError(column, f"请填写 {least} 到 {most} 的整数。")
        return int(value)

    def number(self, column: str, least: float, most: float) -> float | None:
        """A number from `least` to `most`; None for an empty cell."""
        value = self.text(column)
        if not value:
            return None
        try:
            found = float(value)
        except ValueError:
            found = float("nan")
        if not (isfinite(found) and least <= found <= most):
            raise CellError(column, f"请填写 {least:g} 到 {most:g} 的数字。")
        return found

    def word(self, column: str, words: Iterable[Word], names: Mapping[Word, str] | None = None) -> Word:
        """One of a closed list, by its code or by its Chinese name."""
        value = self.filled(column)
        known = list(words)
        for word in known:
            if value in (str(word), (names or {}).get(word)):
                return word
        raise CellError(column, f"没有“{value}”，请填写 {'、'.join(map(str, known))} 其中之一。")

    def several(self, column: str, separator: str = ";") -> list[str]:
        """The parts of a cell, each once; the full-width separator counts as well."""
        parts = self.text(column).replace("；", ";").split(separator)
        return list(dict.fromkeys(part.strip() for part in parts if part.strip()))

    def json(self, column: str, default: Any = None) -> Any:
        """A value written as JSON; `default` for an empty cell."""
        value = self.text(column)
        if not value:
            return default
        try:
            return json.loads(value)
        except ValueError:
            raise CellError(column, "不是正确的 JSON，请检查引号和括号。") from None

    def error(self, column: str, message: str) -> RowError:
        return RowError(self.file, self.line, column, message)


@dataclass
class Table:
    """The rows of one file, and what is wrong with the file itself."""

    file: str
    rows: list[Row] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)

    def fault(self, line: int, column: str, message: str) -> None:
        self.errors.append(RowError(self.file, line, column, message))


@contextmanager
def noting(errors: list[RowError], row: Row) -> Iterator[None]:
    """Put a CellError raised inside the block on the list, with the row's file and line."""
    try:
        yield
    except CellError as error:
        errors.append(row.error(error.column, error.message))


def no_repeats(rows: Iterable[Row], *columns: str) -> list[RowError]:
    """An error for every row that says the same in these columns as a row before it."""
    first: dict[tuple[str, ...], int] = {}
    errors = []
    for row in rows:
        key = tuple(row.text(column) for column in columns)
        if all(key) and key in first:
            errors.append(row.error(columns[-1], f"与第 {first[key]} 行重复，请只保留一行。"))
        first.setdefault(key, row.line)
    return errors


def read_csv(path: Path, required: Iterable[str], optional: Iterable[str] = ()) -> Table:
    """Read a CSV file in UTF-8 or GB18030 whose first line names the columns. Never raises for what is in it.

    All `required` columns must be there with a filled cell in each row; columns nobody knows are refused.
    """
    table = Table(path.name)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        table.fault(HEADER_LINE, "", "没有找到这个文件，请放到同一文件夹后再导入。")
        return table
    return parse_csv(table.file, data, required, optional)


def parse_csv(file: str, data: bytes, required: Iterable[str], optional: Iterable[str] = ()) -> Table:
    """The same from bytes, for files that were uploaded."""
    table, required = Table(file), tuple(required)
    text = _decoded(table, data)
    if text is None:
        return table
    try:
        lines = list(_lines(text))
    except csv.Error:
        table.fault(HEADER_LINE, "", "不是正确的 CSV 文件，请用表格软件另存为 CSV 后再导入。")
        return table
    header = [cell.strip() for cell in lines[0][1]] if lines else []
    if _check_header(table, header, required, tuple(optional)):
        for line, cells in lines[1:]:
            _add_row(table, line, header, cells, required)
    return table


def _decoded(table: Table, data: bytes) -> str | None:
    if len(data) > LARGEST_FILE:
        table.fault(HEADER_LINE, "", "文件超过 20 MB，请分成几个文件导入。")
        return None
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    table.fault(HEADER_LINE, "", "文字编码无法识别，请另存为 UTF-8 编码的 CSV 后再导入。")
    return None


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The filled lines with the number of the physical line each begins at."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = HEADER_LINE
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = reader.line_num + 1


def _check_header(table: Table, header: list[str], required: tuple[str, ...], optional: tuple[str, ...]) -> bool:
    known = (*required, *optional)
    missing = [column for column in required if column not in header]
    if missing:
        table.fault(HEADER_LINE, missing[0], f"缺少列：{'、'.join(missing)}。第一行应写列名。")
    for column in header:
        if column not in known:
            table.fault(HEADER_LINE, column, f"不认识的列“{column}”，可用的列有：{'、'.join(known)}。")
        elif header.count(column) > 1:
            table.fault(HEADER_LINE, column, f"列“{column}”出现了两次，请只保留一列。")
    return not table.errors


def _add_row(table: Table, line: int, header: list[str], cells: list[str], required: tuple[str, ...]) -> None:
    if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
        table.fault(line, header[-1], "这一行的格数比列名多，请检查逗号和引号。")
        return
    values = {column: unicodedata.normalize("NFC", cell).strip() for column, cell in zip(header, cells, strict=False)}
    faults = [(column, "这一格不能为空。") for column in required if not values.get(column)]
    faults += [
        (column, "含有看不见的控制字符，请删除后再导入。") for column, value in values.items() if _unclean(value)
    ]
    for column, message in faults:
        table.fault(line, column, message)
    if not faults:
        table.rows.append(Row(table.file, line, values))


def _unclean(value: str) -> bool:
    return any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t\r" for sign in value)
