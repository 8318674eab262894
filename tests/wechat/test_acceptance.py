"""What a faithful stand-in must show together with our client, each as a process of its own."""

import io
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from PIL import Image

from tests.deploy.watching import free_port, wait_for
from tests.wechat import processes
from tests.wechat.door import Door, Request
from tests.wechat.playground import APPID, SECRET, Playground
from wechat import client

SEND, CHECK = "/cgi-bin/message/subscribe/send", "/wxa/msg_sec_check"
AES_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"

CALLER = """
import sys
from wechat.client import MemoryTokenStore, WeChat
wechat = WeChat(sys.argv[1], sys.argv[2], sys.argv[3], MemoryTokenStore())
verdicts = [wechat.check_text("路灯不亮", sys.argv[4], budget_s=20).suggest for _ in range(200)]
print(verdicts.count("pass"))
"""


@pytest.fixture(scope="module")
def process() -> Iterator[str]:
    named = {"WECHAT_APPID": APPID, "WECHAT_SECRET": SECRET, "WECHAT_PUSH_TOKEN": "tok", "WECHAT_AES_KEY": AES_KEY}
    with processes.running_emulator(free_port(), **named) as base:
        yield base


@pytest.fixture
def emulator(process: str, door: Door) -> Iterator[Playground]:
    """The process, as if just started, telling the door what happens."""
    playground = Playground(process)
    playground.control("/reset")
    playground.control("/options", {"push_url": door.url, "sent_event_s": 0, "media_check_s": 0})
    yield playground
    playground.control("/reset")


def tokens(emulator: Playground, kind: str = "stable") -> int:
    return [item["kind"] for item in emulator.control("/tokens", method="GET")["items"]].count(kind)


# the token


def test_two_processes_with_two_hundred_calls_each_share_one_token(emulator: Playground) -> None:
    openid = emulator.person()
    callers = [processes.start("-c", CALLER, APPID, SECRET, emulator.base, openid) for _ in range(2)]
    try:
        told = [caller.communicate(timeout=60) for caller in callers]
    finally:
        for caller in callers:
            processes.end(caller)
    assert told == [("200\n", ""), ("200\n", "")]
    assert len(emulator.calls(CHECK)) == 400
    assert tokens(emulator) == 1


class Holder:
    """A caller that fetches the legacy token for itself whenever its own is refused."""

    def __init__(self, emulator: Playground) -> None:
        self.emulator = emulator
        self.token = self.fetched()

    def fetched(self) -> str:
        account = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET}
        return requests.get(f"{self.emulator.base}/cgi-bin/token", params=account, timeout=5).json()["access_token"]

    def call(self) -> int:
        errcode = self.asked()
        if errcode in (40001, 42001):
            self.token = self.fetched()
            errcode = self.asked()
        return errcode

    def asked(self) -> int:
        address = f"{self.emulator.base}/wxaapi/newtmpl/gettemplate"
        return requests.get(address, params={"access_token": self.token}, timeout=5).json()["errcode"]


def test_two_holders_of_legacy_tokens_make_a_storm(emulator: Playground) -> None:
    emulator.control("/options", {"legacy_grace_s": 0})
    holders = [Holder(emulator), Holder(emulator)]
    for _ in range(5):
        assert [holder.call() for holder in holders] == [0, 0]
    # Each call finds that the other one's fetching has ended its token.
    assert tokens(emulator, "legacy") == 2 + 2 * 5
    emulator.control("/options", {"legacy_grace_s": 300})
    before = tokens(emulator, "legacy")
    for _ in range(5):
        assert [holder.call() for holder in holders] == [0, 0]
    assert tokens(emulator, "legacy") - before <= 1


def test_a_permanent_40001_ends_after_two_business_calls(emulator: Playground) -> None:
    emulator.control("/faults", {"preset": "token storm"})
    with pytest.raises(client.TokenRejected):
        emulator.wechat().check_text("路灯不亮", emulator.person(), budget_s=10)
    assert len(emulator.calls(CHECK)) <= 2
    assert tokens(emulator) <= 2


