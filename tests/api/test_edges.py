"""What every answer carries: the request id, headers, CORS in the demo alone; what the log says of it."""

import io
import json
import logging
from contextlib import contextmanager

import pytest
import structlog

from app import limits, logs
from app.api import health, problems
from app.errors import Unavailable
from app.work_orders import intake
from tests.api.asking import at_once, is_problem, report, rows
from tests.factories import a_resident, key, signed_in

ORDERS = "/api/resident/work-orders"
PHONE = "http://127.0.0.1:8001"
EVERYWHERE = ["/api/categories", ORDERS, "/api/nowhere", "/healthz/live", "/", "/console/sign-in", "/nowhere"]


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_has_a_request_id_and_may_not_be_guessed_at(client, city, path):
    answer = client.get(path)
    assert len(answer.headers["X-Request-Id"]) == 32
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_request_id_of_the_caller_is_kept_when_it_has_the_form_of_one(client, city):
    for given, kept in (("a1b2c3d4-e5f6", True), ("short", False), ("x" * 37, False), ("no spaces!", False)):
        answer = client.get("/api/nowhere", headers={"X-Request-Id": given})
        assert (answer.headers["X-Request-Id"] == given) is kept
        assert answer.json["request_id"] == answer.headers["X-Request-Id"]


def test_answers_below_api_are_kept_nowhere(client, resident):
    assert client.get("/api/account", headers=resident).headers["Cache-Control"] == "no-store"
    assert client.get(ORDERS, headers=resident).headers["Cache-Control"] == "private, no-cache"


