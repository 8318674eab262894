"""The arithmetic: exact on published figures, rounded half up, with an interval and nearest ranks."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.statistics.rates import SMALLEST_RANKED, Share, nearest_rank, rounded, shown, wilson


@pytest.mark.parametrize(
    ("met", "of", "percent"),
    [
        (663, 670, "98.96"),
        (614 + Fraction(6, 10) * 34, 670, "94.69"),
        (40394, 52434, "77.04"),
        (737, 972, "75.82"),
        (276, 52434, "0.53"),
        (104, 52434, "0.20"),
        (51229, 51571, "99.34"),
        (43523, 52434, "83.01"),
        (0, 7, "0.00"),
        (7, 7, "100.00"),
        (1, 800, "0.13"),  # 0.125, half up and not to even
        (1, 3, "33.33"),
        (2, 3, "66.67"),
    ],
)
def test_published_figures_come_out_exactly(met, of, percent):
    assert Share(Fraction(met), of).percent == Decimal(percent)


def test_of_nothing_there_is_no_share():
    assert (Share(Fraction(0), 0).percent, Share(Fraction(0), 0).interval) == (None, None)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_rounding_is_off_by_half_a_hundredth_at_most_and_upwards_on_the_half(met, of):
    exact, got = Fraction(100 * met, of), Fraction(rounded(Fraction(100 * met, of)))
    assert -Fraction(1, 200) < got - exact <= Fraction(1, 200)


@pytest.mark.parametrize(
    ("met", "of", "low", "high"),
    [(0, 10, "0.00", "27.75"), (10, 10, "72.25", "100.00"), (50, 100, "40.38", "59.62"), (663, 670, "97.86", "99.49")],
)
def test_the_interval_is_wilsons(met, of, low, high):
    assert wilson(Fraction(met), of) == (Decimal(low), Decimal(high))


@given(st.integers(1, 5000), st.data())
def test_the_interval_holds_the_share_and_stays_within_bounds(of, data):
    share = Share(Fraction(data.draw(st.integers(0, of))), of)
    low, high = share.interval
    assert Decimal(0) <= low <= share.percent + Decimal("0.01")
    assert share.percent - Decimal("0.01") <= high <= Decimal(100)


def test_what_happens_more_often_than_it_can_has_no_interval():
    assert Share(Fraction(3), 2).interval is None


def test_fewer_than_twenty_are_not_ranked():
    assert not Share(Fraction(1), SMALLEST_RANKED - 1).is_ranked
    assert Share(Fraction(1), 20).is_ranked


@pytest.mark.parametrize(
    ("count", "percent", "rank"),
    [(1, 50, 1), (2, 50, 1), (3, 50, 2), (10, 50, 5), (10, 90, 9), (11, 90, 10), (1, 90, 1)],
)
def test_a_percentile_is_one_of_the_spans(count, percent, rank):
    spans = [timedelta(hours=hour) for hour in range(1, count + 1)]
    assert nearest_rank(spans, percent) == timedelta(hours=rank)
    assert nearest_rank([], percent) is None


@given(st.lists(st.integers(0, 10**6), min_size=1), st.integers(1, 100))
def test_so_many_per_cent_do_not_exceed_a_percentile_and_no_smaller_span_would_do(seconds, percent):
    spans = sorted(timedelta(seconds=one) for one in seconds)
    found = nearest_rank(spans, percent)
    assert 100 * sum(span <= found for span in spans) >= percent * len(spans)
    assert 100 * sum(span < found for span in spans) < percent * len(spans)


@pytest.mark.parametrize(("count", "text"), [(Fraction(614), "614"), (Fraction(6344, 10), "634.4"), (Fraction(0), "0")])
def test_a_count_is_shown_as_people_write_it(count, text):
    assert shown(count) == text
