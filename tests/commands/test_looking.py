"""The relay's jobs that have WeChat look at texts and photos: what each of its answers does, and that none is lost."""

from collections import deque
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from app.commands import unchecked_photos, unchecked_texts
from app.commands.unchecked_photos import Job as PhotoJob
from app.commands.unchecked_texts import Job as TextJob
from app.db import db, end_reading, in_transaction, transaction
from app.notifications import relay_jobs
from app.photos import review
from app.photos.models import Photo, PhotoState
from app.trail import AuditRow
from app.work_orders.models import WorkOrder
from app.work_orders.text_review import TextReview
from tests.factories import a_city, a_photo, a_resident, an_order, fresh, key, signed_in
from wechat.client import (
    Busy,
    CircuitOpen,
    ContentRefused,
    LimitReached,
    Misconfigured,
    TokenRejected,
    Unclear,
    Unreachable,
    UserBlocked,
    UserInactive,
    UserUnknown,
    WeChatError,
)

URL = "https://desk.example.cn"
MOMENT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
PENDING, IN_REVIEW, VISIBLE, REFUSED = PhotoState


@pytest.fixture(autouse=True)
def moving():
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller


class Looker:
    """A WeChat that answers by script, and goes on with its last answer; an error is raised, a function called."""

    def __init__(self, *answers):
        self.answers = deque(answers)
        self.asked = []

    def check_image(self, media_url, openid):
        return self._answer(media_url, openid)

    def check_text(self, content, openid, *, budget_s):
        assert budget_s <= 8.0
        return type("Verdict", (), {"suggest": self._answer(content, openid)})

    def _answer(self, *asked):
        assert not in_transaction(), "the network is not touched while a transaction is open"
        self.asked.append(asked)
        answer = self.answers.popleft() if len(self.answers) > 1 else self.answers[0]
        if callable(answer):
            answer = answer()
        if isinstance(answer, Exception):
            raise answer
        return answer


ONE_ONLY = [UserInactive(61010), UserUnknown(43104), UserBlocked(40226), ContentRefused(87014), WeChatError(87020)]
FOR_ALL = [Busy(-1), TokenRejected(40001), LimitReached(44991), Misconfigured(40164), Unreachable(), Unclear()]
FOR_ALL += [CircuitOpen("/wxa/media_check_async", 20.0)]


def by_kind(error):
    return f"{type(error).__name__}"


def causes(action):
    rows = db.session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id)).all()
    end_reading()
    return [row.facts["cause"] for row in rows]


# photos


@pytest.fixture
def owner(app):
    return a_resident(openid="openid-1")


def photos(*ids):
    """(state, trace_id) of these photos."""
    db.session.expire_all()
    rows = {row.public_id: row for row in db.session.scalars(select(Photo))}
    end_reading()
    return [(rows[one].state, rows[one].trace_id) for one in ids]


def test_wechat_gets_an_address_that_it_can_open_and_the_uploaders_openid(client, owner, picture):
    headers = signed_in(owner) | key()
    sent = client.post("/api/photos", data={"file": picture()}, headers=headers, content_type="multipart/form-data")
    wechat = Looker("trace-1")
    PhotoJob(URL)(wechat)
    [(address, openid)] = wechat.asked
    assert (address[: len(URL)], openid) == (URL, "openid-1")
    assert client.get(address[len(URL) :]).mimetype == "image/jpeg"
    assert photos(sent.json["id"]) == [(PENDING, "trace-1")]


def test_a_photo_is_asked_about_once(owner):
    one, two, wechat = a_photo(owner), a_photo(owner), Looker("trace-1", "trace-2")
    job = PhotoJob(URL)
    job(wechat)
    job(wechat)
    assert photos(one, two) == [(PENDING, "trace-1"), (PENDING, "trace-2")]
    assert len(wechat.asked) == 2


