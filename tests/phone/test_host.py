"""The browser host behaves as WeChat does: templates, events, lifecycles, pages, forms, phones in tabs."""

import json
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import Emulator, Phone

pytestmark = pytest.mark.e2e


def seen(page: Page) -> list[str]:
    return page.evaluate("getApp().seen")


def on_page(page: Page, selector: str) -> str:
    """Earlier pages stay in the document, hidden."""
    return f"wx-page:not([hidden]) {selector}"


def test_lifecycles_run_in_the_order_of_wechat(phone: Phone) -> None:
    page = phone.open()
    page.wait_for_function("getApp().seen.includes('home ready')")
    order = [step for step in seen(page) if step != "counter ready"]
    assert order == ["launch pages/home/home", "app show", "home load", "home show", "home ready"]
    assert "counter ready" in seen(page)


def test_templates_show_lists_conditions_scripts_and_imports(phone: Phone) -> None:
    page = phone.open()
    assert page.locator(".item").all_inner_texts() == ["0:甲:办理中", "1:乙:已办结"]
    assert page.locator("#empty").count() == 0
    assert page.locator(".line").inner_text() == "原文"
    assert page.locator("#slotted").inner_text() == "插槽"


def test_set_data_takes_paths_and_redraws(phone: Phone) -> None:
    page = phone.open()
    page.locator("#said").tap()
    expect(page.locator(".item").first).to_have_text("0:丙:办理中")
    expect(page.locator(".line")).to_have_text("改过")


def test_a_caught_tap_does_not_reach_the_outside_and_carries_its_dataset(phone: Phone) -> None:
    page = phone.open()
    page.locator("#inner").tap()
    expect(page.locator("#said")).to_have_text("内层 张三")
    page.locator("#outer").tap(position={"x": 5, "y": 5})
    expect(page.locator("#said")).to_have_text("外层")


def test_a_component_observes_its_property_and_tells_its_page(phone: Phone) -> None:
    page = phone.open()
    expect(page.locator("#count")).to_have_text("3 6")
    page.locator("#more").tap()
    expect(page.locator("#count")).to_have_text("4 8")
    expect(page.locator("#said")).to_have_text("数到 4")


def test_styles_of_a_component_and_its_page_keep_apart(phone: Phone) -> None:
    page = phone.open()
    color = "node => getComputedStyle(node).backgroundColor"
    assert page.locator("#count").evaluate(color) == "rgb(7, 8, 9)"
    assert page.locator("#outer").evaluate(color) == "rgb(255, 255, 255)"
    assert page.locator(".line").evaluate("node => getComputedStyle(node).color") == "rgb(1, 2, 3)"


def test_one_rpx_is_a_750th_of_the_width(phone: Phone) -> None:
    page = phone.open()
    assert page.locator("#outer").evaluate("node => getComputedStyle(node).padding") == "14px"


def test_a_mouse_and_a_finger_both_tap(phone: Phone) -> None:
    page = phone.open()
    page.locator("#inner").tap()
    page.locator("#more").click()
    expect(page.locator("#said")).to_have_text("数到 4")


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_keys_press_buttons_and_views_with_the_role_of_one(phone: Phone, key: str) -> None:
    page = phone.open()
    page.locator("#said").press(key)
    expect(page.locator("#said")).to_have_text("改了")
    page.locator("#more").press(key)
    expect(page.locator("#said")).to_have_text("数到 4")


def test_what_a_page_says_to_screen_readers_follows_its_data(phone: Phone) -> None:
    page = phone.open()
    said = page.locator("#said")
    expect(said).to_have_attribute("aria-label", "未说")
    expect(said).to_have_attribute("aria-pressed", "false")
    expect(said).to_have_role("button")
    said.tap()
    expect(said).not_to_have_attribute("aria-label", re.compile(".*"))
    expect(said).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#more")).to_have_role("button")


def test_an_answer_that_comes_after_its_page_was_left_does_no_harm(phone: Phone) -> None:
    page = phone.open()
    page.locator("#to-gate").tap()
    expect(page.locator("#photo")).to_be_visible()
    page.evaluate("window.late = getCurrentPages()[1]")
    page.locator(".mp-back").tap()
    expect(page.locator("#photo")).to_have_count(0)
    page.evaluate("late.setData({asking: true, photos: ['a.jpg']})")
    expect(page.locator(on_page(page, "#said"))).to_be_visible()


def test_going_to_a_subpackage_carries_the_query_and_names_the_page(phone: Phone) -> None:
    page = phone.open()
    page.locator("#to-notes").tap()
    expect(page.locator("#query")).to_have_text("李四 1")
    expect(page).to_have_title("笔记")
    expect(page).to_have_url(re.compile(r"/m/\?as=o-lijie#/desk/pages/notes/notes\?name=.*&n=1$"))
    expect(page.locator(".mp-tabbar")).to_be_hidden()


