"""`kill -9` at any moment: nothing acknowledged is lost or doubled, what is owed is told, no process is left."""

import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing, suppress

import pytest
import requests

from tests.deploy.watching import wait_for
from tests.e2e.product import Product
from tests.e2e.stubborn import StubbornCaller

PHONES = 12
ORDERS_EACH = 5
TOLD_WITHIN_S = 60
# A message that WeChat brought twice took two permissions, so everyone allows more than they report.
PERMISSIONS = 3 * ORDERS_EACH
VICTIMS = ["web", "relay", "sweep"] * 3 + ["worker"] * 12
WORDS_OF = {"web": "gunicorn", "worker": "gunicorn", "relay": "wsgi relay", "sweep": "wsgi sweep"}

pytestmark = [pytest.mark.slow, pytest.mark.e2e]


@pytest.fixture(scope="module")
def product():
    one = Product()
    try:
        one.prepare()
        one.start()
        yield one
    finally:
        one.stop(signal.SIGKILL)
        one.forget()


def rows(product, statement, *values):
    """What lies in the database, read past the service."""
    with closing(sqlite3.connect(product.sqlite, timeout=10)) as database:
        return database.execute(statement, values).fetchall()


class Reporting(threading.Thread):
    """A resident who reports one thing after the other, whatever happens to the service."""

    def __init__(self, product: Product, number: int) -> None:
        super().__init__(daemon=True)
        made = requests.post(f"{product.emulator}/_emu/users", json={"nickname": f"居民{number}"}, timeout=10)
        self.caller = StubbornCaller(product, made.json()["openid"])
        self.caller.allow("工单受理通知", PERMISSIONS)
        home = product.accounts["residents"][0]
        self.report = {name: home[name] for name in ("compound_id", "building", "unit")}
        self.report["category"] = product.accounts["category"]
        self.acknowledged: dict[str, str] = {}
        self.refused: list[str] = []

    def run(self) -> None:
        for turn in range(1, ORDERS_EACH + 1):
            forget_rate_limits(self.caller.product)
            words = f"{self.name}：第{turn}件，楼道灯不亮"
            answer = self.caller.insist("/api/resident/work-orders", self.report | {"description": words})
            if answer.status_code == 201:
                self.acknowledged[words] = answer.json()["number"]
            else:
                self.refused.append(answer.text)
            time.sleep(random.uniform(0.2, 2.0))


def victims(product, which):
    """Process numbers of that kind, as they are now."""
    found = {pid for pid, words in product.processes().items() if WORDS_OF[which] in words}
    if which in ("web", "worker"):
        return [pid for pid in found if (parent_of(pid) in found) == (which == "worker")]
    return list(found)


