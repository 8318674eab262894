"""An order changes hands on two phones, is put right, and its reporter is called."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.caller import Caller
from tests.e2e.phone import Phone
from tests.e2e.product import Product

RESIDENT = "demo-resident-huangan-1"
WORKERS = ("demo-worker-huangan-1", "demo-worker-huangan-2")


@pytest.fixture
def number(product: Product) -> str:
    """An order in the first worker's hands."""
    resident = Caller.neighbour_of(product, RESIDENT)
    number = resident.report("楼道里的灯一闪一闪。", contact_phone="13900000017")
    Caller(product, WORKERS[0]).do(number, "claim")
    return number


def opened(phone: Phone, number: str) -> Phone:
    phone.sign_in()
    phone.open(f"worker/pages/order/order?number={number}")
    phone.reopen()
    expect(phone.on("#status")).to_be_visible()
    return phone


def test_a_worker_calls_puts_right_and_hands_over_to_a_colleague_who_accepts(
    product: Product, phone_of: Callable[[Product, str], Phone], number: str
) -> None:
    first = opened(phone_of(product, WORKERS[0]), number)
    first.act("reveal", words="约上门时间")
    first.confirm("reveal")
    expect(first.on("#reporter-phone")).to_have_text("电话 13900000017")
    expect(first.on("#call")).to_be_in_viewport()

    first.act("recategorise")
    first.tap("#new-category")
    first.write("#category-words", "噪")
    first.on("[id^=category-][role=button]").first.tap()
    first.write("#action-text", "其实是噪声的事")
    first.confirm("recategorise")
    expect(first.on("#done")).to_contain_text("已提交")

    first.act("transfer")
    first.on("#colleague-" + colleague_of(product, number)).tap()
    first.write("#action-text", "已约好明天上门")
    first.confirm("transfer")
    expect(first.on("#action-take_back_transfer")).to_be_visible()

    second = opened(phone_of(product, WORKERS[1]), number)
    second.tap("#action-accept_transfer")
    expect(second.on("#done")).to_have_text("已接受转办。")
    expect(second.on("#action-resolve")).to_be_visible()

    second.act("relocate")
    second.tap("#new-compound")
    second.write("#compound-words", "湟岸巷28号院")
    second.on("[id^=compound-][role=button]").filter(has_text="湟岸巷28号院").first.tap()
    second.tap("#new-building")
    second.sheet().get_by_text("1号楼", exact=True).tap()
    second.write("#action-text", "门牌写错了")
    second.confirm("relocate")
    expect(second.on("#place")).to_contain_text("1号楼")


def colleague_of(product: Product, number: str) -> str:
    """The second worker, as the first one's list names them."""
    wanted = Caller(product, WORKERS[1]).get("/api/account")["id"]
    items = Caller(product, WORKERS[0]).get(f"/api/worker/work-orders/{number}/colleagues")["items"]
    (found,) = [one["id"] for one in items if one["id"] == wanted and not one["why_not"]]
    return str(found)


def test_a_resident_makes_an_order_confidential_and_the_button_goes(
    product: Product, phone_of: Callable[[Product, str], Phone]
) -> None:
    number = Caller(product, RESIDENT).report("楼上半夜总在搬东西。")
    phone = phone_of(product, RESIDENT)
    phone.sign_in()
    phone.open(f"pages/order/order?number={number}")
    phone.reopen()
    phone.tap("#confide")
    phone.tap("#confirm-confide")
    expect(phone.on(".chip").filter(has_text="保密")).to_be_visible()
    expect(phone.on("#confide")).to_have_count(0)