def test_going_back_two_pages_unloads_both(phone: Phone) -> None:
    page = phone.open()
    page.locator("#to-notes").tap()
    for depth in (2, 3):
        page.locator(on_page(page, "#deeper")).tap()
        expect(page.locator(on_page(page, "#query"))).to_have_text(f"李四 {depth}")
    page.locator(on_page(page, "#back")).tap()
    expect(page.locator(on_page(page, "#query"))).to_have_text("李四 1")
    expect(page.locator(".mp-title")).to_have_text("第 1 层")
    assert seen(page)[-2:] == ["notes 3 unload", "notes 2 unload"]


def test_the_browsers_own_back_and_forward_move_the_pages(phone: Phone) -> None:
    page = phone.open()
    page.locator("#to-notes").tap()
    page.locator("#deeper").tap()
    expect(page.locator(on_page(page, "#query"))).to_have_text("李四 2")
    page.go_back()
    expect(page.locator(on_page(page, "#query"))).to_have_text("李四 1")
    page.go_forward()
    expect(page.locator(on_page(page, "#query"))).to_have_text("李四 2")
    page.locator(".mp-back").tap()
    expect(page.locator(on_page(page, "#query"))).to_have_text("李四 1")


def test_a_page_opened_by_its_address_stays_after_reload_and_leads_home(phone: Phone) -> None:
    page = phone.open(more="#/desk/pages/notes/notes?name=王五&n=7")
    expect(page.locator("#query")).to_have_text("王五 7")
    page.reload()
    expect(page.locator("#query")).to_have_text("王五 7")
    page.locator(".mp-home").tap()
    expect(page).to_have_title("首页")


def test_a_typed_address_opens_that_page(phone: Phone) -> None:
    page = phone.open()
    page.evaluate("location.hash = '#/desk/pages/notes/notes?name=手写&n=1'")
    expect(page.locator("#query")).to_have_text("手写 1")


def test_an_unknown_address_opens_the_first_page(phone: Phone) -> None:
    page = phone.open(more="#/pages/gone/gone")
    expect(page).to_have_title("首页")


def test_tabs_keep_their_pages_and_cannot_be_navigated_to(phone: Phone) -> None:
    page = phone.open()
    page.locator("#more").tap()
    page.locator(".mp-tabbar a").last.tap()
    expect(page).to_have_title("填表")
    assert seen(page)[-1] == "home hide"
    page.locator(".mp-tabbar a").first.tap()
    expect(page.locator("#count")).to_have_text("4 8")
    page.locator("#to-notes").tap()
    page.locator("#wrong").tap()
    expect(page.locator(on_page(page, "#said"))).to_have_text("navigateTo:fail can not navigateTo a tabbar page")


def test_switching_the_tab_from_deep_leaves_one_entry_to_go_back_to(phone: Phone) -> None:
    page = phone.open()
    page.locator("#to-notes").tap()
    page.locator("#deeper").tap()
    page.locator(on_page(page, "#home")).tap()
    expect(page).to_have_url(re.compile("#/pages/home/home$"))
    assert page.evaluate("getCurrentPages().length") == 1
    assert "notes 2 unload" in seen(page)
    assert page.evaluate("history.state.position") == 0


def test_the_button_refreshes_the_page(phone: Phone) -> None:
    page = phone.open()
    page.get_by_role("button", name="刷新").tap()
    expect(page.locator("#said")).to_have_text("已刷新")
    expect(page.locator("wx-page.refreshing")).to_have_count(0)


PULL = """([from, to]) => {
  const node = document.querySelector('#outer')
  const touch = (clientY) => new Touch({ identifier: 1, target: node, clientX: 100, clientY })
  const send = (type, y, lists) => node.dispatchEvent(new TouchEvent(type, { bubbles: true, ...lists(touch(y)) }))
  send('touchstart', from, (one) => ({ touches: [one], changedTouches: [one] }))
  send('touchend', to, (one) => ({ touches: [], changedTouches: [one] }))
}"""


@pytest.mark.parametrize(("way", "said"), [([100, 220], "已刷新"), ([100, 140], "未说"), ([220, 100], "未说")])
def test_only_a_long_pull_downwards_refreshes_the_page(phone: Phone, way: list[int], said: str) -> None:
    page = phone.open()
    page.evaluate(PULL, way)
    expect(page.locator("#said")).to_have_text(said)


def test_going_back_in_the_browser_closes_what_stands_over_the_page(phone: Phone) -> None:
    page = phone.open()
    page.locator("#to-notes").tap()
    page.evaluate("wx.showModal({ title: '等等', success() {} })")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_title("首页")


