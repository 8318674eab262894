"""Putting an order right from its page: confidential 保密."""

from typing import Any

from app.console import doorway, forms, guard
from app.console.acting import act_on
from app.work_orders import confidential

blueprint = doorway.pages("console_corrections", "/console/work-orders")


@blueprint.post("/<number>/confide")
def confide(number: str) -> Any:
    def act() -> str:
        forms.seen(number)
        confidential.confide(number, guard.actor(), as_reporter=False)
        return "已设为保密，只有承办人和本社区管理员能看到反映人的信息。"

    return act_on(number, "confide", act)
