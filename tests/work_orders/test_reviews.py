"""What managers review: their own part of the city, the oldest first, nothing of their own, and once."""

import threading

import pytest
from sqlalchemy import select

from app.db import db, end_reading, transaction
from app.errors import Conflict, Invalid, NotAllowed, NotFound
from app.people.models import Role
from app.photos import review
from app.photos.models import Photo, PhotoState
from app.trail import AuditRow
from app.work_orders import queries, reviews, text_review
from app.work_orders.text_review import TextReview
from tests.api.test_statements import statements
from tests.factories import (
    a_clerk,
    a_manager,
    a_person,
    a_photo,
    a_resident,
    a_worker,
    an_officer,
    an_order,
    an_unplaced_order,
    fresh,
)
from tests.work_orders.record import events, everything, run


def with_photo(city, reporter=None, state=PhotoState.IN_REVIEW, **values):
    """An order with one photo in this state: (order, the photo's public id)."""
    reporter = reporter or a_resident()
    photo = a_photo(reporter)
    order = an_order(city, reporter, photo_ids=[photo], **values)
    put(photo, state=state)
    return order, photo


def put(photo, **values):
    with transaction():
        row = db.session.scalars(select(Photo).where(Photo.public_id == photo)).one()
        for name, value in values.items():
            setattr(row, name, value)


def state_of(photo):
    found = db.session.scalar(select(Photo.state).where(Photo.public_id == photo))
    end_reading()
    return found


def listed(actor, which=reviews.waiting, page=1, per_page=20):
    found = which(actor, page, per_page)
    end_reading()
    return found


def keys(actor, which=reviews.waiting, **where):
    return [(item.kind, item.key) for item in listed(actor, which, **where)]


def decide(act, key, actor, passes=True, reason="", seen=""):
    run(act, key, actor, passes=passes, reason=reason, seen=seen)


def test_texts_and_photos_wait_together_the_oldest_first(city, manager, later):
    first, one = with_photo(city)
    later(minutes=1)
    second = an_order(city, verdict="review")
    later(minutes=1)
    third, two = with_photo(city, verdict="review")
    assert keys(manager)[:2] == [("photo", one), ("text", second.number)]
    assert set(keys(manager)[2:]) == {("photo", two), ("text", third.number)}
    assert run(reviews.count, manager) == 4
    assert [item.number for item in listed(manager)[:2]] == [first.number, second.number]


def test_what_needs_no_person_is_not_there(city, manager, resident):
    an_order(city)
    an_order(city, verdict="unchecked")
    for state in (PhotoState.PENDING, PhotoState.VISIBLE, PhotoState.REFUSED):
        with_photo(city, state=state)
    put(a_photo(resident), state=PhotoState.IN_REVIEW)
    assert keys(manager) == []
    assert run(reviews.count, manager) == 0


@pytest.mark.parametrize(
    ("verdict", "said"),
    [("review", "微信建议人工审核"), ("risky", "微信判定疑似违规"), ("failed", "微信未能检查"), (None, "微信未能检查")],
)
def test_each_says_what_wechat_said(city, manager, verdict, said):
    _, photo = with_photo(city)
    put(photo, verdict=verdict)
    assert [item.said for item in listed(manager)] == [said]


def test_a_text_says_it_too(city, manager):
    order = an_order(city, verdict="unchecked")
    run(text_review.hand_over, order.id, "UserInactive")
    an_order(city, verdict="review")
    assert {item.said for item in listed(manager)} == {"微信未能检查", "微信建议人工审核"}


# who

SEES = [
    (lambda city: a_manager(city["xnlx"]), True),
    (lambda city: a_manager(city["ht"]), True),
    (lambda city: a_manager(city["xn"]), True),
    (lambda city: a_manager(city["hyx"]), False),
    (lambda city: a_manager(city["cz"]), False),
    (lambda city: a_manager(city["g1"]), False),
    (lambda city: a_clerk(city["xnlx"]), False),
    (lambda city: an_officer(city["xnlx"]), False),
    (lambda city: a_person((Role.AUDITOR, city["xn"])), False),
    (lambda city: a_worker(city["g1"]), False),
    (lambda city: a_person((Role.MANAGER, city["hyx"]), (Role.CLERK, city["xnlx"])), False),
]


