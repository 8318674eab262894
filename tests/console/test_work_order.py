"""An order's page: what it shows, and dispatch, accept, decline and follow-up done once and on what was seen."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from app.db import db, transaction
from app.idempotency import IdempotencyKey
from app.notifications import relay
from app.people.models import Role
from app.work_orders import assignment, rating
from app.work_orders.models import FollowUp
from app.work_orders.timeline import Event
from tests.console.browser import Browser, path
from tests.factories import (
    a_manager,
    a_person,
    a_resident,
    a_worker,
    an_officer,
    an_order,
    claimed,
    fresh,
    resolved,
)
from tests.notifications.scripted import ScriptedWeChat, allow, know_templates

OFFICE = Role.CLERK


def events(order, action: str) -> int:
    found = db.session.scalar(
        select(func.count()).select_from(Event).where(Event.work_order_id == order.id, Event.action == action)
    )
    db.session.close()
    return found


@pytest.fixture
def order(city):
    return an_order(city)


@pytest.fixture
def worker(city):
    return a_worker(city["g1"])


@pytest.fixture
def unhappy(city, worker):
    """A resolved order that its reporter rated "no"."""
    reporter = a_resident()
    order = resolved(an_order(city, reporter), worker)
    with transaction():
        rating.rate(order.number, reporter, answered=True, solved="no", satisfied="no", comment="还是很吵")
    return order


def test_the_page_tells_facts_limits_timeline_and_the_masked_reporter(city, desk, worker):
    order = claimed(an_order(city, a_resident(name="欧阳秀英", phone="13812345678")), worker)
    page = desk.get(path(order)).text
    for word in (order.number, "噪声", "楼道里很吵", "3号楼", "上报", "受理", "抢单", "李建国", "历任承办人"):
        assert word in page
    assert "欧**" in page
    assert "138****5678" in page
    assert "欧阳秀英" not in page
    assert "13812345678" not in page
    assert re.search(r"自.+起7个工作日，.+到期", page)


def test_what_was_dispatched_away_waits_for_its_new_assignee_by_a_limit_again(city, desk, order, worker):
    claimed(order, worker)
    assert "现在这一步的时限" not in desk.get(path(order)).text
    desk.submit("/dispatch", worker=a_worker(city["g1"], name="韩玉兰").public_id, reason="他请假了")
    page = desk.get(path(order)).text
    assert "现在这一步的时限" in page
    assert "说明不给反映人看" in page


def test_a_manager_dispatches_with_a_reason_and_comes_back_to_the_order(city, desk, order, worker):
    desk.get(path(order))
    response = desk.submit("/dispatch", worker=worker.public_id, reason="熟悉这个院子")
    assert (response.status_code, response.location) == (303, path(order))
    page = desk.get(path(order)).text
    assert "已派单，等待承办人签收" in page
    assert "熟悉这个院子" in page
    now = fresh(order)
    assert (now.status, now.assignee_id) == ("assigned", worker.account_id)
    assert "已派单，等待承办人签收" not in desk.get(path(order)).text


def test_a_manager_dispatches_away_from_whoever_has_the_order(city, desk, order, worker):
    claimed(order, worker)
    other = a_worker(city["g1"], name="陈芳")
    desk.get(path(order))
    assert "改派给" in desk.page
    desk.submit("/dispatch", worker=other.public_id, reason="李建国请假")
    now = fresh(order)
    assert (now.status, now.assignee_id) == ("assigned", other.account_id)


def test_candidates_show_how_busy_they_are_and_why_not(city, desk, order, worker):
    claimed(an_order(city), worker)
    a_worker(city["g2"], name="赵不在", on_duty=False)
    page = desk.get(path(order)).text
    assert re.search(r"李建国</span>\s*<span class=\"load\">在办 1 件", page)
    assert re.search(r"disabled[^>]*>\s*<span>赵不在</span>\s*<span class=\"load\">不在岗", page)


def test_the_same_form_sent_twice_dispatches_once_and_answers_the_same(city, desk, order, worker):
    desk.get(path(order))
    address, hidden = desk.form("/dispatch")
    typed = hidden | {"worker": worker.public_id, "reason": "熟悉"}
    assert [desk.post(address, typed).status_code for _ in range(2)] == [303, 303]
    assert events(order, "dispatch") == 1
    assert desk.get(path(order)).text.count("已派单，等待承办人签收") == 2


def test_the_same_form_sent_twice_at_once_dispatches_once_and_tells_both_the_same(city, desk, order, worker):
    desk.get(path(order))
    address, hidden = desk.form("/dispatch")
    typed = hidden | {"worker": worker.public_id, "reason": "熟悉"}
    together = threading.Barrier(4)

    def send(_: int) -> int:
        browser = Browser(desk.client.application)
        for name in ("console", "session"):
            browser.client.set_cookie(name, desk.cookie(name))
        together.wait()
        return browser.post(address, typed).status_code

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(send, range(4))) == [303] * 4
    assert events(order, "dispatch") == 1


def test_the_same_key_with_other_words_is_refused(city, desk, order, worker):
    desk.get(path(order))
    address, hidden = desk.form("/dispatch")
    desk.post(address, hidden | {"worker": worker.public_id, "reason": "熟悉"})
    response = desk.post(address, hidden | {"worker": worker.public_id, "reason": "别的"})
    assert response.status_code == 422
    assert "已经提交过" in desk.page
    assert events(order, "dispatch") == 1


def test_a_stale_page_is_told_so_and_nothing_typed_is_lost(city, desk, order, worker):
    other = a_worker(city["g1"], name="陈芳")
    desk.get(path(order))
    address, hidden = desk.form("/dispatch")
    with transaction():
        assignment.claim(order.number, worker)
    response = desk.post(address, hidden | {"worker": other.public_id, "reason": "原来写的理由"})
    assert response.status_code == 412
    assert "工单已有新的变化" in desk.page
    assert "原来写的理由</textarea>" in desk.page
    assert re.search(rf'value="{other.public_id}"[^>]*checked', desk.page)
    assert fresh(order).assignee_id == worker.account_id
    assert desk.submit("/dispatch", worker=other.public_id, reason="原来写的理由").status_code == 303
    assert fresh(order).assignee_id == other.account_id


def test_what_was_typed_is_shown_even_when_the_form_is_gone(city, desk, order, worker):
    desk.get(path(order))
    address, hidden = desk.form("/dispatch")
    resolved(order, worker)
    response = desk.post(address, hidden | {"worker": worker.public_id, "reason": "写了很久的理由"})
    assert response.status_code == 412
    assert "写了很久的理由" in desk.page
    assert 'id="dispatch"' not in desk.page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"reason": "  "}, "请写明派单的理由"),
        ({"reason": "x" * 501}, "请不要超过500个字"),
        ({"reason": "a\x00b"}, "有无法识别的字符"),
        ({"reason": "理由", "worker": "nobody"}, "请从名单中选择承办人"),
        ({"reason": "理由", "key": "short"}, "表单不完整"),
    ],
)
def test_bad_input_is_told_at_its_field_and_changes_nothing(city, desk, order, worker, typed, sentence):
    desk.get(path(order))
    response = desk.submit("/dispatch", **{"worker": worker.public_id, **typed})
    assert response.status_code == 422
    assert sentence in desk.page
    assert fresh(order).status == "pooled"
    assert db.session.scalar(select(func.count()).select_from(IdempotencyKey)) == 0


def test_a_worker_off_duty_cannot_be_dispatched_to(city, desk, order):
    off_duty = a_worker(city["g1"], on_duty=False)
    a_worker(city["g1"], name="在岗")
    desk.get(path(order))
    response = desk.submit("/dispatch", worker=off_duty.public_id, reason="理由")
    assert response.status_code == 409
    assert "不在岗" in desk.page
    assert fresh(order).status == "pooled"


@pytest.mark.parametrize("form", ["dispatch", "accept", "decline", "follow-up/attempt", "follow-up/conclude"])
def test_every_change_needs_the_form_token(desk, order, form):
    response = desk.post(f"{path(order)}/{form}", {"key": "k" * 20, "version": "1", "reason": "理由"})
    assert response.status_code == 400
    assert "页面已过期" in desk.page


@pytest.mark.parametrize("form", ["dispatch", "accept", "decline", "follow-up/attempt", "follow-up/conclude"])
def test_the_manager_of_a_sibling_community_gets_404_for_every_change(city, at_desk, order, worker, form):
    sibling = at_desk(a_person((Role.MANAGER, city["hyx"]), (Role.FOLLOW_UP_OFFICER, city["hyx"]), name="邻居"))
    sibling.get("/console/")
    _, hidden = sibling.form("/sign-out")
    typed = {"key": "k" * 20, "version": "2", "worker": worker.public_id, "reason": "理由", "note": "话"}
    response = sibling.post(f"{path(order)}/{form}", hidden | typed | {"outcome": "passed"})
    assert response.status_code == 404
    assert fresh(order).status == "pooled"


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.DUTY_OFFICER, Role.FOLLOW_UP_OFFICER])
def test_others_of_the_office_see_the_order_and_may_not_dispatch(city, at_desk, order, worker, role):
    desk = at_desk(a_person((role, city["xnlx"]), name="同事"))
    assert desk.get(path(order)).status_code == 200
    assert "派单理由" not in desk.page
    _, hidden = desk.form("/sign-out")
    typed = {"key": "k" * 20, "version": str(fresh(order).version), "worker": worker.public_id, "reason": "理由"}
    assert desk.post(f"{path(order)}/dispatch", hidden | typed).status_code == 403
    assert "您的岗位不能派单" in desk.page
    assert fresh(order).status == "pooled"


def test_a_clerk_accepts_what_no_rule_took_in(city, at_desk):
    order = an_order(city, category="ODD")
    desk = at_desk(a_person((OFFICE, city["xnlx"])))
    assert "受理后从上报时起计算" in desk.get(path(order)).text
    assert desk.submit("/accept").status_code == 303
    assert fresh(order).status == "pooled"
    assert "已受理，办理时限已确定" in desk.get(path(order)).text


def test_declining_needs_a_reason_and_words_for_the_resident(city, desk):
    order = an_order(city, category="ODD")
    desk.get(path(order))
    assert desk.submit("/decline", reason="out_of_remit", note="").status_code == 422
    assert "请告诉居民应当找哪个部门" in desk.page
    assert re.search(r'value="out_of_remit" selected', desk.page)
    assert desk.submit("/decline", reason="whim", note="请找市民热线").status_code == 422
    assert "请选择不予受理的原因" in desk.page
    assert desk.submit("/decline", reason="out_of_remit", note="请拨打12345").status_code == 303
    assert fresh(order).status == "declined"
    assert "请拨打12345" in desk.get(path(order)).text


def test_an_officer_finds_the_unhappy_resident_in_the_worklist(city, at_desk, unhappy):
    desk = at_desk(an_officer(city["xnlx"]))
    page = desk.get("/console/follow-ups").text
    assert page.count(f">{unhappy.number}<") == 1
    for word in ("居民不满意", "未解决", "还是很吵", "还剩"):
        assert word in page


def test_an_attempt_is_noted_and_counted(city, at_desk, unhappy):
    desk = at_desk(an_officer(city["xnlx"]))
    desk.get(path(unhappy))
    assert desk.submit("/attempt", note="两次电话无人接听").status_code == 303
    assert "已尝试 1 次" in desk.get(path(unhappy)).text
    assert "两次电话无人接听" in desk.page


def test_a_follow_up_that_passes_closes_the_order(city, at_desk, unhappy):
    desk = at_desk(an_officer(city["xnlx"]))
    desk.get(path(unhappy))
    assert desk.submit("/conclude", outcome="passed", note="居民表示理解").status_code == 303
    assert fresh(unhappy).status == "closed"
    assert "现在没有待回访的工单" in desk.get("/console/follow-ups").text


def test_a_follow_up_that_does_not_pass_begins_a_new_round(city, at_desk, unhappy, worker):
    desk = at_desk(an_officer(city["xnlx"]))
    desk.get(path(unhappy))
    assert desk.submit("/conclude", outcome="rework", note="夜里仍有噪声").status_code == 303
    now = fresh(unhappy)
    assert (now.status, now.round, now.assignee_id) == ("in_progress", 2, worker.account_id)
    page = desk.get(path(unhappy)).text
    assert "已转返工，这是第2轮办理" in page
    assert "第2轮办理，自" in page


def test_a_follow_up_says_what_is_missing_and_keeps_the_rest(city, at_desk, unhappy):
    desk = at_desk(an_officer(city["xnlx"]))
    desk.get(path(unhappy))
    assert desk.submit("/conclude", outcome="rework", note="").status_code == 422
    assert "请写明居民指出的问题" in desk.page
    assert re.search(r'value="rework"[^>]*checked', desk.page)
    assert desk.submit("/conclude", note="有话说").status_code == 422
    assert "请选择回访结果" in desk.page
    assert "有话说</textarea>" in desk.page
    assert fresh(unhappy).status == "resolved"


def test_whoever_held_the_order_is_not_offered_its_follow_up(city, at_desk):
    reporter = a_resident()
    both = a_person((Role.GRID_WORKER, city["g1"]), (Role.FOLLOW_UP_OFFICER, city["xnlx"]), name="两岗")
    order = resolved(an_order(city, reporter), both)
    with transaction():
        rating.rate(order.number, reporter, answered=False, solved="no", satisfied="no", comment=None)
    desk = at_desk(both)
    assert order.number not in desk.get("/console/follow-ups").text
    assert "完成回访" not in desk.get(path(order)).text
    _, hidden = desk.form("/sign-out")
    typed = {"key": "k" * 20, "version": str(fresh(order).version), "outcome": "passed", "note": "没问题"}
    assert desk.post(f"{path(order)}/follow-up/conclude", hidden | typed).status_code == 403
    assert "请由其他回访员回访" in desk.page
    assert db.session.scalar(select(func.count()).where(FollowUp.ended_at.is_(None))) == 1


def test_a_manager_without_the_post_is_told_who_follows_up(desk):
    assert "您没有回访员岗位" in desk.get("/console/follow-ups").text


def test_two_managers_dispatch_from_the_same_look_and_one_is_told(city, at_desk, order, worker):
    other = a_worker(city["g1"], name="陈芳")
    first, second = at_desk(a_manager(city["xnlx"])), at_desk(a_manager(city["ht"], name="街道"))
    first.get(path(order))
    second.get(path(order))
    assert first.submit("/dispatch", worker=worker.public_id, reason="一").status_code == 303
    assert second.submit("/dispatch", worker=other.public_id, reason="二").status_code == 412
    assert fresh(order).assignee_id == worker.account_id


def test_the_page_says_what_the_residents_were_told_and_how_far_it_came(app, desk, city, worker):
    know_templates()
    reporter = a_resident(openid="openid-of-the-reporter")
    allow(reporter.account_id, "tpl-accepted")
    order = claimed(an_order(city, reporter), worker)
    relay.run(app, ScriptedWeChat(), once=True, workers=1)
    page = desk.get(path(order)).text
    told = page[page.index("告知情况") : page.index("历任承办人")]
    assert re.findall(r"<span>(\S+)</span>", told) == ["网格员已接单", "诉求已受理"]
    assert re.findall(r"(微信已发送|授权次数已用完)", told) == ["授权次数已用完", "微信已发送"]
    assert "有新工单待认领" not in told
    assert "openid-of-the-reporter" not in page


def test_an_order_of_which_nobody_was_told_yet_has_no_such_part(desk, city):
    assert "告知情况" not in desk.get(path(an_order(city))).text


def test_who_was_called_to_an_urgent_order_is_listed_with_when_they_signed(city, desk, worker):
    order = an_order(city, category="LIFT")
    page = desk.get(path(order)).text
    (section,) = re.findall(r'<section [^>]*aria-labelledby="h-calls">.*?</section>', page, re.S)
    assert "值班网格员" in section
    assert "等待签收" in section
    with transaction():
        assignment.sign(order.number, worker)
    (section,) = re.findall(r'aria-labelledby="h-calls">.*?</section>', desk.get(path(order)).text, re.S)
    assert re.search(r"\d\d:\d\d 签收", section)


def test_what_is_not_urgent_calls_nobody(desk, order):
    assert "h-calls" not in desk.get(path(order)).text
