"""Where an order lies."""

from math import inf, nan

import pytest
from sqlalchemy import event

from app.db import db, transaction
from app.errors import Invalid, Unavailable
from app.territory import outlines
from app.territory.coordinates import to_gcj02
from app.territory.placing import place_by_building, place_by_point
from tests.territory.places import a_building, a_compound, a_small_city


@pytest.fixture
def city(app):
    return a_small_city()


@pytest.fixture
def courtyard(city):
    """A courtyard in the first grid whose 3号楼 belongs to the second."""
    with transaction():
        compound = a_compound("28", "湟岸巷28号院", city["w"], grid_id=city["w1"].id, lat=36.605, lng=101.708)
        a_building(compound, "1号楼", ["1单元"])
        a_building(compound, "3号楼", ["1单元", "2单元"], city["w2"])
        a_building(compound, "门房", [])
    return compound


def ids(place):
    return place.city_id, place.district_id, place.subdistrict_id, place.community_id, place.grid_id


def ids_of(city, *codes):
    return tuple(city[code].id if code else None for code in codes)


def test_a_building_is_placed_with_all_that_lies_above_it(city, courtyard):
    place = place_by_building(courtyard.public_id, "1号楼", "1单元")
    assert ids(place) == ids_of(city, "city", "west", "street", "w", "w1")
    assert (place.compound_id, place.building, place.unit) == (courtyard.id, "1号楼", "1单元")
    assert (place.lat, place.lng) == (36.605, 101.708)
    assert (place.given_lat, place.coordinate_system, place.unplaced) == (None, None, False)


def test_the_words_of_a_place_name_compound_building_and_unit(courtyard):
    assert place_by_building(courtyard.public_id, "3号楼", "2单元").text == "湟岸巷28号院 3号楼 2单元"


def test_the_grid_of_a_building_wins_over_that_of_its_compound(city, courtyard):
    assert place_by_building(courtyard.public_id, "3号楼", "2单元").grid_id == city["w2"].id


def test_without_any_grid_the_order_lies_at_the_community_itself(city):
    with transaction():
        compound = a_compound("big", "钢城小镇", city["w"])
        a_building(compound, "1号楼", ["1单元"])
    assert ids(place_by_building(compound.public_id, "1号楼", "1单元")) == ids_of(
        city, "city", "west", "street", "w", None
    )


@pytest.mark.parametrize(
    ("building", "unit", "text"),
    [
        (None, None, "湟岸巷28号院"),
        ("", " ", "湟岸巷28号院"),
        ("3号楼", "", "湟岸巷28号院 3号楼"),
        (" 3号楼 ", "2单元", "湟岸巷28号院 3号楼 2单元"),
        ("门房", None, "湟岸巷28号院 门房"),
    ],
)
def test_a_whole_building_or_compound_is_a_place_as_well(courtyard, building, unit, text):
    assert place_by_building(courtyard.public_id, building, unit).text == text


@pytest.mark.parametrize(
    ("building", "unit", "name", "words"),
    [
        ("9号楼", "1单元", "building", "没有“9号楼”"),
        ("3号楼", "3单元", "unit", "没有“3单元”"),
        ("门房", "1单元", "unit", "没有“1单元”"),
        (None, "1单元", "building", "请先选择楼栋"),
    ],
)
def test_what_the_compound_does_not_have_is_refused_by_its_field(courtyard, building, unit, name, words):
    with pytest.raises(Invalid) as refused:
        place_by_building(courtyard.public_id, building, unit)
    assert list(refused.value.fields) == [name]
    assert words in refused.value.fields[name][0]


def test_an_unknown_compound_is_refused(courtyard):
    with pytest.raises(Invalid) as refused:
        place_by_building("x" * 22, "1号楼", "1单元")
    assert "重新选择小区" in refused.value.fields["compound_id"][0]


def test_a_building_is_placed_in_one_statement(courtyard):
    seen = []
    listen = lambda *args: seen.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        place_by_building(courtyard.public_id, "3号楼", "2单元")
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    assert len(seen) == 1


def test_a_point_in_a_grid_is_placed_there(city):
    place = place_by_point(36.605, 101.705, "wgs84", "  湟岸巷口 ")
    assert ids(place) == ids_of(city, "city", "west", "street", "w", "w1")
    assert (place.text, place.address, place.unplaced) == ("新宁路西社区第一网格", "湟岸巷口", False)
    assert place.compound_id is None


def test_a_point_from_a_phone_is_stored_in_wgs84_with_the_pair_as_received(city):
    # One hundred metres west of the edge in WGS-84, but east of it when read as it was sent.
    given = to_gcj02(36.605, 101.709)
    assert given[1] > 101.71
    place = place_by_point(*given, "gcj02", None)
    assert place.grid_id == city["w1"].id
    assert (place.lat, place.lng) == pytest.approx((36.605, 101.709), abs=1e-8)
    assert (place.given_lat, place.given_lng, place.coordinate_system) == (*given, "gcj02")
    assert place.address is None


def test_a_point_near_a_community_is_placed_at_the_community_itself(city):
    place = place_by_point(36.605, 101.7325, "wgs84", None)
    assert ids(place) == ids_of(city, "city", "west", "street", "e", None)
    assert (place.text, place.unplaced) == ("新宁路东社区附近", False)


def test_a_point_in_a_community_between_its_grids_is_placed_at_the_community(city):
    assert place_by_point(36.605, 101.725, "wgs84", None).grid_id is None


@pytest.mark.parametrize("point", [(36.65, 101.80), (51.5, -0.12), (-90, 180)])
def test_a_point_far_from_everything_goes_to_a_districts_desk(city, point):
    place = place_by_point(*point, "wgs84", "某地")
    assert ids(place) == ids_of(city, "city", "west", None, None, None)
    assert place.unplaced is True
    assert "城西区" in place.text


def test_what_was_typed_as_the_address_is_not_in_the_words_of_the_place(city):
    assert "马奶奶" not in place_by_point(36.605, 101.705, "wgs84", "马奶奶家").text


@pytest.mark.parametrize(
    ("lat", "lng", "system", "names"),
    [
        (90.1, 101.7, "wgs84", {"lat"}),
        (36.6, -180.5, "gcj02", {"lng"}),
        (nan, inf, "wgs84", {"lat", "lng"}),
        (36.6, 101.7, "bd09", {"coordinate_system"}),
    ],
)
def test_a_point_on_no_map_is_refused(city, lat, lng, system, names):
    with pytest.raises(Invalid) as refused:
        place_by_point(lat, lng, system, None)
    assert set(refused.value.fields) == names


def test_a_city_without_places_cannot_take_points(app):
    outlines.forget()
    with pytest.raises(Unavailable):
        place_by_point(36.6, 101.7, "wgs84", None)
