"""What an order still waits for before it may end: what other units were asked to do, and its parts."""

from app.errors import Conflict
from app.work_orders.models import WorkOrder
from app.work_orders.offices import helping, task_records
from app.work_orders.workflow import ACTION_NAMES, Action


def ensure_none(order: WorkOrder, action: Action) -> None:
    """409 while somebody who was asked to help has not reported, or a part of the order has not ended."""
    named = ACTION_NAMES[action]
    units = dict.fromkeys(helping.name_of(helping.of(task)) for task in task_records.open_ones(order))
    if units:
        raise Conflict(
            f"{'、'.join(units)}的协办还没有反馈，请等反馈后再{named}；逾期没有反馈的，管理员可以代为登记。",
            reason="open-tasks",
        )
    if order.open_parts > 0:
        raise Conflict(f"拆分出去的{order.open_parts}件还没有办完，请等它们办完后再{named}。", reason="open-parts")
