"""A month copied back in time: lists and details show the copies, and what is open stays as it was."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from app.db import db, end_reading
from app.people.models import Role
from app.people.queries import actor_of, holders
from app.simulation import bulk, playing
from app.simulation.demand import Month
from app.territory.models import Territory
from app.work_orders import board, intake, lists, numbers
from app.work_orders.board import BoardFilters
from app.work_orders.detail import detail
from app.work_orders.models import Reporter, WorkOrder
from app.work_orders.workflow import ENDED
from tests.simulation.conftest import THREE_DAYS, played_on

WANTED = 300


@pytest.fixture(scope="module")
def multiplied(house):
    with played_on(house, replace(THREE_DAYS, month=Month(date(2026, 1, 20), 3))), house.app_context():
        before = statuses()
        with playing.hurrying(durable=False, unchecked=True):
            copied = bulk.multiply(WANTED)
        yield before, copied
        end_reading()


@pytest.fixture
def years(house, multiplied):
    with house.app_context():
        yield multiplied
        end_reading()


def statuses():
    rows = db.session.execute(select(WorkOrder.status, func.count()).group_by(WorkOrder.status))
    found = Counter({status: count for status, count in rows})
    end_reading()
    return found


def manager_of_the_city():
    city = db.session.scalars(select(Territory.id).where(Territory.level == "city")).one()
    actor = actor_of(holders(Role.MANAGER, city)[0])
    end_reading()
    return actor


def test_the_copies_are_orders_like_any_other(years):
    before, copied = years
    after = statuses()
    assert copied.orders == after.total() >= WANTED
    assert copied.bytes > 0
    assert {status for status in after if after[status] != before[status]} <= set(ENDED)
    oldest = db.session.execute(select(WorkOrder.number, WorkOrder.created_at).order_by(WorkOrder.created_at)).first()
    assert oldest.created_at.year < 2022
    assert all(map(numbers.is_number, db.session.scalars(select(WorkOrder.number))))
    end_reading()
    check_lists(oldest.number)
    check_new_orders()


def check_lists(number):
    manager = manager_of_the_city()
    assert board.page(manager, BoardFilters(number=number))[0].number == number
    shown = detail(number, manager)
    assert [line.action for line in shown.lines][0] == "submit"
    assert shown.reporters[0].is_first
    resident = db.session.scalars(
        select(Reporter.account_id).join(WorkOrder, WorkOrder.id == Reporter.work_order_id)
        .where(WorkOrder.number == number)
    ).first()  # fmt: skip
    own = lists.reported(actor_of(resident), "all", None, 20)
    assert number in [row.number for row in own]
    assert len(own) < 20, "every copy brings its own residents"
    end_reading()


def check_new_orders():
    """Ids go on behind the copies."""
    from app.db import transaction
    from app.territory.models import Compound
    from app.territory.placing import place_by_building
    from app.work_orders.intake import Request

    compound = db.session.scalars(select(Compound.public_id).order_by(Compound.id)).first()
    resident = actor_of(db.session.scalar(select(func.max(Reporter.account_id))))
    place = place_by_building(compound, None, None)
    end_reading()
    with transaction():
        order = intake.submit(Request("LIGHT", "楼道的灯不亮", place), resident)
    assert order.id == db.session.scalar(select(func.max(WorkOrder.id)))
    end_reading()


def test_nothing_points_to_what_is_not_there(years):
    if db.engine.dialect.name == "sqlite":
        assert db.session.execute(bulk.text("PRAGMA foreign_key_check")).all() == []
        assert db.session.execute(bulk.text("PRAGMA integrity_check")).all() == [("ok",)]
    indexes = {index["name"] for index in bulk.inspect(db.engine).get_indexes("work_order")}
    end_reading()
    assert {"ix_work_order_city_status", "ix_work_order_community_due", "ix_work_order_unchecked"} <= indexes
