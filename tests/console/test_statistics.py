"""The page of figures: for whom, of where and when, with a way from each number to its orders."""

import csv
import io
import re
from html import unescape

import pytest
from sqlalchemy import select

from app.db import db, end_reading, transaction
from app.people.models import Role
from app.trail import AuditRow
from app.work_orders import rating, recusal
from tests.api.test_statements import statements
from tests.factories import a_clerk, a_manager, a_person, a_resident, a_worker, an_order, claimed, resolved, writing

HERE = "/console/statistics"


@pytest.fixture
def worker(city):
    return a_worker(city["g1"])


@pytest.fixture
def rated(city, worker):
    """Three resolved orders: one rated mostly satisfied, one satisfied, one not rated."""
    orders = []
    for satisfied in ("mostly", "yes", None):
        reporter = a_resident()
        order = resolved(an_order(city, reporter), worker)
        if satisfied:
            with transaction():
                rating.rate(order.number, reporter, answered=True, solved="yes", satisfied=satisfied, comment=None)
        orders.append(order)
    return orders


def row(page: str, name: str) -> list[str]:
    """The cells of a figure's row, without what stands smaller below."""
    plain = re.sub(r'<span class="sub">.*?</span>', "", page, flags=re.S)
    (found,) = re.findall(rf"<tr><th scope=row>{re.escape(name)}</th>(.*?)</tr>", plain, re.S)
    return [unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in re.findall(r"<td>(.*?)</td>", found, re.S)]


def links(page: str, name: str) -> list[str]:
    (found,) = re.findall(rf"<tr><th scope=row>{re.escape(name)}<.*?</tr>", page, re.S)
    return [unescape(address) for address in re.findall(r'href="([^"]+)"', found)]


def numbers(page: str) -> set[str]:
    return set(re.findall(r'class="number" href="[^"]+">(XN\d+)<', page))


def test_the_three_rates_are_told_with_their_counts_interval_and_what_was_before(rated, desk):
    page = desk.get(HERE).text
    assert row(page, "响应率")[:3] == ["3", "3", "100.00%"]
    assert row(page, "解决率")[:3] == ["2", "2", "100.00%"]
    assert row(page, "满意率") == ["1.6", "2", "80.00%", *row(page, "满意率")[3:]]
    assert row(page, "评价率")[:3] == ["2", "3", "66.67%"]
    assert re.fullmatch(r"[\d.]+%～[\d.]+%", row(page, "评价率")[3])
    assert row(page, "响应率")[4:] == ["—", "—"]


def test_every_number_leads_to_its_orders(rated, desk):
    page = desk.get(HERE).text
    numerator, denominator = links(page, "评价率")
    assert numbers(desk.get(numerator).text) == {rated[0].number, rated[1].number}
    assert numbers(desk.get(denominator).text) == {one.number for one in rated}
    addresses = {unescape(one) for one in re.findall(r'href="(/console/statistics/orders[^"]+)"', page)}
    assert len(addresses) > 10
    for address in addresses:
        found = desk.get(address)
        assert found.status_code == 200
        assert numbers(found.text), address


def test_pages_of_orders_lead_on_and_back(rated, desk, monkeypatch):
    monkeypatch.setattr("app.console.statistics.PER_PAGE", 2)
    address = links(desk.get(HERE).text, "评价率")[1]
    first = desk.get(address).text
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = desk.get(unescape(following)).text
    assert numbers(first) | numbers(second) == {one.number for one in rated}
    assert (len(numbers(first)), len(numbers(second))) == (2, 1)
    assert 'rel="prev"' in second
    assert "这一页没有工单了" in desk.get(address + "&page=9").text


def test_whom_an_order_concerns_reads_neither_it_nor_a_count_of_it(city, rated, at_desk):
    concerned, superior = a_manager(city["xnlx"], name="韩英"), a_manager(city["ht"])
    with writing():
        recusal.recuse(rated[2].number, superior, concerned.public_id, "亲属")
    desk, other = at_desk(concerned), at_desk(superior)
    page = desk.get(HERE).text
    assert row(page, "评价率")[:2] == ["2", "2"]
    assert row(page, "受理率")[:2] == ["2", "2"]
    assert rated[2].number not in desk.get(links(page, "评价率")[1]).text
    assert row(other.get(HERE).text, "评价率")[:2] == ["2", "3"]


def test_nobody_counts_what_they_reported_themselves(city, worker, at_desk):
    manager = a_manager(city["xnlx"])
    resolved(an_order(city, manager), worker)
    assert "这段时间没有可统计的工单" in at_desk(manager).get(HERE).text


