"""What is started, with which settings, and what a person reads then."""

import subprocess
import sys
from dataclasses import replace

import pytest

from config import ROOT, SettingsError
from deploy import supervise
from tests.conftest import settings_for
from tests.deploy.watching import free_port


@pytest.fixture
def demo(tmp_path):
    return settings_for(f"sqlite:///{tmp_path}/x.sqlite", tmp_path, app_env="demo", port=8000, emulator_port=8001)


@pytest.fixture
def production(demo):
    return replace(demo, app_env="production")


def test_the_demo_has_wechats_stand_in_and_production_has_not(demo, production):
    assert [one.name for one in supervise.programs(demo)] == ["web", "relay", "sweep", "emulator"]
    assert [one.name for one in supervise.programs(production)] == ["web", "relay", "sweep"]


def test_what_answers_requests_is_waited_for_where_it_is_asked_to_listen(demo):
    assert {one.name: one.port for one in supervise.programs(demo)} == {
        "web": 8000,
        "relay": None,
        "sweep": None,
        "emulator": 8001,
    }


def test_the_stand_in_keeps_its_phones_beside_the_data_and_knows_the_demos_people(demo, monkeypatch):
    monkeypatch.delenv("EMULATOR_STATE", raising=False)
    monkeypatch.delenv("EMULATOR_PEOPLE", raising=False)
    assert "EMULATOR_PEOPLE" not in supervise.environment(demo)
    people = demo.var_dir / "demo-accounts.json"
    people.write_text("{}")
    given = supervise.environment(demo)
    assert given["EMULATOR_STATE"] == str(demo.var_dir / "emulator.sqlite")
    assert given["EMULATOR_PEOPLE"] == str(people)
    assert (given["PORT"], given["EMULATOR_PORT"]) == ("8000", "8001")


def test_production_is_told_nothing_of_a_stand_in(production, monkeypatch):
    monkeypatch.delenv("EMULATOR_STATE", raising=False)
    assert "EMULATOR_STATE" not in supervise.environment(production)


def test_the_doors_are_named_with_their_addresses(demo, production):
    told = supervise.doors(demo)
    for address in ("http://127.0.0.1:8000/ ", "http://127.0.0.1:8000/console/ ", "http://127.0.0.1:8001/_emu/ "):
        assert address in told
    assert "_emu" not in supervise.doors(production)


def test_a_busy_port_is_a_sentence_before_anything_starts(demo, monkeypatch):
    monkeypatch.setattr(supervise.Settings, "from_environment", lambda: demo)
    monkeypatch.setattr(supervise.ports, "busy", lambda wanted: f"busy: {wanted}")
    with pytest.raises(SettingsError, match="busy: {'PORT': 8000, 'EMULATOR_PORT': 8001}"):
        supervise.usable_settings()


@pytest.mark.parametrize("module", ["deploy.supervise", "deploy.prepare"])
def test_wrong_settings_end_the_start_with_all_of_them_named(module, tmp_path):
    environment = {"PATH": "/usr/bin:/bin", "APP_ENV": "production", "VAR_DIR": str(tmp_path), "PORT": str(free_port())}
    done = subprocess.run(
        [sys.executable, "-m", module], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "Settings are missing or wrong:" in done.stderr
    for name in ("DATABASE_URL", "SECRET_KEY", "SEAL_KEY", "WECHAT_APPID"):
        assert name in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []
