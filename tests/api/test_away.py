"""WeChat or the database slow, away or locked: said at once, with when to try again; no report is lost."""

import socket
import sqlite3
import threading
import time
from contextlib import closing

import pytest
from sqlalchemy.engine import make_url

from app.api.text_check import TextCheck
from app.db import db
from app.work_orders.models import WorkOrder
from tests.api.asking import at_once, is_problem, report, rows
from tests.factories import a_resident, a_worker, an_order, key, resolved, signed_in
from wechat.client import WeChat
from wechat.client.errors import Busy, CircuitOpen, ForeignPhone, InvalidCode, Unclear, Unreachable, UserBlocked
from wechat.client.sign_in import SignIn
from wechat.client.token import MemoryTokenStore

ORDERS = "/api/resident/work-orders"


@pytest.fixture
def elsewhere(app, monkeypatch):
    """Lets a test say what WeChat answers at sign-in and for phone numbers."""

    class Stand:
        def __init__(self):
            self.answer = SignIn("o-somebody")

        def _give(self, *_arguments, budget_s):
            assert budget_s <= 3
            if isinstance(self.answer, Exception):
                raise self.answer
            return self.answer

        sign_in = phone_number = _give

    stand = Stand()
    monkeypatch.setitem(app.extensions, "wechat", stand)
    return stand


def order_row(answer):
    row = db.session.query(WorkOrder).filter_by(number=answer.json["number"]).one()
    db.session.close()
    return row


def test_a_text_that_passes_is_neither_hidden_nor_unchecked(client, city, resident, verdicts):
    answer = client.post(ORDERS, json=report(city, description="灯坏了"), headers=resident | key())
    row = order_row(answer)
    assert (answer.status_code, answer.json["unchecked"], row.hidden, row.unchecked) == (201, False, False, False)
    assert verdicts.asked == ["灯坏了"]


@pytest.mark.parametrize(
    "trouble", [Unreachable(), Unclear(), Busy(-1), CircuitOpen("/wxa/msg_sec_check", 20.0)], ids=lambda one: one.kind
)
def test_a_report_is_accepted_as_unchecked_while_wechat_is_away(client, city, resident, verdicts, trouble):
    verdicts.verdict = trouble
    answer = client.post(ORDERS, json=report(city), headers=resident | key())
    row = order_row(answer)
    assert (answer.status_code, answer.json["unchecked"], row.unchecked) == (201, True, True)


def test_a_text_to_be_reviewed_is_accepted_and_hidden_from_neighbours(client, city, resident, verdicts):
    verdicts.verdict = "review"
    answer = client.post(ORDERS, json=report(city), headers=resident | key())
    row = order_row(answer)
    assert (answer.status_code, row.hidden, row.unchecked) == (201, True, False)


def test_a_risky_text_is_422_with_a_neutral_sentence_and_nothing_is_stored(client, city, resident, verdicts):
    verdicts.verdict = "risky"
    before, headers = rows(), resident | key()
    told = is_problem(client.post(ORDERS, json=report(city), headers=headers), 422)
    assert told | {"request_id": ""} == {
        "type": "/problems/invalid-input",
        "title": "内容里有不适合提交的文字，请修改后再提交。您写的内容还在，没有丢失。",
        "status": 422,
        "reason": "risky-text",
        "request_id": "",
    }
    assert rows() == before
    verdicts.verdict = "pass"
    assert client.post(ORDERS, json=report(city, description="改好了"), headers=headers).status_code == 201


def test_a_risky_comment_or_reason_is_refused_like_a_report(client, city, verdicts):
    person = a_resident()
    order, waiting = resolved(an_order(city, person), a_worker(city["g1"])), an_order(city, person)
    verdicts.verdict, headers = "risky", signed_in(person)
    body = {"answered": True, "solved": "yes", "satisfied": "yes", "comment": "脏话"}
    is_problem(client.post(f"{ORDERS}/{order.number}/rate", json=body, headers=headers | key()), 422)
    is_problem(
        client.post(f"{ORDERS}/{waiting.number}/withdraw", json={"reason": "脏话"}, headers=headers | key()), 422
    )
    del body["comment"]
    assert client.post(f"{ORDERS}/{order.number}/rate", json=body, headers=headers | key()).status_code == 200


def test_description_address_and_answers_are_looked_at_together(client, city, resident, verdicts):
    point = {"lat": 36.6, "lng": 101.7, "coordinate_system": "gcj02", "address": "南门口"}
    body = {"category": "NOISE", "description": "很吵", **point, "answers": {"when": "夜里"}}
    client.post(ORDERS, json=body, headers=resident | key())
    assert verdicts.asked == ["很吵\n南门口\n夜里"]


