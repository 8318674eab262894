"""重办: what was closed is taken up again in a new round, when a reporter asks for it or a manager sees the need."""

from collections.abc import Sequence
from typing import Any

from app import errors
from app.errors import Conflict
from app.people.actor import Actor
from app.photos.attaching import attach
from app.photos.models import Purpose
from app.work_orders import due_dates, follow_up, policy, queries, rework
from app.work_orders.facts import owe
from app.work_orders.kin import merged
from app.work_orders.models import WorkOrder
from app.work_orders.side_records import Kind
from app.work_orders.workflow import Action, Status, next_status


def reopen(number: str, reporter: Actor, reason: str, photo_ids: Sequence[str]) -> WorkOrder:
    """A reporter says that the trouble is back: within the days for it, and not for ever."""
    policy.ensure_may(reporter, Action.REOPEN)
    order, own = queries.find_as_reporter(number, reporter)
    if order.status == Status.MERGED:
        return _reopen_own(order, reporter, reason, photo_ids)
    if order.status == Status.CLOSED:
        if own.came_from_id is not None:
            raise Conflict("您的诉求是并入这件工单办理的，请打开您自己的那件诉求申请重办。", reason="reopen-own")
        _ensure_may_reopen(order)
    _begin(order, reporter, reason)
    attach(photo_ids, reporter.account_id, order.id, Purpose.REPORT, order.round)
    return order


def _reopen_own(order: WorkOrder, reporter: Actor, reason: str, photo_ids: Sequence[str]) -> WorkOrder:
    """What was merged begins again by itself, after the order that it was settled with has closed; that one stays."""
    target = merged.target(order)
    if target.status != Status.CLOSED:
        raise Conflict("您的诉求已并案，还在一并办理，办完归档后才能申请重办。", reason="not-closed")
    if policy.is_reopening_over(target):
        raise Conflict("归档已超过30天，不能再重办；问题还在，请重新反映。", reason="too-late")
    _ensure_fewer(order)
    if order.accepted_at is None:
        due_dates.set_first(order)
    order.merged_into_id = None
    _begin(order, reporter, reason, answers={Kind.MERGE: "reopened"}, target=target.number)
    attach(photo_ids, reporter.account_id, order.id, Purpose.REPORT, order.round)
    return order


def reopen_by_office(number: str, manager: Actor, reason: str) -> WorkOrder:
    """A manager of the place has it done again, whenever it turns out to be needed."""
    policy.ensure_may(manager, Action.REOPEN)
    order = queries.find(number, manager)
    policy.ensure_here(manager, order, Action.REOPEN)
    if order.parent_id is not None:
        raise Conflict("拆分件不单独重办，请在原工单上重办。")
    if order.status == Status.MERGED:
        raise Conflict("这件工单已并案，请用“撤销并案”恢复办理。")
    _begin(order, manager, reason)
    return order


def _ensure_may_reopen(order: WorkOrder) -> None:
    _ensure_fewer(order)
    if policy.is_reopening_over(order):
        raise Conflict("归档已超过30天，不能再重办；问题还在，请重新反映。", reason="too-late")


def _ensure_fewer(order: WorkOrder) -> None:
    if Action.REOPEN in policy.used_up(queries.actions_of(order)):
        raise Conflict("这件诉求已经重办过两次，请联系所在社区的管理员，或者重新反映。", reason="reopened-twice")


def _begin(order: WorkOrder, by: Actor, reason: str, **more: Any) -> None:
    if not reason.strip():
        raise errors.field("reason", "请写明问题现在是什么情况。")
    next_status(Status(order.status), Action.REOPEN, Status.POOLED)
    follow_up.drop(order)
    rework.begin_again(order, Action.REOPEN, by, reason, **more)
    owe("reopened", order)
    rework.watch(order)
