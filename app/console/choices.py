"""What the board's filters offer: places below the person's own, categories, classes, statuses."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, select

from app.db import db
from app.deadlines.limits import ServiceClass
from app.people.actor import Actor
from app.people.models import Role
from app.territory.models import Compound, Level, Territory
from app.work_orders.catalogue import catalogue
from app.work_orders.scope import OFFICE
from app.work_orders.workflow import STATUS_NAMES, Status

MOST_COMPOUNDS = 500
TABS = (
    Status.SUBMITTED,
    Status.POOLED,
    Status.ASSIGNED,
    Status.IN_PROGRESS,
    Status.AWAITING_RESIDENT,
    Status.ON_LEDGER,
    Status.RESOLVED,
    Status.CLOSED,
    Status.DECLINED,
    Status.WITHDRAWN,
    Status.MERGED,
)


def communities(actor: Actor) -> Sequence[Row[Any]]:
    """(id, name) of the communities in the person's part of the city."""
    return _places(actor, Territory.level == Level.COMMUNITY)


def grids(actor: Actor, community_id: int | None) -> Sequence[Row[Any]]:
    """(id, name) of a community's grids; without a community there would be too many to choose from."""
    if community_id is None:
        return ()
    return _places(actor, (Territory.level == Level.GRID) & (Territory.community_id == community_id))


def compounds(actor: Actor, *roles: Role) -> Sequence[Row[Any]]:
    """(public_id, name, community) of the compounds where the person holds one of the roles, or sits at an office."""
    statement = (
        select(Compound.public_id, Compound.name, Territory.name.label("community"))
        .join(Territory, Territory.id == Compound.community_id)
        .where(actor.scope(*(roles or OFFICE)).limits(Territory))
        .order_by(Territory.code, Compound.name)
    )
    return db.session.execute(statement.limit(MOST_COMPOUNDS)).all()


def categories() -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of (code, name): the categories that orders have, under the names of those above them."""
    known = catalogue()
    groups: dict[str, list[tuple[str, str]]] = {}
    for kind in known.kinds.values():
        if kind.code not in known.parents:
            parent = known.kinds.get(kind.parent_code or "")
            groups.setdefault(parent.name if parent else "", []).append((kind.code, kind.name))
    return list(groups.items())


def classes() -> list[tuple[str, str]]:
    return [(one.value, one.label) for one in ServiceClass]


def tabs(counts: dict[str, int]) -> list[tuple[str, str, str]]:
    """(status, name, how many) of each tab; what has ended is not counted, for there is no end to it."""
    return [(status.value, STATUS_NAMES[status], _counted(counts.get(status))) for status in TABS]


def _counted(count: int | None) -> str:
    return "" if not count else "999+" if count > 999 else str(count)


def _places(actor: Actor, condition: Any) -> Sequence[Row[Any]]:
    statement = select(Territory.id, Territory.name).where(condition, actor.scope(*OFFICE).limits(Territory))
    return db.session.execute(statement.order_by(Territory.code)).all()
