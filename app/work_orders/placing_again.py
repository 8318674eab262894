"""When places move in the tree, open orders move with them; ended ones keep where they were."""

from collections.abc import Collection

from sqlalchemy import or_, select

from app.db import db
from app.territory.models import Building, Compound, Level, Territory
from app.trail import audit
from app.work_orders.models import WorkOrder
from app.work_orders.offices import units
from app.work_orders.workflow import OPEN

PLACES = tuple(f"{level}_id" for level in Level)


def place_again(territories: Collection[int], compounds: Collection[int]) -> None:
    """Give open orders of these places the place ids they have now; called in the transaction that moved them."""
    affected = or_(
        WorkOrder.compound_id.in_(compounds), *(getattr(WorkOrder, column).in_(territories) for column in PLACES)
    )
    open_ones = select(WorkOrder).where(WorkOrder.status.in_([status.value for status in OPEN]), affected)
    for order in db.session.scalars(open_ones):
        _place(order)


def _place(order: WorkOrder) -> None:
    now = _by_compound(order) if order.compound_id else _by_territory(order)
    if now is None or all(getattr(order, column) == now[column] for column in PLACES):
        return
    before = {column: getattr(order, column) for column in PLACES}
    level = units.level_of_lead(order)
    for column in PLACES:
        setattr(order, column, now[column])
    order.lead_unit_id = getattr(order, f"{level}_id") or _own_unit(order)
    audit("work_order.placed_again", f"work_order:{order.number}", before=before, after=now)


def _own_unit(order: WorkOrder) -> int | None:
    return order.community_id or order.subdistrict_id or order.district_id or order.city_id


def _by_compound(order: WorkOrder) -> dict[str, int | None] | None:
    row = db.session.execute(
        select(Territory, Compound.grid_id, Building.grid_id.label("building_grid_id"))
        .join(Compound, Compound.community_id == Territory.id)
        .outerjoin(Building, (Building.compound_id == Compound.id) & (Building.name == order.building))
        .where(Compound.id == order.compound_id)
    ).one_or_none()
    if row is None:
        return None
    return _ids(row[0]) | {"grid_id": row.building_grid_id or row.grid_id}


def _by_territory(order: WorkOrder) -> dict[str, int | None] | None:
    lowest = next((getattr(order, column) for column in reversed(PLACES) if getattr(order, column)), None)
    row = db.session.get(Territory, lowest) if lowest else None
    return _ids(row) if row else None


def _ids(place: Territory) -> dict[str, int | None]:
    return {column: getattr(place, column) for column in PLACES}
