"""The city of the work orders' tests, on the same Tuesday."""

from tests.work_orders.conftest import (  # noqa: F401
    at,
    city,
    colleague,
    later,
    manager,
    moving,
    officer,
    resident,
    worker,
)
