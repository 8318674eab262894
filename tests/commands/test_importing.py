"""Bringing in days, limits and hours as files: errors by row, dry runs, and what becomes of orders that are open."""

from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import func, select, update

from app.commands import importing as command
from app.db import db, end_reading
from app.deadlines.limits import Limit, ServiceClass, Step, Unit
from app.deadlines.models import CalendarDay, TimeLimit, WorkingHours
from app.deadlines.queries import calendar, limits
from app.errors import Overtaken
from app.trail import AuditRow
from app.work_orders import extensions, questions, recounting
from app.work_orders.due_reasons import reasons
from app.work_orders.models import WorkOrder
from tests.factories import a_city, a_manager, a_resident, a_worker, an_order, claimed, fresh, resolved, writing
from tests.work_orders.record import run as act
from tests.work_orders.record import sweep, timers, topics
from tests.work_orders.waiting import spoken

TUESDAY_10 = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
DAY_OFF = "date,working,name,source\n2026-03-16,休息,市运动会,本市\n"


@pytest.fixture(autouse=True)
def moving():
    with time_machine.travel(TUESDAY_10, tick=False) as traveller:
        yield traveller


@pytest.fixture
def bring(app, tmp_path):
    """Bring in one file by its kind."""
    runner = app.test_cli_runner()

    def invoke(kind, text, *more):
        end_reading()
        (tmp_path / f"{kind}.csv").write_text(text, encoding="utf8")
        return runner.invoke(args=["import", kind, str(tmp_path), *more])

    return invoke


@pytest.fixture
def city(app):
    return a_city()


@pytest.fixture
def worker(city):
    return a_worker(city["g1"])


@pytest.fixture
def order(city, worker):
    """Due 03-19 18:00, contact 03-11 18:00."""
    return claimed(an_order(city), worker)


def count(model):
    found = db.session.scalar(select(func.count()).select_from(model))
    end_reading()
    return found


# the files


def test_days_come_in_are_counted_and_a_second_time_change_nothing(bring):
    first = bring("calendar", DAY_OFF)
    assert first.exit_code == 0, first.output
    assert "已新增 1 条，修改 0 条，0 条没有变化" in first.output
    assert not calendar().is_working_day(datetime(2026, 3, 16).date())
    assert "已新增 0 条，修改 0 条，1 条没有变化" in bring("calendar", DAY_OFF).output
    assert "修改 1 条" in bring("calendar", DAY_OFF.replace("休息", "上班")).output


def test_a_dry_run_writes_nothing(bring, order):
    for kind, text, model in (
        ("calendar", DAY_OFF, CalendarDay),
        ("limits", "class_code,step,amount,unit\nP3,resolve,5,working_days\n", TimeLimit),
        ("hours", "starts,ends\n08:30,12:00\n", WorkingHours),
    ):
        told = bring(kind, text, "--dry-run")
        assert told.exit_code == 0, told.output
        assert "将会新增 1 条" in told.output
        assert count(model) == 0
    assert spoken(fresh(order).due_at) == "03-19 18:00"


def test_wrong_rows_are_told_by_line_and_column_and_nothing_is_written(bring):
    told = bring("calendar", "date,working,name,source\n\nsoon,休息,,\n2026-03-16,maybe,,本市\n2026-03-17,休息,,火星\n")
    assert told.exit_code == 1
    for place in ("calendar.csv 第 3 行 date", "第 4 行 working", "第 5 行 source", "共 3 处错误"):
        assert place in told.output
    assert count(CalendarDay) == 0
    told = bring("limits", "class_code,step,amount,unit\nP9,resolve,5,working_days\nP3,resolve,0,working_days\n")
    assert "第 2 行 class_code" in told.output
    assert "第 3 行 amount" in told.output
    assert count(TimeLimit) == 0


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ("nine,12:00", "第 2 行 starts"),
        ("12:00,09:00", "第 2 行 ends"),
        ("09:00,12:00\n11:00,18:00", "第 3 行 ends"),
        ("09:00,18:00+08:00", "第 2 行 ends"),
    ],
    ids=["words", "backwards", "overlap", "zone"],
)
def test_hours_that_are_no_day_are_refused(bring, rows, place):
    told = bring("hours", f"starts,ends\n{rows}\n")
    assert told.exit_code == 1
    assert place in told.output
    assert count(WorkingHours) == 0


def test_limits_count_from_then_on_and_move_no_open_order(bring, city, order, worker):
    told = bring("limits", "class_code,step,amount,unit\nP3,resolve,9,个工作日\n")
    assert told.exit_code == 0, told.output
    assert limits()[ServiceClass.P3, Step.RESOLVE] == Limit(9, Unit.WORKING_DAYS)
    assert spoken(fresh(order).due_at) == "03-19 18:00"
    assert spoken(claimed(an_order(city), worker).due_at) == "03-23 18:00"


def test_a_missing_column_is_told(bring):
    told = bring("hours", "starts\n09:00\n")
    assert "缺少列" in told.output


# open orders


