"""What a worker does on the page of an order: what each form asks for, and what is sent and said."""

import json
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]

# A phone without a screen: it writes down what was sent. After `gone` the order is no longer the worker's.
PHONE = """
const given = JSON.parse(process.argv[1])
const sent = []
global.wx = {
  request({ method, url, data, success }) {
    const path = url.replace(/^https?:\\/\\/[^/]*/, '')
    const common = { number: 'XN1', status: 'in_progress', timeline: [] }
    const order = { ...common, actions: given.actions, phone: given.phone, ...given.order }
    if (method === 'POST') sent.push([path, data])
    const lost = given.gone && sent.length && method === 'GET'
    const lists = path.endsWith('/colleagues') || path === '/api/categories'
    const answer = lists ? { items: given.colleagues } : order
    const refused = lost ? 404 : path.endsWith(given.refused) ? given.with || 503 : 0
    const document = refused ? { title: '没有找到。' } : answer
    setTimeout(() => success({ statusCode: refused || 200, data: document, header: {} }), 5)
  },
  getStorageSync: () => '', setStorageSync() {}, removeStorageSync() {}, pageScrollTo() {},
}
global.getApp = () => ({})
let page
global.Page = (made) => { page = made }
require(process.cwd() + '/miniprogram/worker/pages/order/order.js')
const order = { ...page, data: { ...page.data }, setData(values) { Object.assign(this.data, values) } }
order.number = 'XN1'
const after = (ms) => new Promise((done) => setTimeout(done, ms))
async function play() {
  await order.load()
  if (given.verb) await order.start({ currentTarget: { dataset: { verb: given.verb } } })
  const { action: opened, asked: choices } = order.data
  const empty = { choice: '', amount: '', more: {}, note: '', photos: [], category: null, compound: null, point: null }
  const form = { ...empty, ...given.form }
  if (opened) order.send({ detail: { verb: given.verb, form } })
  await after(100)
  const { done, problem, formProblem, phone, busy, action, joint } = order.data
  const seen = { shown: Boolean(order.data.order), opened: Boolean(opened), open: Boolean(action), joint, form: opened }
  console.log(JSON.stringify({ sent, choices, ...seen, done, problem, formProblem, phone, busy }))
}
play()
"""
XINING = timezone(timedelta(hours=8))
TODAY, TOMORROW, IN_TIME, LAST, TOO_LATE = (
    str((datetime.now(XINING) + timedelta(days)).date()) for days in (0, 1, 60, 90, 91)
)
PLAN = {"plan": "开春补栽", "leader": "李工"}
POINT = {"lat": 36.62, "lng": 101.78, "coordinate_system": "gcj02", "address": "北门"}


@pytest.fixture
def play(run_node: Run) -> Callable[..., dict[str, Any]]:
    def played(verb: str, **given: Any) -> dict[str, Any]:
        given = {"verb": verb, "actions": [verb], "colleagues": [], "refused": "nothing", **given}
        result = run_node("-e", PHONE, json.dumps(given))
        assert result.returncode == 0, result.stderr
        found: dict[str, Any] = json.loads(result.stdout)
        return found

    return played


@pytest.mark.parametrize(
    ("verb", "form", "path", "body"),
    [
        ("claim", {}, "claim", {}),
        ("accept_transfer", {}, "transfer/accept", {}),
        ("decline_transfer", {"note": "在休假"}, "transfer/decline", {"note": "在休假"}),
        ("transfer", {"choice": "w2", "note": "已约好"}, "transfer", {"worker_id": "w2", "note": "已约好"}),
        ("take_back_transfer", {}, "transfer/take-back", {}),
        ("reveal", {"note": "约时间"}, "phone", {"reason": "约时间"}),
        (
            "recategorise",
            {"category": {"code": "NOISE"}, "note": "是噪声"},
            "recategorise",
            {"category": "NOISE", "reason": "是噪声"},
        ),
        (
            "relocate",
            {"compound": {"id": "c1"}, "building": "1号楼", "note": "写错了"},
            "relocate",
            {"compound_id": "c1", "building": "1号楼", "reason": "写错了"},
        ),
        ("relocate", {"point": POINT, "note": "写错了"}, "relocate", POINT | {"reason": "写错了"}),
        ("ask", {"note": "几层？"}, "ask", {"question": "几层？"}),
        ("resume", {"note": "三层"}, "resume", {"note": "三层"}),
        ("extend", {"amount": "3", "note": "等配件"}, "extend", {"amount": 3, "reason": "等配件"}),
        ("reply", {"note": "明天上门"}, "reply", {"note": "明天上门"}),
        ("reply_supervision", {"note": "周五前办好"}, "reply-supervision", {"note": "周五前办好"}),
        (
            "propose_escalation",
            {"choice": "enforcement_power", "more": {"tried": " 劝过三次 "}, "note": "请城管到场"},
            "propose-escalation",
            {"kind": "enforcement_power", "tried": "劝过三次", "reason": "请城管到场"},
        ),
        (
            "propose_ledger",
            {
                "choice": "season",
                "more": {"plan": "开春补栽", "leader": "李工", "review_on": IN_TIME},
                "note": "冬天栽不活",
            },
            "propose-ledger",
            {"cause": "season", "plan": "开春补栽", "leader": "李工", "review_on": IN_TIME, "reason": "冬天栽不活"},
        ),
        (
            "dispute",
            {"more": {"suggestion": "供水公司"}, "note": "管道归供水公司"},
            "dispute",
            {"suggestion": "供水公司", "reason": "管道归供水公司"},
        ),
        ("dispute", {"note": "管道不归我们"}, "dispute", {"reason": "管道不归我们"}),
    ],
)
def test_each_is_sent_to_its_own_address_with_its_own_body(
    play: Any, verb: str, form: dict[str, Any], path: str, body: dict[str, Any]
) -> None:
    found = play(verb, form=form)
    assert found["sent"] == [[f"/api/worker/work-orders/XN1/{path}", body]]
    assert found["done"]
    assert (found["open"], found["busy"], found["formProblem"]) == (False, False, "")


