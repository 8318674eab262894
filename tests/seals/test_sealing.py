"""Sealing: in batches, one chain whoever seals, never onto a chain that does not hold."""

import threading
from types import SimpleNamespace

import pytest
from sqlalchemy.exc import IntegrityError

from app import trail
from app.commands import sealing as door
from app.commands.sealing import Sealer
from app.db import db, end_reading
from app.seals import chain, outside, sealing
from app.seals.chain import Head
from tests.factories import an_order, writing
from tests.seals.hands import by_hand, fault, look, make_room, rows_of, seal


@pytest.fixture
def some_rows(app):
    with writing():
        for number in range(11):
            trail.audit("places.imported", "places", added=number)


def test_a_batch_at_a_time_until_nothing_is_left(some_rows, monkeypatch, tmp_path):
    monkeypatch.setattr(chain, "BATCH", 4)
    sealer = Sealer(tmp_path)
    assert [sealer.seal() for _ in range(4)] == [4, 4, 0, 0]
    assert [row.no for row in rows_of("seal")] == list(range(1, 12))
    assert fault() is None


def test_both_trails_go_into_one_chain(city, some_rows, tmp_path):
    an_order(city)
    seal(tmp_path)
    assert {row.trail for row in rows_of("seal")} == {"event", "audit"}
    assert (fault(), look().young) == (None, 0)


def test_nothing_new_makes_no_seal_and_leaves_the_head(some_rows, tmp_path):
    end = seal(tmp_path)
    kept = outside.known(tmp_path)
    assert (seal(tmp_path), outside.known(tmp_path)) == (end, kept)
    assert kept == look().end


def test_rows_after_the_last_seal_are_told_as_not_sealed(city, some_rows, tmp_path):
    seal(tmp_path)
    an_order(city)
    found = look()
    assert (found.fault, found.sealed, found.young) == (None, 11, len(rows_of("event")))


def test_many_sweeps_at_once_make_one_chain(app, some_rows, monkeypatch, tmp_path):
    monkeypatch.setattr(chain, "BATCH", 2)
    begin, done = threading.Barrier(4), []

    def sweep():
        with app.app_context():
            begin.wait()
            sealer = Sealer(tmp_path)
            done.append([sealer.seal() for _ in range(12)])
            end_reading()

    threads = [threading.Thread(target=sweep) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 4
    seals = rows_of("seal")
    assert [row.no for row in seals] == list(range(1, 12))
    assert len({(row.trail, row.row_id) for row in seals}) == 11
    assert (fault(), look().young) == (None, 0)
    assert outside.known(tmp_path).no <= 11


def test_a_sealer_that_was_overtaken_gives_way(some_rows, monkeypatch, tmp_path):
    def overtaken(_now, look_back):
        raise IntegrityError("INSERT", {}, Exception("UNIQUE"))

    monkeypatch.setattr(sealing, "seal_batch", overtaken)
    assert Sealer(tmp_path).seal() == 0
    assert outside.known(tmp_path) is None


def test_a_broken_chain_is_not_lengthened(some_rows, city, tmp_path):
    seal(tmp_path)
    by_hand("UPDATE seal SET head = :head WHERE no = 11", head="0" * 64)
    an_order(city)
    assert seal(tmp_path) == 11
    assert fault() == ("seal_changed", "第 11 号封存")


def test_the_head_kept_outside_is_not_overwritten_after_the_end_was_cut_off(some_rows, city, tmp_path):
    seal(tmp_path)
    kept = outside.known(tmp_path)
    by_hand("DELETE FROM seal WHERE no > 8")
    by_hand("DELETE FROM audit WHERE id IN (SELECT id FROM audit ORDER BY id DESC LIMIT 3)")
    for _ in range(4):
        an_order(city)
    assert seal(tmp_path) > kept.no
    assert outside.known(tmp_path) == kept
    assert look().fault is None
    assert look(known=kept).fault.kind == "cut"


def test_no_head_is_known_before_the_first_seal(tmp_path):
    assert outside.known(tmp_path) is None
    outside.keep(tmp_path / "new", Head(3, "a" * 64))
    assert outside.known(tmp_path / "new") == Head(3, "a" * 64)
    assert chain.Head() == Head(0, "")


def test_in_a_long_backlog_late_rows_are_looked_for_once_a_minute(some_rows, monkeypatch, tmp_path):
    make_room("audit")
    seal(tmp_path)
    monkeypatch.setattr(chain, "BATCH", 2)
    looks, late = [], sealing._late
    monkeypatch.setattr(sealing, "_late", lambda *asked: looks.append(asked[0]) or late(*asked))
    with writing():
        for number in range(5):
            trail.audit("places.imported", "places", added=number)
    clock = iter([0, 1, 2, 70, 71])
    sealer = Sealer(tmp_path)
    monkeypatch.setattr(door, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    assert [sealer.seal() for _ in range(5)] == [2, 2, 0, 0, 0]
    assert looks == ["event", "audit"] * 2


def test_a_transaction_that_took_its_time_is_sealed_when_it_is_through(app, tmp_path, database_kind):
    if database_kind == "sqlite":
        pytest.skip("SQLite lets one write at a time, so numbers are in the order of commits")
    written, go_on = threading.Event(), threading.Event()

    def slow():
        with app.app_context(), writing():
            trail.audit("places.imported", "slow", added=1)
            db.session.flush()
            written.set()
            go_on.wait(5)

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(5)
    with writing():
        trail.audit("places.imported", "fast", added=1)
    seal(tmp_path)
    assert (fault(), [row.subject for row in rows_of("audit")]) == (None, ["fast"])
    go_on.set()
    thread.join()
    assert [row.subject for row in rows_of("audit")] == ["slow", "fast"]
    assert (fault(), look().young) == (None, 1)
    seal(tmp_path)
    assert (fault(), look().young) == (None, 0)
