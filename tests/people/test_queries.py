"""Finding people by what they are posted to."""

import pytest

from app import clock
from app.db import db, end_reading
from app.people import queries
from app.people.models import Account, AccountState, Posting, Role
from app.territory.models import Level
from app.territory.scope import Area, Scope
from tests.factories import a_city, a_duty_officer, a_manager, a_person, a_resident, a_worker, writing


@pytest.fixture
def city(app):
    return a_city()


def ids(*actors):
    return [actor.account_id for actor in actors]


def asked(find, *values, **named):
    found = find(*values, **named)
    end_reading()
    return found


def test_holders_are_those_exactly_at_the_place_and_on_duty_first(city):
    resting = a_duty_officer(city["xnlx"], on_duty=False)
    awake = a_duty_officer(city["xnlx"])
    a_duty_officer(city["ht"])
    assert asked(queries.holders, Role.DUTY_OFFICER, city["xnlx"]) == ids(awake, resting)
    assert asked(queries.holders, Role.MANAGER, city["xnlx"]) == []


def test_the_nearest_holders_are_those_of_the_lowest_level_that_has_any(city):
    top, district = a_manager(city["xn"]), a_manager(city["cx"])
    place = db.session.get(queries.Territory, city["g1"])
    assert asked(queries.nearest_holders, Role.MANAGER, place) == ids(district)
    own = a_manager(city["xnlx"])
    assert asked(queries.nearest_holders, Role.MANAGER, place) == ids(own)
    assert asked(queries.nearest_holders, Role.CLERK, place) == []
    assert top.account_id not in ids(own, district)


def test_a_grids_pool_is_looked_into_by_its_workers_the_own_one_first(city):
    second = a_worker(city["g1"])
    own = a_worker(city["g1"])
    with writing():
        db.session.query(Posting).filter_by(account_id=own.account_id).update({"primary": True})
    resting, neighbour = a_worker(city["g1"], on_duty=False), a_worker(city["g2"])
    assert asked(queries.workers_on_duty, city["g1"], city["xnlx"]) == ids(own, second)
    assert asked(queries.workers, city["g1"], city["xnlx"]) == ids(own, second, resting)
    everybody = asked(queries.workers_on_duty, None, city["xnlx"])
    assert everybody == ids(own, second, neighbour)


def test_a_place_without_grid_and_community_has_no_pool(city):
    a_worker(city["g1"])
    a_person((Role.GRID_WORKER, city["cx"]))
    assert asked(queries.workers_on_duty, None, None) == []
    assert asked(queries.workers, None, None) == []


def test_a_worker_who_is_posted_above_the_grids_is_in_no_pool(city):
    a_person((Role.GRID_WORKER, city["xnlx"]))
    assert asked(queries.workers, None, city["xnlx"]) == []


def test_all_workers_below_a_place_within_an_area(city):
    near, far = a_worker(city["g1"]), a_worker(city["h1"])
    everywhere, community = (
        Scope(frozenset({Area(Level.CITY, city["xn"])})),
        Scope(frozenset({Area(Level.COMMUNITY, city["hyx"])})),
    )
    assert asked(queries.workers_below, Level.SUBDISTRICT, city["ht"], within=everywhere) == ids(near, far)
    assert asked(queries.workers_below, Level.SUBDISTRICT, city["ht"], within=community) == ids(far)
    assert asked(queries.workers_below, Level.SUBDISTRICT, city["ht"], within=Scope()) == []


@pytest.mark.parametrize("gone", ["deactivated", "posting ended"])
def test_who_is_gone_is_not_found(city, gone):
    worker, manager = a_worker(city["g1"]), a_manager(city["xnlx"])
    with writing():
        for person in (worker, manager):
            if gone == "deactivated":
                db.session.get(Account, person.account_id).state = AccountState.DEACTIVATED
            else:
                db.session.query(Posting).filter_by(account_id=person.account_id).update({"ended_at": clock.now()})
    assert asked(queries.workers_on_duty, city["g1"], city["xnlx"]) == []
    assert asked(queries.holders, Role.MANAGER, city["xnlx"]) == []
    assert not asked(queries.holds_any, worker.account_id, [Role.GRID_WORKER], [city["g1"]])


def test_holding_a_role_is_asked_of_places_together(city):
    worker = a_worker(city["g1"])
    places = [city["xn"], city["xnlx"], city["g1"]]
    assert asked(queries.holds_any, worker.account_id, [Role.GRID_WORKER], places)
    assert not asked(queries.holds_any, worker.account_id, [Role.MANAGER], places)
    assert not asked(queries.holds_any, worker.account_id, [Role.GRID_WORKER], [city["h1"]])


def test_names_openids_and_first_posts(city):
    worker, resident = a_worker(city["g1"], openid="openid-1"), a_resident()
    assert asked(queries.names, [worker.account_id, None]) == {worker.account_id: "李建国"}
    assert asked(queries.names, []) == {}
    assert asked(queries.openids, [worker.account_id])[worker.account_id] == "openid-1"
    place = asked(queries.first_post, worker.account_id)
    assert (place.id, place.community_id) == (city["g1"], city["xnlx"])
    assert asked(queries.first_post, resident.account_id) is None


def test_a_persons_posts_name_their_places(city):
    actor = a_person((Role.MANAGER, city["xnlx"]), (Role.GRID_WORKER, city["g1"]))
    assert asked(queries.posts_of, actor) == [
        {"role": "manager", "role_name": "管理员", "place": "新宁路西社区", "level": "community"},
        {"role": "grid_worker", "role_name": "网格员", "place": "第一网格", "level": "grid"},
    ]
