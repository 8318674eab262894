"""Years of a city out of one played month: its ended orders are copied backwards in time, table by table.

A copy has ids, a number, public ids and moments of its own, and residents of its own with it, as a city has more of
both with the years; staff and places stay. What is open is the month's own. Digests are copied as they are, so that
`trail verify` is not for such a database; messages and photos are not copied.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, MetaData, Table, func, inspect, select, text
from sqlalchemy.schema import CreateIndex, DropIndex

from app import clock
from app.db import Base, UTCDateTime, db, end_reading, transaction
from app.work_orders import numbers
from app.work_orders.models import WorkOrder
from app.work_orders.workflow import Status

YEARS = 5
COPIED = ("account", "work_order", "reporter", "event", "event_text", "assignment", "timer", "rating", "follow_up",
          "side_record")  # fmt: skip
"""Each after those it points to."""
ENDED = (Status.CLOSED, Status.WITHDRAWN, Status.DECLINED)
STEP = 7919
"""Has no factor in common with a million, so that counting by it meets every number of six digits once."""
OF_ENDED = """
status IN ({ended}) AND beside = '' AND parent_id IS NULL AND merged_into_id IS NULL
AND NOT EXISTS (SELECT 1 FROM follow_up f WHERE f.work_order_id = work_order.id AND f.ended_at IS NULL)
AND NOT EXISTS (SELECT 1 FROM work_order o WHERE o.parent_id = work_order.id OR o.merged_into_id = work_order.id)
""".format(ended=", ".join(f"'{status}'" for status in ENDED))


@dataclass(frozen=True)
class Copied:
    """What came of it."""

    orders: int
    copies: int
    bytes: int


@dataclass(frozen=True)
class _Copy:
    """One copy of the month: which it is, and by how many days it lies earlier."""

    turn: int
    days: int

    @property
    def tag(self) -> str:
        return f"{self.turn:05}"


def multiply(wanted: int, tell: Callable[[int, int], None] = lambda *_: None) -> Copied:
    """Copy until there are about so many orders; the played ones are among them."""
    originals = _originals()
    there = db.session.scalar(select(func.count()).select_from(WorkOrder)) or 0
    spans = {table: _span(table) for table in COPIED}
    first_resident = _first_resident()
    end_reading()
    if not originals:
        raise ValueError("the month has no ended order to copy")
    copies = list(_copies(-(-(wanted - there) // len(originals)), originals))
    with _without_indexes():
        for copy in copies:
            named = _numbers(copy, originals)
            with transaction():
                _unhurried()
                for table in COPIED:
                    db.session.execute(text(_statement(table)), _values(copy, named, spans, first_resident))
            tell(there + copy.turn * len(originals), wanted)
    _settle()
    return Copied(there + len(copies) * len(originals), len(copies), _size())


def _originals() -> list[tuple[int, datetime]]:
    rows = db.session.execute(text(f"SELECT id, number FROM work_order WHERE {OF_ENDED} ORDER BY created_at, id")).all()
    moments = dict(db.session.execute(select(WorkOrder.id, WorkOrder.created_at)).tuples().all())
    return [(row.id, moments[row.id]) for row in rows]


def _copies(count: int, originals: Sequence[tuple[int, datetime]]) -> Iterator[_Copy]:
    """The oldest first, spread over the years before the month, none of them reaching into it."""
    month = (originals[-1][1] - originals[0][1]).days + 2
    for turn in range(1, count + 1):
        yield _Copy(turn, month + (count - turn) * YEARS * 365 // max(count, 1))


def _numbers(copy: _Copy, originals: Sequence[tuple[int, datetime]]) -> str:
    """A number for each order of the copy, by its id: the day, and a serial that no other order of the day has."""
    found = {}
    for place, (order_id, at) in enumerate(originals):
        serial = (copy.turn * len(originals) + place) * STEP % 1_000_000
        body = f"{clock.local(at - timedelta(days=copy.days)):%y%m%d}{serial:06}"
        found[str(order_id)] = f"{numbers.PREFIX}{body}{numbers.check_digit(body)}"
    return json.dumps(found)


def _span(table: str) -> int:
    """By how much the ids of one copy lie behind those of the one before."""
    if "id" not in Base.metadata.tables[table].c:
        return 0
    return int(db.session.scalar(text(f"SELECT coalesce(max(id), 0) FROM {table}")) or 0)


def _first_resident() -> int:
    """Residents were made after all staff: whoever has this id or a higher one is copied with what they reported."""
    return int(db.session.scalar(text("SELECT coalesce(max(id), 0) + 1 FROM account WHERE is_staff")) or 1)


def _values(copy: _Copy, named: str, spans: dict[str, int], first_resident: int) -> dict[str, Any]:
    shifted = {f"of_{table}": copy.turn * span for table, span in spans.items()}
    shifted |= {f"last_{table}": span for table, span in spans.items()}
    given = {"tag": copy.tag, "named": named, "first_resident": first_resident}
    # The copies of the residents follow one another without gaps of the size of the staff.
    shifted["of_account"] = copy.turn * (spans["account"] - first_resident + 1)
    return given | shifted | ({"days": copy.days} if _is_postgresql() else {"days": f"-{copy.days} days"})


def _statement(table: str) -> str:
    """INSERT … SELECT of one table: every column as it is, or as a copy must have it."""
    columns = Base.metadata.tables[table].columns
    names = ", ".join(f'"{column.name}"' for column in columns)
    values = ", ".join(_value(table, column) for column in columns)
    named = f"WITH named AS MATERIALIZED (SELECT CAST(key AS INTEGER) AS id, value FROM {NAMED[_dialect()]})"
    return f"INSERT INTO {table} ({names}) {named} SELECT {values} FROM {table} t {_restricted(table)}"


NAMED = {"sqlite": "json_each(:named)", "postgresql": "json_each_text(CAST(:named AS json))"}


def _restricted(table: str) -> str:
    """Only what belongs to the orders that are copied, looked for among the rows of the month alone."""
    if table == "account":
        return "WHERE t.id BETWEEN :first_resident AND :last_account"
    if table == "work_order":
        return "JOIN named n ON n.id = t.id WHERE t.id <= :last_work_order"
    # Looked up in a set and not joined, or SQLite would walk the whole list for every row.
    if table == "event_text":
        of_orders = "SELECT id FROM event WHERE id <= :last_event AND work_order_id IN (SELECT id FROM named)"
        return f"WHERE t.event_id <= :last_event AND t.event_id IN ({of_orders})"
    return f"WHERE t.id <= :last_{table} AND t.work_order_id IN (SELECT id FROM named)"


def _value(table: str, column: Column[Any]) -> str:
    own = f't."{column.name}"'
    if (table, column.name) == ("work_order", "number"):
        return "n.value"
    if (table, column.name) == ("timer", "fired_at"):
        return _earlier("coalesce(t.fired_at, t.due_at)")
    if column.name == "public_id":
        return f"substr({own}, 1, 17) || :tag"
    if column.name in ("openid", "phone_hash"):
        return f"{own} || ':' || :tag" if column.name == "openid" else "NULL"
    if isinstance(column.type, UTCDateTime):
        return _earlier(own)
    target = table if column.primary_key and not column.foreign_keys else _target(column)
    if target == "account" and table != "account":
        return f"CASE WHEN {own} >= :first_resident THEN {own} + :of_account ELSE {own} END"
    return f"{own} + :of_{target}" if target in COPIED else own


def _target(column: Column[Any]) -> str:
    return next((key.column.table.name for key in column.foreign_keys), "")


def _earlier(moment: str) -> str:
    if _is_postgresql():
        return f"{moment} - make_interval(days => :days)"
    return f"date(substr({moment}, 1, 10), :days) || substr({moment}, 11)"


def _dialect() -> str:
    return db.engine.dialect.name


def _is_postgresql() -> bool:
    return _dialect() == "postgresql"


@contextmanager
def _without_indexes() -> Iterator[None]:
    """Building an index once over all rows costs a tenth of keeping it true row by row."""
    known = MetaData()
    known.reflect(db.engine, only=list(COPIED))
    indexes = [index for table in known.tables.values() for index in table.indexes if _is_plain(table, index.name)]
    with transaction():
        _unhurried()
        for index in indexes:
            db.session.execute(DropIndex(index))
    try:
        yield
    finally:
        with transaction():
            _unhurried()
            for index in indexes:
                db.session.execute(CreateIndex(index))


def _is_plain(table: Table, name: str | None) -> bool:
    """Whether an index is one of its own, and not a constraint's."""
    constraints = {one["name"] for one in inspect(db.engine).get_unique_constraints(table.name)}
    return name is not None and name not in constraints


def _unhurried() -> None:
    if _is_postgresql():
        db.session.execute(text("SET LOCAL statement_timeout = 0"))


def _settle() -> None:
    """Ids go on behind the copies, and the database knows how its rows are spread."""
    with transaction():
        _unhurried()
        if _is_postgresql():
            for table in COPIED:
                if "id" in Base.metadata.tables[table].c:
                    at = f"pg_get_serial_sequence('{table}', 'id')"
                    db.session.execute(text(f"SELECT setval({at}, (SELECT max(id) FROM {table}))"))
        db.session.execute(text("ANALYZE"))


def _size() -> int:
    """How many bytes the database takes."""
    if _is_postgresql():
        size = "SELECT pg_database_size(current_database())"
    else:
        size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    found = int(db.session.scalar(text(size)) or 0)
    end_reading()
    return found
