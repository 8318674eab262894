"""Keeps an eye on browser tabs: what the console complains of, where requests go, what the service breaks."""

import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response

REFUSED = re.compile(r"the server responded with a status of (\d+)")


@dataclass
class Watch:
    """What went wrong in one browser context. `expected` are statuses that a test provokes on purpose."""

    complaints: list[str] = field(default_factory=list)
    abroad: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)
    pages: list[Page] = field(default_factory=list)
    offline: bool = False

    def over(self, context: BrowserContext) -> "Watch":
        context.on("page", lambda page: self.pages.append(page))
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", self._left)
        context.on("response", self._answered)
        return self

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        refused = REFUSED.search(message.text)
        provoked = (refused and int(refused[1]) in self.expected) or (self.offline and "net::ERR" in message.text)
        if not provoked:
            self.complaints.append(message.text)

    def _left(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname != "127.0.0.1":
            self.abroad.append(request.url)

    def _answered(self, response: Response) -> None:
        if response.status >= 500:
            self.broken.append(f"{response.status} {response.url}")

    def verdict(self) -> list[str]:
        """Everything that should not have been; empty after a good visit."""
        own = [error for page in self.pages if not page.is_closed() for error in _errors_of(page)]
        return self.complaints + self.abroad + self.broken + own


def _errors_of(page: Page) -> list[str]:
    """What the phone's host kept; other pages keep nothing."""
    return list(page.evaluate("window.__errors || []"))
