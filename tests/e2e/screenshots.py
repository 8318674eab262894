"""`python -m tests.e2e.screenshots [folder]`: pictures of every page of the running product, to be looked at."""

import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page

from config import ROOT
from tests import chromium
from tests.e2e import conftest, phone, views
from tests.e2e.caller import Caller
from tests.e2e.desk import Desk
from tests.e2e.phone import Phone
from tests.e2e.product import Product

SETTLE_MS = 350
LITTLE_PX = 40
# The mini-program's pages scroll inside the phone, the others with the window.
BELOW = """
() => Math.max(...[...document.querySelectorAll('html, .mp-stage, wx-page:not([hidden]), wx-page-body')].map((node) => {
  return node.scrollHeight - node.clientHeight
}))
"""


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    photo = conftest.draw_photo(folder / "photo.jpg")
    made = Product()
    running = conftest.run(made)
    product = next(running)
    try:
        with chromium.running() as browser:
            shoot_phones(browser, product, folder, photo)
            shoot_desk(browser, product, folder, photo)
    finally:
        next(running, None)


def shoot_phones(browser: Browser, product: Product, folder: Path, photo: Path) -> None:
    for large in (False, True):
        mark = "large-" if large else ""
        residents = ("demo-resident-huangan-1", "demo-resident-huangan-2")
        one = take_phone(browser, product, residents[large], large=large)
        caller = Caller(product, residents[large])
        shoot(one.page, views.resident_views(one, caller, photo), folder, f"resident-{mark}")
        two = take_phone(browser, product, views.WORKER, large=large)
        worker = Caller(product, views.WORKER)
        shoot(two.page, views.worker_views(two, worker, product), folder, f"worker-{mark}")


def take_phone(browser: Browser, product: Product, openid: str, *, large: bool) -> Phone:
    context, watch = conftest.open_context(browser, mobile=True)
    taken = Phone(context.new_page(), product.emulator, openid, watch)
    if large:
        views.enlarge(taken)
    return taken


def shoot_desk(browser: Browser, product: Product, folder: Path, photo: Path) -> None:
    context, watch = conftest.open_context(browser, mobile=False)
    page = context.new_page()
    shoot(page, views.entrance_views(page, product), folder, "")
    opened = Desk(page, product.service, watch)
    shoot(page, views.desk_views(opened, product, photo), folder, "console-")


def shoot(page: Page, tour: Iterator[str], folder: Path, mark: str) -> None:
    """One picture of the screen for each stop, and one of all that lies below it."""
    for number, name in enumerate(tour, start=1):
        path = folder / f"{mark}{number:02d}-{name}"
        page.wait_for_timeout(SETTLE_MS)
        page.screenshot(path=f"{path}.png")
        below = page.evaluate(BELOW)
        if below > LITTLE_PX:
            screen = page.viewport_size or phone.SCREEN
            page.set_viewport_size({"width": screen["width"], "height": screen["height"] + below})
            page.wait_for_timeout(SETTLE_MS)
            page.screenshot(path=f"{path}-whole.png")
            page.set_viewport_size(screen)
        print(path.name, flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "shots")
