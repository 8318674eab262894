"""Several at once, with real threads and real commits: exactly one wins, and nothing is written twice."""

import time

import pytest
from sqlalchemy import select

from app import clock
from app.db import db
from app.deadlines.timers import Timer
from app.errors import Conflict, NotAllowed, NotFound, Unavailable
from app.people import sign_in
from app.people.models import Account
from app.work_orders import (
    assignment,
    corrections,
    extensions,
    follow_up,
    intake,
    leaving,
    limits_passed,
    questions,
    rating,
    recusal,
    transfer,
)
from tests.factories import a_duty_officer, a_manager, a_worker, an_officer, an_order, claimed, fresh, resolved
from tests.work_orders.record import events, follow_ups, holders, lost, public_id, run, slowly, story, topics, won

NO = {"answered": True, "solved": "no", "satisfied": "no", "comment": None}


def test_of_eight_workers_with_three_tries_each_exactly_one_gets_it(city, at_once):
    workers = [a_worker(city["g1"]) for _ in range(8)]
    order = an_order(city)
    tries = [worker for worker in workers for _ in range(3)]
    outcomes = at_once(*(lambda worker=worker: assignment.claim(order.number, worker) for worker in tries))
    winners = {tries[place].account_id for place in won(outcomes)}
    assert len(winners) == 1
    row = fresh(order)
    assert {row.assignee_id} == winners
    assert holders(order) == [(row.assignee_id, "claim", False)]
    assert story(order).count("claim") == topics(order).count("claimed") == 1
    # Every try of the others is turned down, and each hears that the order is gone, not to whom.
    others = [outcome for place, outcome in enumerate(outcomes) if tries[place].account_id not in winners]
    assert len(lost(others)) == 21
    for error in others:
        assert "已被认领" in error.message
        assert public_id(workers[0]) not in error.message


def test_a_claim_against_a_dispatch_leaves_one_holder(city, at_once, manager, worker, colleague):
    for _ in range(3):
        order, target = an_order(city), public_id(colleague)
        outcomes = at_once(
            lambda order=order: assignment.claim(order.number, worker),
            lambda order=order, target=target: assignment.dispatch(order.number, manager, target, "请办理"),
        )
        lost(outcomes)
        # The dispatch may also come after the claim and take the order away from the winner.
        assert won(outcomes)
        (current,) = [account for account, _, ended in holders(order) if not ended]
        row = fresh(order)
        assert row.assignee_id == current
        assert row.status == ("assigned" if current == colleague.account_id else "in_progress")


def test_a_claim_against_a_withdrawal_leaves_no_holder_of_what_is_gone(city, at_once, resident, worker):
    for _ in range(3):
        order = an_order(city, resident)
        outcomes = at_once(
            lambda order=order: assignment.claim(order.number, worker),
            lambda order=order: intake.withdraw(order.number, resident, "好了"),
        )
        lost(outcomes)
        row = fresh(order)
        is_held = [account for account, _, ended in holders(order) if not ended]
        assert (row.status, is_held) in (("withdrawn", []), ("in_progress", [worker.account_id]))
        assert row.status == "withdrawn" or 1 not in won(outcomes)


def test_two_officers_at_once_follow_up_once(city, at_once, resident, worker):
    order = resolved(an_order(city, resident), worker)
    run(rating.rate, order.number, resident, **NO)
    officers = [an_officer(city["xnlx"]), an_officer(city["ht"])]
    outcomes = at_once(
        lambda: follow_up.conclude(order.number, officers[0], "passed", "好了"),
        lambda: follow_up.conclude(order.number, officers[1], "rework", "没好"),
    )
    (winner,) = won(outcomes)
    assert len(lost(outcomes)) == 1
    (owed,) = follow_ups(order)
    assert owed.officer_id == officers[winner].account_id
    assert fresh(order).status == ("closed" if winner == 0 else "in_progress")


def test_one_rating_sent_three_times_counts_once(city, at_once, resident, worker):
    order = resolved(an_order(city, resident), worker)
    outcomes = at_once(*[lambda: rating.rate(order.number, resident, **NO)] * 3)
    assert len(won(outcomes)) == 1
    lost(outcomes)
    assert story(order).count("rate") == 1
    assert len(follow_ups(order)) == 1


def test_signing_against_refusing_an_emergency_does_one_of_them(city, at_once, worker):
    officer = a_duty_officer(city["xnlx"])
    order = an_order(city, category="LIFT")
    outcomes = at_once(
        lambda: assignment.sign(order.number, worker),
        lambda: assignment.refuse(order.number, worker, "off_duty", ""),
    )
    assert len(won(outcomes)) == 1
    row = fresh(order)
    assert (row.status, row.assignee_id) in (
        ("in_progress", worker.account_id),
        ("assigned", officer.account_id),
    )


