"""Who has an order: at most one person at a time, whoever tries to write otherwise."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.db import db
from app.work_orders import custody, queries
from app.work_orders.models import Assignment, FollowUp
from app.work_orders.workflow import Action
from tests.factories import an_order, claimed, fresh, writing
from tests.work_orders.record import holders


def a_row(order, account, **values):
    return Assignment(
        work_order_id=order.id, account_id=account.account_id, how="claim", started_at=clock.now(), **values
    )


def test_the_database_itself_keeps_a_second_open_assignment_out(city, worker, colleague):
    order = claimed(an_order(city), worker)
    with pytest.raises(IntegrityError), writing():
        db.session.add(a_row(order, colleague))
    assert holders(order) == [(worker.account_id, "claim", False)]


def test_ended_assignments_do_not_stand_in_the_way(city, worker, colleague):
    order = claimed(an_order(city), worker)
    with writing():
        db.session.add(a_row(order, colleague, ended_at=clock.now()))
    assert len(holders(order)) == 2


def test_the_database_itself_keeps_a_second_open_follow_up_out(city):
    order = an_order(city)
    rows = [
        FollowUp(
            work_order_id=order.id,
            round=1,
            territory_id=city["xnlx"],
            cause="drawn",
            opened_at=clock.now(),
            due_at=clock.now(),
        )
        for _ in range(2)
    ]
    with pytest.raises(IntegrityError), writing():
        db.session.add_all(rows)


def test_handing_over_ends_what_was(city, worker, colleague, manager):
    order = claimed(an_order(city), worker)
    with writing():
        row = queries.find(order.number, manager)
        assert custody.hand_over(row, colleague.account_id, Action.DISPATCH) == worker.account_id
    assert holders(order) == [(worker.account_id, "claim", True), (colleague.account_id, "dispatch", False)]
    assert fresh(order).assignee_id == colleague.account_id


def test_letting_go_of_what_nobody_has_changes_nothing(city, manager):
    order = an_order(city)
    with writing():
        assert custody.let_go(queries.find(order.number, manager)) is None
    assert holders(order) == []


def test_room_is_counted_for_each_person_apart(city, worker, colleague):
    for _ in range(2):
        claimed(an_order(city), worker)
    with writing():
        both = [worker.account_id, colleague.account_id]
        assert custody.with_room(both) == both
        assert db.session.scalar(select(custody.held_by(worker.account_id))) == 2
        assert db.session.scalar(select(custody.held_by(colleague.account_id))) == 0
