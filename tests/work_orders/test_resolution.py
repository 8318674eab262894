"""Settling an order: resolve 办结, and close 归档."""

import pytest

from app.db import db
from app.errors import Conflict, Invalid, NotAllowed
from app.work_orders import custody, rating, resolution, second_look
from app.work_orders.detail import detail
from app.work_orders.facts import RESULT_NAMES
from app.work_orders.models import Reporter
from app.work_orders.resolution import OUTCOME_NAMES
from app.work_orders.workflow import WrongStatus
from tests.factories import a_photo, a_resident, an_order, claimed, fresh, resolved, writing
from tests.work_orders.record import events, holders, last, refused, run, timers, told, topics

WORDS = "已经与对方沟通"


@pytest.mark.parametrize("result", sorted(RESULT_NAMES))
def test_resolving_keeps_the_result_stops_the_time_and_asks_for_ratings(city, worker, at, result):
    order = claimed(an_order(city), worker)
    moment = at("03-10 16:00")
    run(resolution.resolve, order.number, worker, result, WORDS, [])
    row = fresh(order)
    assert (row.status, row.result, row.resolved_at) == ("resolved", result, moment)
    assert last(order).facts == {"result": result, "result_name": RESULT_NAMES[result], "photos": []}
    assert last(order).words == WORDS
    assert told(order, "resolved")["result_name"] == RESULT_NAMES[result]
    assert f"{timers(order)['rate']:%m-%d %H:%M}" == "03-17 10:00"


def test_who_resolved_it_answers_for_it_without_counting_as_busy(city, worker):
    order = resolved(an_order(city), worker)
    assert fresh(order).assignee_id == worker.account_id
    assert holders(order) == [(worker.account_id, "claim", True)]
    assert run(custody.with_room, [worker.account_id]) == [worker.account_id]
    assert run(custody.ever_held, order, worker.account_id)


def test_a_category_that_asks_for_photos_gets_them_and_each_photo_once(city, worker):
    order = claimed(an_order(city, category="LIGHT"), worker)
    without = refused(Invalid, resolution.resolve, order.number, worker, "solved", WORDS, [])
    assert without.fields == {"photo_ids": ["这类诉求办结时需要附上现场照片，请拍照后再提交。"]}
    photo = a_photo(worker)
    refused(Invalid, resolution.resolve, order.number, worker, "solved", WORDS, [photo, photo])
    run(resolution.resolve, order.number, worker, "solved", WORDS, [photo])
    assert fresh(order).status == "resolved"


def test_another_persons_photo_is_refused(city, worker, colleague):
    order = claimed(an_order(city), worker)
    refused(Invalid, resolution.resolve, order.number, worker, "solved", WORDS, [a_photo(colleague)])


def test_a_result_of_the_list_and_words_are_needed(city, worker):
    order = claimed(an_order(city), worker)
    assert "result" in refused(Invalid, resolution.resolve, order.number, worker, "done", WORDS, []).fields
    assert "note" in refused(Invalid, resolution.resolve, order.number, worker, "solved", "  ", []).fields


def test_only_the_assignee_resolves_and_only_once(city, worker, colleague, manager):
    order = claimed(an_order(city), worker)
    for stranger in (colleague, manager):
        refused(NotAllowed, resolution.resolve, order.number, stranger, "solved", WORDS, [])
    run(resolution.resolve, order.number, worker, "solved", WORDS, [])
    refused(WrongStatus, resolution.resolve, order.number, worker, "solved", WORDS, [])


def test_every_way_of_closing_has_its_own_words():
    assert len(set(OUTCOME_NAMES.values())) == len(OUTCOME_NAMES)


def amended(order, worker, **changes):
    values = {"result": "partly_solved", "note": "还差一层没有修", "photo_ids": []} | changes
    return run(resolution.amend, order.number, worker, *values.values())


def test_amending_keeps_what_was_said_first_and_tells_the_reporter(city, resident, worker):
    order = resolved(an_order(city, resident), worker)
    photo = a_photo(worker)
    amended(order, worker, photo_ids=[photo])
    row = fresh(order)
    assert (row.status, row.result, row.round) == ("resolved", "partly_solved", 1)
    said = [(event.action, event.words) for event in events(order)][-2:]
    assert said == [("resolve", "已经与对方沟通"), ("amend", "还差一层没有修")]
    assert topics(order)[-1] == "amended"


def test_each_try_shows_its_own_photos_and_a_correction_those_it_brought(city, resident, worker, manager):
    order = claimed(an_order(city, resident), worker)
    first, second, third = a_photo(worker), a_photo(worker), a_photo(worker)
    run(resolution.resolve, order.number, worker, "solved", WORDS, [first])
    run(second_look.send_back, order.number, manager, "请补拍")
    run(resolution.resolve, order.number, worker, "solved", WORDS, [second])
    amended(order, worker, photo_ids=[third])
    shown = [(line.action, [one.id for one in line.photos]) for line in detail(order.number, worker).lines]
    assert [one for one in shown if one[1]] == [("resolve", [first]), ("resolve", [second]), ("amend", [third])]


def test_after_the_first_rating_nothing_is_amended(city, resident, worker):
    order = resolved(an_order(city, resident), worker)
    neighbour = a_resident(home_compound_id=fresh(order).compound_id)
    came_at = fresh(order).created_at
    with writing():
        db.session.add(
            Reporter(work_order_id=order.id, account_id=neighbour.account_id, is_first=False, created_at=came_at)
        )
    assert "amend" in detail(order.number, worker).actions
    run(rating.rate, order.number, neighbour, answered=True, solved="yes", satisfied="yes", comment=None)
    assert "amend" not in detail(order.number, worker).actions
    assert "已经评价" in refused(Conflict, resolution.amend, order.number, worker, "solved", "都修好了", []).message


def test_only_whoever_settled_it_amends_with_a_result_and_words(city, resident, worker, colleague):
    order = resolved(an_order(city, resident), worker)
    refused(NotAllowed, resolution.amend, order.number, colleague, "solved", "都修好了", [])
    refused(Invalid, resolution.amend, order.number, worker, "magic", "都修好了", [])
    refused(Invalid, resolution.amend, order.number, worker, "solved", " ", [])
    refused(WrongStatus, resolution.amend, claimed(an_order(city), worker).number, worker, "solved", "都修好了", [])
