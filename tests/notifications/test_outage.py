"""WeChat is away for six hours: nothing is lost, nobody hears twice, and soon after it is back all have heard."""

import threading
from collections import Counter
from datetime import timedelta

import pytest
import time_machine

from app import clock
from app.db import db, transaction
from app.notifications import outbox
from app.notifications.models import Consent
from app.notifications.relay import Relay
from tests.factories import a_resident
from tests.notifications.scripted import ScriptedWeChat, deliveries, facts, know_templates, undone, units_left
from wechat.client import errors
from wechat.client.circuit import Circuit

MINUTE = timedelta(minutes=1)
OUTAGE = timedelta(hours=6)
EACH_CUT = 9


class AwayForHours(ScriptedWeChat):
    """While `away` no call gets through, and at its beginning some are cut, every other of them after its effect."""

    def __init__(self):
        super().__init__(self.refuse)
        self.away = False
        self.cut = 0
        self.arrived = Counter()
        self._circuit = Circuit("/send", clock=lambda: clock.now().timestamp())
        self._turn = threading.Lock()

    def refuse(self, sent):
        with self._turn:
            self._circuit.admit()
            self._circuit.note(not self.away)
            if not self.away:
                self.arrived[sent.openid, sent.number] += 1
            elif self.cut < EACH_CUT:
                self.cut += 1
                self.arrived[sent.openid, sent.number] += self.cut % 2
                raise errors.Unclear
            else:
                raise errors.Unreachable


def owe_to(people, each):
    """Every person allows and is owed so many messages, all in one go."""
    accounts = [a_resident(openid=f"openid-{number}").account_id for number in range(people)]
    with transaction():
        for account_id in accounts:
            permission = {"account_id": account_id, "template_id": "tpl-dispatched", "changed_at": clock.now()}
            db.session.add(Consent(units=each, blocked=False, **permission))
            for number in range(each):
                outbox.owe("assigned", None, facts(assignee_id=account_id, number=f"XN{number:02}"))
    return accounts


@pytest.mark.slow
@pytest.mark.parametrize(("people", "each"), [(50, 20), (10, 4)], ids=["a thousand messages", "forty messages"])
def test_after_six_hours_without_wechat_everything_is_told_within_ten_minutes(app, people, each):
    with time_machine.travel("2026-03-09T02:00:00Z", tick=False) as travel:
        know_templates()
        wechat = AwayForHours()
        relay = Relay(app, wechat, workers=8)
        wechat.away = True
        accounts = owe_to(people, each)
        for _ in range(OUTAGE // (4 * MINUTE)):
            relay.run_once()
            travel.shift(4 * MINUTE)
        assert undone() == []
        assert {delivery.state for delivery in deliveries()} == {"owed", "unclear"}
        wechat.away = False
        for _ in range(10):
            relay.run_once()
            travel.shift(MINUTE)
        states = Counter(delivery.state for delivery in deliveries())
        assert states == {"sent": people * each - wechat.cut, "unclear": wechat.cut}
        assert set(wechat.arrived.values()) <= {0, 1}
        assert wechat.arrived.total() == people * each - wechat.cut + (wechat.cut + 1) // 2
        assert sum(units_left(account_id) for account_id in accounts) == wechat.cut
        for openid in {openid for openid, _ in wechat.arrived}:
            numbers = [number for person, number in wechat.arrived if person == openid]
            assert numbers == sorted(numbers)
