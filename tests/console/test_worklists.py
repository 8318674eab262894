"""待办: what is put to the offices a person manages, in their tab, due first; and on the order's page what passed."""

import re
from datetime import timedelta
from html import unescape

import pytest

from app import clock
from app.people.models import Role
from app.work_orders import extensions, recusal
from app.work_orders.offices import task_records
from app.work_orders.offices.waiting_lists import KINDS, SHOWN
from app.work_orders.side_records import KIND_NAMES, Kind, put
from app.work_orders.workflow import Action
from tests.api.test_statements import statements
from tests.factories import a_clerk, a_manager, a_person, a_worker, an_order, claimed, fresh, writing

HERE = "/console/worklists"
OPENED_BY = {
    Kind.EXTENSION: Action.EXTEND,
    Kind.CATEGORY: Action.RECATEGORISE,
    Kind.LEDGER_PROPOSAL: Action.PROPOSE_LEDGER,
    Kind.TERMINATION: Action.PROPOSE_TERMINATION,
    Kind.ESCALATION_PROPOSAL: Action.PROPOSE_ESCALATION,
    Kind.DISPUTE: Action.DISPUTE,
    Kind.ESCALATION: Action.ESCALATE,
    Kind.SUPERVISION: Action.SUPERVISE,
    Kind.LEDGER: Action.DECIDE_LEDGER,
}


@pytest.fixture
def worker(city):
    return a_worker(city["g1"])


@pytest.fixture
def street(city, at_desk):
    return at_desk(a_manager(city["ht"]))


def opened(city, worker, kind, unit, *, hours=5, **more):
    """An order at hand on which this kind of thing is put to an office."""
    order = claimed(an_order(city, **more), worker)
    with writing():
        row = find(order, worker)
        facts = {"step": "proposed", "former_name": "噪声", "category_name": "照明"} if kind is Kind.CATEGORY else {}
        told = {"text": "2个工作日"} if kind is Kind.EXTENSION else facts
        event = row.take(
            OPENED_BY[kind], by=worker, to="in_progress" if kind is not Kind.LEDGER else "on_ledger", **told
        )
        own = {"level": "general", "causes": [], "replies": 0} if kind is Kind.SUPERVISION else {}
        put(row, kind, event, unit_id=unit, due_at=clock.now() + timedelta(hours=hours), **own)
    return order


def find(order, actor):
    from app.work_orders import queries

    return queries.find(order.number, actor)


def rows(page: str) -> list[str]:
    return re.findall(r'class="number" href="/console/work-orders/(XN\d+)"', page)


def tab(page: str, name: str) -> str:
    (count,) = re.findall(rf'<li><a href="[^"]+"[^>]*>{name}(?:<span class="count">([\d+]+)<.*?)?</a></li>', page)
    return count


@pytest.mark.parametrize("kind", SHOWN)
def test_what_is_put_to_ones_office_stands_under_its_tab_with_what_is_asked(city, worker, street, kind):
    order = opened(city, worker, kind, city["ht"])
    (code,) = [code for code, kinds in KINDS.items() if kind in kinds]
    page = street.get(f"{HERE}?tab={code}").text
    assert rows(page) == [order.number]
    for word in (KIND_NAMES[kind], "噪声", "3号楼", "虎台街道", "新宁路西社区", "李建国", "还剩"):
        assert word in page
    others = [street.get(f"{HERE}?tab={other}").text for other in (*KINDS, "tasks") if other != code]
    assert [rows(other) for other in others] == [[]] * len(others)


def test_what_is_put_to_another_office_is_seen_in_ones_area_on_demand_alone(city, worker, at_desk, street):
    order = opened(city, worker, Kind.SUPERVISION, city["ht"])
    community, sibling = at_desk(a_manager(city["xnlx"])), at_desk(a_manager(city["hyx"]))
    assert rows(community.get(f"{HERE}?tab=supervisions").text) == []
    assert rows(community.get(f"{HERE}?tab=supervisions&area=all").text) == [order.number]
    assert rows(sibling.get(f"{HERE}?tab=supervisions&area=all").text) == []
    assert rows(street.get(f"{HERE}?tab=supervisions").text) == [order.number]


