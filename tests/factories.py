"""A small city and its people, and orders in any state, made through the rooms as in life."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from app import clock, secrets
from app.db import db, end_reading, table_of, transaction
from app.organisations import directory
from app.organisations.directory import Known
from app.organisations.models import Coverage, Organisation, OrganisationKind
from app.people import duty, sign_in
from app.people.actor import Actor
from app.people.models import Account, Posting, Role
from app.photos.models import Photo, PhotoState
from app.territory.models import Building, Compound, Level, Territory
from app.territory.placing import Place, place_by_building
from app.work_orders import assignment, catalogue, handling, intake, resolution
from app.work_orders.catalogue import Category, Responsibility, RoutingRule
from app.work_orders.intake import Request
from app.work_orders.models import WorkOrder

PHONE = iter(range(19900000000, 19999999999))


@contextmanager
def writing() -> Iterator[None]:
    """A transaction, whatever the test has read before."""
    end_reading()
    with transaction():
        yield


@dataclass
class City:
    """Two districts; in the first a subdistrict with two communities, the first of which has two grids."""

    places: dict[str, int] = field(default_factory=dict)
    compound: str = ""
    far_compound: str = ""

    def __getitem__(self, code: str) -> int:
        return self.places[code]


TREE = [
    ("xn", Level.CITY, "西宁市", None),
    ("cx", Level.DISTRICT, "城西区", "xn"),
    ("cz", Level.DISTRICT, "城中区", "xn"),
    ("ht", Level.SUBDISTRICT, "虎台街道", "cx"),
    ("xnlx", Level.COMMUNITY, "新宁路西社区", "ht"),
    ("hyx", Level.COMMUNITY, "湟岸巷社区", "ht"),
    ("g1", Level.GRID, "第一网格", "xnlx"),
    ("g2", Level.GRID, "第二网格", "xnlx"),
    ("h1", Level.GRID, "第一网格", "hyx"),
]


CATEGORIES = [("LIGHT", "照明", "P2", True), ("NOISE", "噪声", "P3", False), ("LIFT", "电梯困人", "P0", False)]
WITHOUT_RULE = [("ODD", "其他", "P3", False)]


def a_city() -> City:
    """The tree, a compound of one grid, one elsewhere, four categories and rules for three of them.

    Nearly every test begins with it, so each table is filled by one statement.
    """
    city = City()
    with writing():
        city.places = _places()
        city.compound = _compound("ha28", "湟岸巷28号院", city["xnlx"], city["g1"])
        city.far_compound = _compound("ha30", "湟岸巷30号院", city["hyx"], city["h1"])
        _categories()
        db.session.execute(insert(RoutingRule), [_pool(*one) for one in enumerate(CATEGORIES)])
    return city


def _places() -> dict[str, int]:
    named = [{"code": code, "level": level.value, "name": name} for code, level, name, _ in TREE]
    table = table_of(Territory)
    ids = {code: one for one, code in db.session.execute(insert(table).returning(table.c.id, table.c.code), named)}
    known: dict[str, dict[str, int | None]] = {"": {f"{level}_id": None for level in Level}}
    for code, level, _, parent in TREE:
        known[code] = known[parent or ""] | {f"{level}_id": ids[code]}
    placed = update(table).where(table.c.id == bindparam("own"))
    within = [{"own": ids[code], "parent_id": ids.get(parent or ""), **known[code]} for code, _, _, parent in TREE]
    db.session.connection().execute(
        placed.values({name: bindparam(name) for name in within[0] if name != "own"}), within
    )
    return ids


def _compound(code: str, name: str, community_id: int, grid_id: int) -> str:
    public_id, own, table = secrets.public_id(), {"community_id": community_id, "grid_id": grid_id}, table_of(Compound)
    row = insert(table).values(public_id=public_id, code=code, name=name, kind="courtyard", **own)
    compound_id = db.session.scalar(row.returning(table.c.id))
    building = {"compound_id": compound_id, "name": "3号楼", "units": ["1单元", "2单元"], "grid_id": grid_id}
    db.session.execute(insert(table_of(Building)), building)
    return public_id


def _categories() -> None:
    parent = {"code": "FACILITY", "name": "公共设施", "parent_code": None, "class_code": None, "position": 1}
    names = ("code", "name", "class_code", "photo_required")
    leaves = [dict(zip(names, leaf, strict=True)) for leaf in CATEGORIES + WITHOUT_RULE]
    rows = [
        parent | {"photo_required": False},
        *({"parent_code": "FACILITY", "position": 2, **leaf} for leaf in leaves),
    ]
    db.session.execute(insert(table_of(Category)), rows)


def _pool(position: int, category: tuple[str, str, str, bool]) -> dict[str, Any]:
    code = category[0].lower()
    rule = {"code": code, "name": f"规则{code}", "position": position, "mode": "pool"}
    return rule | {"category_code": category[0]}


def a_person(*posts: tuple[Role, int], on_duty: bool = True, name: str = "马秀英", **values: Any) -> Actor:
    """An account with postings, as an actor; on duty where it has any."""
    with writing():
        account = Account(
            public_id=secrets.public_id(),
            openid=values.pop("openid", f"openid-{secrets.public_id()}"),
            name=name,
            is_staff=bool(posts),
            created_at=clock.now(),
            home_changes=[],
            **values,
        )
        db.session.add(account)
        db.session.flush()
        for role, territory_id in posts:
            db.session.add(
                Posting(account_id=account.id, role=role.value, territory_id=territory_id, started_at=clock.now())
            )
        db.session.flush()
        if posts:
            duty.say(sign_in.actor_of(account.id), on_duty)
    return act(account.id)


def act(account_id: int) -> Actor:
    """The actor of an account, read afresh."""
    found = sign_in.actor_of(account_id)
    db.session.close()
    return found


def a_resident(**values: Any) -> Actor:
    return a_person(**values)


def a_worker(grid_id: int, **values: Any) -> Actor:
    return a_person((Role.GRID_WORKER, grid_id), name=values.pop("name", "李建国"), **values)


def a_manager(territory_id: int, **values: Any) -> Actor:
    return a_person((Role.MANAGER, territory_id), name=values.pop("name", "王静"), **values)


def an_officer(territory_id: int, **values: Any) -> Actor:
    return a_person((Role.FOLLOW_UP_OFFICER, territory_id), name=values.pop("name", "赵敏"), **values)


def an_order(city: City, reporter: Actor | None = None, category: str = "NOISE", **values: Any) -> WorkOrder:
    """An order just submitted; with a rule for its category it is in the pool."""
    reporter = reporter or a_resident()
    compound = values.pop("compound", city.compound)
    with writing():
        place = values.pop("place", None) or place_by_building(compound, "3号楼", "2单元")
        return intake.submit(
            Request(category=category, description=values.pop("description", "楼道里很吵"), place=place, **values),
            reporter,
        )


def claimed(order: WorkOrder, worker: Actor) -> WorkOrder:
    with writing():
        return assignment.claim(order.number, worker)


def resolved(order: WorkOrder, worker: Actor) -> WorkOrder:
    claimed(order, worker)
    with writing():
        handling.contact(order.number, worker, "call", "")
        return resolution.resolve(order.number, worker, "solved", "已经与对方沟通", [])


def signed_in(actor: Actor) -> dict[str, str]:
    """Headers of a phone on which this person is signed in."""
    with writing():
        account = db.session.get(Account, actor.account_id)
        assert account is not None
        assert account.openid is not None
        _, token, _ = sign_in.sign_in(account.openid)
    return {"Authorization": f"Bearer {token}"}


def key() -> dict[str, str]:
    return {"Idempotency-Key": secrets.public_id()}


def fresh(order: WorkOrder) -> Any:
    """The order's row as it is now."""
    from sqlalchemy import select

    found = db.session.execute(select(WorkOrder).where(WorkOrder.id == order.id)).scalar_one()
    values = SimpleNamespace(**{column.key: getattr(found, column.key) for column in WorkOrder.__table__.columns})
    db.session.close()
    return values


