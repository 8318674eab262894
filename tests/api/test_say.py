"""What residents say about an order, their own or a neighbour's, through the doors."""

import json

import pytest

from app.db import db, end_reading, transaction
from app.territory.models import Compound
from app.work_orders import intake, joining, rating
from tests.api.asking import is_problem, pointers, rows
from tests.factories import a_clerk, a_resident, a_worker, an_order, claimed, fresh, key, resolved, signed_in

ORDERS = "/api/resident/work-orders"
PRIVATE = ("402", "2单元", "description", "excerpt", "address", "lat", "reporter", "李建国")


def home_of(city):
    found = db.session.query(Compound.id).filter_by(public_id=city.compound).scalar()
    end_reading()
    return found


@pytest.fixture
def author(city, verdicts):
    return a_resident(name="马秀英")


@pytest.fixture
def neighbour(city, verdicts):
    return a_resident(name="陈芳", home_compound_id=home_of(city))


@pytest.fixture
def order(city, author):
    return an_order(city, author, description="402每晚打麻将")


@pytest.fixture
def say(client):
    """Send a command about an order; signs the person in anew each time."""

    def send(who, order, verb, body=None, **headers):
        address = f"{ORDERS}/{order.number}/{verb}"
        return client.post(address, json=body or {}, headers=signed_in(who) | key() | headers)

    return send


def seen(client, who, order):
    return client.get(f"{ORDERS}/{order.number}", headers=signed_in(who))


def test_a_neighbour_sees_no_more_than_anybody_may_know(client, city, order, neighbour, say):
    claimed(order, a_worker(city["g1"]))
    joined = say(neighbour, order, "join")
    assert joined.status_code == 200, joined.json
    shown = seen(client, neighbour, order)
    listed = client.get(ORDERS, headers=signed_in(neighbour))
    assert joined.json["place"] == shown.json["place"] == {"text": "湟岸巷28号院 3号楼", "building": "3号楼"}
    assert (shown.json["standing"], shown.json["actions"]) == ("joined", ["urge", "leave"])
    assert [line["by"] for line in shown.json["timeline"]] == ["另一位反映人", "系统", "承办人", "您"]
    (line,) = listed.json["items"]
    assert (line["place"], line["excerpt"], line["joined"]) == ("湟岸巷28号院 3号楼", "", True)
    for answer in (joined.json, shown.json):
        told = json.dumps(answer, ensure_ascii=False)
        assert [word for word in PRIVATE if word in told] == []
    assert "402" not in json.dumps(listed.json, ensure_ascii=False)


def test_ones_own_order_is_shown_whole(client, order, author):
    shown = seen(client, author, order).json
    assert (shown["standing"], shown["description"], shown["place"]["unit"]) == ("author", "402每晚打麻将", "2单元")
    (line,) = client.get(ORDERS, headers=signed_in(author)).json["items"]
    assert (line["joined"], line["excerpt"]) == (False, "402每晚打麻将")


def test_whoever_follows_the_reporter_who_left_may_act_for_the_order_and_reads_nothing_old(
    client, order, author, neighbour, say
):
    with transaction():
        joining.join(order.number, neighbour)
    left = say(author, order, "withdraw", {"reason": "我搬走了"})
    assert (left.status_code, left.json["status"]) == (200, "pooled")
    is_problem(seen(client, author, order), 404)
    shown = seen(client, neighbour, order).json
    assert shown["standing"] == "heir"
    assert "withdraw" in shown["actions"]
    told = json.dumps(shown, ensure_ascii=False)
    assert "搬走" not in told
    assert [word for word in PRIVATE if word in told] == []


def test_leaving_ends_what_the_neighbour_sees(client, order, neighbour, say):
    assert say(neighbour, order, "join").status_code == 200
    assert say(neighbour, order, "leave").status_code == 200
    is_problem(seen(client, neighbour, order), 404)
    before = rows()
    is_problem(say(neighbour, order, "leave"), 404)
    assert without_keys(rows()) == without_keys(before)


def without_keys(counted):
    """Every sign-in makes a token of its own."""
    return {name: count for name, count in counted.items() if name != "access_token"}


