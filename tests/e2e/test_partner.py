"""An organisation and whoever waits for it: the page of its tasks, over the real service."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.e2e.caller import Caller
from tests.e2e.phone import Phone
from tests.e2e.product import Product

PARTNER, RESIDENT = "demo-partner-heat", "demo-resident-huangan-6"
TASKS = "/api/partner/tasks"


def cold(product: Product) -> tuple[str, str]:
    """A flat without heat, told by its number and by the task that the company has of it."""
    number = Caller.neighbour_of(product, RESIDENT).report("家里暖气一点不热，老人冻得睡不着。", "HEAT")
    open_ones = Caller(product, PARTNER).get(f"{TASKS}?limit=50")["items"]
    return number, next(one["id"] for one in open_ones if one["number"] == number)


def holder_of(product: Product, number: str) -> Caller:
    """The worker before whom the order was put."""
    for worker in product.accounts["workers"]:
        caller = Caller(product, worker["openid"])
        held = caller.get("/api/worker/work-orders?limit=50")["items"]
        if any(one["number"] == number for one in held):
            return caller
    raise LookupError(f"nobody has {number}")


def test_a_company_reports_on_its_phone_and_the_worker_reads_it(
    product: Product, phone_of: Callable[[Product, str], Phone]
) -> None:
    number, task = cold(product)
    worker = holder_of(product, number)
    worker.do(number, "sign")

    desk = phone_of(product, worker.openid)
    desk.sign_in()
    desk.open(f"worker/pages/order/order?number={number}")
    desk.reopen()
    expect(desk.on("#tasks .task")).to_contain_text("河湟热力公司")
    expect(desk.on("#tasks .task")).to_contain_text("等反馈")

    company = phone_of(product, PARTNER)
    company.open()
    company.tap("#consent")
    company.tap("#sign-in")
    card = company.on(f"#task-{task}")
    expect(card).to_contain_text("供热")
    expect(card).not_to_contain_text("老人冻得睡不着")
    company.tap(f"#report-{task}")
    company.tap("#done-yes")
    company.write("#report-note", "阀门已打开，管道已排气。")
    company.tap("#confirm-report")
    expect(company.on("#said")).to_have_text("已反馈：办好了。")
    expect(card).to_have_count(0)
    company.tap("#status-ended")
    expect(card).to_contain_text("已办好")

    desk.reopen()
    expect(desk.page.get_by_text("阀门已打开，管道已排气。")).to_be_visible()
    expect(desk.on("#tasks")).to_have_count(0)
