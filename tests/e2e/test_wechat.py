"""WeChat in its good and its bad moods, played by the emulator process against the whole product."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import expect

from config import ROOT
from tests.deploy.watching import wait_for
from tests.e2e.caller import Caller
from tests.e2e.product import Product

ACCEPTED = "工单受理通知"
SEND = "/cgi-bin/message/subscribe/send"
SOON_S = 40

pytestmark = [pytest.mark.slow, pytest.mark.e2e]


class WeChat:
    """The emulator's switches."""

    def __init__(self, product: Product) -> None:
        self.base = f"{product.emulator}/_emu"

    def control(self, path: str, body: dict[str, Any] | None = None, method: str = "POST") -> Any:
        answer = requests.request(method, self.base + path, json=body or {}, timeout=10)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def calls(self, path: str) -> int:
        return len(self.control(f"/calls?path={path}", method="GET")["items"])


@pytest.fixture
def wechat(product: Product) -> Iterator[WeChat]:
    one = WeChat(product)
    options = one.control("/options", method="GET")
    yield one
    one.control("/faults", method="DELETE")
    one.control("/options", options.get("items", options))


@pytest.fixture
def resident(product: Product, wechat: WeChat) -> Caller:
    """Somebody new at the home of a demo resident."""
    return Caller.neighbour_of(product, product.accounts["residents"][0]["openid"])


def template(caller: Caller, title: str = ACCEPTED) -> str:
    return str(next(one["template_id"] for one in caller.get("/api/subscriptions")["items"] if one["title"] == title))


def units(caller: Caller) -> int:
    return int(next(one["units"] for one in caller.get("/api/subscriptions")["items"] if one["title"] == ACCEPTED))


def allow(caller: Caller, wechat: WeChat, *, reported: bool = True) -> None:
    """As the phone does: WeChat asks the person and pushes what they said, the mini-program reports it too."""
    choice = {"template_id": template(caller), "answer": "accept"}
    wechat.control(f"/users/{caller.openid}/consents", choice)
    if reported:
        caller.post("/api/subscriptions", choice)


def arrived(caller: Caller, number: str) -> list[Any]:
    return [message for message in caller.messages() if message["page"].endswith(f"={number}")]


def told(caller: Caller, number: str) -> Callable[[], Any]:
    """How far the message about the acceptance came, once the inbox has it."""

    def look() -> Any:
        entries = [one for one in caller.inbox(number) if one["kind"] == "accepted"]
        return entries[0]["delivery"]["state"] if entries and entries[0]["delivery"] else None

    return look


def test_a_message_is_allowed_sent_and_confirmed_by_pushes_alone(resident, wechat):
    allow(resident, wechat, reported=False)
    wait_for(lambda: units(resident) == 1, SOON_S)
    number = resident.report("楼道灯不亮")
    wait_for(lambda: told(resident, number)() == "delivered", SOON_S)
    assert len(arrived(resident, number)) == 1
    assert units(resident) == 0


def test_a_yes_told_four_times_allows_one_message(resident, wechat):
    wechat.control("/faults", {"preset": "push tripled"})
    allow(resident, wechat)
    wait_for(lambda: pushes_to(wechat, resident) >= 3, SOON_S)
    time.sleep(2)  # long enough for each copy to have taken effect
    assert units(resident) == 1
    first, second = resident.report("三楼灯坏了"), resident.report("四楼灯坏了")
    wait_for(lambda: told(resident, second)() == "no_permission_left", SOON_S)
    assert told(resident, first)() in ("sent", "delivered")
    assert (len(arrived(resident, first)), len(arrived(resident, second))) == (1, 0)


def pushes_to(wechat: WeChat, caller: Caller) -> int:
    """How many answers of ours the emulator saw to popups of this person."""
    listed = wechat.control("/pushes", method="GET")["items"]
    return sum(len(one["attempts"]) for one in listed if caller.openid in str(one) and "popup" in str(one))


def test_when_pushes_are_lost_what_the_phone_reports_is_enough(resident, wechat):
    wechat.control("/faults", {"preset": "push lost"})
    allow(resident, wechat)
    assert units(resident) == 1
    number = resident.report("楼道灯不亮")
    wait_for(lambda: told(resident, number)() == "sent", SOON_S)
    assert len(arrived(resident, number)) == 1


def test_a_send_whose_answer_was_lost_is_not_repeated_and_becomes_delivered(resident, wechat):
    allow(resident, wechat)
    wechat.control("/faults", {"path": SEND, "reset": "after", "count": 1})
    number = resident.report("楼道灯不亮")
    wait_for(lambda: told(resident, number)() == "delivered", SOON_S)
    assert len(arrived(resident, number)) == 1
    wait_for(lambda: units(resident) == 0, SOON_S)


