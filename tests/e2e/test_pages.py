"""Every page, as it stands in the hand: large enough to touch and to read, never wider than the screen."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.e2e import measure, views
from tests.e2e.caller import Caller
from tests.e2e.conftest import Visit
from tests.e2e.desk import Desk
from tests.e2e.phone import Phone
from tests.e2e.product import Product

FINGER_PX = 44
# A mouse is finer than a finger: the least that WCAG 2.2 asks for.
MOUSE_PX = 24
ELDERS_PX = 18


def faults(page: Page, tour: Iterator[str], *, target: int, letters: float = 0) -> str:
    """What is too small or too wide, with the name of the look at which it was found."""
    found = []
    for name in tour:
        wrong = measure.sideways(page) + measure.small_targets(page, target)
        wrong += measure.small_letters(page, letters) if letters else []
        found += [f"{name}: {one}" for one in wrong]
    return "\n".join(found)


@pytest.mark.parametrize("large", [False, True], ids=["plain", "large letters"])
def test_a_residents_pages_fit_the_hand_and_the_eye(
    large: bool, product: Product, phone_of: Callable[[Product, str], Phone], photo: Path
) -> None:
    openid = ["demo-resident-xinninglu-1", "demo-resident-xinninglu-2"][large]
    phone = phone_of(product, openid)
    if large:
        views.enlarge(phone)
    tour = views.resident_views(phone, Caller(product, openid), photo)
    assert faults(phone.page, tour, target=FINGER_PX, letters=ELDERS_PX * large) == ""


@pytest.mark.parametrize("large", [False, True], ids=["plain", "large letters"])
def test_a_workers_pages_fit_the_hand_and_the_eye(
    large: bool, product: Product, phone_of: Callable[[Product, str], Phone]
) -> None:
    phone = phone_of(product, views.WORKER)
    if large:
        views.enlarge(phone)
    tour = views.worker_views(phone, Caller(product, views.WORKER), product)
    assert faults(phone.page, tour, target=FINGER_PX, letters=ELDERS_PX * large) == ""


def test_the_consoles_pages_fit_the_desk(product: Product, visits: Callable[[bool], Visit], photo: Path) -> None:
    context, watch = visits(False)
    desk = Desk(context.new_page(), product.service, watch)
    assert faults(desk.page, views.desk_views(desk, product, photo), target=MOUSE_PX) == ""


def test_the_doors_fit_a_phone_as_well(product: Product, visits: Callable[[bool], Visit]) -> None:
    context, _ = visits(True)
    page = context.new_page()
    assert faults(page, views.entrance_views(page, product), target=MOUSE_PX) == ""
