"""Who there is for a deed: holders and reporters of an order, its offices, workers and neighbours."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from app import secrets
from app.db import end_reading, transaction
from app.people.actor import Actor
from app.people.models import Role
from app.people.queries import actor_of
from app.photos import storing
from app.photos.models import PhotoState
from app.photos.reencoding import Pictures
from app.photos.storing import Stored
from app.simulation.city import City
from app.simulation.people import Temperaments
from app.simulation.sight import Sight
from app.storage import storage
from app.territory.placing import Place
from app.work_orders import catalogue


@dataclass
class Town:
    """The city with what the month has brought so far."""

    city: City
    lots: random.Random
    temperaments: Temperaments
    pictures: Pictures
    reporters: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))  # the first one first
    on_duty: set[int] = field(default_factory=set)
    _actors: dict[int, Actor] = field(default_factory=dict)

    def actor(self, account_id: int) -> Actor:
        """The person as the rooms see them now."""
        if account_id not in self._actors:
            self._actors[account_id] = actor_of(account_id)
            end_reading()
        return self._actors[account_id]

    def changed(self, account_id: int) -> None:
        """Look at the person anew: they went on or off duty."""
        self._actors.pop(account_id, None)

    def come_along(self, merged_id: int, into_id: int) -> None:
        """Whoever stands behind an order that was merged stands behind the other one too."""
        there = self.reporters[into_id]
        there += [one for one in self.reporters[merged_id] if one not in there]

    def workers(self, sight: Sight) -> list[int]:
        """Who sees the order's pool and is on duty."""
        if sight.grid_id is not None:
            found = self.city.workers[sight.grid_id]
        else:
            found = self.city.workers_around[sight.community_id or 0]
        return [one for one in found if one in self.on_duty]

    def colleague(self, sight: Sight) -> str:
        """The public id of somebody in the community who could have the order instead; empty when there is nobody."""
        found = self.city.workers_around[sight.community_id or 0]
        others = [one for one in found if one in self.on_duty and one != sight.assignee_id]
        return self.city.public_ids[self.lots.choice(others)] if others else ""

    def office(self, role: Role, unit_id: int | None, *, but: int | None = None) -> int | None:
        """Whoever holds the role at the place, or next above it."""
        while unit_id is not None:
            found = [one for one in self.city.offices[role, unit_id] if one != but]
            if found:
                return self.lots.choice(found)
            unit_id = self.city.above[unit_id]
        return None

    def place(self, community_id: int | None) -> Place:
        """Where somebody lives, in this community more often than not."""
        resident = self.lots.choice(self.city.residents)
        return self.city.homes[resident] if community_id else self.city.points[0]

    def photos(self, actor: Actor, category_code: str) -> list[str]:
        """A photo, where the category asks for one, as somebody uploads it before the deed itself."""
        if not catalogue.requires_photo(category_code):
            return []
        public = secrets.public_id()
        for size, data in (("main", self.pictures.main), ("thumb", self.pictures.thumb)):
            storage().put(storing.key(public, size), data)
        with transaction():
            stored = Stored(public, "0" * 64, self.pictures.width, self.pictures.height)
            storing.add_photo(stored, actor).state = PhotoState.VISIBLE
        return [public]


def _joined(town: Town, sight: Sight) -> int | None:
    others = town.reporters[sight.id][1:]
    return town.lots.choice(others) if others else None


def _neighbour(town: Town, sight: Sight) -> int | None:
    if sight.compound_id is None or not sight.is_open_to_neighbours:
        return None
    one = town.lots.choice(town.city.neighbours[sight.compound_id] or [0])
    return None if one in (0, *town.reporters[sight.id]) else one


def _worker(town: Town, sight: Sight) -> int | None:
    found = town.workers(sight)
    return town.lots.choice(found) if found else None


def _unit(town: Town, sight: Sight) -> int | None:
    """A manager of the very unit that answers for the order."""
    found = town.city.offices[Role.MANAGER, sight.lead_unit_id or 0]
    return town.lots.choice(found) if found else None


def _supervisor(town: Town, sight: Sight) -> int | None:
    """The district, which most often supervises, or the office above the lead unit."""
    unit = town.city.above.get(sight.lead_unit_id or 0)
    if unit is None:
        return None
    further = town.city.above.get(unit)
    return (
        town.office(Role.MANAGER, town.lots.choice([one for one in (unit, further) if one]), but=sight.assignee_id)
        if unit
        else None
    )


def _above(town: Town, sight: Sight) -> int | None:
    unit = town.city.above.get(sight.lead_unit_id or 0)
    return town.office(Role.MANAGER, unit, but=sight.assignee_id)


WHO: dict[str, Callable[[Town, Sight], int | None]] = {
    "holder": lambda _, sight: sight.assignee_id,
    "offered": lambda _, sight: sight.offered_to_id,
    "first": lambda town, sight: next(iter(town.reporters[sight.id]), None),
    "joined": _joined,
    "neighbour": _neighbour,
    "worker": _worker,
    "manager": lambda town, sight: town.office(Role.MANAGER, sight.lead_unit_id, but=sight.assignee_id),
    "above": _above,
    "unit": _unit,
    "supervisor": _supervisor,
    "desk": lambda town, sight: town.office(Role.CLERK, sight.lead_unit_id, but=sight.assignee_id),
    "officer": lambda town, sight: town.office(Role.FOLLOW_UP_OFFICER, sight.lead_unit_id, but=sight.assignee_id),
}
"""What the person must be to the order, and how such a person is found."""

RESIDENTS = ("first", "joined", "neighbour")
ON_SHIFT = ("holder", "offered", "worker")
"""Who acts while they are on duty only."""
