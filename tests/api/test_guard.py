"""The way through a door: who, key, replay, one transaction; on both databases."""

import time
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update

from app import clock
from app.api import guard
from app.db import db, transaction
from app.errors import Invalid
from app.idempotency import IdempotencyKey
from app.people.models import AccessToken
from app.work_orders import assignment, intake
from tests.api.asking import at_once, is_problem, numbers, report, rows
from tests.factories import a_manager, a_resident, a_worker, an_order, claimed, fresh, key, signed_in

ORDERS = "/api/resident/work-orders"


def worker_path(order, verb):
    return f"/api/worker/work-orders/{order.number}/{verb}"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer nobody"},
        {"Authorization": "Basic bm9ib2R5"},
        {"Authorization": "Bearer " + "x" * 200},
    ],
)
def test_a_request_without_a_good_token_is_401_and_says_how_to_go_on(client, city, headers):
    answer = client.get(ORDERS, headers=headers)
    assert is_problem(answer, 401, "not-signed-in")["title"] == "登录已失效，请重新登录。"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_ends_after_seven_days_and_at_once_when_signed_out_or_revoked(client, city):
    person = a_resident()
    expired, left, revoked = (signed_in(person) for _ in range(3))
    assert client.delete("/api/sessions/current", headers=left).status_code == 204
    is_problem(client.get(ORDERS, headers=left), 401)
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1)):
        is_problem(client.get(ORDERS, headers=expired), 401)
    assert client.get(ORDERS, headers=revoked).status_code == 200
    with transaction():
        db.session.execute(update(AccessToken).values(revoked_at=clock.now()))
    is_problem(client.get(ORDERS, headers=revoked), 401)


def test_the_word_bearer_may_be_written_in_any_case(client, resident):
    token = resident["Authorization"].replace("Bearer", "bearer")
    assert client.get(ORDERS, headers={"Authorization": token}).status_code == 200


@pytest.mark.parametrize("given", [None, "", "short", "with space in", "x" * 129, "abc_defgh", "钥匙钥匙钥匙钥匙"])
def test_a_command_without_a_proper_key_is_400_and_stores_nothing(client, city, resident, given):
    before = rows()
    headers = resident if given is None else resident | {"Idempotency-Key": given.encode().decode("latin-1")}
    is_problem(client.post(ORDERS, json=report(city), headers=headers), 400, "bad-request")
    assert rows() == before


def test_the_same_key_gives_the_same_answer_once_whatever_the_order_of_fields(client, city, resident):
    headers = resident | key()
    first = client.post(ORDERS, json=report(city), headers=headers)
    after = rows()
    turned = dict(reversed(report(city).items()))
    again = client.post(ORDERS, json=turned, headers=headers)
    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert rows() == after


def test_the_same_key_with_another_body_is_422_and_nothing_changes(client, city, resident):
    headers = resident | key()
    client.post(ORDERS, json=report(city), headers=headers)
    after = rows()
    told = is_problem(client.post(ORDERS, json=report(city, description="别的"), headers=headers), 422)
    assert told["reason"] == "key-reused"
    assert rows() == after


def test_a_key_belongs_to_one_person_one_door_and_one_order(client, city):
    worker = a_worker(city["g1"])
    one, other = an_order(city), an_order(city)
    headers = signed_in(worker) | key()
    assert client.post(worker_path(one, "claim"), json={}, headers=headers).status_code == 200
    is_problem(client.post(worker_path(other, "claim"), json={}, headers=headers), 422)
    assert client.post(worker_path(one, "contact"), json={"kind": "call"}, headers=headers).status_code == 200
    assert client.post(ORDERS, json=report(city), headers=signed_in(a_resident()) | headers | {}).status_code == 201


def test_a_refusal_is_not_kept_so_that_the_same_key_works_once_the_cause_is_gone(client, city):
    worker = a_worker(city["g1"], on_duty=False)
    order, headers = an_order(city), signed_in(worker) | key()
    before = rows()
    assert is_problem(client.post(worker_path(order, "claim"), json={}, headers=headers), 409)["reason"] == "off-duty"
    assert rows() == before
    assert client.put("/api/worker/duty", json={"on_duty": True}, headers=headers).json["on_duty"] is True
    assert client.post(worker_path(order, "claim"), json={}, headers=headers).status_code == 200


def test_kept_answers_are_unreadable_in_the_database(client, city, resident):
    client.post(ORDERS, json=report(city), headers=resident | key())
    raw = db.session.connection().exec_driver_sql("SELECT answer FROM idempotency_key").scalar_one()
    db.session.close()
    assert "楼".encode() not in bytes(raw)
    assert rows()[IdempotencyKey.__tablename__] == 1