def test_a_verdict_that_comes_while_we_are_still_asking_is_taken_when_it_comes_again(owner):
    one = a_photo(owner)

    def faster():
        with transaction():
            assert review.settle("trace-1", "risky") is False
        return "trace-1"

    PhotoJob(URL)(Looker(faster))
    with transaction():
        assert review.settle("trace-1", "risky") is True
    assert photos(one) == [(REFUSED, "trace-1")]


@pytest.mark.parametrize("error", ONE_ONLY, ids=by_kind)
def test_what_lies_in_one_photo_goes_to_a_person_and_the_others_go_on(owner, error):
    bad, good = a_photo(owner), a_photo(owner)
    PhotoJob(URL)(Looker(error, "trace-2"))
    assert photos(bad, good) == [(IN_REVIEW, None), (PENDING, "trace-2")]
    assert causes("photo.handed_over") == [type(error).__name__]


@pytest.mark.parametrize("error", FOR_ALL, ids=by_kind)
def test_while_wechat_is_away_the_round_ends_and_all_are_asked_about_later(owner, moving, error):
    one, two, wechat = a_photo(owner), a_photo(owner), Looker(error, "trace-2", "trace-1")
    job = PhotoJob(URL)
    job(wechat)
    assert len(wechat.asked) == 1
    assert photos(one, two) == [(PENDING, None), (PENDING, None)]
    for _ in range(2):
        moving.shift(timedelta(minutes=2))
        job(wechat)
    assert {state for state, _ in photos(one, two)} == {PENDING}
    assert {trace for _, trace in photos(one, two)} == {"trace-1", "trace-2"}
    assert len(wechat.asked) == 3


def test_a_quota_that_is_used_up_is_waited_for_and_half_an_hour_later_a_person_looks(owner, moving):
    one, wechat = a_photo(owner), Looker(LimitReached(45009))
    job = PhotoJob(URL)
    for _ in range(30):
        job(wechat)
        moving.shift(timedelta(minutes=1))
    assert len(wechat.asked) == 1
    assert photos(one) == [(PENDING, None)]
    job(wechat)
    assert photos(one) == [(IN_REVIEW, None)]
    later = a_photo(owner)
    moving.shift(timedelta(minutes=29, seconds=59))
    job(Looker("trace-2"))
    assert photos(later) == [(PENDING, None)]
    moving.shift(timedelta(seconds=1))
    newest = a_photo(owner)
    job(Looker("trace-3"))
    assert photos(later, newest) == [(IN_REVIEW, None), (PENDING, "trace-3")]


def test_without_a_verdict_for_half_an_hour_a_person_looks(owner, moving):
    one = a_photo(owner)
    job = PhotoJob(URL)
    job(Looker("trace-1"))
    moving.shift(timedelta(minutes=29, seconds=59))
    job(Looker("never"))
    assert photos(one) == [(PENDING, "trace-1")]
    moving.shift(timedelta(seconds=1))
    job(Looker("never"))
    assert photos(one) == [(IN_REVIEW, "trace-1")]
    assert causes("photo.handed_over") == ["not_looked_at_in_time"]


def test_where_wechat_cannot_reach_us_people_look_at_all_photos_at_once(owner):
    one, two, wechat = a_photo(owner), a_photo(a_resident(openid=None)), Looker("never")
    PhotoJob("")(wechat)
    assert photos(one, two) == [(IN_REVIEW, None)] * 2
    assert wechat.asked == []
    assert causes("photo.handed_over") == ["wechat_cannot_reach_us"] * 2


def test_a_relay_that_was_killed_while_asking_leaves_the_photo_to_the_next(owner, moving):
    one = a_photo(owner)
    with pytest.raises(KeyError):
        PhotoJob(URL)(Looker(KeyError("killed")))
    assert photos(one) == [(PENDING, None)]
    moving.shift(timedelta(minutes=2))
    PhotoJob(URL)(Looker("trace-2"))
    assert photos(one) == [(PENDING, "trace-2")]


def test_a_second_relay_does_not_ask_what_the_first_is_asking(owner):
    a_photo(owner)
    other = Looker("never")

    def meanwhile():
        PhotoJob(URL)(other)
        return "trace-1"

    PhotoJob(URL)(Looker(meanwhile))
    assert other.asked == []


