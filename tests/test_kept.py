"""What is read and kept a while: asked once a minute, anew when it was forgotten, and no reading is left open."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import text

from app.db import db, transaction
from app.kept import Kept

NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


@pytest.fixture
def kept(app):
    asked = []

    def read():
        asked.append(db.session.scalar(text("SELECT 1")))
        return len(asked)

    return Kept(read)


@pytest.mark.parametrize(("seconds", "found"), [(0, 1), (59, 1), (60, 2), (-59, 1), (-60, 2)])
def test_it_is_asked_again_when_it_is_a_minute_old_or_the_clock_was_set_back(kept, seconds, found):
    with time_machine.travel(NOON, tick=False) as traveller:
        assert kept() == 1
        traveller.shift(timedelta(seconds=seconds))
        assert kept() == found


def test_what_was_forgotten_is_asked_again(kept):
    assert (kept(), kept()) == (1, 1)
    kept.forget()
    assert kept() == 2


def test_asking_leaves_no_reading_open_and_a_transaction_as_it_was(kept):
    kept()
    with transaction():
        kept.forget()
        assert kept() == 2
        assert db.session().in_transaction()
