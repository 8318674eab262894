"""The door of screening: what a text tells before it is sent, and that nothing of it is kept."""

import pytest
from sqlalchemy import update

from app import limits
from app.commands.demo import DATA
from app.db import db
from app.people.models import Account
from app.work_orders import importing
from app.work_orders.models import WorkOrder
from app.work_orders.screening import importing as screening
from tests.api.asking import is_problem, pointers, report, rows
from tests.api.test_statements import cost
from tests.factories import a_city, a_resident, a_worker, an_order, key, signed_in, writing

PATH = "/api/resident/screening"
DARK = "楼道声控灯坏了快一个月，三楼到五楼全黑，昨天我妈差点摔了。"


@pytest.fixture
def city(app):
    """A small city that speaks as Xining does."""
    found = a_city()
    with writing():
        importing.import_categories(importing.read_categories(DATA))
        screening.import_words(screening.read_words(DATA))
    return found


def asked(client, phone, description="5单元楼道没灯，晚上摸黑上楼。", **more):
    return client.post(PATH, json={"description": description, **more}, headers=phone)


def here(city):
    return {"compound_id": city.compound, "building": "3号楼"}


def test_a_danger_is_told_with_what_to_do_and_the_numbers_to_dial(client, city, resident):
    answer = asked(client, resident, "电梯里有人被困住了！！7号楼，按了铃没反应！")
    assert answer.status_code == 200
    told = answer.json["emergency"]
    assert (told["kind"], told["name"]) == ("lift_trapped", "电梯困人")
    assert "不要扒门" in told["sentence"]
    assert told["numbers"] == [{"number": "119", "name": "消防救援"}, {"number": "120", "name": "急救"}]
    assert answer.json["categories"][0] == {"code": "LIFT.trapped", "name": "电梯困人"}


def test_every_day_trouble_is_no_danger(client, city, resident):
    told = asked(client, resident, "电梯什么时候修好").json
    assert told["emergency"] is None
    assert told["categories"][0]["code"] == "LIFT.fault"
    assert told["likely_duplicates"] == []


def test_choosing_a_category_of_danger_is_enough(client, city, resident):
    assert asked(client, resident, "快来", category="GAS").json["emergency"]["kind"] == "gas"


def test_at_most_three_categories_that_can_be_chosen(client, city, resident):
    words = "楼道堆杂物，垃圾没人清，狗乱叫，灯也不亮，电动车飞线充电"
    found = asked(client, resident, words).json["categories"]
    assert len(found) == 3
    assert {one["code"] for one in found} <= {"FIRE", "WASTE", "DOG", "LIGHT", "EV"}


def test_a_neighbours_order_is_offered_in_the_public_projection_alone(client, city, resident):
    reporter = a_resident(name="马秀英")
    order = an_order(city, reporter, "LIGHT", description=DARK, contact="13900000000")
    (found,) = asked(client, resident, **here(city)).json["likely_duplicates"]
    assert found == {
        "number": None,
        "category": {"code": "LIGHT", "name": "照明"},
        "place": "湟岸巷28号院 3号楼",
        "status": "pooled",
        "status_name": "待认领",
        "created_at": found["created_at"],
        "mine": False,
        "can_join": False,
    }
    text = asked(client, resident, **here(city)).get_data(as_text=True)
    for secret in (order.number, DARK[:6], "马秀英", "2单元", "13900000000"):
        assert secret not in text


def test_the_number_comes_with_what_one_may_do_with_it(client, city, resident, verdicts):
    order = an_order(city, None, "LIGHT", description=DARK)
    asker = a_resident()
    with writing():
        compound = db.session.get(WorkOrder, order.id).compound_id
        db.session.execute(update(Account).where(Account.id == asker.account_id).values(home_compound_id=compound))
    (found,) = asked(client, signed_in(asker), **here(city)).json["likely_duplicates"]
    assert (found["number"], found["can_join"]) == (order.number, True)
    own = an_order(city, asker, "LIGHT", description=DARK)
    found = asked(client, signed_in(asker), **here(city)).json["likely_duplicates"]
    assert {(one["number"], one["mine"], one["can_join"]) for one in found} == {
        (order.number, False, True), (own.number, True, False),
    }  # fmt: skip


