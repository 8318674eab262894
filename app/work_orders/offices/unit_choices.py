"""Which units an order can be given to by a ruling: offices in the manager's part of the city, organisations there."""

from dataclasses import dataclass

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import aliased

from app.db import db
from app.organisations.models import KIND_NAMES, Coverage, Organisation, OrganisationKind
from app.people.actor import Actor
from app.people.models import Account, AccountState, Posting, Role
from app.territory.models import LEVEL_NAMES, Level, Territory
from app.work_orders.models import WorkOrder
from app.work_orders.offices.units import OFFICES


@dataclass(frozen=True)
class Choice:
    """A unit to choose: `value` is how a form names it, `office` where it stands in the tree."""

    value: str
    name: str
    group: str
    office: Territory
    organisation_id: int | None = None


def choices(order: WorkOrder, manager: Actor) -> list[Choice]:
    """Every unit but the one that answers for the order now; communities first."""
    return [*_offices(order, manager), *_organisations(order)]


def _offices(order: WorkOrder, manager: Actor) -> list[Choice]:
    parent = aliased(Territory)
    rows = db.session.execute(
        select(Territory, parent.name)
        .outerjoin(parent, parent.id == Territory.parent_id)
        .where(Territory.level.in_(OFFICES), manager.scope(Role.MANAGER).limits(Territory))
        .order_by(Territory.code)
    ).all()
    lowest_first = sorted(rows, key=lambda row: OFFICES.index(Level(row[0].level)))
    return [
        Choice(f"office:{office.code}", office.name, _group(office, above), office)
        for office, above in lowest_first
        if office.id != order.lead_unit_id or order.lead_organisation_id is not None
    ]


def _group(office: Territory, above: str | None) -> str:
    """Communities stand under their subdistrict, other offices under what they are."""
    level = Level(office.level)
    return above if level is Level.COMMUNITY and above else LEVEL_NAMES[level]


def _organisations(order: WorkOrder) -> list[Choice]:
    """Organisations of the order's place and above that have somebody to handle orders, and answer for its compound."""
    line = [getattr(order, f"{level}_id") for level in OFFICES]
    works = exists().where(
        Posting.organisation_id == Organisation.id,
        Posting.role == Role.UNIT_WORKER,
        Posting.ended_at.is_(None),
        Account.id == Posting.account_id,
        Account.state == AccountState.ACTIVE,
    )
    covering = Coverage.organisation_id == Organisation.id
    answers_here = or_(~exists().where(covering), exists().where(covering, Coverage.compound_id == order.compound_id))
    rows = db.session.execute(
        select(Organisation, Territory)
        .join(Territory, Territory.id == Organisation.territory_id)
        .where(Organisation.active, Organisation.territory_id.in_(line), works, answers_here)
        .order_by(Organisation.kind, Organisation.code)
    )
    return [
        Choice(
            f"organisation:{one.public_id}",
            one.name,
            KIND_NAMES[OrganisationKind(one.kind)],
            office,
            organisation_id=one.id,
        )
        for one, office in rows
        if one.id != order.lead_organisation_id
    ]


def give(order: WorkOrder, chosen: Choice) -> None:
    """Let this unit answer for the order; where it stands elsewhere the place follows, as far as it is known."""
    office = chosen.office
    if getattr(order, f"{office.level}_id") != office.id:
        for level in Level:
            setattr(order, f"{level}_id", getattr(office, f"{level}_id"))
        # A compound belongs to one community, and the order is not for that one; the words of the place stay.
        order.compound_id = None
    order.unplaced = order.unplaced and order.community_id is None
    order.lead_unit_id, order.lead_organisation_id = office.id, chosen.organisation_id
