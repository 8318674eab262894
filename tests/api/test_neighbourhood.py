"""What neighbours are shown of each other's orders, and what never."""

import pytest

from app.db import db
from app.people import accounts
from app.work_orders import lists
from app.work_orders.models import WorkOrder
from tests.api.asking import is_problem, numbers, pointers
from tests.factories import a_clerk, a_manager, a_resident, a_worker, an_order, claimed, resolved, signed_in, writing

PATH = "/api/resident/neighbourhood"
WORDS = "我家孩子在里屋，请不要白天来"


def living(city, compound=None):
    person = a_resident(name="马秀英", phone="13900000017")
    with writing():
        accounts.set_home(person, compound or city.compound, "3号楼", "2单元")
    return person


def change(order, **values):
    with writing():
        row = db.session.get(WorkOrder, order.id)
        for name, value in values.items():
            setattr(row, name, value)


@pytest.fixture
def neighbour(city):
    return signed_in(living(city))


def test_a_neighbour_reads_what_where_how_far_and_until_when_and_no_more(client, city, neighbour):
    order = an_order(city, living(city), description=WORDS)
    answer = client.get(PATH, headers=neighbour)
    (shown,) = answer.json["items"]
    assert set(shown) == {"number", "category", "place", "status", "status_name", "created_at", "due_at"}
    assert (shown["number"], shown["place"]) == (order.number, "湟岸巷28号院 3号楼")
    assert shown["category"] == {"code": "NOISE", "name": "噪声"}
    assert (shown["status_name"], shown["due_at"] is not None) == ("待认领", True)
    told = answer.get_data(as_text=True)
    for secret in (WORDS, "2单元", "马秀英", "13900000017", "139****0017"):
        assert secret not in told
    assert client.get(f"/api/resident/work-orders/{order.number}", headers=neighbour).status_code == 404


@pytest.mark.parametrize("values", [{"confidential": True}, {"hidden": True}, {"unchecked": True}], ids=str)
def test_what_is_confidential_hidden_or_unseen_is_not_there(client, city, neighbour, values):
    change(an_order(city), **values)
    assert numbers(client.get(PATH, headers=neighbour)) == []


def test_only_the_own_compound_counts(client, city, neighbour):
    near, far = an_order(city), an_order(city, compound=city.far_compound)
    assert numbers(client.get(PATH, headers=neighbour)) == [near.number]
    assert numbers(client.get(PATH, headers=signed_in(living(city, city.far_compound)))) == [far.number]
    assert numbers(client.get(PATH, headers=signed_in(a_resident()))) == []


def test_one_own_reports_stand_in_the_own_list_only(client, city):
    person = living(city)
    an_order(city, person)
    assert numbers(client.get(PATH, headers=signed_in(person))) == []


def test_what_is_settled_stays_until_it_is_closed(client, city, neighbour):
    worker = a_worker(city["g1"])
    order = resolved(an_order(city), worker)
    assert numbers(client.get(PATH, headers=neighbour)) == [order.number]
    change(claimed(an_order(city), worker), status="closed")
    assert numbers(client.get(PATH, headers=neighbour)) == [order.number]


def test_pages_are_cut_by_time_and_an_unchanged_one_is_304(client, city, neighbour):
    made = [an_order(city).number for _ in range(3)]
    first = client.get(f"{PATH}?limit=2", headers=neighbour)
    rest = client.get(f"{PATH}?limit=2&cursor={first.json['next_cursor']}", headers=neighbour)
    assert [*numbers(first), *numbers(rest)] == made[::-1]
    assert rest.json["next_cursor"] is None
    again = client.get(f"{PATH}?limit=2", headers=neighbour | {"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert pointers(is_problem(client.get(f"{PATH}?cursor=nonsense", headers=neighbour), 422)) == ["#/cursor"]


def test_without_a_sign_in_nothing_is_shown(client, city):
    is_problem(client.get(PATH), 401)


def test_staff_see_through_it_what_residents_see_and_nothing_else(client, city):
    an_order(city)
    for staff in (a_manager(city["xnlx"]), a_clerk(city["xnlx"])):
        assert list(lists.neighbourhood(staff, None, 10)) == []
        db.session.close()
