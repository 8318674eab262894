"""The console in a browser: the board that changes by itself, filters, an order with photos, dispatching, borders."""

import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Response, expect

from tests.e2e.caller import Caller
from tests.e2e.desk import Desk
from tests.e2e.product import Product

MANAGER, SIBLING = "zasixiang", "xinninglu-west"
RESIDENT = "demo-resident-huangan-2"
FIRST, SECOND = "demo-worker-huangan-1", "demo-worker-huangan-2"
CHANGES_WITHIN_MS = 5_000


def test_the_board_shows_a_new_order_within_five_seconds_without_a_reload(
    product: Product, desk_of: Callable[[Product, str], Desk]
) -> None:
    desk = desk_of(product, MANAGER)
    polls: list[int] = []
    desk.page.on("response", lambda answer: note_poll(answer, polls))
    desk.page.evaluate("window.untouched = true")
    with desk.page.expect_response(lambda answer: "/console/live" in answer.url and answer.status == 304):
        pass
    number = Caller.neighbour_of(product, RESIDENT).report("楼前路灯不亮。")
    started = time.monotonic()
    expect(desk.row(number)).to_be_visible(timeout=CHANGES_WITHIN_MS)
    assert time.monotonic() - started < CHANGES_WITHIN_MS / 1000
    expect(desk.row(number)).to_contain_text("待认领")
    assert desk.page.evaluate("window.untouched")
    assert 304 in polls
    expect(desk.page.locator("#announcer")).to_contain_text("照明")


def note_poll(answer: Response, polls: list[int]) -> None:
    if "/console/live" in answer.url:
        polls.append(answer.status)


def test_filters_narrow_the_board_and_live_in_its_address(
    product: Product, desk_of: Callable[[Product, str], Desk]
) -> None:
    number = Caller.neighbour_of(product, RESIDENT).report("单元门口的灯罩掉了。")
    desk = desk_of(product, MANAGER)
    desk.page.locator("#tab-pooled").click()
    expect(desk.row(number)).to_be_visible()
    desk.page.get_by_label("类别").select_option(label="供水")
    desk.page.get_by_role("button", name="查询").click()
    expect(desk.row(number)).to_have_count(0)
    assert "category_code=WATER" in desk.page.url
    assert "status=pooled" in desk.page.url
    desk.page.get_by_role("link", name="清除筛选").click()
    expect(desk.row(number)).to_be_visible()
    desk.page.get_by_label("工单号").fill(number.lower())
    desk.page.get_by_role("button", name="查询").click()
    expect(desk.page.locator("tr[data-number]")).to_have_count(1)
    desk.page.go_back()
    expect(desk.row(number)).to_be_visible()


def test_a_manager_reads_an_order_and_dispatches_it_also_away_from_who_has_it(
    product: Product,
    desk_of: Callable[[Product, str], Desk],
    photo: Path,
) -> None:
    resident = Caller.neighbour_of(product, RESIDENT)
    resident.agree()
    number = resident.report("电表箱上方的灯一直闪。", photo_ids=[resident.photo(photo)])
    desk = desk_of(product, MANAGER)
    desk.row(number).get_by_role("link", name=number).click()
    reads_the_order(desk, number)
    desk.dispatch("马秀英", "她熟悉这个院子。")
    expect(desk.page.locator(".flash-success")).to_contain_text("待签收")
    first, second = Caller(product, FIRST), Caller(product, SECOND)
    first.do(number, "sign")
    desk.open_order(number)
    desk.dispatch("李国强", "前一位承办人今天去培训。")
    assert Caller(product, FIRST).get(f"/api/worker/work-orders/{number}")["assignee"]["name"] == "李国强"
    assert second.do(number, "sign")["status"] == "in_progress"
    first.hears(number, "工单已改派")
    expect(desk.page.locator("[aria-labelledby=h-holders] li")).to_have_count(2)


def reads_the_order(desk: Desk, number: str) -> None:
    expect(desk.page.get_by_role("heading", name=number)).to_be_visible()
    picture = desk.page.locator(".photos img").first
    picture.scroll_into_view_if_needed()
    desk.page.wait_for_function("document.querySelector('.photos img').naturalWidth > 0")
    picture.click()
    expect(desk.page.locator("#viewer")).to_be_visible()
    desk.page.wait_for_function("document.querySelector('#viewer img').naturalWidth > 112")
    desk.page.keyboard.press("Escape")
    expect(desk.page.locator("#viewer")).to_be_hidden()
    expect(desk.page.locator(".timeline li").first).to_contain_text("上报")
    expect(desk.page.locator(".timeline")).to_contain_text("按规则“照明类进入网格待认领池”受理")


def test_a_manager_of_a_sibling_community_finds_nothing(
    product: Product, desk_of: Callable[[Product, str], Desk]
) -> None:
    number = Caller.neighbour_of(product, RESIDENT).report("地下室入口没有灯。")
    desk = desk_of(product, SIBLING)
    expect(desk.row(number)).to_have_count(0)
    desk.watch.expected.add(404)
    answer = desk.page.goto(f"{product.service}/console/work-orders/{number}")
    assert answer is not None
    assert answer.status == 404
    expect(desk.page.get_by_text(number)).to_have_count(0)


def test_a_form_sent_twice_acts_once(product: Product, desk_of: Callable[[Product, str], Desk]) -> None:
    number = Caller.neighbour_of(product, "demo-resident-huangan-3").report("走廊尽头的灯坏了。")
    desk = desk_of(product, MANAGER)
    desk.open_order(number)
    form = desk.page.locator("#dispatch")
    form.get_by_label("韩玉兰").check()
    form.locator("#dispatch-reason").fill("请尽快去看。")
    form.get_by_role("button").dblclick()
    expect(desk.page.locator(".flash-success")).to_be_visible()
    expect(desk.page.locator(".timeline li").filter(has_text="派单")).to_have_count(1)


def test_who_acts_on_an_outdated_page_is_told_and_keeps_what_was_typed(
    product: Product, desk_of: Callable[[Product, str], Desk]
) -> None:
    number = Caller.neighbour_of(product, RESIDENT).report("车棚的灯不亮。")
    desk = desk_of(product, MANAGER)
    desk.open_order(number)
    Caller(product, FIRST).do(number, "claim")
    desk.watch.expected.add(412)
    form = desk.page.locator("#dispatch")
    form.get_by_label("李国强").check()
    form.locator("#dispatch-reason").fill("他就在附近。")
    form.get_by_role("button").click()
    expect(desk.page.get_by_role("alert")).to_be_visible()
    expect(desk.page.locator("#dispatch-reason")).to_have_value("他就在附近。")
    desk.page.locator("#dispatch").get_by_role("button").click()
    expect(desk.page.locator(".flash-success")).to_contain_text("待签收")
