"""The demo city is whole: everything it names is there, and its orders can be played."""

import csv
import json
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest
import shapely
from shapely.geometry import shape
from sqlalchemy import select

import app as house
from app.db import db, end_reading, transaction
from app.deadlines.limits import ServiceClass
from app.people.models import Role
from app.territory import outlines, tree
from app.territory.importing import import_places, read_folder
from app.territory.models import Compound
from app.territory.placing import place_by_building, place_by_point

XINING = Path(house.__file__).parent / "demo" / "xining"
MAIN = ("zasixiang", "xinninglu-west")


def rows(name):
    with (XINING / name).open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))


ORDERS = json.loads((XINING / "orders.json").read_text(encoding="utf8"))
PEOPLE = rows("people.csv")
TERRITORIES = {row["code"]: row for row in rows("territories.csv")}
CATEGORIES = {row["code"]: row for row in rows("categories.csv")}
RESIDENTS = {row["openid"]: row for row in rows("residents.csv")}
NAMED = {row[key]: row for row in PEOPLE for key in ("openid", "username") if row[key]}
SHAPES = {
    feature["properties"]["code"]: shape(feature["geometry"])
    for feature in json.loads((XINING / "outlines.geojson").read_text(encoding="utf8"))["features"]
}


def said(order):
    return order["description"][:12]


@pytest.fixture
def xining(app):
    with transaction():
        report = import_places(read_folder(XINING))
    outlines.forget()
    return report


def place_of(order):
    if "compound" in order:
        public_id = db.session.scalar(select(Compound.public_id).where(Compound.code == order["compound"]))
        return place_by_building(public_id, order["building"], order["unit_name"])
    return place_by_point(order["lat"], order["lng"], "wgs84", order["address"])


def test_its_places_are_brought_in_without_a_fault_or_a_warning(xining):
    assert (xining.errors, xining.warnings) == ([], [])
    assert len(tree.children(tree.find_by_code("xining").id)) == 4


def test_bringing_it_in_again_changes_nothing(xining):
    with transaction():
        again = import_places(read_folder(XINING))
    assert (again.added, again.changed, again.unchanged) == (0, 0, xining.added)


def test_every_order_lies_where_it_says(xining):
    placed = {said(order): place_of(order) for order in ORDERS}
    assert sum(place.unplaced for place in placed.values()) == 1
    assert sum(place.community_id is not None and place.grid_id is None for place in placed.values()) == 1
    end_reading()


def test_whoever_claims_works_in_the_grid_or_community_of_the_order(xining):
    taken = [(order, step) for order in ORDERS for step in order["steps"] if step["do"] in ("claim", "dispatch")]
    assert taken
    for order, step in taken:
        place, posted = place_of(order), tree.find_by_code(NAMED[step.get("worker", step["who"])]["territory_code"])
        near = posted.grid_id == place.grid_id if place.grid_id else posted.community_id == place.community_id
        assert near, said(order)
    end_reading()


def test_every_resident_lives_in_a_unit_that_is_there(xining):
    for resident in RESIDENTS.values():
        public_id = db.session.scalar(select(Compound.public_id).where(Compound.code == resident["compound_code"]))
        assert place_by_building(public_id, resident["building"], resident["unit"]).grid_id


def test_the_seven_courtyards_and_the_steel_town_are_there():
    names = {row["name"] for row in rows("compounds.csv")}
    assert {f"湟岸巷{number}号院" for number in range(28, 35)} | {"钢城小镇"} <= names
    assert ("huangan-28", "3号楼") in {(row["compound_code"], row["name"]) for row in rows("buildings.csv")}


def test_outlines_say_that_they_are_invented():
    features = json.loads((XINING / "outlines.geojson").read_text(encoding="utf8"))["features"]
    assert {feature["properties"]["invented"] for feature in features} == {True}


def test_the_grids_of_a_community_tile_its_outline():
    parts = defaultdict(list)
    for code, row in TERRITORIES.items():
        if row["level"] == "grid":
            parts[row["parent_code"]].append(SHAPES[code])
    assert len(parts) == 6
    for community, grids in parts.items():
        assert 2 <= len(grids) <= 4
        assert sum(grid.area for grid in grids) == pytest.approx(SHAPES[community].area, rel=1e-6)
        assert shapely.union_all(grids).symmetric_difference(SHAPES[community]).area < 1e-12


def test_compounds_lie_in_the_outline_of_their_grid_and_community():
    for row in rows("compounds.csv"):
        point = shapely.Point(float(row["lng"]), float(row["lat"]))
        assert SHAPES[row["community_code"]].contains(point), row["name"]
        assert not row["grid_code"] or SHAPES[row["grid_code"]].contains(point), row["name"]


def test_people_are_posted_to_places_that_are_there_and_phones_are_nobodys():
    for row in PEOPLE:
        assert row["territory_code"] in TERRITORIES
        assert row["role"] in list(Role)
        assert re.fullmatch(r"1990000\d{4}", row["phone"])
        assert row["username"] or row["openid"]


def test_one_phone_is_one_person_with_names_of_their_own():
    people = {(row["phone"], row["name"], row["username"], row["openid"]) for row in PEOPLE}
    phones, _, usernames, openids = zip(*people, strict=True)
    for given in (phones, filter(None, usernames), filter(None, openids)):
        assert set(Counter(given).values()) == {1}


