"""The board: whose orders, narrowed how, and quiet while nothing changes."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from app import clock
from app.db import transaction
from app.people.models import Role
from app.work_orders import appeals, assignment, intake, resolution
from app.work_orders.kin import merging
from app.work_orders.workflow import Status
from tests.factories import (
    a_city,
    a_manager,
    a_person,
    a_resident,
    a_worker,
    an_order,
    claimed,
    fresh,
    resolved,
)

START = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


def numbers(page: str) -> list[str]:
    return re.findall(r'<tr data-number="(XN\d+)"', page)


def etag(page: str) -> str:
    (found,) = re.findall(r'data-etag="&#34;(\w+)&#34;"|data-etag="&quot;(\w+)&quot;"', page)
    return f'"{"".join(found)}"'


def test_a_community_manager_sees_the_own_community_and_the_sibling_does_not(city, at_desk):
    here, there = an_order(city), an_order(city, compound=city.far_compound)
    mine, sibling = at_desk(a_manager(city["xnlx"])), at_desk(a_manager(city["hyx"]))
    assert numbers(mine.get("/console/").text) == [here.number]
    assert numbers(sibling.get("/console/").text) == [there.number]
    assert sibling.get(f"/console/work-orders/{here.number}").status_code == 404
    assert "没有找到这件工单" in sibling.page


@pytest.mark.parametrize("code", ["ht", "cx", "xn"])
def test_managers_above_see_all_below(city, at_desk, code):
    orders = [an_order(city), an_order(city, compound=city.far_compound)]
    page = at_desk(a_manager(city[code])).get("/console/").text
    assert sorted(numbers(page)) == sorted(order.number for order in orders)


def test_somebody_elses_filter_does_not_widen_what_is_seen(city, desk):
    an_order(city, compound=city.far_compound)
    assert numbers(desk.get(f"/console/?community_id={city['hyx']}").text) == []
    assert "没有符合条件的工单" in desk.page


def test_an_administrator_has_no_orders_to_see(city, at_desk):
    an_order(city)
    page = at_desk(a_person((Role.ADMINISTRATOR, city["xn"]))).get("/console/").text
    assert numbers(page) == []


def test_the_newest_stands_first_and_rows_say_status_class_place_and_holder(city, desk):
    first, second = an_order(city, category="LIGHT"), an_order(city)
    claimed(second, a_worker(city["g1"], name="李建国"))
    page = desk.get("/console/").text
    assert numbers(page) == [second.number, first.number]
    for word in ("待认领", "办理中", "P2 简单", "P3 一般", "照明", "噪声", "李建国", "3号楼", "新宁路西社区", "还剩"):
        assert word in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=pooled", "pooled light"),
        ("status=in_progress", "held"),
        ("category_code=LIGHT", "light"),
        ("class_code=P3", "pooled held"),
        ("number={held}", "held"),
        ("number= {held_lower} ", "held"),
        ("grid_id={g1}", "pooled held light"),
        ("grid_id={g2}", ""),
        ("status=pooled&class_code=P2", "light"),
        ("overdue=1", ""),
        ("status=nonsense&grid_id=abc&page=-3", "pooled held light"),
        ("grid_id=99999999999999999999", "pooled held light"),
        ("number=' OR 1=1 --", ""),
    ],
)
def test_filters_narrow_the_board(city, desk, query, found):
    orders = {"pooled": an_order(city), "held": an_order(city), "light": an_order(city, category="LIGHT")}
    claimed(orders["held"], a_worker(city["g1"]))
    known = {name: order.number for name, order in orders.items()}
    asked = query.format(**known, held_lower=known["held"].lower(), g1=city["g1"], g2=city["g2"])
    page = desk.get(f"/console/?{asked}").text
    assert sorted(numbers(page)) == sorted(known[name] for name in found.split())


def test_communities_and_their_grids_are_offered_below_the_own_place_only(city, at_desk):
    district = at_desk(a_manager(city["cx"]))
    page = district.get("/console/").text
    assert "湟岸巷社区</option>" in page
    assert "第二网格</option>" not in page
    page = district.get(f"/console/?community_id={city['xnlx']}").text
    assert "第二网格</option>" in page
    other = at_desk(a_manager(city["cz"])).get("/console/").text
    assert "社区</option>" not in other


def test_overdue_is_said_in_words_and_can_be_filtered(city, at_desk):
    with time_machine.travel(START, tick=False) as travel:
        order = an_order(city, category="LIGHT")
        travel.shift(timedelta(days=4))
        an_order(city)
        page = at_desk(a_manager(city["xnlx"])).get("/console/?overdue=1").text
    assert numbers(page) == [order.number]
    assert "已超期16小时" in page
    assert "昨天 18:00" in page


def test_tabs_count_what_is_open(city, desk):
    an_order(city)
    claimed(an_order(city), a_worker(city["g1"]))
    an_order(city, category="ODD")
    page = desk.get("/console/").text
    assert "未办结 3 件" in page
    for name in ("待受理", "待认领", "办理中"):
        assert re.search(rf"{name}<span class=\"count\">1<", page)
    assert re.search(r"待签收</a>", page)


def test_every_status_has_a_tab_so_that_what_was_merged_is_found_again(city, desk, manager):
    target, order = an_order(city), an_order(city)
    with transaction():
        merging.merge(order.number, manager, target.number, "同一处")
    page = desk.get("/console/?status=merged").text
    assert numbers(page) == [order.number]
    assert all(f'id="tab-{status}"' in page for status in Status)


def test_pages_of_thirty_lead_on_and_back(city, desk):
    orders = [an_order(city) for _ in range(31)]
    page = desk.get("/console/?class_code=P3").text
    assert len(numbers(page)) == 30
    assert 'rel="next" href="/console/?class_code=P3&amp;page=2"' in page
    assert 'rel="prev"' not in page
    page = desk.get("/console/?class_code=P3&page=2").text
    assert numbers(page) == [orders[0].number]
    assert 'rel="prev" href="/console/?class_code=P3"' in page
    assert 'rel="next"' not in page


def test_an_empty_board_says_what_will_come(desk):
    assert "这里还没有工单" in desk.get("/console/").text


def test_an_administrator_is_told_that_orders_are_not_for_them(city, at_desk):
    an_order(city)
    page = at_desk(a_person((Role.ADMINISTRATOR, city["xn"]))).get("/console/").text
    assert "您的岗位不查看工单" in page
    assert numbers(page) == []


def test_nothing_new_is_304_and_a_change_is_a_new_state(city, desk):
    order = an_order(city)
    mark = etag(desk.get("/console/").text)
    quiet = desk.get("/console/live", headers={"If-None-Match": mark})
    assert (quiet.status_code, quiet.data) == (304, b"")
    claimed(order, a_worker(city["g1"]))
    changed = desk.get("/console/live", headers={"If-None-Match": mark})
    assert changed.status_code == 200
    assert "办理中" in changed.text
    assert changed.headers["ETag"] == etag(changed.text) != mark
    assert desk.get("/console/live", headers={"If-None-Match": etag(changed.text)}).status_code == 304


def test_a_change_that_began_before_the_newest_one_and_was_committed_after_it_is_a_new_state(city, desk):
    order, other = an_order(city), an_order(city)
    mark = etag(desk.get("/console/").text)
    with clock.at(fresh(other).changed_at - timedelta(milliseconds=20)):
        claimed(order, a_worker(city["g1"]))
    changed = desk.get("/console/live", headers={"If-None-Match": mark})
    assert changed.status_code == 200
    assert "办理中" in changed.text


def test_a_change_elsewhere_in_the_city_leaves_the_board_quiet(city, desk):
    an_order(city)
    mark = etag(desk.get("/console/").text)
    an_order(city, compound=city.far_compound)
    assert desk.get("/console/live", headers={"If-None-Match": mark}).status_code == 304


def test_another_look_is_another_state(city, desk):
    an_order(city)
    mark = etag(desk.get("/console/").text)
    for query in ("status=pooled", "page=2", "overdue=1"):
        assert desk.get(f"/console/live?{query}", headers={"If-None-Match": mark}).status_code == 200


def test_the_live_part_is_the_part_of_the_page_and_asks_for_the_same_look(city, desk):
    an_order(city)
    page = desk.get("/console/?class_code=P3&page=1").text
    (address,) = re.findall(r'hx-get="([^"]+)"', page)
    part = desk.get(address.replace("&amp;", "&")).text
    assert "<html" not in part
    assert numbers(part) == numbers(page)


def test_a_resolved_order_no_longer_counts_down(city, desk):
    resolved(an_order(city), a_worker(city["g1"]))
    page = desk.get("/console/").text
    assert "已办结待评价" in page
    assert "还剩" not in page


def test_what_residents_write_is_shown_as_text(city, desk):
    order = an_order(city, description="<script>alert(1)</script>\"'>\u202egnp.exe <b>粗</b> {{ 7*7 }}")
    for page in (desk.get("/console/").text, desk.get(f"/console/work-orders/{order.number}").text):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "\u202e" not in page
        assert "[U+202E]" in page
        assert "{{ 7*7 }}" in page


def test_a_city_without_orders_or_categories_still_has_a_board(app, at_desk):
    assert at_desk(a_manager(a_city()["cz"])).get("/console/").status_code == 200


def test_dangers_lead_the_first_page_until_they_are_settled(city, desk, monkeypatch):
    monkeypatch.setattr("app.console.board.PER_PAGE", 2)
    worker = a_worker(city["g1"])
    danger = an_order(city, category="LIFT")
    orders = [an_order(city) for _ in range(3)]
    assert numbers(desk.get("/console/").text) == [danger.number, orders[2].number, orders[1].number]
    assert numbers(desk.get("/console/?page=2").text) == [orders[0].number]
    assert numbers(desk.get("/console/?status=closed").text) == []
    assert numbers(desk.get("/console/?class_code=P3").text) == [orders[2].number, orders[1].number]
    with transaction():
        assignment.sign(danger.number, worker)
        resolution.resolve(danger.number, worker, "solved", "人已救出", [])
    assert numbers(desk.get("/console/").text) == [orders[2].number, orders[1].number]


def test_an_appeal_that_waits_is_marked_with_its_date_on_the_board_and_the_page(city, desk, at_desk):
    reporter = a_resident()
    order = an_order(city, reporter, category="ODD")
    assert "申诉复核" not in desk.get("/console/").text
    manager = a_manager(city["xnlx"])
    with transaction():
        intake.decline(order.number, manager, "out_of_remit", "请找物业")
    with transaction():
        appeals.appeal(order.number, reporter, "物业说不归他们管")
    for page in (desk.get("/console/").text, desk.get(f"/console/work-orders/{order.number}").text):
        assert re.search(r"申诉复核.*?\d\d:\d\d", page, re.S)