def test_a_slow_wechat_takes_a_quarter_of_the_threads_and_the_others_do_not_wait(app, city, verdicts):
    busy, let_go = threading.Event(), threading.Event()

    class Slow:
        def check_text(self, *_arguments, **_options):
            busy.set()
            assert let_go.wait(10)
            raise Unclear

    app.extensions["text_check"] = TextCheck(Slow(), seats=1)
    phones = [signed_in(a_resident()) for _ in range(3)]

    def submit(phone):
        return app.test_client().post(ORDERS, json=report(city), headers=phone | key())

    def others():
        assert busy.wait(10)
        answers = [submit(phone) for phone in phones[1:]]
        let_go.set()
        return answers[0]

    answers = at_once(lambda: submit(phones[0]), others)
    assert [(answer.status_code, answer.json["unchecked"]) for answer in answers] == [(201, True)] * 2
    assert rows()["work_order"] == 3


def test_a_wechat_that_never_answers_holds_a_report_up_for_two_seconds_at_most(app, client, city, resident):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        wechat = WeChat("wx1", "0" * 32, address, MemoryTokenStore())
        app.extensions["text_check"] = TextCheck(wechat, seats=1)
        began = time.monotonic()
        answer = client.post(ORDERS, json=report(city), headers=resident | key())
        assert 1.8 < time.monotonic() - began < 3.0
    assert (answer.status_code, answer.json["unchecked"]) == (201, True)


def test_a_first_sign_in_makes_an_account_and_the_next_finds_it(client, elsewhere, city):
    first, second = (client.post("/api/sessions", json={"code": "c"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json["account"] == second.json["account"]
    assert first.json["token"] != second.json["token"]
    assert first.json["account"] | {"id": ""} == {
        "id": "", "name": None, "roles": ["resident"], "phone_masked": None, "home": None, "privacy_version": None,
        "posts": [],
    }  # fmt: skip


def test_a_first_sign_in_from_several_phones_at_once_makes_one_account(app, elsewhere, city):
    before = rows()["account"]
    answers = at_once(*[lambda: app.test_client().post("/api/sessions", json={"code": "c"})] * 4)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.json["account"]["id"] for answer in answers}) == 1
    assert rows()["account"] == before + 1


@pytest.mark.parametrize(
    ("trouble", "status"),
    [
        (Unreachable(), 503),
        (Unclear(), 503),
        (Busy(-1), 503),
        (CircuitOpen("/sns/jscode2session", 20.0), 503),
        (InvalidCode(40029), 422),
        (UserBlocked(40226), 403),
    ],
    ids=lambda one: getattr(one, "kind", one),
)
def test_a_sign_in_that_wechat_does_not_vouch_for_says_what_to_do(client, elsewhere, city, trouble, status):
    elsewhere.answer, before = trouble, rows()
    answer = client.post("/api/sessions", json={"code": "c"})
    is_problem(answer, status)
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert rows() == before


@pytest.mark.parametrize(("trouble", "status"), [(Unclear(), 503), (InvalidCode(40029), 422), (ForeignPhone(), 422)])
def test_a_phone_number_that_wechat_does_not_give_changes_nothing(client, elsewhere, resident, trouble, status):
    elsewhere.answer, before = trouble, rows()
    is_problem(client.post("/api/account/phone", json={"code": "c"}, headers=resident | key()), status)
    assert rows() == before


def test_a_phone_number_that_wechat_gives_is_kept_and_shown_masked(client, elsewhere, resident):
    elsewhere.answer = "13800000000"
    answer = client.post("/api/account/phone", json={"code": "c"}, headers=resident | key())
    assert (answer.status_code, answer.json["phone_masked"]) == (200, "138****0000")


def test_a_database_that_is_away_is_503_at_every_door(another_app):
    client = another_app(database_url="postgresql+psycopg://nobody@127.0.0.1:9/nothing").test_client()
    headers = {"Authorization": "Bearer token"} | key()
    for answer in (
        client.get(ORDERS, headers=headers),
        client.post(ORDERS, json={}, headers=headers),
        client.get("/api/compounds"),
        client.delete("/api/sessions/current", headers=headers),
        client.put("/api/worker/duty", json={"on_duty": True}, headers=headers),
    ):
        assert is_problem(answer, 503, "unavailable")["title"] == "系统正忙，您填写的内容没有丢失，请稍后再试。"
        assert int(answer.headers["Retry-After"]) > 0
    assert client.get("/healthz/live").status_code == 200
    assert client.get("/healthz/ready").status_code == 503


def test_while_another_program_holds_sqlite_reads_go_on_and_writes_are_503(app, client, city, resident, verdicts):
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() != "sqlite":
        pytest.skip("PostgreSQL locks rows, not the database")
    before, headers = rows(), resident | key()
    with closing(sqlite3.connect(url.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        answer = client.post(ORDERS, json=report(city), headers=headers)
        assert 4 < time.monotonic() - began < 7
        is_problem(answer, 503, "unavailable")
        assert int(answer.headers["Retry-After"]) > 0
        assert client.get(ORDERS, headers=resident).status_code == 200
        other.execute("ROLLBACK")
    assert rows() == before
    assert client.post(ORDERS, json=report(city), headers=headers).status_code == 201
