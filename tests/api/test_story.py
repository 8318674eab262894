"""The slice's story through the JSON doors, on both databases."""

from datetime import UTC, datetime

import pytest
import time_machine

from app.db import db, transaction
from app.work_orders import catalogue
from app.work_orders.catalogue import Category
from tests.factories import a_city, a_manager, a_resident, a_worker, key, signed_in

TUESDAY_10 = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def city(app):
    return a_city()


def report(city, **changes):
    place = {"compound_id": city.compound, "building": "3号楼", "unit": "2单元"}
    return {"category": "LIGHT", "description": "楼道灯坏了", **place, **changes}


def test_a_light_submitted_on_tuesday_is_due_as_the_rules_say(client, city):
    with time_machine.travel(TUESDAY_10, tick=False):
        resident = signed_in(a_resident())
        headers = resident | key()
        answer = client.post("/api/resident/work-orders", json=report(city), headers=headers)
        assert answer.status_code == 201, answer.json
        order = answer.json
        assert order["status"] == "pooled"
        assert order["place"]["text"] == "湟岸巷28号院 3号楼 2单元"
        assert [step["due_at"] for step in order["due_explained"]] == [
            "2026-03-10T16:00:00+08:00",
            "2026-03-11T18:00:00+08:00",
            "2026-03-13T18:00:00+08:00",
        ]
        again = client.post("/api/resident/work-orders", json=report(city), headers=headers)
        assert (again.status_code, again.json) == (201, order)
        assert again.headers["Idempotency-Replayed"] == "true"
        other = client.post("/api/resident/work-orders", json=report(city, description="别的"), headers=headers)
        assert other.status_code == 422
        seen = client.get(f"/api/resident/work-orders/{order['number']}", headers=resident)
        assert [line["action"] for line in seen.json["timeline"]] == ["submit", "accept"]
        assert "规则light" in seen.json["timeline"][1]["text"]


def test_only_workers_of_the_grid_see_it_and_one_of_them_gets_it(client, city):
    resident = signed_in(a_resident())
    number = client.post("/api/resident/work-orders", json=report(city), headers=resident | key()).json["number"]
    first, second = signed_in(a_worker(city["g1"])), signed_in(a_worker(city["g1"]))
    stranger = signed_in(a_worker(city["h1"]))
    assert [one["number"] for one in client.get("/api/worker/pool", headers=first).json["items"]] == [number]
    assert client.get("/api/worker/pool", headers=stranger).json["items"] == []
    assert client.get(f"/api/worker/work-orders/{number}", headers=stranger).status_code == 404
    path = f"/api/worker/work-orders/{number}/claim"
    assert client.post(path, json={}, headers=stranger | key()).status_code == 404
    won = client.post(path, json={}, headers=first | key())
    assert (won.status_code, won.json["status"]) == (200, "in_progress")
    assert client.post(path, json={}, headers=first | key()).status_code == 200
    lost = client.post(path, json={}, headers=second | key())
    assert lost.status_code == 409
    assert lost.json["title"] == "这件工单已被认领，请看看别的工单。"
    assert "李" not in lost.get_data(as_text=True)


def test_whoever_has_it_reads_the_answers_to_the_questions_and_the_words_for_the_place(client, city):
    with transaction():
        light = db.session.get(Category, "LIGHT")
        light.questions = [{"code": "floor", "text": "哪一层不亮？", "required": False}]
    catalogue.forget()
    point = {"lat": 36.6, "lng": 101.7, "coordinate_system": "wgs84", "address": "菜市场北门口"}
    resident, desk = signed_in(a_resident()), a_manager(city["xn"])
    told = {"category": "LIGHT", "description": "灯坏了", "answers": {"floor": "三层"}, **point}
    number = client.post("/api/resident/work-orders", json=told, headers=resident | key()).json["number"]
    for who, side in ((resident, "resident"), (signed_in(desk), "worker")):
        seen = client.get(f"/api/{side}/work-orders/{number}", headers=who).json
        assert seen["answers"] == [{"question": "哪一层不亮？", "answer": "三层"}]
        assert seen["place"]["address"] == "菜市场北门口"


def test_the_winner_settles_it_with_a_photo_and_the_resident_closes_it(client, city, picture):
    resident, worker = signed_in(a_resident()), signed_in(a_worker(city["g1"]))
    a_manager(city["xnlx"])
    number = client.post("/api/resident/work-orders", json=report(city), headers=resident | key()).json["number"]

    def act(verb, body, who=worker):
        side = "worker" if who is worker else "resident"
        return client.post(f"/api/{side}/work-orders/{number}/{verb}", json=body, headers=who | key())

    assert act("claim", {}).status_code == 200
    assert act("contact", {"kind": "call", "note": "约好下午去"}).status_code == 200
    assert act("arrive", {}).status_code == 200
    assert act("note", {"note": "灯座烧坏，需换新", "visible_to_resident": True}).status_code == 200
    done = {"result": "solved", "note": "已更换灯泡和灯座", "photo_ids": []}
    refused = act("resolve", done)
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "#/photo_ids"
    photo = client.post("/api/photos", data={"file": picture()}, headers=worker | key())
    assert photo.status_code == 201, photo.json
    solved = act("resolve", done | {"photo_ids": [photo.json["id"]]})
    assert solved.json["status"] == "resolved", solved.json
    rated = act("rate", {"answered": True, "solved": "yes", "satisfied": "yes", "comment": "谢谢"}, resident)
    assert rated.json["status"] == "closed", rated.json
    seen = client.get(f"/api/resident/work-orders/{number}", headers=resident).json
    assert [line["action"] for line in seen["timeline"]] == [
        "submit", "accept", "claim", "contact", "arrive", "note", "resolve", "rate", "close",
    ]  # fmt: skip
    assert seen["timeline"][3]["text"] == "电话联系"
    assert len(seen["timeline"][6]["photos"]) == 1
