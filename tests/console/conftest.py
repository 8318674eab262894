"""A city whose managers sit at browsers."""

from collections.abc import Callable

import pytest
from flask import Flask

from app.db import transaction
from app.people import console_access
from app.people.actor import Actor
from tests.console.browser import Browser
from tests.factories import City, a_city, a_manager

PASSWORD = "a long enough password"


@pytest.fixture
def city(app: Flask) -> City:
    return a_city()


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def at_desk(app: Flask) -> Callable[[Actor], Browser]:
    """A browser at which this person is signed in."""

    def sit(actor: Actor) -> Browser:
        with transaction():
            console_access.give_login(actor.account_id, f"user{actor.account_id}", PASSWORD)
        browser = Browser(app)
        response = browser.sign_in(f"user{actor.account_id}", PASSWORD)
        assert response.status_code == 303, browser.page
        return browser

    return sit


@pytest.fixture
def manager(city: City) -> Actor:
    return a_manager(city["xnlx"])


@pytest.fixture
def desk(at_desk: Callable[[Actor], Browser], manager: Actor) -> Browser:
    """The community manager's browser."""
    return at_desk(manager)
