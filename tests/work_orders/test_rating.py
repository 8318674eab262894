"""The residents' word: rate 评价."""

import pytest

from app import secrets
from app.db import db
from app.errors import Conflict, Invalid, NotFound
from app.work_orders import rating
from app.work_orders.models import Reporter
from app.work_orders.policy import actions
from app.work_orders.workflow import WrongStatus
from tests.factories import a_resident, an_order, claimed, fresh, resolved, writing
from tests.work_orders.record import events, follow_ups, last, refused, run, story, topics

YES = {"answered": True, "solved": "yes", "satisfied": "yes", "comment": None}


@pytest.fixture
def order(city, resident, worker):
    return resolved(an_order(city, resident), worker)


def joined(order, account):
    """A neighbour who joined, as a row: joining itself comes later."""
    with writing():
        db.session.add(
            Reporter(work_order_id=order.id, account_id=account.account_id, is_first=False, created_at=order.created_at)
        )


@pytest.mark.parametrize(
    "said", [YES, YES | {"solved": "partly"}, YES | {"satisfied": "mostly"}, YES | {"comment": "辛苦了"}]
)
def test_all_rated_without_a_no_closes_at_once(order, resident, said):
    run(rating.rate, order.number, resident, **said)
    row = fresh(order)
    assert (row.status, row.outcome) == ("closed", "rated")
    assert row.closed_at is not None
    assert story(order)[-2:] == ["rate", "close"]
    assert topics(order)[-2:] == ["rated", "closed"]
    assert follow_ups(order) == []


@pytest.mark.parametrize("said", [{"answered": False}, {"solved": "no"}, {"satisfied": "no"}])
def test_any_no_owes_a_follow_up_and_closes_nothing(city, order, resident, said):
    run(rating.rate, order.number, resident, **(YES | said))
    (owed,) = follow_ups(order)
    assert (owed.cause, owed.round, owed.territory_id, owed.outcome) == ("rated_no", 1, city["xnlx"], None)
    assert fresh(order).status == "resolved"
    assert topics(order)[-2:] == ["rated", "follow_up_owed"]
    assert (last(order).action, last(order).facts) == ("follow_up", {"step": "owed", "cause": "rated_no"})


def test_what_was_said_is_kept_beside_the_timeline(order, resident):
    run(rating.rate, order.number, resident, **(YES | {"comment": "灯很亮"}))
    (line,) = [event for event in events(order) if event.action == "rate"]
    assert line.facts == {"answered": True, "solved": "yes", "satisfied": "yes"}
    assert line.words == "灯很亮"


def test_a_neighbour_is_waited_for_and_rates_for_themselves(order, resident):
    neighbour = a_resident()
    joined(order, neighbour)
    run(rating.rate, order.number, resident, **YES)
    assert fresh(order).status == "resolved"
    run(rating.rate, order.number, neighbour, **YES)
    assert fresh(order).status == "closed"


def test_after_one_no_another_yes_does_not_close_it(order, resident):
    neighbour = a_resident()
    joined(order, neighbour)
    run(rating.rate, order.number, resident, **(YES | {"solved": "no"}))
    run(rating.rate, order.number, neighbour, **YES)
    assert fresh(order).status == "resolved"
    assert len(follow_ups(order)) == 1


def test_a_second_no_owes_no_second_follow_up(order, resident):
    neighbour = a_resident()
    joined(order, neighbour)
    for one in (resident, neighbour):
        run(rating.rate, order.number, one, **(YES | {"solved": "no"}))
    assert len(follow_ups(order)) == 1


def test_each_reporter_rates_a_round_once(order, resident):
    run(rating.rate, order.number, resident, **(YES | {"solved": "no"}))
    assert "已经评价过" in refused(Conflict, rating.rate, order.number, resident, **YES).message


def test_rating_ends_with_the_business_of_the_seventh_day(city, worker, resident, at):
    in_time, too_late = (resolved(an_order(city, resident), worker) for _ in range(2))
    at("03-17 18:00")
    assert "rate" in actions(fresh(in_time), resident, reporter=True)
    run(rating.rate, in_time.number, resident, **YES)
    at("03-17 18:01")
    assert "rate" not in actions(fresh(too_late), resident, reporter=True)
    assert "评价期" in refused(Conflict, rating.rate, too_late.number, resident, **YES).message


def test_a_late_no_on_a_closed_order_owes_a_follow_up(order, resident):
    neighbour = a_resident()
    run(rating.rate, order.number, resident, **YES)
    joined(order, neighbour)
    run(rating.rate, order.number, neighbour, **(YES | {"solved": "no"}))
    assert fresh(order).status == "closed"
    assert len(follow_ups(order)) == 1


def test_only_reporters_rate_and_only_what_is_resolved(city, resident, worker):
    order = claimed(an_order(city, resident), worker)
    refused(WrongStatus, rating.rate, order.number, resident, **YES)
    refused(NotFound, rating.rate, order.number, a_resident(), **YES)
    refused(NotFound, rating.rate, order.number, worker, **YES)
    refused(NotFound, rating.rate, secrets.public_id()[:15], resident, **YES)


def test_words_outside_the_scale_are_refused(order, resident):
    for wrong in ({"solved": "maybe"}, {"satisfied": "partly"}):
        refused(Invalid, rating.rate, order.number, resident, **(YES | wrong))
