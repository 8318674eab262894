"""Outlines from a GeoJSON file: polygons in WGS-84, each with the code of its place."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping, shape

from app.tables import CellError, Row, Table, noting

POLYGONS = ("Polygon", "MultiPolygon")
# Neighbours drawn by hand overlap by slivers; less than this part of the smaller one is passed over.
SLIVER = 1e-4

Outline = dict[str, Any]


@dataclass(frozen=True)
class OutlineLine:
    """One feature of the file; its line is the number of the feature, from 1."""

    row: Row
    code: str
    outline: Outline
    warning: str = ""


@dataclass
class OutlineTable(Table):
    lines: list[OutlineLine] = field(default_factory=list)


def read_outlines(path: Path) -> OutlineTable:
    """Read a FeatureCollection whose features carry `properties.code`. Never raises for what is in it."""
    table = OutlineTable(path.name)
    try:
        content = json.loads(path.read_bytes().decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        table.fault(error.lineno, "", "不是正确的 GeoJSON 文件，请重新导出后再导入。")
        return table
    except UnicodeDecodeError:
        table.fault(1, "", "文字编码无法识别，请另存为 UTF-8 编码后再导入。")
        return table
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list):
        table.fault(1, "", "缺少 features，请导出为 GeoJSON 的 FeatureCollection。")
        return table
    for number, feature in enumerate(features, 1):
        _add(table, number, feature)
    return table


def overlaps(named: Sequence[tuple[str, Outline]]) -> list[tuple[str, str]]:
    """The pairs of codes whose outlines lie over each other by more than a sliver."""
    if not named:
        return []
    shapes = [shape(outline) for _, outline in named]
    pairs = shapely.STRtree(shapes).query(shapes, predicate="intersects").T.tolist()
    return [(named[i][0], named[j][0]) for i, j in sorted(pairs) if i < j and _overlap(shapes[i], shapes[j])]


def _overlap(one: Any, other: Any) -> bool:
    return bool(one.intersection(other).area > SLIVER * min(one.area, other.area))


def _add(table: OutlineTable, number: int, feature: Any) -> None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    code = properties.get("code") if isinstance(properties, dict) else None
    row = Row(table.file, number, {"code": code.strip() if isinstance(code, str) else ""})
    with noting(table.errors, row):
        outline, warning = _outline(feature)
        table.lines.append(OutlineLine(row, row.filled("code"), outline, warning))


def _outline(feature: Any) -> tuple[Outline, str]:
    """The polygons of a feature as they are stored, and a warning when they had to be mended."""
    found = _shape(feature)
    west, south, east, north = found.bounds
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise CellError("geometry", "坐标超出范围，请检查：每个点应先写经度、后写纬度，使用 WGS-84。")
    if found.is_valid:
        return _stored(found), ""
    mended = _polygons(shapely.make_valid(found))
    if mended.is_empty:
        raise CellError("geometry", "轮廓围不成一块地方，请重新绘制。")
    return _stored(mended), "轮廓自相交或有重复的边，已自动修正，请在地图上核对。"


def _shape(feature: Any) -> Any:
    geometry = feature.get("geometry") if isinstance(feature, dict) else None
    if not isinstance(geometry, dict) or geometry.get("type") not in POLYGONS:
        raise CellError("geometry", "轮廓应是 Polygon 或 MultiPolygon。")
    try:
        found = shapely.force_2d(shape(geometry))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, shapely.errors.ShapelyError):
        raise CellError("geometry", "轮廓的坐标看不懂，请重新导出。") from None
    if found.is_empty:
        raise CellError("geometry", "轮廓是空的，请重新绘制。")
    return found


def _polygons(found: Any) -> Any:
    """Only what has an area; mending leaves lines where an outline doubled back."""
    parts: Iterable[Any] = shapely.get_parts(found)
    areas = [part for part in parts if part.geom_type in POLYGONS]
    return shapely.union_all(areas)


def _stored(found: Any) -> Outline:
    """As JSON gives it back, so that what is stored equals what is read again."""
    return dict(json.loads(json.dumps(mapping(found))))