def test_twins_that_submit_together_leave_one_order_and_hear_the_same(app, city, resident, verdicts):
    before, headers = rows(), resident | key()
    answers = at_once(*[lambda: app.test_client().post(ORDERS, json=report(city), headers=headers)] * 4)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.get_data() for answer in answers}) == 1
    assert sorted(answer.headers.get("Idempotency-Replayed", "") for answer in answers) == ["", "true", "true", "true"]
    grown = {name: count - before[name] for name, count in rows().items() if count != before[name]}
    assert grown["work_order"] == grown["reporter"] == grown["idempotency_key"] == 1


@pytest.mark.parametrize(("verb", "body"), [("claim", {}), ("contact", {"kind": "call", "note": "约好了"})])
def test_twins_that_act_on_an_order_together_leave_one_line_and_hear_the_same(app, city, verb, body):
    worker = a_worker(city["g1"])
    order = an_order(city)
    if verb != "claim":
        claimed(order, worker)
    before, headers = rows(), signed_in(worker) | key()
    answers = at_once(*[lambda: app.test_client().post(worker_path(order, verb), json=body, headers=headers)] * 4)
    assert {(answer.status_code, answer.get_data()) for answer in answers} == {(200, answers[0].get_data())}
    assert rows()["event"] == before["event"] + 1


