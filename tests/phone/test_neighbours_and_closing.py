"""What goes on where one lives, and leaving for good."""

from typing import Any

import pytest
from playwright.sync_api import expect

from .scripted import Scripted

pytestmark = pytest.mark.e2e
HOME = {"compound_id": "c1", "compound": "湟岸巷小区", "building": "3号楼", "unit": "2单元"}
LIST, JOIN, ORDER = "GET /api/resident/neighbourhood", "POST /api/resident/work-orders/XN1/join", "XN1"
NEAR = {
    "number": ORDER,
    "category": {"code": "LIGHT", "name": "楼道照明"},
    "place": "湟岸巷小区3号楼",
    "status": "in_progress",
    "status_name": "办理中",
    "created_at": "2026-06-01T09:00:00+08:00",
    "due_at": None,
}
SETTLED = NEAR | {"number": "XN2", "status": "resolved", "status_name": "已办结待评价"}


def listed(*items: Any) -> dict[str, Any]:
    return {"items": list(items), "next_cursor": None}


@pytest.fixture
def near(scripted: Scripted) -> Scripted:
    scripted.answers[LIST] = listed(NEAR, SETTLED)
    scripted.sign_in(home=HOME)
    scripted.tap("#neighbourhood")
    return scripted


def test_from_the_first_page_one_sees_what_goes_on_and_stands_behind_it(near: Scripted) -> None:
    expect(near.on("#near-XN1")).to_contain_text("湟岸巷小区3号楼")
    expect(near.on("#near-XN1")).to_contain_text("6月1日（周一）09:00 反映")
    near.tap("#near-XN1")
    near.tap("#join")
    near.page.wait_for_function("location.hash.includes('pages/order/order?number=XN1')")
    assert near.body_of(JOIN) == [{}]


def test_what_is_settled_cannot_be_joined(near: Scripted) -> None:
    near.tap("#near-XN2")
    expect(near.on("#settled")).to_contain_text("另外反映")
    expect(near.on("#join")).to_have_count(0)


def test_a_refusal_is_said_in_the_sheet_and_the_list_is_read_anew(near: Scripted) -> None:
    near.answers |= {JOIN: (409, {"title": "这件诉求刚刚办结了。"}), LIST: listed(SETTLED)}
    near.tap("#near-XN1")
    near.tap("#join")
    expect(near.on("#join-problem")).to_have_text("这件诉求刚刚办结了。")
    near.on("[aria-label=关闭]").tap()
    expect(near.on("#near-XN1")).to_have_count(0)


@pytest.mark.parametrize(("home", "told"), [(None, "记为我家"), (HOME, "没有正在办的事")], ids=["homeless", "quiet"])
def test_an_empty_list_says_why_it_is_empty(scripted: Scripted, home: Any, told: str) -> None:
    scripted.sign_in(home=home)
    scripted.open("pages/neighbourhood/neighbourhood")
    expect(scripted.on("#empty")).to_contain_text(told)


def to_closing(phone: Scripted, *roles: str, large: bool = False) -> None:
    phone.sign_in(*roles, large=large)
    phone.open("pages/mine/mine")
    phone.tap("#close-account")
    expect(phone.on("#understood")).to_be_visible()


def confirm(phone: Scripted, answer: str) -> None:
    phone.tap("#close-account")
    phone.page.locator("dialog").get_by_role("button", name=answer, exact=True).tap()


DELETE = "DELETE /api/account"


def test_an_account_is_closed_after_reading_ticking_and_confirming_and_nothing_stays(scripted: Scripted) -> None:
    to_closing(scripted, large=True)
    scripted.tap("#close-account")
    expect(scripted.on("#problem")).to_contain_text("打勾")
    scripted.tap("#understood")
    confirm(scripted, "再想想")
    assert scripted.body_of(DELETE) == []
    confirm(scripted, "注销")
    expect(scripted.on("#closed")).to_contain_text("账号已注销")
    assert len(scripted.body_of(DELETE)) == 1
    left = "Object.keys(localStorage).filter((key) => key.startsWith('mp:o-lijie:'))"
    assert scripted.page.evaluate(left) == ["mp:o-lijie:large-type"]
    scripted.tap("#to-sign-in")
    expect(scripted.on("#sign-in")).to_be_visible()


@pytest.mark.parametrize(
    "answer", ["offline", (409, {"title": "刚刚有了变化，请再试一次。"})], ids=["offline", "overtaken"]
)
def test_what_was_not_closed_says_so_and_leaves_everything_as_it_was(scripted: Scripted, answer: Any) -> None:
    to_closing(scripted)
    scripted.answers[DELETE] = answer
    scripted.tap("#understood")
    confirm(scripted, "注销")
    expect(scripted.on("#problem")).to_contain_text("再试一次")
    assert scripted.page.evaluate("localStorage.getItem('mp:o-lijie:token')")


@pytest.mark.parametrize(("role", "told"), [("grid_worker", 1), ("partner", 1), (None, 0)])
def test_staff_read_what_becomes_of_their_work(scripted: Scripted, role: str | None, told: int) -> None:
    to_closing(scripted, *filter(None, [role]))
    expect(scripted.on("#work")).to_have_count(told)


@pytest.mark.parametrize("large", [False, True], ids=["plain", "large letters"])
def test_these_pages_fit_the_hand_and_the_eye(scripted: Scripted, large: bool) -> None:
    scripted.answers[LIST] = listed(NEAR, SETTLED)
    scripted.sign_in("grid_worker", "unit_worker", home=HOME, large=large)
    for path in (
        "pages/report/report",
        "pages/mine/mine",
        "pages/closing/closing",
        "pages/neighbourhood/neighbourhood",
    ):
        scripted.open(path)
        scripted.page.wait_for_timeout(100)
        assert scripted.faults(large=large) == []
    scripted.tap("#near-XN1")
    expect(scripted.on("#join")).to_be_visible()
    assert scripted.faults(large=large) == []
