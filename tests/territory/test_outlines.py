"""Points in outlines and near them."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import event, update

from app import clock
from app.db import db, end_reading, transaction
from app.territory import outlines
from app.territory.models import Level, Territory
from tests.territory.places import a_place, a_rectangle, a_small_city

METRE = 1 / 111_195


@pytest.fixture
def city(app):
    return a_small_city()


def test_a_point_lies_in_the_grid_whose_outline_holds_it(city):
    assert outlines.grid_at(36.605, 101.705).code == "w1"
    assert outlines.grid_at(36.605, 101.715).code == "w2"


def test_a_point_outside_of_all_grids_lies_in_none(city):
    assert outlines.grid_at(36.605, 101.725) is None


@pytest.mark.parametrize("lat", [36.60, 36.605, 36.61])
def test_a_point_on_the_edge_of_two_grids_goes_to_the_first_by_code(city, lat):
    assert outlines.grid_at(lat, 101.71).code == "w1"


def test_a_community_holds_the_points_in_its_outline(city):
    assert outlines.nearest_community(36.605, 101.725).code == "e"


def test_a_community_is_near_up_to_the_given_metres(city):
    assert outlines.nearest_community(36.60 - 499 * METRE, 101.705).code == "w"
    assert outlines.nearest_community(36.60 - 501 * METRE, 101.705) is None
    assert outlines.nearest_community(36.60 - 501 * METRE, 101.705, within_m=600).code == "w"


def test_metres_to_the_east_are_metres_too(city):
    degree = METRE / 0.80266  # The cosine of 36.615 degrees.
    assert outlines.nearest_community(36.605, 101.73 + 495 * degree).code == "e"
    assert outlines.nearest_community(36.605, 101.73 + 505 * degree) is None


def test_between_two_communities_at_the_same_distance_the_first_by_code_counts(city):
    assert outlines.nearest_community(36.60 - 100 * METRE, 101.72).code == "e"


def test_a_community_without_an_outline_is_found_by_those_of_its_grids(city):
    with transaction():
        db.session.execute(update(Territory).where(Territory.code == "w").values(outline=None))
    outlines.forget()
    assert outlines.nearest_community(36.605, 101.6995).code == "w"


def test_the_nearest_district_is_that_of_the_nearest_outline(city):
    assert outlines.nearest_district(36.7, 101.9).code == "west"


def test_an_outline_of_a_district_itself_counts_for_it(city):
    with transaction():
        outline = a_rectangle(36.70, 101.70, 36.80, 101.80)
        db.session.execute(update(Territory).where(Territory.code == "north").values(outline=outline))
    outlines.forget()
    assert outlines.nearest_district(36.75, 101.75).code == "north"


def test_without_outlines_the_first_district_by_code_is_the_nearest(app):
    with transaction():
        city = a_place("city", Level.CITY, "西宁市")
        a_place("b", Level.DISTRICT, "城中区", city)
        a_place("a", Level.DISTRICT, "城北区", city)
    outlines.forget()
    assert outlines.nearest_district(36.6, 101.7).code == "a"
    assert outlines.nearest_community(36.6, 101.7) is None


def test_without_any_place_nothing_is_near(app):
    outlines.forget()
    assert outlines.nearest_district(36.6, 101.7) is None
    assert outlines.grid_at(36.6, 101.7) is None


def test_a_change_of_the_tree_is_seen_after_a_minute(city):
    with time_machine.travel(clock.now(), tick=False) as traveller:
        assert outlines.grid_at(36.605, 101.725) is None
        end_reading()
        traveller.shift(timedelta(seconds=1))
        with transaction():
            place = db.session.get_one(Territory, city["e"].id)
            a_place("e1", Level.GRID, "第一网格", place, a_rectangle(36.60, 101.72, 36.61, 101.73))
        traveller.shift(timedelta(seconds=58))
        assert outlines.grid_at(36.605, 101.725) is None
        traveller.shift(timedelta(seconds=2))
        assert outlines.grid_at(36.605, 101.725).code == "e1"


def test_a_renamed_place_is_a_change_too(city):
    with time_machine.travel(clock.now() + timedelta(seconds=1), tick=False) as traveller:
        outlines.forget()
        assert outlines.grid_at(36.605, 101.705).name == "第一网格"
        end_reading()
        traveller.shift(timedelta(seconds=61))
        with transaction():
            db.session.get_one(Territory, city["w1"].id).name = "东一网格"
        assert outlines.grid_at(36.605, 101.705).name == "东一网格"


def test_as_long_as_nothing_changed_the_outlines_are_kept(city):
    outlines.grid_at(36.605, 101.705)
    seen = []
    listen = lambda *args: seen.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        for _ in range(3):
            outlines.grid_at(36.605, 101.715)
        assert seen == []
        with time_machine.travel(clock.now() + timedelta(seconds=61)):
            outlines.grid_at(36.605, 101.715)
        assert len(seen) == 1
        assert "outline" not in seen[0]
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
