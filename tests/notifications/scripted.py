"""A WeChat that answers by script, and what the tests of telling share."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app import clock
from app.db import db, end_reading, transaction
from app.notifications import consents, outbox, templates
from app.notifications.consents import Answer
from app.notifications.models import Delivery, Notification, Outbox
from app.notifications.relay import Relay
from wechat.client import Field, Template, kind_of
from wechat.emulator.settings import DATA_FOLDER

NUMBER = "XN2603101234567"


def account_templates(path: Path = DATA_FOLDER / "message_templates.json") -> list[Template]:
    """The templates that the emulator's account has, as the client reads them."""
    return [
        Template(
            entry["id"],
            entry["title"],
            entry["type"],
            tuple(Field(line["key"], kind_of(line["key"]), line["label"]) for line in entry["fields"]),
        )
        for entry in json.loads(path.read_text(encoding="utf8"))
    ]


class ScriptedWeChat:
    """Takes every message unless `answer` says otherwise; writes down what came and how many at once."""

    def __init__(self, answer: Callable[["Sent"], None] = lambda sent: None) -> None:
        self.answer = answer
        self.sent: list[Sent] = []
        self.most_at_once = 0
        self.most_at_once_for_one = 0
        self._now: Counter[str] = Counter()
        self._lock = threading.Lock()

    def templates(self) -> list[Template]:
        return account_templates()

    def send_subscribe_message(self, openid: str, template_id: str, data: Any, page: str = "") -> int:
        sent = Sent(openid, template_id, dict(data), page)
        with self._lock:
            self.sent.append(sent)
            self._now[openid] += 1
            self.most_at_once = max(self.most_at_once, self._now.total())
            self.most_at_once_for_one = max(self.most_at_once_for_one, self._now[openid])
        try:
            self.answer(sent)
        finally:
            with self._lock:
                self._now[openid] -= 1
        return 2**53 + len(self.sent)

    def numbers(self, openid: str | None = None) -> list[str]:
        """The order numbers that arrived, in order of arrival."""
        return [sent.number for sent in self.sent if openid in (None, sent.openid)]


class Sent:
    """One message as WeChat got it."""

    def __init__(self, openid: str, template_id: str, data: dict[str, str], page: str) -> None:
        self.openid = openid
        self.template_id = template_id
        self.data = data
        self.page = page

    @property
    def number(self) -> str:
        return self.data["character_string1"]


def failing(error: Exception, times: int = 10**6) -> Callable[[Sent], None]:
    """A script that refuses so many messages and takes the rest."""
    left = iter(range(times))

    def answer(_sent: Sent) -> None:
        if next(left, None) is not None:
            raise error

    return answer


def facts(**changes: Any) -> dict[str, Any]:
    """Facts of an order in the hands of somebody who has to sign it."""
    now = clock.now()
    return {
        "number": NUMBER,
        "category": "照明",
        "place": "湟岸巷28号院3号楼2单元",
        "class": "P2",
        "status": "assigned",
        "status_name": "待签收",
        "round": 1,
        "due_at": clock.iso(now + timedelta(days=3)),
        "sign_due_at": clock.iso(now + timedelta(hours=4)),
        "contact_due_at": clock.iso(now + timedelta(days=1)),
        "step_due_at": clock.iso(now + timedelta(hours=4)),
        "city_id": None,
        "district_id": None,
        "subdistrict_id": None,
        "community_id": None,
        "grid_id": None,
        "assignee_id": None,
        "result": None,
        "result_name": None,
        "emergency": False,
    } | changes


def owe(account_id: int, number: str = NUMBER, topic: str = "assigned", **changes: Any) -> None:
    """Owe one event about the person's order."""
    with transaction():
        outbox.owe(topic, changes.pop("work_order_id", None), facts(assignee_id=account_id, number=number, **changes))


def know_templates() -> None:
    with transaction():
        templates.keep(account_templates(), clock.now())


def allow(account_id: int, template_id: str = "tpl-dispatched", units: int = 1) -> None:
    with transaction():
        for _ in range(units):
            consents.report(account_id, template_id, Answer.ACCEPT)


def units_left(account_id: int, template_id: str = "tpl-dispatched") -> int:
    try:
        return consents.of(account_id).get(template_id, consents.NONE).units
    finally:
        end_reading()


def rows(model: type[Any], **where: Any) -> list[Any]:
    """Every row of a table as it is now, oldest first."""
    try:
        db.session.expire_all()
        return list(db.session.scalars(select(model).filter_by(**where).order_by(model.id)))
    finally:
        end_reading()


def deliveries(**where: Any) -> list[Delivery]:
    return rows(Delivery, **where)


def states() -> list[tuple[str, str | None]]:
    return [(delivery.state, delivery.reason) for delivery in deliveries()]


def entries(**where: Any) -> list[Notification]:
    return rows(Notification, **where)


def undone() -> list[Outbox]:
    return [row for row in rows(Outbox) if row.done_at is None]


def until(condition: Callable[[], Any], seconds: float = 15.0) -> Any:
    """Wait for something to become true."""
    give_up = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.02)
    return result


@contextmanager
def running(app: Any, wechat: Any, *, relays: int = 1, workers: int = 4) -> Iterator[list[Relay]]:
    """Relays at work in threads of their own, stopped at the end."""
    made = [Relay(app, wechat, workers) for _ in range(relays)]
    threads = [threading.Thread(target=relay.run, daemon=True) for relay in made]
    for thread in threads:
        thread.start()
    try:
        yield made
    finally:
        for relay in made:
            relay.stop()
        for thread in threads:
            thread.join(timeout=15)
        assert not any(thread.is_alive() for thread in threads), "a relay did not stop"
