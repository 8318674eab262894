"""Likely duplicates: of the same place and kind, alike in words, in the public projection, by one indexed statement."""

from dataclasses import asdict

import pytest
from sqlalchemy import text, update

from app import parameters
from app.db import db, end_reading
from app.parameters import Parameter
from app.people.models import Account
from app.territory.placing import Place, place_by_building
from app.work_orders.catalogue import Category, forget
from app.work_orders.models import WorkOrder
from app.work_orders.screening import duplicates
from tests.api.test_statements import statements
from tests.factories import a_resident, an_order, claimed, fresh, writing

DARK = "楼道声控灯坏了快一个月，三楼到五楼全黑，昨天我妈差点摔了。"
NO_LIGHT = "5单元楼道没灯，晚上摸黑上楼。"


@pytest.fixture
def asker(city):
    return a_resident()


def here(city, building="3号楼"):
    place = place_by_building(city.compound, building, None)
    end_reading()
    return place


def asked(city, asker, words=NO_LIGHT, categories=("LIGHT",), place=None):
    found = duplicates.likely(words, place or here(city), categories, asker)
    end_reading()
    return found


def a_dark_one(city, **values):
    return an_order(city, values.pop("reporter", None), "LIGHT", description=values.pop("description", DARK), **values)


def moved(order, **values):
    with writing():
        db.session.execute(update(WorkOrder).where(WorkOrder.id == order.id).values(**values))


def test_the_pair_of_the_twenty_texts_is_found(city, asker):
    order = a_dark_one(city)
    (found,) = asked(city, asker)
    assert asdict(found) == {
        "number": order.number,
        "category_code": "LIGHT",
        "place": "湟岸巷28号院 3号楼",
        "status": "pooled",
        "created_at": order.created_at,
        "mine": False,
        "can_join": False,
    }


def test_whatever_somebody_is_doing_about_it_it_is_found_until_it_is_settled(city, asker, worker):
    order = a_dark_one(city)
    claimed(order, worker)
    assert [one.status for one in asked(city, asker)] == ["in_progress"]
    moved(order, status="resolved")
    assert asked(city, asker) == []


def test_another_kind_is_not_offered(city, asker):
    an_order(city, category="NOISE", description=DARK)
    assert asked(city, asker) == []
    assert asked(city, asker, categories=()) == []


def test_other_words_are_not_offered_below_the_setting(city, asker):
    a_dark_one(city, description="门厅吊顶射灯频闪")
    assert asked(city, asker) == []
    with writing():
        db.session.add(Parameter(name="duplicate_likeness_percent", value="1"))
    parameters.forget()
    assert len(asked(city, asker)) == 1


def test_the_likest_come_first_and_three_are_enough(city, asker):
    orders = [a_dark_one(city, description=words) for words in (DARK, NO_LIGHT, DARK, NO_LIGHT + "没人管")]
    found = asked(city, asker)
    assert len(found) == 3
    assert {one.number for one in found[:2]} == {orders[1].number, orders[3].number}


@pytest.mark.parametrize("fact", ["confidential", "hidden", "unchecked"])
def test_what_neighbours_may_not_know_is_not_offered(city, asker, fact):
    moved(a_dark_one(city), **{fact: True})
    assert asked(city, asker) == []


def test_categories_marked_private_are_not_offered(city, asker):
    a_dark_one(city)
    with writing():
        db.session.execute(update(Category).where(Category.code == "LIGHT").values(private=True))
    forget()
    assert asked(city, asker) == []


def test_what_is_older_than_the_setting_is_not_offered(city, asker, later):
    a_dark_one(city)
    later(days=29)
    assert len(asked(city, asker)) == 1
    later(days=2)
    assert asked(city, asker) == []


def test_another_building_is_another_place_but_a_compound_as_a_whole_is_not(city, asker):
    order = a_dark_one(city)
    moved(order, building="4号楼")
    assert asked(city, asker) == []
    assert len(asked(city, asker, place=here(city, None))) == 1
    moved(order, building=None)
    assert len(asked(city, asker)) == 1


def test_another_compound_is_another_place(city, asker):
    a_dark_one(city, compound=city.far_compound)
    assert asked(city, asker) == []


@pytest.mark.parametrize(("north", "found"), [(0.0, 1), (0.0008, 1), (0.001, 0)], ids=["here", "89 m", "111 m"])
def test_around_a_point_a_hundred_metres_count(city, asker, north, found):
    levels = {"city_id": city["xn"], "district_id": city["cx"], "subdistrict_id": city["ht"]}
    point = Place(**levels, community_id=city["xnlx"], grid_id=city["g1"], text="第一网格", lat=36.63, lng=101.76)
    order = a_dark_one(city, place=point)
    moved(order, lat=36.63 + north)
    assert len(asked(city, asker, place=point)) == found


def test_what_nobody_could_place_is_compared_in_its_district(city, asker):
    point = Place(city["xn"], city["cx"], None, None, None, text="城西区", lat=36.63, lng=101.76, unplaced=True)
    a_dark_one(city, place=point)
    assert len(asked(city, asker, place=point)) == 1


def test_one_joins_what_a_neighbour_of_the_own_compound_reported(city, asker):
    order = a_dark_one(city)
    with writing():
        db.session.execute(
            update(Account)
            .where(Account.id == asker.account_id)
            .values(home_compound_id=fresh(order).compound_id, home_building="3号楼")
        )
    (found,) = asked(city, asker)
    assert (found.mine, found.can_join) == (False, True)


def test_ones_own_is_told_as_ones_own_and_is_not_joined(city, asker):
    a_dark_one(city, reporter=asker)
    (found,) = asked(city, asker)
    assert (found.mine, found.can_join) == (True, False)


def test_it_costs_one_statement_by_the_index_of_its_community(city, asker, app):
    for _ in range(4):
        a_dark_one(city)
    place = here(city)
    asked(city, asker, place=place)
    with statements() as seen:
        duplicates.likely(NO_LIGHT, place, ["LIGHT"], asker)
    end_reading()
    (statement,) = seen
    assert "LIMIT" in statement.upper()
    if db.engine.dialect.name == "sqlite":
        bound = duplicates.statement(place, ["LIGHT"], asker).compile(
            db.engine, compile_kwargs={"literal_binds": True, "render_postcompile": True}
        )
        plan = " ".join(row[3] for row in db.session.execute(text(f"EXPLAIN QUERY PLAN {bound}")))
        end_reading()
        assert "ix_work_order_community_status (community_id=? AND status=? AND created_at>?)" in plan, plan