def test_what_is_due_first_stands_first_and_what_is_late_is_marked(city, worker, street):
    later, late, soon = (opened(city, worker, Kind.DISPUTE, city["ht"], hours=hours) for hours in (30, -2, 1))
    page = street.get(f"{HERE}?tab=disputes").text
    assert rows(page) == [late.number, soon.number, later.number]
    assert page.count('<tr class="late">') == 1
    assert "已超期2小时" in page


def test_what_was_answered_is_gone(city, worker, at_desk):
    order = claimed(an_order(city), worker)
    with writing():
        extensions.ask(order.number, worker, 1, "等配件")
    desk = at_desk(manager := a_manager(city["xnlx"]))
    assert "申请延期1个工作日" in desk.get(HERE).text
    assert tab(desk.page, "审批") == "1"
    with writing():
        extensions.decide(order.number, manager, True, "同意")
    assert rows(desk.get(HERE).text) == []
    assert "现在没有这类待办" in desk.page


def test_tasks_of_ones_own_office_stand_under_their_tab(city, worker, street):
    order = claimed(an_order(city), worker)
    with writing():
        row = find(order, worker)
        event = row.take(Action.ASSIST, by=worker, visible="internal")
        task_records.put(row, event, unit_id=city["ht"], cause="asked", what="请派人", due_at=clock.now())
    page = street.get(f"{HERE}?tab=tasks").text
    assert rows(page) == [order.number]
    assert "协办任务" in page
    assert tab(page, "协办任务") == "1"


def test_whom_an_order_concerns_reads_neither_it_nor_a_count_of_it(city, worker, at_desk):
    order = opened(city, worker, Kind.DISPUTE, city["ht"])
    concerned = a_manager(city["ht"], name="韩英")
    desk = at_desk(concerned)
    assert tab(desk.get(f"{HERE}?tab=disputes").text, "异议") == "1"
    superior = a_manager(city["cx"])
    with writing():
        recusal.recuse(order.number, superior, concerned.public_id, "亲属")
    page = desk.get(f"{HERE}?tab=disputes").text
    assert (rows(page), tab(page, "异议")) == ([], "")
    assert rows(desk.get(f"{HERE}?tab=disputes&area=all").text) == []


def test_who_manages_nothing_reads_why_it_is_empty(city, at_desk):
    desk = at_desk(a_clerk(city["xnlx"]))
    assert "您没有社区及以上的管理员岗位" in desk.get(HERE).text
    assert f'href="{HERE}"' not in desk.get("/console/").text
    assert "您没有社区及以上的管理员岗位" in at_desk(a_person((Role.MANAGER, city["g1"]))).get(HERE).text


@pytest.mark.parametrize("query", ["?tab=x", "?page=x", "?page=-1", "?page=99999999", "?area=y", ""])
def test_an_odd_address_shows_a_page(street, query):
    assert street.get(HERE + query).status_code == 200


def test_pages_lead_on_and_back(city, worker, street, monkeypatch):
    monkeypatch.setattr("app.console.worklists.PER_PAGE", 2)
    orders = [opened(city, worker, Kind.DISPUTE, city["ht"], hours=hours) for hours in (1, 2, 3)]
    page = street.get(f"{HERE}?tab=disputes").text
    (following,) = re.findall(r'rel="next" href="([^"]+)"', page)
    assert rows(page) == [order.number for order in orders[:2]]
    page = street.get(unescape(following)).text
    assert rows(page) == [orders[2].number]
    assert 'rel="prev"' in page


def test_the_bar_counts_what_is_put_to_ones_offices_up_to_a_hundred(city, worker, street, monkeypatch):
    for kind in (Kind.DISPUTE, Kind.ESCALATION):
        opened(city, worker, kind, city["ht"])
    opened(city, worker, Kind.DISPUTE, city["cx"])
    assert re.search(r'待办<span class="count">2<', street.get("/console/").text)
    monkeypatch.setattr("app.work_orders.offices.waiting_lists.COUNTED_TO", 2)
    assert re.search(r'待办<span class="count">1\+<', street.get("/console/").text)


