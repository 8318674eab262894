"""A month of three days, played once for each database, which the tests of this folder only look at."""

from contextlib import contextmanager
from datetime import date

import pytest

from app.commands import sweep
from app.commands.simulate import a_picture
from app.db import db
from app.simulation import playing
from app.simulation.demand import Month
from app.simulation.month import Rounds
from app.simulation.playing import Plan
from tests.conftest import _empty, _forget

THREE_DAYS = Plan(Month(date(2026, 2, 12), 3), 60, seed=1)


def play(house, plan):
    """Play a month as the command does."""
    return playing.play(plan, house, Rounds(sweep.clean, sweep.tell_digests), a_picture())


@contextmanager
def played_on(house, plan):
    """A month for the tests of one module; whatever came of it is removed after them."""
    with house.app_context():
        found = play(house, plan)
        db.session.remove()
    yield found
    with house.app_context():
        _empty()
        db.session.remove()
    _forget()


@pytest.fixture(scope="module")
def played(house):
    with played_on(house, THREE_DAYS) as found:
        yield found


@pytest.fixture
def month(house, played):
    """The rows of the played days."""
    with house.app_context():
        yield played
        db.session.remove()
