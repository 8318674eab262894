"""How long to wait before the next try."""

from datetime import timedelta

import pytest

from app.notifications.backoff import pause


@pytest.mark.parametrize(("attempts", "plain_s"), [(1, 5), (2, 10), (3, 20), (6, 160), (9, 1280)])
def test_the_wait_doubles_and_varies_by_a_quarter(attempts, plain_s):
    waits = {pause(attempts).total_seconds() for _ in range(200)}
    assert all(max(5, plain_s * 0.75) <= wait <= plain_s * 1.25 for wait in waits)
    assert len(waits) > 20


@pytest.mark.parametrize("attempts", [0, 1, 10, 50, 100_000])
def test_the_wait_is_never_below_five_seconds_nor_above_half_an_hour(attempts):
    for _ in range(100):
        assert timedelta(seconds=5) <= pause(attempts) <= timedelta(minutes=30)