def test_every_grid_has_its_own_worker_and_the_main_communities_have_two():
    workers = defaultdict(list)
    for row in PEOPLE:
        if row["role"] == Role.GRID_WORKER:
            workers[row["territory_code"]].append(row["primary"])
    for code, territory in TERRITORIES.items():
        if territory["level"] == "grid":
            assert workers[code].count("是") == 1
            assert len(workers[code]) >= (2 if territory["parent_code"] in MAIN else 1)


def test_somebody_answers_on_every_level():
    held = {(row["role"], row["territory_code"]) for row in PEOPLE}
    for code, territory in TERRITORIES.items():
        if territory["level"] != "grid":
            assert {(Role.MANAGER, code), (Role.DUTY_OFFICER, code)} <= held
        if territory["level"] == "community":
            assert {(Role.FOLLOW_UP_OFFICER, code), (Role.CLERK, code)} <= held
    assert {(Role.ADMINISTRATOR, "xining"), (Role.AUDITOR, "xining")} <= held


def test_only_leaves_have_a_class_and_every_parent_is_there():
    parents = {row["parent_code"] for row in CATEGORIES.values()} - {""}
    assert parents <= CATEGORIES.keys()
    for code, row in CATEGORIES.items():
        assert bool(row["class"]) == (code not in parents), code
        assert not row["class"] or row["class"] in list(ServiceClass)
        assert not row["questions"] or all(set(q) == {"code", "text", "required"} for q in json.loads(row["questions"]))


def test_every_topic_of_the_field_can_be_reported():
    topics = (
        "FEE DRAIN GREEN PARK NOISE HEAT WATER LIFT LIGHT BUILD PM FIRE EV DOG WASTE MEDIATE FUND CARE CONSULT SUGGEST"
    )
    leaves = {code.partition(".")[0] for code, row in CATEGORIES.items() if row["class"]}
    assert set(topics.split()) <= leaves


def test_rules_name_what_is_there_and_nothing_urgent_waits_in_a_pool():
    rules = sorted(rows("rules.csv"), key=lambda row: int(row["position"]))
    for row in rules:
        assert row["category_code"] in (*CATEGORIES, "")
        assert row["territory_code"] in (*TERRITORIES, "")
        assert row["mode"] in ("pool", "primary", "balanced", "unit", "duty", "desk")
    assert [(row["class_code"], row["mode"]) for row in rules[:2]] == [("P0", "duty"), ("P1", "duty")]
    assert len({row["position"] for row in rules}) == len(rules)


@pytest.mark.parametrize("order", ORDERS, ids=said)
def test_an_order_names_people_and_a_category_that_are_there(order):
    assert order["reporter"] in RESIDENTS
    assert CATEGORIES[order["category"]]["class"]
    for step in order["steps"]:
        assert step["who"] in NAMED or step["who"] in ("assignee", order["reporter"])
        assert step.get("worker", order["reporter"]) in NAMED.keys() | RESIDENTS.keys()


@pytest.mark.parametrize("order", ORDERS, ids=said)
def test_the_steps_of_an_order_come_one_after_the_other_and_before_now(order):
    moments = [0, *(step["at"] for step in order["steps"]), order["age"]]
    assert order["unit"] in ("hours", "working_hours")
    assert moments == sorted(set(moments))


@pytest.mark.parametrize("order", ORDERS, ids=said)
def test_required_questions_are_answered_and_required_photos_taken(order):
    category = CATEGORIES[order["category"]]
    questions = json.loads(category["questions"] or "[]")
    assert {q["code"] for q in questions if q["required"]} <= order.get("answers", {}).keys()
    assert order.get("answers", {}).keys() <= {q["code"] for q in questions}
    for step in order["steps"]:
        if step["do"] == "resolve" and category["photo_required"] == "是":
            assert step["photos"] >= 1


def test_the_orders_show_what_offices_do_with_each_other():
    done = {step["do"] for order in ORDERS for step in order["steps"]}
    offices = "assist report propose_escalation escalate report_in propose_ledger decide_ledger dispute supervise"
    assert set(f"{offices} propose_termination merge split".split()) <= done


def test_what_an_order_is_merged_into_is_there_and_older():
    named = {order["name"]: order for order in ORDERS if "name" in order}
    merges = [(order, step) for order in ORDERS for step in order["steps"] if step["do"] == "merge"]
    assert merges
    for order, step in merges:
        target = named[step["into"]]
        assert (target["unit"], target["age"] > order["age"]) == (order["unit"], True)
        assert (target["compound"], target["category"]) == (order["compound"], order["category"])


def test_parts_have_categories_that_are_there():
    parts = [part for order in ORDERS for step in order["steps"] for part in step.get("parts", ())]
    assert len(parts) >= 2
    assert all(CATEGORIES[part["category"]]["class"] for part in parts)


def test_the_orders_show_every_turn_a_request_can_take():
    done = {step["do"] for order in ORDERS for step in order["steps"]}
    turns = "accept claim dispatch sign contact arrive note ask extend resolve rate attempt conclude decline withdraw"
    assert set(turns.split()) <= done
    assert len(ORDERS) >= 40
    assert any(order.get("confidential") for order in ORDERS)
    assert {CATEGORIES[order["category"]]["class"] for order in ORDERS} == set(ServiceClass)
