"""The doors of what waits: ask, answer, resume, extend, reply."""

import pytest

from app.deadlines import timers
from app.work_orders import extensions, questions
from app.work_orders.models import WorkOrder
from app.work_orders.side_records import Kind, put
from app.work_orders.workflow import Action
from tests.api.asking import is_problem, pointers, rows
from tests.factories import a_manager, a_resident, a_worker, an_order, claimed, fresh, key, signed_in, writing

WORKER, RESIDENT = "/api/worker/work-orders", "/api/resident/work-orders"
BODIES = {
    "ask": {"question": "请说明是哪一层"},
    "resume": {"note": "电话里说是三层"},
    "extend": {"amount": 1, "reason": "等配件"},
    "reply": {"note": "明天上门"},
}


@pytest.fixture
def people(city, verdicts):
    return {"resident": a_resident(), "worker": a_worker(city["g1"])}


@pytest.fixture
def phones(people):
    return {who: signed_in(person) for who, person in people.items()}


@pytest.fixture
def order(city, people):
    return claimed(an_order(city, people["resident"]), people["worker"])


@pytest.fixture
def paused(order, people):
    with writing():
        return questions.ask(order.number, people["worker"], "请说明是哪一层")


def post(client, headers, order, verb, body=None, side=WORKER):
    return client.post(f"{side}/{order.number}/{verb}", json=BODIES[verb] if body is None else body, headers=headers)


def test_asking_and_answering_is_a_way_there_and_back(client, order, phones):
    asked = post(client, phones["worker"] | key(), order, "ask").json
    assert (asked["status"], asked["status_name"]) == ("awaiting_resident", "待补充")
    assert "resume" in asked["actions"]
    assert all("暂停期间不计时" in limit["text"] for limit in asked["due_explained"])
    shown = client.get(f"{RESIDENT}/{order.number}", headers=phones["resident"]).json
    assert "answer" in shown["actions"]
    assert shown["timeline"][-1]["text"] == "请说明是哪一层"
    body = {"text": "是三层东侧", "photo_ids": []}
    answered = post(client, phones["resident"] | key(), order, "answer", body, RESIDENT).json
    assert answered["status"] == "in_progress"
    shown = client.get(f"{WORKER}/{order.number}", headers=phones["worker"]).json
    assert (shown["timeline"][-1]["text"], shown["timeline"][-1]["by"]) == ("是三层东侧", "反映人")
    assert [reason["kind"] for reason in shown["due_reasons"]] == ["span", "pause"]


def test_photos_are_shown_at_the_answer(client, paused, phones, picture):
    photo = client.post("/api/photos", data={"file": picture()}, headers=phones["resident"] | key()).json["id"]
    body = {"text": "请看照片", "photo_ids": [photo]}
    assert post(client, phones["resident"] | key(), paused, "answer", body, RESIDENT).status_code == 200
    shown = client.get(f"{WORKER}/{paused.number}", headers=phones["worker"]).json
    assert [one["id"] for one in shown["timeline"][-1]["photos"]] == [photo]


def test_the_same_key_answers_once(client, paused, phones):
    headers, body = phones["resident"] | key(), {"text": "是三层东侧"}
    first, again = (post(client, headers, paused, "answer", body, RESIDENT) for _ in range(2))
    assert (first.status_code, again.status_code, again.headers["Idempotency-Replayed"]) == (200, 200, "true")
    assert first.json == again.json


def test_resuming_with_what_was_said_by_telephone(client, paused, phones):
    assert post(client, phones["worker"] | key(), paused, "resume").json["status"] == "in_progress"
    lines = client.get(f"{RESIDENT}/{paused.number}", headers=phones["resident"]).json["timeline"]
    assert (lines[-1]["action"], lines[-1]["text"]) == ("resume", "")


