"""What is remembered: snapshots, options, files of older versions."""

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from wechat.emulator import Settings, create_emulator
from wechat.emulator.settings import Refusal


@pytest.mark.parametrize("kind", ["memory", "file"])
def test_a_snapshot_brings_everything_back(hands: Any, tmp_path: Path, kind: str) -> None:
    if kind == "file":
        kept = replace(hands.settings, state=str(tmp_path / "state.sqlite"))
        hands.client = create_emulator(kept).test_client()
    openid = hands.person()
    hands.consent(openid)
    hands.option(strict_activity=True)
    token = hands.stable()["access_token"]
    hands.control("/snapshots", {"name": "before"})
    hands.consent(openid)
    hands.person()
    hands.option(strict_activity=False)
    hands.advance(9000)
    hands.control("/snapshots/before/restore")
    [shown] = hands.control("/users", method="GET")["items"]
    assert shown["consents"]["tpl-progress"]["units"] == 1
    assert hands.control("/options", method="GET")["strict_activity"] is True
    assert hands.stable()["access_token"] == token
    hands.person()
    hands.control("/snapshots/before/restore")
    assert len(hands.control("/users", method="GET")["items"]) == 1
    assert hands.control("/snapshots", method="GET")["items"] == ["before"]


def test_an_unknown_snapshot_and_too_many_are_told(hands: Any) -> None:
    assert hands.client.post("/_emu/snapshots/none/restore").status_code == 404
    for number in range(20):
        hands.control("/snapshots", {"name": str(number)})
    assert hands.client.post("/_emu/snapshots", json={"name": "one more"}).status_code == 400
    hands.control("/snapshots", {"name": "3"})


def test_options_survive_a_restart_and_unknown_ones_are_dropped(settings: Settings, tmp_path: Path) -> None:
    kept = replace(settings, state=str(tmp_path / "state.sqlite"))
    create_emulator(kept).test_client().post("/_emu/options", json={"used_code": 40029})
    with sqlite3.connect(kept.state) as database:
        database.execute("""UPDATE kept SET value = json_set(value, '$.gone', 1) WHERE name = 'options'""")
    options = create_emulator(kept).test_client().get("/_emu/options").get_json()
    assert options["used_code"] == 40029
    assert "gone" not in options


@pytest.mark.parametrize(
    "wrong",
    [{"used_code": 1}, {"push_mode": "loud"}, {"media_check_s": -1}, {"push_timeout_s": "soon"}, {"push_attempts": 0}],
)
def test_an_option_that_makes_no_sense_is_refused_and_nothing_changes(hands: Any, wrong: dict[str, Any]) -> None:
    before = hands.control("/options", method="GET")
    response = hands.client.post("/_emu/options", json={"strict_activity": True, **wrong})
    assert response.status_code == 400
    assert hands.control("/options", method="GET") == before
    assert hands.client.post("/_emu/options", json=[]).status_code == 400


def test_a_file_of_an_older_version_keeps_its_phones(settings: Settings, tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    with sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE users (openid TEXT PRIMARY KEY, unionid TEXT, nickname TEXT NOT NULL,"
            " role TEXT NOT NULL DEFAULT '', phone TEXT NOT NULL, country TEXT NOT NULL DEFAULT '86',"
            " lat REAL, lng REAL,"
            " session_key TEXT, last_seen REAL NOT NULL DEFAULT 0, banned INTEGER NOT NULL DEFAULT 0,"
            " created_at REAL NOT NULL)"
        )
        database.execute("INSERT INTO users (openid, nickname, phone, created_at) VALUES ('o1', '马秀英', '138', 1)")
    database.close()
    phones = create_emulator(replace(settings, state=str(path))).test_client()
    code = phones.post("/_emu/users/o1/login").get_json()["code"]
    query = {"appid": settings.appid, "secret": settings.secret, "js_code": code, "grant_type": "authorization_code"}
    assert phones.get("/sns/jscode2session", query_string=query).get_json(force=True)["openid"] == "o1"


@pytest.mark.parametrize("key", ["short", "!" * 43, "A" * 44])
def test_a_key_for_pushes_that_is_none_is_named_at_the_start(key: str) -> None:
    environment = {"WECHAT_APPID": "wx1", "WECHAT_SECRET": "s", "WECHAT_AES_KEY": key}
    with pytest.raises(Refusal, match="WECHAT_AES_KEY"):
        Settings.from_environment(environment)


def test_the_keys_for_pushes_come_from_the_environment_and_stay_out_of_sight() -> None:
    environment = {"WECHAT_APPID": "wx1", "WECHAT_SECRET": "s", "WECHAT_AES_KEY": "a" * 43, "WECHAT_PUSH_TOKEN": "tok"}
    settings = Settings.from_environment(environment)
    assert (settings.aes_key, settings.push_token) == ("a" * 43, "tok")
    assert "a" * 43 not in repr(settings)
    assert "tok" not in repr(settings).replace("push_token", "")
