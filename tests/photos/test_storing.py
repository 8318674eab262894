"""Photos are taken in before the transaction and forgotten when no order wants them."""

import hashlib
import os
from datetime import timedelta

import pytest
from sqlalchemy import select

from app import clock, storage
from app.db import db, end_reading, transaction
from app.errors import Invalid, TooMany
from app.photos import storing
from app.photos.models import Photo, PhotoState
from tests.photos.makers import picture


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def add(owner, data=None):
    stored = storing.upload(data or picture(), owner)
    with transaction():
        return storing.add_photo(stored, owner)


def test_both_sizes_lie_under_the_public_id_before_the_row_is_written(folder, resident):
    stored = storing.upload(picture((900, 600)), resident)
    one = stored.public_id
    assert files(folder) == [f"photos/{one[:2]}/{one}.jpg", f"photos/{one[:2]}/{one}.thumb.jpg"]
    assert db.session.scalars(select(Photo)).all() == []
    assert (stored.width, stored.height) == (900, 600)


def test_a_residents_photo_waits_for_review_and_a_workers_does_not(folder, resident, worker):
    assert add(resident).state == PhotoState.PENDING
    assert add(worker).state == PhotoState.VISIBLE


def test_the_row_tells_owner_time_and_what_was_uploaded(folder, resident):
    data = picture()
    photo = add(resident, data)
    assert photo.owner_id == resident.account_id
    assert photo.sha256 == hashlib.sha256(data).hexdigest()
    assert abs(clock.now() - photo.created_at) < timedelta(seconds=5)
    assert photo.work_order_id is None


def test_a_refused_picture_leaves_no_file(folder, resident):
    with pytest.raises(Invalid):
        storing.upload(b"GIF89a", resident)
    assert files(folder) == []


def test_pictures_are_not_decoded_inside_a_transaction(folder, resident):
    with pytest.raises(RuntimeError, match="inside"), transaction():
        storing.upload(picture(), resident)


def test_after_an_upload_a_transaction_can_begin_at_once(folder, resident):
    db.session.scalars(select(Photo)).all()
    stored = storing.upload(picture(), resident)
    with transaction():
        storing.add_photo(stored, resident)


def test_who_uploads_without_end_is_stopped_and_others_are_not(folder, resident, worker, monkeypatch):
    monkeypatch.setattr(storing, "MAX_WAITING", 2)
    add(resident)
    add(resident)
    with pytest.raises(TooMany, match="先提交诉求"):
        storing.upload(picture(), resident)
    assert storing.upload(picture(), worker).width == 64


def test_photos_of_orders_do_not_count_as_waiting(folder, resident, an_order, monkeypatch):
    monkeypatch.setattr(storing, "MAX_WAITING", 1)
    photo = add(resident)
    order = an_order()
    with transaction():
        db.session.merge(photo).work_order_id = order
    assert storing.upload(picture(), resident).width == 64


def age(public_id, hours):
    """Let the row and the files of a photo be older."""
    moment = clock.now() - timedelta(hours=hours)
    for size in ("main", "thumb"):
        path = storage.storage().root / storing.key(public_id, size)
        os.utime(path, (moment.timestamp(), moment.timestamp()))
    with transaction():
        for photo in db.session.scalars(select(Photo).where(Photo.public_id == public_id)):
            photo.created_at = moment


def sweep():
    with transaction():
        rows = storing.forget_orphans(clock.now())
    minutes = [clock.now() + timedelta(minutes=minute) for minute in range(61)]
    return rows, sum(storing.forget_strays(moment) for moment in minutes)


def test_after_a_day_an_orphan_loses_its_row_and_then_its_files(folder, resident):
    old, young = add(resident), add(resident)
    age(old.public_id, 25)
    age(young.public_id, 22)
    assert sweep() == (1, 2)
    assert db.session.scalars(select(Photo.public_id)).all() == [young.public_id]
    assert len(files(folder)) == 2


def test_a_photo_of_an_order_is_kept_for_ever(folder, resident, an_order):
    photo, order = add(resident), an_order()
    with transaction():
        db.session.merge(photo).work_order_id = order
    age(photo.public_id, 1000)
    assert sweep() == (0, 0)
    assert len(files(folder)) == 2


def test_a_file_that_goes_while_the_folder_is_read_is_passed_over(folder, resident):
    old = add(resident)
    age(old.public_id, 25)
    renamed = (folder / storing.key(old.public_id, "main")).with_name(".renamed.part")
    renamed.symlink_to("gone")
    assert sweep() == (1, 2)


def test_files_whose_row_was_never_written_are_removed_too(folder, resident):
    stray = storing.upload(picture(), resident)
    age(stray.public_id, 25)
    assert sweep() == (0, 2)
    assert files(folder) == []


def test_an_upload_that_is_still_on_its_way_is_left_alone(folder, resident):
    storing.upload(picture(), resident)
    assert sweep() == (0, 0)
    assert len(files(folder)) == 2


def test_what_a_crash_left_of_a_half_written_file_is_removed(folder, resident):
    stored = storing.upload(picture(), resident)
    path = folder / storing.key(stored.public_id, "main")
    part = path.with_name(f".{path.name}.4711.part")
    part.write_bytes(b"half")
    os.utime(part, (0, 0))
    assert sweep()[1] == 1
    assert not part.exists()
    end_reading()
