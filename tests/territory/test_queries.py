"""What others read of places."""

import pytest
from sqlalchemy import event

from app.db import db, transaction
from app.errors import NotFound
from app.territory import queries
from app.territory.coordinates import to_gcj02
from tests.territory.places import a_building, a_compound, a_small_city


@pytest.fixture
def city(app):
    places = a_small_city()
    with transaction():
        courtyard = a_compound("C28", "湟岸巷28号院", places["w"], lat=36.605, lng=101.705)
        a_compound("C29", "湟岸巷29号院", places["w"], lat=36.605, lng=101.706)
        a_compound("S1", "钢城小镇", places["e"], lat=36.62, lng=101.75)
        a_compound("P1", "百分百_公寓", places["e"])
        for name in ("10号楼", "2号楼", "1号楼"):
            a_building(courtyard, name, ["1单元", "2单元"])
    places["courtyard"] = courtyard
    return places


def found(**asked):
    return [compound.name for compound in queries.compounds(**asked)]


def test_without_a_question_compounds_come_by_code(city):
    assert found() == ["湟岸巷28号院", "湟岸巷29号院", "百分百_公寓", "钢城小镇"]
    assert found(limit=2) == ["湟岸巷28号院", "湟岸巷29号院"]


@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("湟岸", ["湟岸巷28号院", "湟岸巷29号院"]),
        (" c29 ", ["湟岸巷29号院"]),
        ("没有", []),
        ("_", ["百分百_公寓"]),
        ("%", []),
    ],
)
def test_a_part_of_the_name_or_code_is_enough_and_signs_mean_themselves(city, q, names):
    assert found(q=q) == names


def test_the_community_of_a_compound_comes_with_it(city):
    assert [compound.community for compound in queries.compounds(q="湟岸")] == ["新宁路西社区"] * 2
    assert queries.compounds(q="湟岸")[0].distance_m is None


def test_near_a_point_the_nearest_come_first_and_the_unknown_last(city):
    near = queries.compounds(lat=36.605, lng=101.7065)
    assert [compound.name for compound in near] == ["湟岸巷29号院", "湟岸巷28号院", "钢城小镇", "百分百_公寓"]
    assert [compound.distance_m for compound in near[:2]] == pytest.approx([45, 134], abs=1)
    assert near[3].distance_m is None


def test_a_point_from_a_phone_is_converted(city):
    lat, lng = to_gcj02(36.605, 101.706)
    assert queries.compounds(lat=lat, lng=lng, coordinate_system="gcj02")[0].distance_m == 0


def test_compounds_take_one_statement(city):
    seen = []
    listen = lambda *args: seen.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listen)
    try:
        assert len(queries.compounds(q="院", lat=36.6, lng=101.7)) == 2
    finally:
        event.remove(db.engine, "before_cursor_execute", listen)
    assert len(seen) == 1


def test_a_compound_in_full_has_its_buildings_in_the_order_people_count(city):
    detail = queries.compound(city["courtyard"].public_id)
    assert (detail.name, detail.community) == ("湟岸巷28号院", "新宁路西社区")
    assert [building.name for building in detail.buildings] == ["1号楼", "2号楼", "10号楼"]
    assert detail.buildings[0].units == ("1单元", "2单元")


def test_a_compound_without_buildings_is_still_there(city):
    (small_town,) = queries.compounds(q="钢城")
    assert queries.compound(small_town.public_id).buildings == ()


def test_an_unknown_compound_is_not_found(city):
    with pytest.raises(NotFound):
        queries.compound("x" * 22)


def test_names_come_by_id(city):
    w, e = city["w"].id, city["e"].id
    assert queries.names([w, e, None, 10**6, w]) == {w: "新宁路西社区", e: "新宁路东社区"}
    assert queries.names([]) == {}


def test_the_path_of_a_place_leaves_out_the_city_unless_it_is_the_city(city):
    assert queries.path_name(city["w"].id) == "城西区·虎台街道·新宁路西社区"
    assert queries.path_name(city["w1"].id) == "城西区·虎台街道·新宁路西社区·第一网格"
    assert queries.path_name(city["city"].id) == "西宁市"


def test_numbers_in_names_count_as_numbers():
    assert sorted(["甲10", "甲9", "乙", "3号楼"], key=queries.counted) == ["3号楼", "乙", "甲9", "甲10"]
