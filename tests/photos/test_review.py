"""Whether a photo may be shown: WeChat's verdict, half an hour without one, and a person's word, in every order."""

import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.db import db, end_reading, transaction
from app.errors import Conflict
from app.people.actor import Post
from app.people.models import Account, Role
from app.photos import permits, review
from app.photos.models import Photo, PhotoState
from app.territory.models import Level
from app.trail import AuditRow, AuditText
from tests.factories import a_photo
from tests.photos.makers import an_actor

PENDING, IN_REVIEW, VISIBLE, REFUSED = PhotoState
MOMENT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def moving():
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


@pytest.fixture
def owner(resident):
    with transaction():
        db.session.get(Account, resident.account_id).openid = "openid-1"
    return resident


@pytest.fixture
def reviewer(app):
    return an_actor(Post(Role.MANAGER, Level.COMMUNITY, 1))


@pytest.fixture
def photo(owner):
    """A photo that nobody has asked about yet: its public id."""
    return a_photo(owner)


def row(photo):
    found = db.session.scalars(
        select(Photo).where(Photo.public_id == photo).execution_options(populate_existing=True)
    ).one()
    end_reading()
    return found


def run(act, *args, **values):
    end_reading()
    with transaction():
        return act(*args, **values)


def asked(photo, trace="trace-1"):
    """Have it asked about, and named."""
    photo_id = row(photo).id
    assert run(review.begin, photo_id, clock.now())
    if trace:
        run(review.took, photo_id, trace)
    return photo_id


def decide(photo, by, passes, reason="", seen=""):
    run(review.decide, photo, by, passes=passes, reason=reason, seen=seen)


def audited(photo):
    rows = db.session.scalars(select(AuditRow).where(AuditRow.subject == f"photo:{photo}").order_by(AuditRow.id))
    found = [(one.action, one.facts) for one in rows]
    end_reading()
    return found


def waiting():
    found = [(one.public_id, one.openid) for one in review.waiting(clock.now())]
    end_reading()
    return found


def overdue(**values):
    found = list(review.overdue(clock.now(), **values))
    end_reading()
    return found


# WeChat's verdict


@pytest.mark.parametrize(
    ("suggest", "state", "verdict"),
    [
        ("pass", VISIBLE, "pass"),
        ("risky", REFUSED, "risky"),
        ("review", IN_REVIEW, "review"),
        (None, IN_REVIEW, "failed"),
        ("something new", IN_REVIEW, "failed"),
    ],
)
@pytest.mark.parametrize("late", [False, True])
def test_a_verdict_decides_also_when_it_comes_after_half_an_hour(photo, suggest, state, verdict, late):
    photo_id = asked(photo)
    if late:
        run(review.hand_over, photo_id, "late")
    assert run(review.settle, "trace-1", suggest) is True
    assert (row(photo).state, row(photo).verdict) == (state, verdict)
    assert audited(photo)[-1] == ("photo.checked", {"verdict": verdict})


@pytest.mark.parametrize("second", ["pass", "risky", "review", None])
def test_the_first_verdict_counts_and_the_second_is_as_good_as_none(photo, second):
    asked(photo)
    run(review.settle, "trace-1", "review")
    assert run(review.settle, "trace-1", second) is True
    assert (row(photo).state, row(photo).verdict) == (IN_REVIEW, "review")
    assert len(audited(photo)) == 1


def test_a_verdict_that_is_faster_than_our_note_of_its_name_is_unknown_until_then(photo):
    photo_id = asked(photo, trace=None)
    assert run(review.settle, "trace-1", "pass") is False
    assert row(photo).state == PENDING
    run(review.took, photo_id, "trace-1")
    assert run(review.settle, "trace-1", "pass") is True
    assert row(photo).state == VISIBLE


def test_a_name_that_wechat_gave_twice_means_the_newer_photo(photo, owner):
    asked(photo)
    run(review.settle, "trace-1", "pass")
    newer = a_photo(owner)
    asked(newer)
    run(review.settle, "trace-1", "risky")
    assert (row(photo).state, row(newer).state) == (VISIBLE, REFUSED)


# A person's word

VERDICTS = ["pass", "risky", "review", None]


@pytest.mark.parametrize("suggest", VERDICTS)
@pytest.mark.parametrize(("passes", "state"), [(True, VISIBLE), (False, REFUSED)])
def test_a_persons_word_overrides_wechats(photo, reviewer, suggest, passes, state):
    asked(photo)
    run(review.settle, "trace-1", suggest)
    before = row(photo).state
    decide(photo, reviewer, passes, "看不出问题")
    now = row(photo)
    assert (now.state, now.decider_id, now.decided_at) == (state, reviewer.account_id, clock.now())
    assert audited(photo)[-1] == ("photo.reviewed", {"before": before, "after": state.value})


