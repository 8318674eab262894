"""The console's forms of merging, taking apart and splitting, and the links between related orders."""

import re

import pytest

from app.people.models import Role
from app.work_orders import intake
from app.work_orders.kin import merging, splitting
from app.work_orders.kin.splitting import Part
from tests.console.browser import path
from tests.factories import a_person, a_worker, an_order, claimed, fresh, writing


@pytest.fixture
def target(city):
    return claimed(an_order(city), a_worker(city["g1"]))


@pytest.fixture
def order(city, target):
    return an_order(city)


def test_a_manager_chooses_what_is_likely_and_finds_the_way_both_ways(order, target, desk):
    page = desk.get(path(order)).text
    assert f'<option value="{target.number}">' in page
    assert desk.submit("/merge", target=target.number, reason="同一处漏水").status_code == 303
    assert fresh(order).merged_into_id == target.id
    page = desk.get(path(order)).text
    assert "已并案，反映人会随那件工单了解进展" in page
    assert "已并入</dt>" in page
    assert path(target) in page
    assert 'id="merge"' not in page
    page = desk.get(path(target)).text
    assert "并入本件</dt>" in page
    assert path(order) in page


def test_a_link_chooses_what_to_merge_into_and_a_refusal_keeps_what_was_typed_since(order, target, desk):
    chosen = f"{path(order)}?into={target.number}#merge"
    assert chosen in desk.get(path(order)).text
    opened = re.compile(r'<details class="act" open>\s*<summary>并案</summary>')
    assert not opened.search(desk.page)
    page = desk.get(chosen).text
    assert opened.search(page)
    assert f'value="{target.number}" >' in page
    assert desk.submit("/merge", target="XN1", reason="同一处").status_code == 422
    assert 'value="XN1" aria-invalid' in desk.page


def test_a_link_with_anything_else_in_it_harms_nobody(order, desk):
    page = desk.get(f'{path(order)}?into="><b>').text
    assert 'value="&#34;&gt;&lt;b&gt;"' in page


def test_a_number_is_typed_as_people_type_it(order, target, desk):
    desk.get(path(order))
    assert desk.submit("/merge", target=f" {target.number.lower()} ", reason="同一处").status_code == 303
    assert fresh(order).status == "merged"


def test_taken_apart_it_is_in_the_pool_again(order, target, desk, manager):
    with writing():
        merging.merge(order.number, manager, target.number, "同一处")
    desk.get(path(order))
    assert desk.submit("/unmerge", reason="不是同一处").status_code == 303
    assert fresh(order).status == "pooled"
    assert "已撤销并案，时限按原来的算。工单现在是“待认领”" in desk.get(path(order)).text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"target": "", "reason": "同一处"}, "请填写要并入的工单编号"),
        ({"target": "XN0000000000000", "reason": "写了很久的理由"}, "没有找到要并入的工单"),
        ({"target": "own", "reason": ""}, "请写明为什么并案"),
    ],
    ids=["no number", "absent", "no reason"],
)
def test_what_is_missing_is_told_and_nothing_typed_is_lost(order, target, desk, typed, sentence):
    desk.get(path(order))
    typed = typed | ({"target": target.number} if typed["target"] == "own" else {})
    assert desk.submit("/merge", **typed).status_code == 422
    assert sentence in desk.page
    assert typed["reason"] in desk.page
    assert typed["target"] in desk.page
    assert fresh(order).status == "pooled"


def test_what_does_not_fit_is_told_as_a_conflict(city, order, target, desk, manager):
    third = an_order(city)
    with writing():
        merging.merge(third.number, manager, order.number, "同一处")
    desk.get(path(order))
    assert desk.submit("/merge", target=target.number, reason="写了很久的理由").status_code == 409
    assert "不能再并入别的工单" in desk.page
    assert "写了很久的理由" in desk.page


def test_a_form_is_counted_once(order, target, desk):
    desk.get(path(order))
    address, hidden = desk.form("/merge")
    typed = {"target": target.number, "reason": "同一处"}
    assert desk.post(address, hidden | typed).status_code == 303
    assert desk.post(address, hidden | typed).status_code == 303
    assert fresh(target).version == fresh(target).version


def test_an_order_is_split_with_as_many_rows_as_were_filled_in(target, desk):
    page = desk.get(path(target)).text
    assert page.count('name="description-') == 10
    filled = {"category-1": "NOISE", "description-1": "夜里的噪声", "category-3": "LIGHT", "description-3": "门口的灯"}
    assert desk.submit("/split", **filled, reason="两家各管一段").status_code == 303
    assert fresh(target).open_parts == 2
    page = desk.get(path(target)).text
    assert "已拆分出2个部分，并按规则派出" in page
    assert page.count("拆分件</dt>") == 2
    assert "还有2个拆分件没有办结" in page


def test_a_parts_page_links_to_its_order_and_offers_nothing_of_a_reporter(target, desk, manager):
    with writing():
        splitting.split(target.number, manager, [Part("NOISE", "夜里的噪声")], "分开办")
    desk.get(path(target))
    number = desk.page.split("拆分件</dt><dd>")[1].split("</a>")[0].split(">")[-1]
    page = desk.get(f"/console/work-orders/{number}").text
    assert "拆分自</dt>" in page
    assert path(target) in page
    assert "夜里的噪声" in page
    assert "反映人</dt>" not in page
    assert not any(f'id="{form}"' in page for form in ("split", "merge", "reveal", "ask"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({}, "请至少填写一个要拆分出去的部分"),
        ({"category-2": "NOISE"}, "请写明这一部分要办什么"),
        ({"description-5": "写了很久的话"}, "请选择这一部分的类别"),
        ({"category-1": "NOISE", "description-1": "写了很久的话", "reason": ""}, "请写明为什么拆分"),
    ],
    ids=["nothing", "no words", "no category", "no reason"],
)
def test_what_is_missing_of_a_part_is_told_at_its_row(target, desk, typed, sentence):
    desk.get(path(target))
    assert desk.submit("/split", **({"reason": "分开办"} | typed)).status_code == 422
    assert sentence in desk.page
    assert all(value in desk.page for value in typed.values())
    assert fresh(target).open_parts == 0


@pytest.mark.parametrize("form", ["merge", "unmerge", "split"])
def test_the_manager_of_a_sibling_community_gets_404(city, at_desk, order, form):
    sibling = at_desk(a_person((Role.MANAGER, city["hyx"]), name="邻居"))
    sibling.get("/console/")
    _, hidden = sibling.form("/sign-out")
    typed = {"key": "k" * 20, "version": "2", "reason": "话", "target": order.number}
    typed |= {"category-1": "NOISE", "description-1": "话"}
    assert sibling.post(f"{path(order)}/{form}", hidden | typed).status_code == 404


def test_a_stale_form_is_told_so(order, target, desk, resident_of):
    desk.get(path(order))
    address, hidden = desk.form("/merge")
    with writing():
        intake.withdraw(order.number, resident_of(order), "好了")
    response = desk.post(address, hidden | {"target": target.number, "reason": "写了很久的理由"})
    assert response.status_code == 412
    assert "写了很久的理由" in desk.page


@pytest.fixture
def resident_of():
    """The first reporter of an order, as an actor."""
    from sqlalchemy import select

    from app.db import db
    from app.work_orders.models import Reporter
    from tests.factories import act

    def find(order):
        return act(db.session.scalar(select(Reporter.account_id).where(Reporter.work_order_id == order.id)))

    return find
