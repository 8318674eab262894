"""Merging 并案 orders about the same matter, and taking them apart again."""

from typing import Any

from app.console import doorway, forms, guard
from app.console.acting import act_on, status_name
from app.work_orders.kin import merging, unmerging

blueprint = doorway.pages("console_merging", "/console/work-orders")


@blueprint.post("/<number>/merge")
def merge(number: str) -> Any:
    def act() -> str:
        target = forms.text("target", most=20, required="请填写要并入的工单编号。")
        reason = forms.text("reason", required="请写明为什么并案，上级和承办人会看到。")
        forms.seen(number)
        merging.merge(number, guard.actor(), target, reason)
        return "已并案，反映人会随那件工单了解进展、单独评价；30天内可以撤销。"

    return act_on(number, "merge", act)


@blueprint.post("/<number>/unmerge")
def unmerge(number: str) -> Any:
    def act() -> str:
        reason = forms.text("reason", required="请写明为什么撤销并案，承办人会看到。")
        order = forms.seen(number)
        unmerging.unmerge(number, guard.actor(), reason)
        return f"已撤销并案，时限按原来的算。工单现在是“{status_name(order)}”。"

    return act_on(number, "unmerge", act)