def a_duty_officer(territory_id: int, **values: Any) -> Actor:
    return a_person((Role.DUTY_OFFICER, territory_id), name=values.pop("name", "铁占林"), **values)


def a_clerk(territory_id: int, **values: Any) -> Actor:
    return a_person((Role.CLERK, territory_id), name=values.pop("name", "马丽娟"), **values)


def an_unplaced_order(city: City, reporter: Actor | None = None, category: str = "NOISE") -> WorkOrder:
    """An order of which only the district is known."""
    place = Place(city["xn"], city["cx"], None, None, None, text="城西区（具体位置待核实）", unplaced=True)
    return an_order(city, reporter, category, place=place)


def an_organisation(city: City, place: str = "xnlx", **values: Any) -> Known:
    """An organisation at a place; a property company that answers for all of it, where nothing else is said."""
    code = values.pop("code", f"org-{secrets.public_id()}")
    compounds = values.pop("compounds", ())
    kind = values.pop("kind", OrganisationKind.PROPERTY_COMPANY)
    with writing():
        row = Organisation(
            code=code,
            public_id=secrets.public_id(),
            name=values.pop("name", "湟水物业"),
            kind=kind.value,
            territory_id=city[place],
            **values,
        )
        db.session.add(row)
        db.session.flush()
        covered = db.session.scalars(select(Compound.id).where(Compound.public_id.in_(compounds)))
        db.session.add_all(Coverage(organisation_id=row.id, compound_id=one) for one in covered)
    directory.forget()
    with writing():
        return directory.directory().by_id[row.id]


