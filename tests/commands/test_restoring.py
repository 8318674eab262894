"""`flask restore --check`: whatever is wrong with a backup is said before it is needed."""

import json
import sqlite3
from contextlib import closing

import psycopg
import pytest

from app import secrets
from app.commands import manifests
from tests.everything import everything_stored


@pytest.fixture
def backup(story, flask, tmp_path):
    told = flask("backup", tmp_path / "one")
    assert told.exit_code == 0, told.output
    return tmp_path / "one"


@pytest.fixture
def check(flask, backup):
    def look():
        told = flask("restore", "--check", backup)
        return told.exit_code, told.output

    return look


def change(backup, **values):
    """Rewrite the list."""
    path = backup / "manifest.json"
    told = json.loads(path.read_text(encoding="utf8"))
    path.write_text(json.dumps(told | values), encoding="utf8")


def a_photo_file(backup):
    return next(path for path in sorted(backup.rglob("*.jpg")))


def test_a_file_of_other_content_is_named(check, backup):
    path = a_photo_file(backup)
    path.write_bytes(path.read_bytes()[::-1])
    code, output = check()
    assert (code, f"{path.relative_to(backup)}：内容和清单不符" in output) == (1, True)


def test_a_file_that_is_gone_is_named(check, backup):
    path = a_photo_file(backup)
    path.unlink()
    assert f"{path.relative_to(backup)}：文件不见了" in check()[1]


def test_a_file_that_nobody_listed_is_named(check, backup):
    (backup / "photos" / "note.txt").write_text("hello")
    assert "photos/note.txt：清单里没有这个文件" in check()[1]


def test_a_folder_without_a_list_is_no_backup(check, backup):
    (backup / "manifest.json").unlink()
    code, output = check()
    assert (code, "这不是一份完整的备份" in output) == (1, True)


def test_a_list_that_nobody_can_read_is_no_backup(check, backup):
    path = backup / "manifest.json"
    path.write_bytes(path.read_bytes()[:100])
    assert "读不懂" in check()[1]


def test_a_list_of_another_release_is_told(check, backup):
    change(backup, format=2)
    assert "清单的格式是 2" in check()[1]


def test_tables_of_another_release_are_told(check, backup):
    change(backup, revision="0000")
    assert "备份的表结构是 0000" in check()[1]


def test_a_table_with_other_counts_is_named(check, backup):
    rows = json.loads((backup / "manifest.json").read_text(encoding="utf8"))["rows"]
    change(backup, rows=rows | {"event": rows["event"] + 1})
    assert f"表 event 恢复后有 {rows['event']} 行，清单里是 {rows['event'] + 1} 行" in check()[1]


def test_another_end_of_the_chain_is_told(check, backup):
    change(backup, seal={"no": 1, "head": "0" * 64})
    assert "封存号和清单里的不同" in check()[1]


def test_a_photo_without_its_file_is_found_whatever_the_list_says(check, backup):
    path = a_photo_file(backup)
    files = json.loads((backup / "manifest.json").read_text(encoding="utf8"))["files"]
    name = path.relative_to(backup).as_posix()
    change(backup, files={one: told for one, told in files.items() if one != name})
    path.unlink()
    assert f"有 1 个照片文件不在备份里，第一个是 {name}" in check()[1]


def test_a_broken_database_is_told_even_if_the_list_fits(check, backup):
    path = next(backup.glob("database.*"))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    relist(backup)
    code, output = check()
    assert code == 1
    assert "可以恢复" not in output
    assert "数据库" in output or "pg_restore 没有成功" in output


def relist(backup):
    files = {
        path.relative_to(backup).as_posix(): manifests.described(path)
        for path in backup.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    change(backup, files=files)


def test_a_row_changed_in_the_copy_breaks_its_trail(check, backup, database_kind):
    if database_kind != "sqlite":
        pytest.skip("a dump cannot be edited by hand; the trail of a restored one is walked in the same way")
    with closing(sqlite3.connect(backup / "database.sqlite")) as copy, copy:
        copy.execute("UPDATE event SET round = 7 WHERE id = (SELECT max(id) FROM event)")
    relist(backup)
    code, output = check()
    assert (code, "内容被改过" in output) == (1, True)


def test_with_another_key_the_trail_does_not_fit(check, monkeypatch):
    ours = secrets.keys()
    monkeypatch.setattr(secrets, "_keys", secrets.Keys(ours.fields, ours.index, b"another key of thirty-two bytes ."))
    code, output = check()
    assert (code, "SEAL_KEY 对不上" in output) == (1, True)


def test_a_backup_of_another_kind_of_database_is_told(check, backup):
    change(backup, database="database.other")
    assert "不是一种" in check()[1]


def test_nothing_stays_of_the_scratch_place(app, check, backup, tmp_path, database_kind, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = {path.name for path in tmp_path.iterdir()}
    live, files = everything_stored(), sorted(backup.rglob("*"))
    assert check()[0] == 0
    change(backup, rows={})
    assert check()[0] == 1
    assert {path.name for path in tmp_path.iterdir()} == before
    assert everything_stored() == live
    assert sorted(backup.rglob("*")) == files
    if database_kind == "postgresql":
        url = app.extensions["settings"].database_url.replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(url) as connection:
            assert (
                connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'restore_check_%'").fetchall()
                == []
            )


def test_a_restore_without_check_is_not_offered(flask, backup):
    assert flask("restore", backup).exit_code == 2
