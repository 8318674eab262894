"""No page and no list reads a whole table that grows with the city: each goes by an index of what it asks for."""

import re

import pytest
from sqlalchemy import event

from app.db import db, end_reading
from app.work_orders import board, lists
from app.work_orders.board import BoardFilters
from app.work_orders.detail import detail
from app.work_orders.kin import kinship, merge_candidates, merging
from tests.factories import a_resident, an_order, claimed
from tests.work_orders.record import run

GROWING = "work_order|reporter|assignment|rating|event|event_text|follow_up|photo|timer|notification"
# A list in the order of time may walk its own index; a whole table without one, or one built on the fly, may not be.
READS_ALL = re.compile(rf"^SCAN ({GROWING})\b(?! USING (COVERING )?INDEX)|AUTOMATIC")


@pytest.fixture
def plans(app, database_kind):
    """Every plan of what is asked while looking."""
    if database_kind != "sqlite":
        pytest.skip("a plan is easy to read on SQLite alone")
    asked = []
    event.listen(db.engine, "before_cursor_execute", note := lambda *given: asked.append((given[2], given[3])))

    def found():
        event.remove(db.engine, "before_cursor_execute", note)
        connection = db.session.connection()
        steps = [
            row[-1]
            for statement, values in asked
            if statement.startswith("SELECT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]
        end_reading()
        return steps

    return found


@pytest.fixture
def order(city, worker):
    order = an_order(city, a_resident(name="马秀英"))
    claimed(order, worker)
    return order


LOOKS = {
    "the page of staff": lambda order, worker, manager, officer: detail(order.number, worker),
    "the page of a manager": lambda order, worker, manager, officer: detail(order.number, manager),
    "the pool": lambda order, worker, manager, officer: lists.pool(worker, None, 20),
    "one's own": lambda order, worker, manager, officer: lists.mine(worker, False, None, 20),
    "what one had": lambda order, worker, manager, officer: lists.mine(worker, True, None, 20),
    "the board": lambda order, worker, manager, officer: board.page(manager, BoardFilters()),
    "the board's mark": lambda order, worker, manager, officer: board.mark(manager, BoardFilters()),
    "the board's counts": lambda order, worker, manager, officer: board.counts(manager),
    "what may be merged": lambda order, worker, manager, officer: merging.candidates(manager, 1, 30),
    "what this may be merged into": lambda order, worker, manager, officer: merge_candidates.likely(order, manager),
    "what is related": lambda order, worker, manager, officer: kinship.of(order, manager),
    "what is to be followed up": lambda order, worker, manager, officer: lists.follow_ups(officer, 1, 30),
}


@pytest.mark.parametrize("look", list(LOOKS))
def test_what_is_looked_at_is_found_by_an_index(order, worker, manager, officer, plans, look):
    run(LOOKS[look], order, worker, manager, officer)
    steps = plans()
    assert [step for step in steps if step.startswith("SEARCH")]
    assert [step for step in steps if READS_ALL.search(step)] == []