@contextmanager
def written(monkeypatch):
    """The lines that the house writes inside, as it writes them outside of tests."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.configure()
    monkeypatch.setattr(problems, "_log", logs.logger("api"))
    stream = io.StringIO()
    root.handlers[0].setStream(stream)
    lines = []
    try:
        yield lines
        lines += [json.loads(line) for line in stream.getvalue().splitlines()]
    finally:
        root.handlers[:], root.level = before, level
        structlog.reset_defaults()


def test_a_refusal_leaves_one_line_under_its_request_id_and_nothing_personal(client, city, monkeypatch):
    person = a_resident(name="马秀英")
    body = report(city, description="住在三楼的张三，电话13912345678", contact_phone="13912345678", unit="9单元")
    with written(monkeypatch) as said:
        told = is_problem(client.post(ORDERS, json=body, headers=signed_in(person) | key()), 422)
    lines = [line for line in said if line["event"] == "refused"]
    assert [line["request_id"] for line in lines] == [told["request_id"]]
    assert (lines[0]["status"], lines[0]["endpoint"]) == (422, "resident_work_orders.submit")
    assert not [secret for secret in ("张三", "13912345678", "马秀英", "9单元") if secret in json.dumps(lines)]


def test_an_error_nobody_foresaw_is_500_logged_without_what_people_wrote(client, city, resident, monkeypatch):
    def breaks(_request, _actor):
        raise KeyError("a fault of ours")

    monkeypatch.setattr(intake, "submit", breaks)
    before = rows()
    with written(monkeypatch) as said:
        answer = client.post(ORDERS, json=report(city, description="张三家漏水"), headers=resident | key())
    assert "没有提交" in is_problem(answer, 500)["title"]
    (line,) = [line for line in said if line["event"] == "unexpected_error"]
    assert "KeyError" in line["exception"]
    assert "张三" not in line["exception"]
    assert rows() == before


@pytest.fixture
def demo(another_app):
    return another_app(app_env="demo", emulator_port=8001).test_client()


ASK = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,idempotency-key"}


def test_in_the_demo_the_phone_pages_may_ask_and_read(demo, city):
    asked = demo.options(ORDERS, headers=ASK | {"Origin": PHONE})
    assert asked.status_code == 204
    assert asked.headers["Access-Control-Allow-Origin"] == PHONE
    assert "Idempotency-Key" in asked.headers["Access-Control-Allow-Headers"]
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    read = demo.get("/api/categories", headers={"Origin": PHONE})
    assert (read.status_code, read.headers["Access-Control-Allow-Origin"]) == (200, PHONE)
    refused = demo.get(ORDERS, headers={"Origin": PHONE})
    assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (401, PHONE)
    assert "Origin" in refused.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in refused.headers


@pytest.mark.parametrize(
    "origin",
    [
        "http://127.0.0.1:8000",
        "https://127.0.0.1:8001",
        "http://127.0.0.1:80011",
        "http://127.0.0.1:8001.example.org",
        "http://example.org:8001",
        "http://127.0.0.2:8001",
        "null",
        "",
    ],
)
def test_no_other_origin_may(demo, city, origin):
    for answer in (
        demo.options(ORDERS, headers=ASK | {"Origin": origin}),
        demo.get("/api/categories", headers={"Origin": origin}),
    ):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]


@pytest.mark.parametrize("path", ["/console/sign-in", "/", "/healthz/live"])
def test_pages_for_people_are_not_shared_with_the_phone_pages(demo, city, path):
    assert "Access-Control-Allow-Origin" not in demo.get(path, headers={"Origin": PHONE}).headers


@pytest.mark.parametrize("mode", ["test", "production"])
def test_outside_the_demo_nobody_may(another_app, city, mode):
    house = another_app(app_env=mode, emulator_port=8001).test_client()
    for answer in (
        house.options(ORDERS, headers=ASK | {"Origin": PHONE}),
        house.get("/api/categories", headers={"Origin": PHONE}),
    ):
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]


def test_ready_means_the_tables_of_this_release(client, app, monkeypatch):
    not_ready = client.get("/healthz/ready")
    is_problem(not_ready, 503)
    assert not_ready.headers["Retry-After"] == "5"
    monkeypatch.setattr(health, "_stored", lambda: health._newest())
    assert client.get("/healthz/ready").json == {"status": "ok"}
    monkeypatch.setattr(health, "_stored", lambda: "0000")
    assert client.get("/healthz/ready").status_code == 503


@pytest.fixture
def counting(app, tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "_path", tmp_path / "limits.sqlite")


def test_the_sixth_report_in_ten_minutes_is_429_and_says_whom_to_call_in_danger(client, city, resident, counting):
    first = resident | key()
    assert client.post(ORDERS, json=report(city), headers=first).status_code == 201
    for _ in range(4):
        assert client.post(ORDERS, json=report(city), headers=resident | key()).status_code == 201
    before = rows()
    answer = client.post(ORDERS, json=report(city), headers=resident | key())
    assert "110" in is_problem(answer, 429, "too-many")["title"]
    assert 0 < int(answer.headers["Retry-After"]) <= 600
    assert rows() == before
    repeat = client.post(ORDERS, json=report(city), headers=first)
    assert (repeat.status_code, repeat.headers["Idempotency-Replayed"]) == (201, "true")
    assert client.post(ORDERS, json=report(city), headers=signed_in(a_resident()) | key()).status_code == 201


def test_reports_that_come_at_once_do_not_slip_through_together(app, city, resident, verdicts, counting):
    answers = at_once(*[lambda: app.test_client().post(ORDERS, json=report(city), headers=resident | key())] * 8)
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [429] * 3


def test_what_fails_through_no_fault_of_the_person_is_not_counted(client, city, resident, counting, monkeypatch):
    submit = intake.submit

    def away(_request, _actor):
        raise Unavailable

    monkeypatch.setattr(intake, "submit", away)
    headers = resident | key()
    for _ in range(7):
        is_problem(client.post(ORDERS, json=report(city), headers=headers), 503)
    monkeypatch.setattr(intake, "submit", submit)
    assert client.post(ORDERS, json=report(city), headers=headers).status_code == 201


def test_a_counter_that_cannot_be_written_lets_people_through(client, city, resident, monkeypatch):
    monkeypatch.setattr(limits, "_path", limits.Path("/nonexistent/limits.sqlite"))
    for _ in range(6):
        assert client.post(ORDERS, json=report(city), headers=resident | key()).status_code == 201


def test_sixty_sign_ins_a_minute_from_one_address_and_then_429(client, city, counting, monkeypatch):
    monkeypatch.setattr(limits, "SIGN_IN", (limits.Limit(2, 60, limits.SIGN_IN[0].sentence),))
    for _ in range(2):
        is_problem(client.post("/api/sessions", json={"code": ""}), 422)
    is_problem(client.post("/api/sessions", json={"code": ""}), 429)
    other = {"REMOTE_ADDR": "10.0.0.9"}
    is_problem(client.post("/api/sessions", json={"code": ""}, environ_base=other), 422)
