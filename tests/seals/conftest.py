"""A city, an order with a story, and the two trails that tell of it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from app import trail
from app.work_orders import handling, rating, resolution
from tests.factories import City, a_city, a_resident, a_worker, an_order, claimed, writing
from tests.seals.hands import seal
from tests.work_orders.record import run

TUESDAY_10 = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def moving() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY_10, tick=False) as traveller:
        yield traveller


@pytest.fixture
def later(moving: time_machine.Traveller) -> Callable[..., None]:
    return lambda **span: moving.shift(timedelta(**span))


@pytest.fixture
def city(app: Any) -> City:
    return a_city()


@pytest.fixture
def story(city: City) -> Any:
    """An order that was rated, and rows of the audit with and without words."""
    resident, worker = a_resident(), a_worker(city["g1"])
    order = an_order(city, resident)
    claimed(order, worker)
    run(handling.contact, order.number, worker, "call", "马秀英说晚上在家")
    run(resolution.resolve, order.number, worker, "solved", "马秀英家已安静", [])
    run(rating.rate, order.number, resident, answered=True, solved="yes", satisfied="yes", comment="谢谢李建国")
    with writing():
        trail.audit("places.imported", "places", added=3, changed=1)
        trail.audit("staff.added", "account:x", actor_id=worker.account_id, text="李建国")
        trail.audit("phone.revealed", "account:y", actor_id=worker.account_id, text="回访需要")
    return order


@pytest.fixture
def sealed(story: Any, tmp_path: Any) -> Any:
    """The same, and all of it sealed."""
    seal(tmp_path)
    return story