def test_the_timeline_of_a_contested_order_is_one_unbroken_chain(city, at_once, manager, resident, worker, colleague):
    order, target = claimed(an_order(city, resident), worker), public_id(colleague)
    at_once(
        lambda: assignment.release(order.number, worker, "需要电工"),
        lambda: assignment.dispatch(order.number, manager, target, "请办理"),
        lambda: intake.withdraw(order.number, resident, "好了"),
    )
    chain = events(order)
    assert all(later.from_status == earlier.to_status for earlier, later in zip(chain, chain[1:], strict=False))
    assert chain[-1].to_status == fresh(order).status


def is_one_holder(order):
    """The row and the assignments agree on who has it, and no offer is left behind; the holder."""
    row = fresh(order)
    current = [account for account, _, ended in holders(order) if not ended]
    assert current == ([row.assignee_id] if row.assignee_id else [])
    return row.assignee_id


def test_accepting_a_transfer_against_taking_it_back_does_one_of_them(city, at_once, worker, colleague):
    for _ in range(3):
        order = claimed(an_order(city), worker)
        run(transfer.offer, order.number, worker, public_id(colleague), "请接手")
        outcomes = at_once(
            lambda order=order: transfer.accept(order.number, colleague),
            lambda order=order: transfer.take_back(order.number, worker),
        )
        (winner,) = won(outcomes)
        if winner == 0:
            # The offer is gone, and so is the order: whoever had it is told that it is no longer theirs.
            assert all(isinstance(error, Conflict | NotAllowed) for error in outcomes if isinstance(error, Exception))
        else:
            lost(outcomes)
        assert is_one_holder(order) == (colleague if winner == 0 else worker).account_id
        assert (fresh(order).offered_to_id, fresh(order).beside) == (None, "")


def test_accepting_a_transfer_against_a_dispatch_leaves_one_holder(city, at_once, worker, colleague, manager):
    third = a_worker(city["g1"])
    for _ in range(3):
        order, target = claimed(an_order(city), worker), public_id(third)
        run(transfer.offer, order.number, worker, public_id(colleague), "请接手")
        outcomes = at_once(
            lambda order=order: transfer.accept(order.number, colleague),
            lambda order=order, target=target: assignment.dispatch(order.number, manager, target, "请办理"),
        )
        lost(outcomes)
        assert is_one_holder(order) == (third if 1 in won(outcomes) else colleague).account_id
        assert (fresh(order).offered_to_id, fresh(order).beside) == (None, "")


def test_of_two_offers_at_once_one_stands(city, at_once, worker, colleague, manager):
    third = a_worker(city["g1"])
    for _ in range(3):
        order = claimed(an_order(city), worker)
        targets = [public_id(colleague), public_id(third)]
        outcomes = at_once(
            lambda order=order, to=targets[0]: transfer.offer(order.number, worker, to, "请接手"),
            lambda order=order, to=targets[1]: transfer.offer(order.number, manager, to, "请接手"),
        )
        (winner,) = won(outcomes)
        assert len(lost(outcomes)) == 1
        assert fresh(order).offered_to_id == (colleague, third)[winner].account_id
        assert story(order).count("transfer") == topics(order).count("transfer_offered") == 1


def test_a_claim_against_a_recusal_never_leaves_it_with_whom_it_concerns(city, at_once, worker, manager):
    for _ in range(3):
        order, person = an_order(city), public_id(worker)
        outcomes = at_once(
            lambda order=order: assignment.claim(order.number, worker),
            lambda order=order, person=person: recusal.recuse(order.number, manager, person, "投诉的就是他"),
        )
        assert won(outcomes)
        errors = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        # Whoever comes after the recusal does not find the order any more.
        assert all(isinstance(error, Conflict | NotFound) for error in errors)
        if 1 in won(outcomes):
            assert is_one_holder(order) is None
        else:
            assert is_one_holder(order) == worker.account_id


def test_accepting_a_transfer_against_another_category_does_both_or_one(city, at_once, worker, colleague):
    for _ in range(3):
        order = claimed(an_order(city), worker)
        run(transfer.offer, order.number, worker, public_id(colleague), "请接手")
        outcomes = at_once(
            lambda order=order: transfer.accept(order.number, colleague),
            lambda order=order: corrections.recategorise(order.number, worker, "LIGHT", "是灯的事"),
        )
        errors = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        # Whoever gave the order away a moment earlier no longer puts it right.
        assert all(isinstance(error, Conflict | NotAllowed) for error in errors)
        row = fresh(order)
        assert row.assignee_id == (colleague if 0 in won(outcomes) else worker).account_id
        assert row.category_code == ("LIGHT" if 1 in won(outcomes) else "NOISE")


