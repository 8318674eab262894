"""The doors of handing an order to a colleague."""

import pytest

from tests.api.asking import is_problem, numbers, pointers, rows
from tests.factories import a_manager, a_resident, a_worker, an_order, claimed, key, signed_in

NOTE = "已联系住户，约好明天上门"


@pytest.fixture
def hands(client, city, verdicts):
    """An order in hand, whoever has it and a colleague, and a way to act on it."""
    worker, colleague = a_worker(city["g1"]), a_worker(city["g1"], name="韩玉兰")
    order = claimed(an_order(city), worker)
    path = f"/api/worker/work-orders/{order.number}"

    class Hands:
        number, has, other, colleague_id = order.number, signed_in(worker), signed_in(colleague), colleague.public_id

        @staticmethod
        def act(who, verb, body=None, **more):
            return client.post(f"{path}/{verb}", json=body or {}, headers=who | key() | more)

        @classmethod
        def offer(cls, **changes):
            return cls.act(cls.has, "transfer", {"worker_id": colleague.public_id, "note": NOTE} | changes)

        @staticmethod
        def get(who, rest=""):
            return client.get(f"{path}{rest}", headers=who)

    return Hands


def test_an_offer_is_seen_accepted_and_the_order_changes_hands(client, hands):
    (one,) = [one for one in hands.get(hands.has, "/colleagues").json["items"] if not one["why_not"]]
    assert one == {"id": hands.colleague_id, "name": "韩玉兰", "open_orders": 0, "why_not": None}
    offered = hands.offer()
    assert (offered.status_code, offered.json["status"]) == (200, "in_progress")
    assert "take_back_transfer" in offered.json["actions"]
    (listed,) = client.get("/api/worker/work-orders", headers=hands.other).json["items"]
    assert (listed["number"], listed["needs"]) == (hands.number, ["accept_transfer"])
    assert hands.get(hands.other).json["actions"] == ["accept_transfer", "decline_transfer"]
    accepted = hands.act(hands.other, "transfer/accept")
    assert "resolve" in accepted.json["actions"]
    assert numbers(client.get("/api/worker/work-orders", headers=hands.has)) == []
    assert hands.get(hands.other).json["assignee"]["name"] == "韩玉兰"


def test_only_whoever_is_asked_reads_who_asks_and_until_when(hands):
    assert hands.get(hands.has).json["transfer"] is None
    hands.offer()
    asked = hands.get(hands.other).json["transfer"]
    assert asked["by"] == hands.get(hands.other).json["assignee"]["name"]
    assert asked["due_at"] > hands.get(hands.other).json["created_at"]
    assert hands.get(hands.has).json["transfer"] is None
    hands.act(hands.other, "transfer/accept")
    assert hands.get(hands.other).json["transfer"] is None


def test_declining_and_taking_back(hands):
    hands.offer()
    assert hands.act(hands.other, "transfer/decline", {"note": "走不开"}).status_code == 200
    is_problem(hands.act(hands.other, "transfer/accept"), 409)
    hands.offer()
    assert hands.act(hands.has, "transfer/take-back").status_code == 200
    is_problem(hands.act(hands.has, "transfer/take-back"), 409)


def test_the_same_offer_twice_is_one(hands, client):
    headers = hands.has | key()
    body = {"worker_id": hands.colleague_id, "note": NOTE}
    path = f"/api/worker/work-orders/{hands.number}/transfer"
    first, again = (client.post(path, json=body, headers=headers) for _ in range(2))
    assert (first.json, again.headers["Idempotency-Replayed"]) == (again.json, "true")
    before = rows()
    is_problem(hands.offer(), 409)
    assert rows() == before


@pytest.mark.parametrize(
    ("verb", "body", "pointer"),
    [
        ("transfer", {"note": NOTE}, "#/worker_id"),
        ("transfer", {"worker_id": "0" * 22}, "#/note"),
        ("transfer", {"worker_id": "0" * 22, "note": NOTE}, "#/worker_id"),
        ("transfer", {"worker_id": "0" * 22, "note": "长" * 1001}, "#/note"),
        ("transfer/decline", {}, "#/note"),
        ("transfer/accept", {"force": True}, "#/force"),
    ],
    ids=["nobody", "no note", "a stranger", "too long", "no reason", "unknown field"],
)
def test_what_is_wrong_is_told_at_its_field(hands, verb, body, pointer):
    before = rows()
    assert pointers(is_problem(hands.act(hands.has, verb, body), 422)) == [pointer]
    assert rows() == before


def test_others_are_refused_and_strangers_do_not_find_it(city, hands):
    hands.offer()
    before = rows()
    is_problem(hands.act(signed_in(a_worker(city["g1"])), "transfer/accept"), 403)
    is_problem(hands.act(signed_in(a_worker(city["h1"])), "transfer/accept"), 404)
    is_problem(hands.act(signed_in(a_manager(city["hyx"])), "transfer/take-back"), 404)
    is_problem(hands.act(signed_in(a_resident()), "transfer/accept"), 403)
    is_problem(hands.act(hands.other, "transfer/accept", **{"If-Match": '"1"'}), 412)
    is_problem(hands.get(signed_in(a_worker(city["g1"])), "/colleagues"), 403)
    assert rows()["event"] == before["event"]
