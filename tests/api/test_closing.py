"""Closing one's account on the phone: at once, for good, and open requests go on."""

from app.api.problems import Overtaken
from app.people import closing
from tests.api.asking import is_problem, report
from tests.factories import a_worker, an_order, claimed, fresh, key, signed_in

ACCOUNT = "/api/account"
ORDERS = "/api/resident/work-orders"


def test_a_closed_account_is_signed_out_and_its_open_request_goes_on(client, city, resident, verdicts):
    number = client.post(ORDERS, json=report(city), headers=resident | key()).json["number"]
    answer = client.delete(ACCOUNT, headers=resident)
    assert (answer.status_code, answer.data) == (204, b"")
    for again in (client.delete(ACCOUNT, headers=resident), client.get(ACCOUNT, headers=resident)):
        is_problem(again, 401, "not-signed-in")
    worker = signed_in(a_worker(city["g1"]))
    assert [one["number"] for one in client.get("/api/worker/pool", headers=worker).json["items"]] == [number]
    seen = client.get(f"/api/worker/work-orders/{number}", headers=worker)
    assert seen.status_code == 200
    assert seen.json["reporter"] == {"name": "居民", "phone_masked": None}


def test_a_worker_with_orders_in_hand_may_go_and_the_orders_return_to_the_pool(client, city):
    person = a_worker(city["g1"])
    order = claimed(an_order(city), person)
    assert client.delete(ACCOUNT, headers=signed_in(person)).status_code == 204
    assert (fresh(order).status, fresh(order).assignee_id) == ("pooled", None)


def test_nobody_closes_an_account_without_being_signed_in(client, city):
    is_problem(client.delete(ACCOUNT), 401, "not-signed-in")


def test_when_an_order_changes_at_the_same_moment_nothing_is_closed(client, city, monkeypatch, resident):
    def overtaken(*_arguments, **_options):
        raise Overtaken

    monkeypatch.setattr(closing, "close", overtaken)
    is_problem(client.delete(ACCOUNT, headers=resident), 409, "overtaken")
    assert client.get(ACCOUNT, headers=resident).status_code == 200
