"""Faults on order."""

import random
import time
from typing import Any

import pytest
import requests

from wechat.emulator.faults import Spread
from wechat.emulator.presets import PRESET_NAMES, PRESETS

TEMPLATES = "/wxaapi/newtmpl/gettemplate"


def get_token(hands: Any) -> Any:
    body = {"grant_type": "client_credential", "appid": hands.settings.appid, "secret": hands.settings.secret}
    return hands.client.post("/cgi-bin/stable_token", json=body)


def order(hands: Any, **fault: Any) -> None:
    hands.control("/faults", fault)


def test_an_errcode_replaces_the_answer_until_cleared(hands: Any) -> None:
    order(hands, path="/cgi-bin/stable_token", errcode=45009)
    assert get_token(hands).get_json()["errcode"] == 45009
    assert get_token(hands).get_json()["errmsg"].startswith("reach max api daily quota limit rid: ")
    hands.control("/faults", method="DELETE")
    assert "access_token" in get_token(hands).get_json()


def test_an_errcode_can_come_as_text(hands: Any) -> None:
    order(hands, path="/cgi-bin/stable_token", errcode="-1")
    assert get_token(hands).get_json()["errcode"] == "-1"


def test_a_count_ends_the_fault(hands: Any) -> None:
    order(hands, path="/cgi-bin/stable_token", http=502, count=2)
    assert [get_token(hands).status_code for _ in range(3)] == [502, 502, 200]


def test_a_body_replaces_the_answer(hands: Any) -> None:
    order(hands, path="/cgi-bin/stable_token", body="<html>维护中</html>")
    response = get_token(hands)
    assert (response.status_code, response.mimetype, response.text) == (200, "text/html", "<html>维护中</html>")


def test_a_truncated_answer_is_the_first_half(hands: Any) -> None:
    whole = get_token(hands).data
    order(hands, path="/cgi-bin/stable_token", truncate=True)
    assert get_token(hands).data == whole[: len(whole) // 2]


def test_latency_delays_the_real_answer(hands: Any) -> None:
    order(hands, path="*", latency_s=0.2)
    started = time.monotonic()
    assert "access_token" in get_token(hands).get_json()
    assert time.monotonic() - started >= 0.2


def test_a_probability_strikes_its_share_of_the_calls(hands: Any) -> None:
    order(hands, path="*", http=500, probability=0.5)
    struck = sum(get_token(hands).status_code == 500 for _ in range(200))
    assert 60 < struck < 140


def test_a_fault_strikes_its_path_only_and_never_the_control_calls(hands: Any) -> None:
    order(hands, path="/sns/*", http=500)
    assert get_token(hands).status_code == 200
    order(hands, path="*", http=500)
    assert get_token(hands).status_code == 500
    assert hands.client.get("/healthz").status_code == 200
    assert hands.client.get("/_emu/users").status_code == 200


@pytest.mark.parametrize(
    ("preset", "path", "errcode"),
    [
        ("token storm", TEMPLATES, 40001),
        ("quota exhausted", TEMPLATES, 45009),
        ("token storm", "/wxa/media_check_async", 40001),
        ("token storm", "/cgi-bin/message/subscribe/send", 40001),
        ("quota exhausted", "/wxa/getwxacodeunlimit", 45009),
        ("IP removed", "/cgi-bin/stable_token", 40164),
        ("IP removed", "/sns/jscode2session", 40164),
        ("IP removed", "/cgi-bin/clear_quota/v2", 40164),
    ],
)
def test_presets_answer_with_errors(hands: Any, preset: str, path: str, errcode: int) -> None:
    hands.control("/faults", {"preset": preset})
    assert hands.client.post(path).get_json()["errcode"] == errcode


def test_the_slow_preset_delays_by_three_seconds(hands: Any) -> None:
    items = hands.control("/faults", {"preset": "WeChat slow 3 s"})["items"]
    assert [(item["path"], item["latency_s"]) for item in items] == [("*", 3.0)]
    assert hands.control("/faults", method="GET")["items"] == items


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"path": 5},
        {"path": "*", "errcode": "many"},
        {"path": "*", "http": 99},
        {"path": "*", "probability": 2},
        {"path": "*", "count": 0},
        {"path": "*", "reset": "sometimes"},
        {"path": "*", "explode": True},
        {"path": "*", "spread": {"median_s": 0, "p95_s": 1}},
        {"path": "push:*", "copies": 0},
        [],
    ],
)
def test_an_order_nobody_understands_is_refused(hands: Any, wrong: Any) -> None:
    response = hands.client.post("/_emu/faults", json=wrong)
    assert response.status_code == 400
    assert hands.control("/faults", method="GET")["items"] == []


