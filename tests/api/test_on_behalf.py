"""Taking in for somebody without a phone, and settling on the spot, through the doors of workers."""

import pytest

from app.db import db, end_reading
from app.work_orders.models import WorkOrder
from tests.api.asking import is_problem, pointers, report, rows
from tests.factories import a_clerk, a_worker, fresh, key, signed_in

INTAKE = "/api/worker/work-orders"
SETTLE = {"result": "solved", "note": "当场调解好了", "photo_ids": []}


def told(city, **changes):
    """The body of an intake that can be sent as it is."""
    return (
        report(city)
        | {"reporter": {"name": "马奶奶", "phone": "13912345678"}, "channel": "door", "agreed": True}
        | changes
    )


def test_a_worker_takes_in_and_settles_later(client, city, worker, verdicts):
    taken = client.post(INTAKE, json=told(city), headers=worker | key())
    assert (taken.status_code, taken.json["status"]) == (201, "pooled")
    assert {"claim", "settle"} <= set(taken.json["actions"])
    shown = client.get(f"{INTAKE}/{taken.json['number']}", headers=worker).json
    assert shown["reporter"] == {"name": "马**", "phone_masked": "139****5678"}
    settled = client.post(f"{INTAKE}/{taken.json['number']}/settle", json=SETTLE, headers=worker | key())
    assert (settled.status_code, settled.json["status"]) == (200, "resolved")
    shown = client.get(f"{INTAKE}/{taken.json['number']}", headers=worker).json
    assert shown["reporter"]["name"] == "马奶奶"
    assert shown["timeline"][-1]["text"] == "已解决：当场调解好了"


def test_a_clerk_takes_in_and_settles_in_one_call(client, city, verdicts):
    clerk = signed_in(a_clerk(city["xnlx"]))
    taken = client.post(INTAKE, json=told(city, channel="phone_call", settle=SETTLE), headers=clerk | key())
    assert (taken.status_code, taken.json["status"]) == (201, "resolved")
    assert verdicts.asked == ["楼道里很吵\n当场调解好了"]


def test_the_same_key_takes_in_once(client, city, worker, verdicts):
    headers = worker | key()
    first, again = (client.post(INTAKE, json=told(city), headers=headers) for _ in range(2))
    assert (first.status_code, again.json) == (201, first.json)
    assert db.session.query(WorkOrder).count() == 1
    end_reading()


def test_no_limit_of_residents_holds_up_a_queue_at_the_desk(client, city, worker, verdicts):
    for _ in range(7):
        assert client.post(INTAKE, json=told(city), headers=worker | key()).status_code == 201


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"agreed": False}, "#/agreed"),
        ({"reporter": {"phone": "13912345678"}}, "#/reporter/name"),
        ({"reporter": {"name": "马奶奶", "phone": "12345"}}, "#/reporter/phone"),
        ({"reporter": {"name": "马奶奶", "openid": "x"}}, "#/reporter/openid"),
        ({"reporter": "马奶奶"}, "#/reporter"),
        ({"channel": "phone"}, "#/channel"),
        ({"settle": {"result": "magic", "note": "当场调解好了"}}, "#/settle/result"),
        ({"settle": {"result": "solved", "note": "短"}}, "#/settle/note"),
        ({"settle": SETTLE, "category": "LIGHT"}, "#/photo_ids"),
        ({"photo_ids": ["0" * 22]}, "#/photo_ids"),
        ({"contact_phone": "13912345678"}, "#/contact_phone"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_something_wrong_is_422_at_the_field(client, city, worker, verdicts, changes, pointer):
    before = rows()
    told_of = is_problem(client.post(INTAKE, json=told(city, **changes), headers=worker | key()), 422)
    assert pointer in pointers(told_of)
    assert rows() == before


def test_agreement_must_be_said(client, city, worker, verdicts):
    body = told(city)
    del body["agreed"]
    assert pointers(is_problem(client.post(INTAKE, json=body, headers=worker | key()), 422)) == ["#/agreed"]


def test_residents_do_not_report_for_others_here(client, city, resident):
    is_problem(client.post(INTAKE, json=told(city), headers=resident | key()), 403)


def test_settling_what_a_colleague_took_in_is_403_and_out_of_turn_409(client, city, worker, verdicts):
    number = client.post(INTAKE, json=told(city), headers=worker | key()).json["number"]
    colleague = signed_in(a_worker(city["g1"]))
    told_of = is_problem(client.post(f"{INTAKE}/{number}/settle", json=SETTLE, headers=colleague | key()), 403)
    assert "代为上报" in told_of["title"]
    assert client.post(f"{INTAKE}/{number}/claim", json={}, headers=colleague | key()).status_code == 200
    is_problem(client.post(f"{INTAKE}/{number}/settle", json=SETTLE, headers=worker | key()), 409)
    row = db.session.query(WorkOrder).filter_by(number=number).one()
    end_reading()
    assert fresh(row).status == "in_progress"


def test_words_that_wechat_calls_risky_are_taken_in_by_nobody(client, city, worker, verdicts):
    verdicts.verdict = "risky"
    assert is_problem(client.post(INTAKE, json=told(city, settle=SETTLE), headers=worker | key()), 422)["reason"] == (
        "risky-text"
    )
