"""The emulator as a process of its own."""

import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.deploy.watching import free_port
from tests.wechat import processes
from tests.wechat.door import Door
from tests.wechat.processes import wait_for
from wechat.client import MemoryTokenStore, WeChat

AES_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def start(port: int) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def begin(**changes: str) -> subprocess.Popen[str]:
        named = {"WECHAT_APPID": "wx1", "WECHAT_SECRET": "hidden-secret", "EMULATOR_PORT": str(port), **changes}
        started.append(processes.start("-m", "wechat.emulator", **named))
        return started[-1]

    yield begin
    for process in started:
        processes.end(process)


def sentence_of(process: subprocess.Popen[str]) -> str:
    _, written = process.communicate(timeout=20)
    assert process.returncode == 1
    assert "Traceback" not in written
    return written


def test_it_refuses_production(start: Start) -> None:
    assert "生产环境" in sentence_of(start(APP_ENV="production"))


def test_it_names_what_is_missing(start: Start) -> None:
    written = sentence_of(start(WECHAT_APPID="", WECHAT_SECRET=""))
    assert "WECHAT_APPID、WECHAT_SECRET" in written


def test_it_names_a_wrong_port_and_a_busy_one(start: Start, port: int) -> None:
    assert "EMULATOR_PORT" in sentence_of(start(EMULATOR_PORT="many"))
    with socket.socket() as occupant:
        occupant.bind(("127.0.0.1", port))
        occupant.listen()
        assert f"端口 {port} 已被占用" in sentence_of(start())


def test_people_consents_tokens_and_clock_survive_a_kill(start: Start, port: int, tmp_path: Path) -> None:
    state = str(tmp_path / "emulator.sqlite")
    process = start(EMULATOR_STATE=state)
    base, store = wait_for(port), MemoryTokenStore()
    openid = requests.post(f"{base}/_emu/users", json={"nickname": "马秀英"}, timeout=5).json()["openid"]
    choice: dict[str, Any] = {"template_id": "tpl-progress", "answer": "accept"}
    requests.post(f"{base}/_emu/users/{openid}/consents", json=choice, timeout=5)
    requests.post(f"{base}/_emu/clock", json={"advance_s": 60}, timeout=5)
    WeChat("wx1", "hidden-secret", base, store).templates()
    process.kill()
    process.wait()
    start(EMULATOR_STATE=state)
    wait_for(port)
    [person] = requests.get(f"{base}/_emu/users", timeout=5).json()["items"]
    assert (person["nickname"], person["consents"]["tpl-progress"]["units"]) == ("马秀英", 1)
    assert requests.post(f"{base}/_emu/clock", json={"advance_s": 0}, timeout=5).json()["offset_s"] == 60
    WeChat("wx1", "hidden-secret", base, store).templates()
    paths = [call["path"] for call in requests.get(f"{base}/_emu/calls", timeout=5).json()["items"]]
    assert paths == ["/wxaapi/newtmpl/gettemplate"]


def test_it_listens_on_this_machine_only_and_writes_no_secret(start: Start, port: int) -> None:
    process = start()
    base = wait_for(port)
    WeChat("wx1", "hidden-secret", base, MemoryTokenStore()).templates()
    requests.get(f"{base}/sns/jscode2session?secret=hidden-secret&js_code=abc", timeout=5)
    with socket.socket() as neighbour:
        # Only possible while nobody listens on all addresses under this port.
        neighbour.bind(("127.0.0.2", port))
    process.terminate()
    _, written = process.communicate(timeout=20)
    assert '"GET /sns/jscode2session" 200' in written
    assert "hidden-secret" not in written
    assert "access_token" not in written


def test_people_of_the_demo_have_phones_from_the_start(start: Start, port: int, tmp_path: Path) -> None:
    people = tmp_path / "demo-accounts.json"
    residents = [{"openid": "oDemoResident1", "name": "马秀英", "compound_id": "c1"}]
    workers = [{"openid": "oDemoWorker1", "name": "李网格", "phone": "13900000001"}]
    partners = [{"openid": "oDemoPartner1", "name": "雪玉珍", "role": "单位经办人"}]
    listed = {"residents": residents, "workers": workers, "partners": partners}
    people.write_text(json.dumps(listed), encoding="utf-8")
    start(EMULATOR_PEOPLE=str(people))
    items = requests.get(f"{wait_for(port)}/_emu/users", timeout=5).json()["items"]
    assert [(item["openid"], item["nickname"], item["role"]) for item in items] == [
        ("oDemoResident1", "马秀英", "居民"),
        ("oDemoWorker1", "李网格", "网格员"),
        ("oDemoPartner1", "雪玉珍", "单位经办人"),
    ]
    assert items[1]["phone"] == "13900000001"


def test_what_is_owed_is_pushed_after_a_kill(start: Start, port: int, door: Door, tmp_path: Path) -> None:
    door.answer = lambda request: (500, b"")
    named = {"EMULATOR_STATE": str(tmp_path / "emulator.sqlite"), "WECHAT_PUSH_TOKEN": "token"}
    process = start(**named, WECHAT_AES_KEY=AES_KEY)
    base = wait_for(port)
    slow = {"push_url": door.url, "push_pause_s": 60}
    assert requests.post(f"{base}/_emu/options", json=slow, timeout=5).ok
    assert requests.post(f"{base}/_emu/punishments", json={}, timeout=5).ok
    assert requests.post(f"{base}/_emu/punishments", json={}, timeout=5).ok
    [first] = door.wait_for(1)
    process.kill()
    process.wait()
    door.answer = lambda request: (200, b"success")
    start(**named, WECHAT_AES_KEY=AES_KEY)
    _, again, second = door.wait_for(3)
    assert again == first
    assert second != first


def test_the_address_in_a_code_is_that_of_the_process(start: Start, port: int) -> None:
    start()
    base = wait_for(port)
    account = {"grant_type": "client_credential", "appid": "wx1", "secret": "hidden-secret"}
    token = requests.post(f"{base}/cgi-bin/stable_token", json=account, timeout=5).json()["access_token"]
    question = {"scene": "g=1", "page": "pages/report/report"}
    made = requests.post(f"{base}/wxa/getwxacodeunlimit", params={"access_token": token}, json=question, timeout=5)
    assert made.content.startswith(b"\xff\xd8\xff")
    [ticket] = requests.get(f"{base}/_emu/tickets", timeout=5).json()["items"]
    assert ticket["address"].startswith(f"{base}/_emu/open/")
    assert "用哪部手机打开" in requests.get(ticket["address"], timeout=5).text
