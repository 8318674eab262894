"""A second look at an order: sending it back, having it done again, urging whoever has it."""

from typing import Any

from app.console import doorway, forms, guard
from app.console.acting import act_on, status_name
from app.work_orders import reopening, urging
from app.work_orders import second_look as rooms

blueprint = doorway.pages("console_second_look", "/console/work-orders")


@blueprint.post("/<number>/send-back")
def send_back(number: str) -> Any:
    def act() -> str:
        reason = forms.text("reason", required="请写明缺少什么，承办人会据此补充。")
        order = forms.seen(number)
        rooms.send_back(number, guard.actor(), reason)
        return f"已退回补充，办结时限不变。工单现在是“{status_name(order)}”。"

    return act_on(number, "send_back", act)


@blueprint.post("/<number>/reopen")
def reopen(number: str) -> Any:
    def act() -> str:
        reason = forms.text("reason", required="请写明问题现在是什么情况。")
        order = forms.seen(number)
        reopening.reopen_by_office(number, guard.actor(), reason)
        return f"已重办，这是第{order.round}轮办理。工单现在是“{status_name(order)}”。"

    return act_on(number, "reopen", act)


@blueprint.post("/<number>/urge")
def urge(number: str) -> Any:
    def act() -> str:
        note = forms.text("note")
        forms.seen(number)
        urging.urge_from_above(number, guard.actor(), note)
        return "已催办，承办单位会收到提醒，应在一个工作日内回复。"

    return act_on(number, "urge", act)
