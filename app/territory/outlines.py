"""Which outline a point lies in, and which is nearest: a search tree in the process, rebuilt when places change."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any, NamedTuple

import numpy
import shapely
import sqlalchemy as sa
from shapely.geometry import shape

from app import clock
from app.db import db
from app.territory.models import Level, Territory

METRES_PER_DEGREE = 111_195.0
CHECKED_EVERY = timedelta(seconds=60)

Version = tuple[int, datetime | None]


class Known(NamedTuple):
    """A place as the search tree knows it."""

    id: int
    code: str
    level: str
    name: str
    city_id: int | None
    district_id: int | None
    subdistrict_id: int | None
    community_id: int | None
    grid_id: int | None


class Layer:
    """Outlines in metres around an origin, in the order of their owners."""

    def __init__(self, owners: Sequence[Known], outlines: Sequence[Any]) -> None:
        self.owners = owners
        self.search = shapely.STRtree(outlines)

    def at(self, point: Any) -> list[Known]:
        return self._owners(self.search.query(point, predicate="intersects"))

    def nearest(self, point: Any, within_m: float | None = None) -> list[Known]:
        """The owners at the least distance; several when they touch there."""
        return self._owners(self.search.query_nearest(point, max_distance=within_m))

    def _owners(self, indexes: Iterable[int]) -> list[Known]:
        return [self.owners[index] for index in indexes]


class Outlines:
    """The outlines of one state of the tree.

    Distances are taken on a plane that touches the city (equirectangular): good to some metres across a city.
    """

    def __init__(self, rows: Sequence[tuple[Known, dict[str, Any] | None]]) -> None:
        self.places = {place.id: place for place, _ in rows}
        outlined = [(place, shape(outline)) for place, outline in rows if outline]
        bounds = shapely.total_bounds([outline for _, outline in outlined]) if outlined else [0.0] * 4
        self.origin = (float(bounds[1] + bounds[3]) / 2, float(bounds[0] + bounds[2]) / 2)
        self.grids = self._layer(outlined, Level.GRID)
        self.communities = self._layer(outlined, Level.COMMUNITY, Level.GRID)
        self.all = self._layer(outlined, *Level)

    def point(self, lat: float, lng: float) -> Any:
        return shapely.Point(self._plane(numpy.array([[lng, lat]]))[0])

    def first(self, found: Sequence[Known], level: Level) -> Known | None:
        """Of the places found, the one of this level that is first by code."""
        ids = {getattr(place, f"{level}_id") for place in found} - {None}
        return min((self.places[id_] for id_ in ids), key=lambda place: place.code, default=None)

    def districts(self) -> list[Known]:
        return [place for place in self.places.values() if place.level == Level.DISTRICT]

    def _layer(self, outlined: Sequence[tuple[Known, Any]], *levels: Level) -> Layer:
        chosen = [(place, outline) for place, outline in outlined if place.level in levels]
        shapes = [shapely.transform(outline, self._plane) for _, outline in chosen]
        return Layer([place for place, _ in chosen], shapes)

    def _plane(self, degrees: Any) -> Any:
        lat, lng = self.origin
        scale = (METRES_PER_DEGREE * cos(radians(lat)), METRES_PER_DEGREE)
        return (degrees - (lng, lat)) * scale


class Keeper:
    """Keeps what was built in this process and looks now and then whether the tree has changed since."""

    def __init__(self, build: Callable[[], Outlines], version: Callable[[], Version]) -> None:
        self.build, self.version = build, version
        self.kept: tuple[Outlines, Version] | None = None
        self.checked_at = datetime.min

    def get(self) -> Outlines:
        now, kept = clock.now(), self.kept  # Another thread may forget meanwhile.
        if kept and timedelta(0) <= now - self.checked_at < CHECKED_EVERY:
            return kept[0]
        version = self.version()
        if not kept or kept[1] != version:
            kept = (self.build(), version)
        self.kept, self.checked_at = kept, now
        return kept[0]

    def forget(self) -> None:
        self.kept = None


def grid_at(lat: float, lng: float) -> Known | None:
    """The grid whose outline holds the WGS-84 point, its edge included; of several the first by code."""
    outlines = _keeper.get()
    return outlines.first(outlines.grids.at(outlines.point(lat, lng)), Level.GRID)


def nearest_community(lat: float, lng: float, within_m: float = 500) -> Known | None:
    """The community whose outline, or whose grid's, is nearest to the WGS-84 point and not farther than `within_m`."""
    outlines = _keeper.get()
    near = outlines.communities.nearest(outlines.point(lat, lng), within_m)
    return outlines.first(near, Level.COMMUNITY)


def nearest_district(lat: float, lng: float) -> Known | None:
    """The district nearest to the WGS-84 point by any outline in it; without outlines the first by code."""
    outlines = _keeper.get()
    near = outlines.all.nearest(outlines.point(lat, lng))
    return outlines.first(near, Level.DISTRICT) or outlines.first(outlines.districts(), Level.DISTRICT)


def name_of(territory_id: int | None) -> str:
    """The name of a place the search tree knows; empty when it knows none."""
    place = _keeper.get().places.get(territory_id or 0)
    return place.name if place else ""


def forget() -> None:
    """Look at the places anew at the next question."""
    _keeper.forget()


def _build() -> Outlines:
    columns = [getattr(Territory, name) for name in Known._fields]
    rows = db.session.execute(sa.select(*columns, Territory.outline)).all()
    return Outlines([(Known(*row[:-1]), row[-1]) for row in rows])


def _version() -> Version:
    count, newest = db.session.execute(sa.select(sa.func.count(), sa.func.max(Territory.changed_at))).one()
    return count, newest


_keeper = Keeper(_build, _version)
