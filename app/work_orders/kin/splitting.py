"""拆分: parts of an order that others must do become orders of their own; they are rated on that order alone."""

from collections.abc import Sequence
from dataclasses import dataclass

from app import clock, errors, parameters
from app.db import db
from app.deadlines import timers
from app.deadlines.limits import ServiceClass, Step
from app.deadlines.queries import calendar, limits
from app.errors import Conflict
from app.people.actor import Actor
from app.territory.models import Level
from app.work_orders import catalogue, due_dates, intake, moves, numbers, policy, queries, side_records
from app.work_orders.catalogue import Kind as Category
from app.work_orders.facts import owe
from app.work_orders.kin import parts
from app.work_orders.models import WorkOrder
from app.work_orders.side_records import Kind
from app.work_orders.workflow import Action, Status, next_status

MOST = ("parts_per_order", 10)
PLACE = (
    *(f"{level}_id" for level in Level),
    "compound_id", "building", "unit", "lat", "lng", "given_lat", "given_lng", "coordinate_system", "address",
    "place_text", "unplaced",
)  # fmt: skip
"""What tells where an order is; a part is where its order is."""


@dataclass(frozen=True)
class Part:
    """What somebody else is to do: under which category, and in words."""

    category: str
    description: str


def split(number: str, manager: Actor, wanted: Sequence[Part], reason: str) -> WorkOrder:
    """拆分: by a manager of the place; each part is routed at once and has the time that the order has left."""
    policy.ensure_may(manager, Action.SPLIT)
    order = queries.find(number, manager)
    policy.ensure_here(manager, order, Action.SPLIT)
    next_status(Status(order.status), Action.SPLIT)
    kinds = _checked(wanted)
    if not reason.strip():
        raise errors.field("reason", "请写明为什么拆分，承办人和上级会看到。")
    _ensure_may(order, len(wanted))
    intake.start_time(order)  # What nobody had accepted is accepted by it.
    made = [_new(order, kind, one) for kind, one in zip(kinds, wanted, strict=True)]
    order.take(
        Action.SPLIT, by=manager, words=reason, visible="act", count=len(made), parts=[part.number for part in made]
    )
    order.open_parts += len(made)
    for part in made:
        _send(part, order, manager)
    owe("split", order)
    return order


def _checked(wanted: Sequence[Part]) -> list[Category]:
    if not wanted:
        raise errors.field("parts", "请至少填写一个要拆分出去的部分。")
    faults = {
        f"parts/{place}/description": ["请写明这一部分要办什么。"]
        for place, part in enumerate(wanted)
        if not part.description.strip()
    }
    if faults:
        raise errors.Invalid(fields=faults)
    return [catalogue.leaf(part.category) for part in wanted]


def _ensure_may(order: WorkOrder, more: int) -> None:
    if order.parent_id is not None:
        raise Conflict("这件工单本身是拆分件，不能再拆分；请在原工单上拆分。")
    if order.has_open(Kind.APPEAL):
        raise Conflict("居民对不予受理提出了申诉，请等上一级单位复核后再拆分。")
    most = parameters.number(*MOST)
    left = most - parts.count(order)
    if more > left:
        told = f"现在最多还能拆分{left}个" if left > 0 else "不能再拆分"
        raise Conflict(f"一件工单最多拆分{most}个部分，{told}。", reason="too-many")


def _new(order: WorkOrder, kind: Category, wanted: Part) -> WorkOrder:
    """A part, not yet written: nobody reports it by itself, and nothing confidential is lost."""
    now = clock.now()
    part = WorkOrder(
        number=numbers.new(now),
        status=None,
        round=1,
        parent_id=order.id,
        category_code=kind.code,
        channel=order.channel,
        lead_unit_id=order.community_id or order.subdistrict_id or order.district_id or order.city_id,
        description=wanted.description,
        answers={},
        confidential=order.confidential,
        unchecked=False,
        hidden=False,
        open_tasks=0,
        open_parts=0,
        misses=0,
        created_at=now,
        accepted_at=now,
        **{name: getattr(order, name) for name in PLACE},
    )
    _set_time(part, order, str(kind.class_code))
    part.emergency = part.class_code == ServiceClass.P0
    return part


def _set_time(part: WorkOrder, order: WorkOrder, class_code: str) -> None:
    """What the order has left; a more urgent class of the part's own counts from now, where that ends earlier."""
    start, span = due_dates.counted(order)
    is_more_urgent = _rank(class_code) < _rank(order.class_code)
    part.class_code = class_code if is_more_urgent else order.class_code
    own = limits()[ServiceClass(part.class_code), Step.RESOLVE]
    soon = calendar().due(clock.now(), own)
    if is_more_urgent and order.due_at is not None and soon < order.due_at:
        due_dates.count_from(part, clock.now(), own)
        part.due_at = part.original_due_at = soon
    else:
        due_dates.count_from(part, start, span)
        part.due_at, part.original_due_at = order.due_at, order.original_due_at
        part.moved = True
    sign = calendar().due(clock.now(), limits()[ServiceClass(part.class_code), Step.SIGN])
    part.sign_due_at = min(sign, part.due_at) if part.due_at is not None else sign
    part.due_provisional = due_dates.rests_on_provisional(part)


def _rank(class_code: str) -> int:
    return list(ServiceClass).index(ServiceClass(class_code))


def _send(part: WorkOrder, order: WorkOrder, manager: Actor) -> None:
    """Write the part down and send it on its way by the rules, as any order."""
    event = part.take(Action.SUBMIT, by=manager, part_of=order.number)
    db.session.add(part)
    if part.moved and part.due_at is not None:
        facts = {"due": part.due_at.isoformat(), "source": order.number}
        side_records.write_down(part, Kind.ABSORPTION, event, moves.INHERITED, **facts)
    intake.route(part)
    earlier = moves.of_round(part) if part.moved else ()
    now = clock.now()
    ahead = {kind: at for kind, at in due_dates.moments(part, earlier).items() if at > now or kind in due_dates.OF_DUE}
    timers.start(part.id, part.round, ahead)
