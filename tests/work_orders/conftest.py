"""A city on Tuesday 10 March 2026, ten in the morning, with people who stay in their parts."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from app import clock
from app.db import db, transaction
from app.people.actor import Actor
from tests.factories import City, a_city, a_clerk, a_manager, a_resident, a_worker, an_officer

TUESDAY_10 = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
Move = Callable[[str], datetime]


@pytest.fixture(autouse=True)
def moving() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(TUESDAY_10, tick=False) as traveller:
        yield traveller


@pytest.fixture
def at(moving: time_machine.Traveller) -> Move:
    """Let it be this moment of 2026, by the city's clock: at("03-10 16:00")."""

    def move(text: str) -> datetime:
        there = datetime.fromisoformat(f"2026-{text}").replace(tzinfo=clock.LOCAL)
        moving.move_to(there)
        return there.astimezone(UTC)

    return move


@pytest.fixture
def later(moving: time_machine.Traveller) -> Callable[..., datetime]:
    """Let some time pass: later(minutes=5)."""

    def move(**span: float) -> datetime:
        moving.shift(timedelta(**span))
        return clock.now()

    return move


@pytest.fixture
def city(app: Flask) -> City:
    return a_city()


@pytest.fixture
def resident(city: City) -> Actor:
    return a_resident(name="马秀英")


@pytest.fixture
def worker(city: City) -> Actor:
    return a_worker(city["g1"])


@pytest.fixture
def colleague(city: City) -> Actor:
    return a_worker(city["g1"], name="韩玉兰")


@pytest.fixture
def manager(city: City) -> Actor:
    return a_manager(city["xnlx"])


@pytest.fixture
def clerk(city: City) -> Actor:
    return a_clerk(city["xnlx"])


@pytest.fixture
def officer(city: City) -> Actor:
    return an_officer(city["xnlx"])


@pytest.fixture
def at_once(house) -> Callable[..., list[Any]]:
    """Run commands at the same moment, each in a thread and transaction of its own; what came of each, in order."""

    def race(*commands: Callable[[], Any]) -> list[Any]:
        outcomes: list[Any] = [None] * len(commands)
        start = threading.Barrier(len(commands))

        def one(place: int, command: Callable[[], Any]) -> None:
            with house.app_context():
                start.wait()
                try:
                    with transaction():
                        outcomes[place] = command().number
                except Exception as error:  # noqa: BLE001  judged by the test
                    outcomes[place] = error
                finally:
                    db.session.remove()

        threads = [threading.Thread(target=one, args=pair) for pair in enumerate(commands)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        return outcomes

    return race
