"""What a worker's commands, ratings and people's own data get when something is wrong, or comes out of turn."""

import pytest

from app.work_orders.facts import RESULT_NAMES
from tests.api.asking import is_problem, pointers, rows, without
from tests.factories import a_resident, a_worker, an_order, claimed, key, resolved, signed_in

ORDERS = "/api/resident/work-orders"


@pytest.mark.parametrize(
    ("verb", "body", "pointer"),
    [
        ("claim", {"force": True}, "#/force"),
        ("contact", {}, "#/kind"),
        ("contact", {"kind": "shout"}, "#/kind"),
        ("contact", {"kind": "call", "note": "长" * 1001}, "#/note"),
        ("arrive", {"lat": 36.6}, "#/lng"),
        ("arrive", {"lng": 101.7}, "#/lat"),
        ("arrive", {"lat": 36.6, "lng": 1000}, "#/lng"),
        ("note", {}, "#/note"),
        ("note", {"note": "看过", "visible_to_resident": "maybe"}, "#/visible_to_resident"),
        ("release", {"reason": ""}, "#/reason"),
        ("refuse", {"reason": "tired"}, "#/reason"),
        ("resolve", {"result": "solved", "note": "短"}, "#/note"),
        ("resolve", {"result": "magic", "note": "已经处理好了"}, "#/result"),
        ("resolve", {"result": "solved", "note": "已经处理好了", "photo_ids": ["0" * 22]}, "#/photo_ids"),
    ],
)
def test_a_workers_command_with_something_wrong_is_422_at_the_field(client, city, verdicts, verb, body, pointer):
    person = a_worker(city["g1"])
    order, headers = claimed(an_order(city), person), signed_in(person)
    before = rows()
    path = f"/api/worker/work-orders/{order.number}/{verb}"
    assert pointers(is_problem(client.post(path, json=body, headers=headers | key()), 422)) == [pointer]
    assert rows() == before


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [({"solved": "maybe"}, "#/solved"), ({"answered": None}, "#/answered"), ({"comment": "长" * 1001}, "#/comment")],
)
def test_a_rating_with_something_wrong_is_422_at_the_field(client, city, changes, pointer):
    person = a_resident()
    order = resolved(an_order(city, person), a_worker(city["g1"]))
    body = {"answered": True, "solved": "yes", "satisfied": "yes", "comment": "", **changes}
    headers = signed_in(person) | key()
    before = rows()
    told = is_problem(client.post(f"{ORDERS}/{order.number}/rate", json=body, headers=headers), 422)
    assert pointers(told) == [pointer]
    assert rows() == before


@pytest.mark.parametrize("verb", ["sign", "refuse", "release", "resolve"])
def test_an_action_out_of_turn_is_refused_and_stores_nothing(client, city, verdicts, verb):
    person = a_worker(city["g1"])
    order = resolved(an_order(city), person)
    body = {
        "refuse": {"reason": "overloaded"},
        "release": {"reason": "来不及"},
        "resolve": {"result": next(iter(RESULT_NAMES)), "note": "再办结一次吧"},
    }.get(verb, {})
    headers = signed_in(person) | key()
    before = rows()
    told = is_problem(client.post(f"/api/worker/work-orders/{order.number}/{verb}", json=body, headers=headers), 409)
    assert "已办结待评价" in told["title"]
    assert rows() == before


def test_rating_an_order_that_is_not_settled_is_409(client, city):
    person = a_resident()
    order = an_order(city, person)
    body = {"answered": True, "solved": "yes", "satisfied": "yes"}
    is_problem(client.post(f"{ORDERS}/{order.number}/rate", json=body, headers=signed_in(person) | key()), 409)


def test_claiming_off_duty_is_409_in_full(client, city):
    person = a_worker(city["g1"], on_duty=False)
    path = f"/api/worker/work-orders/{an_order(city).number}/claim"
    told = is_problem(client.post(path, json={}, headers=signed_in(person) | key()), 409)
    assert without(told, "request_id") == {
        "type": "/problems/conflict",
        "title": "您现在不在岗，请先上岗再认领。",
        "status": 409,
        "reason": "off-duty",
    }


@pytest.mark.parametrize(
    ("method", "path", "body", "pointer"),
    [
        ("PATCH", "/api/account", {"name": ""}, "#/name"),
        ("PATCH", "/api/account", {"name": "名" * 21}, "#/name"),
        ("PATCH", "/api/account", {"roles": ["manager"]}, "#/roles"),
        ("PUT", "/api/account/home", {"building": "3号楼"}, "#/compound_id"),
        ("PUT", "/api/account/home", {"compound_id": "0" * 22, "building": "3号楼", "unit": "1单元"}, "#/compound_id"),
        ("PUT", "/api/worker/duty", {"on_duty": "maybe"}, "#/on_duty"),
        ("PUT", "/api/worker/duty", {}, "#/on_duty"),
        ("POST", "/api/account/privacy-consent", {"version": "1999-01"}, "#/version"),
        ("POST", "/api/subscriptions", {"template_id": "x", "answer": "perhaps"}, "#/answer"),
        ("POST", "/api/sessions", {"code": ""}, "#/code"),
        ("POST", "/api/sessions", {"code": "x" * 129}, "#/code"),
        ("POST", "/api/sessions", {}, "#/code"),
    ],
)
def test_what_people_say_of_themselves_is_checked_too(client, worker, method, path, body, pointer):
    before = rows()
    told = is_problem(client.open(path, method=method, json=body, headers=worker | key()), 422)
    assert pointer in pointers(told)
    assert rows() == before
