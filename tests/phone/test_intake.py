"""Reporting for somebody without a phone: what the worker's page asks for, sends once, and never keeps."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

PHONE = """
const given = JSON.parse(process.argv[1])
const sent = [], stored = []
global.wx = {
  request({ method, url, data, success }) {
    if (url.endsWith('/screening')) {
      const told = { emergency: given.emergency || null, categories: [], likely_duplicates: [] }
      return setTimeout(() => success({ statusCode: 200, data: told, header: {} }), 1)
    }
    if (method === 'POST') sent.push(data)
    const taken = { number: 'XN1', status: 'pooled', status_name: '待认领', actions: ['claim'], due_explained: [] }
    const refusal = { statusCode: 422, data: { title: '请更正。', errors: given.errors }, header: {} }
    const good = { statusCode: 201, data: method === 'POST' ? taken : { items: [] }, header: {} }
    setTimeout(() => success(method === 'POST' && given.errors ? refusal : good), 20)
  },
  getStorageSync: () => '', removeStorageSync() {}, pageScrollTo() {},
  setStorageSync(name, value) { stored.push(JSON.stringify(value)) },
}
global.getApp = () => ({})
let page
global.Page = (made) => { page = made }
require(process.cwd() + '/miniprogram/worker/pages/intake/intake.js')
const intake = { ...page, data: { ...page.data }, setData(values) { Object.assign(this.data, values) } }
intake.setData({
  category: { code: 'LIGHT', questions: [], photo_required: true }, compound: { id: 'c1' }, description: '灯坏了',
  name: '马奶奶', phone: '', channel: 'door', agreed: true, ...given.typed,
})
intake.submit()
if (given.again) intake.submit()
if (given.goes_on) setTimeout(() => intake.goOn(), 50)
setTimeout(() => {
  const { fields, problem, taken, busy, sheet } = intake.data
  console.log(JSON.stringify({ sent, stored, fields, problem, taken: Boolean(taken), busy, sheet }))
}, 150)
"""


@pytest.fixture
def play(run_node: Run) -> Callable[..., dict[str, Any]]:
    def played(**given: Any) -> dict[str, Any]:
        result = run_node("-e", PHONE, json.dumps(given))
        assert result.returncode == 0, result.stderr
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    return played


TOLD = {"category": "LIGHT", "description": "灯坏了", "compound_id": "c1", "channel": "door", "agreed": True}


def test_what_was_told_goes_with_whoever_told_it(play: Any) -> None:
    assert play()["sent"] == [TOLD | {"reporter": {"name": "马奶奶"}}]
    with_number = play(typed={"phone": "13912345678"})
    assert with_number["sent"][0]["reporter"] == {"name": "马奶奶", "phone": "13912345678"}
    assert with_number["taken"]


def test_settled_on_the_spot_it_goes_with_the_result_and_the_evidence(play: Any) -> None:
    spot = {
        "onTheSpot": True,
        "outcome": "solved",
        "note": "当场换好了灯泡",
        "evidence": [{"id": "p1", "state": "sent"}],
    }
    found = play(typed=spot)
    assert found["sent"][0]["settle"] == {"result": "solved", "note": "当场换好了灯泡", "photo_ids": ["p1"]}


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": " "}, "name"),
        ({"channel": ""}, "channel"),
        ({"agreed": False}, "agreed"),
        ({"description": ""}, "description"),
        ({"category": None}, "category"),
        ({"onTheSpot": True}, "settle"),
        ({"onTheSpot": True, "outcome": "solved", "note": "当场换好了灯泡"}, "settle"),
    ],
)
def test_what_is_missing_is_said_where_it_is_missing_and_nothing_is_sent(play: Any, typed: Any, field: str) -> None:
    found = play(typed=typed)
    assert (found["sent"], list(found["fields"])) == ([], [field])
    assert found["problem"].startswith("还差一点")


def test_a_second_tap_sends_nothing_more(play: Any) -> None:
    assert len(play(again=True)["sent"]) == 1


def test_a_refused_number_is_shown_at_the_number(play: Any) -> None:
    found = play(typed={"phone": "1"}, errors=[{"pointer": "#/reporter/phone", "detail": "请填写11位手机号码。"}])
    assert found["fields"] == {"phone": "请填写11位手机号码。"}
    assert not found["taken"]
    assert not found["busy"]


def test_nobodys_name_stays_on_the_workers_phone(play: Any) -> None:
    assert "马奶奶" not in "".join(play(typed={"phone": "13912345678"})["stored"])


GAS = {
    "kind": "gas",
    "name": "燃气泄漏",
    "sentence": "先开窗，到室外再打电话。",
    "numbers": [{"number": "119", "name": "消防"}],
}


def test_a_danger_is_told_before_anything_is_sent(play: Any) -> None:
    held = play(emergency=GAS)
    assert (held["sent"], held["sheet"], held["busy"], held["taken"]) == ([], "emergency", False, False)


def test_whoever_has_read_of_the_danger_sends_all_the_same(play: Any) -> None:
    gone_on = play(emergency=GAS, goes_on=True)
    assert (len(gone_on["sent"]), gone_on["taken"]) == (1, True)
