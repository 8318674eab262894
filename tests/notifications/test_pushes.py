"""Pushes take effect once, in order, whatever fails or dies; what has had its effect is forgotten."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
import time_machine

from app import clock, trail
from app.commands import wechat_pushes
from app.db import db, end_reading, transaction
from app.errors import Conflict
from app.notifications import pushes, relay_jobs
from app.notifications.models import WechatPush
from app.trail import AuditRow
from tests.api.asking import at_once
from tests.notifications.scripted import rows, running, until
from wechat.push import PushEvent

ROOT = Path(__file__).resolve().parents[2]
TUESDAY_10 = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
EVENT = PushEvent(
    "debug_demo",
    "oTEST01",
    1750000101,
    "debug_demo:oTEST01:1",
    {"debug_str": "网格 13800000000"},
    ({"TemplateId": "A"},),
)


def told(number=1, name="debug_demo"):
    return replace(EVENT, name=name, dedup_key=f"{name}:{number}", facts={"number": str(number)})


def keep(*events):
    kept = []
    for event in events:
        with transaction():
            kept.append(pushes.keep(event, clock.now()))
    return kept


@pytest.fixture
def handle(app, monkeypatch):
    """Have an event handled like this."""

    def by(handler, name="debug_demo"):
        monkeypatch.setattr(wechat_pushes, "HANDLERS", {name: handler})

    return by


def effect(push):
    trail.audit("push.effect", push.facts.get("number", ""))
    return True


def effects():
    return [row.subject for row in rows(AuditRow, action="push.effect")]


def states():
    found = db.session.execute(sa.select(WechatPush.outcome, WechatPush.attempts).order_by(WechatPush.id)).all()
    end_reading()
    return [tuple(row) for row in found]


# keeping


def test_an_event_is_kept_once(app):
    assert keep(EVENT, EVENT, replace(EVENT, dedup_key="another")) == [True, False, True]
    assert len(rows(WechatPush)) == 2


def test_of_copies_kept_at_once_one_is_new(app):
    kept = []

    def keep_one():
        with app.app_context():
            kept.extend(keep(EVENT))

    at_once(*[keep_one] * 6)
    assert sorted(kept) == [False] * 5 + [True]


def test_nothing_personal_can_be_read_in_the_database(app):
    keep(EVENT)
    row = db.session.execute(sa.text("SELECT * FROM wechat_push")).one()
    end_reading()
    stored = " ".join(bytes(value).decode() if isinstance(value, bytes | memoryview) else str(value) for value in row)
    assert "debug_demo" in stored
    for secret in ("oTEST01", "13800000000", "TemplateId", "1750000101"):
        assert secret not in stored


# working off


def test_a_push_reaches_its_handler_as_it_was_told(handle):
    seen = []
    handle(lambda push: seen.append(push) or True)
    keep(EVENT)
    wechat_pushes.work_off()
    assert seen == [
        pushes.Push(
            "debug_demo",
            "oTEST01",
            datetime(2025, 6, 15, 15, 8, 21, tzinfo=UTC),
            {"debug_str": "网格 13800000000"},
            ({"TemplateId": "A"},),
        )
    ]
    assert "oTEST01" not in repr(seen)


def test_three_copies_have_one_effect_and_only_the_key_stays(handle):
    handle(effect)
    for _ in range(3):
        keep(told(1))
        wechat_pushes.work_off()
    assert effects() == ["1"]
    (row,) = rows(WechatPush)
    assert (row.outcome, row.openid, row.body) == ("done", None, None)
    assert row.done_at is not None


def test_pushes_take_effect_in_the_order_in_which_they_came(handle):
    handle(effect)
    keep(*(told(number) for number in range(12)))
    wechat_pushes.work_off()
    assert effects() == [str(number) for number in range(12)]


def test_a_person_who_writes_to_us_is_ignored_and_their_words_are_dropped(app):
    keep(told(1, "text"))
    wechat_pushes.work_off()
    (row,) = rows(WechatPush)
    assert (row.outcome, row.openid, row.body) == ("ignored", None, None)


def test_a_push_that_comes_before_what_it_is_about_waits_for_it(handle):
    """WeChat's verdict on a picture can be here before our own note of having asked."""
    known = set()
    handle(lambda push: push.facts["number"] in known and effect(push))
    with time_machine.travel(TUESDAY_10, tick=False) as now:
        keep(told(1), told(2))
        known.add("2")
        wechat_pushes.work_off()
        assert (effects(), states()) == (["2"], [(None, 1), ("done", 0)])
        known.add("1")
        wechat_pushes.work_off()
        assert effects() == ["2"]
        now.shift(timedelta(seconds=8))
        wechat_pushes.work_off()
    assert (effects(), states()) == (["2", "1"], [("done", 1), ("done", 0)])


def test_a_handler_that_fails_leaves_nothing_behind_and_holds_nobody_up(handle):
    def first_fails(push):
        effect(push)
        db.session.flush()
        if push.facts["number"] == "1" and len(tries) < 2:
            tries.append(1)
            raise Conflict
        return True

    tries = []
    handle(first_fails)
    with time_machine.travel(TUESDAY_10, tick=False) as now:
        keep(told(1), told(2))
        for _ in range(3):
            wechat_pushes.work_off()
            now.shift(timedelta(minutes=1))
    assert effects() == ["2", "1"]
    assert states() == [("done", 2), ("done", 0)]


