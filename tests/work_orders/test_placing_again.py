"""When places move in the tree, open orders go along and ended ones stay where they were."""

import pytest
from sqlalchemy import update

from app.db import db
from app.people.models import Role
from app.territory.models import Building, Compound, Territory
from app.territory.placing import Place
from app.work_orders import intake
from app.work_orders.placing_again import place_again
from tests.factories import a_person, a_worker, an_order, claimed, fresh, writing
from tests.work_orders.record import run, story


@pytest.fixture
def moved_compound(city):
    """The compound of the first grid now belongs to the other community."""

    def move():
        with writing():
            row = db.session.query(Compound).filter_by(public_id=city.compound).one()
            row.community_id, row.grid_id = city["hyx"], city["h1"]
            db.session.execute(update(Building).values(grid_id=None))
            db.session.flush()
            place_again([], [row.id])

    return move


def test_an_open_order_goes_along_with_its_compound(city, moved_compound, worker):
    order, held = an_order(city), claimed(an_order(city), worker)
    before = story(held)
    moved_compound()
    for one in (order, held):
        row = fresh(one)
        assert (row.community_id, row.grid_id, row.lead_unit_id) == (city["hyx"], city["h1"], city["hyx"])
    # Whoever has it keeps it, and the people of the new place see it.
    assert fresh(held).assignee_id == worker.account_id
    assert story(held) == before
    assert claimed(order, a_worker(city["h1"])).status == "in_progress"


def test_what_has_ended_stays_where_it_was(city, moved_compound, resident):
    order = an_order(city, resident)
    run(intake.withdraw, order.number, resident, "好了")
    moved_compound()
    assert fresh(order).community_id == city["xnlx"]


def test_an_order_of_a_point_follows_its_grid(city):
    place = Place(city["xn"], city["cx"], city["ht"], city["xnlx"], city["g2"], text="第二网格")
    order = an_order(city, place=place)
    with writing():
        grid = db.session.get(Territory, city["g2"])
        grid.parent_id = grid.community_id = city["hyx"]
        db.session.flush()
        place_again([city["g2"]], [])
    assert (fresh(order).community_id, fresh(order).grid_id) == (city["hyx"], city["g2"])
    assert a_person((Role.AUDITOR, city["hyx"])).roles == {Role.AUDITOR}


def test_an_order_that_did_not_move_is_not_touched(city):
    order = an_order(city)
    version = fresh(order).version
    with writing():
        place_again([city["g1"], city["xnlx"]], [])
    assert fresh(order).version == version
