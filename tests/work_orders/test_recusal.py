"""Whom an order concerns: out of their sight at work, out of their hands, and never chosen for it again."""

import pytest
from sqlalchemy import func, select

from app.db import db, end_reading
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.notifications import inbox, outbox, telling
from app.notifications.models import Notification
from app.people.models import Role
from app.territory.models import Compound
from app.work_orders import (
    assignment,
    board,
    follow_up,
    intake,
    joining,
    lists,
    morning,
    queries,
    rating,
    recusal,
    resolution,
    reviews,
    routing,
    text_review,
    transfer,
)
from app.work_orders.board import BoardFilters
from app.work_orders.detail import detail
from app.work_orders.models import Recusal, Reporter
from tests.factories import (
    a_clerk,
    a_duty_officer,
    a_manager,
    a_person,
    a_worker,
    act,
    an_officer,
    an_order,
    claimed,
    fresh,
    resolved,
    writing,
)
from tests.work_orders.record import holders, last, public_id, refused, run, story, sweep, topics

WHY = "反映的就是他的服务态度"


def recused(order, manager, person):
    return run(recusal.recuse, order.number, manager, public_id(person), WHY)


def hear(order):
    """What is owed is told; who has an entry about the order, with its topics."""
    now = fresh(order).changed_at
    while leased := run(outbox.lease_due, "me", now, 200):
        run(telling.tell, leased, "me", now)
    rows = db.session.execute(
        select(Notification.account_id, Notification.topic).where(Notification.number == order.number)
    )
    heard: dict[int, list[str]] = {}
    for account_id, topic in rows:
        heard.setdefault(account_id, []).append(topic)
    end_reading()
    return heard


def rows_of(model):
    found = db.session.scalar(select(func.count()).select_from(model))
    end_reading()
    return found


def test_for_whom_it_concerns_the_order_is_nowhere(city, manager):
    person = a_person(
        (Role.GRID_WORKER, city["g1"]), (Role.CLERK, city["xnlx"]), (Role.FOLLOW_UP_OFFICER, city["xnlx"])
    )
    order, other = an_order(city), an_order(city)
    with writing():
        text_review.open_for(queries.find(order.number, manager))
    recused(order, manager, person)
    assert (last(order).action, last(order).visible, last(order).words) == ("recuse", "internal", WHY)
    with pytest.raises(NotFound):
        detail(order.number, person)
    refused(NotFound, queries.find, order.number, person)
    refused(NotFound, assignment.claim, order.number, person)
    assert [row.number for row in board.page(person, BoardFilters())] == [other.number]
    assert [row.number for row in lists.pool(person, None, 10)] == [other.number]
    assert board.counts(person) == {"pooled": 1}
    end_reading()


def test_a_recused_manager_neither_counts_it_nor_reviews_it_nor_reads_of_it_in_the_morning(city, manager):
    above, order = a_manager(city["ht"]), an_order(city)
    with writing():
        text_review.open_for(queries.find(order.number, manager))
    assert (reviews.count(manager), reviews.count(above)) == (1, 1)
    end_reading()
    recused(order, above, manager)
    assert (reviews.count(manager), reviews.count(above)) == (0, 1)
    assert not morning.waiting(manager, fresh(order).changed_at)
    assert morning.waiting(above, fresh(order).changed_at)
    end_reading()
    refused(NotFound, reviews.decide_text, order.number, manager, passes=True, reason="", seen="")


def test_a_recused_officer_is_not_asked_to_follow_it_up(city, resident, worker, manager, officer):
    other = an_officer(city["xnlx"])
    order = resolved(an_order(city, resident), worker)
    run(rating.rate, order.number, resident, answered=True, solved="no", satisfied="no", comment=None)
    recused(order, manager, officer)
    assert list(follow_up.worklist(officer)) == []
    assert [row.number for row in follow_up.worklist(other)] == [order.number]
    end_reading()
    refused(NotFound, follow_up.conclude, order.number, officer, "passed", "好了")