def test_of_many_who_claim_together_one_gets_the_order(app, city):
    order = an_order(city)
    phones = [signed_in(a_worker(city["g1"])) for _ in range(4)]
    answers = at_once(
        *[
            lambda phone=phone: app.test_client().post(worker_path(order, "claim"), json={}, headers=phone | key())
            for phone in phones
        ]
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    for lost in (answer for answer in answers if answer.status_code == 409):
        is_problem(lost, 409)
        assert "李" not in lost.get_data(as_text=True)
    assert rows()["assignment"] == 1


def test_a_key_that_is_still_running_is_409_after_three_seconds_and_may_be_sent_again(app, city, monkeypatch):
    if app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite"):
        pytest.skip("SQLite has one writer: nobody can tell whose lock it is, so it is 503 there")
    worker = a_worker(city["g1"])
    order, headers = an_order(city), signed_in(worker) | key()
    claim = assignment.claim

    def slow(number, actor):
        found = claim(number, actor)
        db.session.flush()
        time.sleep(4)
        return found

    monkeypatch.setattr(assignment, "claim", slow)

    def later():
        time.sleep(0.5)
        monkeypatch.setattr(assignment, "claim", claim)
        began = time.monotonic()
        answer = app.test_client().post(worker_path(order, "claim"), json={}, headers=headers)
        assert 2.5 < time.monotonic() - began < 3.6
        return answer

    first, second = at_once(
        lambda: app.test_client().post(worker_path(order, "claim"), json={}, headers=headers), later
    )
    assert first.status_code == 200
    is_problem(second, 409, "still-running")
    assert int(second.headers["Retry-After"]) > 0
    again = app.test_client().post(worker_path(order, "claim"), json={}, headers=headers)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (200, "true")


def test_an_order_seen_in_an_older_version_is_412_and_stays_as_it_is(client, city):
    worker = a_worker(city["g1"])
    order = an_order(city)
    seen = fresh(order).version
    claimed(order, worker)
    headers, before = signed_in(worker), rows()
    stale = client.post(
        worker_path(order, "contact"), json={"kind": "call"}, headers=headers | key() | {"If-Match": f'"{seen}"'}
    )
    assert is_problem(stale, 412, "stale-version")["title"] == "内容已有更新，请刷新后再改。"
    assert rows() == before
    now = fresh(order).version
    good = client.post(
        worker_path(order, "contact"), json={"kind": "call"}, headers=headers | key() | {"If-Match": f'"{now}"'}
    )
    assert (good.status_code, good.json["version"]) == (200, now + 1)


@pytest.mark.parametrize("given", ['"0"', 'W/"1"', "nonsense", '"1", "2"'])
def test_if_match_that_names_no_present_version_is_412_and_a_star_always_fits(client, city, given):
    reporter = a_resident()
    order = an_order(city, reporter)
    with transaction():
        for _ in range(3):
            found = db.session.get(type(order), order.id)
            found.changed_at = clock.now() + timedelta(seconds=_ + 1)
            db.session.flush()
    path, headers = f"{ORDERS}/{order.number}/withdraw", signed_in(reporter)
    refused = client.post(path, json={"reason": "已好"}, headers=headers | key() | {"If-Match": given})
    is_problem(refused, 412)
    assert client.post(path, json={"reason": "已好"}, headers=headers | key() | {"If-Match": "*"}).status_code == 200


def test_if_match_on_an_order_one_may_not_see_is_404(client, city, worker):
    far = an_order(city, compound=city.far_compound)
    is_problem(client.post(worker_path(far, "claim"), json={}, headers=worker | key() | {"If-Match": '"9"'}), 404)


def test_what_is_foreign_and_what_is_absent_read_the_same(client, city, worker, resident):
    far = an_order(city, compound=city.far_compound)
    absent = far.number[:-1] + ("0" if far.number[-1] != "0" else "1")
    for path, phone in (("/api/worker/work-orders/{}", worker), ("/api/resident/work-orders/{}", resident)):
        told = [is_problem(client.get(path.format(number), headers=phone), 404) for number in (far.number, absent)]
        assert [one | {"request_id": ""} for one in told] == [told[0] | {"request_id": ""}] * 2
    for verb, body in (("claim", {}), ("sign", {}), ("contact", {"kind": "call"}), ("release", {"reason": "x"})):
        told = [
            is_problem(client.post(f"/api/worker/work-orders/{number}/{verb}", json=body, headers=worker | key()), 404)
            for number in (far.number, absent)
        ]
        assert told[0] | {"request_id": ""} == told[1] | {"request_id": ""}


def test_a_resident_at_a_workers_door_is_403_before_anything_is_looked_up(client, city, resident):
    order = an_order(city)
    told = [
        is_problem(client.post(f"/api/worker/work-orders/{number}/claim", json={}, headers=resident | key()), 403)
        for number in (order.number, "XN0000")
    ]
    assert told[0] | {"request_id": ""} == told[1] | {"request_id": ""}


def test_whoever_sees_an_order_but_does_not_have_it_is_403(client, city, worker):
    order = claimed(an_order(city), a_worker(city["g1"]))
    is_problem(client.post(worker_path(order, "contact"), json={"kind": "call"}, headers=worker | key()), 403)


def test_what_fails_halfway_leaves_nothing(client, city, resident, monkeypatch):
    submit = intake.submit

    def fails(request, actor):
        submit(request, actor)
        db.session.flush()
        raise Invalid("最后一步没有成功，请再试。")

    monkeypatch.setattr(intake, "submit", fails)
    before = rows()
    is_problem(client.post(ORDERS, json=report(city), headers=resident | key()), 422)
    assert rows() == before


def test_a_list_is_304_until_what_it_shows_changes_even_by_going_away(client, city):
    worker, manager = a_worker(city["g1"]), a_manager(city["xnlx"])
    phone = signed_in(worker)
    older, newer = claimed(an_order(city), worker), claimed(an_order(city), worker)
    first = client.get("/api/worker/work-orders", headers=phone)
    assert set(numbers(first)) == {older.number, newer.number}
    seen = phone | {"If-None-Match": first.headers["ETag"]}
    same = client.get("/api/worker/work-orders", headers=seen)
    assert (same.status_code, same.get_data()) == (304, b"")
    colleague = a_worker(city["g1"])
    with transaction():
        assignment.dispatch(older.number, manager, colleague.public_id, "请协助")
    changed = client.get("/api/worker/work-orders", headers=seen)
    assert (changed.status_code, numbers(changed)) == (200, [newer.number])


def test_a_managers_phone_shows_no_pool_of_places_where_they_work_no_grid(client, city):
    an_order(city)
    an_order(city, compound=city.far_compound)
    assert numbers(client.get("/api/worker/pool", headers=signed_in(a_manager(city["hyx"])))) == []


def test_a_method_that_a_door_does_not_know_is_405_and_says_which_it_knows(client, app):
    answer = client.put("/api/categories")
    is_problem(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_a_door_that_is_not_there_is_404(client, app):
    is_problem(client.get("/api/nowhere"), 404)


def test_only_the_letters_of_a_key_reach_the_database():
    assert guard.KEY.fullmatch("a" * 8)
    assert not guard.KEY.fullmatch("a" * 8 + "\n")


def test_two_orders_that_draw_one_number_are_both_kept(client, city, monkeypatch):
    drawn = iter(["XN2603100000001", "XN2603100000001", "XN2603100000019"])
    monkeypatch.setattr("app.work_orders.numbers.new", lambda _at: next(drawn))
    body = {"category": "LIGHT", "description": "楼道灯坏了", "compound_id": city.compound}
    body |= {"building": "3号楼", "unit": "2单元"}
    answers = [
        client.post("/api/resident/work-orders", json=body, headers=signed_in(a_resident()) | key()) for _ in range(2)
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1].json["number"] == "XN2603100000019"