def test_a_list_costs_the_same_however_much_waits_and_the_bar_one_statement(city, worker, street):
    def cost(path):
        street.get(path)
        with statements() as seen:
            assert street.get(path).status_code == 200
        return len(seen), sum("side_record" in one for one in seen)

    opened(city, worker, Kind.DISPUTE, city["ht"])
    before = cost(f"{HERE}?tab=disputes")
    for _ in range(3):
        opened(city, worker, Kind.DISPUTE, city["ht"])
    assert cost(f"{HERE}?tab=disputes") == before
    assert cost("/console/messages")[1] == 1


# what may be one matter


def test_what_may_be_one_matter_stands_in_pairs_that_lead_to_the_form(city, at_desk):
    older, newer = an_order(city, description="三楼晚上装修吵"), an_order(city, description="楼上夜里施工")
    page = at_desk(a_manager(city["xnlx"])).get(f"{HERE}?tab=leads").text
    assert rows(page) == [newer.number, older.number]
    assert f'href="/console/work-orders/{newer.number}?into={older.number}#merge"' in page
    for word in ("三楼晚上装修吵", "楼上夜里施工", "噪声", "3号楼"):
        assert word in page
    assert "看所辖的全部" not in page


def test_an_order_that_is_like_several_is_told_about_once(city, at_desk):
    oldest, older, newest = (an_order(city) for _ in range(3))
    page = at_desk(a_manager(city["xnlx"])).get(f"{HERE}?tab=leads").text
    assert rows(page) == [newest.number, older.number, oldest.number, older.number, oldest.number]
    assert page.count("同上") == 1


def test_leads_are_hints_and_count_nowhere_as_waiting(city, at_desk):
    an_order(city), an_order(city)
    page = at_desk(a_manager(city["xnlx"])).get(f"{HERE}?tab=leads").text
    assert tab(page, "并案线索") == ""
    assert '待办<span class="count">' not in page


def test_of_what_is_confidential_leads_say_no_words(city, at_desk):
    for _ in range(2):
        an_order(city, confidential=True, description="举报某某")
    page = at_desk(a_manager(city["xnlx"])).get(f"{HERE}?tab=leads").text
    assert len(rows(page)) == 2
    assert "举报某某" not in page


def test_without_leads_the_page_says_what_would_be_there(city, at_desk):
    an_order(city), an_order(city, compound=city.far_compound)
    page = at_desk(a_manager(city["xnlx"])).get(f"{HERE}?tab=leads").text
    assert rows(page) == []
    assert "现在没有并案线索" in page


def test_leads_lead_on_and_back(city, at_desk, monkeypatch):
    monkeypatch.setattr("app.console.worklists.PER_PAGE", 2)
    for _ in range(3):
        an_order(city)
    desk = at_desk(a_manager(city["xnlx"]))
    (following,) = re.findall(r'rel="next" href="([^"]+)"', desk.get(f"{HERE}?tab=leads").text)
    assert len(rows(desk.get(unescape(following)).text)) == 2


# the order's own page


def test_the_orders_page_lists_what_passed_between_offices_open_and_ended(city, worker, at_desk):
    order = opened(city, worker, Kind.SUPERVISION, city["ht"])
    superior = a_manager(city["ht"])
    with writing():
        extensions.ask(order.number, worker, 1, "等配件")
    with writing():
        extensions.decide(order.number, superior, False, "不同意")
    page = at_desk(a_manager(city["xnlx"])).get(f"/console/work-orders/{order.number}").text
    (section,) = re.findall(r'<section [^>]*aria-labelledby="h-between">.*?</section>', page, re.S)
    assert [section.index(word) for word in ("督办", "虎台街道", "延期申请", "不同意")]
    assert "还剩" in section


def test_an_order_that_never_had_any_is_not_asked_for_them(city, worker, at_desk):
    plain, rich, manager = claimed(an_order(city), worker), claimed(an_order(city), worker), a_manager(city["xnlx"])
    with writing():
        extensions.ask(rich.number, worker, 1, "等配件")
    with writing():
        extensions.decide(rich.number, manager, False, "不同意")
    desk = at_desk(manager)

    def cost(order):
        desk.get(f"/console/work-orders/{order.number}")
        with statements() as seen:
            desk.get(f"/console/work-orders/{order.number}")
        return len(seen)

    assert "单位之间" not in desk.get(f"/console/work-orders/{plain.number}").text
    assert cost(rich) == cost(plain) + 2
    assert fresh(plain).beside == ""