@pytest.mark.parametrize("suggest", VERDICTS)
@pytest.mark.parametrize(("passes", "state"), [(True, VISIBLE), (False, REFUSED)])
def test_a_verdict_after_a_persons_word_changes_nothing(photo, reviewer, suggest, passes, state):
    photo_id = asked(photo)
    run(review.hand_over, photo_id, "late")
    decide(photo, reviewer, passes, "不合适")
    told = audited(photo)
    assert run(review.settle, "trace-1", suggest) is True
    assert (row(photo).state, row(photo).verdict) == (state, None)
    assert audited(photo) == told


def test_the_reason_stands_with_the_decision_and_apart_in_the_audit(photo, reviewer):
    decide(photo, reviewer, False, "有他人的脸")
    assert row(photo).reason == "有他人的脸"
    line = db.session.scalars(select(AuditRow).where(AuditRow.action == "photo.reviewed")).one()
    words = db.session.scalars(select(AuditText.text).where(AuditText.audit_id == line.id)).one()
    end_reading()
    assert (line.actor_id, words) == (reviewer.account_id, "有他人的脸")
    assert "脸" not in str(line.facts)


def test_the_second_of_two_managers_learns_what_the_first_decided(photo, reviewer):
    decide(photo, reviewer, False, "不合适")
    with pytest.raises(Conflict, match="已由其他同事处理，现在是“未通过审核，不予展示”"):
        decide(photo, an_actor(), True)
    assert row(photo).decider_id == reviewer.account_id


def test_a_refusal_that_was_seen_is_put_right(photo, reviewer, moving):
    decide(photo, reviewer, False, "不合适")
    seen = review.mark(row(photo).decided_at)
    moving.shift(60)
    decide(photo, an_actor(), True, seen=seen)
    assert (row(photo).state, row(photo).reason) == (VISIBLE, None)


def test_of_two_managers_at_once_one_decides(house, photo):
    managers, refused = [an_actor() for _ in range(4)], []
    barrier = threading.Barrier(len(managers))

    def work(manager):
        with house.app_context():
            barrier.wait()
            try:
                decide(photo, manager, True)
            except Conflict:
                refused.append(manager.account_id)

    threads = [threading.Thread(target=work, args=(manager,)) for manager in managers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted([row(photo).decider_id, *refused]) == sorted(one.account_id for one in managers)
    assert len(audited(photo)) == 1


# Asking, and half an hour


def test_only_photos_that_wechat_may_still_look_at_wait_to_be_asked_about(photo, owner, resident, worker, moving):
    stranger = a_photo(an_actor())
    assert waiting() == [(photo, "openid-1")]
    asked(photo)
    assert waiting() == []
    late = a_photo(owner)
    moving.shift(timedelta(minutes=30))
    assert waiting() == []
    assert row(late).state == row(stranger).state == PENDING


def test_of_two_relays_one_asks(photo):
    photo_id = row(photo).id
    assert run(review.begin, photo_id, clock.now()) is True
    assert run(review.begin, photo_id, clock.now()) is False


def test_a_photo_whose_name_was_never_heard_is_asked_about_again_after_two_minutes(photo, moving):
    photo_id = asked(photo, trace=None)
    moving.shift(timedelta(minutes=1, seconds=59))
    assert waiting() == []
    assert run(review.begin, photo_id, clock.now()) is False
    moving.shift(timedelta(seconds=1))
    assert waiting() == [(photo, "openid-1")]
    assert run(review.begin, photo_id, clock.now()) is True


def test_half_an_hour_counts_from_the_asking_once_wechat_took_it(photo, moving):
    moving.shift(timedelta(minutes=20))
    photo_id = asked(photo)
    moving.shift(timedelta(minutes=29, seconds=59))
    assert overdue() == []
    moving.shift(timedelta(seconds=1))
    assert overdue() == [photo_id]


@pytest.mark.parametrize("tried", [False, True])
def test_half_an_hour_counts_from_the_upload_while_wechat_is_away(photo, moving, tried):
    moving.shift(timedelta(minutes=29, seconds=59))
    if tried:
        asked(photo, trace=None)
    assert overdue() == []
    moving.shift(timedelta(seconds=1))
    assert overdue() == [row(photo).id]


def test_whom_wechat_does_not_know_and_where_it_is_not_asked_nothing_waits_for_it(photo, resident):
    stranger = a_photo(an_actor())
    assert overdue() == [row(stranger).id]
    assert set(overdue(asked=False)) == {row(stranger).id, row(photo).id}


def test_handing_over_leaves_what_is_settled(photo, owner):
    settled = a_photo(owner)
    settled_id = asked(settled)
    run(review.settle, "trace-1", "pass")
    for photo_id in (settled_id, row(photo).id):
        run(review.hand_over, photo_id, "late")
    assert (row(settled).state, row(photo).state) == (VISIBLE, IN_REVIEW)
    assert audited(photo) == [("photo.handed_over", {"cause": "late"})]
    assert overdue() == []


def test_wechat_can_fetch_the_photo_for_an_hour(photo, moving):
    moving.shift(119)
    address = urlsplit(review.address(photo))
    moving.shift(timedelta(minutes=60))
    assert address.path == f"/api/photos/{photo}"
    permits.check(photo, "main", parse_qs(address.query)["permit"][0], clock.now())
