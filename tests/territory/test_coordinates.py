"""GCJ-02 and WGS-84."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.territory.coordinates import to_gcj02, to_wgs84

VECTORS = [
    ((39.90105, 116.42079), (39.9024463, 116.4270221)),
    ((22.543096, 114.057865), (22.5403788, 114.0629790)),
    ((30.572816, 104.066803), (30.5703622, 104.0693085)),
]
inside_china = {"lat": st.floats(4.0, 53.4), "lng": st.floats(74.0, 135.0)}


@pytest.mark.parametrize(("wgs84", "gcj02"), VECTORS)
def test_known_points_are_shifted_as_everywhere(wgs84, gcj02):
    assert to_gcj02(*wgs84) == pytest.approx(gcj02, abs=1e-7)


@pytest.mark.parametrize(("wgs84", "gcj02"), VECTORS)
def test_known_points_are_shifted_back(wgs84, gcj02):
    assert to_wgs84(*gcj02) == pytest.approx(wgs84, abs=1e-7)


@given(**inside_china)
def test_a_point_comes_back_from_the_shift_to_a_millimetre(lat, lng):
    assert to_wgs84(*to_gcj02(lat, lng)) == pytest.approx((lat, lng), abs=1e-8)


@given(**inside_china)
def test_the_shift_is_never_more_than_a_kilometre(lat, lng):
    there = to_gcj02(lat, lng)
    assert abs(there[0] - lat) < 0.01
    assert abs(there[1] - lng) < 0.013


@pytest.mark.parametrize("point", [(51.5, -0.12), (36.6, 73.66), (36.6, 135.05), (3.86, 101.7), (53.55, 101.7)])
def test_outside_of_china_both_systems_are_the_same(point):
    assert to_gcj02(*point) == point
    assert to_wgs84(*point) == point
