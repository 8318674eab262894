"""Signed permission to see one photo."""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine

from app import clock, secrets
from app.errors import NotAllowed
from app.photos import permits

PHOTO = "a" * 22
MOMENT = datetime(2026, 3, 10, 2, 0, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def keys():
    from cryptography.fernet import Fernet

    before = secrets._keys
    secrets.install((Fernet.generate_key().decode(),), "s" * 32, "seal" * 8)
    with time_machine.travel(MOMENT, tick=False) as traveller:
        yield traveller
    secrets._keys = before


def permit_in(url: str) -> str:
    return parse_qs(urlsplit(url).query)["permit"][0]


def refuse(public_id: str, size: str, permit: str) -> None:
    with pytest.raises(NotAllowed, match="刷新"):
        permits.check(public_id, size, permit, clock.now())


def test_an_address_names_the_photo_its_size_and_a_permit_that_holds():
    url = permits.url_for(PHOTO, "thumb")
    assert urlsplit(url).path == f"/api/photos/{PHOTO}"
    assert parse_qs(urlsplit(url).query)["size"] == ["thumb"]
    permits.check(PHOTO, "thumb", permit_in(url), clock.now())


def test_a_permit_ends_after_ten_minutes(keys):
    permit = permit_in(permits.url_for(PHOTO, "main"))
    keys.shift(timedelta(minutes=9, seconds=59))
    permits.check(PHOTO, "main", permit, clock.now())
    keys.shift(timedelta(seconds=1))
    refuse(PHOTO, "main", permit)


def test_addresses_of_the_same_two_minutes_are_equal_and_hold_for_eight_more(keys):
    first = permits.url_for(PHOTO, "main")
    keys.shift(timedelta(seconds=119))
    assert permits.url_for(PHOTO, "main") == first
    keys.shift(timedelta(minutes=8))
    permits.check(PHOTO, "main", permit_in(first), clock.now())
    assert permits.url_for(PHOTO, "main") != first


def test_a_permit_is_for_one_photo_and_one_size():
    permit = permit_in(permits.url_for(PHOTO, "thumb"))
    refuse("b" * 22, "thumb", permit)
    refuse(PHOTO, "main", permit)


@pytest.mark.parametrize(
    "permit",
    ["", ".", "x", "9999999999", "9999999999.", "9999999999." + "0" * 32, "²." + "0" * 32, "9" * 400 + ".x", "1.照"],
)
def test_made_up_permits_are_refused(permit):
    refuse(PHOTO, "main", permit)


def test_the_end_of_a_permit_cannot_be_moved():
    ends, _, signature = permit_in(permits.url_for(PHOTO, "main")).partition(".")
    refuse(PHOTO, "main", f"{int(ends) + 1}.{signature}")
    refuse(PHOTO, "main", f"0{ends}.{'0' * 32}")
