"""The phone's door for asking the own manager to call the office above."""

import pytest

from tests.api.asking import is_problem, pointers, rows, without
from tests.factories import a_manager, a_resident, a_worker, an_order, claimed, fresh, key, resolved, signed_in
from tests.work_orders.calling import called, decided, record_of, reported_in, to_be_ended

WORKER, RESIDENT = "/api/worker/work-orders", "/api/resident/work-orders"
BODY = {"kind": "enforcement_power", "tried": "已三次上门劝阻", "reason": "请派人依法查处"}


@pytest.fixture
def people(city, verdicts):
    return {"resident": a_resident(), "worker": a_worker(city["g1"])}


@pytest.fixture
def phones(people):
    return {who: signed_in(person) for who, person in people.items()}


@pytest.fixture
def order(city, people):
    return claimed(an_order(city, people["resident"]), people["worker"])


def propose(client, headers, order, body=BODY):
    return client.post(f"{WORKER}/{order.number}/propose-escalation", json=body, headers=headers)


def test_a_worker_proposes_on_the_phone_and_the_resident_reads_nothing_of_it(client, order, phones):
    answer = propose(client, phones["worker"] | key(), order)
    assert answer.status_code == 200
    assert (answer.json["status"], "propose_escalation" in answer.json["actions"]) == ("in_progress", False)
    assert fresh(order).beside == "escalation_proposal"
    shown = client.get(f"{WORKER}/{order.number}", headers=phones["worker"]).json
    assert shown["timeline"][-1]["text"] == "需要执法权：请派人依法查处\n已采取的措施：已三次上门劝阻"
    shown = client.get(f"{RESIDENT}/{order.number}", headers=phones["resident"]).json
    assert "propose_escalation" not in [line["action"] for line in shown["timeline"]]


def test_the_same_key_proposes_once(client, order, phones):
    headers = phones["worker"] | key()
    first, again = (propose(client, headers, order) for _ in range(2))
    assert (first.status_code, again.status_code, again.headers["Idempotency-Replayed"]) == (200, 200, "true")
    assert first.json == again.json
    is_problem(propose(client, phones["worker"] | key(), order), 409)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (without(BODY, "kind"), "#/kind"),
        (BODY | {"kind": "anger"}, "#/kind"),
        (without(BODY, "tried"), "#/tried"),
        (BODY | {"tried": ""}, "#/tried"),
        (BODY | {"reason": "话" * 501}, "#/reason"),
        (BODY | {"level": "city"}, "#/level"),
    ],
    ids=["no-kind", "kind", "no-tried", "empty", "long", "unknown"],
)
def test_something_wrong_is_told_at_its_field_and_stores_nothing(client, order, phones, body, pointer):
    before = rows()
    assert pointers(is_problem(propose(client, phones["worker"] | key(), order, body), 422)) == [pointer]
    assert rows() == before


def test_others_propose_nothing(client, city, order, people, phones):
    is_problem(propose(client, signed_in(a_worker(city["g1"])) | key(), order), 403)
    is_problem(propose(client, signed_in(a_worker(city["h1"])) | key(), order), 404)
    is_problem(propose(client, phones["resident"] | key(), order), 403)
    is_problem(propose(client, key(), order), 401)
    is_problem(propose(client, phones["worker"] | key() | {"If-Match": '"1"'}, order), 412)
    is_problem(propose(client, phones["worker"] | key(), resolved(an_order(city), people["worker"])), 409)
    assert fresh(order).beside == ""


def test_the_resident_reads_that_the_office_above_was_asked_and_came(client, city, order, phones):
    called(order, a_manager(city["xnlx"]))
    office = a_manager(city["ht"], name="铁占林")
    planned = record_of(order).due_at.date()
    reported_in(order, office, planned)
    lines = client.get(f"{RESIDENT}/{order.number}", headers=phones["resident"]).json["timeline"][-2:]
    assert [line["by"] for line in lines] == ["管理员", "管理员"]
    assert lines[0]["text"] == "请虎台街道协助，原因：需要执法权"
    assert lines[1]["text"].startswith("虎台街道已报到，计划")
    assert "铁占林" not in str(lines)


def test_what_was_ended_is_read_with_its_explanation_and_may_be_done_after_all(client, city, order, phones):
    to_be_ended(order, a_manager(city["xnlx"]))
    decided(order, a_manager(city["ht"]))
    shown = client.get(f"{RESIDENT}/{order.number}", headers=phones["resident"]).json
    assert shown["status"] == "closed"
    assert "这件事法院正在审理，请等判决。" in shown["timeline"][-1]["text"]
    assert ("rate" in shown["actions"], "reopen" in shown["actions"]) == (False, True)
    body = {"answered": True, "solved": "no", "satisfied": "no", "comment": ""}
    answer = client.post(f"{RESIDENT}/{order.number}/rate", json=body, headers=phones["resident"] | key())
    assert is_problem(answer, 409)["reason"] == "terminated"
    body = {"reason": "法院已经判了", "photo_ids": []}
    answer = client.post(f"{RESIDENT}/{order.number}/reopen", json=body, headers=phones["resident"] | key())
    assert (answer.status_code, answer.json["status"]) == (200, "pooled")
