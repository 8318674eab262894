"""The product, a browser, and people with phones and desks in it."""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext

from tests.conftest import a_database
from tests.e2e import desk, phone
from tests.e2e.caller import Caller
from tests.e2e.desk import Desk
from tests.e2e.phone import Phone
from tests.e2e.product import Product
from tests.e2e.watch import Watch

WAITS_MS = 10_000
TEMPLATES_WITHIN_S = 30
# Class P3 is left to wait a few seconds only, so that a test can see its limits pass. The column of the city's own
# limits holds whole numbers of minutes at the least; SQLite keeps the fraction all the same.
QUICK = (
    "INSERT INTO parameter (name, value) VALUES ('limit.claim.P3', '0.03 clock_minutes')",
    "INSERT INTO time_limit (class_code, step, amount, unit) VALUES ('P3', 'sign', 0.03, 'clock_minutes')",
)

Visit = tuple[BrowserContext, Watch]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.e2e)


def run(product: Product, before: Callable[[Path], None] = lambda _: None) -> Iterator[Product]:
    """The product from its start to its end, of which nothing may be left."""
    try:
        product.prepare()
        before(product.sqlite)
        product.start()
        wait_for_templates(product)
        yield product
    finally:
        left = product.stop()
        answers = product.listens()
        product.forget()
    assert left == []
    assert not answers


def wait_for_templates(product: Product) -> None:
    """The relay asks WeChat for the message templates at its start; until then no phone asks for permission."""
    caller = Caller(product, product.accounts["residents"][0]["openid"])
    until = time.monotonic() + TEMPLATES_WITHIN_S
    while not caller.get("/api/subscriptions")["items"]:
        assert time.monotonic() < until, f"the relay did not read the templates:\n{product.said[-4000:]}"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def product() -> Iterator[Product]:
    """Everything on SQLite, with a class of orders whose limits pass within seconds."""
    yield from run(Product(), hurry)


def hurry(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        for statement in QUICK:
            connection.execute(statement)


@pytest.fixture(scope="session")
def product_on_postgresql(postgresql_server: str) -> Iterator[Product]:
    with a_database(postgresql_server) as url:
        yield from run(Product(database_url=url))


@pytest.fixture
def product_on(database_kind: str, request: pytest.FixtureRequest) -> Product:
    """Everything, on one database after the other."""
    made: Product = request.getfixturevalue("product" if database_kind == "sqlite" else "product_on_postgresql")
    return made


def open_context(browser: Browser, *, mobile: bool) -> Visit:
    """A browser of somebody's own, as a phone or as a desk, with an eye kept on it."""
    context = browser.new_context(
        viewport=phone.SCREEN if mobile else desk.SCREEN,
        is_mobile=mobile,
        has_touch=mobile,
        device_scale_factor=2 if mobile else 1,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    context.set_default_timeout(WAITS_MS)
    return context, Watch().over(context)


@pytest.fixture
def visits(chromium: Browser) -> Iterator[Callable[[bool], Visit]]:
    """Opens browsers, for a phone or a desk; at the end nothing may have gone wrong in any of them."""
    opened: list[Visit] = []

    def visit(mobile: bool) -> Visit:
        opened.append(open_context(chromium, mobile=mobile))
        return opened[-1]

    yield visit
    complaints = [complaint for _, watch in opened for complaint in watch.verdict()]
    for context, _ in opened:
        context.close()
    assert complaints == []


@pytest.fixture
def phone_of(visits: Callable[[bool], Visit]) -> Callable[[Product, str], Phone]:
    """Gives somebody's phone, not yet opened."""

    def give(product: Product, openid: str) -> Phone:
        context, watch = visits(True)
        return Phone(context.new_page(), product.emulator, openid, watch)

    return give


@pytest.fixture
def desk_of(visits: Callable[[bool], Visit]) -> Callable[[Product, str], Desk]:
    """Gives the console of a member of staff, signed in by the demo's user name."""

    def give(product: Product, username: str) -> Desk:
        context, watch = visits(False)
        opened = Desk(context.new_page(), product.service, watch)
        password = next(one["password"] for one in product.accounts["managers"] if one["username"] == username)
        opened.sign_in(username, password)
        return opened

    return give


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_photo(tmp_path_factory.mktemp("photos") / "楼道.jpg")


def draw_photo(path: Path) -> Path:
    """A picture as a phone takes it: large, and not one single colour."""
    image = Image.new("RGB", (1600, 1200), "#3f4a5a")
    draw = ImageDraw.Draw(image)
    for step in range(8):
        draw.rectangle((100 + step * 180, 300 + step * 60, 240 + step * 180, 1100), fill=(90 + step * 15, 110, 80))
    image.save(path, "JPEG", quality=85)
    return path