def test_a_form_gives_all_its_fields(phone: Phone) -> None:
    page = phone.open(more="#/pages/form/form")
    page.get_by_label("标题").fill("灯坏了")
    expect(page.locator("#mirror")).to_have_text("灯坏了")
    page.get_by_label("说明").press_sequentially("一二三四五六")
    page.locator("#label-b").tap()
    page.get_by_label("同意").check()
    page.get_by_label("开关").tap()
    page.locator("#kind").tap()
    page.get_by_role("dialog").get_by_text("漏水").tap()
    page.locator("#send").tap()
    expect(page.locator("#result")).to_contain_text("灯坏了")
    assert json.loads(page.locator("#result").inner_text()) == {
        "title": "灯坏了", "text": "一二三四五", "kind": 1, "day": "", "one": "b", "many": ["x"], "on": True,
    }  # fmt: skip


def test_a_textarea_grows_with_its_text_and_shrinks_again(phone: Phone) -> None:
    page = phone.open(more="#/pages/form/form")
    field = page.get_by_label("说明")
    height = "node => node.clientHeight"
    low = field.evaluate(height)
    field.fill("1\n2\n3")
    high = field.evaluate(height)
    assert low > 10
    assert high > 2 * low
    field.fill("")
    assert field.evaluate(height) == low


def test_pickers_offer_dates_and_columns_that_follow_each_other(phone: Phone) -> None:
    page = phone.open(more="#/pages/form/form")
    page.locator("#day").tap()
    page.get_by_role("dialog").get_by_label("选择日期").fill("2026-03-10")
    page.get_by_role("button", name="确定").tap()
    expect(page.locator("#day")).to_have_text("2026-03-10")
    page.locator("#home").tap()
    page.get_by_label("第 1 列").select_option("二号楼")
    page.get_by_label("第 2 列").select_option("西")
    page.get_by_role("button", name="确定").tap()
    expect(page.locator("#home")).to_have_text("二号楼西")


def test_without_a_phone_the_page_offers_all_of_them(phone: Phone) -> None:
    page = phone.page
    page.goto(f"{phone.url}/m/")
    page.get_by_role("link", name="李洁").tap()
    page.wait_for_function("window.__ready")
    assert page.evaluate("__host.openid") == "o-lijie"
    assert page.evaluate("getApp().base") == phone.url


def test_a_new_phone_can_be_added_from_there(phone: Phone) -> None:
    page = phone.page
    page.goto(f"{phone.url}/m/")
    page.get_by_role("button", name="添加一部新手机").tap()
    page.wait_for_function("window.__ready")
    assert page.evaluate("__host.openid") == "o-new"


def test_an_unknown_phone_is_named_in_a_sentence(phone: Phone) -> None:
    page = phone.page
    page.goto(f"{phone.url}/m/?as=o-nobody")
    expect(page.get_by_text("没有编号为“o-nobody”的手机")).to_be_visible()
    expect(page.get_by_role("link", name="王强")).to_be_visible()


def test_an_absent_emulator_is_named_in_a_sentence(phone: Phone) -> None:
    page = phone.page
    page.route("**/host.json*", lambda route: route.abort())
    page.goto(f"{phone.url}/m/?as=o-lijie")
    expect(page.get_by_text("连不上手机模拟器")).to_be_visible()


def test_a_tab_remembers_its_phone_and_two_tabs_do_not_mix(phone: Phone) -> None:
    page = phone.open("o-lijie")
    page.locator("#store").tap()
    expect(page.locator("#said")).to_have_text("o-lijie")
    other = page.context.new_page()
    other.goto(f"{phone.url}/m/?as=o-wang")
    other.wait_for_function("window.__ready")
    assert other.evaluate("wx.getStorageSync('who')") == ""
    page.goto(f"{phone.url}/m/")
    page.wait_for_function("window.__ready")
    expect(page).to_have_url(re.compile(r"\?as=o-lijie"))
    assert page.evaluate("wx.getStorageSync('who')") == {"openid": "o-lijie"}


def test_an_error_in_a_page_is_kept_for_tests_and_stops_nothing(phone: Phone) -> None:
    page = phone.open(more="#/desk/pages/notes/notes?name=a&n=1")
    page.locator("#trouble").tap()
    phone.errors.append("有意的错误")
    page.locator("#deeper").tap()
    expect(page.locator(on_page(page, "#query"))).to_have_text("a 2")


def test_on_a_wide_screen_the_phone_is_a_centred_column(chromium: Browser, emulator: Emulator) -> None:
    context = chromium.new_context(viewport={"width": 1200, "height": 1000})
    page = context.new_page()
    page.goto(f"{emulator.url}/m/?as=o-lijie")
    page.wait_for_function("window.__ready")
    box = page.locator("#phone").bounding_box()
    assert box
    assert 375 <= box["width"] <= 480
    assert box["x"] + box["width"] / 2 == pytest.approx(600, abs=1)
    page.locator("#ask").click()
    dialog = page.get_by_role("dialog").bounding_box()
    assert dialog == pytest.approx(box)
    context.close()
