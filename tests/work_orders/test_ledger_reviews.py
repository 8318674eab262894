"""What is on the ledger: looked at again, going on, and going on by itself when nobody looked."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from app import clock
from app.db import db, end_reading
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.people import sign_in
from app.people.models import Account
from app.work_orders import board, due_dates, extensions, leaving, lists, recusal, resuming, urging
from app.work_orders.board import BoardFilters
from app.work_orders.detail import detail
from app.work_orders.due_dates import is_overdue
from app.work_orders.offices import ledger_reviews
from app.work_orders.side_records import SideRecord
from app.work_orders.workflow import WrongStatus
from tests.factories import a_clerk, a_manager, a_resident, a_worker, an_order, claimed, fresh, writing
from tests.work_orders.on_ledger import kept, proposed, put_on, renewed, resumed, supervised
from tests.work_orders.record import events, last, public_id, refused, run, story, sweep, timers, told, topics
from tests.work_orders.waiting import records, spoken

APRIL_1 = date(2026, 4, 1)


@pytest.fixture
def order(city, resident, worker):
    """Seven working days: due 03-19 18:00."""
    return claimed(an_order(city, resident), worker)


@pytest.fixture
def above(city):
    return a_manager(city["ht"], name="铁占林")


@pytest.fixture
def waiting(order, worker, above):
    return put_on(order, worker, above)


# looking again


def test_a_review_lets_it_wait_on_without_a_gap(waiting, above, at):
    began = fresh(waiting).paused_at
    at("03-19 10:00")
    renewed(waiting, above, APRIL_1)
    row = fresh(waiting)
    assert (row.status, row.paused_at, row.paused_from) == ("on_ledger", began, "in_progress")
    assert spoken(row.step_due_at) == spoken(timers(waiting)["ledger_review"]) == "04-01 18:00"
    first, second = kept(waiting)
    assert (first[0], first[2]) == ("renewed", second[1])
    assert (second[0], second[4]["period"]) == (None, 2)
    assert second[4]["running"] == first[4]["running"]
    assert "to" not in first[4]
    assert (last(waiting).words, last(waiting).visible) == ("工程队仍未进场", "reporter")
    assert told(waiting, "ledger_renewed")["review_at"] == "2026-04-01T18:00:00+08:00"


def test_the_former_day_passes_and_nothing_happens(waiting, worker, above, at):
    at("03-19 10:00")
    renewed(waiting, above, APRIL_1)
    at("03-21 10:00")
    sweep()
    assert fresh(waiting).status == "on_ledger"
    at("04-01 18:00")
    sweep()
    assert fresh(waiting).status == "in_progress"


def test_only_the_office_that_approved_or_above_and_never_whoever_proposed_reviews(city, resident, worker, manager):
    proposer, district = a_manager(city["ht"]), a_manager(city["cx"])
    order = claimed(an_order(city, resident), worker)
    put_on(order, proposer, district)
    review = ledger_reviews.review
    assert "不能审批自己的挂账申请" in refused(NotAllowed, review, order.number, proposer, APRIL_1, "还要等").message
    other = a_manager(city["ht"])
    assert "由城西区或上级的管理员审批" in refused(NotAllowed, review, order.number, other, APRIL_1, "还要等").message
    for stranger in (manager, worker, a_clerk(city["cx"])):
        refused(NotAllowed, review, order.number, stranger, APRIL_1, "还要等")
    refused(NotFound, review, order.number, a_manager(city["cz"]), APRIL_1, "还要等")
    assert renewed(order, a_manager(city["xn"]), APRIL_1).status == "on_ledger"


@pytest.mark.parametrize(
    ("day", "note", "field"),
    [(None, "还要等", "review_on"), (date(2026, 3, 10), "还要等", "review_on"), (date(2026, 6, 9), "等", "review_on"),
     (APRIL_1, " ", "note")],
)  # fmt: skip
def test_what_is_missing_in_a_review_is_told_at_its_field(waiting, above, day, note, field):
    fault = refused(Invalid, ledger_reviews.review, waiting.number, above, day, note)
    assert list(fault.fields) == [field]


def test_what_is_supervised_waits_no_longer_than_was_approved(city, waiting, above):
    supervised(waiting, above, city["ht"])
    assert fresh(waiting).status == "on_ledger"
    error = refused(Conflict, ledger_reviews.review, waiting.number, above, APRIL_1, "还要等")
    assert error.context["reason"] == "supervised"


def test_after_three_periods_it_is_not_renewed(waiting, above):
    renewed(waiting, above, APRIL_1)
    renewed(waiting, above, date(2026, 5, 1))
    error = refused(Conflict, ledger_reviews.review, waiting.number, above, date(2026, 6, 1), "还要等")
    assert error.context["reason"] == "waited-enough"


def test_once_its_day_has_passed_it_is_too_late_for_a_review(waiting, above, at):
    at("03-20 18:00")
    error = refused(Conflict, ledger_reviews.review, waiting.number, above, APRIL_1, "还要等")
    assert error.context["reason"] == "too-late"


def test_what_is_not_on_the_ledger_is_not_reviewed(order, above):
    refused(WrongStatus, ledger_reviews.review, order.number, above, APRIL_1, "还要等")


# going on


def test_whoever_has_it_goes_on_and_the_time_moves_by_the_working_time_it_waited(waiting, worker, at):
    at("03-12 10:00")
    resumed(waiting, worker)
    row = fresh(waiting)
    assert (row.status, row.assignee_id, row.beside) == ("in_progress", worker.account_id, "")
    assert (row.paused_at, row.paused_from, row.step_due_at) == (None, None, None)
    assert (spoken(row.due_at), spoken(row.original_due_at)) == ("03-23 18:00", "03-19 18:00")
    running = timers(waiting)
    assert (spoken(running["due"]), spoken(running["contact"])) == ("03-23 18:00", "03-13 18:00")
    assert "ledger_review" not in running
    assert (last(waiting).action, last(waiting).visible) == ("resume", "act")
    assert topics(waiting)[-1] == "resumed"


def test_a_manager_of_the_place_goes_on_too_and_others_do_not(city, waiting, manager, colleague, clerk):
    for stranger in (colleague, clerk):
        refused(NotAllowed, resuming.resume, waiting.number, stranger, "好了")
    refused(NotFound, resuming.resume, waiting.number, a_worker(city["h1"]), "好了")
    assert list(refused(Invalid, resuming.resume, waiting.number, manager, " ").fields) == ["note"]
    resumed(waiting, manager)
    assert fresh(waiting).status == "in_progress"
    refused(WrongStatus, resuming.resume, waiting.number, manager, "再来一次")


def test_whoever_left_meanwhile_does_not_get_it_back(waiting, worker, manager, at):
    at("03-12 10:00")
    with writing():
        sign_in.deactivate(db.session.get(Account, worker.account_id), manager)
    run(leaving.recall_strays, clock.now())
    assert (fresh(waiting).status, fresh(waiting).assignee_id) == ("on_ledger", worker.account_id)
    resumed(waiting, manager)
    row = fresh(waiting)
    assert (row.status, row.assignee_id) == ("pooled", None)
    assert topics(waiting)[-1] == "released"
    assert {"claim", "due"} <= set(timers(waiting))


def test_whom_it_came_to_concern_meanwhile_does_not_get_it_back(waiting, worker, manager):
    run(recusal.recuse, waiting.number, manager, public_id(worker), "是当事人")
    assert (fresh(waiting).status, fresh(waiting).assignee_id) == ("on_ledger", None)
    resumed(waiting, manager)
    assert fresh(waiting).status == "pooled"


# nobody looks


def test_unreviewed_it_goes_on_by_itself_once_and_the_offices_hear_of_it(city, waiting, worker, at):
    at("03-20 18:00")
    sweep()
    sweep()
    row = fresh(waiting)
    assert (row.status, row.assignee_id) == ("in_progress", worker.account_id)
    assert story(waiting).count("resume") == 1
    assert last(waiting).facts["unreviewed"] is True
    assert records(waiting)[-1] == ("ledger", "unreviewed")
    assert topics(waiting)[-2:] == ["resumed", "ledger_unreviewed"]
    facts = told(waiting, "ledger_unreviewed")
    assert (facts["unit_id"], facts["lead_unit_id"]) == (city["ht"], city["xnlx"])
    assert spoken(row.due_at) == "04-01 17:00"  # eight days and six hours of work after 03-19 18:00


def test_after_days_without_a_sweep_it_counts_until_the_sweep_came(waiting, at):
    at("03-24 10:00")
    sweep()
    assert spoken(fresh(waiting).due_at) == "04-02 18:00"


def test_the_offices_hear_of_it_even_if_nobody_has_the_order_any_more(waiting, worker, manager, at):
    run(recusal.recuse, waiting.number, manager, public_id(worker), "是当事人")
    at("03-20 18:00")
    sweep()
    assert fresh(waiting).status == "pooled"
    assert topics(waiting)[-2:] == ["released", "ledger_unreviewed"]


# beside other things


def test_urging_meanwhile_is_a_note_only(waiting, resident):
    run(urging.urge, waiting.number, resident, "什么时候修")
    assert last(waiting).facts["paused"] is True
    assert "urge" not in timers(waiting)


def test_lists_tell_it_as_it_was_when_it_began_to_wait(city, order, resident, worker, manager, above, at):
    late = claimed(an_order(city, resident, "LIGHT"), worker)  # due 03-13 18:00
    at("03-16 10:00")
    put_on(late, worker, above)
    put_on(order, worker, above)
    at("03-20 10:00")
    rows = {row.number: row for row in lists.mine(worker, False, None, 50)}
    assert {number: is_overdue(row) for number, row in rows.items()} == {late.number: True, order.number: False}
    assert [row.number for row in board.page(manager, BoardFilters(overdue=True))] == [late.number]
    assert board.counts(manager) == {"on_ledger": 2}
    assert len(board.page(manager, BoardFilters(status="on_ledger"))) == 2
    end_reading()


def test_the_records_alone_tell_how_many_there_were_came_and_went(city, worker, above, at):
    """Opening + added − cleared = closing, and what is renewed neither comes nor goes."""
    orders = [claimed(an_order(city, a_resident()), worker) for _ in range(4)]
    put_on(orders[0], worker, above)  # from before the span, renewed in it
    put_on(orders[1], worker, above)  # from before the span, cleared in it
    since = at("03-12 09:00")
    renewed(orders[0], above, APRIL_1)
    resumed(orders[1], worker)
    put_on(orders[2], worker, above)  # comes and stays
    put_on(orders[3], worker, above)  # comes, is renewed, and goes
    renewed(orders[3], above, APRIL_1)
    at("03-13 09:00")
    resumed(orders[3], worker)
    until = at("03-14 09:00")
    assert _counts(since, until) == (2, 2, 2, 2)
    resumed(orders[2], worker)
    assert _counts(since, until) == (2, 2, 2, 2)
    assert _counts(until, datetime(2027, 1, 1, tzinfo=UTC)) == (2, 0, 1, 1)


def _counts(since, until):
    """(opening, added, cleared, closing) of a span, as the module of the entries tells it."""
    rows = db.session.execute(
        select(SideRecord.opened_at, SideRecord.ended_at, SideRecord.outcome).where(SideRecord.kind == "ledger")
    ).all()
    end_reading()

    def standing(moment):
        return sum(row.opened_at < moment and (row.ended_at is None or row.ended_at >= moment) for row in rows)

    ended = [row.outcome for row in rows if row.ended_at is not None and since <= row.ended_at < until]
    is_renewed = ended.count("renewed")
    added = sum(since <= row.opened_at < until for row in rows) - is_renewed
    cleared = len(ended) - is_renewed
    opening, closing = standing(since), standing(until)
    assert opening + added - cleared == closing
    return opening, added, cleared, closing


def test_every_line_is_told_in_words(order, worker, above, at):
    put_on(order, worker, above)
    renewed(order, above, APRIL_1)
    at("04-01 18:00")
    sweep()
    lines = {line.action: line.text for line in detail(order.number, worker).lines}
    end_reading()
    assert lines["propose_ledger"].startswith("申请挂账，原因：工程周期，3月20日（周五）18:00前复核：责任领导：")
    assert lines["review_ledger"] == "继续挂账，原因：工程周期，第2期，4月1日（周三）18:00前复核：工程队仍未进场"
    assert lines["resume"] == "挂账到期没有复核，自动恢复办理"
    assert [event.visible for event in events(order)][-1] == "reporter"


def test_an_extension_may_be_decided_meanwhile_and_is_watched_once_it_goes_on(waiting, worker, above, at):
    resumed(waiting, worker)
    run(extensions.ask, waiting.number, worker, 1, "等配件")
    put_on(waiting, worker, above)
    run(extensions.decide, waiting.number, above, True, "同意")
    assert not set(due_dates.WATCHED) & set(timers(waiting))
    assert spoken(fresh(waiting).due_at) == "03-20 18:00"
    at("03-11 10:00")
    resumed(waiting, worker)
    assert spoken(fresh(waiting).due_at) == spoken(timers(waiting)["due"]) == "03-23 18:00"


def test_a_resumed_order_may_be_proposed_again(waiting, worker):
    resumed(waiting, worker)
    assert proposed(waiting, worker).beside == "ledger_proposal"
