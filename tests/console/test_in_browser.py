"""The console in a real browser: live, quiet, within its own policy, and usable without JavaScript."""

import re
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from app.console import assets
from app.db import db, transaction
from app.people import console_access
from app.work_orders import assignment
from tests.factories import a_manager, a_worker, an_order, fresh

PASSWORD = "a long enough password"
pytestmark = pytest.mark.e2e


@pytest.fixture(autouse=True)
def packages() -> None:
    assert not assets.missing(), f"The console's packages are missing: {assets.INSTALL}"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def sit_down(chromium: Browser, address: str, actor, **context) -> Page:
    """A page at which this person has signed in; whatever the browser complains of is kept in `page.complaints`."""
    with transaction():
        console_access.give_login(actor.account_id, "manager", PASSWORD)
    page = chromium.new_context(viewport={"width": 1280, "height": 860}, **context).new_page()
    page.complaints = []  # type: ignore[attr-defined]
    page.on("console", lambda message: page.complaints.append(message.text) if message.type != "log" else None)
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(f"{address}/console/")
    page.fill("#username", "manager")
    page.fill("#password", PASSWORD)
    page.click("form button[type=submit]")
    page.wait_for_url("**/console/")
    return page


def test_the_board_changes_by_itself_and_keeps_focus_and_place(city, chromium, address):
    orders = [an_order(city) for _ in range(25)]
    worker = a_worker(city["g1"])
    page = sit_down(chromium, address, a_manager(city["xnlx"]))
    with page.expect_response("**/console/live*", timeout=8000) as quiet:
        page.focus(f"#wo-{orders[10].number}")
        page.evaluate("window.scrollTo(0, 200)")
    assert quiet.value.status == 304
    with transaction():
        assignment.claim(orders[10].number, worker)
    row = page.locator(f"tr[data-number={orders[10].number}]")
    expect(row).to_contain_text("办理中", timeout=5000)
    expect(row).to_contain_text("有变化")
    expect(page.locator(".mark-changed")).to_have_count(1)
    assert page.evaluate("document.activeElement.id") == f"wo-{orders[10].number}"
    assert page.evaluate("window.scrollY") == 200
    expect(page.locator("#announcer")).to_contain_text("办理中")
    expect(page.locator("#fresh")).to_contain_text("自动更新中")
    assert page.complaints == []


def test_a_manager_dispatches_with_the_keyboard_alone(city, chromium, address):
    order, worker = an_order(city), a_worker(city["g1"])
    page = sit_down(chromium, address, a_manager(city["xnlx"]))
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.focus(f"#wo-{order.number}")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{order.number}")
    page.focus("input[name=worker]:enabled")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("熟悉这个院子")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".flash-success")).to_contain_text("已派单")
    assert fresh(order).assignee_id == worker.account_id
    assert page.complaints == []


def test_without_javascript_the_same_forms_work(city, chromium, address):
    order, worker = an_order(city), a_worker(city["g1"])
    page = sit_down(chromium, address, a_manager(city["xnlx"]), java_script_enabled=False)
    page.select_option("#f-class", "P3")
    page.click(".filters button")
    page.click(f"text={order.number}")
    page.check("input[name=worker]:enabled")
    page.fill("#dispatch-reason", "熟悉")
    page.click("#dispatch button")
    expect(page.locator(".flash-success")).to_contain_text("已派单")
    assert fresh(order).assignee_id == worker.account_id


def test_a_text_is_refused_without_javascript_and_enter_in_the_reason_never_passes_it(city, chromium, address):
    order = an_order(city, verdict="review")
    page = sit_down(chromium, address, a_manager(city["xnlx"]), java_script_enabled=False)
    page.click("text=内容审核")
    page.press(f"#reason-{order.number}", "Enter")
    expect(page.locator(".flash-success")).to_have_count(0)
    page.fill(f"#reason-{order.number}", "点了他人姓名")
    page.press(f"#reason-{order.number}", "Enter")
    expect(page.locator(".flash-success")).to_contain_text("不予展示")
    page.click("text=近30天不予展示")
    expect(page.locator(".review")).to_contain_text("点了他人姓名")
    assert fresh(order).hidden is True
    page.click("text=改为通过")
    expect(page.locator(".flash-success")).to_contain_text("已通过")
    assert fresh(order).hidden is False


@pytest.mark.parametrize("width", [1280, 1100, 800, 390])
def test_no_page_is_wider_than_the_window(city, chromium, address, width):
    order = an_order(city, description="长" * 900 + "A" * 900, verdict="review")
    an_order(city, description="长" * 900)
    page = sit_down(chromium, address, a_manager(city["xnlx"]))
    page.set_viewport_size({"width": width, "height": 860})
    ways = (
        "",
        f"work-orders/{order.number}",
        "follow-ups",
        "reviews",
        "worklists",
        "worklists?tab=leads",
        "statistics",
        "routing",
        "messages",
    )
    for path in ways:
        page.goto(f"{address}/console/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == width, path


def test_a_session_that_ended_leads_to_the_sign_in_page_by_itself(city, chromium, address):
    manager = a_manager(city["xnlx"])
    page = sit_down(chromium, address, manager)
    with transaction():
        console_access.end_all(manager.account_id)
    page.wait_for_url(re.compile("/console/sign-in"), timeout=8000)
    db.session.close()
