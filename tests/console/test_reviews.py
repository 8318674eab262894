"""内容审核 at the console: two buttons for each text and photo, once, in one's own part of the city."""

import re
import threading

import pytest
from sqlalchemy import select

from app.console import reviews as page_of
from app.db import db, end_reading, transaction
from app.photos.models import Photo, PhotoState
from app.trail import AuditRow, AuditText
from tests.api.test_statements import statements
from tests.factories import a_clerk, a_manager, a_photo, a_resident, an_officer, an_order, fresh

HERE = "/console/reviews"


@pytest.fixture
def waiting(city):
    """An order whose text and only photo wait for a person: (order, the photo's public id)."""
    return with_photo(city, verdict="review")


def with_photo(city, reporter=None, state=PhotoState.IN_REVIEW, **values):
    reporter = reporter or a_resident()
    photo = a_photo(reporter)
    order = an_order(city, reporter, photo_ids=[photo], **values)
    with transaction():
        db.session.scalars(select(Photo).where(Photo.public_id == photo)).one().state = state
    return order, photo


def photo_row(photo):
    found = db.session.execute(
        select(Photo.state, Photo.decider_id, Photo.reason).where(Photo.public_id == photo)
    ).one()
    end_reading()
    return found


def forms(browser, action):
    """The forms of this action on the page: address and hidden fields, first to pass and then to refuse."""
    pattern = rf'<form[^>]*action="([^"]*{re.escape(action)}[^"]*)"[^>]*>(.*?)</form>'
    found = re.findall(pattern, browser.page, re.S)
    return [
        (address.replace("&amp;", "&"), dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', body)))
        for address, body in found
    ]


def press(browser, action, number=0, **typed):
    address, hidden = forms(browser, action)[number]
    return browser.post(address, hidden | typed)


def audited(action):
    rows = db.session.execute(
        select(AuditRow.subject, AuditRow.actor_id, AuditText.text)
        .outerjoin(AuditText, AuditText.audit_id == AuditRow.id)
        .where(AuditRow.action == action)
    ).all()
    end_reading()
    return [tuple(row) for row in rows]


def test_the_page_shows_what_waits_with_picture_number_place_and_what_wechat_said(desk, waiting):
    order, photo = waiting
    page = desk.get(HERE).text
    for words in (order.number, order.place_text, "楼道里很吵", "微信建议人工审核", "微信未能检查", "照片", "文字"):
        assert words in page
    assert f"/api/photos/{photo}?size=thumb" in page
    thumb = re.search(r'<img src="([^"]+)"', page)[1].replace("&amp;", "&")
    assert desk.get(thumb).status_code == 404, "the permit is good; the file of this made-up photo is not there"


def test_a_manager_passes_a_text_and_a_photo(desk, manager, waiting):
    order, photo = waiting
    desk.get(HERE)
    answer = press(desk, f"/texts/{order.number}")
    assert (answer.status_code, answer.location) == (303, HERE)
    assert "已通过，可以展示" in desk.get(HERE).text
    press(desk, f"/photos/{photo}")
    assert (photo_row(photo).state, photo_row(photo).decider_id) == (PhotoState.VISIBLE, manager.account_id)
    assert fresh(order).hidden is False
    assert "现在没有待审核的内容" in desk.get(HERE).text
    assert audited("photo.reviewed") == [(f"photo:{photo}", manager.account_id, None)]


def test_a_manager_refuses_with_a_reason_and_the_order_goes_on(desk, manager, waiting):
    order, photo = waiting
    desk.get(HERE)
    press(desk, f"/photos/{photo}", 1, reason="拍到了他人的门牌")
    assert photo_row(photo) == (PhotoState.REFUSED, manager.account_id, "拍到了他人的门牌")
    assert audited("photo.reviewed") == [(f"photo:{photo}", manager.account_id, "拍到了他人的门牌")]
    assert fresh(order).status == order.status
    assert "工单照常办理" in desk.get(HERE).text


def test_without_a_reason_nothing_is_refused_and_the_sentence_stands_beside_the_field(desk, waiting):
    order, photo = waiting
    desk.get(HERE)
    answer = press(desk, f"/photos/{photo}", 1, reason=" ")
    assert answer.status_code == 422
    assert "请写明不予展示的理由" in answer.text
    assert f'aria-describedby="fault-{photo}"' in answer.text
    assert photo_row(photo).state == PhotoState.IN_REVIEW


def test_what_was_typed_stays_when_it_is_too_long(desk, waiting):
    _, photo = waiting
    desk.get(HERE)
    long = "长" * 201
    answer = press(desk, f"/photos/{photo}", 1, reason=long)
    assert (answer.status_code, long in answer.text) == (422, True)


def test_the_same_form_sent_twice_decides_once_and_says_the_same(desk, waiting):
    order, _ = waiting
    desk.get(HERE)
    [first, _] = forms(desk, f"/texts/{order.number}")
    assert [desk.post(first[0], first[1]).status_code for _ in range(2)] == [303, 303]
    assert len(audited("text.reviewed")) == 1


def test_the_second_manager_reads_that_it_is_decided_and_sees_the_list_as_it_is(city, at_desk, desk, waiting):
    _, photo = waiting
    above = at_desk(a_manager(city["ht"]))
    desk.get(HERE)
    above.get(HERE)
    press(desk, f"/photos/{photo}", 1, reason="拍到了他人的门牌")
    answer = press(above, f"/photos/{photo}")
    assert answer.status_code == 409
    assert "这张照片刚刚已由其他同事处理" in answer.text
    assert f"/photos/{photo}" not in answer.text
    assert photo_row(photo).state == PhotoState.REFUSED


def test_two_managers_at_the_same_moment(city, at_desk, desk, waiting):
    order, _ = waiting
    desks = [desk, at_desk(a_manager(city["ht"]))]
    together, answers = threading.Barrier(2), []
    sent = []
    for one in desks:
        one.get(HERE)
        sent.append(forms(one, f"/texts/{order.number}")[0])

    def send(one, form):
        together.wait()
        answers.append(one.post(*form).status_code)

    threads = [threading.Thread(target=send, args=pair) for pair in zip(desks, sent, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 409]


def test_a_refusal_of_wechat_is_put_right_in_the_second_tab(city, desk):
    _, photo = with_photo(city, state=PhotoState.REFUSED)
    desk.get(f"{HERE}?tab=refused")
    answer = press(desk, f"/photos/{photo}")
    assert answer.location == f"{HERE}?tab=refused"
    assert photo_row(photo).state == PhotoState.VISIBLE
    assert "近30天没有不予展示的内容" in desk.get(f"{HERE}?tab=refused").text


def test_a_refusal_tells_who_and_why_and_can_be_put_right(city, at_desk, desk, waiting):
    order, _ = waiting
    desk.get(HERE)
    press(desk, f"/texts/{order.number}", 1, reason="点了他人姓名")
    above = at_desk(a_manager(city["ht"], name="马书记"))
    page = above.get(f"{HERE}?tab=refused").text
    assert re.search(r"王静 \S+ \S+ 定为不予展示", page)
    assert "点了他人姓名" in page
    press(above, f"/texts/{order.number}")
    assert fresh(order).hidden is False


# who


@pytest.mark.parametrize("kind", ["photos", "texts"])
def test_what_lies_elsewhere_is_404_and_unseen(city, desk, kind):
    order, photo = with_photo(city, compound=city.far_compound, verdict="review")
    other, _ = with_photo(city)
    desk.get(HERE)
    assert order.number not in desk.page
    _, hidden = forms(desk, "/photos/")[0]
    answer = desk.post(f"{HERE}/{kind}/{photo if kind == 'photos' else order.number}", hidden)
    assert answer.status_code == 404
    assert photo_row(photo).state == PhotoState.IN_REVIEW
    assert fresh(order).hidden is True


def test_ones_own_report_and_ones_own_photo_are_404_and_unseen(city, desk, manager):
    order, photo = with_photo(city, manager, verdict="review")
    with_photo(city)
    desk.get(HERE)
    assert order.number not in desk.page
    _, hidden = forms(desk, "/photos/")[0]
    for path in (f"photos/{photo}", f"texts/{order.number}"):
        assert desk.post(f"{HERE}/{path}", hidden).status_code == 404


@pytest.mark.parametrize("make", [a_clerk, an_officer])
def test_others_are_told_who_reviews_and_decide_nothing(city, at_desk, waiting, make):
    order, photo = waiting
    browser = at_desk(make(city["xnlx"]))
    page = browser.get(HERE).text
    assert "您没有社区及以上的管理员岗位" in page
    assert order.number not in page
    assert "内容审核</a>" not in page
    _, hidden = browser.form("/console/sign-out")
    answer = browser.post(f"{HERE}/photos/{photo}", hidden | {"key": "a-good-key-1", "decision": "pass"})
    assert answer.status_code == 403
    assert photo_row(photo).state == PhotoState.IN_REVIEW


def test_a_form_of_another_site_changes_nothing(desk, waiting):
    _, photo = waiting
    desk.get(HERE)
    address, hidden = forms(desk, f"/photos/{photo}")[0]
    assert desk.post(address, {**hidden, "csrf_token": "forged"}).status_code == 400
    assert desk.post(address, {**hidden, "key": ""}).status_code == 422
    assert desk.post(address, {**hidden, "decision": "perhaps"}).status_code == 422
    assert photo_row(photo).state == PhotoState.IN_REVIEW


def test_without_a_session_one_is_led_to_the_sign_in_page(browser, app):
    answer = browser.get(HERE)
    assert (answer.status_code, answer.location) == (303, "/console/sign-in?next=/console/reviews")


# the list


def test_an_empty_list_says_so(desk):
    assert "现在没有待审核的内容" in desk.get(HERE).text
    assert "近30天没有不予展示的内容" in desk.get(f"{HERE}?tab=refused").text
    assert "这一页没有内容了" in desk.get(f"{HERE}?page=3").text


@pytest.mark.parametrize("query", ["?tab=all", "?page=x", "?page=0", "?page=-1", "?page=99999999999"])
def test_an_odd_address_shows_a_page(desk, query):
    assert desk.get(HERE + query).status_code == 200


def test_pages_lead_to_each_other_and_a_decision_leads_back_to_its_page(city, desk, monkeypatch):
    monkeypatch.setattr(page_of, "PER_PAGE", 2)
    orders = [an_order(city, verdict="review") for _ in range(3)]
    assert "下一页" in desk.get(HERE).text
    page = desk.get(f"{HERE}?page=2").text
    assert orders[2].number in page
    assert "上一页" in page
    assert press(desk, f"/texts/{orders[2].number}").location == f"{HERE}?page=2"


def test_the_bar_says_how_much_waits(desk, waiting, monkeypatch):
    assert re.search(r"内容审核<span class=\"count\">2<", desk.get("/console/").text)
    monkeypatch.setattr("app.work_orders.reviews.COUNTED_TO", 2)
    assert re.search(r"内容审核<span class=\"count\">1\+<", desk.get("/console/").text)


def test_the_page_costs_the_same_however_much_waits(city, desk, waiting):
    def cost():
        with statements() as seen:
            assert desk.get(HERE).status_code == 200
        return len(seen)

    cost()
    before = cost()
    for _ in range(3):
        with_photo(city, verdict="review")
    assert cost() == before <= 9


def test_text_that_turns_writing_around_is_shown_as_it_is(city, desk):
    an_order(city, verdict="review", description="灯\u202e坏了 <b>粗</b>")
    page = desk.get(HERE).text
    assert "灯[U+202E]坏了 &lt;b&gt;粗&lt;/b&gt;" in page


# the order's own page


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (PhotoState.PENDING, "待审核，仅反映人和工作人员可见"),
        (PhotoState.IN_REVIEW, "待人工审核，仅反映人和工作人员可见"),
    ],
)
def test_an_orders_page_marks_what_is_not_passed(city, desk, state, words):
    order, photo = with_photo(city, state=state, verdict="review")
    page = desk.get(f"/console/work-orders/{order.number}").text
    assert photo in page
    assert words in page
    assert "文字不对邻居展示" in page


def test_an_orders_page_shows_no_refused_photo_and_marks_no_passed_one(city, desk):
    order, refused = with_photo(city, state=PhotoState.REFUSED)
    other, passed = with_photo(city, state=PhotoState.VISIBLE)
    assert refused not in desk.get(f"/console/work-orders/{order.number}").text
    page = desk.get(f"/console/work-orders/{other.number}").text
    assert passed in page
    assert "仅反映人和工作人员可见" not in page
    assert "文字不对邻居展示" not in page
