"""Finding people by what they are posted to."""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, and_, bindparam, exists, false, func, or_, select

from app.db import db
from app.people import phones
from app.people.actor import Actor
from app.people.models import ROLE_NAMES, Account, AccountState, Duty, Posting, Role
from app.people.sign_in import actor_of
from app.territory.models import Level, Territory
from app.territory.scope import Placed, Scope

__all__ = [
    "account_of",
    "actor_of",
    "first_post",
    "has_phone",
    "home_compound",
    "holders",
    "holders_anywhere",
    "holds_any",
    "left_since",
    "names",
    "neighbour_with",
    "nearest_holders",
    "on_duty",
    "openids",
    "posted_near",
    "posts_of",
    "staffed",
    "primaries_on_duty",
    "workers",
    "workers_below",
    "workers_on_duty",
    "working_for",
]

UPWARDS = (Level.COMMUNITY, Level.SUBDISTRICT, Level.DISTRICT, Level.CITY)


def _current(role: Role) -> Select[Any]:
    return (
        select(Posting.account_id)
        .join(Account, Account.id == Posting.account_id)
        .where(Posting.role == role, Posting.ended_at.is_(None), Account.state == AccountState.ACTIVE)
        .order_by(Posting.id)
    )


def holders(role: Role, territory_id: int) -> list[int]:
    """Accounts that hold the role exactly at that place, those on duty first."""
    return _unique(db.session.scalars(_holders(role), {"territory_id": territory_id}))


@cache
def _holders(role: Role) -> Select[Any]:
    at_place = _current(role).where(Posting.territory_id == bindparam("territory_id"))
    on_duty_first = func.coalesce(Duty.on_duty, false()).desc()
    on_duty = at_place.outerjoin(Duty, Duty.account_id == Posting.account_id)
    return on_duty.order_by(None).order_by(on_duty_first, Posting.id)


def working_for(organisation_id: int, *roles: Role) -> list[int]:
    """Accounts that work for an organisation in one of these roles, or in any, those on duty first."""
    wanted = roles or (Role.UNIT_WORKER, Role.PARTNER)
    on_duty_first = func.coalesce(Duty.on_duty, false()).desc()
    return _unique(
        db.session.scalars(
            select(Posting.account_id)
            .join(Account, Account.id == Posting.account_id)
            .outerjoin(Duty, Duty.account_id == Posting.account_id)
            .where(
                Posting.organisation_id == organisation_id,
                Posting.role.in_([role.value for role in wanted]),
                Posting.ended_at.is_(None),
                Account.state == AccountState.ACTIVE,
            )
            .order_by(on_duty_first, Posting.id)
        )
    )


def staffed(organisation_ids: Collection[int]) -> set[int]:
    """Those of the organisations that have people here, whether they work on orders or are asked to help."""
    current = select(Posting.organisation_id).join(Account, Account.id == Posting.account_id)
    found = current.where(
        Posting.organisation_id.in_(organisation_ids),
        Posting.role.in_([Role.UNIT_WORKER.value, Role.PARTNER.value]),
        Posting.ended_at.is_(None),
        Account.state == AccountState.ACTIVE,
    )
    return {one for one in db.session.scalars(found) if one is not None} if organisation_ids else set()


def holders_anywhere(role: Role, since: datetime) -> list[int]:
    """Accounts that hold the role at some place since this moment or earlier."""
    return _unique(db.session.scalars(_current(role).where(Posting.started_at <= since)))


def nearest_holders(role: Role, place: Placed) -> list[int]:
    """Accounts that hold the role at the community, else the subdistrict, the district, the city."""
    for level in UPWARDS:
        territory_id = getattr(place, f"{level}_id")
        found = holders(role, territory_id) if territory_id else []
        if found:
            return found
    return []


def _pool_workers(grid_id: int | None, community_id: int | None) -> Select[Any]:
    """Grid workers who see the pool of a place: of its grid; of every grid of the community when it has none."""
    statement = _grid_workers()
    if grid_id is not None:
        return statement.where(Posting.territory_id == grid_id)
    if community_id is None:
        return statement.where(false())
    return statement.where(Territory.community_id == community_id)


def _grid_workers() -> Select[Any]:
    posted = _current(Role.GRID_WORKER).join(Territory, Territory.id == Posting.territory_id)
    return posted.where(Territory.level == Level.GRID)


def workers_on_duty(grid_id: int | None, community_id: int | None) -> list[int]:
    """Grid workers on duty who see the pool of that place; the grid's own worker first."""
    if grid_id is None and community_id is None:
        return []
    places = {"grid_id": grid_id} if grid_id is not None else {"community_id": community_id}
    return _unique(db.session.scalars(_on_duty(*places), places))


@cache
def _on_duty(by: str) -> Select[Any]:
    column = Posting.territory_id if by == "grid_id" else Territory.community_id
    at_place = _grid_workers().where(column == bindparam(by))
    on_duty = at_place.join(Duty, and_(Duty.account_id == Posting.account_id, Duty.on_duty))
    return on_duty.order_by(None).order_by(Posting.primary.desc(), Posting.id)


def primaries_on_duty(grid_id: int) -> list[int]:
    """The grid's own workers that are on duty."""
    own = _grid_workers().where(Posting.territory_id == grid_id, Posting.primary)
    return _unique(db.session.scalars(own.join(Duty, and_(Duty.account_id == Posting.account_id, Duty.on_duty))))


