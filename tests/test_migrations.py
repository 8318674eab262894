"""Migrations lead from nothing to exactly the tables that the code describes, on both databases, and back."""

import contextlib
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask_migrate import check, downgrade, upgrade

from app import create_app
from app.db import db
from app.work_orders.models import WorkOrder
from app.work_orders.side_records import Kind
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


MORNING = datetime(2026, 3, 10, 2, tzinfo=UTC)
OLD = {
    "territory": {"id": 1, "code": "xn", "level": "city", "name": "西宁市"},
    "category": {"code": "NOISE", "name": "噪声", "class_code": "P3"},
    "account": {"id": 1, "public_id": "a", "is_staff": True, "state": "active"},
    "posting": {"id": 1, "account_id": 1, "role": "manager", "territory_id": 1},
    "work_order": {
        "id": 1,
        "number": "XN1",
        "status": "in_progress",
        "beside": "extension,urge",
        "category_code": "NOISE",
        "class_code": "P3",
        "lead_unit_id": 1,
        "assignee_id": 1,
    },
    "event": {"id": 1, "work_order_id": 1, "action": "submit", "to_status": "submitted", "visible": "reporter"},
    "reporter": {"id": 1, "work_order_id": 1, "account_id": 1},
    "recusal": {"id": 1, "work_order_id": 1, "account_id": 1},
    "timer": {"id": 1, "work_order_id": 1, "kind": "due"},
}
"""An order in hand as it was kept before there was a hierarchy, with what points to it."""


BLANK = {bool: False, int: 1, str: "", datetime: MORNING, dict: {}}


def whole(table, values):
    """A row with something in every column that must have it."""
    needed = [one for one in table.columns if not one.nullable and one.server_default is None]
    return {one.name: BLANK[one.type.python_type] for one in needed} | values


def rows_now():
    """Every row of those tables, by its columns."""
    found = sa.MetaData()
    with db.engine.connect() as connection:
        found.reflect(connection, only=list(OLD))
        return {name: [dict(row._mapping) for row in connection.execute(sa.select(found.tables[name]))] for name in OLD}


def test_orders_of_the_everyday_life_are_kept_on_the_way_up_and_down(empty_house):
    upgrade(revision="0003")
    tables = sa.MetaData()
    with db.engine.begin() as connection:
        tables.reflect(connection)
        for name, values in OLD.items():
            connection.execute(sa.insert(tables.tables[name]).values(whole(tables.tables[name], values)))
    kept = rows_now()
    upgrade()
    (order,) = rows_now()["work_order"]
    assert [order[name] for name in ("open_tasks", "open_parts")] == [0, 0]
    assert not any(order[name] for name in ("absorbed", "designated", "problem"))
    assert not any(order[name] for name in ("parent_id", "merged_into_id", "lead_organisation_id"))
    assert db.session.scalars(sa.select(WorkOrder)).one().has_open(Kind.URGE)
    db.session.close()
    downgrade(revision="0003")
    assert rows_now() == kept
