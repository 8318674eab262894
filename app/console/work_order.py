"""One order: what it is, what happened, and what the person may do with it."""

from typing import Any

from flask import request

from app.console import doorway, forms, guard
from app.console.acting import act_on, show, status_name
from app.work_orders import assignment, follow_up, intake

blueprint = doorway.pages("console_work_order", "/console/work-orders")


@blueprint.get("/<number>")
def page(number: str) -> Any:
    return show(number)


@blueprint.post("/<number>/dispatch")
def dispatch(number: str) -> Any:
    def act() -> str:
        reason = forms.text("reason", required="请写明派单的理由，承办人和上级都会看到。")
        order = forms.seen(number)
        worker_id = request.form.get("worker", "")
        assignment.dispatch(number, guard.actor(), worker_id, reason, order.version)
        return f"已派单，等待承办人签收。工单现在是“{status_name(order)}”。"

    return act_on(number, "dispatch", act)


@blueprint.post("/<number>/accept")
def accept(number: str) -> Any:
    def act() -> str:
        order = forms.seen(number)
        intake.accept(number, guard.actor())
        return f"已受理，办理时限已确定。工单现在是“{status_name(order)}”。"

    return act_on(number, "accept", act)


@blueprint.post("/<number>/decline")
def decline(number: str) -> Any:
    def act() -> str:
        note = forms.text("note", required="请告诉居民应当找哪个部门、走什么渠道。")
        forms.seen(number)
        intake.decline(number, guard.actor(), request.form.get("reason", ""), note)
        return "已不予受理，居民会收到原因和办理渠道。"

    return act_on(number, "decline", act)


@blueprint.post("/<number>/follow-up/attempt")
def attempt(number: str) -> Any:
    def act() -> str:
        note = forms.text("note", required="请写明怎样联系的、结果如何。")
        forms.seen(number)
        follow_up.attempt(number, guard.actor(), note)
        return "已记录这次回访尝试。"

    return act_on(number, "attempt", act)


@blueprint.post("/<number>/follow-up/conclude")
def conclude(number: str) -> Any:
    def act() -> str:
        outcome = request.form.get("outcome", "")
        needed = "请写明居民指出的问题，承办人会据此返工。" if outcome == "rework" else "请写明居民的意见。"
        note = forms.text("note", required=needed)
        order = forms.seen(number)
        follow_up.conclude(number, guard.actor(), outcome, note)
        if outcome == "rework":
            return f"已转返工，这是第{order.round}轮办理。工单现在是“{status_name(order)}”。"
        return "回访通过，已记录。"

    return act_on(number, "conclude", act)