def test_a_sibling_is_absent_and_what_lies_below_can_be_chosen(city, rated, at_desk):
    sibling, street = at_desk(a_manager(city["hyx"])), at_desk(a_manager(city["ht"]))
    for address in (f"{HERE}?place={city['xnlx']}", f"{HERE}/orders?place={city['xnlx']}&figure=solved"):
        assert sibling.get(address).status_code == 404
    assert sibling.get(f"{HERE}?place={city['ht']}").status_code == 404
    assert row(street.get(f"{HERE}?place={city['xnlx']}").text, "评价率")[:2] == ["2", "3"]
    assert "这段时间没有可统计的工单" in street.get(f"{HERE}?place={city['hyx']}").text


@pytest.mark.parametrize("place", ["99999999999999999999", "abc", "-1", "0", "7e3", "１"])
def test_an_odd_place_is_absent(desk, place):
    assert desk.get(f"{HERE}?place={place}").status_code == 404


def test_an_auditor_reads_figures_and_a_clerk_reads_why_not(city, rated, at_desk):
    assert "响应率" in at_desk(a_person((Role.AUDITOR, city["cx"]))).get(HERE).text
    clerk = at_desk(a_clerk(city["xnlx"]))
    assert "您没有管理员或审计员岗位" in clerk.get(HERE).text
    assert f'href="{HERE}"' not in clerk.get("/console/").text
    assert clerk.get(f"{HERE}/orders?figure=solved").status_code == 403
    assert clerk.get(f"{HERE}/tables.csv").status_code == 403


def test_places_below_are_compared_and_those_with_few_cases_stand_apart_without_a_rank(city, worker, at_desk):
    for _ in range(20):
        resolved(an_order(city), worker)
    there = a_worker(city["h1"])
    resolved(an_order(city, compound=city.far_compound), there)
    page = at_desk(a_manager(city["ht"])).get(f"{HERE}?by=response").text
    ranked, few = re.findall(r"<h2 id=\"h-table-\d+\">([^<]*(?:比较|不排名)[^<]*)</h2>(.*?)</section>", page, re.S)
    assert "新宁路西社区" in ranked[1]
    assert "湟岸巷社区" not in ranked[1]
    assert ranked[0] == "下级比较（按响应率）"
    assert "湟岸巷社区" in few[1]
    assert "名次" not in few[1]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("period=days&from=2026-13-01&to=2026-12-31", "年-月-日"),
        ("period=days&from=2026-03-02&to=2026-03-01", "早于开始日期"),
        ("from=x&to=", "年-月-日"),
        ("period=days&from=2001-01-01&to=2026-01-01", "两年"),
    ],
)
def test_wrong_dates_are_refused_kindly_and_kept(desk, query, sentence):
    answer = desk.get(f"{HERE}?{query}")
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'aria-invalid="true"' in answer.text
    typed = re.search(r"from=([^&]+)", query)[1]
    assert f'value="{typed}"' in answer.text
    assert desk.get(f"{HERE}/orders?figure=solved&{query}").status_code == 422


@pytest.mark.parametrize(
    "query", ["figure=nothing", "figure=ledger_added&part=denominator", "", "figure=solved&part=x"]
)
def test_a_number_that_there_is_not_is_absent(desk, query):
    assert desk.get(f"{HERE}/orders?{query}").status_code == 404


@pytest.mark.parametrize("query", ["by=x", "page=abc", "period=century", "period=last_month", "period=year"])
def test_an_odd_address_shows_a_page(desk, rated, query):
    assert desk.get(f"{HERE}?{query}").status_code == 200


def test_an_empty_period_says_so(desk):
    assert "这段时间没有可统计的工单" in desk.get(HERE).text


def test_the_tables_can_be_taken_away_and_that_is_written_down(rated, desk, manager):
    answer = desk.get(f"{HERE}/tables.csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert ["评价率", "2", "3", "66.67%"] in [line[:4] for line in lines]
    (written,) = db.session.scalars(select(AuditRow).where(AuditRow.action == "statistics.exported"))
    assert written.actor_id == manager.account_id
    end_reading()


def test_a_name_that_a_spreadsheet_would_calculate_is_quoted(city, at_desk, worker):
    from app.console.statistics import _plain

    assert [_plain(text) for text in ("=1+1", "+86", "-1", "@x", "平安")] == ["'=1+1", "'+86", "'-1", "'@x", "平安"]


def test_the_page_costs_the_same_however_many_orders_there_are(city, desk, worker):
    def cost():
        with statements() as seen:
            assert desk.get(HERE).status_code == 200
        return len(seen)

    resolved(an_order(city), worker)
    claimed(an_order(city), worker)
    cost()
    before = cost()
    for _ in range(3):
        resolved(an_order(city), worker)
    assert cost() == before <= 75
