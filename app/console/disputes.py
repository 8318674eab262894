"""Disputes 派单异议: a unit says that an order is not theirs, and the unit above rules."""

from typing import Any

from flask import request

from app import errors
from app.console import doorway, forms, guard
from app.console.acting import act_on, status_name
from app.work_orders.offices import disputes

blueprint = doorway.pages("console_disputes", "/console/work-orders")


@blueprint.post("/<number>/dispute")
def dispute(number: str) -> Any:
    def act() -> str:
        reason = forms.text("reason", required="请写明为什么不属于本单位职责，上级会据此裁定。")
        suggestion = forms.text("suggestion", most=60)
        forms.seen(number)
        disputes.dispute(number, guard.actor(), reason, suggestion)
        return "派单异议已提交上级裁定；裁定前请继续办理，逾期未裁定按不成立处理。"

    return act_on(number, "dispute", act)


@blueprint.post("/<number>/rule")
def rule(number: str) -> Any:
    def act() -> str:
        ruling = request.form.get("ruling", "")
        if ruling not in ("uphold", "reject"):
            raise errors.field("ruling", "请选择异议成立或不成立。")
        note = forms.text("note", required="请写明裁定的理由，提出异议的单位会看到。")
        unit = request.form.get("unit", "")[:80]
        forms.seen(number)
        order = disputes.rule(number, guard.actor(), ruling == "uphold", note, unit)
        if ruling == "uphold":
            return f"异议成立，已转由选定的单位办理。工单现在是“{status_name(order)}”。"
        return "异议不成立，仍由原单位办理，不能再提异议。"

    return act_on(number, "rule", act)
