"""The mini-program itself in a browser, with a service whose answers a test writes down beforehand."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, Route

from tests.e2e import measure

FINGER_PX, ELDERS_PX = 44, 18
ACCOUNT = {
    "id": "a1",
    "name": "马晓",
    "roles": ["resident"],
    "phone_masked": None,
    "home": None,
    "privacy_version": None,
}
EMPTY = {"items": [], "next_cursor": None, "unread": 0}
ORDER = {
    "number": "XN1",
    "status": "in_progress",
    "status_name": "办理中",
    "class": "P3",
    "category": {"code": "LIGHT", "name": "楼道照明"},
    "place": {"text": "湟岸巷小区3号楼2单元", "address": None},
    "description": "三楼到四楼的楼道灯坏了三天，晚上老人上下楼看不清台阶，请尽快来修。",
    "created_at": "2026-06-01T09:00:00+08:00",
    "due_at": "2026-06-05T18:00:00+08:00",
    "due_explained": [
        {"step": "resolve", "name": "办结", "due_at": "2026-06-05T18:00:00+08:00", "text": "6月5日之前办结"}
    ],
    "due_reasons": [],
    "round": 1,
    "photos": [],
    "answers": [],
    "timeline": [],
    "calls": [],
    "actions": [],
    "ledger": None,
    "merged_into": None,
    "transfer": None,
    "tasks": [],
    "standing": "author",
}


@dataclass
class Scripted:
    """A phone whose calls to the service are answered from a table of "METHOD path", and are kept."""

    page: Page
    url: str
    answers: dict[str, Any] = field(default_factory=dict)
    sent: list[tuple[str, Any]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)

    def answer(self, route: Route) -> None:
        request = route.request
        address = urlsplit(request.url)
        name = f"{request.method} {address.path}"
        self.queries.append(f"{name}?{address.query}")
        if request.method != "GET":
            self.sent.append((name, request.post_data_json))
        found = self.answers.get(name, EMPTY if request.method == "GET" else {})
        if found == "offline":
            return route.abort()
        status, body = found if isinstance(found, tuple) else (200, found)
        return route.fulfill(status=status, body=json.dumps(body), content_type="application/json")

    def sign_in(self, *roles: str, large: bool = False, **more: Any) -> None:
        """Sign in as somebody with these roles besides that of a resident."""
        account = ACCOUNT | {"roles": ["resident", *roles]} | more
        self.answers |= {"POST /api/sessions": {"token": "t", "account": account}, "GET /api/account": account}
        self.page.route("**/api/**", self.answer)
        self.open()
        if large:
            self.tap("#large-type")
        self.tap("#consent")
        self.tap("#sign-in")
        self.page.wait_for_function("!location.hash.includes('sign_in')")

    def open(self, path: str = "") -> None:
        self.page.goto(f"{self.url}/m/?as=o-lijie" + (f"#/{path}" if path else ""))
        self.page.reload()
        self.page.wait_for_function("window.__ready")

    def on(self, selector: str) -> Locator:
        """Parts of the page that is seen."""
        return self.page.locator(f"wx-page:not([hidden]) {selector}")

    def tap(self, selector: str) -> None:
        self.on(selector).tap()

    def write(self, selector: str, words: str) -> None:
        self.on(f"{selector} input, {selector} textarea").fill(words)

    def body_of(self, name: str) -> list[Any]:
        """What was sent there, in the order in which it was sent."""
        return [body for told, body in self.sent if told == name]

    def faults(self, *, large: bool) -> list[str]:
        """What is too small to touch or to read, or wider than the screen."""
        wrong = measure.sideways(self.page) + measure.small_targets(self.page, FINGER_PX)
        return wrong + (measure.small_letters(self.page, ELDERS_PX) if large else [])