def parent_of(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return int(stat.read().rpartition(")")[2].split()[1])
    except FileNotFoundError:
        return 0


def kill_one(product, which):
    """Kill one process of that kind, if there is one at this moment; returns how many."""
    for pid in victims(product, which):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
            return 1
    return 0


def kill_at_random(product, reporting):
    """Kill in a random order while people report."""
    killed = Counter()
    for which in random.sample(VICTIMS, len(VICTIMS)):
        if not any(one.is_alive() for one in reporting):
            break
        killed[which] += kill_one(product, which)
        time.sleep(random.uniform(0.2, 0.8))
    return killed


def forget_rate_limits(product):
    """Attempts that a killed process never answered count against a person; that is not what is asked here."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(product.folder / "limits.sqlite", timeout=1)) as counts:
        counts.execute("DELETE FROM hit WHERE what = 'submit'")
        counts.commit()


def let_claim_limits_pass(product, numbers):
    """As if the hours in which somebody could claim these orders were over."""
    order = "(SELECT id FROM work_order WHERE number = ?)"
    past = "strftime('%Y-%m-%d %H:%M:%S.000000', 'now', '-1 minute')"
    with closing(sqlite3.connect(product.sqlite, timeout=10)) as database:
        for number in numbers:
            database.execute(f"UPDATE work_order SET step_due_at = {past} WHERE number = ?", (number,))
            moment = "(SELECT step_due_at FROM work_order WHERE number = ?)"
            moved = f"UPDATE timer SET due_at = {moment} WHERE kind = 'claim' AND work_order_id = {order}"
            database.execute(moved, (number, number))
        database.commit()


def nothing_is_owed(product):
    return rows(
        product,
        """SELECT (SELECT count(*) FROM outbox WHERE done_at IS NULL),
                  (SELECT count(*) FROM delivery WHERE state = 'owed'),
                  (SELECT count(*) FROM timer WHERE fired_at IS NULL AND due_at <= datetime('now'))""",
    ) == [(0, 0, 0)]


def is_up(product):
    with suppress(requests.RequestException):
        return requests.get(f"{product.service}/healthz/ready", timeout=2).status_code == 200
    return False


def test_killed_at_any_moment_it_loses_nothing_doubles_nothing_and_tells_what_it_owes(product):
    reporting = [Reporting(product, number) for number in range(PHONES)]
    for one in reporting:
        one.start()
    killed = kill_at_random(product, reporting)
    for one in reporting:
        one.join(60)
    overdue = [number for one in reporting for number in one.acknowledged.values()][::2]
    let_claim_limits_pass(product, overdue)
    for which in ("sweep", "relay"):  # once more, while they have much to do
        killed[which] += wait_for(lambda which=which: kill_one(product, which), 40)
        time.sleep(random.uniform(0.0, 1.0))
    assert min(killed[which] for which in WORDS_OF) >= 1, killed

    assert [one.refused for one in reporting] == [[]] * PHONES
    wait_for(lambda: nothing_is_owed(product), TOLD_WITHIN_S)
    wait_for(lambda: is_up(product), 30)
    for one in reporting:
        check_orders(one)
        check_inbox(one)
        check_phone(product, one)
    for number in overdue:
        check_limit(product, number)


def check_orders(one):
    """Each acknowledged order is there once, and no other."""
    listed = [order["number"] for order in one.caller.all_of("/api/resident/work-orders?status=all")]
    assert sorted(listed) == sorted(one.acknowledged.values())
    assert len(listed) == ORDERS_EACH
    for words, number in one.acknowledged.items():
        order = one.caller.get(f"/api/resident/work-orders/{number}")
        assert order["description"] == words
        assert [line["action"] for line in order["timeline"]][:2] == ["submit", "accept"]


def check_inbox(one):
    """Each acceptance was told once."""
    told = Counter((entry["kind"], entry["number"]) for entry in one.caller.all_of("/api/inbox"))
    for number in one.acknowledged.values():
        assert told["accepted", number] == 1


def check_phone(product, one):
    """WeChat brought each message once; twice at most where a killed relay never saw the answer."""
    arrived = Counter(message["page"].rpartition("=")[2] for message in one.caller.messages())
    for number in one.acknowledged.values():
        query = "SELECT state, unclear FROM delivery WHERE template_key = 'accepted' AND page LIKE ?"
        [(state, unclear)] = rows(product, query, f"%{number}")
        assert 1 <= arrived[number] <= 1 + unclear, (number, arrived[number], state, unclear)
        assert state in ("sent", "delivered") or (state == "unclear" and unclear), (number, state)


def check_limit(product, number):
    """The sweep moved the order on, and alerted once."""
    [(order, status)] = rows(product, "SELECT id, status FROM work_order WHERE number = ?", number)
    alerts = rows(product, "SELECT count(*) FROM outbox WHERE topic = 'not_claimed' AND work_order_id = ?", order)
    assert (status, alerts) == ("assigned", [(1,)])


def test_killing_the_supervisor_leaves_no_process_and_the_next_start_adds_nothing(product):
    count = "SELECT (SELECT count(*) FROM work_order), (SELECT count(*) FROM account), (SELECT count(*) FROM territory)"
    before = rows(product, count), (product.folder / "secrets.json").read_bytes()
    # The supervisor, web with two workers, relay, sweep, emulator; some may just be starting again.
    wait_for(lambda: len(product.processes()) >= 7, 40)
    assert product.stop(signal.SIGKILL) == []
    wait_for(lambda: not product.listens(), 5)
    product.prepare()
    assert (rows(product, count), (product.folder / "secrets.json").read_bytes()) == before
