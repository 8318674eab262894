"""The tree of places."""

import pytest

from app.db import transaction
from app.territory import tree
from app.territory.models import Level
from tests.territory.places import a_small_city


@pytest.fixture
def city(app):
    return a_small_city()


def codes(places):
    return [place.code for place in places]


def test_a_place_carries_the_ids_of_all_above_it_and_its_own(city):
    grid = city["w1"]
    above = [city[code].id for code in ("city", "west", "street", "w", "w1")]
    assert [getattr(grid, column) for column in tree.COLUMNS] == above
    assert city["street"].community_id is None


def test_a_place_is_found_by_its_code(city):
    assert tree.find_by_code("w").name == "新宁路西社区"
    assert tree.find_by_code("nowhere") is None
    assert set(tree.find_all_by_code(["w", "e", "nowhere"])) == {"w", "e"}


def test_the_lineage_goes_from_the_city_down_to_the_place(city):
    assert codes(tree.lineage(city["w2"].id)) == ["city", "west", "street", "w", "w2"]
    assert codes(tree.lineage(city["city"].id)) == ["city"]
    assert tree.lineage(10**6) == []


def test_children_are_those_right_below_by_code(city):
    assert codes(tree.children(city["city"].id)) == ["north", "west"]
    assert codes(tree.children(city["w"].id)) == ["w1", "w2"]
    assert codes(tree.children(None)) == ["city"]
    assert tree.children(city["w1"].id) == []


@pytest.mark.parametrize(("level", "parent"), [(Level.GRID, "street"), (Level.CITY, "city"), (Level.DISTRICT, None)])
def test_a_place_lies_right_below_the_level_above_and_nowhere_else(city, level, parent):
    with pytest.raises(ValueError, match="does not lie"), transaction():
        tree.add("odd", level, "不对", city.get(parent))
