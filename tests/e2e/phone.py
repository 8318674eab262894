"""A person's phone in the browser, used as a finger uses it."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, Response, ViewportSize, expect

from tests.e2e.watch import Watch

SCREEN = ViewportSize(width=375, height=812)
REPORTS = "/api/resident/work-orders"


@dataclass
class Phone:
    """One tab that plays the phone of one person."""

    page: Page
    emulator: str
    openid: str
    watch: Watch

    def open(self, path: str = "") -> None:
        """Open the mini-program, at a page of it if one is named."""
        self.page.goto(f"{self.emulator}/m/?as={self.openid}" + (f"#/{path}" if path else ""))
        self.page.wait_for_function("window.__ready")

    def reopen(self) -> None:
        """Close the mini-program and open it again where it was."""
        self.page.reload()
        self.page.wait_for_function("window.__ready")

    def on(self, selector: str) -> Locator:
        """Parts of the page that is seen; earlier pages stay in the document, hidden."""
        return self.page.locator(f"wx-page:not([hidden]) {selector}")

    def sheet(self) -> Locator:
        """WeChat's own dialog over the page."""
        return self.page.locator("dialog")

    def tap(self, selector: str) -> None:
        self.on(selector).tap()

    def back(self) -> None:
        self.page.locator(".mp-back").tap()

    def to_tab(self, name: str) -> None:
        self.page.locator(".mp-tabbar").get_by_text(name).tap()

    def write(self, selector: str, words: str) -> None:
        """Type into the text field that the mini-program's own tag wraps."""
        self.on(f"{selector} input, {selector} textarea").fill(words)

    def sign_in(self) -> None:
        self.open()
        self.tap("#consent")
        self.tap("#sign-in")
        expect(self.on("#category, #duty")).to_be_visible()

    # --- A resident's report

    def choose_category(self, code: str) -> None:
        self.tap("#category")
        self.tap(f"#category-{code}")

    def choose_place(self, compound: str, building: str, unit: str) -> None:
        self.tap("#compound")
        self.write("#compound-words", compound)
        sheet = self.on("[role=dialog]").get_by_role("button")
        sheet.filter(has_text=compound).first.tap()
        self.tap("#building")
        self.sheet().get_by_text(building, exact=True).tap()
        self.tap("#unit")
        self.sheet().get_by_text(unit, exact=True).tap()

    def add_photo(self, file: Path, *, agree: bool = False) -> None:
        """Choose a picture and wait until the service has it; `agree` taps through the privacy popup first."""
        with self.page.expect_file_chooser() as chooser:
            self.tap("#add-photo")
            if agree:
                self.tap("#agree-privacy")
        with self.page.expect_response("**/api/photos") as answer:
            chooser.value.set_files(file)
        assert answer.value.status == 201, answer.value.text()
        expect(self.on("photo-picker")).not_to_contain_text("上传")

    def allow_and_submit(self) -> None:
        """Tap on submit and allow what WeChat asks inside that tap."""
        self.tap("#submit")
        self.sheet().get_by_role("button", name="允许").tap()

    def submit(self) -> Response:
        """Submit and wait for the service's answer."""
        with self.page.expect_response(
            lambda one: one.url.endswith(REPORTS) and one.request.method == "POST"
        ) as answer:
            self.allow_and_submit()
        return answer.value

    # --- A worker's deeds

    def act(self, verb: str, choice: str = "", words: str = "") -> None:
        """Open the form of an action and fill it in, without sending it."""
        self.tap(f"#action-{verb}")
        if choice:
            self.tap(f"#{verb}-{choice}")
        if words:
            self.write("#action-text", words)

    def confirm(self, verb: str) -> None:
        """Send the form and wait for the page to say that it is done."""
        self.tap(f"#confirm-{verb}")
        expect(self.on("#done")).to_be_visible()

    def rate(self, answered: str, solved: str, satisfied: str, comment: str = "") -> None:
        for name, value in (("answered", answered), ("solved", solved), ("satisfied", satisfied)):
            self.tap(f"#{name}-{value}")
        if comment:
            self.write("#rating-comment", comment)
        self.tap("#send-rating")
        self.sheet().get_by_role("button", name="允许").tap()
        expect(self.on("#my-rating")).to_be_visible()
