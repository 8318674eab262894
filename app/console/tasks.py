"""Asking other units to help 协办, and writing down what they did."""

from typing import Any

from flask import request

from app import errors
from app.console import doorway, forms, guard
from app.console.acting import act_on
from app.work_orders.offices import assisting

blueprint = doorway.pages("console_tasks", "/console/work-orders")


@blueprint.post("/<number>/assist")
def assist(number: str) -> Any:
    def act() -> str:
        what = forms.text("what", required="请写明需要对方做什么，对方会看到。")
        days = _days()
        forms.seen(number)
        assisting.assist(number, guard.actor(), request.form.get("unit", ""), what, days)
        return "已请对方协办，反馈之前不能办结；逾期没有反馈会提醒您。"

    return act_on(number, "assist", act)


def _days() -> int | None:
    typed = forms.text("days", most=3)
    if typed and not (typed.isascii() and typed.isdigit()):
        raise errors.field("days", "请填写整数，或者不填。")
    return int(typed) if typed else None


@blueprint.post("/<number>/report")
def report(number: str) -> Any:
    def act() -> str:
        note = forms.text("note", required="请写明做了什么；没有办成的，请写明原因。")
        forms.seen(number)
        outcome = request.form.get("outcome", "")
        assisting.report(number, guard.actor(), request.form.get("task", ""), outcome, note)
        return "已登记协办的进展，这项协办仍在等最后反馈。" if outcome == "progress" else "已登记协办的结果。"

    return act_on(number, "report", act)
