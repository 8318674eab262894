"""The arithmetic of figures: exact from whole counts, rounded once, half up, when it is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

CENT = Decimal("0.01")
Z = Decimal("1.96")
"""Of the normal distribution, for an interval that holds in 95 of 100 cases."""

SMALLEST_RANKED = 20
"""Below so many, chance alone would put one place above another."""


@dataclass(frozen=True)
class Share:
    """So many of so many. `met` may be a fraction where an answer counts in part."""

    met: Fraction
    of: int

    @staticmethod
    def nothing() -> "Share":
        return Share(Fraction(0), 0)

    @property
    def percent(self) -> Decimal | None:
        """In per cent with two decimals; None of nothing."""
        return rounded(100 * self.met / self.of) if self.of else None

    @property
    def interval(self) -> tuple[Decimal, Decimal] | None:
        """Wilson's interval at 95 %, in per cent."""
        return wilson(self.met, self.of) if self.of and self.met <= self.of else None

    @property
    def is_ranked(self) -> bool:
        return self.of >= SMALLEST_RANKED


def rounded(value: Fraction) -> Decimal:
    """With two decimals, half up, from the exact value."""
    doubled = 200 * value + 1
    return Decimal(doubled.numerator // (2 * doubled.denominator)) * CENT


def wilson(met: Fraction, of: int) -> tuple[Decimal, Decimal]:
    """The lower and upper end of the share that may stand behind a count, in per cent with two decimals."""
    with localcontext() as context:
        context.prec = 30
        n = Decimal(of)
        share = Decimal(met.numerator) / Decimal(met.denominator) / n
        middle = share + Z * Z / (2 * n)
        reach = Z * (share * (1 - share) / n + Z * Z / (4 * n * n)).sqrt()
        whole = 1 + Z * Z / n
        low, high = (max(Decimal(0), min(Decimal(1), (middle + sign * reach) / whole)) for sign in (-1, 1))
        return (100 * low).quantize(CENT, ROUND_HALF_UP), (100 * high).quantize(CENT, ROUND_HALF_UP)


def nearest_rank(sorted_spans: Sequence[timedelta], percent: int) -> timedelta | None:
    """The smallest of the spans that so many per cent do not exceed; None of nothing."""
    if not sorted_spans:
        return None
    rank = -(-percent * len(sorted_spans) // 100)
    return sorted_spans[rank - 1]


def shown(count: Fraction) -> str:
    """A count as people read it: 614, or 634.4 where some count in part."""
    return f"{count.numerator}" if count.denominator == 1 else f"{rounded(count).normalize():f}"
