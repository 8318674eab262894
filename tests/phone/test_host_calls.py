"""wx.* in the browser: consent before personal data, photos, places, subscriptions, dialogs, the network."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from .conftest import Emulator, Phone

pytestmark = pytest.mark.e2e
GATE = "#/pages/gate/gate"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000"
    "000d49444154789c6360000002000001e221bc330000000049454e44ae426082"
)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "照片.png"
    path.write_bytes(PIXEL)
    return path


def agreed(phone: Phone, openid: str = "o-lijie") -> Page:
    """The gate page of a person who has agreed to the privacy notice."""
    page = phone.open(openid, GATE)
    page.evaluate("openid => localStorage.setItem(`host:${openid}:privacy`, 'agreed')", openid)
    return page


def answer(page: Page) -> str:
    expect(page.locator("#answer")).not_to_be_empty()
    return page.locator("#answer").inner_text()


def test_personal_data_needs_consent_first(phone: Phone) -> None:
    page = phone.open(more=GATE)
    page.locator("#where").tap()
    page.locator("#refuse").tap()
    assert answer(page) == "getLocation:fail privacy permission is not authorized"
    page.locator("#where").tap()
    page.locator("#agree").tap()
    expect(page.locator("#answer")).to_contain_text("39.90105")


def test_consent_is_asked_once(phone: Phone) -> None:
    page = phone.open(more=GATE)
    page.locator("#where").tap()
    page.locator("#agree").tap()
    expect(page.locator("#answer")).to_contain_text("39.90105")
    page.reload()
    page.locator("#where").tap()
    expect(page.locator("#answer")).to_contain_text("39.90105")
    expect(page.locator("#agree")).to_have_count(0)


def test_saying_agree_without_the_consent_button_counts_for_nothing(phone: Phone) -> None:
    page = phone.open(more=GATE)
    page.locator("#where").tap()
    page.evaluate("getCurrentPages()[0].agree()")
    assert answer(page) == "getLocation:fail privacy permission is not authorized"


def test_a_mini_program_without_a_popup_gets_wechats(phone: Phone) -> None:
    page = phone.open(more=GATE)
    page.evaluate("wx.onNeedPrivacyAuthorization(null)")
    page.locator("#where").tap()
    page.get_by_role("dialog").get_by_role("button", name="同意").tap()
    assert "39.90105" in answer(page)


def test_photos_are_chosen_shown_and_sent_with_progress(phone: Phone, emulator: Emulator, picture: Path) -> None:
    page = agreed(phone)
    with page.expect_file_chooser() as chooser:
        page.locator("#photo").tap()
    assert chooser.value.is_multiple()
    chooser.value.set_files(picture)
    expect(page.locator(".photo img")).to_have_js_property("naturalWidth", 1)
    page.locator("#upload").tap()
    told = json.loads(answer(page))
    assert (told["statusCode"], told["progress"]) == (200, 100)
    assert PIXEL in emulator.uploads[0]
    assert b'name="file"' in emulator.uploads[0]


def test_closing_the_file_chooser_is_a_cancelled_choice(phone: Phone) -> None:
    page = agreed(phone)
    with page.expect_file_chooser() as chooser:
        page.locator("#photo").tap()
    chooser.value.element.dispatch_event("cancel")
    assert answer(page) == "chooseMedia:fail cancel"


def test_a_chosen_place_comes_as_gcj02(phone: Phone) -> None:
    page = agreed(phone)
    page.locator("#place").tap()
    page.get_by_label("地点名称").fill("东门")
    page.get_by_role("button", name="确定").tap()
    place = json.loads(answer(page))
    assert place["name"] == "东门"
    assert (place["latitude"], place["longitude"]) == pytest.approx((39.9024463, 116.4270221), abs=1e-6)


def test_a_place_needs_a_name_and_coordinates(phone: Phone) -> None:
    page = agreed(phone, "o-wang")
    page.locator("#place").tap()
    expect(page.get_by_role("alert")).to_contain_text("没有位置")
    page.get_by_role("button", name="确定").tap()
    expect(page.get_by_role("alert")).to_contain_text("请填写地点名称")
    page.keyboard.press("Escape")
    assert answer(page) == "chooseLocation:fail cancel"


def test_a_phone_without_a_position_says_so(phone: Phone) -> None:
    page = agreed(phone, "o-wang")
    page.locator("#where").tap()
    assert answer(page).startswith("getLocation:fail ERROR_NOCELL")


def test_the_phone_number_is_given_as_a_code_after_a_yes(phone: Phone) -> None:
    page = agreed(phone)
    page.locator("#phone-number").tap()
    expect(page.get_by_role("dialog")).to_contain_text("138****0001")
    page.get_by_role("button", name="允许", exact=True).tap()
    assert json.loads(answer(page)) == {"code": "phone-code-code-of-o-lijie", "errMsg": "getPhoneNumber:ok"}


def test_the_phone_number_may_be_refused(phone: Phone) -> None:
    page = agreed(phone)
    page.locator("#phone-number").tap()
    page.get_by_role("button", name="不允许").tap()
    assert json.loads(answer(page)) == {"errMsg": "getPhoneNumber:fail user deny"}


def test_signing_in_asks_the_emulator_for_a_code(phone: Phone) -> None:
    page = phone.open(more=GATE)
    page.locator("#login").tap()
    assert json.loads(answer(page)) == {"errMsg": "login:ok", "code": "login-code-of-o-lijie"}


def test_the_subscription_sheet_takes_an_answer_per_template(phone: Phone, emulator: Emulator) -> None:
    page = phone.open(more=GATE)
    page.locator("#subscribe").tap()
    sheet = page.get_by_role("dialog", name="样例申请向您发送以下消息")
    sheet.get_by_label("办理结果通知").uncheck()
    sheet.get_by_role("button", name="允许").tap()
    assert json.loads(answer(page)) == {
        "errMsg": "requestSubscribeMessage:ok",
        "tpl-claimed": "accept",
        "tpl-resolved": "reject",
    }
    assert emulator.consents == [("o-lijie", "tpl-claimed", "accept"), ("o-lijie", "tpl-resolved", "reject")]


def test_closing_the_subscription_sheet_rejects_all(phone: Phone, emulator: Emulator) -> None:
    page = phone.open(more=GATE)
    page.locator("#subscribe").tap()
    page.keyboard.press("Escape")
    assert json.loads(answer(page))["tpl-claimed"] == "reject"
    assert [consent[2] for consent in emulator.consents] == ["reject", "reject"]


def test_a_subscription_outside_a_tap_fails_as_in_wechat(phone: Phone, emulator: Emulator) -> None:
    page = phone.open(more=GATE)
    page.locator("#late").tap()
    assert answer(page) == "requestSubscribeMessage:fail can only be invoked by user TAP gesture."
    assert emulator.consents == []


def test_an_unknown_template_fails_with_its_number(phone: Phone) -> None:
    page = phone.open(more=GATE)
    page.evaluate("__host.templates = {}")
    page.evaluate("getCurrentPages()[0].told = function () { return { fail: (answer) => this.say(answer) } }")
    page.locator("#subscribe").tap()
    assert json.loads(answer(page))["errCode"] == 20001


def test_requests_carry_their_query_and_fail_without_a_network(phone: Phone) -> None:
    page = phone.open(more=GATE)
    page.locator("#request").tap()
    assert json.loads(answer(page)) == {"statusCode": 200, "data": {"query": {"q": ["中文"]}}}
    page.context.set_offline(True)
    page.locator("#request").tap()
    expect(page.locator("#answer")).to_contain_text("request:fail")
    assert page.evaluate("wx.getNetworkType().then((answer) => answer.networkType)") == "none"


def test_a_call_with_a_callback_returns_no_promise(phone: Phone) -> None:
    page = phone.open()
    assert page.evaluate("wx.getStorage({ key: 'none', fail() {} }) === undefined")
    assert (
        page.evaluate("wx.getStorage({ key: 'none' }).catch((error) => error.errMsg)")
        == "getStorage:fail data not found"
    )


def test_storage_is_cleared_for_one_phone_alone(phone: Phone) -> None:
    page = phone.open("o-wang")
    page.evaluate("wx.setStorageSync('kept', [1, { a: '二' }])")
    phone.open("o-lijie")
    page.evaluate("wx.setStorageSync('gone', 1)")
    assert page.evaluate("wx.getStorageInfoSync().keys") == ["gone"]
    page.evaluate("wx.clearStorageSync()")
    phone.open("o-wang")
    assert page.evaluate("wx.getStorageSync('kept')") == [1, {"a": "二"}]


def test_an_alert_takes_the_focus_keeps_it_and_answers(phone: Phone) -> None:
    page = phone.open()
    page.locator("#ask").press("Enter")
    for _ in range(5):
        page.keyboard.press("Tab")
        outside = "document.activeElement !== document.body && !document.activeElement.closest('dialog')"
        assert not page.evaluate(outside)
    page.get_by_role("dialog", name="确定吗").get_by_role("button", name="确定").tap()
    expect(page.get_by_role("status")).to_have_text(re.compile("确定了"))
    assert page.evaluate("document.activeElement.id") == "ask"


def test_escape_cancels_an_alert(phone: Phone) -> None:
    page = phone.open()
    page.locator("#ask").tap()
    page.keyboard.press("Escape")
    expect(page.get_by_role("status")).to_have_text(re.compile("取消了"))
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.parametrize("how", ["tap", "Escape"])
def test_a_shown_picture_closes_by_tap_and_by_escape(phone: Phone, how: str) -> None:
    page = phone.open()
    page.locator("#preview").tap()
    picture = page.get_by_role("dialog", name="查看图片")
    expect(picture).to_contain_text("1/2")
    page.keyboard.press("ArrowRight")
    expect(picture).to_contain_text("2/2")
    picture.tap() if how == "tap" else page.keyboard.press("Escape")
    expect(picture).to_have_count(0)


def test_the_size_of_letters_can_be_played(phone: Phone) -> None:
    page = phone.open(more="&font=1.4")
    assert page.evaluate("wx.getAppBaseInfo().fontSizeScaleFactor") == 1.4
    phone.open()
    assert page.evaluate("wx.getAppBaseInfo().fontSizeScaleFactor") == 1


def test_a_badge_stands_on_its_tab(phone: Phone) -> None:
    page = phone.open()
    page.evaluate("wx.setTabBarBadge({ index: 1, text: '3' })")
    expect(page.locator(".mp-tabbar a").last).to_have_text("填表3")
    page.evaluate("wx.removeTabBarBadge({ index: 1 })")
    expect(page.locator(".mp-tabbar a").last).to_have_text("填表")


def test_can_i_use_knows_calls_and_components(phone: Phone) -> None:
    page = phone.open()
    names = ["getLocation", "picker.mode.multiSelector", "createRewardedVideoAd"]
    assert page.evaluate("(names) => names.map((name) => wx.canIUse(name))", names) == [True, True, False]
