"""Putting an order right from its page: category, place, confidence 保密, whom it concerns 回避; and the number."""

from typing import Any

from flask import request

from app import errors
from app.console import doorway, forms, guard
from app.console.acting import act_on, show, status_name
from app.territory.placing import place_by_building
from app.work_orders import confidential, corrections, recusal
from app.work_orders import reveal as revealing
from app.work_orders.side_records import Kind

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


@blueprint.post("/<number>/recategorise")
def recategorise(number: str) -> Any:
    def act() -> str:
        reason = forms.text("reason", required="请写明为什么要改类别。")
        forms.seen(number)
        order = corrections.recategorise(number, guard.actor(), request.form.get("category", ""), reason)
        if order.has_open(Kind.CATEGORY):
            return "改类别会让时限变长，已提交申请，等待其他管理员审批。"
        return f"类别已改，时限已重新确定。工单现在是“{status_name(order)}”。"

    return act_on(number, "recategorise", act)


@blueprint.post("/<number>/decide-category")
def decide_category(number: str) -> Any:
    def act() -> str:
        answer = request.form.get("answer", "")
        if answer not in ("approve", "refuse"):
            raise errors.field("answer", "请选择同意或不同意。")
        note = forms.text("note")
        forms.seen(number)
        corrections.decide_category(number, guard.actor(), answer == "approve", note)
        return "已同意改类别，时限已重新确定。" if answer == "approve" else "已不同意改类别，承办人会看到理由。"

    return act_on(number, "decide_category", act)


@blueprint.post("/<number>/relocate")
def relocate(number: str) -> Any:
    def act() -> str:
        reason = forms.text("reason", required="请写明为什么要改地点。")
        building, unit = forms.text("building", most=40), forms.text("unit", most=40)
        forms.seen(number)
        place = place_by_building(request.form.get("compound_id", "")[:22], building, unit)
        corrections.relocate(number, guard.actor(), place, reason)
        return "地点已更正；换了社区的，已按规则转给负责新地点的同事。"

    return act_on(number, "relocate", act)


@blueprint.post("/<number>/phone")
def reveal(number: str) -> Any:
    """The number is on this one answer and nowhere else; the form sent again shows none."""
    found: list[str] = []

    def act() -> str:
        reason = forms.text("reason", required="请写明为什么要查看电话。")
        forms.seen(number)
        found.append(revealing.reveal(number, guard.actor(), reason))
        return "查看电话已记录。号码只显示这一次，需要再看请重新填写理由。"

    answer = act_on(number, "reveal", act)
    return show(number, phone=found[0]) if found and answer.status_code == 303 else answer
