"""Orders that wait: asking the reporter for more, going on without, and deciding about more time."""

from typing import Any

from flask import request

from app import errors
from app.console import doorway, forms, guard
from app.console.acting import act_on, status_name
from app.work_orders import extensions, questions, resuming

blueprint = doorway.pages("console_waiting", "/console/work-orders")


@blueprint.post("/<number>/ask")
def ask(number: str) -> Any:
    def act() -> str:
        question = forms.text("question", required="请写明需要反映人补充什么。")
        forms.seen(number)
        questions.ask(number, guard.actor(), question)
        return "已请反映人补充，时限暂停计算；到期没有答复会自动恢复。"

    return act_on(number, "ask", act)


@blueprint.post("/<number>/resume")
def resume(number: str) -> Any:
    def act() -> str:
        note = forms.text("note")
        order = forms.seen(number)
        resuming.resume(number, guard.actor(), note)
        return f"已恢复办理，时限顺延。工单现在是“{status_name(order)}”。"

    return act_on(number, "resume", act)


@blueprint.post("/<number>/decide-extension")
def decide_extension(number: str) -> Any:
    def act() -> str:
        decision = request.form.get("decision", "")
        if decision not in ("approve", "refuse"):
            raise errors.field("decision", "请选择同意或不同意。")
        note = forms.text("note", required="请写明审批的意见，承办人会看到。")
        forms.seen(number)
        extensions.decide(number, guard.actor(), decision == "approve", note)
        return "已同意延期，新的时限已告知承办人和反映人。" if decision == "approve" else "没有同意延期，时限不变。"

    return act_on(number, "decide_extension", act)