@pytest.mark.parametrize(
    ("verb", "form"),
    [
        ("transfer", {"note": "已约好"}),
        ("transfer", {"choice": "w2"}),
        ("recategorise", {"note": "是噪声"}),
        ("relocate", {"note": "写错了"}),
        ("reveal", {"note": " "}),
        ("ask", {}),
        ("resume", {}),
        ("reply", {}),
        ("extend", {"amount": "3"}),
        ("extend", {"amount": "0", "note": "等配件"}),
        ("extend", {"amount": "2.5", "note": "等配件"}),
        ("reply_supervision", {}),
        ("propose_escalation", {"more": {"tried": "劝过"}, "note": "请到场"}),
        ("propose_escalation", {"choice": "cannot_solve", "note": "请到场"}),
        ("propose_escalation", {"choice": "cannot_solve", "more": {"tried": "劝过"}}),
        ("propose_ledger", {"choice": "season", "more": {"leader": "李工", "review_on": IN_TIME}, "note": "冬天"}),
        ("propose_ledger", {"choice": "season", "more": {"plan": "补栽", "review_on": IN_TIME}, "note": "冬天"}),
        ("propose_ledger", {"choice": "season", "more": PLAN, "note": "冬天"}),
        ("propose_ledger", {"choice": "season", "more": PLAN | {"review_on": TODAY}, "note": "冬天"}),
        ("propose_ledger", {"choice": "season", "more": PLAN | {"review_on": TOO_LATE}, "note": "冬天"}),
        ("propose_ledger", {"choice": "season", "more": PLAN | {"review_on": IN_TIME}}),
        ("dispute", {"more": {"suggestion": "供水公司"}}),
    ],
)
def test_what_is_missing_is_said_in_the_open_form_and_nothing_is_sent(
    play: Any, verb: str, form: dict[str, Any]
) -> None:
    found = play(verb, form=form)
    assert (found["sent"], found["open"]) == ([], True)
    assert found["formProblem"].startswith("请")


def test_colleagues_are_asked_for_before_the_form_opens_and_those_who_cannot_are_named_with_the_reason(
    play: Any,
) -> None:
    free = {"id": "w2", "name": "李工", "open_orders": 3, "why_not": None}
    away = {"id": "w3", "name": "王工", "open_orders": 0, "why_not": "不在岗"}
    found = play("transfer", colleagues=[free, away])
    assert found["choices"] == {
        "options": [{"value": "w2", "name": "李工（在办 3 件）"}],
        "others": [{"name": "王工", "why": "不在岗"}],
    }


def test_a_form_whose_choices_do_not_come_stays_shut_and_the_page_says_why(play: Any) -> None:
    found = play("transfer", refused="/colleagues")
    assert (found["opened"], found["busy"], found["sent"]) == (False, False, [])
    assert found["problem"]


def test_a_revealed_number_is_shown_on_the_page(play: Any) -> None:
    assert play("reveal", form={"note": "约时间"}, phone="13912345678")["phone"] == "13912345678"


def test_whoever_gave_an_order_away_reads_that_it_is_done_and_not_that_it_is_missing(play: Any) -> None:
    found = play("accept_transfer", gone=True)
    assert (found["shown"], found["done"], found["problem"]) == (False, "已接受转办。", "")


def test_a_refusal_that_the_orders_change_explains_is_said_once_in_the_open_form(play: Any) -> None:
    note = {"choice": "solved", "note": "已经修好了"}
    refused = play("resolve", form=note, refused="/resolve", **{"with": 409})
    assert (refused["open"], refused["formProblem"], refused["problem"]) == (True, "没有找到。", "")
    assert play("claim", refused="/claim", **{"with": 409})["problem"] == "没有找到。"


def test_correcting_asks_for_no_photo_where_settling_does(play: Any) -> None:
    form = {"choice": "solved", "note": "换了整盏灯", "photoRequired": True}
    assert play("amend", form=form)["done"]
    assert "照片" in play("resolve", form=form)["formProblem"]
    assert play("amend")["form"]["photosFree"]


def test_an_order_on_the_ledger_resumes_because_its_cause_is_gone(play: Any) -> None:
    on_ledger = {"status": "on_ledger"}
    form = play("resume", order=on_ledger)
    assert form["form"]["confirm"] == "原因已消除，恢复办理"
    assert "原因" in form["formProblem"]
    assert "反映人" in play("resume", order={"status": "awaiting_resident"})["formProblem"]
    sent = play("resume", order=on_ledger, form={"note": "材料到了"})["sent"]
    assert sent == [["/api/worker/work-orders/XN1/resume", {"note": "材料到了"}]]


def test_the_review_is_between_tomorrow_and_ninety_days_on(play: Any) -> None:
    *_, date = play("propose_ledger")["form"]["more"]
    assert (date["from"], date["to"]) == (TOMORROW, LAST)


@pytest.mark.parametrize("may", [True, False], ids=["may open it", "may not"])
def test_a_merged_order_leads_to_the_other_only_where_that_may_be_read(play: Any, may: bool) -> None:
    refused = {} if may else {"refused": "/XN2", "with": 404}
    found = play("", order={"status": "merged", "merged_into": "XN2"}, **refused)
    assert (found["joint"], found["problem"]) == (may, "")
