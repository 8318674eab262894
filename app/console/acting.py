"""Acting on an order from its page: once per form, back to the page, and nothing typed is lost."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from app.console import error_pages, forms, guard, order_view
from app.db import end_reading
from app.errors import Invalid, NotFound, Refusal, Unavailable
from app.work_orders import queries
from app.work_orders.models import WorkOrder
from app.work_orders.workflow import STATUS_NAMES, Status


def act_on(number: str, operation: str, act: Callable[[], str], before: Callable[[], None] | None = None) -> Any:
    """Act once and go back to the order; a refusal shows the page as it is now with all that was typed.

    `before` is what must happen with no transaction open.
    """
    try:
        if before is not None:
            before()
        sentence = forms.once(operation, act)
    except (NotFound, Unavailable):
        raise
    except Refusal as error:
        end_reading()
        return show(number, operation, error)
    flash(sentence, "success")
    return redirect(_page_after(number), 303)


def _page_after(number: str) -> str:
    """The order's page, or the board when what was done took the order out of the person's sight."""
    try:
        queries.find(number, guard.actor())
    except NotFound:
        return url_for("console_board.board")
    finally:
        end_reading()
    return url_for("console_work_order.page", number=number)


def show(number: str, operation: str = "", refusal: Refusal | None = None, phone: str = "") -> Response:
    """The page of an order; after a refusal with all that was typed, after a reveal with the number."""
    html = render_template(
        "console/work_order.html",
        here="board",
        refusal=refusal,
        phone=phone,
        faults=refusal.fields if isinstance(refusal, Invalid) else {},
        typed=request.form,
        tried=operation,
        **order_view.of(number, guard.actor()),
    )
    return make_response(html, error_pages.status_of(refusal) if refusal else 200)


def status_name(order: WorkOrder) -> str:
    return STATUS_NAMES[Status(order.status)]