def test_a_day_off_moves_what_is_open_later_tells_it_and_watches_the_new_date(bring, order):
    told = bring("calendar", DAY_OFF)
    assert "1 件的办结时限因此顺延" in told.output
    row = fresh(order)
    assert (spoken(row.due_at), spoken(row.original_due_at)) == ("03-20 18:00", "03-20 18:00")
    running = timers(order)
    # 80 % of seven working days are 39.2 hours: five days and 4.2 hours after the start day, without the day off.
    assert (spoken(running["due"]), spoken(running["warn_80"])) == ("03-20 18:00", "03-19 15:12")
    assert topics(order)[-1] == "recounted"
    facts = db.session.scalar(select(AuditRow.facts).where(AuditRow.action == "work_order.recounted"))
    end_reading()
    assert facts == {"before": "2026-03-19T18:00:00+08:00", "after": "2026-03-20T18:00:00+08:00"}
    assert [one.kind for one in reasons(row)] == ["span"]
    end_reading()
    assert "0 件的办结时限" in bring("calendar", DAY_OFF).output


def test_a_make_up_day_moves_nothing_earlier_but_counts_for_what_comes_later(bring, city, order, worker):
    told = bring("calendar", "date,working,name,source\n2026-03-14,上班,补班,local\n")
    assert "0 件的办结时限" in told.output
    assert spoken(fresh(order).due_at) == "03-19 18:00"
    later = claimed(an_order(city), worker)
    assert spoken(later.due_at) == "03-18 18:00"
    found = reasons(fresh(order))
    end_reading()
    assert [one.kind for one in found] == ["span", "set"]
    assert found[-1].end == fresh(order).due_at


def test_the_contact_limit_moves_too_unless_it_is_met(bring, city, order, worker):
    bring("calendar", DAY_OFF.replace("03-16", "03-11"))
    row = fresh(order)
    assert (spoken(row.contact_due_at), spoken(timers(order)["contact"])) == ("03-12 18:00", "03-12 18:00")


def test_pauses_and_extensions_are_kept_while_a_paused_order_stays_stopped(bring, city, worker, moving):
    resident, manager = a_resident(), a_manager(city["xnlx"])
    order = claimed(an_order(city, resident), worker)
    act(questions.ask, order.number, worker, "几层")
    moving.move_to(datetime(2026, 3, 10, 6, 0, tzinfo=UTC))  # two working hours
    act(questions.answer, order.number, resident, "三层", [])
    act(extensions.ask, order.number, worker, 1, "等配件")
    act(extensions.decide, order.number, manager, True, "同意")
    paused = claimed(an_order(city, resident), worker)
    act(questions.ask, paused.number, worker, "几层")
    before = fresh(order).due_at
    assert "2 件的办结时限" in bring("calendar", DAY_OFF).output
    assert (spoken(before), spoken(fresh(order).due_at)) == ("03-23 18:00", "03-24 18:00")
    assert "due" not in timers(paused)
    act(questions.answer, paused.number, resident, "三层", [])
    assert spoken(timers(paused)["due"]) == "03-20 18:00"


def test_what_has_ended_or_is_counted_by_the_clock_stays(bring, city, worker):
    done, urgent = resolved(an_order(city), worker), an_order(city, category="LIFT")
    before = [fresh(one) for one in (done, urgent)]
    bring("calendar", DAY_OFF.replace("03-16", "03-11"))
    assert [fresh(one).due_at for one in (done, urgent)] == [one.due_at for one in before]


def test_what_was_late_only_by_a_day_off_is_late_no_more(bring, order, moving):
    moving.move_to(datetime(2026, 3, 19, 12, 0, tzinfo=UTC))
    sweep()
    assert fresh(order).overdue_at is not None
    bring("calendar", DAY_OFF)
    assert fresh(order).overdue_at is None


def test_many_orders_are_counted_in_batches(city, worker, bring, monkeypatch):
    orders = [claimed(an_order(city), worker) for _ in range(5)]
    monkeypatch.setattr(recounting.recount, "__defaults__", (0, 2))
    assert "5 件的办结时限" in bring("calendar", DAY_OFF).output
    assert {spoken(fresh(order).due_at) for order in orders} == {"03-20 18:00"}


def test_a_batch_that_was_overtaken_is_counted_as_it_is_then(order, bring, monkeypatch):
    honest, tries = recounting.recount, []

    def overtaken(after):
        tries.append(after)
        if len(tries) == 1:
            raise Overtaken
        return honest(after)

    monkeypatch.setattr(command.recounting, "recount", overtaken)
    assert "1 件的办结时限" in bring("calendar", DAY_OFF).output
    assert tries[:2] == [0, 0]


def test_orders_from_before_the_span_was_kept_are_counted_by_the_rule(bring, order):
    with writing():
        db.session.execute(update(WorkOrder).where(WorkOrder.id == order.id).values(counted_from=None, span=None))
    assert "1 件的办结时限" in bring("calendar", DAY_OFF).output
    assert spoken(fresh(order).due_at) == "03-20 18:00"
