"""Orders that wait, were joined to another, or are offered: what the phones of both sides show of it."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from playwright.sync_api import expect

from .scripted import ORDER, Scripted

pytestmark = pytest.mark.e2e
RESIDENT, WORKER = "pages/order/order?number=XN1", "worker/pages/order/order?number=XN1"
LEDGER = {"cause_name": "季节原因", "review_at": "2026-07-01T18:00:00+08:00", "period": 2}
ON_LEDGER = {"status": "on_ledger", "status_name": "挂账", "ledger": LEDGER}
TASKS = [
    {"unit": "河湟自来水公司", "what": "请关总阀。", "due_at": "2026-06-03T18:00:00+08:00", "done": False},
    {"unit": "兴海路街道", "what": "请协调施工。", "due_at": "2026-06-03T18:00:00+08:00", "done": True},
]
REASONS = [
    {"kind": "span", "from": "2026-06-01T09:00:00+08:00", "text": "6月1日9:00起5个工作日。"},
    {
        "kind": "pause",
        "from": "2026-06-02T09:00:00+08:00",
        "text": "6月2日至6月3日等待反映人补充，不计时，顺延至6月5日18:00。",
    },
]
DAY = (datetime.now(timezone(timedelta(hours=8))) + timedelta(days=30)).strftime("%Y-%m-%d")


def look(phone: Scripted, path: str, **changes: Any) -> None:
    """Sign in as whoever the page is for and open it."""
    side = "worker" if path.startswith("worker") else "resident"
    phone.answers[f"GET /api/{side}/work-orders/XN1"] = ORDER | changes
    phone.sign_in(*(["grid_worker"] if side == "worker" else []))
    phone.open(path)
    expect(phone.on("#status")).to_be_visible()


def test_on_the_ledger_no_time_runs_and_nothing_counts_as_settled(scripted: Scripted) -> None:
    look(scripted, RESIDENT, **ON_LEDGER)
    ledger = scripted.on("#ledger")
    expect(ledger).to_contain_text("季节原因")
    expect(ledger).to_contain_text("7月1日（周三）18:00")
    expect(ledger).to_contain_text("挂账不算办结")
    expect(scripted.on("#paused")).to_have_text("暂停计时")


@pytest.mark.parametrize("path", [RESIDENT, WORKER], ids=["resident", "worker"])
@pytest.mark.parametrize(
    ("status", "stands"), [("awaiting_resident", True), ("on_ledger", True), ("in_progress", False)]
)
def test_a_pause_shows_that_time_stands_still(scripted: Scripted, path: str, status: str, stands: bool) -> None:
    look(scripted, path, status=status)
    expect(scripted.on("#due-resolve")).to_be_visible()
    expect(scripted.on("#paused")).to_have_count(1 if stands else 0)


def test_a_worker_in_a_pause_reads_no_date_as_if_it_held(scripted: Scripted) -> None:
    look(scripted, WORKER, **ON_LEDGER)
    expect(scripted.on("#due-resolve")).to_contain_text("原定6月5日（周五）18:00之前，恢复办理后顺延")


def test_in_a_list_a_pause_shows_no_due_date(scripted: Scripted) -> None:
    line = {**ORDER, "place": "湟岸巷小区", "needs": [], "excerpt": "", "number": "XN1"}
    items = [line | {"status": "on_ledger", "status_name": "挂账"}, line | {"number": "XN2"}]
    scripted.answers["GET /api/resident/work-orders"] = {"items": items, "next_cursor": None}
    scripted.sign_in()
    scripted.open("pages/mine/mine")
    expect(scripted.on("#order-XN1")).to_contain_text("暂停计时")
    expect(scripted.on("#order-XN1")).not_to_contain_text("6月5日")
    expect(scripted.on("#order-XN2")).to_contain_text("6月5日")


@pytest.mark.parametrize("path", [RESIDENT, WORKER], ids=["resident", "worker"])
def test_why_it_is_due_then_unfolds_below_the_date(scripted: Scripted, path: str) -> None:
    look(scripted, path, due_reasons=REASONS)
    expect(scripted.on("#reason-0")).to_have_count(0)
    scripted.tap("#why")
    expect(scripted.on("#reason-1")).to_contain_text("等待反映人补充")
    scripted.tap("#why")
    expect(scripted.on("#reason-0")).to_have_count(0)


def test_nothing_is_offered_to_unfold_where_there_is_nothing_to_tell(scripted: Scripted) -> None:
    look(scripted, RESIDENT)
    expect(scripted.on("#why")).to_have_count(0)


def test_a_merged_order_leads_its_reporter_to_the_one_it_is_handled_with(scripted: Scripted) -> None:
    scripted.answers["GET /api/resident/work-orders/XN2"] = ORDER | {"number": "XN2"}
    look(scripted, RESIDENT, status="merged", status_name="已并案", merged_into="XN2")
    expect(scripted.on("#merged")).to_contain_text("已并入")
    scripted.tap("#to-joint")
    expect(scripted.on("#number")).to_have_text("编号 XN2")


def test_an_ended_order_says_why_and_may_be_asked_for_again(scripted: Scripted) -> None:
    line = {
        "action": "decide_termination",
        "action_name": "审批终止",
        "text": "已同意终止：产权单位已改制。",
        "photos": [],
    }
    ended = {
        "status": "closed",
        "status_name": "已归档",
        "timeline": [line | {"at": "2026-06-03T10:00:00+08:00", "by": ""}],
    }
    look(scripted, RESIDENT, **ended, actions=["reopen"])
    expect(scripted.on("#outcome")).to_have_text("已同意终止：产权单位已改制。")
    expect(scripted.on("#action-reopen")).to_be_visible()


def test_before_it_is_accepted_a_reporter_reads_what_comes_next(scripted: Scripted) -> None:
    look(scripted, RESIDENT, status="submitted", status_name="待受理", due_at=None, due_explained=[])
    expect(scripted.on("#not-yet")).to_contain_text("受理后")


def test_a_colleague_reads_who_asks_them_to_take_over_and_until_when(scripted: Scripted) -> None:
    offer = {"by": "韩玉兰", "due_at": "2026-06-02T12:00:00+08:00"}
    look(scripted, WORKER, transfer=offer, actions=["accept_transfer", "decline_transfer"])
    expect(scripted.on("#offer")).to_contain_text("韩玉兰请您接手")
    expect(scripted.on("#offer")).to_contain_text("6月2日（周二）12:00 之前答复")


def test_a_worker_reads_which_units_were_asked_and_which_have_reported(scripted: Scripted) -> None:
    look(scripted, WORKER, tasks=TASKS)
    asked = scripted.on("#tasks .task")
    expect(asked.nth(0)).to_contain_text("河湟自来水公司")
    expect(asked.nth(0)).to_contain_text("应在 6月3日（周三）18:00 之前反馈")
    expect(asked.nth(1)).to_contain_text("已反馈")
    expect(asked.nth(1)).not_to_contain_text("6月3日")


def test_where_nobody_was_asked_nothing_is_said_of_it(scripted: Scripted) -> None:
    look(scripted, WORKER)
    expect(scripted.on("#tasks")).to_have_count(0)


def test_the_day_of_the_review_is_chosen_from_the_platforms_picker(scripted: Scripted) -> None:
    look(scripted, WORKER, actions=["propose_ledger"])
    scripted.tap("#action-propose_ledger")
    scripted.tap("#propose_ledger-season")
    scripted.write("#more-plan", "开春补栽")
    scripted.write("#more-leader", "李工")
    scripted.write("#action-text", "冬天栽不活")
    scripted.tap("#confirm-propose_ledger")
    expect(scripted.on("#action-problem")).to_contain_text("请选择复核日期")
    scripted.tap("#more-review_on")
    scripted.page.locator("dialog input").fill(DAY)
    scripted.page.locator("dialog").get_by_role("button", name="确定").tap()
    expect(scripted.on("#more-review_on")).to_contain_text(f"{int(DAY[5:7])}月{int(DAY[8:])}日")
    scripted.tap("#confirm-propose_ledger")
    expect(scripted.on("#done")).to_contain_text("等上一级审批")
    (sent,) = scripted.body_of("POST /api/worker/work-orders/XN1/propose-ledger")
    assert sent == {
        "cause": "season", "plan": "开春补栽", "leader": "李工", "review_on": DAY, "reason": "冬天栽不活"
    }  # fmt: skip


def test_a_second_form_begins_empty(scripted: Scripted) -> None:
    look(scripted, WORKER, actions=["dispute", "propose_escalation"])
    scripted.tap("#action-propose_escalation")
    scripted.write("#more-tried", "劝过三次")
    scripted.on("[aria-label=关闭]").tap()
    scripted.tap("#action-propose_escalation")
    expect(scripted.on("#more-tried textarea")).to_have_value("")


@pytest.mark.parametrize("large", [False, True], ids=["plain", "large letters"])
def test_forms_and_facts_fit_the_hand_and_the_eye(scripted: Scripted, large: bool) -> None:
    verbs = ["reply_supervision", "resume", "propose_escalation", "propose_ledger", "dispute"]
    order = ORDER | ON_LEDGER | {"due_reasons": REASONS, "actions": verbs, "merged_into": "XN2", "tasks": TASKS}
    order["transfer"] = {"by": "韩玉兰", "due_at": "2026-06-02T12:00:00+08:00"}
    for side in ("worker", "resident"):
        scripted.answers[f"GET /api/{side}/work-orders/XN1"] = order
    scripted.sign_in("grid_worker", large=large)
    scripted.open(RESIDENT)
    scripted.tap("#why")
    assert scripted.faults(large=large) == []
    scripted.open(WORKER)
    scripted.tap("#why")
    assert scripted.faults(large=large) == []
    for verb in verbs:
        scripted.tap(f"#action-{verb}")
        expect(scripted.on(f"#confirm-{verb}")).to_be_visible()
        assert scripted.faults(large=large) == []
        scripted.on("[aria-label=关闭]").tap()
