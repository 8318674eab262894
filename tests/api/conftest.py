"""People of a small city at their phones."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import structlog
from flask import Flask

from app import create_app, limits
from tests.api.asking import Verdicts
from tests.factories import City, a_city, a_resident, a_worker, signed_in


@pytest.fixture
def city(app: Flask) -> City:
    return a_city()


@pytest.fixture
def resident(city: City, verdicts: Verdicts) -> dict[str, str]:
    """Headers of a resident's phone."""
    return signed_in(a_resident())


@pytest.fixture
def worker(city: City) -> dict[str, str]:
    """Headers of the phone of a worker on duty in the first grid."""
    return signed_in(a_worker(city["g1"]))


@pytest.fixture
def verdicts(app: Flask) -> Iterator[Verdicts]:
    """WeChat's text check, saying pass until told otherwise."""
    before = app.extensions["text_check"]
    judge = Verdicts("pass")
    app.extensions["text_check"] = judge.checking()
    yield judge
    app.extensions["text_check"] = before


@pytest.fixture
def another_app(app: Flask, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Builds a house with other settings beside the one under test; keys and photos are the same."""

    def build(**changes: Any) -> Flask:
        return create_app(replace(app.extensions["settings"], **{"var_dir": tmp_path, **changes}))

    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield build
    limits.install(None)
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