def test_what_a_busy_wechat_did_not_take_is_sent_later_and_once(resident, wechat):
    allow(resident, wechat)
    wechat.control("/faults", {"path": SEND, "errcode": -1})
    number = resident.report("楼道灯不亮")
    wait_for(lambda: wechat.calls(SEND) and told(resident, number)() == "owed", SOON_S)
    assert arrived(resident, number) == []
    wechat.control("/faults", method="DELETE")
    wait_for(lambda: told(resident, number)() in ("sent", "delivered"), 90)
    assert len(arrived(resident, number)) == 1


def test_while_connections_are_cut_reports_are_kept_and_nothing_is_told_twice(resident, wechat):
    for _ in range(2):
        allow(resident, wechat)
    wechat.control("/faults", {"preset": "away"})
    cut = resident.report("楼道灯不亮")
    wait_for(lambda: told(resident, cut)() in ("owed", "unclear"), SOON_S)
    assert resident.get(f"/api/resident/work-orders/{cut}")["unchecked"]
    wechat.control("/faults", method="DELETE")
    after = resident.report("四楼灯也不亮")
    wait_for(lambda: told(resident, after)() in ("sent", "delivered"), 90)
    assert len(arrived(resident, after)) == 1
    assert len(arrived(resident, cut)) <= 1


def test_a_storm_of_refused_tokens_costs_few_calls_and_loses_nothing(resident, wechat):
    allow(resident, wechat)
    before = wechat.calls("/cgi-bin/stable_token")
    wechat.control("/faults", {"preset": "token storm"})
    number = resident.report("楼道灯不亮")
    wait_for(lambda: told(resident, number)(), SOON_S)
    time.sleep(5)
    assert wechat.calls("/cgi-bin/stable_token") - before <= 20
    wechat.control("/faults", method="DELETE")
    wait_for(lambda: arrived(resident, number), 90)
    assert len(arrived(resident, number)) == 1


def test_nine_photos_of_one_moment_get_nine_verdicts(resident, wechat, photo: Path):
    wechat.control("/options", {"media_create_time": int(time.time()), "media_check_s": 0.2})
    resident.agree()
    number = resident.report("楼道灯不亮", photo_ids=[resident.photo(photo) for _ in range(9)])

    def states() -> list[str]:
        return [one["state"] for one in resident.get(f"/api/resident/work-orders/{number}")["photos"]]

    assert len(states()) == 9
    wait_for(lambda: states() == ["visible"] * 9, 60)


def test_two_taps_with_one_login_code_make_one_session(product, wechat, resident):
    code = wechat.control(f"/users/{resident.openid}/login")["code"]
    answers = [requests.post(f"{product.service}/api/sessions", json={"code": code}, timeout=20) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 422]
    assert "重新打开小程序" in answers[1].text


def test_whoever_closes_their_account_at_wechat_is_forgotten_here(product, wechat, resident):
    number = resident.report("楼道灯不亮")
    wechat.control(f"/users/{resident.openid}/close")
    wait_for(lambda: signed_out(resident), SOON_S)
    worker = Caller(product, product.accounts["workers"][0]["openid"])
    assert resident.openid not in worker.http.get(f"{product.service}/api/worker/work-orders/{number}").text


def signed_out(caller: Caller) -> bool:
    return caller.http.get(f"{caller.product.service}/api/account", timeout=10).status_code == 401


def test_a_posters_code_opens_the_report_with_its_place(product, wechat, resident, phone_of, tmp_path):
    assert "湟岸巷32号院" in at_the_command_line(product, "poster", "huangan-32", str(tmp_path / "poster.png"))
    assert (tmp_path / "poster.png").read_bytes().startswith((b"\x89PNG", b"\xff\xd8"))
    newest = wechat.control("/tickets", method="GET")["items"][0]
    opened = wechat.control(f"/users/{resident.openid}/scan", {"link": newest["ticket"]})["page"]
    phone = phone_of(product, resident.openid)
    phone.sign_in()
    phone.open(opened)
    expect(phone.page.locator("wx-page:not([hidden])")).to_contain_text("湟岸巷32号院")


def test_links_and_quotas_are_asked_for_at_the_command_line(product, wechat):
    assert at_the_command_line(product, "link").startswith("https://")
    assert "订阅消息：今天还剩" in at_the_command_line(product, "quota")
    wechat.control("/faults", {"path": "/wxa/generate_urllink", "errcode": 85079})
    assert "微信没有办成" in at_the_command_line(product, "link", status=1)


def at_the_command_line(product: Product, *words: str, status: int = 0) -> str:
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "wechat", *words]
    done = subprocess.run(command, cwd=ROOT, env=product.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout or done.stderr.rpartition("Error: ")[2]
