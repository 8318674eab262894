"""Settings: everything wrong is told at once; the demo makes its own secrets and nobody else gets any."""

import json
import os
import stat
import subprocess
import sys

import pytest
from cryptography.fernet import Fernet

from config import OFFICIAL_API, ROOT, Settings, SettingsError

WHOLE = {
    "APP_ENV": "production",
    "DATABASE_URL": "postgresql://service@db/desk",
    "SECRET_KEY": "s" * 40,
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "SEAL_KEY": "k" * 40,
    "WECHAT_APPID": "wx1234567890abcdef",
    "WECHAT_SECRET": "x" * 32,
    "WECHAT_PUSH_TOKEN": "aPushToken01",
    "WECHAT_AES_KEY": "k" * 43,
}
OTHERS = ("VAR_DIR", "PORT", "WECHAT_API_BASE", "EMULATOR_PORT", "PHOTO_STORE", "PUBLIC_URL", "WECHAT_PUSH_MODE")


@pytest.fixture
def environment(monkeypatch):
    def put(**values):
        for name in list(os.environ):
            if name in WHOLE or name in OTHERS:
                monkeypatch.delenv(name)
        for name, value in values.items():
            monkeypatch.setenv(name, value)

    yield put
    # The demo fills in what is missing, so nothing of it may stay for the next test.
    for name in (*WHOLE, "PUBLIC_URL", "WECHAT_API_BASE"):
        os.environ.pop(name, None)


def test_a_whole_environment_is_read_and_postgresql_means_psycopg(environment):
    environment(**WHOLE)
    settings = Settings.from_environment()
    assert settings.production
    assert settings.database_url == "postgresql+psycopg://service@db/desk"
    assert (settings.port, settings.wechat_api_base) == (8000, OFFICIAL_API)


def test_everything_missing_or_wrong_is_told_together(environment):
    environment(APP_ENV="production", SECRET_KEY="short", PORT="many", WECHAT_API_BASE="http://127.0.0.1:8001")
    with pytest.raises(SettingsError) as told:
        Settings.from_environment()
    for name in ("DATABASE_URL", "SECRET_KEY", "PORT", "FIELD_KEYS", "SEAL_KEY", "WECHAT_APPID", "WECHAT_API_BASE"):
        assert f"  {name}: " in str(told.value)


def test_a_field_key_that_is_none_is_told(environment):
    environment(**WHOLE | {"FIELD_KEYS": "not a key"})
    with pytest.raises(SettingsError, match="FIELD_KEYS: each key must be 32 bytes"):
        Settings.from_environment()


@pytest.mark.parametrize("base", ["http://example.com", "https://api.weixin.qq.com.example.com", "http://10.0.0.1:80"])
def test_wechat_is_only_the_official_address_or_this_machine(environment, base):
    environment(**WHOLE | {"APP_ENV": "test", "WECHAT_API_BASE": base})
    with pytest.raises(SettingsError, match="WECHAT_API_BASE"):
        Settings.from_environment()


PUSH = ("WECHAT_PUSH_TOKEN", "WECHAT_AES_KEY")


def test_pushes_are_expected_in_safe_mode_unless_another_one_is_named(environment):
    environment(**WHOLE)
    assert Settings.from_environment().wechat_push_mode == "safe"
    environment(**WHOLE | {"WECHAT_PUSH_MODE": "plain"})
    assert Settings.from_environment().wechat_push_mode == "plain"
    environment(**WHOLE | {"WECHAT_PUSH_MODE": "open"})
    with pytest.raises(SettingsError, match="WECHAT_PUSH_MODE"):
        Settings.from_environment()


@pytest.mark.parametrize("given", [{}, {"WECHAT_PUSH_TOKEN": "t"}, {"WECHAT_AES_KEY": "k" * 43}], ids=str)
def test_production_needs_both_secrets_of_the_push_door_and_others_both_or_none(environment, given):
    missing = [name for name in PUSH if name not in given]
    left = {name: value for name, value in WHOLE.items() if name not in PUSH} | given
    environment(**left)
    with pytest.raises(SettingsError) as told:
        Settings.from_environment()
    assert [name for name in PUSH if f"  {name}: " in str(told.value)] == missing
    environment(**left | {"APP_ENV": "test"})
    if not given:
        assert Settings.from_environment().wechat_push_token == ""
        return
    with pytest.raises(SettingsError, match=missing[0]):
        Settings.from_environment()


@pytest.mark.parametrize("aes_key", ["k" * 42, "k" * 44, "k" * 42 + "=", "k" * 42 + "-", "键" * 43])
def test_the_key_of_the_push_door_is_43_characters_of_base64(environment, aes_key):
    environment(**WHOLE | {"APP_ENV": "test", "WECHAT_AES_KEY": aes_key})
    with pytest.raises(SettingsError, match="WECHAT_AES_KEY: the 43 characters"):
        Settings.from_environment()


@pytest.mark.parametrize("url", ["https://desk.example.cn", "https://desk.example.cn:8443/desk/", ""])
def test_photos_are_fetched_over_https_or_not_at_all_in_production(environment, url):
    environment(**WHOLE | {"PUBLIC_URL": url})
    assert Settings.from_environment().public_url == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["http://desk.example.cn", "https://", "desk.example.cn", "https://a.cn/?b", "https://[x"]
)
def test_an_address_that_wechat_cannot_use_is_told(environment, url):
    environment(**WHOLE | {"PUBLIC_URL": url})
    with pytest.raises(SettingsError, match="PUBLIC_URL: the https address"):
        Settings.from_environment()


def test_in_the_demo_photos_are_fetched_from_this_machine(environment, tmp_path):
    environment(VAR_DIR=str(tmp_path / "var"), PORT="8310")
    assert Settings.from_environment().public_url == "http://127.0.0.1:8310"


def test_the_demo_makes_its_secrets_once_and_for_its_owner_alone(environment, tmp_path):
    environment(VAR_DIR=str(tmp_path / "var"))
    first = Settings.from_environment()
    path = tmp_path / "var" / "secrets.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert first.demo
    assert first.secret_key == json.loads(path.read_text())["SECRET_KEY"]
    for name in WHOLE:
        os.environ.pop(name, None)
    assert Settings.from_environment() == first


def test_production_is_given_no_secret(environment):
    environment(APP_ENV="production")
    with pytest.raises(SettingsError):
        Settings.from_environment()
    assert "SECRET_KEY" not in os.environ


def test_the_command_line_shows_what_is_missing_and_not_the_code(environment):
    environment(APP_ENV="production")
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "sweep", "--once"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "SECRET_KEY" in told.stderr
    assert "Traceback" not in told.stderr
