"""`flask trail verify` and the sweep that seals."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app import trail
from app.commands import trails
from app.db import db, end_reading
from app.seals import outside
from tests.factories import writing


@pytest.fixture
def rows(app):
    with writing():
        for number in range(3):
            trail.audit("places.imported", "places", added=number)


def by_hand(statement):
    end_reading()
    with db.engine.begin() as connection:
        connection.execute(text(statement))


def test_the_sweep_seals_and_the_trail_is_whole(app, flask, rows):
    assert "审计 3 行，全部相符；已封存 0 行；另有 3 行还没有封存" in flask("trail", "verify").output
    assert flask("sweep", "--once").exit_code == 0
    told = flask("trail", "verify")
    assert told.exit_code == 0
    assert "时间线 0 行、审计 3 行，全部相符；已封存 3 行。" in told.output
    assert outside.known(app.extensions["settings"].var_dir).no == 3


def test_the_first_wrong_row_is_named_and_the_command_fails(flask, rows):
    flask("sweep", "--once")
    by_hand("UPDATE audit SET subject = 'elsewhere' WHERE id = (SELECT max(id) FROM audit)")
    told = flask("trail", "verify")
    assert told.exit_code == 1
    assert "行（places.imported）：内容被改过" in told.output


def test_without_the_head_kept_outside_a_cut_cannot_be_seen_and_that_is_said(app, flask, rows):
    flask("sweep", "--once")
    assert "看不出来" not in flask("trail", "verify").output
    (app.extensions["settings"].var_dir / outside.NAME).unlink()
    told = flask("trail", "verify")
    assert (told.exit_code, "末尾有没有被截掉看不出来" in told.output) == (0, True)


def test_an_end_that_was_cut_off_fails(flask, rows):
    flask("sweep", "--once")
    by_hand("DELETE FROM seal")
    by_hand("DELETE FROM audit")
    told = flask("trail", "verify")
    assert told.exit_code == 1
    assert "第 3 号封存：库外记下的封存号" in told.output


def test_a_database_that_is_away_is_told_in_a_sentence(flask, monkeypatch):
    def away(_connection, _known):
        raise OperationalError("SELECT", {}, Exception("connection refused"))

    monkeypatch.setattr(trails, "verify", away)
    told = flask("trail", "verify")
    assert (told.exit_code, "数据库没有应答（connection refused）" in told.output) == (1, True)