def test_nothing_due_opens_no_transaction(app, monkeypatch):
    begun = []
    for module in (unchecked_photos, unchecked_texts):
        monkeypatch.setattr(module, "transaction", lambda: begun.append(1))
    PhotoJob(URL)(Looker("never"))
    TextJob()(Looker("never"))
    assert begun == []


def test_the_relay_knows_both_jobs(app, monkeypatch):
    monkeypatch.setattr(relay_jobs, "_jobs", {})
    unchecked_photos.register(URL)
    unchecked_texts.register()
    assert set(relay_jobs._jobs) == {"unchecked photos", "unchecked texts"}


# texts


@pytest.fixture
def city(app):
    return a_city()


@pytest.fixture
def write(city):
    """An order whose text came in while WeChat was away."""

    def make(**values):
        return an_order(city, values.pop("reporter", None), verdict="unchecked", **values)

    return make


def text(order):
    """(unchecked, hidden, in the queue with which verdict) of an order's text."""
    row = fresh(order)
    found = db.session.execute(
        select(TextReview.verdict).where(TextReview.work_order_id == order.id, TextReview.decided_at.is_(None))
    ).one_or_none()
    end_reading()
    return row.unchecked, row.hidden, found and (found.verdict or "none")


WAITS, WITH_A_PERSON = (True, True, None), (True, True, "none")


@pytest.mark.parametrize(
    ("suggest", "after"),
    [
        ("pass", (False, False, None)),
        ("review", (False, True, "review")),
        ("risky", (False, True, "risky")),
    ],
)
def test_a_later_verdict_shows_the_text_or_lets_a_person_look(write, suggest, after):
    order = write()
    TextJob()(Looker(suggest))
    assert text(order) == after
    TextJob()(Looker("never"))
    assert text(order) == after


def test_wechat_reads_all_that_was_written(write):
    wechat = Looker("pass")
    order = write(description="楼下太吵")
    with transaction():
        row = db.session.get(WorkOrder, order.id)
        row.answers, row.address = {"since": "上周起"}, "东门往里走"
    TextJob()(wechat)
    assert wechat.asked[0][0].split("\n") == ["楼下太吵", "东门往里走", "上周起"]


@pytest.mark.parametrize("error", ONE_ONLY, ids=by_kind)
def test_a_text_that_wechat_will_never_look_at_goes_to_a_person_at_once_and_the_others_go_on(write, error):
    bad, good = write(), write()
    wechat = Looker(error, "pass")
    job = TextJob()
    job(wechat)
    assert (text(bad), text(good)) == (WITH_A_PERSON, (False, False, None))
    job(wechat)
    assert len(wechat.asked) == 2
    assert causes("text.handed_over") == [type(error).__name__]


@pytest.mark.parametrize("error", FOR_ALL, ids=by_kind)
def test_while_wechat_is_away_texts_wait_for_two_hours_and_then_a_person_looks(write, moving, error):
    one, two = write(), write()
    wechat = Looker(error)
    job = TextJob()
    job(wechat)
    assert len(wechat.asked) == 1
    moving.shift(timedelta(hours=1, minutes=59))
    job(wechat)
    assert (text(one), text(two)) == (WAITS, WAITS)
    moving.shift(timedelta(minutes=1))
    job(wechat)
    assert (text(one), text(two)) == (WITH_A_PERSON, WITH_A_PERSON)
    assert len(wechat.asked) == 2
    assert causes("text.handed_over") == ["not_looked_at_in_time"] * 2


def test_the_text_of_somebody_whom_wechat_does_not_know_goes_to_a_person_at_once(write):
    order, wechat = write(reporter=a_resident(openid=None)), Looker("never")
    TextJob()(wechat)
    assert text(order) == WITH_A_PERSON
    assert wechat.asked == []


def test_looking_at_a_text_disturbs_nobody_who_has_the_order(write):
    order = write()
    before = fresh(order).version
    TextJob()(Looker("risky"))
    assert fresh(order).version == before