@pytest.mark.parametrize(("make", "sees"), SEES)
def test_the_list_the_count_and_the_single_look_up_are_one_rule(city, make, sees):
    order, photo = with_photo(city, verdict="review")
    actor = make(city)
    assert len(keys(actor)) == run(reviews.count, actor) == (2 if sees else 0)
    for act, key in ((reviews.decide_photo, photo), (reviews.decide_text, order.number)):
        if sees:
            decide(act, key, actor)
        else:
            with pytest.raises((NotFound, NotAllowed)):
                decide(act, key, actor)
    assert (state_of(photo) == PhotoState.VISIBLE) == sees == (not fresh(order).hidden)


def test_an_order_of_which_only_the_district_is_known_is_reviewed_there(city):
    order = an_unplaced_order(city)
    with transaction():
        db.session.add(TextReview(work_order_id=order.id, opened_at=order.created_at))
    assert keys(a_manager(city["cx"])) == [("text", order.number)]
    assert keys(a_manager(city["xnlx"])) == []


def test_nobody_reviews_what_they_reported(city, manager):
    order, photo = with_photo(city, manager, verdict="review")
    assert keys(manager) == []
    for act, key in ((reviews.decide_photo, photo), (reviews.decide_text, order.number)):
        with pytest.raises(NotFound):
            decide(act, key, manager)
    assert len(keys(a_manager(city["ht"]))) == 2


def test_nobody_reviews_a_photo_that_they_uploaded_to_anothers_order(city, manager):
    _, photo = with_photo(city)
    put(photo, owner_id=manager.account_id)
    assert keys(manager) == []
    with pytest.raises(NotFound):
        decide(reviews.decide_photo, photo, manager)


def test_a_photo_that_no_order_has_is_absent(city, manager, resident):
    with pytest.raises(NotFound):
        decide(reviews.decide_photo, a_photo(resident), manager)
    with pytest.raises(NotFound):
        decide(reviews.decide_text, an_order(city).number, manager)


# deciding


@pytest.mark.parametrize(("passes", "hidden"), [(True, False), (False, True)])
@pytest.mark.parametrize("verdict", ["review", "unchecked"])
def test_a_decision_about_a_text_shows_it_or_not_and_handling_goes_on(city, manager, verdict, passes, hidden):
    order = an_order(city, verdict=verdict)
    if verdict == "unchecked":
        run(text_review.hand_over, order.id, "UserInactive")
    before, lines, row = everything(), events(order), fresh(order)
    decide(reviews.decide_text, order.number, manager, passes, "点了他人姓名")
    now = fresh(order)
    assert (now.hidden, now.unchecked, now.version, now.status) == (hidden, False, row.version, row.status)
    assert everything() == before
    assert len(events(order)) == len(lines)
    line = db.session.scalars(select(AuditRow).where(AuditRow.action == "text.reviewed")).one()
    end_reading()
    assert (line.subject, line.actor_id) == (f"work_order:{order.number}", manager.account_id)
    assert line.facts == {"before": "hidden", "after": "hidden" if hidden else "shown"}
    assert keys(manager) == []


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_refusal_needs_a_reason_and_a_pass_does_not(city, manager, reason):
    order, photo = with_photo(city, verdict="review")
    for act, key in ((reviews.decide_photo, photo), (reviews.decide_text, order.number)):
        with pytest.raises(Invalid) as refused:
            decide(act, key, manager, False, reason)
        assert list(refused.value.fields) == ["reason"]
    assert len(keys(manager)) == 2


def test_the_second_manager_hears_that_it_is_decided(city, manager):
    order, photo = with_photo(city, verdict="review")
    above = a_manager(city["ht"])
    for act, key in ((reviews.decide_photo, photo), (reviews.decide_text, order.number)):
        decide(act, key, manager, False, "不合适")
        with pytest.raises(Conflict, match="已由其他同事处理"):
            decide(act, key, above)
    assert (state_of(photo), fresh(order).hidden) == (PhotoState.REFUSED, True)


