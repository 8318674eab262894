"""What happens to everybody: tapping twice, going back, reloading in the middle, no network, a slow one, two tabs."""

import json
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Request, Route, expect

from tests.e2e.caller import Caller
from tests.e2e.phone import REPORTS, Phone
from tests.e2e.product import Product

# Two of them, for nobody may report more than five things in ten minutes.
RESIDENT, NEIGHBOUR = "demo-resident-huangan-5", "demo-resident-huangan-2"
WORKER = "demo-worker-huangan-5"
WHAT = "五号楼楼道灯不亮。"
SLOW_MS = 1_500


def write_a_report(phone: Phone, words: str = WHAT) -> None:
    phone.choose_category("LIGHT")
    phone.write("#description", words)
    expect(phone.on("#unit")).to_contain_text("单元")


def sent_reports(phone: Phone) -> list[Request]:
    sent: list[Request] = []
    phone.page.on("request", lambda one: sent.append(one) if is_report(one) else None)
    return sent


def is_report(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith(REPORTS)


def numbers(caller: Caller, words: str) -> list[str]:
    items = caller.get(f"{REPORTS}?status=all&limit=50")["items"]
    return [item["number"] for item in items if item["excerpt"] == words]


def test_without_network_the_draft_stays_and_the_next_tap_sends_it_once(
    product: Product,
    phone_of: Callable[[Product, str], Phone],
    photo: Path,
) -> None:
    phone, words = phone_of(product, RESIDENT), "断网时写下的：楼道灯不亮。"
    phone.sign_in()
    write_a_report(phone, words)
    phone.add_photo(photo, agree=True)
    sent = sent_reports(phone)
    phone.watch.offline = True
    lose_the_answer(phone)
    phone.allow_and_submit()
    expect(phone.on("#problem")).to_contain_text("网络不通")
    phone.reopen()
    expect(phone.on("#description textarea")).to_have_value(words)
    expect(phone.on("#category")).to_contain_text("照明")
    expect(phone.on("photo-picker")).to_contain_text("已上传")
    phone.submit()
    expect(phone.on("#result")).to_be_visible()
    assert len({request.headers["idempotency-key"] for request in sent}) == 1
    assert len(sent) == 2
    assert len(numbers(Caller(product, RESIDENT), words)) == 1


def lose_the_answer(phone: Phone) -> None:
    """Let the next report reach the service, and its answer not reach the phone."""

    def lose(route: Route) -> None:
        route.fetch()
        route.abort("internetdisconnected")

    phone.page.route(f"**{REPORTS}", lose, times=1)


def test_tapping_submit_again_while_the_network_is_slow_reports_once(
    product: Product, phone_of: Callable[[Product, str], Phone]
) -> None:
    phone, words = phone_of(product, RESIDENT), "慢网络时写下的：楼道灯不亮。"
    phone.sign_in()
    write_a_report(phone, words)
    sent = sent_reports(phone)
    phone.page.route(f"**{REPORTS}", slow)
    phone.allow_and_submit()
    expect(phone.on("#submit")).to_contain_text("正在提交")
    phone.on("#submit").dispatch_event("click")
    phone.on("#submit").dispatch_event("click")
    expect(phone.on("#result")).to_be_visible()
    assert len(sent) == 1
    assert len(numbers(Caller(product, RESIDENT), words)) == 1


def slow(route: Route) -> None:
    route.request.frame.page.wait_for_timeout(SLOW_MS)
    route.continue_()


def test_a_half_written_report_survives_another_tab_and_a_reload(
    product: Product, phone_of: Callable[[Product, str], Phone]
) -> None:
    phone = phone_of(product, RESIDENT)
    phone.sign_in()
    write_a_report(phone, "写到一半")
    phone.to_tab("消息")
    phone.to_tab("我要反映")
    expect(phone.on("#description textarea")).to_have_value("写到一半")
    phone.to_tab("我的诉求")
    phone.reopen()
    phone.to_tab("我要反映")
    expect(phone.on("#description textarea")).to_have_value("写到一半")
    phone.write("#description", "")
    phone.to_tab("消息")


def test_an_empty_form_says_what_is_missing_where_it_is_missing(
    product: Product, phone_of: Callable[[Product, str], Phone]
) -> None:
    phone = phone_of(product, "demo-resident-fenghuang-1")
    phone.sign_in()
    phone.tap("#submit")
    expect(phone.on("#problem")).to_contain_text("请看标出的地方")
    expect(phone.page.get_by_text("请选择诉求类别。")).to_be_visible()
    expect(phone.page.get_by_text("请写下发生了什么。")).to_be_visible()
    expect(phone.sheet()).to_have_count(0)


def test_the_back_button_leads_from_an_order_to_the_list_it_was_opened_from(
    product: Product, phone_of: Callable[[Product, str], Phone]
) -> None:
    number = Caller(product, NEIGHBOUR).report(WHAT)
    phone = phone_of(product, NEIGHBOUR)
    phone.sign_in()
    phone.to_tab("我的诉求")
    phone.tap(f"#order-{number}")
    expect(phone.on("#status")).to_have_text("待认领")
    phone.page.go_back()
    expect(phone.on(f"#order-{number}")).to_be_visible()
    phone.page.go_forward()
    expect(phone.on("#status")).to_have_text("待认领")
    phone.back()
    expect(phone.on(f"#order-{number}")).to_be_visible()


def test_withdrawing_asks_why_and_takes_the_order_out_of_the_pool(
    product: Product, phone_of: Callable[[Product, str], Phone]
) -> None:
    number = Caller(product, RESIDENT).report(WHAT)
    phone = phone_of(product, RESIDENT)
    phone.sign_in()
    phone.to_tab("我的诉求")
    phone.tap(f"#order-{number}")
    phone.tap("#action-withdraw")
    phone.tap("#confirm-withdraw")
    expect(phone.page.get_by_text("请简单写下撤回的原因。")).to_be_visible()
    phone.write("#action-text", "已经修好了。")
    phone.tap("#confirm-withdraw")
    expect(phone.on("#status")).to_have_text("已撤回")
    pool = Caller(product, WORKER).get("/api/worker/pool?limit=50")["items"]
    assert number not in [item["number"] for item in pool]


def test_an_expired_session_leads_to_the_sign_in_page_and_back(
    product: Product, phone_of: Callable[[Product, str], Phone]
) -> None:
    phone = phone_of(product, RESIDENT)
    phone.sign_in()
    phone.watch.expected.add(401)
    forget_the_token(phone)
    phone.to_tab("我的诉求")
    expect(phone.page.get_by_text("登录已过期")).to_be_visible()
    phone.tap("#consent")
    phone.tap("#sign-in")
    expect(phone.on("#sign-out")).to_be_visible()


def forget_the_token(phone: Phone) -> None:
    """Leave the phone with a token that the service does not know, as after seven days."""
    key = f"mp:{phone.openid}:token"
    stored = phone.page.evaluate("key => localStorage.getItem(key)", key)
    assert stored, "the phone keeps its token elsewhere"
    phone.page.evaluate("([key, text]) => localStorage.setItem(key, text)", [key, json.dumps("x" * 43)])


def test_two_tabs_play_two_people_in_one_browser(product: Product, phone_of: Callable[[Product, str], Phone]) -> None:
    number = Caller(product, RESIDENT).report(WHAT)
    resident = phone_of(product, RESIDENT)
    resident.sign_in()
    worker = Phone(resident.page.context.new_page(), product.emulator, WORKER, resident.watch)
    worker.sign_in()
    worker.tap(f"#claim-{number}")
    expect(worker.on("#claimed")).to_be_visible()
    resident.to_tab("我的诉求")
    expect(resident.on(f"#order-{number}")).to_contain_text("办理中")
    resident.reopen()
    expect(resident.on(f"#order-{number}")).to_contain_text("办理中")


def test_a_worker_off_duty_sees_no_pool_and_comes_back_by_one_switch(
    product: Product, phone_of: Callable[[Product, str], Phone]
) -> None:
    phone = phone_of(product, "demo-worker-xinninglu-6")
    phone.sign_in()
    expect(phone.on("#duty-state")).to_have_text("离岗")
    expect(phone.page.get_by_text("您现在离岗")).to_be_visible()
    expect(phone.on("[id^=claim-XN]")).to_have_count(0)
    phone.tap("#duty")
    expect(phone.on("#duty-state")).to_have_text("在岗")
    phone.reopen()
    expect(phone.on("#duty-state")).to_have_text("在岗")
    phone.tap("#duty")
    expect(phone.on("#duty-state")).to_have_text("离岗")
