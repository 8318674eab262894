"""The two systems a point comes in: WGS-84 as stored, GCJ-02 as phones in China send it.

The formula is unofficial and used everywhere (Krasovsky's ellipsoid). Outside of China both systems are the same.
"""

from enum import StrEnum
from math import cos, pi, radians, sin, sqrt

SEMI_MAJOR_AXIS_M = 6378245.0
ECCENTRICITY_SQUARED = 0.00669342162296594323
# Each step of the inverse cuts the error to about a hundredth: after four it is below a micrometre.
INVERSE_STEPS = 4

Pair = tuple[float, float]


class CoordinateSystem(StrEnum):
    WGS84 = "wgs84"
    GCJ02 = "gcj02"


def to_gcj02(lat: float, lng: float) -> Pair:
    """The GCJ-02 pair of a WGS-84 point, in degrees."""
    if not _in_china(lat, lng):
        return lat, lng
    shift_lat, shift_lng = _shift(lat, lng)
    return lat + shift_lat, lng + shift_lng


def to_wgs84(lat: float, lng: float) -> Pair:
    """The WGS-84 pair of a GCJ-02 point, in degrees."""
    found_lat, found_lng = lat, lng
    for _ in range(INVERSE_STEPS):
        there_lat, there_lng = to_gcj02(found_lat, found_lng)
        found_lat, found_lng = found_lat - (there_lat - lat), found_lng - (there_lng - lng)
    return found_lat, found_lng


def _in_china(lat: float, lng: float) -> bool:
    return 73.66 < lng < 135.05 and 3.86 < lat < 53.55


def _shift(lat: float, lng: float) -> Pair:
    """How far GCJ-02 lies from a WGS-84 point, in degrees."""
    x, y = lng - 105.0, lat - 35.0
    phi = radians(lat)
    m = 1.0 - ECCENTRICITY_SQUARED * sin(phi) ** 2
    north = _north(x, y) * 180.0 * m**1.5 / (SEMI_MAJOR_AXIS_M * (1.0 - ECCENTRICITY_SQUARED) * pi)
    east = _east(x, y) * 180.0 * sqrt(m) / (SEMI_MAJOR_AXIS_M * cos(phi) * pi)
    return north, east


def _north(x: float, y: float) -> float:
    plane = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    waves = 20.0 * sin(pi * y) + 40.0 * sin(pi * y / 3.0) + 160.0 * sin(pi * y / 12.0) + 320.0 * sin(pi * y / 30.0)
    return plane + _common(x) + waves * 2.0 / 3.0


def _east(x: float, y: float) -> float:
    plane = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    waves = 20.0 * sin(pi * x) + 40.0 * sin(pi * x / 3.0) + 150.0 * sin(pi * x / 12.0) + 300.0 * sin(pi * x / 30.0)
    return plane + _common(x) + waves * 2.0 / 3.0


def _common(x: float) -> float:
    return (20.0 * sin(6.0 * pi * x) + 20.0 * sin(2.0 * pi * x)) * 2.0 / 3.0
