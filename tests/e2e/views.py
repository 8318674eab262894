"""A walk past every page of the product; stops at each look that is worth a picture or a measurement."""

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.caller import Caller
from tests.e2e.desk import Desk
from tests.e2e.phone import Phone
from tests.e2e.product import Product

RESIDENT, WORKER = "demo-resident-huangan-1", "demo-worker-huangan-1"
WORDS = "三楼到四楼的楼道灯坏了三天，晚上老人上下楼看不清台阶，请尽快来修。"


def enlarge(phone: Phone) -> None:
    """Switch on the large letters where a person does."""
    phone.open()
    phone.tap("#large-type")


def close(phone: Phone) -> None:
    phone.on("[aria-label=关闭]").tap()


def resident_views(phone: Phone, caller: Caller, photo: Path) -> Iterator[str]:
    """Everything a resident meets; the phone must not be signed in yet."""
    phone.open()
    yield "sign-in"
    phone.tap("#read-notice")
    expect(phone.on("[role=dialog]")).to_be_visible()
    yield "privacy-notice"
    close(phone)
    phone.tap("#consent")
    phone.tap("#sign-in")
    expect(phone.on("#unit")).to_contain_text("单元")
    yield "report-empty"
    yield from report_views(phone, photo)
    yield from order_views(phone, caller)


def report_views(phone: Phone, photo: Path) -> Iterator[str]:
    phone.tap("#submit")
    expect(phone.on("#problem")).to_be_visible()
    yield "report-missing"
    phone.tap("#category")
    yield "report-categories"
    phone.tap("#category-LIGHT")
    phone.tap("#compound")
    phone.write("#compound-words", "湟岸巷")
    expect(phone.on("[role=dialog]").get_by_role("button").nth(3)).to_be_visible()
    yield "report-compounds"
    close(phone)
    phone.write("#description", WORDS)
    phone.tap("#add-photo")
    yield "report-privacy"
    with phone.page.expect_file_chooser() as chooser:
        phone.tap("#agree-privacy")
    chooser.value.set_files(photo)
    expect(phone.on("#remove-photo-0")).to_be_visible()
    expect(phone.on("photo-picker")).not_to_contain_text("上传")
    yield "report-filled"
    phone.tap("#submit")
    yield "report-consents"
    phone.sheet().get_by_role("button", name="允许").tap()
    expect(phone.on("#result")).to_be_visible()
    yield "report-result"


def order_views(phone: Phone, caller: Caller) -> Iterator[str]:
    phone.tap("#open-order")
    expect(phone.on("#status")).to_be_visible()
    yield "order-new"
    phone.tap("#action-withdraw")
    yield "order-withdraw"
    close(phone)
    phone.back()
    phone.to_tab("我的诉求")
    expect(phone.on("[id^=order-XN]").first).to_be_visible()
    yield "mine"
    phone.tap("#status-ended")
    expect(phone.page.get_by_text("没有更多了").or_(phone.on("#empty"))).to_be_visible()
    yield "mine-ended"
    for name, number in kinds(caller).items():
        phone.open(f"pages/order/order?number={number}")
        phone.reopen()
        expect(phone.on("#status")).to_be_visible()
        yield f"order-{name}"
    phone.open("pages/inbox/inbox")
    phone.reopen()
    expect(phone.on("#unread")).to_be_visible()
    yield "inbox"
    phone.open("pages/neighbourhood/neighbourhood")
    phone.reopen()
    expect(phone.on("[id^=near-], #empty").first).to_be_visible()
    yield "neighbourhood"
    phone.open("pages/closing/closing")
    phone.reopen()
    expect(phone.on("#understood")).to_be_visible()
    yield "closing"


def kinds(caller: Caller) -> dict[str, str]:
    """One order of the person's own for each status there is."""
    items = caller.get("/api/resident/work-orders?status=all&limit=50")["items"]
    return {item["status"]: item["number"] for item in items}


