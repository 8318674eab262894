"""Nobody acts: the sweep moves the order on by itself, and everybody concerned hears of each step once."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing

from playwright.sync_api import expect

from tests.e2e.caller import Caller
from tests.e2e.desk import Desk
from tests.e2e.phone import Phone
from tests.e2e.product import Product

RESIDENT = "demo-resident-huangan-4"
OWN_WORKER, OTHER_WORKER = "demo-worker-huangan-3", "demo-worker-huangan-4"
WHAT = "小区门口的井盖松了，车一压就响。"
MOVED_WITHIN_S = 90
CLAIMED_BY_NOBODY = ["自动指派", "逾期未签收"]
# From the second office of the line on, the house supervises.
UP_THE_LINE = [*["自动指派"] * 3, "督办", *["自动指派"] * 2]
STEPS = ["上报", "受理", *CLAIMED_BY_NOBODY, *UP_THE_LINE]
TOLD = """
    SELECT coalesce(account.openid, console_login.username), notification.title FROM notification
    JOIN account ON account.id = notification.account_id
    LEFT JOIN console_login ON console_login.account_id = account.id WHERE notification.number = ?
"""


def test_an_order_that_nobody_takes_goes_to_the_grids_worker_and_then_up_the_line(
    product: Product,
    phone_of: Callable[[Product, str], Phone],
    desk_of: Callable[[Product, str], Desk],
) -> None:
    number = Caller(product, RESIDENT).report(WHAT, category="ROAD")
    worker = Caller(product, OWN_WORKER)
    assert wait_for_steps(worker, number) == STEPS
    told = wait_until_silent(product, number)
    # To whoever did not sign it says so, and that it is in the pool again; to the others just that.
    assert told[OWN_WORKER] == {"有新工单待认领": 1, "工单未及时签收": 1, "有工单派给您": 2, "工单已改派": 1}
    assert told[OTHER_WORKER] == {"有新工单待认领": 2}
    assert told["zasixiang"] == {
        "工单无人认领": 2,
        "工单未按时签收": 1,
        "有工单派给您": 1,
        "工单已改派": 1,
        "工单被督办": 1,
    }
    phone = phone_of(product, OWN_WORKER)
    reads_it_in_the_inbox(phone, number)
    sees_who_had_it(desk_of(product, "zasixiang"), number)


def wait_for_steps(worker: Caller, number: str) -> list[str]:
    """What happened to the order, once as much has happened as should."""
    until = time.monotonic() + MOVED_WITHIN_S
    while True:
        order = worker.get(f"/api/worker/work-orders/{number}")
        steps = [line["action_name"] for line in order["timeline"]]
        if len(steps) >= len(STEPS) or time.monotonic() > until:
            return steps
        time.sleep(0.5)


def wait_until_silent(product: Product, number: str) -> dict[str, Counter[str]]:
    """Who was told what of the order and how often, once nothing more is owed about it."""
    owed = "SELECT count(*) FROM outbox WHERE done_at IS NULL"
    with closing(sqlite3.connect(product.sqlite, timeout=10)) as connection:
        while connection.execute(owed).fetchone()[0]:
            time.sleep(0.2)
        told: dict[str, Counter[str]] = {}
        for who, title in connection.execute(TOLD, (number,)):
            told.setdefault(who, Counter())[title] += 1
    return told


def reads_it_in_the_inbox(phone: Phone, number: str) -> None:
    phone.sign_in()
    phone.tap("#to-resident")
    phone.to_tab("消息")
    about = phone.on("[id^=message-]").filter(has_text=number)
    expect(about.filter(has_text="有工单派给您")).to_have_count(2)


def sees_who_had_it(desk: Desk, number: str) -> None:
    desk.open_order(number)
    holders = desk.page.locator("[aria-labelledby=h-holders] li")
    expect(holders).to_have_count(STEPS.count("自动指派"))
    expect(holders.first).to_contain_text("韩玉兰")
