"""Putting an order right from its page: confidential 保密, and whom it concerns 回避."""

from typing import Any

from flask import request

from app.console import doorway, forms, guard
from app.console.acting import act_on, status_name
from app.work_orders import confidential, recusal

blueprint = doorway.pages("console_corrections", "/console/work-orders")


@blueprint.post("/<number>/confide")
def confide(number: str) -> Any:
    def act() -> str:
        forms.seen(number)
        confidential.confide(number, guard.actor(), as_reporter=False)
        return "已设为保密，只有承办人和本社区管理员能看到反映人的信息。"

    return act_on(number, "confide", act)


@blueprint.post("/<number>/recuse")
def recuse(number: str) -> Any:
    def act() -> str:
        reason = forms.text("reason", required="请写明为什么要回避。")
        forms.seen(number)
        order = recusal.recuse(number, guard.actor(), request.form.get("person", ""), reason)
        return f"已登记回避，那位同事看不到这件工单了。工单现在是“{status_name(order)}”。"

    return act_on(number, "recuse", act)
