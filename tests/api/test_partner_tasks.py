"""The doors of organisations: what they are asked to do, and nothing else of the order."""

import pytest

from app.work_orders import recusal
from app.work_orders.models import WorkOrder
from app.work_orders.offices import assisting
from tests.api.asking import is_problem, pointers, rows
from tests.factories import (
    a_charge,
    a_manager,
    a_partner,
    a_resident,
    a_unit_worker,
    a_worker,
    an_order,
    an_organisation,
    claimed,
    fresh,
    key,
    signed_in,
    writing,
)
from tests.work_orders.record import public_id, run

TASKS = "/api/partner/tasks"


@pytest.fixture
def company(city, verdicts):
    return an_organisation(city, code="property")


@pytest.fixture
def phone(company):
    return signed_in(a_partner(company))


@pytest.fixture
def order(city, company):
    """An order in hand, with which the company is asked to help."""
    order = claimed(an_order(city, a_resident(name="赵淑兰")), a_worker(city["g1"]))
    manager = a_manager(city["xnlx"])
    with writing():
        assisting.assist(order.number, manager, "organisation:property", "请修门禁")
    return order


def listed(client, phone, **query):
    answer = client.get(TASKS, query_string=query, headers=phone)
    assert answer.status_code == 200, answer.text
    return answer.json


def report(client, phone, task, **body):
    return client.post(f"{TASKS}/{task}/report", json={"note": "修好了", "done": True} | body, headers=phone | key())


def test_a_partner_reads_the_task_and_nothing_of_who_reported(client, order, phone):
    (task,) = listed(client, phone)["items"]
    assert task == {
        "id": task["id"],
        "number": order.number,
        "category": "噪声",
        "place": "湟岸巷28号院 3号楼",
        "what": "请修门禁",
        "asked_at": task["asked_at"],
        "due_at": task["due_at"],
        "status": "open",
        "status_name": "待反馈",
    }
    text = client.get(TASKS, headers=phone).text
    assert "楼道里很吵" not in text
    assert "2单元" not in text
    assert "赵" not in text


def test_reporting_is_a_way_there_and_back(client, order, phone):
    task = listed(client, phone)["items"][0]["id"]
    assert report(client, phone, task, note="在等配件", done=False).json["status"] == "open"
    assert fresh(order).open_tasks == 1
    done = report(client, phone, task)
    assert (done.status_code, done.json["status"], done.json["status_name"]) == (200, "done", "已办好")
    assert fresh(order).open_tasks == 0
    assert listed(client, phone)["items"] == []
    assert [one["id"] for one in listed(client, phone, status="ended")["items"]] == [task]
    before = rows()
    is_problem(report(client, phone, task), 409)
    assert rows() == before


def test_the_same_key_reports_once(client, order, phone):
    task, headers = listed(client, phone)["items"][0]["id"], phone | key()
    body = {"note": "修好了", "done": True}
    first, again = (client.post(f"{TASKS}/{task}/report", json=body, headers=headers) for _ in range(2))
    assert (first.json, again.headers["Idempotency-Replayed"]) == (again.json, "true")


def test_a_list_goes_on_where_it_ended(client, city, company, phone):
    a_charge("NOISE", mode="unit", unit_kind="property_company", leads=False)
    for _ in range(3):
        an_order(city)
    first = listed(client, phone, limit=2)
    second = listed(client, phone, limit=2, cursor=first["next_cursor"])
    assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (2, 1, None)
    assert len({one["id"] for one in first["items"] + second["items"]}) == 3


def test_foreign_and_absent_are_alike(client, city, order, phone):
    task = listed(client, phone)["items"][0]["id"]
    stranger = signed_in(a_unit_worker(an_organisation(city, "ht", name="别家")))
    assert listed(client, stranger)["items"] == []
    told = [is_problem(report(client, stranger, one), 404) for one in (task, "x" * 22)]
    assert told[0]["title"] == told[1]["title"]


def test_whom_the_order_concerns_finds_no_task(client, city, company, order):
    partner = a_unit_worker(company)
    headers = signed_in(partner)
    assert len(listed(client, headers)["items"]) == 1
    run(recusal.recuse, order.number, a_manager(city["xnlx"]), public_id(partner), "是当事人")
    assert listed(client, headers)["items"] == []


def test_a_partner_reads_no_order_and_others_no_tasks(client, city, order, phone):
    is_problem(client.get(f"/api/worker/work-orders/{order.number}", headers=phone), 403)
    for person in (a_resident(), a_worker(city["g1"])):
        is_problem(client.get(TASKS, headers=signed_in(person)), 403)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"note": ""}, "#/note"), ({"done": "maybe"}, "#/done"), ({"more": 1}, "#/more")],
    ids=["note", "done", "unknown"],
)
def test_something_wrong_is_told_at_its_field_and_stores_nothing(client, order, phone, body, pointer):
    task = listed(client, phone)["items"][0]["id"]
    before = rows()
    assert pointers(is_problem(report(client, phone, task, **body), 422)) == [pointer]
    assert rows() == before


def test_an_organisation_that_leads_works_as_any_assignee_does(client, city, company):
    a_charge("ODD", mode="unit", unit_kind="property_company")
    headers = signed_in(a_unit_worker(company))
    order = an_order(city, category="ODD")
    path = f"/api/worker/work-orders/{order.number}"
    assert "sign" in client.get(path, headers=headers).json["actions"]
    assert client.post(f"{path}/sign", json={}, headers=headers | key()).json["status"] == "in_progress"
    note = {"result": "solved", "note": "门禁已经修好", "photo_ids": []}
    assert client.post(f"{path}/resolve", json=note, headers=headers | key()).json["status"] == "resolved"
    assert WorkOrder.query.filter_by(id=order.id).one().lead_organisation_id == company.id
