"""`flask backup`: whole or not at all, also while the service writes, and without any key in it."""

import json
import resource
import threading

import pytest
from sqlalchemy import func, make_url, select

from app import storage
from app.commands import backups, database_copies
from app.db import db, end_reading
from app.photos import storing
from app.photos.models import Photo
from app.work_orders.models import WorkOrder
from app.work_orders.timeline import Event
from tests.commands.conftest import stored_photo
from tests.everything import everything_stored
from tests.factories import a_resident, an_order, writing


def listed(folder):
    return json.loads((folder / "manifest.json").read_text(encoding="utf8"))


def count(model):
    found = db.session.scalar(select(func.count()).select_from(model))
    end_reading()
    return found


def test_a_backup_lists_what_it_holds_and_can_be_restored(story, flask, tmp_path, app):
    told = flask("backup", tmp_path / "one")
    assert told.exit_code == 0, told.output
    manifest = listed(tmp_path / "one")
    assert (manifest["rows"]["work_order"], manifest["rows"]["event"]) == (2, count(Event))
    assert len(manifest["files"]) == 3
    assert manifest["seal"]["no"] > 0
    checked = flask("restore", "--check", tmp_path / "one")
    assert checked.exit_code == 0, checked.output
    for said in ("3 个文件都在", "完整性检查通过", "全部相符", "还没有封存", "1 张照片", "可以恢复"):
        assert said in checked.output


def test_nobody_but_the_owner_may_look_into_it(story, flask, tmp_path):
    flask("backup", tmp_path / "one")
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o700


def test_no_key_and_no_address_of_the_database_is_in_it(story, flask, tmp_path, app):
    told = flask("backup", tmp_path / "one")
    settings = app.extensions["settings"]
    kept = (
        b"".join(path.read_bytes() for path in (tmp_path / "one").rglob("*") if path.is_file()) + told.output.encode()
    )
    secret = [
        settings.secret_key,
        settings.seal_key,
        settings.database_url,
        *settings.field_keys,
    ]
    assert [one for one in secret if one.encode() in kept] == []
    assert "赵淑兰".encode() not in kept


def test_a_folder_that_holds_something_is_left_alone(story, flask, tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "letter.txt").write_text("dear")
    told = flask("backup", tmp_path / "one")
    assert (told.exit_code, "已经存在" in told.output) == (1, True)
    assert [path.name for path in tmp_path.rglob("*")] == ["one", "letter.txt"]


def test_backups_taken_while_everybody_writes_are_whole(app, city, flask, tmp_path):
    stop, made = threading.Event(), []

    def write():
        with app.app_context():
            while not stop.is_set():
                resident = a_resident()
                made.append(an_order(city, resident, photo_ids=[stored_photo(resident)]).number)
                end_reading()

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        told = [flask("backup", tmp_path / str(number)) for number in range(3)]
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert [one.exit_code for one in told] == [0, 0, 0], told[0].output
    orders = [listed(tmp_path / str(number))["rows"]["work_order"] for number in range(3)]
    assert orders[0] < orders[2] <= len(made) == count(WorkOrder)
    for number in range(3):
        checked = flask("restore", "--check", tmp_path / str(number))
        assert checked.exit_code == 0, checked.output
        manifest = listed(tmp_path / str(number))
        assert (
            0 <= manifest["rows"]["photo"] - manifest["rows"]["work_order"] <= 2
        )  # each writer is between the two once
        assert (manifest["missing"], manifest["gone"]) == ([], [])


def test_a_photo_that_comes_after_the_database_was_copied_waits_for_the_next_backup(
    story, flask, tmp_path, monkeypatch
):
    after(monkeypatch, lambda: stored_photo(a_resident()))
    flask("backup", tmp_path / "one")
    assert (len(listed(tmp_path / "one")["files"]), count(Photo)) == (3, 2)
    assert flask("restore", "--check", tmp_path / "one").exit_code == 0


def after(monkeypatch, act):
    """Let something happen between the copy of the database and that of the photos."""
    for kind in (database_copies.SqliteCopies, database_copies.PostgresqlCopies):

        def take(self, folder, taking=kind.take):
            found = taking(self, folder)
            act()
            return found

        monkeypatch.setattr(kind, "take", take)


def test_a_photo_deleted_after_the_database_was_copied_is_no_loss(story, flask, tmp_path, monkeypatch):
    def delete():
        with writing():
            order_id = db.session.scalar(select(Photo.work_order_id))
            gone = storing.forget_of(db.session.scalar(select(Photo.owner_id)), order_id)
        storing.remove_files(gone)

    after(monkeypatch, delete)
    told = flask("backup", tmp_path / "one")
    assert (told.exit_code, "已丢失" in told.output) == (0, False)
    assert len(listed(tmp_path / "one")["gone"]) == 2
    assert flask("restore", "--check", tmp_path / "one").exit_code == 0


def test_a_file_that_was_lost_before_is_told_and_does_not_prevent_the_backup(story, flask, tmp_path):
    photo = db.session.scalar(select(Photo.public_id))
    end_reading()
    storage.storage().delete(storing.key(photo, "thumb"))
    told = flask("backup", tmp_path / "one")
    assert told.exit_code == 0
    assert "有 1 个照片文件在备份之前就已丢失" in told.output
    assert listed(tmp_path / "one")["missing"] == [storing.key(photo, "thumb")]
    assert "其中 1 个文件" in flask("restore", "--check", tmp_path / "one").output


@pytest.fixture
def small_files():
    """No file may grow over 20 kB, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_database_that_does_not_fit_leaves_nothing(story, flask, tmp_path, small_files):
    told = flask("backup", tmp_path / "one")
    assert told.exit_code == 1
    assert "备份没有完成" in told.output
    assert "没有留下半份备份" in told.output
    assert list(tmp_path.iterdir()) == []


def test_photos_that_do_not_fit_leave_nothing(story, flask, tmp_path, monkeypatch):
    photo = db.session.scalar(select(Photo.public_id))
    storage.storage().put(storing.key(photo, "main"), b"x" * 50_000)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    after(monkeypatch, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1])))
    try:
        told = flask("backup", tmp_path / "one")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert told.exit_code == 1
    assert "磁盘空间不够" in told.output
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_named(story, flask, tmp_path):
    (tmp_path / "file").write_text("no folder")
    told = flask("backup", tmp_path / "file" / "one")
    assert told.exit_code == 1
    assert "备份没有完成" in told.output


def test_without_pg_dump_a_sentence_says_what_to_install(story, flask, tmp_path, database_kind):
    if database_kind == "sqlite":
        pytest.skip("SQLite needs no tool")
    told = flask("backup", tmp_path / "one", "--pg-bin", tmp_path)
    assert told.exit_code == 1
    assert "找不到 pg_dump：请安装" in told.output
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_away_is_told_in_a_sentence(flask, tmp_path, monkeypatch):
    url = make_url("postgresql+psycopg://desk:geheim@127.0.0.1:9/desk")
    monkeypatch.setattr(backups, "copies_of", lambda _url, pg_bin: database_copies.copies_of(url, pg_bin))
    told = flask("backup", tmp_path / "one")
    assert told.exit_code == 1
    assert "数据库没有应答" in told.output
    assert "geheim" not in told.output
    assert list(tmp_path.iterdir()) == []


def test_the_live_data_are_as_they_were(story, flask, tmp_path):
    before = everything_stored()
    flask("backup", tmp_path / "one")
    flask("restore", "--check", tmp_path / "one")
    assert everything_stored() == before
