"""The wire for every test that asks, and pauses that nobody waits for."""

from collections.abc import Iterator

import pytest

from tests.wechat.client.wire import Wire
from wechat.client import budget


@pytest.fixture
def wire() -> Iterator[Wire]:
    running = Wire()
    yield running
    running.close()


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "PAUSE_S", 0.01)
