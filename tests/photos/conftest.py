"""The few rows that photos hang on, and a folder that is empty at the start."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from app import clock, secrets, storage
from app.db import db, transaction
from app.people.actor import Actor, Post
from app.people.models import Role
from app.territory.models import Level
from app.work_orders.catalogue import Category
from app.work_orders.models import WorkOrder
from tests.photos.makers import an_actor


@pytest.fixture
def folder(app: Flask) -> Iterator[Path]:
    """Where the photos of this test lie; empty at the start."""
    root = storage.storage().root
    shutil.rmtree(root, ignore_errors=True)
    yield root
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def resident(app: Flask) -> Actor:
    return an_actor()


@pytest.fixture
def worker(app: Flask) -> Actor:
    return an_actor(Post(Role.GRID_WORKER, Level.GRID, 1))


@pytest.fixture
def an_order(app: Flask) -> Callable[[], int]:
    """Make a work order with nothing but what its row demands; gives its key."""

    def make() -> int:
        with transaction():
            db.session.merge(Category(code="light", name="照明", class_code="P2"))
            db.session.flush()
            order = WorkOrder(
                number=secrets.public_id()[:20],
                status="submitted",
                category_code="light",
                class_code="P2",
                channel="phone",
                place_text="某小区",
                description="灯不亮",
                created_at=clock.now(),
                changed_at=clock.now(),
            )
            db.session.add(order)
        return order.id

    return make
