"""Who is meant: by what the event names, by duty, by posting, going up until somebody hears."""

import pytest

from app.db import end_reading, transaction
from app.notifications import recipients
from app.people import duty
from tests.factories import a_city, a_clerk, a_manager, a_worker, act, an_officer


@pytest.fixture
def city(app):
    return a_city()


def of(audience, **facts):
    try:
        return recipients.of(audience, None, facts)
    finally:
        end_reading()


def placed(city, **more):
    return {
        "city_id": city["xn"],
        "district_id": city["cx"],
        "subdistrict_id": city["ht"],
        "community_id": city["xnlx"],
        "grid_id": city["g1"],
    } | more


def test_the_event_names_who_has_the_order_and_who_had_it(app):
    assert of("assignee", assignee_id=3, former_id=4) == [3]
    assert of("former", assignee_id=3, former_id=4) == [4]
    assert of("assignee", assignee_id=None) == of("former") == []


def test_the_pool_is_told_to_workers_on_duty_in_the_grid(city):
    here, there = a_worker(city["g1"]), a_worker(city["g2"])
    away = a_worker(city["g1"], on_duty=False)
    assert of("pool_workers", **placed(city)) == [here.account_id]
    assert sorted(of("pool_workers", **placed(city, grid_id=None))) == [here.account_id, there.account_id]
    with transaction():
        duty.say(act(away.account_id), True)
    assert sorted(of("pool_workers", **placed(city))) == [here.account_id, away.account_id]


def test_managers_are_those_of_the_very_place(city):
    community, subdistrict = a_manager(city["xnlx"]), a_manager(city["ht"])
    district = a_manager(city["cx"])
    a_manager(city["hyx"])
    assert of("community_managers", **placed(city)) == of("managers", **placed(city)) == [community.account_id]
    assert of("subdistrict_managers", **placed(city)) == [subdistrict.account_id]
    assert of("district_managers", **placed(city)) == [district.account_id]


def test_a_request_that_waits_is_told_to_the_nearest_desk_clerks_before_managers(city):
    assert of("desk", **placed(city)) == []
    district = a_clerk(city["cx"])
    assert of("desk", **placed(city)) == [district.account_id]
    manager = a_manager(city["xnlx"])
    assert of("desk", **placed(city)) == [manager.account_id]
    clerk = a_clerk(city["xnlx"])
    assert of("desk", **placed(city)) == [clerk.account_id]


def test_where_nobody_holds_the_post_the_next_above_hears(city):
    top = a_manager(city["xn"])
    for audience in ("community_managers", "subdistrict_managers", "district_managers"):
        assert of(audience, **placed(city)) == [top.account_id]


def test_without_anybody_nobody_is_told(city):
    assert of("community_managers", **placed(city)) == []
    assert of("community_managers") == []


def test_follow_up_is_told_to_the_unit_that_owes_it(city):
    lower, upper = an_officer(city["xnlx"]), an_officer(city["ht"])
    assert of("follow_up_officers", **placed(city)) == [lower.account_id]
    assert of("follow_up_officers", **placed(city, territory_id=city["ht"])) == [upper.account_id]
    assert of("follow_up_officers", **placed(city, territory_id=city["cx"])) == [lower.account_id]


def test_higher_rooms_add_what_needs_their_rows(monkeypatch):
    monkeypatch.setattr(recipients, "_find", dict(recipients._find))
    recipients.register("neighbours", lambda order_id, facts: [order_id, facts["x"], order_id])
    assert recipients.of("neighbours", 5, {"x": 6}) == [5, 6]


def test_an_audience_that_nobody_can_find_stops_the_start(monkeypatch):
    recipients.check()
    lacking = {name: find for name, find in recipients._find.items() if name != "former"}
    monkeypatch.setattr(recipients, "_find", lacking)
    with pytest.raises(LookupError, match="former"):
        recipients.check()
