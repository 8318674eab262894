"""The relay as a process against the emulator: asked to stop, killed, started again."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests

from tests.notifications.scripted import until
from wechat.emulator import Settings
from wechat.emulator.server import serve

ROOT = Path(__file__).resolve().parents[2]
APPID, SECRET = "wx0000000000000001", "0123456789abcdef0123456789abcdef"
ORDERS = 3
UNITS = ORDERS + 1
NUMBERS = {f"XN{number}" for number in range(ORDERS)}
SEND = "/cgi-bin/message/subscribe/send"


class Stage:
    """The emulator with its phones, a database, and relays that come and go."""

    def __init__(self, folder, port):
        self.folder, self.base = folder, f"http://127.0.0.1:{port}"
        self.openids = [self.emulator("/users")["openid"] for _ in range(3)]
        for openid in self.openids:
            for _ in range(UNITS):
                self.emulator(f"/users/{openid}/consents", template_id="tpl-dispatched", answer="accept")
        self.environment = os.environ | {
            "APP_ENV": "demo",
            "VAR_DIR": str(folder),
            "EMULATOR_PORT": str(port),
            "WECHAT_APPID": APPID,
            "WECHAT_SECRET": SECRET,
            "PYTHONPATH": str(ROOT),
        }
        self.environment.pop("DATABASE_URL", None)
        self.relays = []
        assert self.python("seed", str(ORDERS), str(UNITS), *self.openids).wait(60) == 0

    def emulator(self, path, /, method="POST", **body):
        answer = requests.request(method, f"{self.base}/_emu{path}", json=body, timeout=5)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def python(self, *arguments):
        command = [sys.executable, "-m", "tests.notifications.relay_process", *arguments]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=log, stderr=log)

    def relay(self):
        self.relays.append(self.python("relay"))
        return self.relays[-1]

    def arrived(self, openid):
        items = self.emulator(f"/users/{openid}/messages", method="GET")["items"]
        return sorted(item["data"]["character_string1"] for item in items)

    def all_arrived(self):
        """Whether every message is on every phone at least once."""
        return all(set(self.arrived(openid)) == NUMBERS for openid in self.openids)

    def ask(self, statement):
        connection = sqlite3.connect(self.folder / "mobile-desk.sqlite", timeout=10)
        try:
            with connection:
                return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def states(self):
        return {state for (state,) in self.ask("SELECT state FROM delivery")}

    def log(self):
        return (self.folder / "log").read_text(encoding="utf8")


@pytest.fixture
def stage(tmp_path):
    server = serve(Settings(APPID, SECRET, port=0, pages=tmp_path / "dist"))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    stage = Stage(tmp_path, server.port)
    yield stage
    stage.emulator("/faults", method="DELETE")
    for relay in stage.relays:
        relay.kill()
        relay.wait()
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_owed_arrives_on_the_phones_and_the_relay_ends_when_asked(stage):
    relay = stage.relay()
    until(stage.all_arrived, 40)
    until(lambda: stage.states() == {"sent"})
    asked = time.monotonic()
    relay.send_signal(signal.SIGTERM)
    assert relay.wait(10) == 0
    assert time.monotonic() - asked < 5
    assert "relay_stopped" in stage.log()
    assert not any(openid in stage.log() for openid in stage.openids)
    assert [stage.arrived(openid) for openid in stage.openids] == [["XN0", "XN1", "XN2"]] * 3


def test_the_relay_ends_within_ten_seconds_though_an_answer_never_comes(stage):
    stage.emulator("/faults", path=SEND, hang="before")
    relay = stage.relay()
    until(lambda: stage.ask("SELECT 1 FROM delivery WHERE lease_owner IS NOT NULL"), 40)
    time.sleep(0.5)
    asked = time.monotonic()
    relay.send_signal(signal.SIGTERM)
    assert relay.wait(15) == 0
    assert time.monotonic() - asked < 10


def test_a_relay_killed_in_mid_send_loses_nothing_and_repeats_only_what_was_on_the_wire(stage):
    stage.emulator("/faults", path=SEND, latency_s=1.0)
    relay = stage.relay()
    until(lambda: stage.ask("SELECT 1 FROM delivery WHERE lease_owner IS NOT NULL"), 40)
    time.sleep(0.3)
    relay.kill()
    relay.wait()
    stage.emulator("/faults", method="DELETE")
    time.sleep(1.5)
    stage.relay()
    time.sleep(1.0)
    # The leases of the dead end after 30 seconds; the test does not wait that long.
    for table in ("outbox", "delivery"):
        stage.ask(f"UPDATE {table} SET lease_until = created_at WHERE lease_owner IS NOT NULL")
    until(stage.all_arrived, 40)
    until(lambda: "owed" not in stage.states())
    assert stage.states() == {"sent"}
    for openid in stage.openids:
        repeated = [number for number in NUMBERS if stage.arrived(openid).count(number) > 1]
        assert len(repeated) <= 1


def test_the_relay_waits_for_a_wechat_that_is_not_there_yet(stage):
    stage.emulator("/faults", path="*", reset="before", count=2)
    stage.relay()
    until(stage.all_arrived, 60)
