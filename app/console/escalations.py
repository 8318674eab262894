"""Escalations 吹哨: calling the unit above, and answering such a call."""

from datetime import date
from typing import Any

from flask import request

from app import errors
from app.console import doorway, forms, guard
from app.console.acting import act_on
from app.work_orders.offices import escalations

blueprint = doorway.pages("console_escalations", "/console/work-orders")


@blueprint.post("/<number>/escalate")
def escalate(number: str) -> Any:
    def act() -> str:
        tried = forms.text("tried", required="请写明已经做过什么。")
        reason = forms.text("reason", required="请写明需要上级做什么。")
        forms.seen(number)
        escalations.escalate(number, guard.actor(), request.form.get("kind", ""), tried, reason)
        return "已向上级吹哨，首接责任不变；到期没有报到，会自动升级并列入督办。"

    return act_on(number, "escalate", act)


@blueprint.post("/<number>/decline-escalation")
def decline(number: str) -> Any:
    def act() -> str:
        note = forms.text("note", required="请写明为什么不吹哨、接下来怎样办，承办人会看到。")
        forms.seen(number)
        escalations.decline(number, guard.actor(), note)
        return "已答复不吹哨，承办人会看到理由。"

    return act_on(number, "decline_escalation", act)


@blueprint.post("/<number>/report-in")
def report_in(number: str) -> Any:
    def act() -> str:
        note = forms.text("note", required="请写明怎样协助办理。")
        person = forms.text("person", most=60, required="请写明由谁到场办理，方便社区对接。")
        until, helper = _day("until"), request.form.get("organisation", "")[:22]
        forms.seen(number)
        escalations.report_in(number, guard.actor(), note, person, until, helper)
        return "已报到，首接单位和反映人都会知道。办好后请反馈，工单才能办结。"

    return act_on(number, "report_in", act)


@blueprint.post("/<number>/return-escalation")
def give_back(number: str) -> Any:
    def act() -> str:
        reason = forms.text("reason", required="请写明为什么退回、应当怎样办，吹哨的单位会看到。")
        forms.seen(number)
        escalations.give_back(number, guard.actor(), reason)
        return "已退回吹哨，首接单位会看到理由。"

    return act_on(number, "return_escalation", act)


def _day(name: str) -> date:
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError as error:
        raise errors.field(name, "请选择计划办理的日期。") from error
