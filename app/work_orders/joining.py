"""附议: a neighbour joins an order and leaves it again; when whoever reported it goes, the earliest of them follows."""

from enum import StrEnum

from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from app import clock
from app.db import db
from app.errors import Conflict, NotAllowed
from app.people import queries as people
from app.people.actor import Actor
from app.work_orders import custody, policy, queries
from app.work_orders.facts import owe
from app.work_orders.models import Reporter, WorkOrder
from app.work_orders.workflow import ACTION_NAMES, Action


class Standing(StrEnum):
    """What a reporter is to an order, which decides how much of it they read."""

    AUTHOR = "author"  # whoever reported it
    HEIR = "heir"  # joined it, and answers for it since whoever reported it left
    JOINED = "joined"


def standing(order: WorkOrder, reporter: Actor) -> Standing:
    """How this person stands behind the order."""
    earlier = aliased(Reporter)
    is_later = exists().where(earlier.work_order_id == Reporter.work_order_id, earlier.id < Reporter.id)
    own = select(Reporter.is_first, is_later).where(
        Reporter.work_order_id == order.id, Reporter.account_id == reporter.account_id
    )
    is_first, came_later = db.session.execute(own).one()
    return stands(is_first, came_later)


def stands(is_first: bool, came_later: bool) -> Standing:
    if not is_first:
        return Standing.JOINED
    return Standing.HEIR if came_later else Standing.AUTHOR


def join(number: str, resident: Actor) -> WorkOrder:
    """附议: somebody of the same compound stands behind the order too, and rates for themselves."""
    policy.ensure_may(resident, Action.JOIN)
    order = find(number, resident)
    own = _own(order, resident)
    if own is not None and own.left_at is None:
        raise Conflict("这件诉求您已经反映或附议过，请在“我的诉求”里查看进展。", reason="already-joined")
    if resident.account_id in (order.assignee_id, order.offered_to_id) or custody.ever_held(order, resident.account_id):
        raise NotAllowed("您承办过这件工单，不能附议；有情况请写进办理记录。", action=Action.JOIN)
    order.take(Action.JOIN, by=resident)
    if own is None:
        own = Reporter(work_order=order, account_id=resident.account_id)
        db.session.add(own)
    own.is_first, own.left_at, own.came_from_id, own.created_at = False, None, None, clock.now()
    owe("joined", order)
    return order


def find(number: str, resident: Actor) -> WorkOrder:
    """An order of the compound where this person lives, or one they stand behind already."""
    home = people.home_compound(resident.account_id)
    if home is None:
        raise Conflict("请先登记您居住的小区，再附议本小区的诉求。", reason="no-home")
    return queries.find_joinable(number, resident, home)


def _own(order: WorkOrder, resident: Actor) -> Reporter | None:
    """What the person is to the order, or was."""
    return db.session.scalar(
        select(Reporter).where(Reporter.work_order_id == order.id, Reporter.account_id == resident.account_id)
    )


def leave(number: str, resident: Actor) -> WorkOrder:
    """退出附议: the order goes on without this neighbour."""
    policy.ensure_may(resident, Action.LEAVE)
    order, own = queries.find_as_reporter(number, resident)
    if own.is_first:
        raise Conflict("您是这件诉求的反映人；不需要办理了，请用“撤回”。", reason="withdraw-instead")
    order.take(Action.LEAVE, by=resident)
    own.left_at = clock.now()
    owe("left", order)
    return order


def hand_on(order: WorkOrder, own: Reporter, by: Actor, reason: str) -> bool:
    """Let the earliest neighbour follow the first reporter, who leaves; False when nobody joined.

    Whoever came with a merged order has that one to go on with.
    """
    others = select(Reporter).where(
        Reporter.work_order_id == order.id,
        Reporter.left_at.is_(None),
        Reporter.came_from_id.is_(None),
        Reporter.id != own.id,
    )
    heir = db.session.scalars(others.order_by(Reporter.created_at, Reporter.id).limit(1)).first()
    if heir is None:
        return False
    order.take(Action.LEAVE, by=by, words=reason, handed_on=True)
    own.left_at, own.is_first, heir.is_first = clock.now(), False, True
    owe("left", order, heir_id=heir.account_id)
    return True


def find_as_first(number: str, reporter: Actor, action: Action) -> tuple[WorkOrder, Reporter]:
    """An order that this person answers for; neighbours who joined do not decide for it as a whole."""
    order, own = queries.find_as_reporter(number, reporter)
    if not own.is_first:
        raise NotAllowed(
            f"您附议了这件诉求，只有反映人可以{ACTION_NAMES[action]}；不再关注，请退出附议。", action=action
        )
    return order, own
