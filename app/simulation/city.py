"""The city of a played month: the demo's places, rules and staff, more workers as the month needs, and residents."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import cycle
from math import ceil
from pathlib import Path

from sqlalchemy import insert, select

from app import clock, connections
from app.db import db, end_reading, table_of, transaction
from app.organisations import importing as organisations
from app.people import staffing
from app.people.models import Account, Duty, Posting, Role
from app.people.staffing import Post
from app.secrets import public_id
from app.simulation.demand import Month
from app.tables import Report
from app.territory import importing as places
from app.territory.files import read_folder
from app.territory.models import Building, Compound, Level, Territory
from app.territory.placing import Place, place_by_building, place_by_point
from app.work_orders import importing as work_orders
from app.work_orders import responsibilities
from app.work_orders.screening import importing as screening

DATA = Path(__file__).resolve().parent.parent / "demo" / "xining"
ORDERS_OF_WORKER = 3.0
ORDERS_OF_RESIDENT = 2.5
SURNAMES = "马李王张韩祁赵陈杨刘孙贾鲁白何党安冶郭星"
BY_POINT, POINTS, APART = 0.06, 60, 0.006
_TABLES: tuple[Callable[[str], Report], ...] = (
    lambda _: places.import_places(read_folder(DATA)),
    lambda _: organisations.import_organisations(organisations.read_organisations(DATA)),
    lambda password: staffing.import_people(staffing.read_people(DATA), password=password or None),
    lambda _: work_orders.import_categories(work_orders.read_categories(DATA)),
    lambda _: responsibilities.import_responsibilities(responsibilities.read_responsibilities(DATA)),
    lambda _: work_orders.import_rules(work_orders.read_rules(DATA)),
    lambda _: screening.import_words(screening.read_words(DATA)),
)


@dataclass
class City:
    """Who lives and works where, as far as the month must know."""

    residents: list[int] = field(default_factory=list)
    homes: dict[int, Place] = field(default_factory=dict)
    neighbours: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))  # by compound
    workers: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))  # by grid
    workers_around: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))  # by community
    grid_workers: set[int] = field(default_factory=set)
    offices: dict[tuple[Role, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    public_ids: dict[int, str] = field(default_factory=dict)
    above: dict[int, int | None] = field(default_factory=dict)
    points: list[Place] = field(default_factory=list)


def fill(month: Month, orders: int, lots: random.Random, password: str = "") -> City:
    """Bring the city into the empty database as it stands on the first morning; returns who is who."""
    with clock.at(month.starts):
        for bring in _TABLES:
            with transaction():
                report = bring(password)
            if report.errors:
                raise RuntimeError(f"the city could not be brought in: {report.errors[0]}")
        connections.forget()
        homes = _homes()
        _more_workers(orders / month.days)
        _residents(max(40, round(orders / ORDERS_OF_RESIDENT)), homes, lots)
        _begin_duty()
        return _known(homes, lots)


def _homes() -> list[tuple[int, Place]]:
    """Every unit of every building with its compound, in order."""
    rows = db.session.execute(
        select(Compound.id, Compound.public_id, Building.name, Building.units)
        .join(Building, Building.compound_id == Compound.id)
        .order_by(Compound.code, Building.id)
    ).all()
    found = [
        (row.id, place_by_building(row.public_id, row.name, unit)) for row in rows for unit in (row.units or [None])
    ]
    end_reading()
    return found


def _more_workers(orders_a_day: float) -> None:
    """As many workers in each grid as its share of the orders needs."""
    grids = db.session.scalars(select(Territory.code).where(Territory.level == Level.GRID).order_by(Territory.id)).all()
    posted = db.session.scalars(
        select(Territory.code).join(Posting, Posting.territory_id == Territory.id).where(Posting.role == "grid_worker")
    ).all()
    end_reading()
    wanted = max(2, ceil(orders_a_day / len(grids) / ORDERS_OF_WORKER))
    surnames, phone = cycle(SURNAMES), 19910000000
    with transaction():
        for code in grids:
            for number in range(posted.count(code), wanted):
                phone += 1
                post = Post(Role.GRID_WORKER, code)
                name = f"{next(surnames)}网格{number}"
                staffing.add_staff(name, str(phone), [post], openid=f"simulated-worker-{phone}")


def _residents(count: int, homes: list[tuple[int, Place]], lots: random.Random) -> None:
    rows = []
    for number in range(count):
        compound_id, place = homes[lots.randrange(len(homes))]
        rows.append(
            {
                "public_id": public_id(),
                "openid": f"simulated-resident-{number}",
                "name": f"{lots.choice(SURNAMES)}居民",
                "home_compound_id": compound_id,
                "home_building": place.building,
                "home_unit": place.unit,
                "home_changes": [],
                "is_staff": False,
                "state": "active",
                "created_at": clock.now(),
            }
        )
    with transaction():
        db.session.execute(insert(table_of(Account)), rows)


def _begin_duty() -> None:
    """Offices are always reached; workers say for themselves when they are on duty."""
    with transaction():
        staff = db.session.execute(
            select(Posting.account_id, Posting.role).order_by(Posting.account_id, Posting.id)
        ).all()
        in_office = {row.account_id: row.role != Role.GRID_WORKER for row in staff}
        now = clock.now()
        rows = [{"account_id": one, "on_duty": is_office, "since": now} for one, is_office in in_office.items()]
        db.session.execute(insert(table_of(Duty)), rows)


def _known(homes: list[tuple[int, Place]], lots: random.Random) -> City:
    city, by_home = City(), {(compound, place.building, place.unit): place for compound, place in homes}
    for row in db.session.execute(select(Account).where(~Account.is_staff).order_by(Account.id)).scalars():
        city.residents.append(row.id)
        city.homes[row.id] = by_home[row.home_compound_id or 0, row.home_building, row.home_unit]
        city.neighbours[row.home_compound_id or 0].append(row.id)
    rows = db.session.execute(
        select(Posting.account_id, Posting.role, Territory.id, Territory.community_id, Account.public_id)
        .join(Territory, Territory.id == Posting.territory_id)
        .join(Account, Account.id == Posting.account_id)
        .order_by(Posting.id)
    )
    for account_id, role, place_id, community_id, public in rows:
        city.public_ids[account_id] = public
        city.offices[Role(role), place_id].append(account_id)
        if role == Role.GRID_WORKER:
            city.grid_workers.add(account_id)
            city.workers[place_id].append(account_id)
            city.workers_around[community_id].append(account_id)
    city.above = {row.id: row.parent_id for row in db.session.execute(select(Territory.id, Territory.parent_id))}
    city.points = [_point_near(lots.choice(homes)[1], lots) for _ in range(POINTS)]
    end_reading()
    return city


def _point_near(home: Place, lots: random.Random) -> Place:
    """Some point in the street, which may lie in another grid or in none."""
    lat, lng = (round((one or 0) + lots.uniform(-APART, APART), 6) for one in (home.lat, home.lng))
    return place_by_point(lat, lng, "wgs84", "路边")


def place_of(city: City, resident: int, lots: random.Random) -> Place:
    """Where what the resident reports lies: at home, seldom at some point of the city."""
    return lots.choice(city.points) if lots.random() < BY_POINT else city.homes[resident]