def test_the_chosen_category_decides_what_is_compared(client, city, resident):
    an_order(city, None, "LIGHT", description=DARK)
    assert asked(client, resident, category="WASTE", **here(city)).json["likely_duplicates"] == []
    assert len(asked(client, resident, category="LIGHT", **here(city)).json["likely_duplicates"]) == 1


@pytest.mark.parametrize(
    "place",
    [{"compound_id": "gone"}, {"lat": 36.6, "lng": 101.7}, {"lat": 0.0, "lng": 0.0, "coordinate_system": "gcj02"}],
    ids=["unknown compound", "no outlines", "elsewhere"],
)
def test_a_danger_is_told_even_where_the_place_cannot_be_found(client, city, resident, place):
    answer = asked(client, resident, "着火了", **place)
    assert answer.status_code == 200
    assert answer.json["emergency"]["kind"] == "fire"
    assert answer.json["likely_duplicates"] == []


def test_nothing_is_kept_and_no_key_is_needed(client, city, resident, caplog):
    before = rows()
    words = "电梯里有人被困住了，我叫马秀英"
    assert asked(client, resident, words, **here(city)).status_code == 200
    assert rows() == before
    assert words not in caplog.text


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "#/description"),
        ({"description": ""}, "#/description"),
        ({"description": "灯" * 5001}, "#/description"),
        ({"description": "灯", "lat": 91.0, "lng": 101.0}, "#/lat"),
        ({"description": "灯", "lat": 36.0}, "#/lat"),
        ({"description": "灯", "coordinate_system": "mars"}, "#/coordinate_system"),
        ({"description": "灯", "extra": 1}, "#/extra"),
    ],
    ids=["nothing", "empty", "too long", "no such place", "half a point", "other system", "unknown field"],
)
def test_bad_input_is_named(client, city, resident, body, pointer):
    answer = client.post(PATH, json=body, headers=resident)
    assert pointer in pointers(is_problem(answer, 422))


def test_only_for_whoever_has_signed_in(client, city):
    is_problem(client.post(PATH, json={"description": "灯坏了"}), 401, "not-signed-in")


def test_a_worker_asks_as_a_resident_does(client, city, worker):
    assert asked(client, worker).status_code == 200


def test_asking_too_often_is_told_to_wait_and_still_names_the_numbers(client, city, resident, tmp_path):
    limits.install(tmp_path / "limits.sqlite")
    try:
        most = limits.SCREENING[0].most
        assert {asked(client, resident, "灯坏了").status_code for _ in range(most)} == {200}
        answer = asked(client, resident, "灯坏了")
    finally:
        limits.install(None)
    assert "110、119或120" in is_problem(answer, 429)["title"]
    assert int(answer.headers["Retry-After"]) > 0


def test_it_costs_the_token_the_place_and_the_likely_ones(client, city, resident):
    seen = cost(*[lambda: asked(client, resident, **here(city))] * 2)
    assert len(seen) == 3, "\n".join(seen)
    seen = cost(*[lambda: asked(client, resident)] * 2)
    assert len(seen) == 1, "\n".join(seen)


def test_a_submission_reads_its_danger_without_asking_the_database(client, city, resident, verdicts):
    def submit(words):
        body = report(city, category="NOISE", description=words)
        return lambda: client.post("/api/resident/work-orders", json=body, headers=resident | key())

    plain, danger = cost(*[submit("楼道里很吵")] * 2, status=201), cost(*[submit("着火了")] * 2, status=201)
    assert not [one for one in plain + danger if "danger" in one or "spelling" in one or "keyword" in one]
    assert len(plain) <= 9, "\n".join(plain)


def test_what_was_sent_all_the_same_is_an_emergency_whose_calls_the_reporter_reads(client, city, resident, verdicts):
    a_worker(city["g1"])
    sent = client.post(
        "/api/resident/work-orders", json=report(city, category="NOISE", description="着火了"), headers=resident | key()
    ).json
    assert (sent["emergency"], sent["class"], sent["status"]) == (True, "P0", "assigned")
    shown = client.get(f"/api/resident/work-orders/{sent['number']}", headers=resident).json
    (call,) = shown["calls"]
    assert (call["who"], call["step"], call["answered_at"]) == ("值班网格员", 0, None)
    assert [line["text"] for line in shown["timeline"]][0] == "涉及“起火”，按紧急事项办理"
