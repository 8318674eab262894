"""The ledger 挂账: asking that an order may wait, deciding, reviewing."""

from datetime import date
from typing import Any

from flask import request

from app import clock, errors
from app.console import doorway, forms, guard
from app.console.acting import act_on
from app.work_orders.offices import deciding, ledger, ledger_reviews, ledger_terms

blueprint = doorway.pages("console_ledger", "/console/work-orders")


@blueprint.post("/<number>/propose-ledger")
def propose(number: str) -> Any:
    def act() -> str:
        plan, leader, reason = forms.text("plan", most=1000), forms.text("leader", most=40), forms.text("reason")
        forms.seen(number)
        order = ledger.propose(
            number, guard.actor(), request.form.get("cause", ""), plan, leader, _day("review_on"), reason
        )
        decides = deciding.name_of(ledger.decider(order, guard.actor()))
        return f"已申请挂账，等待{decides}审批。批准之前时限照常计算。"

    return act_on(number, "propose_ledger", act)


@blueprint.post("/<number>/decide-ledger")
def decide(number: str) -> Any:
    def act() -> str:
        decision = request.form.get("decision", "")
        if decision not in ("approve", "refuse"):
            raise errors.field("decision", "请选择同意或不同意。")
        note = forms.text("note")
        forms.seen(number)
        ledger.decide(number, guard.actor(), decision == "approve", note)
        if decision == "refuse":
            return "没有同意挂账，时限照常计算，承办人会看到意见。"
        return "已同意挂账，时限暂停计算，原因和计划已告知反映人。"

    return act_on(number, "decide_ledger", act)


@blueprint.post("/<number>/review-ledger")
def review(number: str) -> Any:
    def act() -> str:
        note = forms.text("note")
        forms.seen(number)
        order = ledger_reviews.review(number, guard.actor(), _day("review_on"), note)
        standing = ledger_terms.standing(order)
        until = clock.spoken(standing.review_at) if standing and standing.review_at else ""
        return f"挂账继续，下次复核在{until}之前。"

    return act_on(number, "review_ledger", act)


def _day(name: str) -> date | None:
    """A day as a browser sends it; what is none is told as one that is missing."""
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None
