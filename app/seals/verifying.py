"""Walking both trails and their seals, in batches, up to the first thing that is wrong."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, select

from app import trail
from app.seals import chain, reading
from app.seals.chain import SEALS, TRAILS, Head
from app.seals.faults import Broken, Fault

LOOKED_AT_FOR_KEY = 20


@dataclass
class Findings:
    """What a walk saw: rows by trail, seals, rows not sealed yet, erased texts, where the chain ends."""

    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(TRAILS, 0))
    sealed: int = 0
    young: int = 0
    erased: int = 0
    end: Head = Head()
    fault: Fault | None = None


def verify(connection: Connection, known: Head | None = None) -> Findings:
    """Check everything through this connection. `known` is the newest head that was kept outside of the database."""
    walk = _Walk(connection, Findings())
    try:
        walk.chain(known)
        for name in TRAILS:
            walk.rows(name)
        walk.erasures()
    except Broken as broken:
        walk.found.fault = broken.fault
    return walk.found


@dataclass
class _Walk:
    connection: Connection
    found: Findings
    accounted: int = 0  # texts whose erasure was written down

    def chain(self, known: Head | None) -> None:
        """Every seal follows from the one before, and has its row."""
        end = Head()
        for seal in self._batches(reading.SEALS, SEALS.c.no):
            if seal.no != end.no + 1:
                raise Broken("seal_missing", f"第 {end.no + 1} 号封存")
            if not chain.fits(seal, end.head):
                raise Broken(self._why_it_does_not_fit(seal.no), f"第 {seal.no} 号封存")
            if seal.row is None:
                raise Broken("missing", f"{reading.NAMES[seal.trail]}内部编号 {seal.row_id}（第 {seal.no} 号封存）")
            end = Head(seal.no, seal.head)
            if known is not None and known.no == end.no and known != end:
                raise Broken("cut", f"第 {known.no} 号封存")
            self.found.sealed, self.found.end = end.no, end
        if known is not None and known.no > end.no:
            raise Broken("cut", f"第 {known.no} 号封存")

    def _why_it_does_not_fit(self, no: int) -> str:
        """With a wrong key nothing fits from the first seal on, each taken with the head that stands before it."""
        first = self.connection.execute(select(SEALS).order_by(SEALS.c.no).limit(LOOKED_AT_FOR_KEY)).all()
        heads = ["", *(seal.head for seal in first)]
        some_fit = any(chain.fits(seal, before) for seal, before in zip(first, heads, strict=False))
        return "seal_changed" if no > 1 or some_fit else "wrong_key"

    def rows(self, name: str) -> None:
        """Every row of a trail says what it said when it was written and when it was sealed, and none came later."""
        floor = chain.floor(self.connection, name)
        for row in self._batches(reading.ROWS[name], TRAILS[name].c.id):
            self._check_row(name, row, floor)
            self._check_text(name, row)
            self.found.rows[name] += 1
            if name == "audit" and row.action == trail.ERASED:
                self.accounted += row.facts["texts"]

    def _check_row(self, name: str, row: Row[Any], floor: int) -> None:
        if trail.digest(reading.lasting(name, row)) != row.digest:
            raise Broken("changed", reading.where(name, row))
        if row.sealed is None:
            if row.id <= floor:
                raise Broken("inserted", reading.where(name, row))
            self.found.young += 1
        elif row.sealed != row.digest:
            elsewhere = select(SEALS.c.no).where(SEALS.c.digest == row.digest).limit(1)
            is_swapped = self.connection.execute(elsewhere).scalar() is not None
            raise Broken("swapped" if is_swapped else "replaced", reading.where(name, row))

    def _check_text(self, name: str, row: Row[Any]) -> None:
        if row.cipher is None:
            self.found.erased += row.commitment is not None
            return
        text = reading.opened(row.cipher)
        if row.commitment is None:
            raise Broken("text_added", reading.where(name, row))
        if text is None:
            raise Broken("text_unreadable", reading.where(name, row))
        if trail.commitment(row.salt, text) != row.commitment:
            raise Broken("text_changed", reading.where(name, row))

    def erasures(self) -> None:
        """Texts are gone only where their erasure was written down."""
        unaccounted = self.found.erased - self.accounted
        if unaccounted > 0:
            raise Broken("texts_lost", f"两条记录中有 {unaccounted} 段文字")

    def _batches(self, statement: Any, key: Any) -> Iterator[Row[Any]]:
        """All rows in the order of a number, a batch at a time, so that nothing is held while others write."""
        after = 0
        while True:
            batch = self.connection.execute(statement.where(key > after).order_by(key).limit(chain.BATCH)).all()
            yield from batch
            if len(batch) < chain.BATCH:
                return
            after = getattr(batch[-1], key.name)