def test_an_answer_against_the_limit_of_the_pause_goes_on_once(city, at_once, resident, worker, at):
    for _ in range(3):
        order = claimed(an_order(city, resident), worker)
        at("03-10 10:00")
        run(questions.ask, order.number, worker, "几层")
        at("03-13 18:00")
        timer_id = timer_of(order, "answer")
        outcomes = at_once(
            lambda order=order: questions.answer(order.number, resident, "三层", []),
            lambda order=order, timer_id=timer_id: limit_passes(order, timer_id),
        )
        lost(outcomes)
        assert won(outcomes)
        row = fresh(order)
        assert (row.status, row.paused_at, row.beside) == ("in_progress", None, "")
        ends = [action for action in story(order) if action in ("answer", "resume")]
        assert len(ends) == 1
        assert topics(order).count("answered") + topics(order).count("resumed") == 1
        assert ends == ["answer"] or 0 not in won(outcomes)


def test_an_answer_against_a_withdrawal_leaves_one_ending(city, at_once, resident, worker):
    for _ in range(3):
        order = claimed(an_order(city, resident), worker)
        run(questions.ask, order.number, worker, "几层")
        outcomes = at_once(
            lambda order=order: questions.answer(order.number, resident, "三层", []),
            lambda order=order: intake.withdraw(order.number, resident, "好了"),
        )
        lost(outcomes)
        row = fresh(order)
        is_held = [account for account, _, ended in holders(order) if not ended]
        # The withdrawal may also come after the answer.
        assert (row.status, is_held) in (("withdrawn", []), ("in_progress", [worker.account_id]))
        assert row.status == "withdrawn" or 1 not in won(outcomes)
        assert (row.paused_at, row.beside) == (None, "")


def test_two_answers_at_once_move_the_limits_once(city, at_once, resident, worker, at):
    order = claimed(an_order(city, resident), worker)
    run(questions.ask, order.number, worker, "几层")
    at("03-10 16:00")
    outcomes = at_once(*[lambda: questions.answer(order.number, resident, "三层", [])] * 2)
    assert len(won(outcomes)) == 1
    lost(outcomes)
    assert story(order).count("answer") == topics(order).count("answered") == 1
    # Four working hours: of the morning two, of the afternoon two.
    assert f"{clock.local(fresh(order).due_at):%m-%d %H:%M}" == "03-20 15:00"


def test_two_managers_at_once_extend_once(city, at_once, resident, worker, manager):
    above = a_manager(city["ht"])
    order = claimed(an_order(city, resident), worker)
    run(extensions.ask, order.number, worker, 1, "等配件")
    outcomes = at_once(
        lambda: extensions.decide(order.number, manager, True, "同意"),
        lambda: extensions.decide(order.number, above, False, "不同意"),
    )
    (winner,) = won(outcomes)
    lost(outcomes)
    row = fresh(order)
    assert (row.due_at > row.original_due_at) == (winner == 0)


def extended(order, manager):
    return lambda: extensions.decide(order.number, manager, True, "同意")


def recategorised(order, manager):
    return lambda: corrections.recategorise(order.number, manager, "LIGHT", "是路灯的事")


@pytest.mark.parametrize("setting_anew", [extended, recategorised])
def test_new_limits_while_the_sweep_has_a_timer_never_block_it(
    city, at_once, at, worker, manager, monkeypatch, setting_anew
):
    order = claimed(an_order(city), worker)
    run(extensions.ask, order.number, worker, 1, "等配件")
    timer_id, limit = timer_of(order, "contact"), fresh(order).contact_due_at
    at(f"{clock.local(limit):%m-%d %H:%M}")
    monkeypatch.setitem(limits_passed.HANDLERS, "contact", slowly(limits_passed.HANDLERS["contact"]))
    anew = setting_anew(order, manager)
    outcomes = at_once(lambda: limit_passes(order, timer_id), lambda: time.sleep(0.2) or anew())
    assert 0 in won(outcomes)
    assert not any(isinstance(outcome, Unavailable) for outcome in outcomes), outcomes
    assert story(order).count("warn") == 1


def limit_passes(order, timer_id):
    limits_passed.fire(timer_id, clock.now())
    return order


def timer_of(order, kind):
    found = db.session.scalar(select(Timer.id).where(Timer.work_order_id == order.id, Timer.kind == kind))
    db.session.close()
    return found


def test_a_claim_against_leaving_ends_with_nobody_who_is_gone(city, at_once, manager):
    for _ in range(3):
        order, leaver = an_order(city), a_worker(city["g1"])

        def leave(order=order, leaver=leaver):
            sign_in.deactivate(db.session.get(Account, leaver.account_id), manager)
            return order

        outcomes = at_once(lambda order=order, leaver=leaver: assignment.claim(order.number, leaver), leave)
        assert 1 in won(outcomes)
        # What was claimed a moment too late is taken back when the sweep looks after strays.
        run(leaving.recall_strays, clock.now())
        assert is_one_holder(order) is None
        assert fresh(order).status == "pooled"
