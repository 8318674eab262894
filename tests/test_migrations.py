"""Migrations lead from nothing to exactly the tables that the code describes, on both databases, and back."""

import contextlib

import pytest
import sqlalchemy as sa
from flask_migrate import check, downgrade, upgrade

from app import create_app
from app.db import db
from tests.conftest import a_database, settings_for


@pytest.fixture
def empty_house(database_kind, request, tmp_path):
    with contextlib.ExitStack() as stack:
        url = f"sqlite:///{tmp_path}/empty.sqlite"
        if database_kind == "postgresql":
            url = stack.enter_context(a_database(request.getfixturevalue("postgresql_server")))
        app = create_app(settings_for(url, tmp_path))
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


def test_an_upgrade_from_nothing_gives_the_tables_of_the_code(empty_house):
    upgrade()
    check()
    tables = set(sa.inspect(db.engine).get_table_names())
    assert tables == set(db.metadata.tables) | {"alembic_version"}
    assert empty_house.test_client().get("/healthz/ready").status_code == 200


def test_a_house_without_tables_says_that_it_is_not_ready(empty_house):
    answer = empty_house.test_client().get("/healthz/ready")
    assert answer.status_code == 503
    assert empty_house.test_client().get("/healthz/live").status_code == 200


def test_the_way_back_leaves_nothing(empty_house):
    upgrade()
    downgrade(revision="base")
    assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
