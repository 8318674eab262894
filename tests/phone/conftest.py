"""A phone in a real browser: builds a small mini-program, serves it with a stand-in emulator, opens it in Chromium."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from deploy.node import find
from tests.phone.scripted import Scripted

WECHAT = Path(__file__).resolve().parents[2] / "wechat"
FIXTURE = Path(__file__).parent / "fixtures" / "miniprogram"
TEMPLATES = {"tpl-claimed": {"title": "诉求受理通知"}, "tpl-resolved": {"title": "办理结果通知"}}


def node(*arguments: str, cwd: Path = WECHAT) -> subprocess.CompletedProcess[str]:
    """Run Node in the mini-program's folder."""
    program = str(find().folder / "node")
    assert (WECHAT / "node_modules").is_dir(), "The phone's packages are missing: run `npm ci` in wechat/."
    return subprocess.run([program, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="session")
def run_node() -> Callable[..., subprocess.CompletedProcess[str]]:
    return node


@dataclass
class Emulator:
    """What the phones see of the emulator, and what they told it."""

    pages: Path
    url: str = ""
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    consents: list[tuple[str, str, str]] = field(default_factory=list)
    uploads: list[bytes] = field(default_factory=list)

    def reset(self) -> None:
        lijie = {
            "openid": "o-lijie",
            "nickname": "李洁",
            "phone": "13800000001",
            "location": {"lat": 39.90105, "lng": 116.42079},
        }
        wang = {"openid": "o-wang", "nickname": "王强", "phone": None, "location": None}
        self.users = {user["openid"]: user for user in (lijie, wang)}
        self.consents.clear()
        self.uploads.clear()

    def settings(self, openid: str) -> dict[str, Any] | None:
        user = self.users.get(openid)
        masked = "138****0001" if user and user["phone"] else None
        return user and {
            "service": self.url,
            "nickname": user["nickname"],
            "phone_masked": masked,
            "templates": TEMPLATES,
        }


class Answers(SimpleHTTPRequestHandler):
    """`/m/` and the part of `/_emu` that a phone asks; `/api` echoes."""

    def __init__(self, *arguments: Any, emulator: Emulator) -> None:
        self.emulator = emulator
        super().__init__(*arguments, directory=str(emulator.pages))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """A test needs no log."""

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        parts = [unquote(part) for part in address.path.split("/") if part]
        if address.path == "/m/host.json":
            self.answer(self.emulator.settings(parse_qs(address.query).get("as", [""])[0]))
        elif parts[:2] == ["_emu", "users"]:
            users = self.emulator.users
            self.answer(users.get(parts[2]) if parts[2:] else {"items": list(users.values())})
        elif parts[:1] == ["api"]:
            self.answer({"query": parse_qs(address.query)})
        else:
            self.path = self.path.removeprefix("/m")
            super().do_GET()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        parts = [unquote(part) for part in self.path.split("/") if part]
        if parts[0] == "api":
            self.emulator.uploads.append(body)
            self.answer({"size": len(body)})
        elif parts[-1] == "consents":
            told = json.loads(body)
            self.emulator.consents.append((parts[2], told["template_id"], told["answer"]))
            self.answer({})
        elif parts[-1] == "users":
            self.emulator.users["o-new"] = {"openid": "o-new", "nickname": "新手机", "phone": None, "location": None}
            self.answer({"openid": "o-new"})
        else:
            self.answer({"code": f"{parts[-1]}-code-of-{parts[2]}"})

    def answer(self, data: object) -> None:
        text = json.dumps(data).encode()
        self.send_response(404 if data is None else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def build(source: Path, pages: Path) -> Path:
    result = node("tools/build", str(source), str(pages))
    assert result.returncode == 0, result.stderr
    return pages


@contextmanager
def served(pages: Path) -> Iterator[Emulator]:
    emulator = Emulator(pages)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Answers, emulator=emulator))
    emulator.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield emulator
    server.shutdown()


@pytest.fixture(scope="session")
def built_fixture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(FIXTURE, tmp_path_factory.mktemp("phone") / "dist")


@pytest.fixture(scope="session")
def serving(built_fixture: Path) -> Iterator[Emulator]:
    with served(built_fixture) as emulator:
        yield emulator


@pytest.fixture(scope="session")
def serving_the_product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with served(build(WECHAT / "miniprogram", tmp_path_factory.mktemp("product") / "dist")) as emulator:
        yield emulator


@pytest.fixture
def emulator(serving: Emulator) -> Emulator:
    serving.reset()
    return serving


@dataclass
class Phone:
    """A tab of a browser that plays a phone; `errors` is what a test expects to go wrong."""

    page: Page
    url: str
    errors: list[str] = field(default_factory=list)

    def open(self, openid: str = "o-lijie", more: str = "") -> Page:
        self.page.goto(f"{self.url}/m/?as={openid}{more}")
        self.page.wait_for_function("window.__ready")
        return self.page


def open_page(chromium: Browser) -> Page:
    context = chromium.new_context(
        viewport={"width": 375, "height": 812}, device_scale_factor=2, has_touch=True, is_mobile=True, locale="zh-CN"
    )
    page = context.new_page()
    page.set_default_timeout(5000)
    return page


@pytest.fixture
def phone(chromium: Browser, emulator: Emulator) -> Iterator[Phone]:
    page = open_page(chromium)
    opened = Phone(page, emulator.url)
    yield opened
    assert page.evaluate("window.__errors") == opened.errors
    page.context.close()


@pytest.fixture
def scripted(chromium: Browser, serving_the_product: Emulator) -> Iterator[Scripted]:
    serving_the_product.reset()
    page = open_page(chromium)
    yield Scripted(page, serving_the_product.url)
    assert page.evaluate("window.__errors") == []
    page.context.close()
