"""flask simulate: repeatable by its seed, and only where nobody else's data are."""

import json
from dataclasses import replace
from datetime import date

import pytest

from app.db import db, end_reading
from app.people.models import Account
from app.simulation import ground
from app.simulation.demand import Month
from app.simulation.invariants import INVARIANTS
from tests.factories import a_resident
from tests.simulation.conftest import THREE_DAYS, play

A_DAY = replace(THREE_DAYS, month=Month(date(2026, 2, 12), 1), orders=16)


def test_the_same_seed_plays_the_same_month_and_another_one_another(app):
    once = play(app, A_DAY)
    again = play(app, A_DAY)
    assert (again.mark, again.figures, again.refused) == (once.mark, once.figures, once.refused)
    assert play(app, replace(A_DAY, seed=2)).mark != once.mark


def test_other_peoples_data_are_never_touched(app):
    resident = a_resident()
    with pytest.raises(ground.Foreign):
        play(app, THREE_DAYS)
    assert db.session.get(Account, resident.account_id) is not None
    end_reading()


def test_the_command_refuses_a_foreign_database_and_production(app):
    a_resident()
    run = app.test_cli_runner().invoke(args=["simulate", "--days", "1", "--orders", "5"])
    assert run.exit_code == 1
    assert "空数据库" in run.output
    settings = app.extensions["settings"]
    app.extensions["settings"] = replace(settings, app_env="production")
    run = app.test_cli_runner().invoke(args=["simulate", "--days", "1", "--orders", "5"])
    app.extensions["settings"] = settings
    assert run.exit_code == 1
    assert "正式系统" in run.output


def test_the_command_prints_the_numbers_and_keeps_them(app, tmp_path):
    file = tmp_path / "month.json"
    run = app.test_cli_runner().invoke(args=["simulate", "--days", "1", "--orders", "8", "--json", str(file)])
    assert run.exit_code == 0, run.output
    assert "上报 8" in run.output
    assert json.loads(file.read_text(encoding="utf8"))["figures"]["上报"] == 8


def test_a_broken_invariant_ends_with_the_day_the_order_and_the_sentence(app, monkeypatch):
    broken = replace(INVARIANTS[0], finds="SELECT min(number) FROM work_order")
    monkeypatch.setattr("app.simulation.checks.INVARIANTS", (broken,))
    run = app.test_cli_runner().invoke(args=["simulate", "--days", "1", "--orders", "3"])
    assert run.exit_code == 1
    assert "2026-01-20：一件工单至多一位承办人" in run.output
