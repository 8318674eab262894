"""Asking for permission to send, in the mini-program's own source: inside the tap, few at once, never in the way."""

import json
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

# A phone without a screen: it writes down what was done in which order.
PHONE = """
const told = []
const note = (...words) => told.push(words.join(' '))
const given = JSON.parse(process.argv[1])
const store = {}
global.wx = {
  request({ method, url, data, success, fail }) {
    const path = url.replace(/^https?:\\/\\/[^/]*/, '')
    if (method === 'POST') note(path, data.template_id || '', data.answer || data.solved || data.category || '')
    if (path === '/api/subscriptions' && method === 'POST' && given.silent) return
    if (path === '/api/subscriptions' && method === 'POST' && given.offline) return setTimeout(fail)
    const items = path === '/api/subscriptions' ? given.templates : []
    setTimeout(() => success({ statusCode: 200, data: { items, actions: [], number: 'XN1' }, header: {} }))
  },
  requestSubscribeMessage({ tmplIds }) {
    note('asked', tmplIds.join(','))
    if (given.throws) throw new TypeError('no such call')
    if (given.errCode) return Promise.reject({ errMsg: 'requestSubscribeMessage:fail', errCode: given.errCode })
    return Promise.resolve({ errMsg: 'ok', ...Object.fromEntries(tmplIds.map((id) => [id, given.answer])) })
  },
  getStorageSync: (name) => store[name] || '',
  setStorageSync: (name, value) => { store[name] = value },
  removeStorageSync: (name) => { delete store[name] },
  pageScrollTo() {}, showToast() {},
}
global.getApp = () => ({})
global.getCurrentPages = () => [1]
let page
global.Page = (made) => { page = made }
const opened = (path) => {
  require(process.cwd() + '/miniprogram/' + path)
  return { ...page, data: { ...page.data }, setData(values) { Object.assign(this.data, values) } }
}
const permission = require(process.cwd() + '/miniprogram/utils/message_permission.js')
const started = Date.now()
const done = () => { console.log(JSON.stringify({ told, ms: Date.now() - started })); process.exit(0) }
"""
ASK = PHONE + "permission.load().then(() => permission.ask()).then(done)"
REPORT = (
    PHONE
    + """
const drafts = require(process.cwd() + '/miniprogram/utils/draft.js')
drafts.missing = () => ({})
drafts.body = () => ({ category: 'LIGHT' })
const report = opened('pages/report/report.js')
report.keep = () => {}
permission.load().then(() => {
  report.submit()
  note('tap over')
  report.submit()
  setTimeout(done, 200)
})
"""
)
RATE = (
    PHONE
    + """
const order = opened('pages/order/order.js')
order.number = 'XN1'
order.load = async () => {}
permission.load().then(() => {
  order.rate({ detail: { body: { solved: 'yes' } } })
  note('tap over')
  order.rate({ detail: { body: { solved: 'yes' } } })
  setTimeout(done, 200)
})
"""
)


def template(name: str, units: int = 0, **more: Any) -> dict[str, Any]:
    return {"template_id": name, "title": name, "events": [], "one_time": True, "units": units, "blocked": False} | more


@pytest.fixture
def play(run_node: Run) -> Callable[..., dict[str, Any]]:
    def played(script: str, *templates: dict[str, Any], answer: str = "accept", **given: Any) -> dict[str, Any]:
        result = run_node("-e", script, json.dumps({"templates": templates, "answer": answer, **given}))
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    return played


FOUR = [template("a", 2), template("b"), template("c", 1), template("d")]


def test_at_most_three_are_asked_for_those_with_fewest_permissions_first(play: Any) -> None:
    assert play(ASK, *FOUR)["told"][0] == "asked b,d,c"


def test_one_time_and_lasting_templates_are_never_asked_for_together(play: Any) -> None:
    lasting = template("l", one_time=False)
    assert play(ASK, lasting, template("a", 1), template("m", one_time=False))["told"][0] == "asked l,m"
    assert play(ASK, template("a"), lasting)["told"][0] == "asked a"


def test_a_lasting_permission_that_is_there_is_not_asked_for_again(play: Any) -> None:
    assert play(ASK, template("l", 1, one_time=False))["told"] == []


def test_what_was_taken_back_is_asked_for_after_the_others_that_have_none(play: Any) -> None:
    assert play(ASK, template("x", blocked=True), template("a", 1), template("b"))["told"][0] == "asked b,x,a"


def test_every_answer_is_reported(play: Any) -> None:
    told = play(ASK, template("a"), template("b"), answer="reject")["told"]
    assert told == ["asked a,b", "/api/subscriptions a reject", "/api/subscriptions b reject"]


def test_an_answer_that_is_none_of_a_persons_is_not_reported(play: Any) -> None:
    assert play(ASK, template("a"), answer="filter")["told"] == ["asked a"]


@pytest.mark.parametrize("given", [{"errCode": 20004}, {"errCode": 20005}, {"throws": True}, {"offline": True}])
@pytest.mark.parametrize(("script", "goal"), [(REPORT, "/api/resident/work-orders  LIGHT"), (RATE, "/rate  yes")])
def test_whatever_becomes_of_the_question_the_deed_is_done(
    play: Any, script: str, goal: str, given: dict[str, Any]
) -> None:
    told = play(script, template("a"), **given)["told"]
    assert [line for line in told if line.endswith(goal)] == [told[-1]]


@pytest.mark.parametrize(("script", "goal"), [(REPORT, "/api/resident/work-orders  LIGHT"), (RATE, "/rate  yes")])
@pytest.mark.parametrize("answer", ["accept", "reject", "ban"])
def test_the_question_comes_inside_the_tap_once_and_any_answer_leads_on(
    play: Any, script: str, goal: str, answer: str
) -> None:
    told = play(script, template("a"), answer=answer)["told"]
    assert told[:2] == ["asked a", "tap over"]
    assert told[2] == f"/api/subscriptions a {answer}"
    assert told[3].endswith(goal)
    assert len(told) == 4


def test_without_templates_nothing_is_asked_and_the_report_goes(play: Any) -> None:
    assert play(REPORT)["told"] == ["tap over", "/api/resident/work-orders  LIGHT"]


def test_nobody_waits_longer_than_two_seconds_for_our_note_of_the_answer(play: Any) -> None:
    assert 1900 <= play(ASK, template("a"), silent=True)["ms"] < 4000
