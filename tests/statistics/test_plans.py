"""A month of a district reads what belongs to it, and never a whole table that grows with the city."""

import re

import pytest
from sqlalchemy import event

from app.db import db, end_reading
from app.statistics import counting, listing, overdue, overview, places, times
from app.statistics.definitions import FIGURES
from app.statistics.periods import preset
from app.statistics.sources import Window
from tests.factories import a_manager, a_resident, an_order, resolved

GROWING = "work_order|reporter|assignment|rating|event|event_text|follow_up|timer|side_record|task"
READS_ALL = re.compile(rf"^SCAN ({GROWING})(_\d+)?\b|AUTOMATIC")


@pytest.fixture
def window(city, worker, database_kind):
    if database_kind != "sqlite":
        pytest.skip("a plan is easy to read on SQLite alone")
    for _ in range(3):
        resolved(an_order(city, a_resident()), worker)
    district = a_manager(city["cx"])
    return Window(district, places.chosen(district, city["cx"]), preset("month"))


def plans(look):
    asked = []
    event.listen(db.engine, "before_cursor_execute", note := lambda *given: asked.append((given[2], given[3])))
    look()
    event.remove(db.engine, "before_cursor_execute", note)
    connection = db.session.connection()
    steps = [
        row[-1]
        for statement, values in asked
        for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    ]
    end_reading()
    return steps


LOOKS = {
    "the numbers": counting.numbers,
    "the places below": counting.of_places_below,
    "overdue minutes": overdue.by_holder,
    "everything": lambda window: overview.of(window, "response"),
    **{code: (lambda window, time=time: times.of(window, time)) for code, time in times.TIMES.items()},
    **{
        f"{code} {name}": (lambda window, part=part: listing.orders(window, part, 1, 50))
        for code, figure in FIGURES.items()
        for name, part in (("numerator", figure.met), ("denominator", figure.of))
        if part
    },
}


def test_what_is_counted_is_found_by_an_index(window):
    for look, counted in LOOKS.items():
        steps = plans(lambda counted=counted: counted(window))
        assert [step for step in steps if step.startswith("SEARCH")], look
        assert [step for step in steps if READS_ALL.search(step)] == [], look


def test_orders_are_found_by_a_place_with_a_time_or_by_their_due_date_alone(window):
    """An index by which only the place is looked up would read all that the place ever had.

    By place and state alone only what is open is sought, of which there is never much.
    """
    steps = plans(lambda: counting.numbers(window))
    found = [step for step in steps if re.match(r"SEARCH work_order USING INDEX ix_", step)]
    assert found
    for step in found:
        condition = step.partition("(")[2]
        assert re.search(r"(changed_at|created_at|due_at)[<>]\?|status=\?", condition), step