def test_what_they_have_goes_back_to_the_pool_and_they_hear_that_once(city, worker, colleague, manager):
    order = claimed(an_order(city), worker)
    recused(order, manager, worker)
    row = fresh(order)
    assert (row.status, row.assignee_id) == ("pooled", None)
    assert story(order)[-2:] == ["recuse", "recall"]
    assert holders(order) == [(worker.account_id, "claim", True)]
    assert topics(order)[-2:] == ["released", "recused"]
    heard = hear(order)
    assert heard[worker.account_id] == ["recused"]
    assert "released" in heard[colleague.account_id]
    claimed(order, colleague)


def test_what_they_were_told_before_is_taken_out_of_their_inbox(city, worker, manager):
    order, other = an_order(city), an_order(city)
    assert worker.account_id in hear(order)
    assert worker.account_id in hear(other)
    recused(order, manager, worker)
    numbers = {entry.number for entry in inbox.entries(worker.account_id, None, 50)}
    end_reading()
    assert numbers == {other.number}


def test_an_urgent_order_goes_to_the_next_on_the_ladder_and_never_back(city, worker, manager):
    officer = a_duty_officer(city["xnlx"])
    order = an_order(city, category="LIFT")
    assert fresh(order).assignee_id == worker.account_id
    recused(order, manager, worker)
    row = fresh(order)
    assert (row.status, row.assignee_id) == ("assigned", officer.account_id)
    assert run(routing.step_of_ladder, fresh(order), 0) == (1, manager.account_id)


def test_an_urgent_order_climbs_past_everybody_whom_it_concerns(city, worker, manager):
    order, above = an_order(city, category="LIFT"), a_manager(city["ht"])
    recused(order, above, worker)
    assert fresh(order).assignee_id == manager.account_id
    recused(order, above, manager)
    assert fresh(order).assignee_id == above.account_id
    assert story(order)[-2:] == ["recuse", "recall"]


def test_an_offer_to_them_ends_and_whoever_offered_is_told(city, worker, colleague, manager):
    order = claimed(an_order(city), worker)
    run(transfer.offer, order.number, worker, public_id(colleague), "请接手")
    recused(order, manager, colleague)
    assert (fresh(order).offered_to_id, fresh(order).assignee_id) == (None, worker.account_id)
    heard = hear(order)
    assert "lapsed" in heard[worker.account_id]
    assert colleague.account_id not in heard


@pytest.mark.parametrize("way", ["dispatch", "transfer"])
def test_they_are_never_a_candidate_again(city, worker, colleague, manager, way):
    order = claimed(an_order(city), worker)
    recused(order, manager, colleague)
    listed = transfer.colleagues if way == "transfer" else None
    found = run(listed, order.number, worker) if listed else run(_candidates, order.number, manager)
    assert {one.account_id: one.why_not for one in found}[colleague.account_id] == "与本件有利害关系"
    act = transfer.offer if way == "transfer" else assignment.dispatch
    refused(Conflict, act, order.number, manager, public_id(colleague), "请办理")


def _candidates(number, manager):
    return assignment.candidates(queries.find(number, manager), manager)


def test_no_limit_that_passes_brings_it_to_them(city, worker, manager, at):
    order = an_order(city)
    recused(order, a_manager(city["ht"]), worker)
    recused(order, a_manager(city["ht"]), manager)
    at("03-12 10:00")
    sweep()
    row = fresh(order)
    assert row.assignee_id not in (worker.account_id, manager.account_id, None)


def test_the_superior_hears_what_a_recused_manager_does_not(city, worker, manager):
    above = a_manager(city["ht"])
    order = an_order(city)
    recused(order, above, manager)
    run(assignment.dispatch, order.number, above, public_id(worker), "请办理")
    run(assignment.refuse, order.number, worker, "overloaded", "")
    heard = hear(order)
    assert "refused" in heard[above.account_id]
    assert manager.account_id not in heard


