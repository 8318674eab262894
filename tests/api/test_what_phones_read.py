"""What phones read of an order with which offices have dealt: its ledger, its end, and the units it waits for."""

from datetime import timedelta

import pytest

from app import clock
from app.db import db
from app.work_orders import joining
from app.work_orders.models import WorkOrder
from app.work_orders.offices import assisting, ledger, termination
from tests.api.test_statements import statements
from tests.factories import (
    a_manager,
    a_partner,
    a_resident,
    a_worker,
    an_order,
    an_organisation,
    claimed,
    fresh,
    key,
    signed_in,
)
from tests.work_orders.record import run

WORKER, RESIDENT = "/api/worker/work-orders", "/api/resident/work-orders"


@pytest.fixture
def people(city, verdicts):
    resident = a_resident()
    return {
        "resident": resident,
        "worker": a_worker(city["g1"]),
        "manager": a_manager(city["xnlx"]),
        "above": a_manager(city["ht"]),
    }


@pytest.fixture
def order(city, people):
    return claimed(an_order(city, people["resident"]), people["worker"])


@pytest.fixture
def neighbour(order):
    """Somebody of the same compound who joined the order."""
    home = db.session.get(WorkOrder, order.id).compound_id
    db.session.remove()
    neighbour = a_resident(home_compound_id=home)
    run(joining.join, order.number, neighbour)
    return neighbour


def shown(client, person, order, side=RESIDENT):
    answer = client.get(f"{side}/{order.number}", headers=signed_in(person))
    assert answer.status_code == 200, answer.text
    return answer.json


def put_on_ledger(order, people):
    day = clock.today() + timedelta(days=30)
    run(ledger.propose, order.number, people["worker"], "season", "开春补栽", "马书记", day, "冬天栽不活")
    run(ledger.decide, order.number, people["above"], True, "同意")


def terminate(order, people):
    why = "噪声纠纷请向人民法院起诉。"
    run(termination.propose, order.number, people["manager"], "statutory_channel", why)
    run(termination.decide, order.number, people["above"], True, "同意")


def test_a_neighbour_who_joined_reads_why_it_waits_and_until_when(client, order, people, neighbour):
    assert shown(client, neighbour, order)["ledger"] is None
    put_on_ledger(order, people)
    read = shown(client, neighbour, order)
    assert (read["standing"], read["status"]) == ("joined", "on_ledger")
    assert read["ledger"] == {
        "cause_name": "季节原因",
        "review_at": clock.iso(fresh(order).step_due_at),
        "period": 1,
    }
    assert "马书记" not in str(read)
    assert "冬天栽不活" not in str(read)


def test_whoever_follows_the_first_reporter_reads_it_too(client, order, people, neighbour):
    put_on_ledger(order, people)
    leaves = signed_in(people["resident"]) | key()
    left = client.post(f"{RESIDENT}/{order.number}/withdraw", json={"reason": "搬走了"}, headers=leaves)
    assert left.status_code == 200, left.text
    read = shown(client, neighbour, order)
    assert (read["standing"], read["ledger"]["cause_name"]) == ("heir", "季节原因")


@pytest.mark.parametrize("who", ["resident", "worker"])
def test_what_was_terminated_is_closed_without_a_result_and_says_why(client, order, people, who):
    terminate(order, people)
    read = shown(client, people[who], order, WORKER if who == "worker" else RESIDENT)
    assert (read["status"], read["result"], read["assignee"]) == ("closed", None, None)
    (line,) = [one for one in read["timeline"] if one["action"] == "decide_termination"]
    assert "噪声纠纷请向人民法院起诉" in line["text"]
    assert (read["ledger"], read["merged_into"], read["tasks"]) == (None, None, [])


def test_its_reporter_may_have_a_terminated_order_done_after_all(client, order, people):
    terminate(order, people)
    assert "reopen" in shown(client, people["resident"], order)["actions"]
    assert "rate" not in shown(client, people["resident"], order)["actions"]


def test_a_worker_reads_whom_the_order_waits_for_and_who_has_reported(client, city, order, people):
    for code, name in (("gas", "燃气公司"), ("water", "自来水公司")):
        an_organisation(city, code=code, name=name)
        run(assisting.assist, order.number, people["manager"], f"organisation:{code}", f"请{name}查管道")
    run(assisting.assist, order.number, people["manager"], "office:ht", "请街道协调")
    read = shown(client, people["worker"], order, WORKER)
    assert [(one["unit"], one["what"], one["done"]) for one in read["tasks"]] == [
        ("燃气公司", "请燃气公司查管道", False),
        ("自来水公司", "请自来水公司查管道", False),
        ("虎台街道", "请街道协调", False),
    ]
    assert all(one["due_at"].endswith("+08:00") for one in read["tasks"])
    first = run(assisting.waiting, db.session.get(WorkOrder, order.id), people["manager"])[0].id
    run(assisting.report, order.number, people["manager"], first, "done", "已查过，没有漏气。")
    assert [one["done"] for one in shown(client, people["worker"], order, WORKER)["tasks"]] == [True, False, False]


def test_its_reporters_read_of_no_task(client, city, order, people, neighbour):
    a_partner(an_organisation(city, code="gas", name="燃气公司"))
    run(assisting.assist, order.number, people["manager"], "organisation:gas", "请核对户主是否欠费")
    assert shown(client, people["resident"], order)["tasks"] == []
    for person in (people["resident"], neighbour):
        assert "欠费" not in str(shown(client, person, order))


def test_an_order_that_waits_for_nobody_asks_nothing_about_tasks(client, city, order, people):
    other = claimed(an_order(city, people["resident"]), people["worker"])
    an_organisation(city, code="gas", name="燃气公司")
    run(assisting.assist, order.number, people["manager"], "organisation:gas", "请查管道")
    headers = signed_in(people["worker"])
    asked = {}
    for one in (order, other, order, other):
        with statements() as seen:
            client.get(f"{WORKER}/{one.number}", headers=headers)
        asked[one.number] = [statement for statement in seen if "FROM task" in statement]
    assert (len(asked[order.number]), asked[other.number]) == (1, [])
