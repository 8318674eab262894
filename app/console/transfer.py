"""Offering an order in hand to a colleague from its page, and answering such an offer."""

from typing import Any

from flask import request

from app.console import doorway, forms, guard
from app.console.acting import act_on
from app.work_orders import transfer

blueprint = doorway.pages("console_transfer", "/console/work-orders")


@blueprint.post("/<number>/transfer")
def offer(number: str) -> Any:
    def act() -> str:
        note = forms.text("note", most=1000, required="请写明交接的情况：办到哪一步，接下来要做什么。")
        forms.seen(number)
        transfer.offer(number, guard.actor(), request.form.get("worker_id", ""), note)
        return "已请同事接手，等待答复；在他接受之前，仍由现在的承办人办理。"

    return act_on(number, "transfer", act)


@blueprint.post("/<number>/transfer/take-back")
def take_back(number: str) -> Any:
    def act() -> str:
        forms.seen(number)
        transfer.take_back(number, guard.actor())
        return "已撤销转办，仍由现在的承办人办理。"

    return act_on(number, "take_back_transfer", act)
