"""Termination 终止: asking to end what cannot be done, and deciding."""

from typing import Any

from flask import request

from app import errors
from app.console import doorway, forms, guard
from app.console.acting import act_on
from app.work_orders.offices import termination

blueprint = doorway.pages("console_termination", "/console/work-orders")


@blueprint.post("/<number>/propose-termination")
def propose(number: str) -> Any:
    def act() -> str:
        reason = forms.text("reason", required="请写明给反映人的说明：为什么不能继续办理，应当怎么办。")
        forms.seen(number)
        termination.propose(number, guard.actor(), request.form.get("cause", ""), reason)
        return "终止申请已提交，由上级审批；审批之前请继续办理。"

    return act_on(number, "propose_termination", act)


@blueprint.post("/<number>/decide-termination")
def decide(number: str) -> Any:
    def act() -> str:
        decision = request.form.get("decision", "")
        if decision not in ("approve", "refuse"):
            raise errors.field("decision", "请选择批准或不批准。")
        note = forms.text("note", required="请写明审批的意见；批准后反映人也会看到。")
        forms.seen(number)
        termination.decide(number, guard.actor(), decision == "approve", note)
        if decision == "approve":
            return "已批准终止办理，反映人会看到说明，30天内可以要求重办。"
        return "没有批准终止，首接单位会看到理由，工单继续办理。"

    return act_on(number, "decide_termination", act)
