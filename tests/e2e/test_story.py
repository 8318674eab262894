"""One request travels the whole way, on both databases: reported, claimed, settled, rated, followed up."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Route, expect

from app import clock
from app.deadlines.calendar import WorkingCalendar
from app.deadlines.holidays_source import known_year
from app.deadlines.hours import Hours
from app.deadlines.limits import ServiceClass, Step, default_limits
from tests.e2e.caller import Caller
from tests.e2e.desk import Desk
from tests.e2e.phone import Phone
from tests.e2e.product import Product

RESIDENT = "demo-resident-huangan-1"
WORKERS = ("demo-worker-huangan-1", "demo-worker-huangan-2")
ELSEWHERE = "demo-worker-huangan-3"
PLACE = "湟岸巷28号院 3号楼 2单元"
WHAT = "三楼楼道灯不亮了，晚上老人上下楼看不见。"
HOW = "已更换三楼楼道灯的灯泡和开关。"
USED_UP = "授权次数已用完"
ON_ITS_WAY = {"待发送", "微信已发送"}
STORY = [
    ("诉求已受理", "已送达"),
    ("网格员已接单", "已送达"),
    ("工作人员已联系您", None),
    ("工作人员已到现场", None),
    ("办理有新进展", USED_UP),
    ("诉求已办结，请您评价", "已送达"),
    ("诉求已归档", None),
]


def due_times(created_at: str) -> dict[str, str | None]:
    """When each step of a P2 order is due, as the calendar room computes it without a database."""
    start, calendar = datetime.fromisoformat(created_at), WorkingCalendar(Hours(), known_year)
    limits = default_limits()
    return {step.value: clock.iso(calendar.due(start, limits[ServiceClass.P2, step])) for step in Step}


def test_a_request_travels_from_the_resident_to_its_end(
    product_on: Product,
    phone_of: Callable[[Product, str], Phone],
    photo: Path,
) -> None:
    resident = phone_of(product_on, RESIDENT)
    order = report(resident, photo)
    workers = [phone_of(product_on, openid) for openid in WORKERS]
    see_in_the_pool(workers, order["number"])
    another_grid_sees_nothing(phone_of(product_on, ELSEWHERE), order["number"])
    winner = claim_together(workers, order["number"])
    work_on(winner, photo)
    rate_and_read(resident, Caller(product_on, RESIDENT), order["number"])


def report(phone: Phone, photo: Path) -> dict[str, Any]:
    phone.sign_in()
    phone.choose_category("LIGHT")
    phone.choose_place("湟岸巷28号院", "3号楼", "2单元")
    phone.write("#description", WHAT)
    phone.add_photo(photo, agree=True)
    answer = phone.submit()
    assert answer.status == 201
    order: dict[str, Any] = answer.json()
    expect(phone.on("#number")).to_have_text(order["number"])
    assert re.fullmatch(r"XN\d{13}", order["number"])
    expect(phone.on("#place")).to_have_text(PLACE)
    shows_when_it_is_due(phone, order)
    return order


def shows_when_it_is_due(phone: Phone, order: dict[str, Any]) -> None:
    expected = due_times(order["created_at"])
    assert {step["step"]: step["due_at"] for step in order["due_explained"]} == expected
    assert order["due_at"] == expected["resolve"]
    for step, due in expected.items():
        expect(phone.on(f"#due-{step}")).to_contain_text(clock.spoken(datetime.fromisoformat(due or "")))


def see_in_the_pool(workers: list[Phone], number: str) -> None:
    for worker in workers:
        worker.sign_in()
        expect(worker.on("#duty-state")).to_have_text("在岗")
        expect(worker.on(f"#order-{number}")).to_contain_text(PLACE)


def another_grid_sees_nothing(phone: Phone, number: str) -> None:
    phone.watch.expected.add(404)
    with phone.page.expect_response("**/api/worker/pool"):
        phone.sign_in()
    expect(phone.on(f"#order-{number}")).to_have_count(0)
    phone.open(f"worker/pages/order/order?number={number}")
    phone.reopen()
    expect(phone.on("#problem")).to_contain_text("没有")
    expect(phone.on("#action-claim")).to_have_count(0)


def claim_together(workers: list[Phone], number: str) -> Phone:
    """Both tap; their claims are held until both are on the way, then let go together."""
    held: list[Route] = []
    for worker in workers:
        worker.watch.expected.add(409)
        worker.page.route("**/claim", lambda route: held.append(route))
        worker.tap(f"#claim-{number}")
    while len(held) < len(workers):
        workers[0].page.wait_for_timeout(20)
    for route in held:
        route.continue_()
    for worker in workers:
        expect(worker.on("#claimed, #claim-refused")).to_be_visible()
    won = [worker for worker in workers if worker.on("#claimed").count()]
    lost = [worker for worker in workers if worker.on("#claim-refused").count()]
    assert (len(won), len(lost)) == (1, 1)
    expect(lost[0].on("#claim-refused")).to_contain_text("已被认领")
    expect(lost[0].on(f"#order-{number}")).to_have_count(0)
    return won[0]


def work_on(worker: Phone, photo: Path) -> None:
    worker.tap("#open-claimed")
    expect(worker.on("#status")).to_have_text("办理中")
    worker.act("contact", "call", "约好下午上门。")
    worker.confirm("contact")
    expect(worker.on("[id^=due-]")).to_have_count(1)
    worker.act("arrive")
    worker.tap("#arrive-without-place")
    expect(worker.on("#done")).to_have_text("已到场。")
    worker.act("note", words="灯座老化，需要更换。")
    worker.tap("#note-visible")
    worker.confirm("note")
    worker.act("resolve", "solved", HOW)
    worker.tap("#confirm-resolve")
    expect(worker.on("#action-problem")).to_contain_text("需要照片")
    worker.add_photo(photo, agree=True)
    worker.confirm("resolve")
    expect(worker.on("#status")).to_have_text("已办结待评价")


def rate_and_read(resident: Phone, caller: Caller, number: str) -> None:
    resident.tap("#open-order")
    expect(resident.on("#status")).to_have_text("已办结待评价")
    expect(resident.on("#outcome")).to_have_text(f"已解决：{HOW}")
    resident.rate("yes", "yes", "yes")
    expect(resident.on("#status")).to_have_text("已归档")
    told = wait_until_told(resident, caller, number, "诉求已归档")
    assert told == STORY
    assert [message["title"] for message in caller.messages()] == ["办结评价提醒", "办理进度通知", "工单受理通知"]


def wait_until_told(phone: Phone, caller: Caller, number: str, last: str) -> list[tuple[str, str | None]]:
    """What the inbox says of the order, oldest first, once nothing is on its way any more; the page says the same."""
    for _ in range(100):
        told = [(one["title"], (one["delivery"] or {}).get("state_name")) for one in reversed(caller.inbox(number))]
        if told and told[-1][0] == last and not ON_ITS_WAY & {state for _, state in told}:
            break
        phone.page.wait_for_timeout(100)
    phone.back()
    phone.to_tab("消息")
    shown = phone.on(".message").filter(has_text=number)
    expect(shown).to_have_count(len(told))
    for entry, (title, state) in zip(reversed(shown.all()), told, strict=True):
        expect(entry).to_contain_text(title)
        expect(entry).to_contain_text(state or title)
    return told


def test_a_no_is_followed_up_by_an_officer_and_sent_back_as_rework(
    product_on: Product,
    phone_of: Callable[[Product, str], Phone],
    desk_of: Callable[[Product, str], Desk],
    photo: Path,
) -> None:
    resident, worker = (Caller(product_on, openid) for openid in (RESIDENT, WORKERS[0]))
    number = resident.report("一楼感应灯白天也亮着，晚上反而不亮。")
    settle(worker, number, photo)
    rate_with_a_no(phone_of(product_on, RESIDENT), number)
    send_back(desk_of(product_on, "zasixiang-follow-up"), number)
    second_round(phone_of(product_on, WORKERS[0]), number)
    titles = [entry["title"] for entry in resident.hears(number, "诉求重新办理")]
    assert titles.count("诉求重新办理") == 1


def settle(worker: Caller, number: str, photo: Path) -> None:
    """Everything up to the end of the first round, without looking at the screen."""
    worker.agree()
    worker.do(number, "claim")
    worker.do(number, "contact", kind="visit", note="")
    worker.do(number, "resolve", result="solved", note="已调整感应灯的灵敏度。", photo_ids=[worker.photo(photo)])


def rate_with_a_no(resident: Phone, number: str) -> None:
    resident.sign_in()
    resident.to_tab("我的诉求")
    resident.tap(f"#order-{number}")
    resident.rate("yes", "no", "no", "晚上还是不亮。")
    expect(resident.on("#status")).to_have_text("已办结待评价")
    expect(resident.on("#my-rating")).to_contain_text("没有解决，不满意")


def send_back(officer: Desk, number: str) -> None:
    officer.page.get_by_role("link", name="回访", exact=True).click()
    officer.page.get_by_role("link", name=f"回访工单 {number}").click()
    form = officer.page.locator("#follow-up")
    form.get_by_label("转返工").check()
    form.get_by_label("居民的意见").fill("居民说晚上仍然不亮，请再上门检查线路。")
    form.get_by_role("button", name="完成回访").click()
    expect(officer.page.locator(".flash-success")).to_contain_text("第2轮")
    officer.page.get_by_role("link", name="回访", exact=True).click()
    expect(officer.page.get_by_text(number)).to_have_count(0)


def second_round(worker: Phone, number: str) -> None:
    worker.sign_in()
    worker.tap("#to-work")
    worker.tap(f"#order-{number}")
    expect(worker.on("#status")).to_have_text("办理中")
    expect(worker.page.get_by_text("第 2 轮办理")).to_be_visible()
    expect(worker.page.get_by_text("居民说晚上仍然不亮").first).to_be_visible()
    expect(worker.on("#action-resolve")).to_be_visible()
