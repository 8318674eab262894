"""Bringing in the words texts are read by: four tables together, all of them or nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.db import db
from app.deadlines.limits import CLASS_LABELS, ServiceClass
from app.tables import CellError, Report, Row, Table, no_repeats, noting, read_csv
from app.trail import audit
from app.work_orders.catalogue import Category
from app.work_orders.screening import patterns, words
from app.work_orders.screening.models import Danger, Keyword, Sign, Spelling
from app.work_orders.screening.words import EVERY, MEANING_NAMES, Meaning

HEAVIEST = 100
Values = dict[str, Any]


@dataclass(frozen=True)
class Tables:
    dangers: Table
    signs: Table
    keywords: Table
    spellings: Table


def read_words(folder: Path) -> Tables:
    return Tables(
        dangers=read_csv(
            folder / "dangers.csv",
            ("code", "name", "sentence", "numbers", "class"),
            ("category_code", "position", "retired"),
        ),
        signs=read_csv(folder / "signs.csv", ("danger_code", "meaning", "words"), ("retired",)),
        keywords=read_csv(folder / "keywords.csv", ("category_code", "words", "weight"), ("retired",)),
        spellings=read_csv(folder / "spellings.csv", ("written", "meant"), ("retired",)),
    )


def import_words(tables: Tables, dry_run: bool = False) -> Report:
    """Add and change words; a row that is not in a file stays, so that no danger goes unseen by an oversight.

    What is not wanted any more is marked as retired.
    """
    categories = set(db.session.scalars(select(Category.code)))
    dangers = {EVERY, *db.session.scalars(select(Danger.code)), *(row.text("code") for row in tables.dangers.rows)}
    plans = [
        Plan(tables.dangers, Danger, ("code",), lambda row: _danger(row, categories)),
        Plan(tables.signs, Sign, ("danger_code", "words"), lambda row: _sign(row, dangers)),
        Plan(tables.keywords, Keyword, ("category_code", "words"), lambda row: _keyword(row, categories)),
        Plan(tables.spellings, Spelling, ("written",), _spelling),
    ]
    report = Report()
    wanted = [(plan, plan.wanted(report)) for plan in plans]
    if report.errors:
        return report
    for plan, rows in wanted:
        plan.bring(rows, report, dry_run)
    if not dry_run and (report.added or report.changed):
        audit("words.imported", "words", added=report.added, changed=report.changed)
        words.forget()
    return report


@dataclass(frozen=True)
class Plan:
    """One file: where its rows go, what tells them apart, and how a row is read."""

    table: Table
    model: Any
    keys: tuple[str, ...]
    values: Callable[[Row], Values]

    def wanted(self, report: Report) -> list[Values]:
        """The rows of the file; what is wrong with it goes into the report."""
        report.errors += [*self.table.errors, *no_repeats(self.table.rows, *self.keys)]
        found: list[Values] = []
        for row in self.table.rows:
            with noting(report.errors, row):
                found.append(self.values(row) | {"retired": row.yes("retired")})
        return found

    def bring(self, rows: list[Values], report: Report, dry_run: bool) -> None:
        stored = {self._key(vars(row)): row for row in db.session.scalars(select(self.model))}
        for wanted in rows:
            before = stored.get(self._key(wanted))
            was = {name: getattr(before, name) for name in wanted} if before else None
            if report.count(was, wanted) and not dry_run:
                self._write(before, wanted)

    def _key(self, values: Values) -> tuple[Any, ...]:
        return tuple(values[name] for name in self.keys)

    def _write(self, before: Any, wanted: Values) -> None:
        if before is None:
            db.session.add(self.model(**wanted))
        else:
            for name, value in wanted.items():
                setattr(before, name, value)
        db.session.flush()


def _danger(row: Row, categories: set[str]) -> Values:
    category = row.text("category_code") or None
    if category is not None and category not in categories:
        raise CellError("category_code", f"没有编码为“{category}”的类别，请先导入类别。")
    urgent = [one for one in ServiceClass if one.is_urgent]
    return {
        "code": row.filled("code", 40),
        "name": row.filled("name", 40),
        "sentence": row.filled("sentence", 200),
        "numbers": _numbers(row),
        "class_code": row.word("class", urgent, CLASS_LABELS).value,
        "category_code": category,
        "position": row.whole("position") if row.text("position") else 0,
    }


def _numbers(row: Row) -> list[dict[str, str]]:
    """`119 火警;120 急救`: what to dial, and in words who answers."""
    found = []
    for part in row.several("numbers"):
        number, _, name = part.partition(" ")
        if not (number.isascii() and number.isdigit() and len(number) <= 12 and name.strip()):
            raise CellError("numbers", "请写成“119 火警;120 急救”的样子：号码、空格、名称，多个用分号隔开。")
        found.append({"number": number, "name": name.strip()})
    return found


def _sign(row: Row, dangers: set[str]) -> Values:
    danger = row.filled("danger_code", 40)
    if danger not in dangers:
        raise CellError("danger_code", f"没有编码为“{danger}”的危险情形，“{EVERY}”表示全部。")
    meaning = row.word("meaning", Meaning, MEANING_NAMES)
    if danger == EVERY and meaning is Meaning.SHOWS:
        raise CellError("danger_code", f"“{EVERY}”只能用于排除危险，请写明是哪一种危险。")
    read = patterns.pattern if meaning is Meaning.SHOWS else patterns.denial
    return {"danger_code": danger, "meaning": meaning.value, "words": _readable(row, read)}


def _keyword(row: Row, categories: set[str]) -> Values:
    category = row.filled("category_code", 40)
    if category not in categories:
        raise CellError("category_code", f"没有编码为“{category}”的类别，请先导入类别。")
    weight = row.whole("weight", -HEAVIEST, HEAVIEST)
    return {"category_code": category, "words": _readable(row, patterns.pattern), "weight": weight}


def _readable(row: Row, read: Callable[[str], Any]) -> str:
    text = row.filled("words", 400)
    try:
        read(text)
    except ValueError:
        raise CellError("words", "词语之间多了一个“;”“+”“/”或“~”，请检查。") from None
    return text


def _spelling(row: Row) -> Values:
    return {"written": row.filled("written", 20), "meant": row.filled("meant", 20)}
