"""Who sees an order: one rule, as a condition, for every list and every single look-up."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select

from app.people.actor import Actor, Post
from app.people.models import Account, Role
from app.territory.models import Compound, Level
from app.territory.scope import Placed, Scope
from app.work_orders import catalogue
from app.work_orders.models import Recusal, Reporter, WorkOrder
from app.work_orders.offices.task_records import Task
from app.work_orders.workflow import OPEN, Status

OFFICE = (Role.CLERK, Role.FOLLOW_UP_OFFICER, Role.DUTY_OFFICER, Role.MANAGER, Role.AUDITOR)


def visible(actor: Actor) -> ColumnElement[bool]:
    """All that a person may see: as somebody posted here, as its assignee, or as its reporter."""
    return or_(handled_by(actor), reported_by(actor))


def handled_by(actor: Actor) -> ColumnElement[bool]:
    """What a person sees at work: the places of their offices and grids, what they have, and what they are offered.

    Whoever works for an organisation sees besides what it leads, and what it is asked to help with.
    """
    ways = [_in_office(actor), _in_grids(actor), _in_hand(actor), _offered_to(actor)]
    organisations = sorted(actor.organisations(Role.UNIT_WORKER))
    if organisations:
        ways += [WorkOrder.lead_organisation_id.in_(organisations), WorkOrder.id.in_(_asked_of(organisations))]
    return and_(or_(*ways), _not_recused(actor))


def asked_of(actor: Actor) -> ColumnElement[bool]:
    """Tasks of the organisations for which the person works, without those of orders that concern them."""
    organisations = sorted(actor.organisations(Role.PARTNER, Role.UNIT_WORKER))
    return and_(Task.organisation_id.in_(organisations), _not_recused(actor))


def overseen_by(actor: Actor) -> ColumnElement[bool]:
    """What a person sees through the places of their offices alone: the board."""
    return and_(_in_office(actor), _not_recused(actor))


def in_pool_of(actor: Actor) -> ColumnElement[bool]:
    """Orders whose pool a grid worker looks into: of the own grid, and of the community where it has no grid."""
    return and_(_in_grids(actor), _not_recused(actor))


def in_hand_of(actor: Actor) -> ColumnElement[bool]:
    """What the person has, or had when it was resolved."""
    return and_(_in_hand(actor), _not_recused(actor))


def offered_to(actor: Actor) -> ColumnElement[bool]:
    """What a colleague or manager offers the person, until it is answered."""
    return and_(_offered_to(actor), _not_recused(actor))


def owed_to(actor: Actor) -> ColumnElement[bool]:
    """Orders that a follow-up officer may ask about: at or above the community."""
    return and_(follow_up_area(actor).limits(WorkOrder), _not_recused(actor))


def follow_up_area(actor: Actor) -> Scope:
    """Where the person is a follow-up officer, at a community or above."""
    areas = actor.scope(Role.FOLLOW_UP_OFFICER).areas
    return Scope(frozenset(area for area in areas if area.level is not Level.GRID))


def reviewed_by(actor: Actor, of: Any = WorkOrder) -> ColumnElement[bool]:
    """Orders whose texts and photos a person may pass or refuse: where they manage a community or what is above it."""
    return and_(review_area(actor).limits(of), _not_recused(actor, of))


def managed_by(actor: Actor) -> ColumnElement[bool]:
    """Orders on which a person may decide as a manager of a community or of what is above it."""
    return and_(review_area(actor).limits(WorkOrder), _not_recused(actor))


def review_area(actor: Actor) -> Scope:
    """Where the person is a manager, at a community or above."""
    areas = actor.scope(Role.MANAGER).areas
    return Scope(frozenset(area for area in areas if area.level is not Level.GRID))


def counted_by(actor: Actor, placed: Any = WorkOrder) -> ColumnElement[bool]:
    """What statistics count for a person: where they manage or audit, and nothing that is out of their sight.

    `placed` holds the five place columns, for whoever must say them in another way.
    """
    return and_(statistics_area(actor).limits(placed), _not_recused(actor))


def statistics_area(actor: Actor) -> Scope:
    """Where the person manages or audits."""
    return actor.scope(Role.MANAGER, Role.AUDITOR)


def reported_by(actor: Actor) -> ColumnElement[bool]:
    """Orders that the person reported or joined and has not left."""
    return WorkOrder.id.in_(_own_reports(actor))


def shown_to_neighbours() -> ColumnElement[bool]:
    """What neighbours may know of, in the public projection: nothing confidential, unseen or of a private kind.

    Nor a part of an order, which nobody reported by itself.
    """
    return and_(
        WorkOrder.parent_id.is_(None),
        WorkOrder.confidential.is_(False),
        WorkOrder.hidden.is_(False),
        WorkOrder.unchecked.is_(False),
        WorkOrder.category_code.not_in(catalogue.private()),
    )


def public_near(actor: Actor) -> ColumnElement[bool]:
    """What others reported in the compound where the person lives, as far as neighbours may know of it.

    What concerns the person is not among it, as it is nowhere else.
    """
    home = select(Account.home_compound_id).where(Account.id == actor.account_id).scalar_subquery()
    # The community is said besides, since orders are found by their place and state.
    around = select(Compound.community_id).where(Compound.id == home).scalar_subquery()
    return and_(
        WorkOrder.community_id == around,
        WorkOrder.compound_id == home,
        WorkOrder.status.in_([status.value for status in (*OPEN, Status.RESOLVED)]),
        shown_to_neighbours(),
        WorkOrder.id.not_in(_own_reports(actor)),
        WorkOrder.id.not_in(_concerning(actor)),
    )


def is_first(actor: Actor) -> ColumnElement[bool]:
    """Whether the person is the first reporter of the order, as a column of their own list."""
    own = select(Reporter.is_first).where(Reporter.work_order_id == WorkOrder.id)
    return own.where(Reporter.account_id == actor.account_id).scalar_subquery().label("is_first")


def joinable_by(actor: Actor, compound_id: int | None) -> ColumnElement[bool]:
    """What a neighbour may join: of the compound where they live, and nothing that concerns them."""
    return and_(WorkOrder.compound_id == compound_id, shown_to_neighbours(), WorkOrder.id.not_in(_concerning(actor)))


def is_in_grids(actor: Actor, order: Placed) -> bool:
    """`in_pool_of` for an order that is at hand already."""
    return any(
        order.grid_id == post.territory_id or (order.grid_id is None and order.community_id == post.community_id)
        for post in _grids(actor)
    )


def _in_office(actor: Actor) -> ColumnElement[bool]:
    return actor.scope(*OFFICE).limits(WorkOrder)


def _in_grids(actor: Actor) -> ColumnElement[bool]:
    return or_(false(), *(_near(post.territory_id, post.community_id) for post in _grids(actor)))


def _near(grid_id: int, community_id: int | None) -> ColumnElement[bool]:
    at_community = and_(WorkOrder.community_id == community_id, WorkOrder.grid_id.is_(None))
    return or_(WorkOrder.grid_id == grid_id, at_community)


def _in_hand(actor: Actor) -> ColumnElement[bool]:
    return WorkOrder.assignee_id == actor.account_id


def _offered_to(actor: Actor) -> ColumnElement[bool]:
    return WorkOrder.offered_to_id == actor.account_id


def _asked_of(organisations: Collection[int]) -> Select[tuple[int]]:
    return select(Task.work_order_id).where(Task.organisation_id.in_(organisations), Task.ended_at.is_(None))


def _not_recused(actor: Actor, of: Any = WorkOrder) -> ColumnElement[bool]:
    """Nobody handles or verifies what they reported or what concerns them: at work it is not there for them.

    The same holds of the parts that were split off it.
    """
    reported = func.coalesce(of.parent_id, of.id)
    concerning = _concerning(actor)
    return and_(reported.not_in(_own_reports(actor)), reported.not_in(concerning), of.id.not_in(concerning))


def _own_reports(actor: Actor) -> Select[tuple[int]]:
    return select(Reporter.work_order_id).where(Reporter.account_id == actor.account_id, Reporter.left_at.is_(None))


def _concerning(actor: Actor) -> Select[tuple[int]]:
    return select(Recusal.work_order_id).where(Recusal.account_id == actor.account_id)


def _grids(actor: Actor) -> list[Post]:
    return [post for post in actor.posts if post.role is Role.GRID_WORKER and post.level is Level.GRID]
