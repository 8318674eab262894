"""代为上报: taking in what somebody without a phone tells, and settling it there and then 现场办结."""

from collections.abc import Sequence
from dataclasses import dataclass

from app import clock, errors
from app.db import db
from app.errors import NotAllowed
from app.people import queries as people
from app.people.actor import Actor
from app.work_orders import custody, intake, policy, queries, resolution
from app.work_orders.facts import CHANNEL_NAMES, owe
from app.work_orders.intake import Request
from app.work_orders.models import Reporter, WorkOrder
from app.work_orders.offices import helping, unfinished
from app.work_orders.permissions import HANDLERS
from app.work_orders.workflow import Action

CHANNELS = tuple(channel for channel in CHANNEL_NAMES if channel != "phone")


@dataclass(frozen=True)
class Person:
    """Whoever tells it, as they gave their name and number."""

    name: str
    phone: str | None = None


@dataclass(frozen=True)
class Settled:
    """What was done about it on the spot."""

    result: str
    note: str
    photo_ids: Sequence[str] = ()


def take_in(
    request: Request, person: Person, worker: Actor, *, agreed: bool, settled: Settled | None = None
) -> WorkOrder:
    """代为上报: for somebody who agreed to it; whoever takes it in is not the reporter and may handle it."""
    worker.must_have(*HANDLERS)
    if not agreed:
        raise errors.field("agreed", "请先向本人说明用途，征得同意后再代为上报。")
    if request.channel not in CHANNELS:
        raise errors.field("channel", "请选择是在哪里受理的。")
    facts = {"on_behalf": True, "channel": request.channel, "agreed": True}
    order = intake.begin(request, worker, _reporter(request, person, worker), **facts)
    order.taken_in_by_id = worker.account_id
    if settled is None:
        intake.route(order)
    else:
        db.session.flush()
        _settle(order, worker, settled)
    intake.keep_with(order, request, worker)
    return order


def _reporter(request: Request, person: Person, worker: Actor) -> Reporter:
    """Known by their number only where they also live in that compound, so that a wrong digit tells no stranger.

    Whoever takes it in reads the name that was given to them, whether the person is known or not.
    """
    if not person.name.strip():
        raise errors.field("reporter/name", "请填写反映人的姓名或称呼。")
    if person.phone is None:
        return Reporter(name=person.name)
    if people.has_phone(worker.account_id, person.phone):
        raise errors.field("reporter/phone", "这是您自己的手机号；自己的诉求请在居民端上报。")
    account_id = people.neighbour_with(person.phone, request.place.compound_id)
    return Reporter(name=person.name, account_id=account_id, contact=person.phone)


def settle(number: str, worker: Actor, settled: Settled) -> WorkOrder:
    """现场办结: whoever took it in settles it before anybody else has begun."""
    policy.ensure_may(worker, Action.SETTLE)
    order = queries.find(number, worker)
    if order.taken_in_by_id != worker.account_id:
        raise NotAllowed("只有代为上报的人可以现场办结，其他工单请认领后办结。", action=Action.SETTLE)
    _settle(order, worker, settled)
    return order


def _settle(order: WorkOrder, worker: Actor, settled: Settled) -> None:
    resolution.check_result(settled.result, settled.note)
    told = resolution.told(settled.result, settled.photo_ids)
    event = order.take(Action.SETTLE, by=worker, words=settled.note, answers=resolution.SOLVED_BELOW, **told)
    helping.cancel(order, event)
    unfinished.ensure_none(order, Action.SETTLE)
    intake.start_time(order)
    now = clock.now()
    order.responded_at = order.responded_at or now
    order.claimed_at = order.claimed_at or now
    order.contacted_at = order.contacted_at or now
    order.step_due_at = None
    former = custody.hand_over(order, worker.account_id, Action.SETTLE)
    db.session.flush()
    resolution.finish(order, worker, settled.result, settled.photo_ids)
    owe("resolved", order, former_id=former if former != worker.account_id else None)
