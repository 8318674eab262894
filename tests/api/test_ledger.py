"""The doors of the ledger on phones: propose, go on, and what reporter and worker read of it."""

from datetime import date, timedelta

import pytest

from app import clock
from app.db import db
from app.work_orders.offices import ledger
from tests.api.asking import is_problem, pointers, rows, without
from tests.api.test_statements import statements
from tests.factories import a_manager, a_resident, a_worker, an_order, claimed, fresh, key, signed_in, writing

WORKER, RESIDENT = "/api/worker/work-orders", "/api/resident/work-orders"
PLAN, LEADER, REASON = "先临时支撑，再等工程队", "马书记", "要等工程队排期"


def ahead(days) -> date:
    return clock.today() + timedelta(days=days)


def body(**changes):
    said = {"cause": "season", "plan": PLAN, "leader": LEADER, "review_on": ahead(30).isoformat(), "reason": REASON}
    return said | changes


@pytest.fixture
def people(city, verdicts):
    return {"resident": a_resident(), "worker": a_worker(city["g1"]), "above": a_manager(city["ht"])}


@pytest.fixture
def phones(people):
    return {who: signed_in(people[who]) for who in ("resident", "worker")}


@pytest.fixture
def order(city, people):
    return claimed(an_order(city, people["resident"]), people["worker"])


@pytest.fixture
def waiting(order, people):
    with writing():
        ledger.propose(order.number, people["worker"], "season", PLAN, LEADER, ahead(30), REASON)
    with writing():
        return ledger.decide(order.number, people["above"], True, "同意")


def propose(client, headers, order, said):
    return client.post(f"{WORKER}/{order.number}/propose-ledger", json=said, headers=headers)


def shown(client, phones, who, order):
    side = WORKER if who == "worker" else RESIDENT
    return client.get(f"{side}/{order.number}", headers=phones[who]).json


def test_a_worker_proposes_and_it_is_no_longer_offered(client, order, phones):
    assert "propose_ledger" in shown(client, phones, "worker", order)["actions"]
    answer = propose(client, phones["worker"] | key(), order, body())
    assert (answer.status_code, answer.json["status"]) == (200, "in_progress")
    assert "propose_ledger" not in answer.json["actions"]
    lines = shown(client, phones, "worker", order)["timeline"]
    assert lines[-1]["action"] == "propose_ledger"
    assert f"责任领导：{LEADER}" in lines[-1]["text"]


def test_the_same_key_proposes_once(client, order, phones):
    headers = phones["worker"] | key()
    first, again = (propose(client, headers, order, body()) for _ in range(2))
    assert (first.status_code, again.status_code, again.headers["Idempotency-Replayed"]) == (200, 200, "true")
    is_problem(propose(client, phones["worker"] | key(), order, body()), 409)


@pytest.mark.parametrize("name", ["cause", "plan", "leader", "review_on", "reason"])
def test_each_field_is_needed(client, order, phones, name):
    before = rows()
    told = is_problem(propose(client, phones["worker"] | key(), order, without(body(), name)), 422)
    assert pointers(told) == [f"#/{name}"]
    assert rows() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"cause": "laziness"},
        {"plan": "长" * 1001},
        {"leader": "长" * 41},
        {"review_on": "1 April"},
        {"review_on": 5},
        {"review_on": None},
        {"review_on": "2020-01-01"},
        {"review_on": "2036-01-01"},
        {"reason": ""},
    ],
    ids=str,
)
def test_something_wrong_is_told_at_its_field(client, order, phones, changes):
    told = is_problem(propose(client, phones["worker"] | key(), order, body(**changes)), 422)
    assert pointers(told) == [f"#/{next(iter(changes))}"]


def test_who_may_not_is_told_so(client, city, order, phones):
    is_problem(propose(client, phones["resident"] | key(), order, body()), 403)
    is_problem(propose(client, signed_in(a_worker(city["g1"])) | key(), order, body()), 403)
    is_problem(propose(client, signed_in(a_worker(city["h1"])) | key(), order, body()), 404)
    is_problem(propose(client, phones["worker"] | key() | {"If-Match": '"1"'}, order, body()), 412)


def test_a_plan_that_wechat_would_not_pass_reaches_no_resident(client, order, phones, verdicts):
    verdicts.verdict = "risky"
    assert is_problem(propose(client, phones["worker"] | key(), order, body()), 422)["reason"] == "risky-text"
    assert verdicts.asked == [PLAN]
    assert fresh(order).beside == ""


@pytest.mark.parametrize("who", ["worker", "resident"])
def test_both_sides_read_why_it_waits_and_until_when(client, waiting, phones, who):
    found = shown(client, phones, who, waiting)
    assert (found["status"], found["status_name"]) == ("on_ledger", "挂账")
    assert found["ledger"] == {
        "cause_name": "季节原因",
        "review_at": clock.iso(fresh(waiting).step_due_at),
        "period": 1,
    }
    assert PLAN in found["timeline"][-1]["text"]
    assert all("暂停期间不计时" in limit["text"] for limit in found["due_explained"])


def test_the_reporter_reads_of_no_leader(client, waiting, phones):
    found = client.get(f"{RESIDENT}/{waiting.number}", headers=phones["resident"]).get_data(as_text=True)
    assert LEADER not in found
    assert REASON not in found


def test_what_is_not_on_the_ledger_says_nothing_of_it_and_asks_nothing(client, order, waiting, phones, people, city):
    other = claimed(an_order(city, people["resident"]), people["worker"])
    db.session.remove()
    counts = []
    for one in (other, other, waiting):
        with statements() as seen:
            found = shown(client, phones, "worker", one)
        counts.append(len(seen))
    assert counts[2] == counts[1] + 1
    assert shown(client, phones, "worker", other)["ledger"] is None
    assert found["ledger"] is not None


def test_the_worker_goes_on_through_the_same_door_as_after_a_question(client, waiting, phones):
    assert "resume" in shown(client, phones, "worker", waiting)["actions"]
    answer = client.post(f"{WORKER}/{waiting.number}/resume", json={"note": "开春了"}, headers=phones["worker"] | key())
    assert (answer.status_code, answer.json["status"]) == (200, "in_progress")
    found = shown(client, phones, "resident", waiting)
    assert found["ledger"] is None
    assert (found["timeline"][-1]["action"], found["timeline"][-1]["text"]) == ("resume", "挂账结束")
    assert [reason["kind"] for reason in found["due_reasons"]] == ["span", "pause"]