def test_an_extension_is_asked_for_on_the_phone_and_the_reporter_reads_only_that_it_was_given(
    client, city, order, phones
):
    asked = post(client, phones["worker"] | key(), order, "extend", {"amount": 2, "reason": "等配件"}).json
    assert "extend" not in asked["actions"]
    manager = a_manager(city["xnlx"])
    with writing():
        extensions.decide(order.number, manager, True, "确实要等")
    shown = client.get(f"{RESIDENT}/{order.number}", headers=phones["resident"]).json
    assert [line["text"] for line in shown["timeline"] if line["action"].endswith("tension")] == ["同意延期2个工作日"]
    assert "extend" not in [line["action"] for line in shown["timeline"]]
    span, more = shown["due_reasons"]
    assert (span["minutes"], more["minutes"]) == (7 * 420, 2 * 420)
    assert (span["to"], more["to"]) == (more["from"], shown["due_at"])
    assert sum(part["minutes"] for part in more["parts"]) == more["minutes"]


def test_replying_to_an_urge(client, order, people, phones):
    with writing():
        row = WorkOrder.query.filter_by(id=order.id).one()
        put(row, Kind.URGE, row.take(Action.URGE, by=people["resident"]))
        timers.start(row.id, row.round, {})
    assert "reply" in client.get(f"{WORKER}/{order.number}", headers=phones["worker"]).json["actions"]
    answered = post(client, phones["worker"] | key(), order, "reply")
    assert (answered.status_code, "reply" in answered.json["actions"]) == (200, False)


def test_an_order_that_nothing_moved_tells_no_reasons(client, order, phones):
    assert client.get(f"{WORKER}/{order.number}", headers=phones["worker"]).json["due_reasons"] == []


@pytest.mark.parametrize(
    ("verb", "body", "pointer"),
    [
        ("ask", {}, "#/question"),
        ("ask", {"question": "问" * 501}, "#/question"),
        ("extend", {"amount": 0, "reason": "等"}, "#/amount"),
        ("extend", {"amount": 4, "reason": "等"}, "#/amount"),
        ("extend", {"amount": "two", "reason": "等"}, "#/amount"),
        ("extend", {"amount": 1.5, "reason": "等"}, "#/amount"),
        ("extend", {"amount": 1}, "#/reason"),
        ("reply", {}, "#/note"),
        ("resume", {"note": ""}, "#/note"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_something_wrong_is_told_at_its_field_and_stores_nothing(client, order, phones, verb, body, pointer):
    before = rows()
    assert pointers(is_problem(post(client, phones["worker"] | key(), order, verb, body), 422)) == [pointer]
    assert rows() == before


@pytest.mark.parametrize("verb", ["resume", "reply"])
def test_out_of_turn_is_409(client, order, phones, verb):
    before = rows()
    is_problem(post(client, phones["worker"] | key(), order, verb), 409)
    is_problem(post(client, phones["resident"] | key(), order, "answer", {"text": "三层"}, RESIDENT), 409)
    assert rows() == before


@pytest.mark.parametrize("verb", list(BODIES))
def test_elsewhere_it_is_not_there_and_a_stale_version_is_412(client, city, order, phones, verb):
    before = rows()
    is_problem(post(client, signed_in(a_worker(city["h1"])) | key(), order, verb), 404)
    is_problem(post(client, phones["worker"] | key() | {"If-Match": '"1"'}, order, verb), 412)
    is_problem(post(client, phones["resident"] | key(), order, verb), 403)
    assert fresh(order).status == "in_progress"
    assert {name: rows()[name] for name in ("event", "side_record")} == {
        name: before[name] for name in ("event", "side_record")
    }


def test_risky_words_reach_nobody(client, order, phones, verdicts):
    verdicts.verdict = "risky"
    told = is_problem(post(client, phones["worker"] | key(), order, "ask"), 422)
    assert told["reason"] == "risky-text"
    assert fresh(order).status == "in_progress"


def test_a_foreign_resident_does_not_answer(client, paused, phones):
    body = {"text": "三层"}
    is_problem(post(client, signed_in(a_resident()) | key(), paused, "answer", body, RESIDENT), 404)
