"""What phones show of an order that was merged into another."""

import pytest

from app.work_orders.kin import merging
from tests.api.asking import is_problem
from tests.factories import a_manager, a_resident, a_worker, an_order, claimed, key, resolved, signed_in, writing

RESIDENT, WORKER = "/api/resident/work-orders", "/api/worker/work-orders"


@pytest.fixture
def people(city, verdicts):
    return {"first": a_resident(), "neighbour": a_resident(), "worker": a_worker(city["g1"])}


@pytest.fixture
def phones(people):
    return {who: signed_in(person) for who, person in people.items()}


@pytest.fixture
def merged(city, people):
    """An order, and what it was merged into."""
    target = claimed(an_order(city, people["first"]), people["worker"])
    order = an_order(city, people["neighbour"])
    manager = a_manager(city["xnlx"])
    with writing():
        merging.merge(order.number, manager, target.number, "同一处")
    return order, target


def test_its_reporter_reads_with_what_it_is_settled_and_follows_there(client, merged, phones):
    order, target = merged
    own = client.get(f"{RESIDENT}/{order.number}", headers=phones["neighbour"]).json
    assert (own["status"], own["status_name"], own["merged_into"]) == ("merged", "已并案", target.number)
    assert own["timeline"][-1]["text"] == f"已并入工单{target.number}，一并办理"
    there = client.get(f"{RESIDENT}/{target.number}", headers=phones["neighbour"]).json
    assert (there["standing"], there["merged_into"]) == ("joined", None)
    assert "description" not in there
    listed = client.get(RESIDENT, headers=phones["neighbour"]).json["items"]
    assert [(one["number"], one["joined"]) for one in listed] == [(target.number, True)]


def test_staff_read_it_too(client, merged, phones):
    order, target = merged
    shown = client.get(f"{WORKER}/{order.number}", headers=phones["worker"]).json
    assert shown["merged_into"] == target.number
    assert client.get(f"{WORKER}/{target.number}", headers=phones["worker"]).json["merged_into"] is None


def test_whoever_left_the_other_one_reads_no_number(client, merged, phones):
    order, target = merged
    left = client.post(f"{RESIDENT}/{target.number}/leave", json={}, headers=phones["neighbour"] | key())
    assert left.status_code == 200
    shown = client.get(f"{RESIDENT}/{order.number}", headers=phones["neighbour"]).json
    assert (shown["status"], shown["merged_into"]) == ("merged", None)


def test_what_is_still_going_on_is_not_reopened(client, merged, phones):
    order, _ = merged
    body = {"reason": "又漏了", "photo_ids": []}
    answer = client.post(f"{RESIDENT}/{order.number}/reopen", json=body, headers=phones["neighbour"] | key())
    assert "还在一并办理" in is_problem(answer, 409, "conflict")["title"]


def test_what_was_never_merged_says_so(client, city, people, phones):
    order = resolved(an_order(city, people["first"]), people["worker"])
    assert client.get(f"{RESIDENT}/{order.number}", headers=phones["first"]).json["merged_into"] is None
