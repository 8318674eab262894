"""One order in full, for whoever may see it: four statements, whatever its history."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, select

from app.db import db
from app.errors import NotFound
from app.people import phones
from app.people.actor import Actor
from app.people.models import Account
from app.photos import queries as photos
from app.photos.models import Purpose
from app.photos.queries import Shown
from app.work_orders import calls, confidential, lines, policy, scope
from app.work_orders.calls import Call
from app.work_orders.joining import Standing, stands
from app.work_orders.kin import merged
from app.work_orders.lines import Line
from app.work_orders.models import Rating, Reporter, WorkOrder
from app.work_orders.queries import ABSENT, PEOPLE_KEPT
from app.work_orders.side_records import Kind
from app.work_orders.workflow import Action

UNNAMED = "要求保密"


@dataclass(frozen=True)
class ReporterShown:
    name: str
    phone_masked: str | None
    is_first: bool


@dataclass(frozen=True)
class Detail:
    order: WorkOrder
    assignee_name: str | None
    lines: Sequence[Line]
    photos: Sequence[Shown]
    reporters: Sequence[ReporterShown]
    rating: Row[Any] | None
    actions: Sequence[str]
    calls: Sequence[Call]
    standing: Standing | None = None  # of a reader who is a reporter
    merged_into: str | None = None  # the number of what it was merged into, where the reader may see that


def detail(number: str, actor: Actor, *, as_reporter: bool = False) -> Detail:
    """The order with all that this person may see of it; raises NotFound for foreign and absent alike."""
    row = db.session.execute(_seen_by(actor, as_reporter), {"number": number}).one_or_none()
    if row is None:
        raise NotFound(ABSENT)
    order, assignee_name = row
    reporters = _reporters(order)
    own = next((one for one in reporters if one.account_id == actor.account_id), None)
    standing = stands(own.is_first, own.id != min(one.id for one in reporters)) if own and as_reporter else None
    pictures = _pictures(order, actor, standing)
    events = lines.events(order)
    reader = None if standing is None else lines.reader(events, actor.account_id, standing)
    target = merged.target_for(order, actor, as_reporter=as_reporter)
    done = [row.action for row in events]
    reporter_ids = {one.account_id for one in reporters if one.account_id is not None}
    return Detail(
        order=order,
        assignee_name=assignee_name,
        lines=lines.lines(events, pictures, reporter_ids, reader),
        photos=[one for one in pictures if one.purpose is Purpose.REPORT and (standing is None or one.round == 1)],
        reporters=[] if as_reporter else [_shown(order, one, actor) for one in reporters if one.left_at is None],
        rating=own if own is not None and own.solved else None,
        actions=_actions(order, actor, reporters, own if as_reporter else None, done, target),
        calls=calls.calls(events),
        standing=standing,
        merged_into=target.number if target is not None and target.may_see else None,
    )


@lru_cache(PEOPLE_KEPT)
def _seen_by(actor: Actor, as_reporter: bool) -> Select[Any]:
    condition = scope.reported_by(actor) if as_reporter else scope.handled_by(actor)
    return (
        select(WorkOrder, Account.name)
        .outerjoin(Account, Account.id == WorkOrder.assignee_id)
        .where(WorkOrder.number == bindparam("number"), condition)
    )


def _pictures(order: WorkOrder, actor: Actor, standing: Standing | None) -> list[Shown]:
    """Neighbours see no photos; whoever follows the first reporter sees those of the work."""
    if standing is Standing.JOINED:
        return []
    found = photos.of_orders([order.id], actor, at_work=standing is None)[order.id]
    return [one for one in found if standing is not Standing.HEIR or one.purpose is not Purpose.REPORT]


_REPORTERS = (
    select(
        Reporter.id,
        Reporter.account_id,
        Reporter.left_at,
        Reporter.name.label("given_name"),
        Reporter.contact,
        Reporter.is_first,
        Reporter.came_from_id,
        Account.name,
        Account.phone,
        Rating.answered,
        Rating.solved,
        Rating.satisfied,
        Rating.comment,
        Rating.created_at,
    )
    .outerjoin(Account, Account.id == Reporter.account_id)
    .outerjoin(
        Rating,
        # Names the order too, since by the reporter alone SQLite would read every rating of the city.
        and_(
            Rating.work_order_id == Reporter.work_order_id,
            Rating.round == bindparam("round"),
            Rating.reporter_id == Reporter.id,
        ),
    )
    .where(Reporter.work_order_id == bindparam("order_id"))
    .order_by(Reporter.is_first.desc(), Reporter.id)
)


def _reporters(order: WorkOrder) -> Sequence[Row[Any]]:
    """Everyone who reported it or joined, with what they said of this round; the first one first."""
    return db.session.execute(_REPORTERS, {"order_id": order.id, "round": order.round}).all()


def _shown(order: WorkOrder, reporter: Row[Any], actor: Actor) -> ReporterShown:
    """Whoever has the order reads the name; others its first character; phones are always masked.

    Of a confidential order those who work on it read the first character, and others nothing.
    """
    if order.confidential and not confidential.works_on(order, actor):
        return ReporterShown(UNNAMED, None, reporter.is_first)
    known = reporter.given_name or reporter.name
    name = known or "居民"
    if known and (order.assignee_id != actor.account_id or order.confidential):
        name = f"{known[0]}**"
    return ReporterShown(name, phones.masked(reporter.contact or reporter.phone), reporter.is_first)


def _actions(
    order: WorkOrder,
    actor: Actor,
    reporters: Sequence[Row[Any]],
    own: Row[Any] | None,
    done: Sequence[str],
    target: Row[Any] | None,
) -> list[str]:
    """What the order's row allows, without what was done as often as it may be; `own` is the reader as a reporter.

    What was merged is reopened by its own reporters alone, once what it was merged into has closed.
    """
    found = policy.actions(order, actor, reporter=own is not None, joined=own is not None and not own.is_first)
    if own is not None and target is not None and merged.may_reopen(target):
        found.append(Action.REOPEN.value)
    over = policy.used_up(done)
    if own is not None and own.came_from_id is not None:
        over.add(Action.REOPEN)
    if Action.APPEAL in done and not order.has_open(Kind.APPEAL):
        over.add(Action.DECLINE)  # what was decided upon the appeal stands
    if own is None:
        over.discard(Action.REOPEN)  # a manager may always
    rated_by = {one.account_id for one in reporters if one.solved is not None}
    if actor.account_id in rated_by:
        over.add(Action.RATE)
    if rated_by:
        over.add(Action.AMEND)
    return [action for action in found if action not in over]
