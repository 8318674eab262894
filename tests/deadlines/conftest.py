"""The rooms keep calendar and limits for a minute; every test here begins without them."""

from collections.abc import Iterator

import pytest

from app.deadlines import queries


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    queries.forget()
    yield
    queries.forget()
