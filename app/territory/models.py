"""The tree of places, and the compounds with their buildings."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app import clock
from app.db import Model, UTCDateTime


class Level(StrEnum):
    """Kinds of territory, from the whole to the part."""

    CITY = "city"
    DISTRICT = "district"
    SUBDISTRICT = "subdistrict"
    COMMUNITY = "community"
    GRID = "grid"


LEVEL_NAMES = {
    Level.CITY: "市",
    Level.DISTRICT: "区",
    Level.SUBDISTRICT: "街道",
    Level.COMMUNITY: "社区",
    Level.GRID: "网格",
}


class CompoundKind(StrEnum):
    RESIDENTIAL = "residential"
    COURTYARD = "courtyard"
    OFFICE_BUILDING = "office_building"
    MARKET = "market"


KIND_NAMES = {
    CompoundKind.RESIDENTIAL: "小区",
    CompoundKind.COURTYARD: "院落",
    CompoundKind.OFFICE_BUILDING: "楼宇",
    CompoundKind.MARKET: "市场",
}


class Territory(Model):
    """A place of the tree. Its own id also stands in the column of its own level, so scope is an equality."""

    __tablename__ = "territory"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    level: Mapped[str] = mapped_column(String(12))
    name: Mapped[str] = mapped_column(String(60))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"), index=True)
    city_id: Mapped[int | None]
    district_id: Mapped[int | None]
    subdistrict_id: Mapped[int | None]
    community_id: Mapped[int | None]
    grid_id: Mapped[int | None]
    # GeoJSON Polygon or MultiPolygon, WGS-84
    outline: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    # Processes that keep the outlines see by the newest of these that the tree has changed.
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime, default=clock.now, onupdate=clock.now)


class Compound(Model):
    """小区: belongs to a community; large ones span grids, small ones share one."""

    __tablename__ = "compound"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = mapped_column(String(22), unique=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    community_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
    lat: Mapped[float | None]
    lng: Mapped[float | None]

    __table_args__ = (Index(None, "lat", "lng"),)


class Building(Model):
    """楼栋: its own grid, where it has one, wins over the compound's."""

    __tablename__ = "building"
    __table_args__ = (UniqueConstraint("compound_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    compound_id: Mapped[int] = mapped_column(ForeignKey("compound.id"))
    name: Mapped[str] = mapped_column(String(40))
    units: Mapped[list[str]] = mapped_column(JSON)
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
