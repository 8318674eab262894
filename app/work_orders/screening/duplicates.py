"""Open orders that may be about the same: same place, same kind, words alike. What neighbours may read of them."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from app import clock, parameters
from app.db import db
from app.people.actor import Actor
from app.people.models import Account
from app.territory.models import Level
from app.territory.placing import Place
from app.territory.queries import distance_m
from app.work_orders import scope
from app.work_orders.models import Reporter, WorkOrder
from app.work_orders.screening.words import words
from app.work_orders.workflow import OPEN

DAYS = ("duplicate_days", 30)
METRES = ("duplicate_within_metres", 100)
LIKENESS = ("duplicate_likeness_percent", 25)
MOST = 3
LOOKED_AT = 50
READ = 300
METRES_OF_A_DEGREE = 111_000
UNSAID = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Likely:
    """The public projection of an order: its place to the building, nothing that anybody wrote."""

    number: str
    category_code: str
    place: str
    status: str
    created_at: datetime
    mine: bool
    can_join: bool


def likely(text: str, place: Place, categories: Collection[str], actor: Actor) -> list[Likely]:
    """At most three, the likest first: one indexed statement over what is open and young at the place's level."""
    if not categories:
        return []
    least = parameters.number(*LIKENESS)
    rows = db.session.execute(statement(place, categories, actor))
    rated = [(likeness(text, row.excerpt), row) for row in rows if _is_near(place, row)]
    rated.sort(key=lambda one: -one[0])
    return [_shown(row) for percent, row in rated[:MOST] if percent >= least]


def likeness(text: str, other: str) -> float:
    """How alike two texts are, in percent: how much of the shorter one stands in the longer, signs left out."""
    one, two = (UNSAID.sub("", words().spellings.understood(part[:READ])) for part in (text, other))
    return fuzz.partial_ratio(one, two)


def can_join(row: Any) -> bool:
    """Whether the person may join this open order: they live in its compound and have not reported it."""
    return row.home_id is not None and row.home_id == row.compound_id and not row.mine


def statement(place: Place, categories: Collection[str], actor: Actor) -> Select[Any]:
    """The newest open orders of the place, by the index on its level, status and time of submission."""
    level = next(
        level for level in reversed(Level) if getattr(place, f"{level}_id") is not None and level != Level.GRID
    )
    since = clock.now() - timedelta(days=parameters.number(*DAYS))
    own = exists().where(
        Reporter.work_order_id == WorkOrder.id, Reporter.account_id == actor.account_id, Reporter.left_at.is_(None)
    )
    home = select(Account.home_compound_id).where(Account.id == actor.account_id).scalar_subquery()
    return (
        select(
            WorkOrder.number,
            WorkOrder.category_code,
            WorkOrder.place_text,
            WorkOrder.compound_id,
            WorkOrder.building,
            WorkOrder.unit,
            WorkOrder.lat,
            WorkOrder.lng,
            WorkOrder.status,
            WorkOrder.created_at,
            func.substr(WorkOrder.description, 1, READ).label("excerpt"),
            own.label("mine"),
            home.label("home_id"),
        )
        .where(
            getattr(WorkOrder, f"{level}_id") == getattr(place, f"{level}_id"),
            WorkOrder.status.in_([status.value for status in OPEN]),
            WorkOrder.created_at > since,
            WorkOrder.category_code.in_(list(categories)),
            scope.shown_to_neighbours(),
            _at(place),
        )
        .order_by(WorkOrder.created_at.desc(), WorkOrder.id.desc())
        .limit(LOOKED_AT)
    )


def _at(place: Place) -> ColumnElement[bool]:
    """The same compound and, where both name one, the same building; else a square around the point."""
    if place.compound_id is not None:
        building = or_(WorkOrder.building.is_(None), WorkOrder.building == place.building) if place.building else True
        return (WorkOrder.compound_id == place.compound_id) & building
    if place.lat is None or place.lng is None:
        raise ValueError("a place is a building or a point")
    north = parameters.number(*METRES) / METRES_OF_A_DEGREE
    east = north / max(0.01, cos(radians(place.lat)))
    return WorkOrder.lat.between(place.lat - north, place.lat + north) & WorkOrder.lng.between(
        place.lng - east, place.lng + east
    )


def _is_near(place: Place, row: Any) -> bool:
    if place.compound_id is not None or place.lat is None or place.lng is None:
        return True
    return distance_m(place.lat, place.lng, row.lat, row.lng) <= parameters.number(*METRES)


def _shown(row: Any) -> Likely:
    place = row.place_text.removesuffix(f" {row.unit}") if row.unit else row.place_text
    return Likely(row.number, row.category_code, place, row.status, row.created_at, bool(row.mine), can_join(row))
