"""Relays in tests look for work more often than in life."""

import pytest

from app.notifications import relay
from tests.notifications.scripted import ScriptedWeChat


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "IDLE_S", 0.02)
    monkeypatch.setattr(relay, "TROUBLE_S", 0.05)


@pytest.fixture
def wechat() -> ScriptedWeChat:
    return ScriptedWeChat()
