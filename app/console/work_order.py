"""One order: what it is, what happened, and what the person may do with it."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for

from app.console import doorway, error_pages, forms, guard, order_view
from app.db import end_reading
from app.errors import Invalid, NotFound, Refusal, Unavailable
from app.work_orders import assignment, follow_up, intake
from app.work_orders.workflow import STATUS_NAMES, Status

blueprint = doorway.pages("console_work_order", "/console/work-orders")


@blueprint.get("/<number>")
def page(number: str) -> Any:
    return _page(number)


@blueprint.post("/<number>/dispatch")
def dispatch(number: str) -> Any:
    def act() -> str:
        reason = forms.text("reason", required="请写明派单的理由，承办人和上级都会看到。")
        order = forms.seen(number)
        worker_id = request.form.get("worker", "")
        assignment.dispatch(number, guard.actor(), worker_id, reason, order.version)
        return f"已派单，等待承办人签收。工单现在是“{_status(order)}”。"

    return _act(number, "dispatch", act)


@blueprint.post("/<number>/accept")
def accept(number: str) -> Any:
    def act() -> str:
        order = forms.seen(number)
        intake.accept(number, guard.actor())
        return f"已受理，办理时限已确定。工单现在是“{_status(order)}”。"

    return _act(number, "accept", act)


@blueprint.post("/<number>/decline")
def decline(number: str) -> Any:
    def act() -> str:
        note = forms.text("note", required="请告诉居民应当找哪个部门、走什么渠道。")
        forms.seen(number)
        intake.decline(number, guard.actor(), request.form.get("reason", ""), note)
        return "已不予受理，居民会收到原因和办理渠道。"

    return _act(number, "decline", act)


@blueprint.post("/<number>/follow-up/attempt")
def attempt(number: str) -> Any:
    def act() -> str:
        note = forms.text("note", required="请写明怎样联系的、结果如何。")
        forms.seen(number)
        follow_up.attempt(number, guard.actor(), note)
        return "已记录这次回访尝试。"

    return _act(number, "attempt", act)


@blueprint.post("/<number>/follow-up/conclude")
def conclude(number: str) -> Any:
    def act() -> str:
        outcome = request.form.get("outcome", "")
        needed = "请写明居民指出的问题，承办人会据此返工。" if outcome == "rework" else "请写明居民的意见。"
        note = forms.text("note", required=needed)
        order = forms.seen(number)
        follow_up.conclude(number, guard.actor(), outcome, note)
        if outcome == "rework":
            return f"已转返工，这是第{order.round}轮办理。工单现在是“{_status(order)}”。"
        return "回访通过，已记录。"

    return _act(number, "conclude", act)


def _act(number: str, operation: str, act: Callable[[], str]) -> Any:
    """Act once and go back to the order; a refusal shows the page as it is now with all that was typed."""
    try:
        sentence = forms.once(operation, act)
    except (NotFound, Unavailable):
        raise
    except Refusal as error:
        end_reading()
        return _page(number, operation, error)
    flash(sentence, "success")
    return redirect(url_for("console_work_order.page", number=number), 303)


def _page(number: str, operation: str = "", refusal: Refusal | None = None) -> Response:
    html = render_template(
        "console/work_order.html",
        here="board",
        refusal=refusal,
        faults=refusal.fields if isinstance(refusal, Invalid) else {},
        typed=request.form,
        tried=operation,
        **order_view.of(number, guard.actor()),
    )
    return make_response(html, error_pages.status_of(refusal) if refusal else 200)


def _status(order: Any) -> str:
    return STATUS_NAMES[Status(order.status)]
