"""What a resident does on the page of an order: only what is allowed, once, and with a sentence when it is refused."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

# A phone without a screen: it writes down what was sent and where it went.
PHONE = """
const given = JSON.parse(process.argv[1])
const told = []
global.wx = {
  request({ method, url, data, success }) {
    const path = url.replace(/^https?:\\/\\/[^/]*/, '')
    if (method === 'POST') told.push([path, data])
    const { status = 'in_progress', actions, timeline = [] } = given
    const order = { number: 'XN1', status, actions, timeline }
    const refusal = { statusCode: given.refused, data: { title: '刚刚有了变化。' }, header: {} }
    const good = { statusCode: 200, data: order, header: {} }
    setTimeout(() => success(method === 'POST' && given.refused ? refusal : good), 20)
  },
  getStorageSync: () => '', setStorageSync() {}, removeStorageSync() {},
  showToast({ title }) { told.push(['toast', title]) },
  switchTab({ url }) { told.push(['went', url]) },
}
global.getApp = () => ({})
global.getCurrentPages = () => [1]
let page
global.Page = (made) => { page = made }
require(process.cwd() + '/miniprogram/pages/order/order.js')
const order = { ...page, data: { ...page.data }, setData(values) { Object.assign(this.data, values) } }
order.number = 'XN1'
const form = { choice: '', note: '', visible: false, photos: [], photoRequired: false, ...given.form }
const send = () => order.send({ detail: { verb: given.verb, form } })
const after = (ms) => new Promise((done) => setTimeout(done, ms))
async function play() {
  await order.load()
  if (given.verb) {
    order.start({ currentTarget: { dataset: { verb: given.verb } } })
    send()
    if (given.again) send()
    await after(200)
  }
  const { actions, action, formProblem, busy } = order.data
  const hint = action && action.hint
  const offered = actions.map((one) => one.verb)
  console.log(JSON.stringify({ told, offered, open: Boolean(action), hint, formProblem, busy }))
}
play()
"""
EVERY = ["answer", "urge", "reopen", "appeal", "confide", "leave", "withdraw"]


@pytest.fixture
def play(run_node: Run) -> Callable[..., dict[str, Any]]:
    def played(verb: str = "", *, actions: list[str] | None = None, **given: Any) -> dict[str, Any]:
        allowed = actions if actions is not None else [verb]
        result = run_node("-e", PHONE, json.dumps({"verb": verb, "actions": allowed, **given}))
        assert result.returncode == 0, result.stderr
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    return played


def path(verb: str) -> str:
    return f"/api/resident/work-orders/XN1/{verb}"


def test_only_what_the_service_allows_is_offered(play: Any) -> None:
    assert play(actions=["rate", "urge", "join", "withdraw", "fly"])["offered"] == ["urge", "withdraw"]
    assert play(actions=EVERY)["offered"] == EVERY


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("answer", {"text": "在三楼", "photo_ids": ["p1"]}),
        ("urge", {"note": "在三楼"}),
        ("reopen", {"reason": "在三楼", "photo_ids": ["p1"]}),
        ("appeal", {"reason": "在三楼"}),
        ("confide", {}),
        ("leave", {}),
        ("withdraw", {"reason": "在三楼"}),
    ],
)
def test_each_is_sent_with_its_own_body_and_closes_its_form(play: Any, verb: str, body: dict[str, Any]) -> None:
    found = play(verb, form={"note": " 在三楼 ", "photos": [{"id": "p1"}]})
    assert found["told"][0] == [path(verb), body]
    assert (found["open"], found["busy"], found["formProblem"]) == (False, False, "")


@pytest.mark.parametrize("verb", ["answer", "reopen", "appeal", "withdraw"])
def test_what_must_be_said_is_asked_for_before_anything_is_sent(play: Any, verb: str) -> None:
    found = play(verb, form={"note": "  "})
    assert found["told"] == []
    assert found["open"]
    assert found["formProblem"].startswith("请")


def test_a_second_tap_on_a_slow_network_sends_nothing_more(play: Any) -> None:
    found = play("urge", again=True)
    assert [line for line in found["told"] if line[0] == path("urge")] == [[path("urge"), {"note": ""}]]


@pytest.mark.parametrize("status", [404, 409, 422, 503])
def test_a_refusal_is_one_sentence_in_the_open_form_and_what_was_typed_stays(play: Any, status: int) -> None:
    found = play("appeal", form={"note": "请再看看"}, refused=status)
    assert found["open"]
    assert "刚刚有了变化" in found["formProblem"]
    assert [line for line in found["told"] if line[0] == "toast"] == []


def test_whoever_leaves_goes_back_to_their_own_list(play: Any) -> None:
    assert play("leave")["told"][-1] == ["went", "/pages/mine/mine"]
    handed_on = play("withdraw", form={"note": "好了"}, status="pooled")
    assert handed_on["told"][-1] == ["went", "/pages/mine/mine"]
    ended = play("withdraw", form={"note": "好了"}, status="withdrawn")
    assert ended["told"][-1] == ["toast", "已撤回"]


def test_the_form_of_an_answer_says_what_was_asked_last(play: Any) -> None:
    steps = [{"action": "ask", "text": text, "photos": []} for text in ("哪一层？", "哪一侧？")]
    assert play("answer", timeline=steps)["hint"] == "工作人员问：哪一侧？"
    assert "工作人员在等您补充" in play("answer")["hint"]


@pytest.mark.parametrize("status", ["awaiting_resident", "on_ledger"])
def test_an_urge_during_a_pause_promises_no_answer_in_a_working_day(play: Any, status: str) -> None:
    hint = play("urge", status=status, refused=503)["hint"]
    assert "暂停计时" in hint
    assert "工作日" not in hint
    assert "一个工作日内" in play("urge", refused=503)["hint"]
