"""保密: who reported an order is known to those alone who work on it: its assignee and the managers of its unit."""

from app.errors import Conflict
from app.people.actor import Actor
from app.people.models import Role
from app.work_orders import joining, policy, queries
from app.work_orders.facts import owe
from app.work_orders.kin import parts
from app.work_orders.models import WorkOrder
from app.work_orders.workflow import Action


def confide(number: str, actor: Actor, *, as_reporter: bool) -> WorkOrder:
    """设为保密: by whoever reported it, or by a manager of the place; there is no way back."""
    policy.ensure_may(actor, Action.CONFIDE)
    if as_reporter:
        order, _own = joining.find_as_first(number, actor, Action.CONFIDE)
    else:
        order = queries.find(number, actor)
        policy.ensure_here(actor, order, Action.CONFIDE)
    if order.confidential:
        raise Conflict("这件工单已经是保密的，不用再设置。")
    order.take(Action.CONFIDE, by=actor)
    order.confidential = True
    owe("made_confidential", order)
    for part in parts.open_ones(order):
        part.take(Action.CONFIDE, by=actor, with_order=order.number)
        part.confidential = True
        owe("made_confidential", part)
    return order


def works_on(order: WorkOrder, actor: Actor) -> bool:
    """Whether the person has the order, or manages the very unit that answers for it."""
    if order.assignee_id == actor.account_id:
        return True
    return any(post.role is Role.MANAGER and post.territory_id == order.lead_unit_id for post in actor.posts)