def on_duty(account_ids: Collection[int]) -> set[int]:
    """Those of the accounts that are on duty now."""
    ready = select(Duty.account_id).where(Duty.account_id.in_(account_ids), Duty.on_duty)
    return set(db.session.scalars(ready)) if account_ids else set()


def workers(grid_id: int | None, community_id: int | None) -> list[int]:
    """Grid workers of the place, the grid's own first, whether on duty or not."""
    statement = _pool_workers(grid_id, community_id)
    return _unique(db.session.scalars(statement.order_by(None).order_by(Posting.primary.desc(), Posting.id)))


def workers_below(level: Level, territory_id: int, within: Scope) -> list[int]:
    """All grid workers of a place and of what lies below it, as far as it lies within these areas."""
    below = getattr(Territory, f"{level}_id") == territory_id
    return _unique(db.session.scalars(_grid_workers().where(below, within.limits(Territory))))


def holds_any(account_id: int, roles: Iterable[Role], places: Iterable[int]) -> bool:
    """Whether an active account holds one of the roles at one of the places."""
    held = exists().where(
        Posting.account_id == account_id,
        Posting.ended_at.is_(None),
        Posting.role.in_([role.value for role in roles]),
        Posting.territory_id.in_(list(places)),
        Account.id == Posting.account_id,
        Account.state == AccountState.ACTIVE,
    )
    return bool(db.session.scalar(select(held)))


def posted_near(
    roles: Iterable[Role], places: Collection[int], community_id: int | None, besides: Iterable[int | None] = ()
) -> list[Row[Any]]:
    """Active staff with a role at one of the places, in the community, or named besides: each once, with a posting."""
    near = or_(
        Posting.territory_id.in_(places),
        Territory.community_id == community_id if community_id is not None else false(),
        Posting.account_id.in_([one for one in besides if one]),
    )
    rows = db.session.execute(
        select(
            Account.id.label("account_id"), Account.public_id, Account.name, Posting.role, Territory.name.label("place")
        )
        .join(Posting, Posting.account_id == Account.id)
        .join(Territory, Territory.id == Posting.territory_id)
        .where(
            near,
            Posting.ended_at.is_(None),
            Posting.role.in_([role.value for role in roles]),
            Account.state == AccountState.ACTIVE,
        )
        .order_by(Territory.code, Posting.id)
    )
    return list({row.account_id: row for row in rows}.values())


def left_since(account_id: int, roles: Iterable[Role], moment: datetime) -> bool:
    """Whether the account is active no more, or a posting of one of the roles has ended since then."""
    is_active = exists().where(Account.id == account_id, Account.state == AccountState.ACTIVE)
    ended = exists().where(
        Posting.account_id == account_id,
        Posting.ended_at >= moment,
        Posting.role.in_([role.value for role in roles]),
    )
    return bool(db.session.scalar(select(or_(~is_active, ended))))


def first_post(account_id: int) -> Territory | None:
    """The place of the person's longest current posting."""
    posted = select(Territory).join(Posting, Posting.territory_id == Territory.id)
    current = posted.where(Posting.account_id == account_id, Posting.ended_at.is_(None))
    return db.session.scalars(current.order_by(Posting.id).limit(1)).first()


def neighbour_with(phone: str, compound_id: int | None) -> int | None:
    """The one account with this verified number whose home is in that compound."""
    found = db.session.scalars(
        select(Account.id).where(
            Account.phone_hash == phones.index(phone),
            Account.home_compound_id == compound_id,
            Account.state == AccountState.ACTIVE,
        )
    ).all()
    return found[0] if compound_id is not None and len(found) == 1 else None


def has_phone(account_id: int, phone: str) -> bool:
    """Whether this is the person's own verified number."""
    own = db.session.scalar(select(Account.phone_hash).where(Account.id == account_id))
    return own is not None and own == phones.index(phone)


def home_compound(account_id: int) -> int | None:
    """The compound where the person says they live."""
    return db.session.scalar(select(Account.home_compound_id).where(Account.id == account_id))


def names(account_ids: Iterable[int | None]) -> dict[int, str]:
    """Names of staff by account, for details; never for lists of residents."""
    wanted = {account_id for account_id in account_ids if account_id}
    if not wanted:
        return {}
    rows = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
    return {row.id: row.name or "工作人员" for row in rows}


def openids(account_ids: Iterable[int]) -> dict[int, str]:
    """WeChat's name for each account that has one; used towards WeChat alone."""
    rows = db.session.execute(_OPENIDS, {"ids": list(account_ids)})
    return {row.id: row.openid for row in rows}


_OPENIDS = select(Account.id, Account.openid).where(
    Account.id.in_(bindparam("ids", expanding=True)), Account.openid.is_not(None)
)


def account_of(openid: str) -> int | None:
    """The account behind WeChat's name for a person."""
    return db.session.scalar(select(Account.id).where(Account.openid == openid))


def posts_of(actor: Actor) -> list[dict[str, str]]:
    """The person's postings with the names of their places, for the account page."""
    wanted = {post.territory_id for post in actor.posts}
    rows = db.session.execute(select(Territory.id, Territory.name).where(Territory.id.in_(wanted)))
    place_names = {row.id: row.name for row in rows}
    return [
        {
            "role": post.role.value,
            "role_name": ROLE_NAMES[post.role],
            "place": place_names[post.territory_id],
            "level": post.level.value,
        }
        for post in actor.posts
    ]


def _unique(found: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(found))