def test_two_hours_later_the_token_is_renewed_once(emulator: Playground, at_once: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    wechat.check_text("路灯不亮", openid, budget_s=10)
    emulator.control("/clock", {"advance_s": 7200})
    results = at_once(8, lambda: wechat.check_text("路灯不亮", openid, budget_s=10).suggest)
    assert results == ["pass"] * 8
    assert tokens(emulator) == 2


# signing in and sending


def test_a_double_tap_signs_in_once(emulator: Playground, at_once: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    code = emulator.login_code(openid)
    results = at_once(2, lambda: wechat.sign_in(code).openid)
    assert sorted(isinstance(result, client.InvalidCode) for result in results) == [False, True]
    assert openid in results
    [loser] = [result for result in results if result != openid]
    assert loser.errcode == 40163


def test_one_permission_and_five_messages_at_once_is_one_message(emulator: Playground, at_once: Any) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    emulator.consent(openid)
    results = at_once(5, lambda: emulator.send(wechat, openid))
    refused = [result for result in results if isinstance(result, client.NoPermissionLeft)]
    assert [problem.errcode for problem in refused] == [43101] * 4
    assert len(emulator.messages(openid)) == 1


def test_a_person_can_be_written_to_only_one_at_a_time(emulator: Playground, at_once: Any) -> None:
    emulator.control("/options", {"send_takes_s": 1.5})
    openid, wechat = emulator.person(), emulator.wechat()
    wechat.templates()
    for _ in range(3):
        emulator.consent(openid)
    results = at_once(3, lambda: emulator.send(wechat, openid))
    busy = [result for result in results if isinstance(result, client.LimitReached)]
    assert [problem.errcode for problem in busy] == [43108] * 2
    assert len(emulator.messages(openid)) == 1


def test_a_connection_cut_after_the_effect_brings_no_second_card(emulator: Playground) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    emulator.consent(openid)
    emulator.consent(openid)
    wechat.templates()
    emulator.fault(SEND, reset="after", count=1)
    with pytest.raises(client.Unclear):
        emulator.send(wechat, openid)
    assert len(emulator.messages(openid)) == 1
    assert len(emulator.calls(SEND)) == 1


# pushes


def red_picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (20, 20), "#ff0000").save(made, "PNG")
    return made.getvalue()


def test_nine_pictures_of_one_second_are_nine_verdicts(emulator: Playground, door: Door) -> None:
    emulator.control("/options", {"media_create_time": 1_750_000_000})
    picture = red_picture()
    door.answer = lambda request: (200, picture if request.method == "GET" else b"success")
    openid, token = emulator.person(), emulator.token()
    traces = {ask_about(emulator, f"{door.url}/{number}.png", openid, token) for number in range(9)}
    verdicts = wait_for(lambda: finished(emulator, 9))
    assert len(traces) == 9
    assert {push["message"]["trace_id"] for push in verdicts} == traces
    assert {push["message"]["CreateTime"] for push in verdicts} == {1_750_000_000}
    assert {push["message"]["FromUserName"] for push in verdicts} == {"oPLATFORM00000000000000000001"}
    assert {push["message"]["result"]["suggest"] for push in verdicts} == {"risky"}
    assert len([request for request in door.came if request.method == "POST"]) == 9


def ask_about(emulator: Playground, url: str, openid: str, token: str) -> str:
    body = {"media_url": url, "media_type": 2, "version": 2, "scene": 2, "openid": openid}
    address = f"{emulator.base}/wxa/media_check_async"
    return requests.post(address, params={"access_token": token}, json=body, timeout=5).json()["trace_id"]


def finished(emulator: Playground, number: int) -> list[dict[str, Any]]:
    """The pushes once so many have come to their end."""
    pushes = [push for push in emulator.control("/pushes", method="GET")["items"] if push["state"] != "waiting"]
    return pushes if len(pushes) >= number else []


def test_a_service_that_answers_too_late_hears_of_it_three_times_alike(emulator: Playground, door: Door) -> None:
    # Six seconds against five, made shorter.
    emulator.control("/options", {"push_timeout_s": 0.25})

    def late(request: Request) -> tuple[int, bytes]:
        time.sleep(1.2)
        return 200, b"success"

    door.answer = late
    emulator.consent(emulator.person())
    [push] = wait_for(lambda: finished(emulator, 1))
    assert push["state"] == "failed"
    assert [attempt["status"] for attempt in push["attempts"]] == [None] * 3
    first, *others = door.came
    assert others == [first, first]


def test_a_push_tripled_comes_three_times_alike(emulator: Playground, door: Door) -> None:
    emulator.control("/faults", {"preset": "push tripled"})
    emulator.consent(emulator.person())
    [push] = wait_for(lambda: finished(emulator, 1))
    first, *others = door.came
    assert others == [first, first]
    assert push["state"] == "delivered"


def test_accepting_and_receiving_is_told_in_order(emulator: Playground, door: Door) -> None:
    openid, wechat = emulator.person(), emulator.wechat()
    emulator.consent(openid)
    msgid = emulator.send(wechat, openid)
    pushes = wait_for(lambda: finished(emulator, 2))[::-1]
    assert [push["event"] for push in pushes] == ["subscribe_msg_popup_event", "subscribe_msg_sent_event"]
    assert pushes[1]["message"]["List"][0]["MsgID"] == str(msgid)
    assert {request.query["openid"] for request in door.came} == {openid}