def a_unit_worker(organisation: Known, role: Role = Role.UNIT_WORKER, **values: Any) -> Actor:
    """Somebody who works for an organisation, at its place."""
    person = a_person((role, organisation.territory_id), name=values.pop("name", "关志远"), **values)
    with writing():
        held = update(Posting).where(Posting.account_id == person.account_id)
        db.session.execute(held.values(organisation_id=organisation.id))
    return act(person.account_id)


def a_partner(organisation: Known, **values: Any) -> Actor:
    return a_unit_worker(organisation, Role.PARTNER, name=values.pop("name", "雪玉珍"), **values)


def a_charge(category: str, mode: str, **values: Any) -> str:
    """A line of the list of responsibilities; the community's own office leads where nothing else is said."""
    usual: dict[str, Any] = {"level": "community", "unit_kind": "office", "leads": True, "position": 1}
    code = values.pop("code", f"line-{secrets.public_id()}")
    with writing():
        db.session.add(Responsibility(code=code, category_code=category, mode=mode, **(usual | values)))
    catalogue.forget()
    return code


def a_rule(category: str | None, mode: str, code: str = "own", **values: Any) -> None:
    """A rule before all others."""
    with writing():
        values = {"name": f"规则{code}", "position": -1} | values
        db.session.add(RoutingRule(code=code, category_code=category, mode=mode, **values))
    catalogue.forget()


def no_rules() -> None:
    """A city that decides by its list of responsibilities alone."""
    with writing():
        db.session.execute(delete(RoutingRule))
    catalogue.forget()


def a_photo(owner: Actor) -> str:
    """A photo of this person that no order has yet; its public id."""
    public_id = secrets.public_id()
    with writing():
        db.session.add(
            Photo(
                public_id=public_id,
                owner_id=owner.account_id,
                state=PhotoState.PENDING,
                sha256="0" * 64,
                width=64,
                height=48,
                created_at=clock.now(),
            )
        )
    return public_id
