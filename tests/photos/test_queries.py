"""Who sees which photo of an order."""

import pytest
from sqlalchemy import select

from app import clock
from app.db import db, end_reading, transaction
from app.photos import permits, queries, storing
from app.photos.models import Photo, PhotoState, Purpose
from tests.photos.makers import an_actor, picture


@pytest.fixture
def with_photo(folder, an_order):
    """An order with one photo in the given state; gives both keys."""

    def make(owner, state=PhotoState.PENDING, order=None):
        order = order or an_order()
        stored = storing.upload(picture(), owner)
        with transaction():
            row = storing.add_photo(stored, owner)
            row.work_order_id, row.purpose, row.round, row.state = order, Purpose.REPORT, 1, state
        return order, stored.public_id

    return make


def seen(order, viewer, at_work=False):
    """(id, state, whether there is a picture to see) of the order's photos."""
    found = queries.of_orders([order], viewer, at_work=at_work)[order]
    end_reading()
    return [(photo.id, photo.state, photo.url is not None and photo.thumb_url is not None) for photo in found]


# Who sees a resident's photo in each state: the owner, a neighbour, staff at work; True with its picture.
SEEN = [
    (PhotoState.PENDING, [True], [], [True]),
    (PhotoState.IN_REVIEW, [True], [], [True]),
    (PhotoState.VISIBLE, [True], [True], [True]),
    (PhotoState.REFUSED, [False], [], []),
]


@pytest.mark.parametrize(("state", "owner", "neighbour", "staff"), SEEN)
def test_who_sees_a_photo_in_each_state(with_photo, resident, worker, state, owner, neighbour, staff):
    order, photo = with_photo(resident, state)

    def told(pictures):
        return [(photo, state, picture) for picture in pictures]

    assert seen(order, resident) == told(owner)
    assert seen(order, an_actor()) == told(neighbour)
    assert seen(order, worker, at_work=True) == told(staff)


def test_a_posting_alone_shows_no_unpassed_photo(with_photo, resident, worker):
    order, _ = with_photo(resident)
    assert seen(order, worker) == []


def test_photos_of_several_orders_come_in_one_question_oldest_first(with_photo, an_order, resident, monkeypatch):
    order, first = with_photo(resident)
    _, second = with_photo(resident, order=order)
    other, third = with_photo(resident)
    empty = an_order()
    asked = []
    execute = db.session.execute
    monkeypatch.setattr(db.session, "execute", lambda *args, **more: asked.append(args) or execute(*args, **more))
    found = queries.of_orders([order, other, empty], resident, at_work=False)
    assert {key: [photo.id for photo in photos] for key, photos in found.items()} == {
        order: [first, second],
        other: [third],
        empty: [],
    }
    assert len(asked) == 1
    end_reading()


def test_asking_about_no_order_asks_nothing(app, resident):
    assert queries.of_orders([], resident, at_work=False) == {}
    assert not db.session().in_transaction()


def test_what_is_shown_carries_addresses_that_open_both_sizes(with_photo, resident):
    order, photo = with_photo(resident)
    shown = queries.of_orders([order], resident, at_work=False)[order][0]
    assert (shown.state, shown.purpose, shown.round) == ("pending", "report", 1)
    for url, size in ((shown.url, "main"), (shown.thumb_url, "thumb")):
        permits.check(photo, size, url.partition("permit=")[2], clock.now())
    row = db.session.scalars(select(Photo)).one()
    assert queries.shown(row).id == photo
    end_reading()