def test_the_same_key_joins_once(client, order, neighbour):
    headers = signed_in(neighbour) | key()
    first, again = (client.post(f"{ORDERS}/{order.number}/join", json={}, headers=headers) for _ in range(2))
    assert (first.status_code, again.json) == (200, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("verb", ["join", "leave"])
def test_what_one_has_nothing_to_do_with_is_absent(client, city, order, verdicts, say, verb):
    stranger = a_resident(home_compound_id=home_of_far(city))
    is_problem(say(stranger, order, verb), 404)


def home_of_far(city):
    found = db.session.query(Compound.id).filter_by(public_id=city.far_compound).scalar()
    end_reading()
    return found


def test_an_old_version_is_412(client, order, neighbour, say):
    assert say(neighbour, order, "join").status_code == 200
    is_problem(say(neighbour, order, "leave", **{"If-Match": '"0"'}), 412)


def test_a_reporter_appeals_through_the_door(client, city, order, author, say):
    clerk = a_clerk(city["xnlx"])
    with transaction():
        intake.decline(order.number, clerk, "out_of_remit", "请找物业")
    assert seen(client, author, order).json["actions"] == ["appeal", "confide"]
    appealed = say(author, order, "appeal", {"reason": "路灯是社区的"})
    assert (appealed.status_code, appealed.json["status"]) == (200, "submitted")
    told = is_problem(say(author, order, "appeal", {"reason": "再看看"}), 409)
    assert "待受理" in told["title"]


@pytest.fixture
def closed(city, author):
    made = resolved(an_order(city, author), a_worker(city["g1"]))
    with transaction():
        rating.rate(made.number, author, answered=True, solved="yes", satisfied="yes", comment=None)
    return made


def test_a_reporter_has_it_done_again_through_the_door(client, author, closed, say):
    assert "reopen" in seen(client, author, closed).json["actions"]
    again = say(author, closed, "reopen", {"reason": "又吵起来了", "photo_ids": []})
    assert (again.status_code, again.json["status"], again.json["round"]) == (200, "in_progress", 2)
    assert seen(client, author, closed).json["timeline"][-1]["text"] == "又吵起来了"


def test_a_reporter_urges_once_a_day_and_hears_until_when(client, order, author, say):
    assert say(author, order, "urge").status_code == 200
    told = is_problem(say(author, order, "urge", {"note": "快点"}), 409)
    assert "24小时" in told["title"]
    assert told["reason"] == "too-soon"


def test_the_same_urge_sent_twice_counts_once(client, order, author):
    headers = signed_in(author) | key()
    answers = [client.post(f"{ORDERS}/{order.number}/urge", json={"note": ""}, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert [line["action"] for line in seen(client, author, order).json["timeline"]].count("urge") == 1


@pytest.mark.parametrize(
    ("verb", "body", "pointer"),
    [
        ("appeal", {}, "#/reason"),
        ("appeal", {"reason": " "}, "#/reason"),
        ("appeal", {"reason": "长" * 1001}, "#/reason"),
        ("reopen", {}, "#/reason"),
        ("reopen", {"reason": "又吵", "photo_ids": ["0" * 22] * 10}, "#/photo_ids"),
        ("reopen", {"reason": "又吵", "round": 3}, "#/round"),
        ("urge", {"note": "长" * 501}, "#/note"),
        ("join", {"as": "manager"}, "#/as"),
        ("leave", {"reason": "搬家"}, "#/reason"),
    ],
)
def test_something_wrong_is_422_at_the_field(client, author, closed, say, verb, body, pointer):
    before = without_keys(rows())
    assert pointers(is_problem(say(author, closed, verb, body), 422)) == [pointer]
    assert without_keys(rows()) == before


@pytest.mark.parametrize(
    ("verb", "body"), [("appeal", {"reason": "请再看"}), ("urge", {}), ("withdraw", {"reason": "好了"}), ("join", {})]
)
def test_out_of_turn_is_409_with_what_it_is_now(client, author, closed, say, verb, body):
    before = without_keys(rows())
    told = is_problem(say(author, closed, verb, body), 409)
    assert "已归档" in told["title"] or verb == "join"
    assert without_keys(rows()) == before


def test_words_that_wechat_calls_risky_reopen_nothing(client, author, closed, say, verdicts):
    verdicts.verdict = "risky"
    told = is_problem(say(author, closed, "reopen", {"reason": "脏话", "photo_ids": []}), 422)
    assert told["reason"] == "risky-text"
    assert fresh(closed).status == "closed"