def fail(_push):
    raise ValueError("oTEST01 broke it")


@pytest.mark.parametrize("handler", [fail, lambda _push: False], ids=["fails", "says not yet"])
def test_a_push_that_never_takes_effect_is_given_up_within_the_hour_and_the_log_says_so(handle, handler):
    handle(handler)
    with time_machine.travel(TUESDAY_10, tick=False) as now, structlog.testing.capture_logs() as lines:
        keep(told(1))
        while rows(WechatPush)[0].done_at is None:
            wechat_pushes.work_off()
            now.shift(timedelta(seconds=60))
        assert timedelta(minutes=20) < clock.now() - TUESDAY_10 < timedelta(hours=1)
        wechat_pushes.work_off()
    (row,) = rows(WechatPush)
    assert (row.outcome, row.attempts, row.openid) == ("given_up", pushes.MOST_TRIES, "oTEST01")
    said = [line["event"] for line in lines if line["log_level"] == "error"]
    assert said.count("push_given_up") == 1
    assert said.count("push_not_handled") == (pushes.MOST_TRIES if handler is fail else 0)


def test_a_push_that_can_no_longer_be_read_holds_nobody_up(handle):
    handle(effect)
    keep(told(1), told(2))
    with transaction():
        spoilt = "UPDATE wechat_push SET body = :junk WHERE id = (SELECT min(id) FROM wechat_push)"
        db.session.execute(sa.text(spoilt), {"junk": b"of another key"})
    wechat_pushes.work_off()
    assert (effects(), states()) == (["2"], [(None, 1), ("done", 0)])


def test_relays_at_once_work_each_push_off_once_and_in_order(app, handle):
    def slowly(push):
        time.sleep(0.005)
        return effect(push)

    handle(slowly)
    keep(*(told(number) for number in range(30)))

    def relay():
        with app.app_context():
            wechat_pushes.work_off()

    at_once(*[relay] * 3)
    assert effects() == [str(number) for number in range(30)]


@pytest.mark.slow
def test_a_process_killed_between_the_effect_and_the_mark_has_had_none(app, tmp_path):
    keep(told(1))
    house = app.extensions["settings"]
    environment = os.environ | {
        "APP_ENV": "test",
        "DATABASE_URL": house.database_url,
        "VAR_DIR": str(tmp_path),
        "SECRET_KEY": house.secret_key,
        "FIELD_KEYS": ",".join(house.field_keys),
        "SEAL_KEY": house.seal_key,
        "WECHAT_APPID": house.wechat_appid,
        "WECHAT_SECRET": house.wechat_secret,
        "WECHAT_API_BASE": house.wechat_api_base,
        "PYTHONPATH": str(ROOT),
    }

    def process(seconds, said):
        command = [sys.executable, "-m", "tests.notifications.push_process", str(seconds), str(said)]
        return subprocess.Popen(command, cwd=ROOT, env=environment)

    dying = process(60, tmp_path / "first")
    until((tmp_path / "first").exists, 40)
    dying.kill()
    dying.wait()
    assert effects() == []

    # PostgreSQL lets the row go when it notices that the connection of the dead is gone.
    def second_time():
        assert process(0, tmp_path / "second").wait(40) == 0
        return effects()

    assert until(second_time, 60) == ["test"]
    assert states() == [("done", 0)]


def test_the_relay_lets_a_push_take_effect_within_two_seconds(app, handle, wechat, monkeypatch):
    handle(effect)
    monkeypatch.setattr(relay_jobs, "_jobs", {})
    wechat_pushes.register()
    with running(app, wechat):
        time.sleep(0.3)
        began = time.monotonic()
        keep(told(1))
        until(effects)
        assert time.monotonic() - began < 2


def test_an_idle_relay_asks_one_question_and_takes_no_lock(app):
    asked = []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", note)
    try:
        wechat_pushes.work_off()
    finally:
        sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) == 1
    assert asked[0].startswith("SELECT")


def test_while_the_database_is_away_the_job_goes_on_living(app, monkeypatch):
    def away(_now):
        raise sa.exc.OperationalError("SELECT", {}, Exception("gone"))

    monkeypatch.setattr(pushes, "due", away)
    with structlog.testing.capture_logs() as lines:
        wechat_pushes.work_off()
    assert [line["event"] for line in lines] == ["database_away"]


# forgetting


def test_what_ended_over_a_day_ago_is_forgotten_in_batches(handle, monkeypatch):
    monkeypatch.setattr(pushes, "BATCH", 3)
    handle(lambda push: push.facts["number"] != "9")
    with time_machine.travel(TUESDAY_10, tick=False) as now:
        keep(*(told(number) for number in (1, 2, 3, 4, 9)))
        wechat_pushes.work_off()
        for hours, left in ((23, 5), (24.1, 2), (24.1, 1), (24.1, 1)):
            now.move_to(TUESDAY_10 + timedelta(hours=hours))
            with transaction():
                pushes.forget_old(clock.now())
            assert len(rows(WechatPush)) == left
        assert rows(WechatPush)[0].done_at is None
        assert keep(told(1)) == [True]