def test_of_managers_at_once_one_decides_about_a_text(house, city):
    order = an_order(city, verdict="review")
    managers, late = [a_manager(city["xnlx"]) for _ in range(4)], []
    barrier = threading.Barrier(len(managers))

    def work(manager):
        with house.app_context():
            barrier.wait()
            try:
                decide(reviews.decide_text, order.number, manager)
            except Conflict:
                late.append(manager.account_id)

    threads = [threading.Thread(target=work, args=(manager,)) for manager in managers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(late) == 3
    assert len(db.session.scalars(select(AuditRow).where(AuditRow.action == "text.reviewed")).all()) == 1
    end_reading()


def test_a_later_look_of_wechat_changes_nothing_that_a_person_decided(city, manager):
    order = an_order(city, verdict="unchecked")
    run(text_review.hand_over, order.id, "UserInactive")
    decide(reviews.decide_text, order.number, manager)
    run(text_review.settle, order.id, "risky")
    run(text_review.hand_over, order.id, "late")
    assert (fresh(order).hidden, keys(manager)) == (False, [])


# what was refused


def test_what_was_refused_in_thirty_days_can_be_passed_again(city, manager, later):
    old, _ = with_photo(city, state=PhotoState.REFUSED)
    later(days=20)
    order, photo = with_photo(city, verdict="review", state=PhotoState.REFUSED)
    put(photo, verdict="risky")
    decide(reviews.decide_text, order.number, manager, False, "点了他人姓名")
    later(days=10, minutes=1)
    found = listed(manager, reviews.refused)
    assert {(item.kind, item.said, item.decider, item.reason) for item in found} == {
        ("photo", "微信判定疑似违规", None, None),
        ("text", "微信建议人工审核", "王静", "点了他人姓名"),
    }
    for item in found:
        decide(getattr(reviews, f"decide_{item.kind}"), item.key, a_manager(city["ht"]), seen=item.seen)
    assert (state_of(photo), fresh(order).hidden) == (PhotoState.VISIBLE, False)
    assert keys(manager, reviews.refused) == []


def test_what_was_refused_elsewhere_or_by_oneself_as_reporter_is_not_there(city, manager):
    with_photo(city, manager, state=PhotoState.REFUSED)
    with_photo(city, compound=city.far_compound, state=PhotoState.REFUSED)
    assert keys(manager, reviews.refused) == []


def test_the_newest_refusal_comes_first(city, manager, later):
    _, one = with_photo(city, state=PhotoState.REFUSED)
    later(minutes=1)
    _, two = with_photo(city, state=PhotoState.REFUSED)
    assert keys(manager, reviews.refused) == [("photo", two), ("photo", one)]


# cost


def test_pages_follow_each_other_and_cost_the_same(city, manager):
    made = [with_photo(city, verdict="review") for _ in range(4)]
    everywhere = {("photo", photo) for _, photo in made} | {("text", order.number) for order, _ in made}
    with statements() as asked:
        pages = [keys(manager, page=page, per_page=3) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [4, 4, 2]
    assert set(pages[0][:3]) | set(pages[1][:3]) | set(pages[2]) == everywhere
    assert len(asked) <= 9


def test_what_waits_is_found_first_and_orders_by_their_keys(city, manager):
    if db.engine.dialect.name != "sqlite":
        pytest.skip("the other planner counts")
    with statements() as asked:
        run(reviews.count, manager)
    statement = next(one for one in asked if one.startswith("SELECT count"))
    with db.engine.connect() as connection:
        values = (1,) * statement.count("?")
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    orders = [line for line in plan if " work_order " in line]
    assert orders == ["SEARCH work_order USING INTEGER PRIMARY KEY (rowid=?)"] * 2


def test_the_count_stops_at_a_hundred(city, manager, monkeypatch):
    for _ in range(3):
        an_order(city, verdict="review")
    assert run(reviews.count, manager) == 3
    monkeypatch.setattr(reviews, "COUNTED_TO", 2)
    assert run(reviews.count, manager) == 2


def test_every_list_of_reviews_goes_through_the_one_rule(city, manager, monkeypatch):
    with_photo(city, verdict="review")
    monkeypatch.setattr(reviews.scope, "reviewed_by", lambda _actor: queries.WorkOrder.id < 0)
    assert keys(manager) == keys(manager, reviews.refused) == []
    assert run(reviews.count, manager) == 0


def test_a_verdict_of_wechat_takes_a_photo_out_of_the_list(city, manager):
    _, photo = with_photo(city)
    put(photo, trace_id="trace-1")
    run(review.settle, "trace-1", "pass")
    assert keys(manager) == []