def test_an_unknown_preset_is_answered_with_the_known_ones(hands: Any) -> None:
    response = hands.client.post("/_emu/faults", json={"preset": "meteor"})
    assert response.status_code == 404
    assert "token storm" in response.get_json()["error"]


def test_every_preset_has_a_name_for_people_and_makes_sense(hands: Any) -> None:
    assert list(PRESETS) == list(PRESET_NAMES)
    for name in PRESETS:
        assert hands.control("/faults", {"preset": name})["items"]
    assert hands.control("/faults", method="GET")["presets"] == list(PRESETS)


def test_a_fault_can_be_meant_for_what_query_or_body_hold(hands: Any) -> None:
    order(hands, path="*", errcode=-1, match="wx-unlucky")
    assert "access_token" in get_token(hands).get_json()
    assert hands.stable(appid="wx-unlucky")["errcode"] == -1
    assert hands.client.get("/cgi-bin/token?appid=wx%2Dunlucky").get_json()["errcode"] == -1


def test_a_seed_repeats_the_dice(hands: Any) -> None:
    rows = []
    for _ in range(2):
        hands.control("/faults", method="DELETE")
        order(hands, path="*", http=500, probability=0.5, seed=7)
        rows.append([get_token(hands).status_code for _ in range(40)])
    assert rows[0] == rows[1]
    assert set(rows[0]) == {200, 500}


def test_latency_spreads_as_it_does_in_life() -> None:
    dice = random.Random(3)
    waits = sorted(Spread(median_s=0.2, p95_s=1.5).seconds(dice) for _ in range(4000))
    assert 0.18 < waits[2000] < 0.22
    assert 1.3 < waits[3800] < 1.7
    assert Spread(median_s=100, p95_s=119).seconds(random.Random(1)) <= 120


def test_a_spread_delays_the_real_answer(hands: Any) -> None:
    order(hands, path="*", spread={"median_s": 0.1, "p95_s": 0.1})
    started = time.monotonic()
    assert "access_token" in get_token(hands).get_json()
    assert 0.1 <= time.monotonic() - started < 1


@pytest.mark.parametrize(("status", "body"), [(500, b"<html>"), (502, b"<html>"), (412, b"")])
def test_a_status_comes_with_the_page_of_a_gateway_but_412_with_nothing(hands: Any, status: int, body: bytes) -> None:
    order(hands, path="*", http=status)
    response = get_token(hands)
    assert response.status_code == status
    assert response.data.startswith(body)
    assert body or response.data == b""


def test_away_cuts_every_connection_of_wechat_but_not_of_the_phones(emulator: Any) -> None:
    emulator.control("/faults", {"preset": "away"})
    with pytest.raises(requests.ConnectionError):
        requests.post(f"{emulator.base}/cgi-bin/stable_token", json={}, timeout=5)
    assert requests.get(f"{emulator.base}/_emu/", timeout=5).status_code == 200


def test_clearing_lets_go_of_hanging_calls(emulator: Any) -> None:
    emulator.fault("*", hang=True)
    with pytest.raises(requests.ReadTimeout):
        requests.post(f"{emulator.base}/cgi-bin/stable_token", json={}, timeout=0.2)
    emulator.control("/faults", method="DELETE")
    assert requests.post(f"{emulator.base}/cgi-bin/stable_token", json={}, timeout=5).status_code == 200


def test_a_chunked_post_gets_412_without_a_body(emulator: Any) -> None:
    response = requests.post(f"{emulator.base}/cgi-bin/stable_token", data=iter([b"{}"]), timeout=5)
    assert (response.status_code, response.content) == (412, b"")