def test_after_a_rework_it_does_not_go_back_to_them(city, resident, worker, manager, officer):
    order = resolved(an_order(city, resident), worker)
    run(rating.rate, order.number, resident, answered=True, solved="no", satisfied="no", comment=None)
    recused(order, manager, worker)
    assert fresh(order).status == "resolved"
    run(follow_up.conclude, order.number, officer, "rework", "没好")
    assert (fresh(order).status, fresh(order).assignee_id) == ("pooled", None)


def test_whoever_reported_it_still_reads_the_own_report(city, manager):
    order = an_order(city, a_worker(city["g1"]))
    reporter = order_reporter(order)
    assert public_id(reporter) not in {row.public_id for row in run(_choosable, order.number, manager)}
    assert detail(order.number, reporter, as_reporter=True).order.number == order.number
    end_reading()


def order_reporter(order):
    return act(db.session.scalar(select(Reporter.account_id).where(Reporter.work_order_id == order.id)))


def _choosable(number, manager):
    return recusal.choosable(queries.find(number, manager))


def test_the_list_names_staff_of_the_place_and_above_and_whoever_has_it(city, worker, manager, clerk, officer):
    above, elsewhere = a_manager(city["ht"]), a_worker(city["h1"])
    order = an_order(city)
    found = {row.account_id for row in run(_choosable, order.number, manager)}
    assert found == {one.account_id for one in (worker, manager, clerk, officer, above)}
    refused(Invalid, recusal.recuse, order.number, manager, public_id(elsewhere), WHY)


def test_a_reason_a_person_and_somebody_else_are_needed(city, worker, manager):
    order = an_order(city)
    assert "reason" in refused(Invalid, recusal.recuse, order.number, manager, public_id(worker), " ").fields
    assert "person" in refused(Invalid, recusal.recuse, order.number, manager, "nobody", WHY).fields
    assert "上级管理员" in refused(Conflict, recusal.recuse, order.number, manager, public_id(manager), WHY).message
    recused(order, manager, worker)
    assert "person" in refused(Invalid, recusal.recuse, order.number, manager, public_id(worker), WHY).fields
    assert rows_of(Recusal) == 1


def test_only_a_manager_of_the_place_says_so(city, worker, clerk, resident):
    order = claimed(an_order(city, resident), worker)
    for other in (clerk, worker, a_clerk(city["ht"])):
        refused(NotAllowed, recusal.recuse, order.number, other, public_id(clerk), WHY)
    refused(NotFound, recusal.recuse, order.number, a_manager(city["hyx"]), public_id(worker), WHY)
    refused(NotAllowed, recusal.recuse, order.number, resident, public_id(worker), WHY)


def test_what_was_settled_stays_with_who_settled_it(city, worker, manager):
    order = claimed(an_order(city), worker)
    run(resolution.resolve, order.number, worker, "solved", "已经处理好了", [])
    recused(order, manager, worker)
    assert (fresh(order).status, fresh(order).assignee_id) == ("resolved", worker.account_id)
    assert "recused" not in topics(order)


def test_it_may_be_said_before_anybody_has_it_and_after_it_ended(city, resident, worker, manager):
    order = an_order(city, resident)
    run(intake.withdraw, order.number, resident, "好了")
    recused(order, manager, worker)
    assert fresh(order).status == "withdrawn"


def test_among_the_neighbours_too_it_is_not_there_for_whom_it_concerns(city, manager):
    home = db.session.scalar(select(Compound.id).where(Compound.public_id == city.compound))
    concerned, neighbour = (a_worker(city["g2"], home_compound_id=home) for _ in range(2))
    order = an_order(city)
    recused(order, manager, concerned)
    assert [row.number for row in lists.neighbourhood(neighbour, None, 10)] == [order.number]
    assert list(lists.neighbourhood(concerned, None, 10)) == []
    refused(NotFound, joining.join, order.number, concerned)
