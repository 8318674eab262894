"""What an organisation was asked to do, on the phone of whoever works there."""

import pytest
from playwright.sync_api import expect

from .scripted import Scripted

pytestmark = pytest.mark.e2e
PAGE = "partner/pages/tasks/tasks"
LIST, REPORT = "GET /api/partner/tasks", "POST /api/partner/tasks/7/report"
TASK = {
    "id": "7",
    "number": "XN1",
    "category": "供水",
    "place": "湟岸巷小区3号楼",
    "what": "请派人关掉3号楼2单元的总阀，换好漏水的管段后再打开。" * 12,
    "due_at": "2026-06-05T18:00:00+08:00",
    "status": "open",
    "status_name": "待反馈",
}
OVER = TASK | {"id": "8", "status": "done", "status_name": "已办好"}


@pytest.fixture
def tasks(scripted: Scripted) -> Scripted:
    scripted.answers[LIST] = {"items": [TASK, OVER], "next_cursor": None}
    scripted.sign_in("partner")
    return scripted


def test_a_partner_begins_with_what_is_asked_of_them(tasks: Scripted) -> None:
    expect(tasks.on("#task-7")).to_contain_text("湟岸巷小区3号楼")
    expect(tasks.on("#task-7")).to_contain_text("6月5日（周五）18:00 之前反馈")
    expect(tasks.on("#report-8")).to_have_count(0)
    expect(tasks.on("#to-pool")).to_have_count(0)


def test_what_is_over_has_a_list_of_its_own(tasks: Scripted) -> None:
    tasks.answers[LIST] = {"items": [], "next_cursor": None}
    tasks.tap("#status-ended")
    expect(tasks.on("#empty")).to_have_text("近期没有结束的协办。")
    assert f"{LIST}?status=ended" in tasks.queries


def test_a_report_is_sent_once_with_what_was_written(tasks: Scripted) -> None:
    tasks.tap("#report-7")
    tasks.tap("#confirm-report")
    expect(tasks.on("#report-problem")).to_have_text("请选择办好了没有。")
    tasks.tap("#done-yes")
    tasks.tap("#confirm-report")
    expect(tasks.on("#report-problem")).to_have_text("请写下办了什么、结果怎样。")
    tasks.write("#report-note", " 总阀已关，管段已换。 ")
    tasks.tap("#confirm-report")
    expect(tasks.on("#said")).to_have_text("已反馈：办好了。")
    assert tasks.body_of(REPORT) == [{"note": "总阀已关，管段已换。", "done": True}]


def test_what_could_not_be_sent_is_still_there_after_the_phone_was_off(tasks: Scripted) -> None:
    tasks.answers[REPORT] = "offline"
    tasks.tap("#report-7")
    tasks.tap("#done-no")
    tasks.write("#report-note", "配件周四到")
    tasks.tap("#confirm-report")
    expect(tasks.on("#report-problem")).to_contain_text("网络不通")
    tasks.open(PAGE)
    tasks.answers[REPORT] = {}
    tasks.tap("#report-7")
    expect(tasks.on("#report-note textarea")).to_have_value("配件周四到")
    tasks.tap("#confirm-report")
    expect(tasks.on("#said")).to_have_text("已反馈进展。")
    assert tasks.body_of(REPORT)[-1] == {"note": "配件周四到", "done": False}
    tasks.tap("#report-7")
    expect(tasks.on("#report-note textarea")).to_have_value("")


def test_a_task_taken_back_meanwhile_is_said_in_the_form(tasks: Scripted) -> None:
    tasks.answers[REPORT] = (409, {"title": "这项协办已经结束。"})
    tasks.tap("#report-7")
    tasks.tap("#done-yes")
    tasks.write("#report-note", "办好了")
    tasks.answers[LIST] = {"items": [], "next_cursor": None}
    tasks.tap("#confirm-report")
    expect(tasks.on("#report-problem")).to_contain_text("这项协办已经结束。")
    tasks.on("[aria-label=关闭]").tap()
    expect(tasks.on("#empty")).to_be_visible()


def test_a_list_that_does_not_come_can_be_asked_for_again(tasks: Scripted) -> None:
    tasks.answers[LIST] = "offline"
    tasks.open(PAGE)
    expect(tasks.on("#problem")).to_contain_text("网络不通")
    tasks.answers[LIST] = {"items": [], "next_cursor": None}
    tasks.tap("#reload")
    expect(tasks.on("#empty")).to_be_visible()


def test_a_unit_worker_reaches_both_the_orders_and_the_tasks(scripted: Scripted) -> None:
    scripted.sign_in("unit_worker")
    scripted.tap("#to-tasks")
    expect(scripted.on("#empty")).to_contain_text("协办")
    scripted.tap("#to-work")
    expect(scripted.on("#empty")).to_contain_text("没有要办的诉求")
    scripted.tap("#to-resident")
    expect(scripted.on("#worker-entry")).to_be_visible()
    scripted.tap("#partner-entry")
    expect(scripted.on("#to-tasks")).to_be_visible()


@pytest.mark.parametrize("path", ["pages/order/order", "worker/pages/order/order"])
def test_a_message_about_an_order_leads_a_partner_to_their_tasks(tasks: Scripted, path: str) -> None:
    for side, status in (("resident", 404), ("worker", 403)):
        tasks.answers[f"GET /api/{side}/work-orders/XN1"] = (status, {"title": "没有找到。"})
    tasks.open(f"{path}?number=XN1")
    expect(tasks.on("#task-7")).to_be_visible()


@pytest.mark.parametrize("large", [False, True], ids=["plain", "large letters"])
def test_the_tasks_fit_the_hand_and_the_eye(scripted: Scripted, large: bool) -> None:
    scripted.answers |= {LIST: {"items": [TASK, OVER], "next_cursor": None}}
    scripted.answers["GET /api/inbox"] = {"items": [], "next_cursor": None, "unread": 120}
    scripted.sign_in("grid_worker", "unit_worker", large=large)
    scripted.tap("#to-tasks")
    expect(scripted.on("#unread-badge")).to_have_text("99+")
    assert scripted.faults(large=large) == []
    scripted.tap("#report-7")
    expect(scripted.on("#confirm-report")).to_be_visible()
    assert scripted.faults(large=large) == []