def worker_views(phone: Phone, caller: Caller, product: Product) -> Iterator[str]:
    """Everything a grid worker meets; leaves one order with the worker."""
    number = Caller.neighbour_of(product, "demo-resident-huangan-2").report("二楼声控灯一直亮着。")
    phone.sign_in()
    expect(phone.on(f"#order-{number}")).to_be_visible()
    yield "pool"
    phone.tap("#duty")
    expect(phone.on("#duty-state")).to_have_text("离岗")
    yield "pool-off-duty"
    phone.tap("#duty")
    phone.tap(f"#claim-{number}")
    expect(phone.on("#claimed")).to_be_visible()
    yield "pool-claimed"
    phone.tap("#to-work")
    expect(phone.on(f"#order-{number}")).to_be_visible()
    yield "worker-mine"
    phone.tap(f"#order-{number}")
    expect(phone.on("#action-resolve")).to_be_visible()
    yield "worker-order"
    for verb in ("contact", "arrive", "note", "resolve", "release", "propose_escalation", "propose_ledger"):
        phone.tap(f"#action-{verb}")
        expect(phone.on("[role=dialog]")).to_be_visible()
        yield f"worker-{verb}"
        close(phone)
    caller.do(number, "contact", kind="call", note="已约好上门时间。")
    phone.reopen()
    expect(phone.page.get_by_text("已约好上门时间。")).to_be_visible()
    yield "worker-order-later"


def entrance_views(page: Page, product: Product) -> Iterator[str]:
    """The doors, the emulator, a browser without a phone."""
    page.goto(f"{product.service}/")
    yield "front-door"
    page.goto(f"{product.emulator}/_emu/")
    yield "emulator"
    page.goto(f"{product.emulator}/m/")
    expect(page.get_by_role("heading", name="选择一部手机")).to_be_visible()
    yield "choose-a-phone"


def desk_views(desk: Desk, product: Product, photo: Path) -> Iterator[str]:
    """Everything a manager and a follow-up officer meet."""
    password = product.accounts["managers"][0]["password"]
    desk.open()
    yield "sign-in"
    desk.page.locator("#username").fill("zasixiang")
    desk.page.locator("#password").fill("wrong")
    desk.watch.expected |= {401, 404}
    desk.page.get_by_role("button", name="登录").click()
    expect(desk.page.locator("#why")).to_be_visible()
    yield "sign-in-wrong"
    desk.sign_in("zasixiang", password)
    yield "board"
    desk.open("?category_code=WATER&status=pooled&overdue=1")
    yield "board-nothing-fits"
    yield from desk_order_views(desk, product, photo)
    desk.open("nowhere")
    yield "not-found"
    for page in ("worklists", "statistics", "routing"):
        desk.open(page)
        expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
        yield page
    owe_a_follow_up(product, photo)
    desk.open()
    desk.page.get_by_role("button", name="退出").click()
    desk.sign_in("zasixiang-follow-up", password)
    desk.page.get_by_role("link", name="回访", exact=True).click()
    expect(desk.page.get_by_role("link", name="回访工单").first).to_be_visible()
    yield "follow-ups"
    desk.page.get_by_role("link", name="回访工单").first.click()
    expect(desk.page.locator("#follow-up")).to_be_visible()
    yield "follow-up"


def desk_order_views(desk: Desk, product: Product, photo: Path) -> Iterator[str]:
    resident = Caller.neighbour_of(product, "demo-resident-huangan-3")
    resident.agree()
    number = resident.report(WORDS, photo_ids=[resident.photo(photo), resident.photo(photo)])
    desk.open_order(number)
    yield "order"
    desk.page.locator("#dispatch").get_by_label("韩玉兰").check()
    desk.page.locator("#dispatch-reason").fill("她今天在附近。")
    desk.page.locator("#dispatch").scroll_into_view_if_needed()
    yield "dispatch"
    desk.page.locator("#dispatch").get_by_role("button").click()
    expect(desk.page.locator(".flash-success")).to_be_visible()
    yield "dispatched"
    desk.page.locator(".photos a").first.click()
    expect(desk.page.locator("#viewer")).to_be_visible()
    yield "photo"
    desk.page.keyboard.press("Escape")
    desk.open("?status=closed")
    desk.page.locator("tr[data-number] a").first.click()
    expect(desk.page.locator("tr[data-number]")).to_have_count(0)
    yield "order-closed"


def owe_a_follow_up(product: Product, photo: Path) -> None:
    """Somebody's light was not mended, and they said so."""
    resident = Caller.neighbour_of(product, "demo-resident-huangan-3")
    worker = Caller(product, "demo-worker-huangan-3")
    number = resident.report("楼道灯修过了，晚上还是不亮。")
    worker.agree()
    worker.do(number, "claim")
    worker.do(number, "contact", kind="visit", note="")
    worker.do(number, "resolve", result="solved", note="已更换灯泡。", photo_ids=[worker.photo(photo)])
    rating = {"answered": True, "solved": "no", "satisfied": "no", "comment": "晚上还是不亮。"}
    resident.post(f"/api/resident/work-orders/{number}/rate", rating)
