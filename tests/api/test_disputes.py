"""The doors of a unit on the phone: disputing an order, answering supervision."""

from datetime import date

import pytest
import time_machine

from app.people.models import Role
from app.work_orders.offices import supervision
from tests.api.asking import is_problem, pointers, rows
from tests.factories import a_manager, a_person, a_resident, a_worker, an_order, claimed, fresh, key, signed_in, writing

WORKER, RESIDENT = "/api/worker/work-orders", "/api/resident/work-orders"
BODIES = {
    "dispute": {"reason": "这条路不归本社区", "suggestion": "湟岸巷社区"},
    "reply-supervision": {"note": "明天换灯"},
}


@pytest.fixture(autouse=True)
def monday():
    with time_machine.travel("2026-03-09T02:00:00+00:00", tick=False):
        yield


@pytest.fixture
def people(city, verdicts):
    manager = a_manager(city["xnlx"])
    return {"resident": a_resident(), "worker": a_worker(city["g1"]), "manager": manager}


@pytest.fixture
def phones(people):
    return {who: signed_in(person) for who, person in people.items()}


@pytest.fixture
def order(city, people):
    return claimed(an_order(city, people["resident"]), people["worker"])


@pytest.fixture
def supervised(city, order):
    above = a_manager(city["ht"])
    with writing():
        supervision.supervise(order.number, above, "listed", date(2026, 3, 13), "三天内办好")
    return order


def post(client, headers, order, verb, body=None):
    return client.post(f"{WORKER}/{order.number}/{verb}", json=BODIES[verb] if body is None else body, headers=headers)


def test_a_manager_disputes_on_the_phone_and_may_not_again(client, order, phones):
    shown = client.get(f"{WORKER}/{order.number}", headers=phones["manager"]).json
    assert "dispute" in shown["actions"]
    disputed = post(client, phones["manager"] | key(), order, "dispute")
    assert (disputed.status_code, "dispute" in disputed.json["actions"]) == (200, False)
    line = client.get(f"{WORKER}/{order.number}", headers=phones["manager"]).json["timeline"][-1]
    assert (line["action"], line["text"]) == ("dispute", "这条路不归本社区（建议由湟岸巷社区办理）")
    lines = client.get(f"{RESIDENT}/{order.number}", headers=phones["resident"]).json["timeline"]
    assert "dispute" not in [line["action"] for line in lines]


def test_the_suggestion_may_be_left_out_and_the_same_key_disputes_once(client, order, phones):
    headers, body = phones["manager"] | key(), {"reason": "不归本社区"}
    first, again = (post(client, headers, order, "dispute", body) for _ in range(2))
    assert (first.status_code, again.status_code, again.headers["Idempotency-Replayed"]) == (200, 200, "true")
    is_problem(post(client, phones["manager"] | key(), order, "dispute", body), 409)


def test_the_assignee_answers_supervision(client, supervised, phones):
    shown = client.get(f"{WORKER}/{supervised.number}", headers=phones["worker"]).json
    assert "reply_supervision" in shown["actions"]
    assert post(client, phones["worker"] | key(), supervised, "reply-supervision").status_code == 200
    line = client.get(f"{WORKER}/{supervised.number}", headers=phones["worker"]).json["timeline"][-1]
    assert (line["action"], line["text"]) == ("reply_supervision", "明天换灯")
    assert fresh(supervised).beside == "supervision"


@pytest.mark.parametrize(
    ("who", "verb", "body", "pointer"),
    [
        ("manager", "dispute", {}, "#/reason"),
        ("manager", "dispute", {"reason": "由" * 501}, "#/reason"),
        ("manager", "dispute", {"reason": "不归", "suggestion": "社" * 61}, "#/suggestion"),
        ("worker", "reply-supervision", {}, "#/note"),
        ("worker", "reply-supervision", {"note": ""}, "#/note"),
    ],
)
def test_something_wrong_is_told_at_its_field_and_stores_nothing(client, supervised, phones, who, verb, body, pointer):
    before = rows()
    assert pointers(is_problem(post(client, phones[who] | key(), supervised, verb, body), 422)) == [pointer]
    assert rows() == before


def test_what_is_not_supervised_is_not_answered(client, order, phones):
    is_problem(post(client, phones["worker"] | key(), order, "reply-supervision"), 409)


@pytest.mark.parametrize(("verb", "wrong"), [("dispute", "worker"), ("reply-supervision", "clerk")])
def test_others_may_not(client, city, supervised, phones, verb, wrong):
    headers = phones.get(wrong) or signed_in(a_person((Role.CLERK, city["xnlx"])))
    is_problem(post(client, headers | key(), supervised, verb), 403)
    is_problem(post(client, phones["resident"] | key(), supervised, verb), 403)
    is_problem(post(client, signed_in(a_manager(city["hyx"])) | key(), supervised, verb), 404)


@pytest.mark.parametrize(("verb", "who"), [("dispute", "manager"), ("reply-supervision", "worker")])
def test_a_stale_version_is_412(client, supervised, phones, verb, who):
    is_problem(post(client, phones[who] | key() | {"If-Match": '"1"'}, supervised, verb), 412)
    assert fresh(supervised).beside == "supervision"
