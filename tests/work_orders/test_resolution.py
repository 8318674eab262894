"""Settling an order: resolve 办结, and close 归档."""

import pytest

from app.errors import Invalid, NotAllowed
from app.work_orders import custody, resolution
from app.work_orders.facts import RESULT_NAMES
from app.work_orders.resolution import OUTCOME_NAMES
from app.work_orders.workflow import WrongStatus
from tests.factories import a_photo, an_order, claimed, fresh, resolved
from tests.work_orders.record import holders, last, refused, run, timers, told

WORDS = "已经与对方沟通"


@pytest.mark.parametrize("result", sorted(RESULT_NAMES))
def test_resolving_keeps_the_result_stops_the_time_and_asks_for_ratings(city, worker, at, result):
    order = claimed(an_order(city), worker)
    moment = at("03-10 16:00")
    run(resolution.resolve, order.number, worker, result, WORDS, [])
    row = fresh(order)
    assert (row.status, row.result, row.resolved_at) == ("resolved", result, moment)
    assert last(order).facts == {"result": result, "result_name": RESULT_NAMES[result]}
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
