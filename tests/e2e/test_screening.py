"""Before a report is sent: numbers to dial, categories to tap, a neighbour's order; and never in the way."""

import json
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.caller import Caller
from tests.e2e.phone import REPORTS, Phone
from tests.e2e.product import Product

RESIDENT, NEIGHBOUR = "demo-resident-huangan-3", "demo-resident-huangan-4"
DANGER = "电梯里有人被困住了！按了铃没反应！"
DARK = "楼道声控灯坏了快一个月，三楼到五楼全黑。"
ASKED = "**/api/resident/screening"
# A phone waits for the answer no longer than this, and a little for the rest.
PATIENCE_S = 6


@pytest.fixture
def resident(product: Product, phone_of: Callable[[Product, str], Phone]) -> Phone:
    phone = phone_of(product, RESIDENT)
    phone.sign_in()
    expect(phone.on("#unit")).to_contain_text("单元")
    return phone


def write(phone: Phone, words: str) -> None:
    """Type and wait for what the text tells."""
    with phone.page.expect_response(ASKED) as answer:
        phone.write("#description", words)
    assert answer.value.status == 200, answer.value.text()


def listen_to_calls(phone: Phone) -> None:
    phone.page.evaluate("() => { window.wx.makePhoneCall = ({ phoneNumber }) => { window.__dialled = phoneNumber } }")


def test_a_danger_opens_a_sheet_before_anything_is_sent_and_dials_at_one_tap(product, resident):
    write(resident, DANGER)
    expect(resident.on("[role=dialog]")).to_contain_text("可能有危险：电梯困人")
    expect(resident.on("[role=dialog]")).to_contain_text("不要扒门")
    listen_to_calls(resident)
    resident.tap("#call-119")
    assert resident.page.evaluate("window.__dialled") == "119"
    resident.tap("#close-emergency")
    write(resident, DANGER + "7号楼")
    expect(resident.on("[role=dialog]")).to_have_count(0)


def test_a_tap_on_submit_right_after_writing_is_held_until_the_numbers_were_seen(product, resident):
    resident.choose_category("LIGHT")
    resident.page.wait_for_timeout(2000)
    sent: list[str] = []
    resident.page.on("request", lambda one: sent.append(one.url) if one.url.endswith(REPORTS) else None)
    resident.write("#description", DANGER)
    resident.allow_and_submit()
    expect(resident.on("[role=dialog]")).to_contain_text("可能有危险")
    assert sent == []
    with resident.page.expect_response(lambda one: one.url.endswith(REPORTS)) as answer:
        resident.tap("#go-on")
    order = answer.value.json()
    assert (order["emergency"], order["class"]) == (True, "P0")
    expect(resident.on("#result")).to_contain_text("已直接通知值班人员")
    resident.tap("#open-order")
    expect(resident.on("#calls")).to_contain_text("值班网格员")
    expect(resident.on("#calls")).to_contain_text("等待应答")
    expect(resident.on("#calls #call-120")).to_be_visible()


def test_a_likely_category_is_chosen_by_a_tap(product, resident):
    write(resident, DARK)
    resident.tap("#suggested-LIGHT")
    expect(resident.on("#category")).to_contain_text("照明")
    expect(resident.on("#suggested-LIGHT")).to_have_attribute("aria-pressed", "true")


def test_a_neighbours_order_is_offered_and_one_goes_on_anyway(product, resident):
    Caller.neighbour_of(product, RESIDENT).report(DARK)
    write(resident, "我们楼道没灯，晚上摸黑上楼，声控灯坏了。")
    expect(resident.on("#likely")).to_contain_text("照明")
    expect(resident.on("#likely")).not_to_contain_text("声控灯")
    resident.tap("#not-the-same")
    expect(resident.on("#likely")).to_have_count(0)
    resident.tap("#suggested-LIGHT")
    resident.submit()
    expect(resident.on("#result")).to_be_visible()


def test_one_joins_instead_where_one_may(product, resident):
    number = Caller.neighbour_of(product, RESIDENT).report(DARK + "没人管。")
    joined: list[str] = []

    def join(route: Route) -> None:
        joined.append(f"{route.request.method} {route.request.url} {route.request.post_data}")
        route.fulfill(status=409, content_type="application/problem+json", body=json.dumps({"title": "已经办结了。"}))

    resident.watch.expected.add(409)
    resident.page.route("**/join", join)
    write(resident, DARK)
    resident.tap(f"#join-{number}")
    expect(resident.on("#likely")).to_contain_text("已经办结了。")
    assert joined == [f"POST {product.service}{REPORTS}/{number}/join {{}}"]


@pytest.mark.parametrize("trouble", ["lost", "slow"])
def test_without_an_answer_nothing_is_in_the_way(product, phone_of, trouble):
    phone = phone_of(product, NEIGHBOUR)
    phone.sign_in()
    expect(phone.on("#unit")).to_contain_text("单元")
    held: list[Route] = []
    phone.watch.offline = True
    phone.page.route(ASKED, lambda route: route.abort() if trouble == "lost" else held.append(route))
    phone.choose_category("LIGHT")
    phone.write("#description", f"楼道灯坏了，网络{trouble}。")
    begun = time.monotonic()
    answer = phone.submit()
    assert answer.status == 201
    assert time.monotonic() - begun < PATIENCE_S
    expect(phone.on("#result")).to_be_visible()
    for route in held:
        route.abort()


def test_the_numbers_are_one_tap_away_whatever_is_written(product, resident):
    resident.tap("#danger")
    for number in ("110", "119", "120", "122"):
        expect(resident.on(f"#call-{number}")).to_be_visible()
    resident.tap("#close-emergency")
    expect(resident.on("[role=dialog]")).to_have_count(0)
