"""One access token for all processes: fetched once, shared, renewed by whoever has the lease."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text, update

from app import clock
from app.db import db, end_reading, in_transaction, transaction
from app.errors import Unavailable
from app.notifications.models import WechatToken
from app.notifications.token_store import RowTokenStore
from wechat.client.errors import Busy, Misconfigured, Unreachable
from wechat.client.token import Token

APPID = "wx0000000000000001"


class Source:
    """WeChat's side: gives token after token and counts how often it was asked, and whether by force."""

    def __init__(self, lasts_s=7200.0, takes_s=0.0, same=False):
        self.lasts_s, self.takes_s, self.same = lasts_s, takes_s, same
        self.asked = []

    def __call__(self, force):
        assert not in_transaction()
        self.asked.append(force)
        time.sleep(self.takes_s)
        number = sum(self.asked) if self.same else len(self.asked)
        return Token(f"token-{number}", time.time() + self.lasts_s)


@pytest.fixture
def store(app):
    return RowTokenStore(wait_s=5.0)


def row():
    try:
        return db.session.execute(db.select(WechatToken)).scalar_one()
    finally:
        end_reading()


def test_without_a_token_there_is_none(store):
    assert store.get(APPID) is None


def test_the_first_caller_fetches_and_the_others_find_it(store):
    source = Source()
    token = store.refresh(APPID, source, bad=None)
    assert store.refresh(APPID, source, bad=None) == RowTokenStore().get(APPID)
    assert RowTokenStore().get(APPID).value == token.value
    assert source.asked == [False]


def test_the_token_is_unreadable_in_the_database(store):
    store.refresh(APPID, Source(), bad=None)
    raw = db.session.execute(text("SELECT token FROM wechat_token")).scalar_one()
    assert b"token-1" not in bytes(raw)


def test_a_token_near_its_end_is_renewed(store):
    source = Source(lasts_s=100)
    store.refresh(APPID, source, bad=None)
    assert store.refresh(APPID, source, bad=None).value == "token-2"


def test_a_bad_token_is_replaced_and_by_force_when_wechat_gives_the_same_again(store):
    source = Source(same=True)
    bad = store.refresh(APPID, source, bad=None).value
    assert store.refresh(APPID, source, bad=bad).value == "token-1"
    assert source.asked == [False, False, True]
    assert row().forced_today == 1
    assert abs(row().forced_at - clock.now()) < timedelta(seconds=10)


def test_force_is_remembered_and_not_used_again_within_half_a_minute(store):
    source = Source(same=True)
    bad = store.refresh(APPID, source, bad=None).value
    store.refresh(APPID, source, bad=bad)
    RowTokenStore().refresh(APPID, source, bad="token-1")
    assert source.asked.count(True) == 1


def test_when_somebody_replaced_the_bad_token_already_nothing_is_fetched(store):
    source = Source()
    bad = store.refresh(APPID, source, bad=None).value
    store.refresh(APPID, source, bad=bad)
    assert store.refresh(APPID, source, bad=bad).value == "token-2"
    assert len(source.asked) == 2


def test_of_many_that_need_a_token_at_once_one_fetches(store, house):
    source, got, ready = Source(takes_s=0.2), [], threading.Barrier(6)

    def need():
        with house.app_context():
            ready.wait()
            got.append(RowTokenStore(wait_s=10).refresh(APPID, source, bad=None).value)

    threads = [threading.Thread(target=need) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert got == ["token-1"] * 6
    assert source.asked == [False]


def lease_to(owner, until):
    with transaction():
        db.session.execute(update(WechatToken).values(lease_owner=owner, lease_until=until))


def test_while_another_fetches_and_nothing_comes_the_answer_is_busy(store):
    store.refresh(APPID, Source(lasts_s=1), bad=None)
    lease_to("another", clock.now() + timedelta(seconds=30))
    source = Source()
    with pytest.raises(Busy):
        RowTokenStore(wait_s=0.2).refresh(APPID, source, bad=None)
    assert source.asked == []


def test_the_lease_of_a_process_that_died_ends_by_itself(store):
    store.refresh(APPID, Source(lasts_s=1), bad=None)
    lease_to("dead", clock.now() + timedelta(seconds=0.5))
    assert store.refresh(APPID, Source(), bad=None).value == "token-1"


@pytest.mark.parametrize("error", [Unreachable(), Misconfigured(40125)])
def test_a_fetch_that_fails_frees_the_lease(store, error):
    def fails(_force):
        raise error

    with pytest.raises(type(error)):
        store.refresh(APPID, fails, bad=None)
    started = time.monotonic()
    assert store.refresh(APPID, Source(), bad=None).value == "token-1"
    assert time.monotonic() - started < 2


def test_a_lease_that_was_lost_while_fetching_writes_nothing(store):
    store.refresh(APPID, Source(lasts_s=1), bad=None)

    def slow(_force):
        lease_to("another", clock.now() + timedelta(seconds=30))
        return Token("late", time.time() + 7200)

    assert store.refresh(APPID, slow, bad=None).value == "late"
    assert row().lease_owner == "another"
    assert store.get(APPID).value == "token-1"


def test_inside_a_transaction_wechat_is_not_called(store):
    source = Source()
    with transaction(), pytest.raises(RuntimeError, match="transaction"):
        store.refresh(APPID, source, bad=None)
    assert source.asked == []


def test_a_token_in_hand_serves_though_the_database_went_away(store):
    def away(*_):
        raise Unavailable

    def fetch(_force):
        event.listen(db.engine, "before_cursor_execute", away)
        return Token("in-hand", time.time() + 7200)

    try:
        assert store.refresh(APPID, fetch, bad=None).value == "in-hand"
    finally:
        event.remove(db.engine, "before_cursor_execute", away)


def test_tokens_of_two_mini_programs_are_apart(store):
    store.refresh(APPID, Source(), bad=None)
    assert store.get("wx-another") is None
    assert store.refresh("wx-another", Source(), bad=None).value == "token-1"


def test_looking_leaves_no_reading_open(store):
    store.get(APPID)
    store.refresh(APPID, Source(), bad=None)
    with transaction():
        assert datetime.now(UTC) >= row_in_transaction().lease_until


def row_in_transaction():
    return db.session.execute(db.select(WechatToken)).scalar_one()
