"""The console on somebody's desk."""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.e2e.watch import Watch

SCREEN = ViewportSize(width=1280, height=860)


@dataclass
class Desk:
    """One browser with the console, as one member of staff sees it."""

    page: Page
    service: str
    watch: Watch

    def open(self, path: str = "") -> None:
        self.page.goto(f"{self.service}/console/{path}")

    def open_order(self, number: str) -> None:
        self.open(f"work-orders/{number}")

    def sign_in(self, username: str, password: str) -> None:
        self.open()
        self.page.locator("#username").fill(username)
        self.page.locator("#password").fill(password)
        self.page.get_by_role("button", name="登录").click()
        expect(self.page.locator("#live")).to_be_visible()

    def row(self, number: str) -> Locator:
        return self.page.locator(f"tr[data-number={number}]")

    def dispatch(self, name: str, reason: str) -> None:
        """Give the order on the page to the worker of this name."""
        form = self.page.locator("#dispatch")
        if not form.is_visible():
            self.page.get_by_text("改派", exact=True).first.click()
        form.get_by_label(name).check()
        form.locator("#dispatch-reason").fill(reason)
        form.get_by_role("button").click()
        expect(self.page.locator(".flash-success")).to_be_visible()
