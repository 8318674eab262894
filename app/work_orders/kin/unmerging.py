"""撤销并案: what was merged is itself again, with the deadlines it had; its clock ran on meanwhile."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from app import clock, errors
from app.db import db
from app.deadlines import timers
from app.deadlines.limits import ServiceClass
from app.errors import Conflict
from app.people.actor import SYSTEM, Actor, System
from app.work_orders import custody, due_dates, moves, policy, queries
from app.work_orders.assignment import give_back
from app.work_orders.facts import owe
from app.work_orders.kin import concerns, merged
from app.work_orders.models import Reporter, WorkOrder
from app.work_orders.side_records import Kind, SideRecord, find_open
from app.work_orders.workflow import ENDED, Action, Status, refusal

HELD = (Status.ASSIGNED, Status.IN_PROGRESS)


def unmerge(number: str, manager: Actor, reason: str) -> WorkOrder:
    """撤销并案: by a manager of the place, within the days for it, while the other order is not over."""
    policy.ensure_may(manager, Action.UNMERGE)
    order = queries.find(number, manager)
    policy.ensure_here(manager, order, Action.UNMERGE)
    if order.status != Status.MERGED:
        raise refusal(Status(order.status), Action.UNMERGE)
    if policy.is_unmerging_over(order):
        raise Conflict("并案已超过30天，不能再撤销；问题还在，请反映人重新反映。", reason="too-late")
    if not reason.strip():
        raise errors.field("reason", "请写明为什么撤销并案，承办人会看到。")
    target = merged.target(order)
    if target.status in ENDED:
        raise Conflict("并入的工单已经归档，不能再撤销并案；反映人可以在自己的工单里申请重办。", reason="target-over")
    queries.lock(order, target)
    _restore(order, manager, words=reason, visible="act", target=target.number)
    _part(order, target)
    target.take(Action.ABSORB, by=manager, visible="internal", step="undone", source=order.number)
    _give_time_back(order, target)
    return order


def free_all(target: WorkOrder) -> None:
    """The other order was withdrawn or declined: what was merged into it lives again at once."""
    for order in merged.sources(target):
        _restore(order, SYSTEM, target=target.number, because=target.status)
        _part(order, target)


def _restore(order: WorkOrder, by: Actor | System, **more: Any) -> None:
    """Back to where it was, and to whoever had it if they still can; else to others."""
    record = find_open(order, Kind.MERGE)
    if record is None:
        raise RuntimeError(f"{order.number} is merged, but nothing tells what it was before")
    back, former = Status(record.facts["back"]), record.to_id
    stays = back in HELD and former is not None and _can_go_on(order, former)
    order.merged_into_id = order.closed_at = None
    more |= {"answers": {Kind.MERGE: "unmerged"}}
    if stays and former is not None:
        order.take(Action.UNMERGE, by=by, to=back, assignee=former, **more)
        custody.hand_over(order, former, Action.UNMERGE)
        if back is Status.ASSIGNED:
            custody.await_step(order, "sign", "ladder" if ServiceClass(order.class_code).is_urgent else "sign")
    else:
        _to_others(order, by, back, more)
    _watch_again(order, record)
    owe("unmerged", order, assignee_id=former if stays else None)


def _can_go_on(order: WorkOrder, account_id: int) -> bool:
    is_barred = account_id in custody.barred(order)
    return not is_barred and queries.still_works(account_id, order) and bool(custody.with_room([account_id]))


def _to_others(order: WorkOrder, by: Actor | System, back: Status, more: Mapping[str, Any]) -> None:
    """What was in hand goes to others; with nobody there it waits for an office, as it does where it waited before."""
    if back is Status.SUBMITTED or not give_back(order, Action.UNMERGE, by, **more):
        order.take(Action.UNMERGE, by=by, to=Status.SUBMITTED, **more)
        custody.await_step(order, "accept")


def _watch_again(order: WorkOrder, record: SideRecord) -> None:
    """Limits that passed while nothing could come of them are looked at again; of what is late no more warnings."""
    is_late = order.due_at is not None and order.due_at <= clock.now()
    kinds = ("contact", *due_dates.OF_DUE) if is_late else due_dates.WATCHED
    timers.again(order.id, order.round, kinds, record.opened_at)


def _part(order: WorkOrder, target: WorkOrder) -> None:
    """Whoever came with the order leaves the other one, unless they are there with another that was merged into it."""
    others = _still_there(order, target)
    for reporter in _came(order, target):
        elsewhere = others.get(reporter.account_id)
        if elsewhere is not None:
            reporter.came_from_id = elsewhere
        elif reporter.left_at is None:
            reporter.left_at = clock.now()
    concerns.part(order, [target, *merged.sources(target)])


def _came(order: WorkOrder, target: WorkOrder) -> list[Reporter]:
    came = select(Reporter).where(Reporter.work_order_id == target.id, Reporter.came_from_id == order.id)
    return list(db.session.scalars(came.order_by(Reporter.id)))


def _still_there(order: WorkOrder, target: WorkOrder) -> dict[int | None, int]:
    """By account, another order that is merged into the same one and that the person reported too."""
    rows = db.session.execute(
        select(Reporter.account_id, Reporter.work_order_id)
        .join(WorkOrder, WorkOrder.id == Reporter.work_order_id)
        .where(WorkOrder.merged_into_id == target.id, WorkOrder.id != order.id)
        .where(Reporter.left_at.is_(None), Reporter.account_id.is_not(None))
    )
    return {row.account_id: row.work_order_id for row in rows}


def _give_time_back(order: WorkOrder, target: WorkOrder) -> None:
    """The other order is due again when its own time and its own moves say."""
    absorbed = _absorption(order, target)
    if absorbed is None:
        return
    absorbed.outcome = moves.UNDONE
    if absorbed.round != target.round or target.due_at is None:
        return
    own = moves.reached(*due_dates.counted(target), moves.of_round(target))
    if own > target.due_at:
        due_dates.set_due(target, own)
        target.due_provisional = due_dates.rests_on_provisional(target)


def _absorption(order: WorkOrder, target: WorkOrder) -> SideRecord | None:
    of_target = select(SideRecord).where(
        SideRecord.work_order_id == target.id,
        SideRecord.kind == Kind.ABSORPTION.value,
        SideRecord.outcome == moves.ABSORBED,
    )
    return next((one for one in db.session.scalars(of_target) if one.facts["source"] == order.number), None)
