"""重办: what was closed is taken up again in a new round, when a reporter asks for it or a manager sees the need."""

from collections.abc import Sequence

from app import errors
from app.errors import Conflict
from app.people.actor import Actor
from app.photos.attaching import attach
from app.photos.models import Purpose
from app.work_orders import follow_up, policy, queries, rework
from app.work_orders.facts import owe
from app.work_orders.models import WorkOrder
from app.work_orders.workflow import Action, Status, next_status


def reopen(number: str, reporter: Actor, reason: str, photo_ids: Sequence[str]) -> WorkOrder:
    """A reporter says that the trouble is back: within the days for it, and not for ever."""
    policy.ensure_may(reporter, Action.REOPEN)
    order, _own = queries.find_as_reporter(number, reporter)
    if order.status == Status.CLOSED:
        _ensure_may_reopen(order)
    _begin(order, reporter, reason)
    attach(photo_ids, reporter.account_id, order.id, Purpose.REPORT, order.round)
    return order


def reopen_by_office(number: str, manager: Actor, reason: str) -> WorkOrder:
    """A manager of the place has it done again, whenever it turns out to be needed."""
    policy.ensure_may(manager, Action.REOPEN)
    order = queries.find(number, manager)
    policy.ensure_here(manager, order, Action.REOPEN)
    _begin(order, manager, reason)
    return order


def _ensure_may_reopen(order: WorkOrder) -> None:
    if Action.REOPEN in policy.used_up(queries.actions_of(order)):
        raise Conflict("这件诉求已经重办过两次，请联系所在社区的管理员，或者重新反映。", reason="reopened-twice")
    if policy.is_reopening_over(order):
        raise Conflict("归档已超过30天，不能再重办；问题还在，请重新反映。", reason="too-late")


def _begin(order: WorkOrder, by: Actor, reason: str) -> None:
    if not reason.strip():
        raise errors.field("reason", "请写明问题现在是什么情况。")
    next_status(Status(order.status), Action.REOPEN, Status.POOLED)
    follow_up.drop(order)
    rework.begin_again(order, Action.REOPEN, by, reason)
    owe("reopened", order)
    rework.watch(order)
