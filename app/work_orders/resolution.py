"""Settling an order: resolve 办结, and close 归档 once the residents have spoken."""

from collections.abc import Sequence
from typing import Any

from app import clock, errors
from app.deadlines import timers
from app.deadlines.action_limits import due
from app.errors import Conflict
from app.people.actor import SYSTEM, Actor, System
from app.photos.attaching import attach
from app.photos.models import Purpose
from app.work_orders import catalogue, custody, policy, queries
from app.work_orders.facts import RESULT_NAMES, owe
from app.work_orders.kin import parts
from app.work_orders.models import WorkOrder
from app.work_orders.offices import unfinished
from app.work_orders.side_records import Kind
from app.work_orders.workflow import Action

OUTCOME_NAMES = {
    "rated": "居民评价后归档",
    "unrated": "到期未评价，自动归档",
    "followed_up": "回访后归档",
    "not_followed_up": "逾期未回访归档，按不满意统计",
    "terminated": "经批准终止办理",
    "part": "拆分件办结",
}
SOLVED_BELOW = {Kind.ESCALATION: "solved_below"}
"""Whoever was called to help need not come any more."""


def resolve(number: str, worker: Actor, result: str, note: str, photo_ids: Sequence[str]) -> WorkOrder:
    """办结: result, words, and photos where the category asks; the resident's time stops, ratings are asked for."""
    order = queries.find(number, worker)
    policy.ensure_has(worker, order, Action.RESOLVE)
    check_result(result, note)
    order.take(Action.RESOLVE, by=worker, words=note, answers=SOLVED_BELOW, **told(result, photo_ids))
    unfinished.ensure_none(order, Action.RESOLVE)
    finish(order, worker, result, photo_ids)
    owe("resolved", order)
    if order.parent_id is not None:
        close(order, "part")
    return order


def finish(order: WorkOrder, worker: Actor, result: str, photo_ids: Sequence[str]) -> None:
    """What every settling leaves behind: result, evidence, nobody busy with it, and the time for rating."""
    if catalogue.requires_photo(order.category_code) and not photo_ids:
        raise errors.field("photo_ids", "这类诉求办结时需要附上现场照片，请拍照后再提交。")
    order.result, order.resolved_at = result, clock.now()
    attach(photo_ids, worker.account_id, order.id, Purpose.RESOLVE, order.round)
    former = custody.let_go(order)
    order.assignee_id = former  # whoever resolved it still answers for it, without counting as busy
    if order.parent_id is None:  # A part is rated on its order alone.
        timers.start(order.id, order.round, {"rate": due("rate", order.resolved_at)})


def amend(number: str, worker: Actor, result: str, note: str, photo_ids: Sequence[str]) -> WorkOrder:
    """更正: what was settled is told better, before anybody rated it; what was said first stays in the timeline."""
    order = queries.find(number, worker)
    policy.ensure_has(worker, order, Action.AMEND)
    check_result(result, note)
    order.take(Action.AMEND, by=worker, words=note, **told(result, photo_ids))
    if queries.is_rated(order):
        raise Conflict("居民已经评价，不能再更正；有新的情况，请联系反映人说明。", reason="already-rated")
    order.result = result
    attach(photo_ids, worker.account_id, order.id, Purpose.RESOLVE, order.round)
    owe("amended", order)
    return order


def told(result: str, photo_ids: Sequence[str]) -> dict[str, Any]:
    """What a line of settling holds beside its words; by its photos each try keeps its own evidence."""
    return {"result": result, "result_name": RESULT_NAMES[result], "photos": list(photo_ids)}


def check_result(result: str, note: str) -> None:
    """Whoever settles something chooses a result and says what was done."""
    if result not in RESULT_NAMES:
        raise errors.field("result", "请选择办理结果。")
    if not note.strip():
        raise errors.field("note", "请写明办理的情况和结果。")


def close(order: WorkOrder, outcome: str, by: Actor | System = SYSTEM) -> None:
    """归档: unrated is never counted as satisfied, so how it was closed is kept."""
    order.take(Action.CLOSE, by=by, outcome=outcome, outcome_name=OUTCOME_NAMES[outcome])
    order.outcome, order.closed_at = outcome, clock.now()
    owe("closed", order)
    parts.ended(order)
