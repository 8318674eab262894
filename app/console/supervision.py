"""Supervision 督办: watching an order from above, answering, clearing."""

from datetime import date
from typing import Any

from flask import request

from app import errors
from app.console import doorway, forms, guard
from app.console.acting import act_on
from app.work_orders.offices import supervision

blueprint = doorway.pages("console_supervision", "/console/work-orders")


@blueprint.post("/<number>/supervise")
def supervise(number: str) -> Any:
    def act() -> str:
        due_on = _date("due_on")
        reason = forms.text("reason", required="请写明督办的理由和要求，承办单位会看到。")
        forms.seen(number)
        supervision.supervise(number, guard.actor(), request.form.get("level", ""), due_on, reason)
        return "已督办，承办人和首接单位会收到通知；到期没有解除会升级到上一级。"

    return act_on(number, "supervise", act)


def _date(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError as error:
        raise errors.field(name, "请选择日期，如 2026-03-20。") from error


@blueprint.post("/<number>/reply-supervision")
def reply(number: str) -> Any:
    def act() -> str:
        note = forms.text("note", required="请写明办理到哪一步、接下来怎么办，督办单位会看到。")
        forms.seen(number)
        supervision.reply(number, guard.actor(), note)
        return "已回复督办，督办单位会收到通知；办好后由督办单位解除。"

    return act_on(number, "reply_supervision", act)


@blueprint.post("/<number>/clear-supervision")
def clear(number: str) -> Any:
    def act() -> str:
        note = forms.text("note", required="请写明核实的情况，承办单位会看到。")
        forms.seen(number)
        supervision.clear(number, guard.actor(), note)
        return "督办已解除，承办人和首接单位会收到通知。"

    return act_on(number, "clear_supervision", act)
