"""An order takes photos whole or not at all, and each photo once."""

import threading

import pytest
from sqlalchemy import select

from app.db import db, end_reading, transaction
from app.errors import Invalid
from app.photos import attaching, storing
from app.photos.models import Photo, PhotoState, Purpose
from tests.photos.makers import picture


@pytest.fixture
def photo(folder):
    """Upload a photo for somebody; gives its public id."""

    def make(owner):
        stored = storing.upload(picture(), owner)
        with transaction():
            storing.add_photo(stored, owner)
        return stored.public_id

    return make


def attach(ids, owner, order, purpose=Purpose.REPORT, round=1):
    with transaction():
        attaching.attach(ids, owner.account_id, order, purpose, round)


def attached(order):
    found = db.session.scalars(select(Photo.public_id).where(Photo.work_order_id == order).order_by(Photo.id)).all()
    end_reading()
    return found


def assert_refused(ids, owner, order):
    with pytest.raises(Invalid) as caught:
        attach(ids, owner, order)
    assert list(caught.value.fields) == ["photo_ids"]
    return caught.value.fields["photo_ids"]


def test_an_order_takes_its_reporters_photos(photo, resident, an_order):
    ids, order = [photo(resident), photo(resident)], an_order()
    attach(ids, resident, order, Purpose.RESOLVE, round=2)
    assert attached(order) == ids
    taken = db.session.scalars(select(Photo)).first()
    assert (taken.purpose, taken.round) == (Purpose.RESOLVE, 2)


def test_no_photos_at_all_are_fine(app, resident, an_order):
    order = an_order()
    attach([], resident, order)
    assert attached(order) == []


def put(photo_id, state):
    with transaction():
        db.session.scalars(select(Photo).where(Photo.public_id == photo_id)).one().state = state


def test_foreign_absent_used_and_doubled_photos_read_the_same(photo, resident, worker, an_order):
    mine, used, foreign = photo(resident), photo(resident), photo(worker)
    attach([used], resident, an_order())
    put(foreign, PhotoState.REFUSED)
    order = an_order()
    wrong = [[mine, foreign], [mine, "z" * 22], [mine, used], [mine, mine]]
    sentences = [assert_refused(ids, resident, order) for ids in wrong]
    assert all(sentence == ["有照片已失效或已使用过，请重新上传后再提交。"] for sentence in sentences)
    assert attached(order) == []


def test_a_person_is_told_which_of_their_photos_were_refused(photo, resident, an_order):
    ids, order = [photo(resident) for _ in range(3)], an_order()
    put(ids[1], PhotoState.REFUSED)
    assert "第 2 张照片未通过内容审核" in assert_refused(ids, resident, order)[0]
    assert attached(order) == []
    attach([ids[0], ids[2]], resident, order)
    assert attached(order) == [ids[0], ids[2]]


@pytest.mark.parametrize("state", [PhotoState.PENDING, PhotoState.IN_REVIEW, PhotoState.VISIBLE])
def test_a_photo_is_taken_before_anybody_has_decided_about_it(photo, resident, an_order, state):
    one, order = photo(resident), an_order()
    put(one, state)
    attach([one], resident, order)
    assert attached(order) == [one]


def test_ten_photos_are_one_too_many(photo, resident, an_order):
    order = an_order()
    assert "最多可以附 9 张" in assert_refused([photo(resident) for _ in range(10)], resident, order)[0]
    assert attached(order) == []


def test_nine_photos_are_taken(photo, resident, an_order):
    order = an_order()
    attach([photo(resident) for _ in range(9)], resident, order)
    assert len(attached(order)) == 9


def test_when_two_orders_reach_for_a_photo_at_once_one_gets_it(house, photo, resident, an_order):
    one, orders, refused = photo(resident), [an_order() for _ in range(4)], []
    barrier = threading.Barrier(len(orders))

    def reach(order):
        with house.app_context():
            barrier.wait()
            try:
                attach([one], resident, order)
            except Invalid:
                refused.append(order)

    threads = [threading.Thread(target=reach, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert [attached(order) for order in orders].count([one]) == 1
